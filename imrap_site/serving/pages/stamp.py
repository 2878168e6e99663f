"""The stamp of the content: while it is the same, no process on any machine has changed anything.

Whoever keeps what was made of the content reads the stamp before it is made, and again before it is
given out. None says that nobody can tell now.
"""

import os
import time
import weakref
from threading import Lock

from django.db import DatabaseError, connections
from django.utils.functional import cached_property

# Nanoseconds after which a second write cannot leave the file with the time of the first.
REST = 20_000_000
COARSE = 1_000_000_000  # some file systems count seconds, by one or by two


def of_database():
    """What reads the stamp of this site's database."""
    connection = connections["default"]
    if connection.vendor == "postgresql":
        return RowStamp()
    return FileStamp(str(connection.settings_dict["NAME"]))


class FileStamp:
    """SQLite's: inode, size and time of the file, and of the log that it may have beside it.

    Neither is ever opened here: closing it would end the locks that this process holds on it.
    """

    is_of_content = False  # it moves at each sign-in too

    def __init__(self, path):
        self.path, self.log = path, f"{path}-wal"

    def __call__(self):
        try:
            found = os.stat(self.path)
        except (OSError, ValueError):
            return None
        try:
            log = os.stat(self.log)
        except OSError:
            return found.st_ino, found.st_size, found.st_mtime_ns
        return (
            *(found.st_ino, found.st_size, found.st_mtime_ns),
            *(log.st_ino, log.st_size, log.st_mtime_ns),
        )

    def is_rested(self, stamp):
        """Whether each later write shows: not in the clock's tick of the last one."""
        now = time.time_ns()
        return all(
            abs(now - written) > (REST if written % COARSE else 2 * COARSE + REST)
            for written in stamp[2::3]
        )


class RowStamp:
    """PostgreSQL's: a row that `triggers` change in the transaction of each change."""

    is_of_content = True

    def __init__(self):
        self.lock = Lock()

    @cached_property
    def connection(self):
        """Its own, made in the process that asks, for all of its threads."""
        connection = connections["default"].copy()
        connection.inc_thread_sharing()
        # Not at the end of a process: it may be one that was forked from that.
        weakref.finalize(self, connection.close).atexit = False
        return connection

    def __call__(self):
        with self.lock:
            try:
                return self.read()
            except DatabaseError:
                self.connection.close()
        # A server that was started again has closed what was open: asked once more.
        with self.lock:
            try:
                return self.read()
            except DatabaseError:
                self.connection.close()
                return None

    def read(self):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT stamp::text FROM content_stamp")
            return cursor.fetchone()

    def is_rested(self, stamp):
        return True
