"""Folders to work in, of which nothing is left: not even by who was killed."""

import fcntl
import os
import secrets
import shutil
from contextlib import contextmanager, suppress

UNFINISHED = ".unfinished-"


@contextmanager
def unfinished(folder):
    """A folder to work in, which is gone afterwards; those of killed backups go first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError), held(old):  # its own lock tells that somebody works in it
            shutil.rmtree(old, ignore_errors=True)
    path = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    path.mkdir(mode=0o700)
    try:
        with held(path):
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def held(folder):
    """As long as somebody works in it, nobody else takes it away."""
    door = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(door)


def sync(folder):
    """Names that changed in it survive a power cut."""
    with suppress(OSError):  # some file systems can't
        door = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(door)
        finally:
            os.close(door)
