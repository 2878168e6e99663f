"""How long a search takes beside a list page of the same site, at several numbers of entries.

    .venv/bin/python benchmarks/search.py 100 10000

Each number is a site of its own in a folder that is removed afterwards, in SQLite; with DATABASE_URL
in the environment, in that (empty) database instead. Every paper has a PDF's text of five pages.
List page and searches take turns, so that what else the machine does weighs on both.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 15
PAGES = 5
LIST = "/fr/papers/?page=2"
QUERIES = ["médiation", "transhumance Gao", "paturage", "réconciliation à Kidal", "résil", "foncié"]
QUERIES += [
    "Qui parle de justice à Mopti ?",
    '"cohésion sociale"',
    "Papier d’essai 00042",
    "xyzxyz",
]


def prepare(number):
    from django.core.management import call_command

    from profiles import generated, search
    from profiles.models import Paper, PaperFile

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    generated.add_papers(number)
    chance = random.Random(1)  # noqa: S311
    keys = Paper.objects.filter(files=None).values_list("pk", flat=True)
    PaperFile.objects.bulk_create((a_file(key, chance) for key in keys), batch_size=500)
    start = time.perf_counter()
    search.rebuild()
    return time.perf_counter() - start


def a_file(key, chance):
    from profiles.models import PaperFile

    pages = [a_page(chance) for _ in range(PAGES)]
    file = f"papers/{key}/essai.pdf"
    facts = {"format": "pdf", "size": 500_000, "page_count": PAGES, "sha256": "0" * 64}
    return PaperFile(paper_id=key, file=file, language="fr", text="\f".join(pages), **facts)


def a_page(chance):
    from profiles.generated import PLACES, SENTENCES, THEMES

    sentences = (
        chance.choice(SENTENCES).format(theme=chance.choice(THEMES), place=chance.choice(PLACES))
        + f" mot{chance.randrange(20_000)}"
        for _ in range(20)
    )
    return " ".join(sentences)


def seconds_of(client, address, data=None):
    start = time.perf_counter()
    answer = client.get(address, data)
    assert answer.status_code == 200, address
    return time.perf_counter() - start


def one_site(number):
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.test import Client

    made = prepare(number)
    client, lists, searches = Client(), [], {query: [] for query in QUERIES}
    for turn in range(ROUNDS + 1):
        for query, times in searches.items():
            pair = seconds_of(client, LIST), seconds_of(client, "/fr/search/", {"q": query})
            if turn:  # the first warms up
                lists.append(pair[0])
                times.append(pair[1])
    plain = statistics.median(lists)
    every = statistics.median(one for times in searches.values() for one in times)
    print(f"{number} papers, index made in {made:.0f} s; a list page takes {plain * 1000:.1f} ms")
    print(f"  all searches, median: {every / plain:.2f} × a list page")
    for query, times in searches.items():
        print(f"  {statistics.median(times) / plain:5.2f} × {query}", flush=True)


def told(number):
    """What is measured on a new site with so many papers, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "SECRET_KEY": 6 * "benchmark ",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            **os.environ,
            "MEDIA_ROOT": f"{folder}/media",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        command = [sys.executable, __file__, "site", str(number)]
        how = {"env": settings, "check": True, "stdout": subprocess.PIPE, "text": True}
        return subprocess.run(command, **how).stdout


def main(numbers):
    for number in numbers:
        print(told(number), end="", flush=True)


if __name__ == "__main__":
    one_site(int(sys.argv[2])) if sys.argv[1:2] == ["site"] else main(
        sys.argv[1:] or ["100", "10000"]
    )
