"""Copies of an SQLite database, taken while others write."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from django.conf import settings

from imrap_site.keeping.manifest import DAMAGED
from imrap_site.keeping.refusals import Refused

LONGEST_WAIT = 60  # seconds, for somebody who writes


def database():
    """The file of the site."""
    name = str(settings.DATABASES["default"]["NAME"])
    if name == ":memory:" or name.startswith("file:"):
        raise Refused("The database is only in memory: there is nothing to back up or restore.")
    return Path(os.path.abspath(name))


def opened(path, how):
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True))


def copy(to, source=None):
    """The content, or another database, at one moment; who saves meanwhile waits until it is copied."""
    until = time.monotonic() + LONGEST_WAIT

    def must_go_on(_status, left, _total):
        if left and time.monotonic() > until:
            raise Refused("Somebody has kept the database locked for a minute: try again later.")

    try:
        # rw: what a killed process left half-written is undone before it is read; never a new file.
        with opened(source or database(), "mode=rw") as live, opened(to, "mode=rwc") as copied:
            # All at once: in portions, each save of somebody would begin it anew.
            live.backup(copied, pages=-1, progress=must_go_on, sleep=0.1)
    except sqlite3.Error as problem:
        raise Refused(f"The database can't be copied: {problem}.") from None


def check(path):
    """Refused unless all of it can be read and it is a site's."""
    try:
        with opened(path, "mode=ro&immutable=1") as copied:
            found = copied.execute("PRAGMA integrity_check").fetchall()
            copied.execute("SELECT 1 FROM django_migrations LIMIT 1").fetchall()
    except sqlite3.Error as problem:
        raise Refused(DAMAGED.format(f"its database can't be read, {problem}")) from None
    if found != [("ok",)]:
        raise Refused(DAMAGED.format(f"its database is not whole, {found[0][0]}"))


def file_names(path, columns):
    """What stands in columns, (table, column), as far as this version of the site had them."""
    with opened(path, "mode=ro&immutable=1") as copied:
        return {
            name
            for table, column in columns
            if column in columns_of(copied, table)
            for (name,) in copied.execute(f'SELECT DISTINCT "{column}" FROM "{table}"')  # noqa: S608 (names of our own columns)
            if name
        }


def columns_of(copied, table):
    return {row[1] for row in copied.execute(f'PRAGMA table_info("{table}")')}
