"""Where two texts differ, with the words around it."""

import random
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from profiles.editing import history
from profiles.editing.passages import GAP, NEW, OLD, SAME, between
from profiles.models import Paper
from profiles.words import past_in_words
from tests.builders import filled
from tests.looks import nothing, violations

LONG = "La région du Centre du Mali est restée en marge de la mobilisation internationale. " * 4


def written(old, new):
    """The pieces as a line: [-went-] and {+came+}."""
    marks = {SAME: "%s", OLD: "[-%s-]", NEW: "{+%s+}", GAP: "…%s"}
    return "".join(marks[kind] % text for kind, text in between(old, new))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("Un deux trois", "Un quatre trois", "Un[- deux-]{+ quatre+} trois"),
        ("Un deux", "Un deux trois", "Un deux{+ trois+}"),
        ("Un deux", "deux", "[-Un deux-]{+deux+}"),
        ("", "Un", "{+Un+}"),
        ("Un", "", "[-Un-]"),
        ("Un\nDeux\nTrois", "Un\nTrois", "Un\n[-Deux\n-]Trois"),
        ("a b c d", "a x c y", "a[- b-]{+ x+} c[- d-]{+ y+}"),
    ],
)
def test_what_went_and_what_came_stand_in_their_places(old, new, line):
    assert written(old, new) == line


def test_of_a_long_text_the_words_around_a_change_are_shown():
    line = written(LONG + "Un mot. " + LONG, LONG + "Deux mots. " + LONG)
    assert "[- Un mot.-]{+ Deux mots.+} La région du Centre" in line
    assert line.startswith("…")
    assert line.endswith("…")
    assert len(line) < 220


def test_far_changes_are_shown_each():
    line = written(f"Un {LONG}\n{LONG}fin", f"Deux {LONG}\n{LONG}suite")
    assert line.startswith("[-Un-]{+Deux+} La région")
    assert line.endswith("[- fin-]{+ suite+}")
    assert "…" in line


def test_a_long_change_is_shortened_to_its_ends():
    line = written("Un", "Un " + LONG * 10)
    assert len(line) < 500
    assert "…" in line


def test_of_very_many_changes_the_first_are_shown():
    old = "\n".join(f"{n} avant" for n in range(200))
    line = written(old, old.replace("avant", "après"))
    assert line.count("{+") == 6
    assert line.endswith("…")


def test_two_books_in_the_same_few_words_take_no_time():
    chance = random.Random(1)
    words = [f"mot{n}" for n in range(40)]
    begun = time.perf_counter()
    for length in (1_400, 30_000):
        one, other = (" ".join(chance.choices(words, k=length)) for _book in range(2))
        assert between(one, other)
    assert time.perf_counter() - begun < 5


def test_dates_of_the_history_are_said_in_words(time_machine):
    time_machine.move_to("2026-11-26 09:00", tick=False)
    assert past_in_words(datetime(2026, 11, 26, 7, 53, tzinfo=UTC)) == "today at 07:53"
    assert past_in_words(datetime(2026, 11, 25, 17, 20, tzinfo=UTC)) == "yesterday at 17:20"
    assert past_in_words(datetime(2026, 11, 24, 8, 5, tzinfo=UTC)) == "24 November 2026 at 08:05"


# On its page


@pytest.fixture
def changed(staff_client, add_paper):
    """A paper in whose long text one word was changed, far from its beginning."""
    paper = add_paper("Écouter Ménaka", body_fr=f"<p>{LONG}</p><p>Un mot ici.</p><p>{LONG}</p>")
    form = f"/admin/profiles/paper/{paper.pk}/change/"
    body = paper.body_fr.replace("Un mot", "Deux mots")
    staff_client.post(form, filled(staff_client.get(form), body_fr=body))
    return Paper.objects.get()


def test_the_history_shows_the_passage_that_changed(staff_client, changed):
    french = {"accept-language": "fr"}
    page = staff_client.get(f"/admin/profiles/paper/{changed.pk}/history/", headers=french).text
    assert "<del>Un mot</del><ins>Deux mots</ins> ici." in page
    newest = page.partition("<section")[2].partition("</section>")[0]
    assert newest.count("mobilisation internationale.") == 1
    assert newest.count("La région du Centre du Mali") == 1
    assert "Aujourd’hui à " in page


def test_so_does_the_page_that_goes_back(staff_client, changed):
    first = list(history.versions_of(Paper, changed.pk))[-1]
    page = staff_client.get(f"/admin/profiles/paper/{changed.pk}/history/{first.pk}/").text
    assert "<del>Deux mots</del><ins>Un mot</ins> ici." in page


def test_markup_in_it_is_shown_as_it_is(staff_client, add_paper):
    paper = add_paper("a", is_draft=True, summary_fr="x " * 60)
    form = f"/admin/profiles/paper/{paper.pk}/change/"
    fields = filled(staff_client.get(form), summary_fr="x " * 60 + "<b>gras</b>")
    staff_client.post(form, fields)
    page = staff_client.get(f"/admin/profiles/paper/{paper.pk}/history/").text
    assert "&lt;b&gt;gras&lt;/b&gt;</ins>" in page


def test_it_stands_the_looks(signed_in, live_server, transactional_db, changed):
    for scheme, width in (("light", 1280), ("dark", 360)):
        signed_in.emulate_media(color_scheme=scheme)
        signed_in.set_viewport_size({"width": width, "height": 800})
        signed_in.goto(f"{live_server.url}/admin/profiles/paper/{changed.pk}/history/")
        expect(signed_in.locator(".safe-passage ins").first).to_have_text("Deux mots")
        nothing(violations(signed_in, f"passage {scheme}", preload=False))
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width
    signed_in.complaints.clear()
