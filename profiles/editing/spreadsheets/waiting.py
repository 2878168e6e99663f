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
    for file in [*overdue(), *newest_first()[MOST_WAITING - 1 :]]:
        drop(file.name)


def overdue():
    """Those that waited longer than they may."""
    return [file for file in newest_first() if time.time() - born(file) > LONGEST_WAIT]


def newest_first():
    try:
        return sorted(folder().iterdir(), key=born, reverse=True)
    except FileNotFoundError:  # nothing has waited yet
        return []


def born(file):
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # imported meanwhile
        return 0
