"""How long 2,000 papers from a spreadsheet take, and how long others wait meanwhile.

    .venv/bin/python benchmarks/sheet.py [rows]

Three steps, each with its preview: new papers, the same changed while they have no version yet (as
after `seed`), and changed once more. Beside them one process asks all the time for the
write lock and says for how long it was refused; another one saves ten times a second, with the
patience of the site, and says how long its longest save took. Neither may pass 2 s.
"""

import io
import multiprocessing
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = int(sys.argv[1]) if sys.argv[1:] else 2000
COLUMNS = ("slug", "title_fr", "title_en", "summary_fr", "body_fr", "type", "date", "authors")
BODY = "Un paragraphe sur la paix et le dialogue au Mali. " * 8


def workbook(summary):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(COLUMNS)
    for number in range(ROWS):
        titles = (f"Étude {number} sur la paix à Mopti", f"Study {number} on peace in Mopti")
        row = (f"etude-{number}", *titles, summary, BODY, "research", "2016-06", "A. Traoré")
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# Others, each in a process of its own: (when, for how long) of every time that they wait


def watch(database, stop, waits):
    """For how long the write lock is held by somebody else."""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as line:
        refused_since = None
        while not stop.is_set():
            now = time.monotonic()
            try:
                line.execute("BEGIN IMMEDIATE")
                line.execute("ROLLBACK")
            except sqlite3.OperationalError:
                refused_since = refused_since or now
            else:
                if refused_since:
                    waits.put((refused_since, now - refused_since))
                refused_since = None
            time.sleep(0.002)


def save(database, stop, waits):
    """Somebody who saves, as patient as the site itself."""
    with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as line:
        while not stop.is_set():
            start = time.monotonic()
            line.execute("BEGIN IMMEDIATE")
            line.execute("UPDATE auth_user SET first_name = ?", [str(start)])
            line.execute("COMMIT")
            waits.put((start, time.monotonic() - start))
            time.sleep(0.1)


class Others:
    def __init__(self, database):
        processes = multiprocessing.get_context("spawn")
        self.stop = processes.Event()
        self.waits = {role: processes.Queue() for role in (watch, save)}
        self.running = [
            processes.Process(target=role, args=(database, self.stop, waits), daemon=True)
            for role, waits in self.waits.items()
        ]
        for process in self.running:
            process.start()
        while self.waits[save].empty():  # until it is there
            time.sleep(0.1)

    def longest(self):
        """How long the lock was held, and a save took, since somebody last asked."""
        time.sleep(0.3)
        return [
            max([0.0, *(took for _start, took in taken(queue))]) for queue in self.waits.values()
        ]


def taken(queue):
    while not queue.empty():
        yield queue.get()


# Steps


def measured(name, others, work):
    others.longest()
    start = time.perf_counter()
    result = work()
    took = time.perf_counter() - start
    held, waited = others.longest()
    print(f"{name}: {took:.1f} s; lock held {held:.2f} s, longest save {waited:.2f} s", flush=True)
    return result


def step(name, summary, others):
    from django.contrib.auth.models import User

    from profiles.editing import spreadsheets
    from profiles.models import Paper

    content = workbook(summary)
    report = measured(
        f"preview of {name}",
        others,
        lambda: spreadsheets.try_out(Paper, spreadsheets.read(content)),
    )
    if len(report.rows) != ROWS:
        sys.exit(f"Not all rows are read: {report.faults[:3]}")
    measured(
        f"import of {name}",
        others,
        lambda: spreadsheets.import_rows(
            Paper, spreadsheets.read(content), report.fingerprint, User.objects.get()
        ),
    )


def main(database):
    import django
    from django.core.management import call_command

    django.setup()
    from django.contrib.auth.models import User
    from reversion.models import Revision

    from profiles.models import Organisation, Paper

    call_command("migrate", verbosity=0)
    Organisation.objects.create(name_fr="Institut", slug="institut")
    User.objects.create_user("awa")
    others = Others(database)
    step(f"{ROWS} new papers", "Un résumé.", others)
    Revision.objects.all().delete()
    step(f"{ROWS} changes, none recorded before", "Un autre résumé.", others)
    step(f"{ROWS} more changes", "Un troisième.", others)
    print(f"{Paper.objects.count()} papers, {Revision.objects.count()} revisions")
    others.stop.set()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
        os.environ.setdefault("SECRET_KEY", "benchmark")
        os.environ["DJANGO_SETTINGS_MODULE"] = "imrap_site.settings"
        main(f"{folder}/db.sqlite3")
