"""Pages at several numbers of papers, on SQLite and PostgreSQL, each site in a process of its own."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from benchmarks.inside import answer, environ
from benchmarks.processes import ROOT, CannotMeasure, cpu_seconds, environment, started

TIMES = 15
PLACES = [Path("/usr/local/bin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
POSTGRESQL = next((folder for folder in PLACES if (folder / "initdb").exists()), None)
PAGES = {
    "profile": ("/fr/", ""),
    "list": ("/fr/papers/", ""),
    "list, page 3": ("/fr/papers/", "page=3"),
    "a year": ("/fr/papers/", "year=2020"),
    "entry": ("/fr/papers/papier-essai-00042/", ""),
    "search": ("/fr/search/", "q=médiation"),
    "search, three words": ("/fr/search/", "q=réconciliation à Kidal"),
}


class Row(NamedTuple):
    database: str
    papers: int
    page: str
    p50: float  # milliseconds
    cpu: float  # milliseconds, the database's own among them
    p50_ratio: float = 1  # to the smallest site
    cpu_ratio: float = 1


def run(numbers):
    """(rows, sentences about what is left out)"""
    found, left_out = [], []
    for name, place in (("SQLite", nullcontext), ("PostgreSQL", postgresql)):
        try:
            for number in numbers:
                found += [Row(name, number, *one) for one in one_site(place, number)]
        except CannotMeasure as problem:
            left_out.append(str(problem))
    return list(with_ratios(found)), left_out


def with_ratios(rows):
    first = {}
    for row in rows:
        least = first.setdefault((row.database, row.page), row)
        yield row._replace(p50_ratio=row.p50 / least.p50, cpu_ratio=row.cpu / least.cpu)


def one_site(place, number):
    """(page, p50, cpu) of each page of a new site."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder, place() as server:
        places = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
        places |= {"MEDIA_ROOT": f"{folder}/media", "VAR_DIR": folder}
        places |= of_postgresql(server) if server else {}
        settings = environment(DJANGO_SETTINGS_MODULE="tests.settings", **places)
        command = [sys.executable, "-m", "benchmarks.sizes", str(number)]
        how = {"cwd": ROOT, "env": settings, "capture_output": True, "text": True}
        ended = subprocess.run(command, **how)
        if ended.returncode:
            raise CannotMeasure(f"No site with {number} papers: {ended.stderr[-2000:]}")
        return json.loads(ended.stdout.splitlines()[-1])


# PostgreSQL


@contextmanager
def postgresql():
    """A server in a folder of its own, on a socket in it, which is its address."""
    if POSTGRESQL is None:
        raise CannotMeasure("PostgreSQL is left out: it is not installed here.")
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        folder.chmod(0o777)  # it refuses to run as root
        data, how = folder / "data", {"preexec_fn": as_nobody, "cwd": folder}
        order = ["initdb", "-D", data, "-A", "trust", "-U", "site", "-E", "UTF8", "-N"]
        subprocess.run([POSTGRESQL / order[0], *order[1:]], check=True, capture_output=True, **how)
        options = ["-c", "listen_addresses=", "-k", folder]
        socket = folder / ".s.PGSQL.5432"
        with started(
            [POSTGRESQL / "postgres", "-D", data, *options], folder, socket.exists, **how
        ) as one:
            yield one
        shutil.rmtree(data, ignore_errors=True)


def as_nobody():
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


def of_postgresql(server):
    group = server.groups[0]
    address = f"postgres:///{server.port}/postgres"
    return {"DATABASE_URL": address, "PGUSER": "site", "GROUP": str(group)}


# In the process of one site


def cpu(groups):
    return time.process_time() + cpu_seconds(groups) if groups else time.process_time()


def measured(application, path, query, groups):
    """(p50, cpu) in milliseconds, of a page that is made each time."""
    waits, began = [], 0
    for turn in range(-2, TIMES):  # the first two warm up
        if turn == 0:
            began = cpu(groups)
        start = time.perf_counter()
        answer(application, environ(path, query.encode().decode("latin-1")))
        waits.append(time.perf_counter() - start)
    return 1000 * statistics.median(waits[2:]), 1000 * (cpu(groups) - began) / TIMES


def main(number):
    from benchmarks.search import prepare
    from imrap_site.wsgi import site  # without the door that keeps pages

    prepare(number)
    groups = [int(group) for group in os.environ.get("GROUP", "").split()]
    found = [(page, *measured(site, *asked, groups)) for page, asked in PAGES.items()]
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
