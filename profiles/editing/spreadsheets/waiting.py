"""Files that wait between their preview and their import: few, for a day at most, all in var/."""

import os
import secrets
import time
from functools import partial

from django.conf import settings

MOST_WAITING = 20
LONGEST_WAIT = 24 * 3600  # seconds


def keep(content):
    """Let a file wait; gives the random token that names it."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep()
    token = secrets.token_urlsafe(16)
    try:
        with open(folder() / token, "xb", opener=partial(os.open, mode=0o600)) as file:
            file.write(content)
    except OSError:
        drop(token)
        raise
    return token


def content_of(token):
    """The bytes of a waiting file, None where it waits no more."""
    try:
        return (folder() / token).read_bytes()
    except FileNotFoundError:
        return None


def drop(token):
    (folder() / token).unlink(missing_ok=True)


def folder():
    return settings.VAR_DIR / "sheets"


def sweep():
    """Make room for one more: what nobody came back for goes, and the oldest."""
    ages = {file.name: time.time() - file.stat().st_mtime for file in folder().iterdir()}
    newest_first = sorted(ages, key=ages.get)
    for number, token in enumerate(newest_first, 1):
        if number >= MOST_WAITING or ages[token] > LONGEST_WAIT:
            drop(token)
