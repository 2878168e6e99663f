"""What the whole server takes: memory, the time to its first answer, the first answer after an edit."""

import json
import re
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from benchmarks import copies, neighbours
from benchmarks.inside import change
from benchmarks.processes import CannotMeasure, cpu_seconds, pss_mib
from benchmarks.recorded import asked

STARTS, EDITS, REQUESTS, AT_ONCE, ROUNDS = 5, 30, 1_000, 8, 3
WARM_UP = 5  # edits
BEGINNINGS = ["/fr/", "/en/", "/fr/papers/", "/fr/papers/?page=2", "/fr/search/?q=dialogue"]
LINK = re.compile(rb'(?:href|src)="(/[^"#]+)"')
PAGES = {"profile": "/fr/", "list": "/fr/papers/", "entry": "/fr/papers/exemple-rapport/"}
OF_NAIVE = {"profile": "/", "list": "/papers/", "entry": "/entry/essai-7/"}


class Whole(NamedTuple):
    start: float  # seconds to the first answer
    start_cpu: float
    pss: float  # MiB after a thousand requests of all kinds
    edit: float  # milliseconds to the first answer after a change by another process
    edit_cpu: float


class Inside(NamedTuple):
    """CPU in one process, in milliseconds but for a hit."""

    page: str
    hit: float  # microseconds of a page that is kept
    made: float  # while the content stays as it is
    edited: float  # after an edit
    naive: float | None  # the same page of naive Django
    wagtail: float | None


def run():
    """(Whole, a row for each page, sentences about what is left out)"""
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        copy = copies.a_copy(Path(name) / "copy")
        starts = [one_start(copy) for _start in range(STARTS)]
        with copies.serving(copy) as site:
            edits = [one_edit(site, copy, number) for number in range(WARM_UP + EDITS)][WARM_UP:]
            ask_for_everything(site)
            pss = pss_mib(site.groups)
        waits, costs = zip(*starts, strict=True)
        of_edits, cost_of_edits = zip(*edits, strict=True)
        whole = Whole(
            statistics.median(waits),
            statistics.median(costs),
            pss,
            # CPU is told in ticks longer than one answer takes, so this is a mean.
            statistics.median(of_edits),
            statistics.mean(cost_of_edits),
        )
        return whole, *pages_inside(Path(name), copy)


def one_start(copy):
    """(seconds, seconds of CPU) from the command to the first page."""
    began = time.perf_counter()
    with copies.serving(copy) as site:
        return time.perf_counter() - began, cpu_seconds(site.groups)


def one_edit(site, copy, number):
    """(milliseconds, milliseconds of CPU) of the first answer after it."""
    change(copy / "var/db.sqlite3", number)
    before, began = cpu_seconds(site.groups), time.perf_counter()
    status, _headers, body = asked(site, "/fr/", {"Accept-Encoding": "identity"})
    waited, cost = time.perf_counter() - began, cpu_seconds(site.groups) - before
    assert f"essai {number}".encode() in body, f"An old page, {status}"
    return 1000 * waited, 1000 * cost


def ask_for_everything(site):
    found = set(BEGINNINGS)
    for beginning in BEGINNINGS:
        links = LINK.findall(asked(site, beginning, {"Accept-Encoding": "identity"})[2])
        found |= {link.decode().replace("&amp;", "&") for link in links}
    paths = islice(cycle(sorted(found)), REQUESTS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda path: asked(site, path)[0], paths))
    assert not [status for status in answers if status >= "500"]


# In one process


def pages_inside(folder, copy):
    """(rows, sentences about what is left out); the medians of rounds, in turns."""
    peers, left_out = peers_inside(folder)
    found = {page: [] for page in PAGES}
    for _round in range(ROUNDS):
        for page in PAGES:
            found[page].append(one_round(page, copy, peers))
    return [
        Inside(page, *map(median_of, zip(*some, strict=True))) for page, some in found.items()
    ], left_out


def one_round(page, copy, peers):
    database = str(copy / "var/db.sqlite3")
    ours = copies.run(copy, "-m", "benchmarks.inside", "imrap_site.wsgi", PAGES[page], database)
    ours = json.loads(ours.splitlines()[-1])
    others = [ask(page) for ask in peers]
    return ours["hit"], ours["made"], ours["edited"], *others


def median_of(values):
    return None if None in values else statistics.median(values)


def peers_inside(folder):
    """(functions that give the milliseconds of a page or None, sentences)"""
    naive, cms = folder / "naive.sqlite3", folder / "cms.sqlite3"
    neighbours.fill("naive", naive)
    ask = [lambda page: made("naive", OF_NAIVE[page], naive, sys.executable)]
    try:
        python = neighbours.install_wagtail()
        neighbours.fill("cms", cms, python)
    except CannotMeasure as problem:
        return [*ask, lambda page: None], [str(problem)]
    ask += [lambda page: made("cms", "/", cms, python) if page == "profile" else None]
    return ask, []


def made(package, path, database, python):
    module = f"benchmarks.peers.{package}.wsgi"
    printed = neighbours.inside(module, path, database, python)
    return json.loads(printed.splitlines()[-1])["made"]
