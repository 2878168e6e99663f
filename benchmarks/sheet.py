"""How long 1,000 papers from a spreadsheet take: the preview, and the import with its history.

    .venv/bin/python benchmarks/sheet.py

The database is a new SQLite file on this disk; the rows of several runs add up in it.
"""

import io
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = 1000
RUNS = 3
COLUMNS = ("title_fr", "title_en", "summary_fr", "body_fr", "type", "date", "authors")


def workbook(run):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(COLUMNS)
    body = "Un paragraphe sur la paix et le dialogue au Mali. " * 8
    for number in range(run * ROWS, (run + 1) * ROWS):
        titles = (f"Étude {number} sur la paix à Mopti", f"Study {number} on peace in Mopti")
        book.active.append((*titles, "Un résumé.", body, "research", "2016-06", "A. Traoré"))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def one_run(run):
    from django.contrib.auth.models import User

    from profiles.editing import history, spreadsheets
    from profiles.models import Paper

    content = workbook(run)
    start = time.perf_counter()
    report = spreadsheets.try_out(Paper, spreadsheets.read(content))
    seen = time.perf_counter()
    with history.revision(User.objects.get(), "Spreadsheet"):
        spreadsheets.import_rows(Paper, spreadsheets.read(content), report.fingerprint)
    stored = time.perf_counter()
    print(
        f"preview {seen - start:.1f} s, import {stored - seen:.1f} s, {Paper.objects.count()} papers"
    )


def main():
    import django
    from django.core.management import call_command

    django.setup()
    from django.contrib.auth.models import User

    from profiles.models import Organisation

    call_command("migrate", verbosity=0)
    Organisation.objects.create(name_fr="Institut", slug="institut")
    User.objects.create_user("awa")
    for run in range(RUNS):
        one_run(run)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
        os.environ.setdefault("SECRET_KEY", "benchmark")
        os.environ["DJANGO_SETTINGS_MODULE"] = "imrap_site.settings"
        main()
