"""The same search on PostgreSQL: a real server, in a folder of its own, on a socket in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.builders import a_clone, a_copy_served, environment, got

pytest.importorskip("psycopg")
ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = [Path("/usr/local/bin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
FOLDER = next((folder for folder in PROGRAMS if (folder / "initdb").exists()), None)
ORDER = """
import django, json
django.setup()
from django.core.management import call_command
from profiles import search
from profiles.models import Organisation
from tests.corpus import queries, slugs_of, store_corpus
call_command("migrate", verbosity=0)
store_corpus(Organisation.objects.create(name_fr="IMRAP", acronym="IMRAP"))
for query, _slug in queries():
    results = search.search(query)
    scores = [round(hit.score, 3) for hit in results.hits]
    print(json.dumps([query, slugs_of(results.hits), scores, results.corrected]))
"""


def as_nobody():
    """The server refuses to run as root."""
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


@contextmanager
def server():
    """Its address as DATABASE_URL has it."""
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        folder.chmod(0o777)
        run = {"preexec_fn": as_nobody, "cwd": folder, "stdout": subprocess.DEVNULL}  # noqa: RUF100
        data = folder / "data"
        command = [FOLDER / "initdb", "-D", data, "-A", "trust", "-U", "site", "-E", "UTF8", "-N"]
        subprocess.run(command, check=True, **run)
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", folder]
        with subprocess.Popen(
            [FOLDER / "postgres", "-D", data, *options], stderr=subprocess.DEVNULL, **run
        ) as process:
            try:
                wait_for(folder / ".s.PGSQL.5432", process)
                yield f"postgres:///{folder}/postgres"
            finally:
                process.terminate()
                process.wait(20)
        shutil.rmtree(data, ignore_errors=True)


def wait_for(socket, process):
    for _ in range(200):
        if socket.exists() or process.poll() is not None:
            return
        subprocess.run(["sleep", "0.1"], check=True)


def run(*command, database, cwd=ROOT, **more):
    variables = environment(
        **{"DJANGO_SETTINGS_MODULE": "tests.settings", "PGUSER": "site", **more},
        DATABASE_URL=database,
    )
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=variables, capture_output=True, text=True
    )


@pytest.mark.server
@pytest.mark.skipif(FOLDER is None, reason="There is no PostgreSQL on this machine.")
@pytest.mark.skipif(connection.vendor == "postgresql", reason="It is the one that is used.")
def test_both_databases_give_the_same_hits_in_the_same_order(tmp_path):
    with server() as address:
        ours, theirs = (
            run("-c", ORDER, database=database)
            for database in (f"sqlite:///{tmp_path}/db.sqlite3", address)
        )
        assert (ours.returncode, theirs.returncode) == (0, 0), ours.stderr + theirs.stderr
        assert theirs.stdout.splitlines() == ours.stdout.splitlines()
        assert len(ours.stdout.splitlines()) >= 280
        tests = run(
            "-m",
            "pytest",
            "-q",
            "-x",
            "tests/test_search.py",
            "tests/test_flat.py",
            database=address,
        )
        assert tests.returncode == 0, tests.stdout


EVERYTHING = """
import django, json
django.setup()
from django.apps import apps
from django.contrib.sessions.models import Session
for model in sorted(apps.get_models(include_auto_created=True), key=str):
    if model is not Session:
        rows = model._base_manager.order_by("pk").values_list()
        print(model._meta.label, json.dumps([list(map(str, row)) for row in rows]))
"""
CHANGE = """
import django
django.setup()
from profiles.models import Paper
from django.contrib.sessions.models import Session
from django.utils import timezone
Paper.objects.all().delete()
Session.objects.create(session_key="a" * 32, session_data="x", expire_date=timezone.now())
print(Session.objects.count())
"""
FOUND = """
import django
django.setup()
from django.contrib.sessions.models import Session
from profiles import search
from profiles.models import KINDS
visible = {slug: kind.objects.published() for slug, kind in KINDS.items()}
print(len(search.search("paix", visible).hits) > 3, Session.objects.count())
"""
STEPS = [["migrate"], ["seed", "--sample"]]


@pytest.mark.server
@pytest.mark.skipif(FOLDER is None, reason="There is no PostgreSQL on this machine.")
@pytest.mark.skipif(connection.vendor == "postgresql", reason="It is the one that is used.")
def test_a_backup_of_postgresql_gives_an_equal_database_and_equal_files(tmp_path):
    clone, media = a_clone(tmp_path / "clone"), tmp_path / "media"
    with server() as address:
        where = {"database": address, "MEDIA_ROOT": str(media), "cwd": clone}

        def manage(*command, **more):
            done = run("manage.py", *map(str, command), **{**where, **more})
            said = (done.stdout + done.stderr).splitlines(keepends=True)
            return "".join(line for line in said if not line.startswith("journal: "))

        for step in STEPS:
            assert manage(*step, "--verbosity=0") == ""
        before = run("-c", EVERYTHING, **where).stdout
        assert before.count("profiles.Paper ") == 1
        files = {path: path.read_bytes() for path in media.rglob("*.*")}
        assert "verified" in manage("backup", tmp_path / "backup.tar")
        assert "0 copied" not in manage("backup", "--folder", tmp_path / "snapshots")
        assert "postgresql, 68 files" in manage("verify_backup", tmp_path / "backup.tar")
        assert "its database is of postgresql, this one's of sqlite" in manage(
            "restore", tmp_path / "backup.tar", "--yes", database=f"sqlite:///{tmp_path}/db.sqlite3"
        )
        for backup in (tmp_path / "backup.tar", tmp_path / "snapshots/latest"):
            assert run("-c", CHANGE, **where).stdout == "1\n"
            shutil.rmtree(media)
            assert "Restored." in manage("restore", backup, "--yes")
            assert run("-c", EVERYTHING, **where).stdout == before
            assert {path: path.read_bytes() for path in media.rglob("*.*")} == files
            assert run("-c", FOUND, **where).stdout == "True 0\n"
        dumps = sorted(clone.glob("var/before-restore-*/database.dump"))
        assert len(dumps) == 2
        no_programs = {"PATH": str(Path(sys.executable).parent)}
        assert "pg_dump is missing" in manage("backup", tmp_path / "x.tar", **no_programs)
        older = tmp_path / "older"
        older.mkdir()
        (older / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
        (older / "pg_dump").chmod(0o755)
        said = manage("backup", tmp_path / "x.tar", PATH=f"{older}:{os.environ['PATH']}")
        assert "and pg_dump only 9: install postgresql-client-" in said
        assert not (tmp_path / "x.tar").exists()
    said = run("manage.py", "backup", str(tmp_path / "x.tar"), **where)
    assert "The database does not answer" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.server
@pytest.mark.skipif(FOLDER is None, reason="There is no PostgreSQL on this machine.")
@pytest.mark.skipif(connection.vendor == "postgresql", reason="It is the one that is used.")
def test_a_database_that_refuses_leaves_files_and_rows_as_they_were(tmp_path):
    clone, media = a_clone(tmp_path / "clone"), tmp_path / "media"
    with server() as address:
        where = {"database": address, "MEDIA_ROOT": str(media), "cwd": clone}
        for command in (*STEPS, ["backup", str(tmp_path / "backup.tar")]):
            done = run("manage.py", *command, "--verbosity=0", **where)
            assert done.returncode == 0, done.stderr
        run("-c", CHANGE, **where)
        before = run("-c", EVERYTHING, **where).stdout
        files = {path: path.read_bytes() for path in media.rglob("*.*")}
        # Something of another program hangs on a table and can't be dropped with it.
        programs = tmp_path / "programs"
        programs.mkdir()
        (programs / "psql").write_text("#!/bin/sh\necho 'ERROR: no' >&2\nexit 3\n")
        (programs / "psql").chmod(0o755)
        where["PATH"] = f"{programs}:{os.environ['PATH']}"
        done = run("manage.py", "restore", str(tmp_path / "backup.tar"), "--yes", **where)
        assert "The database can't be restored: ERROR: no" in done.stderr
        assert run("-c", EVERYTHING, **where).stdout == before
        assert {path: path.read_bytes() for path in media.rglob("*.*")} == files
        assert not (clone / "var/restoring/plan.json").exists()


STAMP = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from imrap_site.serving.pages.stamp import of_database
from profiles import search
from profiles.models import Organisation, Paper
read = of_database()

def says(what, change):
    before = read()
    change()
    print(what, "moves" if read() != before else "stays")

def raw(statement):
    return lambda: connection.cursor().execute(statement)

def undone():
    with transaction.atomic():
        Paper.objects.update(title_fr="Y")
        transaction.set_rollback(True)

def partly_undone():
    with transaction.atomic():
        Paper.objects.update(title_fr="Y")
        try:
            with transaction.atomic():
                Paper.objects.update(title_fr="Z")
                raise ValueError
        except ValueError:
            pass

def begun():
    with transaction.atomic():
        Paper.objects.update(title_fr="Y")
        print("begun", read() == committed)

paper = Paper.objects.create(organisation=Organisation.objects.first(), title_fr="X")
says("save", paper.save)
says("bulk", lambda: Paper.objects.bulk_create([Paper(organisation_id=1, title_fr="B", slug="b")]))
says("update", lambda: Paper.objects.update(title_fr="Y"))
says("undone", undone)
says("partly undone", partly_undone)
committed = read()
begun()
says("raw", raw("UPDATE profiles_organisation SET acronym = 'A'"))
says("index", lambda: search.rebuild())
says("index again", lambda: search.index("papers", paper.pk))
says("account", lambda: User.objects.create(username="awa"))
says("session", raw("DELETE FROM django_session"))
says("migrate", lambda: call_command("migrate", verbosity=0))
says("delete", paper.delete)
says("truncate", raw("TRUNCATE profiles_video CASCADE"))
says("nothing", lambda: None)
connection.cursor().execute(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid() AND state = 'idle'"
)
says("closed", lambda: None)
"""
LOADED = """
import django
django.setup()
from pathlib import Path
from django.db import connection
from imrap_site.keeping import postgresql
from imrap_site.serving.pages.stamp import of_database
from profiles.models import Organisation
stamps = [of_database()()]
postgresql.copy({0!r})
for _time in range(2):
    Organisation.objects.update(acronym="NEW")
    stamps.append(of_database()())
    postgresql.load(Path({0!r}))
    stamps.append(of_database()())
print(len(stamps), len(set(stamps)), Organisation.objects.get().acronym)
connection.cursor().execute("DROP TABLE content_stamp CASCADE")
postgresql.copy({0!r})  # as a version before had it
postgresql.load(Path({0!r}))
print(of_database()())
"""
MOVES = {"save", "bulk", "update", "partly undone", "raw", "index", "index again", "delete"}
MOVES |= {"truncate"}


@pytest.mark.server
@pytest.mark.skipif(FOLDER is None, reason="There is no PostgreSQL on this machine.")
@pytest.mark.skipif(connection.vendor == "postgresql", reason="It is the one that is used.")
def test_on_postgresql_each_change_of_the_content_moves_the_stamp(tmp_path):
    with server() as address:
        for step in STEPS:
            assert run("manage.py", *step, database=address, VAR_DIR=str(tmp_path)).returncode == 0
        done = run("-c", STAMP, database=address, VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    said = [line.rsplit(" ", 1) for line in done.stdout.splitlines() if "journal" not in line]
    assert said.pop(5) == ["begun", "True"]
    assert {what for what, does in said if does == "moves"} == MOVES
    assert {what for what, does in said if does == "stays"} == {
        *("undone", "account", "session", "migrate", "nothing", "closed")
    }


@pytest.mark.server
@pytest.mark.skipif(FOLDER is None, reason="There is no PostgreSQL on this machine.")
@pytest.mark.skipif(connection.vendor == "postgresql", reason="It is the one that is used.")
def test_a_copy_that_is_loaded_never_brings_a_former_stamp_back(tmp_path):
    """Another host that goes on meanwhile would take its kept pages for those of this content."""
    with server() as address:
        for step in STEPS:
            assert run("manage.py", *step, database=address, VAR_DIR=str(tmp_path)).returncode == 0
        loaded = LOADED.format(str(tmp_path / "copy.dump"))
        done = run("-c", loaded, database=address, VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["5 5 IMRAP", "None"]


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(FOLDER is None, reason="There is no PostgreSQL on this machine.")
@pytest.mark.skipif(connection.vendor == "postgresql", reason="It is the one that is used.")
def test_on_postgresql_no_page_is_old_right_after_a_commit(tmp_path):
    import psycopg

    with server() as address:
        for step in STEPS:
            assert run("manage.py", *step, database=address, VAR_DIR=str(tmp_path)).returncode == 0
        more = {"DATABASE_URL": address, "PGUSER": "site"}
        with a_copy_served(tmp_path, **more) as (port, _copy):
            folder = address.removeprefix("postgres:///").rpartition("/")[0]
            with psycopg.connect(
                host=folder, user="site", dbname="postgres", autocommit=True
            ) as other:
                for number in range(100):
                    title = f"Titre {number:04}"
                    other.execute("UPDATE profiles_organisation SET name_fr = %s", [title])
                    for _time in range(2):
                        assert title.encode() in got(port, "/fr/")[2]


COUNT = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from imrap_site.serving.pages import stamp
from imrap_site.serving.reach.store import store
stamp_before = stamp.of_database()()
def add(number):
    return store().add({("2026-11-26", "papers-1", "view"): 1}, ("log", (number or None) and 0, 9 if number else 0))
with ThreadPoolExecutor(4) as hosts:
    first = add(0)
    counted = list(hosts.map(add, range(1, 9)))
print(first, sorted(counted), store().rows("SELECT * FROM counts"), store().position("log"))
print(stamp.of_database()() == stamp_before, connection.introspection.table_names().count("counts"))
"""
READ = """
import django
django.setup()
from imrap_site.serving.reach.store import store
print(store().rows("SELECT number FROM counts"))
"""


@pytest.mark.server
@pytest.mark.skipif(FOLDER is None, reason="There is no PostgreSQL on this machine.")
@pytest.mark.skipif(connection.vendor == "postgresql", reason="It is the one that is used.")
def test_what_is_read_is_counted_beside_the_content_and_comes_along_in_a_backup(tmp_path):
    """Of hosts that read the same log at once, one counts it; pages stay as they are."""
    clone, backup = a_clone(tmp_path / "clone"), str(tmp_path / "backup.tar")
    with server() as address:
        where = {"database": address, "MEDIA_ROOT": str(tmp_path / "media"), "cwd": clone}
        assert run("manage.py", "migrate", "--verbosity=0", **where).returncode == 0
        done = run("-c", COUNT, **where)
        assert done.stdout.splitlines() == [
            f"True {[*7 * [False], True]} [('2026-11-26', 'papers-1', 'view', 2)] 9",
            "True 0",
        ], done.stderr
        assert run("manage.py", "backup", backup, **where).returncode == 0
        run("-c", COUNT, **where)
        done = run("manage.py", "restore", backup, "--yes", **where)
        assert "Restored." in done.stdout, done.stderr
        assert run("-c", READ, **where).stdout == "[(2,)]\n"
