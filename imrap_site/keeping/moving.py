"""From one database to another, and from a folder of files to a bucket, or back: `manage.py move_to`.

The files go first, each read back; then all rows in one transaction, which is compared with where they
came from before it counts. So whoever is killed on the way begins anew, and the old site is only read.
"""

import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, transaction

from imrap_site.keeping.content import applied_migrations, known_migrations
from imrap_site.keeping.parts import IN_MEMORY
from imrap_site.keeping.refusals import Refused
from imrap_site.serving.reach.store import StoreFailed, store
from profiles.models import ALL_KINDS, Organisation

THERE = "there"  # the alias of the other database
PORTION = 200  # rows
ALREADY = "The content is there already: DATABASE_URL says the same."
NOT_EMPTY = "The database there is not empty, it has {} × {}: name another one."


def tables():
    """The models of all that moves; who is signed in does so anew."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model is not Session and model._meta.managed]


class Move:
    """`database` is a Django configuration of the other one; `url` the same, for a child process,
    which keeps our `turn` (a file) when we are killed: who begins anew waits for it."""

    def __init__(self, database, url, say, bar, turn):
        self.url, self.say, self.bar, self.turn = url, say, bar, turn
        here = settings.DATABASES["default"]
        parts = ("ENGINE", "HOST", "PORT", "NAME")
        if [str(database.get(part, "")) for part in parts] == [
            str(here.get(part, "")) for part in parts
        ]:
            raise Refused(ALREADY)
        if database["NAME"] == ":memory:":
            raise Refused(IN_MEMORY)
        connections.databases[THERE] = connections.databases["default"] | database
        self.there = connections[THERE]

    def run(self):
        """What is there now: {name of a table: number of rows}."""
        moved = self.arrived() or self.move()
        self.say("Making the search index there…")
        self.manage("rebuild_search", "--verbosity=0")
        return {model._meta.label: number for model, (number, _digest) in moved.items()}

    def move(self):
        self.say("Preparing the tables there…")
        self.manage("migrate", "--verbosity=0")
        self.must_hold_nothing()
        # First, so that nothing is lacking once the content is there.
        self.bring_reach()
        with self.told(), same_moment(), transaction.atomic(using=THERE):
            moved = self.copy()
            self.compare(moved)
            self.go_on_counting()
        return moved

    def bring_reach(self):
        """What is counted, which no transaction of the content holds."""
        try:
            store().copy_to(store(THERE))
        except StoreFailed as problem:
            self.say(f"What was counted of readers stays here, and can't be moved: {problem}")

    # Before anything is written

    def must_be_of_this_version(self):
        if lacking := known_migrations_of_disk() - set(applied_migrations()):
            raise Refused(
                f"The database here lacks {min(lacking)}: start the site once, then move it."
            )

    def must_be_free(self):
        """Nothing is there, or what an earlier try left: tables, or all of it but for the index."""
        self.must_be_of_this_version()
        if self.there.vendor == "sqlite":
            self.make_file()
        try:
            with self.there.cursor() as cursor:
                names = set(self.there.introspection.table_names(cursor))
        except DatabaseError as problem:
            raise Refused(f"The database there can't be used: {first_line(problem)}.") from None
        if names and "django_migrations" not in names:
            raise Refused(NOT_EMPTY.format(len(names), "tables"))
        if Organisation._meta.db_table in names and not self.arrived():
            self.must_hold_nothing()

    def make_file(self):
        try:
            os.close(os.open(self.there.settings_dict["NAME"], os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as problem:
            raise Refused(f"The database there can't be made: {problem.strerror}.") from None

    def must_hold_nothing(self):
        from django.contrib.auth import get_user_model

        for model in (Organisation, *ALL_KINDS.values(), get_user_model()):
            if number := model._base_manager.using(THERE).count():
                raise Refused(NOT_EMPTY.format(number, model._meta.verbose_name_plural))

    def arrived(self):
        """{model: (number of rows, their digest)} where all of it is there and the same; else None."""
        try:
            if not Organisation._base_manager.using(THERE).exists():
                return None
            for model in tables():
                if digest_of_rows(model, THERE) != digest_of_rows(model, "default"):
                    return None
        except DatabaseError:  # no such tables, or those of another version
            return None
        return {model: digest_of_rows(model, THERE) for model in tables()}

    def manage(self, *words):
        """As a process of its own, whose database is the other one: migrations know no alias."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
        told = os.environ | {"DATABASE_URL": self.url, "SECRET_KEY": settings.SECRET_KEY}
        done = subprocess.run(  # noqa: S603 (our own program)
            command,
            cwd=settings.BASE_DIR,
            env=told,
            capture_output=True,
            text=True,
            pass_fds=[self.turn.fileno()],
        )
        if done.returncode:
            raise Refused(f"{words[0]} failed there: {done.stderr.strip()[-500:]}")

    # Rows

    def copy(self):
        """{model: (number of rows, their digest)}, as they were read here."""
        with self.there.cursor() as cursor:
            self.let_references_wait(cursor)
            for model in reversed(tables()):
                cursor.execute(f"DELETE FROM {self.quoted(model)}")  # noqa: S608 (a table of ours)
            total = sum(model._base_manager.count() for model in tables())
            progress = self.bar("Copying rows", total).add
            return {model: self.copy_table(cursor, model, progress) for model in tables()}

    def let_references_wait(self, cursor):
        """Until the commit: rows come table by table."""
        if self.there.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SET LOCAL statement_timeout = 0")

    def copy_table(self, cursor, model, progress):
        fields = model._meta.concrete_fields
        columns = ", ".join(self.there.ops.quote_name(field.column) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        insert = f"INSERT INTO {self.quoted(model)} ({columns}) VALUES ({marks})"  # noqa: S608
        digest, number = hashlib.sha256(), 0
        for portion in portions(rows_of(model, "default")):
            self.insert(cursor, model, insert, [self.prepared(fields, row) for row in portion])
            for row in portion:
                digest.update(told(row))
            number += len(portion)
            progress(len(portion))
        return number, digest.hexdigest()

    def insert(self, cursor, model, insert, rows):
        try:
            cursor.executemany(insert, rows)
        except (DatabaseError, ValueError) as problem:
            what = f"{model._meta.verbose_name_plural}, number {rows[0][0]} to {rows[-1][0]}"
            raise Refused(
                f"The database there does not take what is in {what}: {first_line(problem)}."
            ) from None

    def prepared(self, fields, row):
        return [
            field.get_db_prep_save(value, connection=self.there)
            for field, value in zip(fields, row, strict=True)
        ]

    def compare(self, moved):
        progress = self.bar("Comparing", sum(number for number, _digest in moved.values())).add
        for model, sent in moved.items():
            found = digest_of_rows(model, THERE, progress)
            if found != sent:
                raise Refused(
                    f"What arrived of {model._meta.verbose_name_plural} is not what was sent: "
                    f"{found[0]} rows of {sent[0]}. Nothing is kept of it there."
                )

    def go_on_counting(self):
        """Numbers of what was deleted are not given again: history knows them."""
        with self.there.cursor() as cursor:
            for statement in self.there.ops.sequence_reset_sql(no_style(), tables()):
                cursor.execute(statement)
            for model in tables():
                last = last_number(model, connection)
                if last:
                    self.count_from(cursor, model, last)

    def count_from(self, cursor, model, last):
        table, column = model._meta.db_table, model._meta.pk.column
        if self.there.vendor == "postgresql":
            sequence = "pg_get_serial_sequence(%s, %s)"
            names = [self.there.ops.quote_name(table), column]
            cursor.execute(f"SELECT setval({sequence}, %s)", [*names, last])
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])

    def quoted(self, model):
        return self.there.ops.quote_name(model._meta.db_table)

    @contextmanager
    def told(self):
        """What fails at the commit, such as an entry that points to nothing."""
        try:
            yield
        except DatabaseError as problem:
            raise Refused(
                f"The database there does not take all of it: {first_line(problem)}. Nothing is kept "
                "of it there."
            ) from None


@contextmanager
def same_moment():
    """All that is read here is of one moment, whoever saves meanwhile."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def known_migrations_of_disk():
    from django.db.migrations.loader import MigrationLoader

    return {
        f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations
    } & known_migrations()


def rows_of(model, alias):
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*names)
    return rows.iterator(chunk_size=PORTION)


def digest_of_rows(model, alias, progress=lambda number: None):
    """(number of rows, a digest of all of them)"""
    digest, number = hashlib.sha256(), 0
    for row in rows_of(model, alias):
        digest.update(told(row))
        number += 1
        progress(1)
    return number, digest.hexdigest()


def portions(rows):
    portion = []
    for row in rows:
        portion.append(row)
        if len(portion) == PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def told(row):
    """The same bytes for the same values, whichever database gave them."""
    return json.dumps(row, default=str, ensure_ascii=False, sort_keys=True).encode(
        "utf-8", "surrogatepass"
    )


def last_number(model, door):
    """The highest that a table has given; None where it gives none."""
    if not hasattr(model._meta.pk, "db_returning") or model._meta.auto_field is None:
        return None
    with door.cursor() as cursor:
        if door.vendor == "sqlite":
            sql = "SELECT seq FROM sqlite_sequence WHERE name = %s"
            cursor.execute(sql, [model._meta.db_table])
            return next(iter(cursor.fetchone() or ()), None)
        names = [door.ops.quote_name(model._meta.db_table), model._meta.pk.column]
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", names)
        (sequence,) = cursor.fetchone()
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}")  # noqa: S608
        return cursor.fetchone()[0]


def first_line(problem):
    return str(problem).strip().splitlines()[0].rstrip(".")
