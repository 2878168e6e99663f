"""Copies of a PostgreSQL database by its own programs, pg_dump, pg_restore and psql."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.backends.postgresql.client import DatabaseClient

from imrap_site.keeping.manifest import DAMAGED
from imrap_site.keeping.refusals import Refused

COPY = re.compile(r'COPY \S*?\.?"?(\w+)"? \((.*)\) FROM stdin;\n')
ESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}
# A value that was there before may be that of pages which another host keeps, of another version.
NEW_STAMP = """
RESET search_path;
DO $$ BEGIN
    IF to_regclass('content_stamp') IS NOT NULL THEN
        UPDATE content_stamp SET stamp = gen_random_uuid();
    END IF;
END $$;
"""
DUMP = ["--format=custom", "--no-owner", "--no-acl"]


def copy(to):
    """The content at one moment; nobody waits."""
    must_know_the_server()
    done = run("pg_dump", [*DUMP, f"--file={to}"])
    if done.returncode:
        raise Refused(f"The database can't be copied: {done.stderr.strip()}")


def check(path):
    """Refused unless pg_restore can read its contents to the end, and it is a site's."""
    program("pg_restore")
    listed = subprocess.run(["pg_restore", "--list", path], capture_output=True, text=True)  # noqa: S603, S607 (the system's own)
    if listed.returncode or " TABLE DATA " not in listed.stdout:
        raise Refused(DAMAGED.format("its database can't be read"))
    if " django_migrations " not in listed.stdout:
        raise Refused(DAMAGED.format("its database is none of such a site"))


def file_names(path, columns):
    """What stands in columns, (table, column), as far as this version of the site had them."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", dir=path.parent) as text:
        command = ["pg_restore", "--data-only", "--file=-", path]
        if subprocess.run(command, stdout=text, stderr=subprocess.DEVNULL).returncode:  # noqa: S603
            raise Refused(DAMAGED.format("its database can't be read"))
        text.seek(0)
        return {name for name in names_in(text, set(columns)) if name not in ("", "\\N")}


def names_in(lines, columns):
    table, places = "", []
    for line in lines:
        if start := COPY.fullmatch(line):
            table = start[1]
            named = [name.strip('" ') for name in start[2].split(",")]
            places = [place for place, name in enumerate(named) if (table, name) in columns]
        elif line == "\\.\n":
            places = []
        elif places:
            row = line.rstrip("\n").split("\t")
            yield from (unescaped(row[place]) for place in places)


def unescaped(text):
    return re.sub(r"\\[\\tnr]", lambda found: ESCAPES[found[0]], text)


def load(path):
    """Put a copy in the place of all tables, all or nothing."""
    must_know_the_server()
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        names = ("before.sql", "content.sql", "after.sql")
        before, script, after = (Path(folder, name) for name in names)
        must_work(
            run_plain("pg_restore", ["--no-owner", "--no-acl", f"--file={script}", str(path)])
        )
        before.write_text(going(script))
        after.write_text(NEW_STAMP)
        connection.close()
        psql = ["-X", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1"]
        must_work(run("psql", [*psql, "-f", str(before), "-f", str(script), "-f", str(after)]))


def going(script):
    """What makes room: all tables, their functions and, where the copy has it, what is counted."""
    gone = [*(f"TABLE IF EXISTS {name}" for name in tables()), *functions()]
    with script.open(encoding="utf-8") as lines:
        if any(line.startswith("CREATE SCHEMA reach;") for line in lines):
            gone.append("SCHEMA IF EXISTS reach")
    return "".join(f"DROP {one} CASCADE;\n" for one in gone)


def must_work(done):
    if done.returncode:
        raise Refused(f"The database can't be restored: {done.stderr.strip()[-500:]}")


def functions():
    """What triggers of the site call; not what an extension brought."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'FUNCTION IF EXISTS ' || oid::regprocedure FROM pg_proc "
            "WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS "
            "(SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        )
        return [signature for (signature,) in cursor.fetchall()]


def tables():
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return [connection.ops.quote_name(name) for name in names]


def is_empty():
    return not tables()


def must_know_the_server():
    """pg_dump reads servers of its own version and older ones."""
    try:
        connection.ensure_connection()
    except DatabaseError as problem:
        raise Refused(f"The database does not answer: {str(problem).strip()}") from None
    server = connection.pg_version // 10_000
    said = subprocess.run([program("pg_dump"), "--version"], capture_output=True, text=True)  # noqa: S603
    number = re.search(r" (\d+)", said.stdout)
    if number is None or int(number[1]) < server:
        raise Refused(
            f"The database is PostgreSQL {server} and pg_dump only {number and number[1]}: "
            f"install postgresql-client-{server}."
        )


def program(name):
    found = shutil.which(name)
    if found is None:
        raise Refused(
            f"{name} is missing, which copies the database; on Debian: apt install postgresql-client"
        )
    return found


def run(name, parameters):
    """One of the programs, told where the database is."""
    arguments, variables = DatabaseClient.settings_to_cmd_args_env(
        connection.settings_dict, parameters
    )
    return run_plain(name, arguments[1:], variables or {})


def run_plain(name, arguments, variables=()):
    return subprocess.run(  # noqa: S603 (the system's own programs)
        [program(name), *arguments],
        env=os.environ | dict(variables),
        capture_output=True,
        text=True,
    )
