"""The site beside others, all of them up at once and asked in turns, in several rounds."""

import statistics
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks import load, neighbours
from benchmarks.copies import a_copy, serving
from benchmarks.load import Figures
from benchmarks.processes import CannotMeasure
from benchmarks.recorded import asked, record

ROUNDS = {1: 2, 16: 3, 64: 2}  # at so many connections
SITE, BARE, FILE, BEHIND = "the site", "bare callable", "nginx, a file", "the site behind nginx"
NAIVE, WAGTAIL, CACHED = "naive Django", "Wagtail", "Wagtail with wagtail-cache"
PDF, PIECE = "exemple-rapport-*.pdf", "bytes=0-65535"


class Page(NamedTuple):
    name: str
    path: str
    headers: tuple = ()
    status: str = "200"


class Cell(NamedTuple):
    """One server that is asked for one page; `like` is the recorded page that it is compared with."""

    what: str
    by: str
    server: object
    path: str
    like: str
    headers: tuple = ()
    is_unknown: bool = False  # each time another query
    is_known: bool = False  # the browser has it already


class Row(NamedTuple):
    what: str
    by: str
    connections: int
    figures: Figures
    rate_ratio: float  # to the bare callable with the same page
    cpu_ratio: float


def pages_of(copy, of_who_has_it):
    entry = "/fr/papers/exemple-rapport/"
    media = next((copy / "media").rglob(PDF)).relative_to(copy)
    return [
        Page("profile", "/fr/"),
        Page("list", "/fr/papers/"),
        Page("entry", entry),
        Page("search", "/fr/search/?q=dialogue"),
        Page("304", "/fr/", of_who_has_it, "304"),
        Page("range", f"/{media}", (("Range", PIECE),), "206"),
    ]


def known(server, path):
    """The headers of a browser that has the page already."""
    return (("If-None-Match", dict(asked(server, path)[1])["ETag"]),)


@contextmanager
def all_servers():
    """(cells, sentences about what is left out)"""
    with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        folder.chmod(0o755)
        copy = a_copy(folder / "copy")
        site = stack.enter_context(serving(copy))
        pages = pages_of(copy, known(site, "/fr/"))
        (folder / "recorded").mkdir()
        record(site, pages, folder / "recorded")
        bare = neighbours.wsgi("benchmarks.peers.bare", ANSWERS=str(folder / "recorded"))
        cells = [*cells_of(site, stack.enter_context(bare), pages)]
        left_out = []
        for more in (cells_of_naive, cells_of_nginx, cells_of_wagtail):
            try:
                cells += more(stack, folder, site, pages)
            except CannotMeasure as problem:
                left_out.append(str(problem))
        yield cells, left_out


def cells_of(site, bare, pages):
    for page in pages:
        yield Cell(page.name, BARE, bare, f"/{page.name}", page.name, page.headers)
        is_known = page.name == "304"
        yield Cell(page.name, SITE, site, page.path, page.name, page.headers, is_known=is_known)
    for page in pages[:3]:
        yield Cell(f"cold {page.name}", SITE, site, page.path, page.name, is_unknown=True)


def cells_of_naive(stack, folder, site, pages):
    database = folder / "naive.sqlite3"
    neighbours.fill("naive", database)
    server = neighbours.wsgi("benchmarks.peers.naive.wsgi", PEER_DATABASE=str(database))
    server = stack.enter_context(server)
    paths = {"profile": "/", "list": "/papers/", "entry": "/entry/essai-7/"}
    return [Cell(f"cold {name}", NAIVE, server, path, name) for name, path in paths.items()]


def cells_of_nginx(stack, folder, site, pages):
    if not neighbours.NGINX:
        raise CannotMeasure("nginx is left out: it is not installed here.")
    (folder / "files").mkdir()
    (folder / "proxy").mkdir()
    files = neighbours.nginx_with_files(folder / "files", folder / "recorded", pages[:4])
    behind = neighbours.nginx_before(site, folder / "proxy", folder / "copy")
    files, behind = stack.enter_context(files), stack.enter_context(behind)
    for page in pages[:4]:
        yield Cell(page.name, FILE, files, f"/{page.name}", page.name)
    yield Cell("304", FILE, files, "/profile", "304", is_known=True)
    for page in pages[:4]:
        yield Cell(page.name, BEHIND, behind, page.path, page.name)


def cells_of_wagtail(stack, folder, site, pages):
    python, database = neighbours.install_wagtail(), folder / "wagtail.sqlite3"
    neighbours.fill("cms", database, python)
    for what, by, more in (
        ("cold profile", WAGTAIL, {}),
        ("profile", CACHED, {"WAGTAIL_CACHE": "yes"}),
    ):
        server = neighbours.wsgi(
            "benchmarks.peers.cms.wsgi", python, PEER_DATABASE=str(database), **more
        )
        yield Cell(what, by, stack.enter_context(server), "/", "profile")


# In turns


def figures(cell, connections, seconds):
    headers = known(cell.server, cell.path) if cell.is_known else cell.headers
    return load.measured(
        cell.server, cell.path, connections, seconds, headers, is_unknown=cell.is_unknown
    )


def rounds(cells, seconds):
    """{(cell, connections): its figures in each round}, after a round that warms up."""
    for cell in cells:
        figures(cell, max(ROUNDS), seconds)
    found = {}
    for turn in range(max(ROUNDS.values())):
        for connections in (number for number, turns in ROUNDS.items() if turn < turns):
            for cell in cells:
                one = figures(cell, connections, seconds)
                found.setdefault((cell, connections), []).append(one)
    return found


def rows_of(found):
    """Medians; what is compared are figures of the same round."""
    bare = {(cell.what, number): some for (cell, number), some in found.items() if cell.by == BARE}
    for (cell, connections), some in found.items():
        like = bare[cell.like, connections]
        pairs = list(zip(some, like, strict=True))
        rate = statistics.median(one.rate / other.rate for one, other in pairs)
        cpu = statistics.median(one.cpu / other.cpu for one, other in pairs)
        yield Row(cell.what, cell.by, connections, median_of(some), rate, cpu)


def median_of(some):
    middle = [statistics.median(values) for values in zip(*some, strict=True)]
    return Figures(*middle[:-1], failed=sum(one.failed for one in some))


def run(seconds=1):
    """(rows, sentences about what is left out)"""
    if not load.is_installed():
        return [], ["Nothing is compared: wrk is not installed here (Debian: apt install wrk)."]
    with all_servers() as (cells, left_out):
        return list(rows_of(rounds(cells, seconds))), left_out
