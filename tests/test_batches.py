"""Many entries stored at once: worked out before the lock, all of them or none, with history."""

import re
import subprocess
import sys

import pytest
from django.contrib.admin.models import LogEntry
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Revision, Version

from imrap_site import start
from profiles import search
from profiles.editing import batches, history
from profiles.editing.spreadsheets import NotImported, importing
from profiles.models import KINDS, Paper, Programme
from profiles.richtext import RichTextField
from tests.builders import a_file, imported, tried, workbook

pytestmark = pytest.mark.django_db(transaction=True)


def statements(captured):
    return [query["sql"] for query in captured]


def under_lock(captured):
    """How many statements a transaction holds that writes papers."""
    sent = "\n".join(statements(captured))
    whole = re.findall(r"^BEGIN[^\n]*\n(.*?)^COMMIT", sent, re.MULTILINE | re.DOTALL)
    return [part.count("\n") for part in whole if re.search('(INTO|UPDATE) "profiles_paper"', part)]


def sheet(number, summary, start=0):
    rows = [
        [f"note-{one}", f"Note {one}", summary, "<p>Texte</p>"]
        for one in range(start, start + number)
    ]
    return workbook(["slug", "title_fr", "summary_fr", "body_fr"], *rows)


# The lock


def test_a_preview_writes_nothing_and_takes_no_lock(add_paper):
    add_paper(slug="note-0")
    content = sheet(3, "Un résumé")
    with CaptureQueriesContext(connection) as captured:
        assert tried(content).new == 2
    assert {sql.split()[0] for sql in statements(captured)} == {"SELECT"}


def test_under_the_lock_as_much_is_asked_for_few_rows_as_for_many(imrap):
    asked = []
    for number, from_row in ((2, 0), (40, 100)):
        for summary in ("Nouveau", "Autre"):  # added, then changed
            with CaptureQueriesContext(connection) as captured:
                imported(sheet(number, summary, from_row))
            asked += under_lock(captured)
    assert asked == [5, 5, 5, 5]


def test_nothing_is_worked_out_under_the_lock(add_paper, monkeypatch):
    add_paper(slug="note-0")
    worked_out = []

    def watched(owner, name):
        work = getattr(owner, name)

        def outside(*args, **kwargs):
            worked_out.append(name)
            assert not connection.in_atomic_block, f"{name} holds everybody up"
            return work(*args, **kwargs)

        monkeypatch.setattr(owner, name, outside)

    for owner, name in (
        (Paper, "full_clean"),
        (Paper, "fill_in"),
        (RichTextField, "clean"),
        (serializers, "serialize"),
        (search.contents, "document_of"),
        (importing, "try_out"),
    ):
        watched(owner, name)
    monkeypatch.setattr(RichTextField, "pre_save", None)  # which sanitises once more
    imported(sheet(3, "Un résumé"))
    assert set(worked_out) == {
        "full_clean",
        "fill_in",
        "clean",
        "serialize",
        "document_of",
        "try_out",
    }


@pytest.mark.server
def test_others_save_while_a_sheet_is_previewed_and_imported():
    command = [sys.executable, "benchmarks/sheet.py", "200"]
    printed = subprocess.run(command, cwd=start.ROOT, capture_output=True, text=True, check=True)
    pattern = r": ([\d.]+) s; lock held ([\d.]+) s, longest save ([\d.]+) s"
    lines = re.findall(pattern, printed.stdout)
    assert len(lines) == 6
    took, held, waited = (sum(map(float, seconds)) for seconds in zip(*lines, strict=True))
    assert held < took / 5
    assert waited < took / 5


# Somebody else, between the reading and the lock


@pytest.fixture
def meanwhile(monkeypatch):
    """Does what a colleague does just before the lock is taken."""

    def do(work):
        class Late(batches.Batch):
            def store(self):
                work()
                super().store()

        monkeypatch.setattr(importing, "Batch", Late)

    return do


def test_a_save_just_before_the_lock_is_not_overwritten(add_paper, meanwhile):
    add_paper("Ancien", slug="note-0")

    def save():
        paper = Paper.objects.get(slug="note-0")
        paper.title_fr = "De Moussa"
        paper.save()

    meanwhile(save)
    with pytest.raises(NotImported) as refusal:
        imported(sheet(2, "Un résumé"))
    assert Paper.objects.get().title_fr == "De Moussa"
    (change, *_rest) = refusal.value.report.rows[0].changes
    assert (change.before, change.after) == ("De Moussa", "Note 0")
    assert (Version.objects.count(), Revision.objects.count(), LogEntry.objects.count()) == (
        0,
        0,
        0,
    )


def test_what_is_deleted_just_before_the_lock_does_not_come_back(add_paper, meanwhile):
    add_paper(slug="note-0")
    meanwhile(lambda: Paper.objects.all().delete())
    with pytest.raises(NotImported) as refusal:
        imported(sheet(1, "Un résumé"))
    assert Paper.objects.count() == 0
    assert refusal.value.report.rows[0].is_new


def test_an_address_taken_just_before_the_lock_stops_all(add_paper, meanwhile):
    meanwhile(lambda: add_paper("De Moussa", slug="note-1"))
    with pytest.raises(NotImported):
        imported(sheet(3, "Un résumé"))
    assert [paper.title_fr for paper in Paper.objects.all()] == ["De Moussa"]


def test_a_programme_deleted_just_before_the_lock_stops_all(imrap, meanwhile):
    Programme.objects.create(organisation=imrap, title_fr="Confiance", slug="trust")
    meanwhile(lambda: Programme.objects.all().delete())
    with pytest.raises(NotImported) as refusal:
        imported(workbook(["title_fr", "programme"], ["Un", ""], ["Deux", "trust"]))
    assert Paper.objects.count() == 0
    assert [fault.line for fault in refusal.value.report.faults] == [3]


def test_what_was_recorded_just_before_the_lock_is_recorded_once(add_paper, meanwhile):
    paper = add_paper(slug="note-0")
    meanwhile(lambda: history.keep_first(Paper, [paper.pk]))
    imported(sheet(1, "Un résumé"))
    assert Version.objects.filter(object_id=paper.pk).count() == 2


# What is stored


@pytest.mark.parametrize("model", KINDS.values())
def test_a_version_is_what_django_reversion_makes_of_the_same_entry(imrap, model):
    imported(workbook(["title_fr", "body_fr"], ["Un", "Texte"]), model)
    entry = model.objects.get()
    if model is Paper:
        a_file(entry)
        imported(workbook(["slug", "title_fr"], [entry.slug, "Deux"]))
        entry = model.objects.get()
    ours = list(Version.objects.order_by("pk"))[-(1 + len(history.parts_of(entry))) :]
    with history.revision():
        history.record(entry)
    theirs = list(Version.objects.order_by("pk"))[-len(ours) :]
    kept = ("content_type", "db", "format", "serialized_data", "object_repr", "object_id")
    assert [[getattr(version, name) for name in kept] for version in ours] == [
        [getattr(version, name) for name in kept] for version in theirs
    ]


def test_entries_without_a_version_get_the_one_that_stood_there_first(add_paper):
    papers = [add_paper("Ancien", slug=f"note-{number}") for number in range(2)]
    a_file(papers[0])
    history.keep_first(Paper, [papers[1].pk])
    imported(sheet(3, "Un résumé"))
    for paper in papers:
        last, first = history.versions_of(Paper, paper.pk)
        assert (first.field_dict["title_fr"], last.field_dict["title_fr"][:4]) == ("Ancien", "Note")
        assert first.revision.date_created == paper.updated
        assert (last.revision.user.username, last.revision.comment) == ("fanta", "Spreadsheet")
    assert [
        len(history.parts_in(version)) for version in history.versions_of(Paper, papers[0].pk)
    ] == [
        1,
        1,
    ]
    (only,) = history.versions_of(Paper, Paper.objects.get(slug="note-2").pk)
    assert history.token_of(history.entry_in(only)) == history.token_of(
        Paper.objects.get(slug="note-2")
    )


def test_what_save_writes_by_itself_is_written_here_too(add_paper):
    old = add_paper(slug="note-0", date="2015")
    before = timezone.now()
    rows = [["note-0", "Un\r\nDeux", "2016"], ["note-1", "Trois", "06/2017"]]
    imported(workbook(["slug", "title_fr", "date"], *rows))
    changed, new = Paper.objects.order_by("pk")
    assert [(paper.dated, paper.updated > before) for paper in (changed, new)] == [
        ("2016", True),
        ("2017-06", True),
    ]
    assert (changed.created, changed.publish_at) == (old.created, old.publish_at)
    assert new.created == new.updated
    assert not changed.is_draft
    assert new.is_draft


def test_imported_entries_are_found_by_their_words(add_paper):
    add_paper("Ancien", slug="note-0")
    imported(sheet(2, "Le pastoralisme"))
    assert search.matching(Paper.objects.all(), "pastoralismes").count() == 2
    assert search.matching(Paper.objects.all(), "ancien").count() == 0


def test_an_index_that_fails_loses_no_entry(imrap, monkeypatch, caplog):
    monkeypatch.setattr(search.store, "put", None)
    imported(sheet(1, "Un résumé"))
    assert Paper.objects.count() == 1
    assert "Error calling" in caplog.text
