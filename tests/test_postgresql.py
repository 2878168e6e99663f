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

from tests.builders import environment

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


def run(*command, database):
    variables = environment(
        DJANGO_SETTINGS_MODULE="tests.settings", DATABASE_URL=database, PGUSER="site"
    )
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=variables, capture_output=True, text=True
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
        tests = run("-m", "pytest", "-q", "-x", "tests/test_search.py", database=address)
        assert tests.returncode == 0, tests.stdout
