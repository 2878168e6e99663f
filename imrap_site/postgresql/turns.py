"""Turns among all hosts: locks that PostgreSQL keeps, and gives up when whoever has one is gone.

With SQLite there is one host, and a file in var/ does the same.
"""

import fcntl
import hashlib
import os
import time
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

LOOK = 0.1  # seconds between two looks whether it is one's turn


@contextmanager
def turn(name, is_shared=False):
    """Wait until it is one's own; in a transaction it lasts until that is committed."""
    if connection.vendor != "postgresql":
        with turn_of_this_host(name, is_shared):
            yield
    elif connection.in_atomic_block:
        ask(connection, "pg_advisory_xact_lock", name, is_shared)
        yield
    else:
        with turn_for_long(name, is_shared, connection):
            yield


@contextmanager
def turn_of_this_host(name, is_shared):
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    door = os.open(Path(settings.VAR_DIR) / f"turn-{name}", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(door, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(door)


@contextmanager
def turn_for_long(name, is_shared=False, door=None, is_patient=True):
    """On a connection of its own, unless told which; BlockingIOError where one won't wait."""
    own = door or connection.copy()
    try:
        while not ask(own, "pg_try_advisory_lock", name, is_shared):
            if not is_patient:
                raise BlockingIOError
            time.sleep(LOOK)
        try:
            yield
        finally:
            if own.connection is not None and not own.connection.closed:
                ask(own, "pg_advisory_unlock", name, is_shared)
    finally:
        if door is None:
            own.close()


def ask(door, function, name, is_shared):
    digest = hashlib.sha256(name.encode()).digest()[:8]
    sql = f"SELECT {function}{'_shared' if is_shared else ''}(%s)"
    with door.cursor() as cursor:
        cursor.execute(sql, [int.from_bytes(digest, signed=True)])
        return cursor.fetchone()[0]
