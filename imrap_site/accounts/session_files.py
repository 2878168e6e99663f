"""Sessions of people in files of var/: whose they are stands in their names, when they were last
used in their times."""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings


def exists(key):
    return file_of(key).exists()


def read(key):
    """(what was written, when it was last used); OSError where there is none."""
    file = file_of(key)
    return file.read_bytes().decode("ascii", "replace"), file.stat().st_mtime


def write(key, text):
    """All of it or, where there is no room, nothing."""
    file = file_of(key)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent, prefix="unfinished-")
    try:
        with open(number, "w", encoding="ascii") as unfinished:
            unfinished.write(text)
        os.replace(name, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    seen_now(key)


def seen_now(key):
    with suppress(OSError):
        os.utime(file_of(key), (now := time.time(), now))


def remove(key):
    with suppress(OSError):
        file_of(key).unlink(missing_ok=True)


def of_person(number):
    """Their keys, the one that was used last at the end."""

    def age(file):
        with suppress(OSError):
            return file.stat().st_mtime
        return 0

    files = Path(settings.SESSION_FILE_PATH).glob(f"{number}x*")
    return [file.name for file in sorted(files, key=age)]


def remove_older_than(moment):
    """By the files' times alone: none is opened. Gives the number."""
    gone = 0
    with suppress(FileNotFoundError), os.scandir(settings.SESSION_FILE_PATH) as files:
        for file in files:
            with suppress(OSError):
                if file.stat(follow_symlinks=False).st_mtime < moment:
                    os.unlink(file.path)
                    gone += 1
    return gone


def file_of(key):
    return Path(settings.SESSION_FILE_PATH) / key
