"""Where the numbers lie: a file of their own beside SQLite, a schema of their own in PostgreSQL.

Never in the content: what a visitor does must not change it, nor wait for it. On PostgreSQL the numbers
of all application hosts meet in one place, through a connection that only this module uses.
"""

import fcntl
import logging
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections

logger = logging.getLogger("django.reach")
PATIENCE = 5  # seconds, for another process that writes
TABLES = (
    "CREATE TABLE IF NOT EXISTS counts (day text NOT NULL, noun text NOT NULL, act text NOT NULL, "
    "number bigint NOT NULL, PRIMARY KEY (noun, act, day))",
    "CREATE INDEX IF NOT EXISTS counts_of_days ON counts (day)",
    "CREATE TABLE IF NOT EXISTS logs (log text PRIMARY KEY, position bigint NOT NULL)",
)
ADD = (
    "INSERT INTO counts (day, noun, act, number) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (noun, act, day) DO UPDATE SET number = counts.number + excluded.number"
)


class StoreFailed(Exception):
    """It can't be read or written now; says why."""


def store(alias="default"):
    """Of the database that this is about."""
    if connections[alias].vendor == "postgresql":
        return PostgresStore(alias)
    return FileStore(Path(settings.VAR_DIR) / "reach.sqlite3")


class Store:
    """`opened()` of each kind gives `execute(sql, values)` in one transaction."""

    is_shared = False  # by several hosts

    def add(self, numbers, log=None):
        """{(day, noun, act): number}, with how far a log was read: (log, former, new position).

        Whether it was done; not where somebody else has read the log meanwhile.
        """
        with self.opened(writing=True) as execute:
            if log and not move(execute, *log):
                return False
            for key, number in sorted(numbers.items()):
                execute(ADD, (*key, number))
        return True

    def position(self, log):
        """How far a log was read; None if it is not known."""
        found = self.rows("SELECT position FROM logs WHERE log = %s", [log])
        return found[0][0] if found else None

    def copy_to(self, other):
        """All of it, in the place of what is there; to itself it stays."""
        if self == other:
            return
        counts = self.rows("SELECT day, noun, act, number FROM counts")
        logs = self.rows("SELECT log, position FROM logs")
        with other.opened(writing=True) as execute:
            for table in ("counts", "logs"):
                execute(f"DELETE FROM {table}")  # noqa: S608 (names of ours)
            for row in counts:
                execute(ADD, row)
            for log, position in logs:
                move(execute, log, None, position)

    def rows(self, sql, values=()):
        with self.opened() as execute:
            return execute(sql, values).fetchall()


def move(execute, log, former, position):
    if former is None:
        sql = "INSERT INTO logs (log, position) VALUES (%s, %s) ON CONFLICT DO NOTHING"
        return execute(sql, (log, position)).rowcount == 1
    sql = "UPDATE logs SET position = %s WHERE log = %s AND position = %s"
    return execute(sql, (position, log, former)).rowcount == 1


class FileStore(Store):
    def __init__(self, path):
        self.path = path

    def __eq__(self, other):
        return isinstance(other, FileStore) and self.path == other.path

    __hash__ = None

    @contextmanager
    def opened(self, writing=False):
        try:
            with closing(self.connected()) as database, database:
                database.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
                yield lambda sql, values=(): database.execute(sql.replace("%s", "?"), values)
        except (OSError, sqlite3.OperationalError) as problem:  # locked, full, not writable
            raise StoreFailed(f"{self.path.name}: {problem}") from None
        except sqlite3.DatabaseError as problem:
            self.put_aside()
            raise StoreFailed(f"{self.path.name}: {problem}") from None

    def connected(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'logs'").fetchall():
                database.execute("BEGIN IMMEDIATE")
                for statement in TABLES:
                    database.execute(statement)
                database.execute("COMMIT")
        except BaseException:
            database.close()
            raise
        return database

    def put_aside(self):
        """A file that is broken, by one process; the next batch begins a new one."""
        with open(self.path.with_name("reach.lock"), "w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            if not self.is_broken():  # another process has done it
                return
            aside = self.path.with_name(f"reach-broken-{datetime.now():%Y-%m-%d-%H%M%S}.sqlite3")
            self.path.rename(aside)
            for ending in ("-journal", "-wal", "-shm"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            logger.error("The store of the reach is broken: it lies in %s now.", aside.name)

    def is_broken(self):
        try:
            with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as database:
                return database.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            return True


class PostgresStore(Store):
    is_shared = True

    def __init__(self, alias):
        self.alias = alias

    @contextmanager
    def opened(self, writing=False):
        connection = connections[self.alias].copy()
        try:
            with connection.cursor() as cursor:
                yield from in_transaction(cursor)
        except DatabaseError as problem:
            raise StoreFailed(str(problem).strip()) from None
        finally:
            connection.close()


def in_transaction(cursor):
    """Of its own: Django's would be the one of whoever asks."""

    def execute(sql, values=()):
        cursor.execute(sql, values)
        return cursor

    cursor.execute("BEGIN")
    try:
        prepare(cursor)
        yield execute
        cursor.execute("COMMIT")
    except BaseException:
        with suppress(DatabaseError):
            cursor.execute("ROLLBACK")
        raise


def prepare(cursor):
    """The schema, made by whoever comes first."""
    cursor.execute("SELECT to_regclass('reach.logs') IS NULL")
    if cursor.fetchone()[0]:
        cursor.execute("SELECT pg_advisory_xact_lock(7238)")
        cursor.execute("CREATE SCHEMA IF NOT EXISTS reach")
    cursor.execute("SET LOCAL search_path TO reach")
    cursor.execute("SELECT to_regclass('logs') IS NULL")
    if cursor.fetchone()[0]:
        for statement in TABLES:
            cursor.execute(statement)
