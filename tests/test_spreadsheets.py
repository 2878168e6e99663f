"""Spreadsheets: what is taken, what is refused and in which words."""

import datetime
import io

import pytest
from django.utils import translation
from openpyxl import load_workbook

from profiles.editing.spreadsheets import (
    NotImported,
    as_csv,
    as_workbook,
    columns_of,
    read,
    template,
    try_out,
)
from profiles.editing.spreadsheets.columns import column_names
from profiles.models import KINDS, Organisation, Paper, Programme, Video
from tests.builders import cells, faults, imported, stored, tried, workbook

pytestmark = pytest.mark.django_db


# Drafts


def test_a_new_row_is_a_draft_whatever_the_sheet_says(imrap):
    imported(workbook(["title_fr", "date"], ["Note sur Gao", "06/2016"]))
    paper = Paper.objects.get()
    assert (paper.title_fr, paper.slug, paper.date) == ("Note sur Gao", "note-sur-gao", "2016-06")
    assert (paper.dated, paper.is_draft, paper.organisation) == ("2016-06", True, imrap)
    assert (paper.type, paper.licence_fr) == ("research", "Tous droits réservés")


@pytest.mark.parametrize(
    "heading", ["is_draft", "publish_at", "Draft", "Published from", "Brouillon"]
)
def test_a_sheet_has_no_column_that_publishes(imrap, heading):
    report = imported(workbook(["title_fr", heading], ["Note", "0"]))
    assert report.warnings == [
        f"Columns left out, because the template has none of these names: “{heading}”."
    ]
    assert Paper.objects.get().is_draft


@pytest.mark.parametrize("is_draft", [True, False])
def test_an_update_leaves_the_state_as_it_is(add_paper, is_draft):
    paper = add_paper(slug="note", is_draft=is_draft, body_fr="<p>Avant</p>")
    report = imported(workbook(["slug", "title_fr"], ["note", "Autre titre"]))
    assert (report.new, report.changed) == (0, 1)
    before, paper = paper, Paper.objects.get()
    assert (paper.title_fr, paper.is_draft, paper.body_fr) == (
        "Autre titre",
        is_draft,
        "<p>Avant</p>",
    )
    assert (paper.pk, paper.publish_at) == (before.pk, before.publish_at)


def test_trying_a_sheet_out_stores_nothing(add_paper):
    add_paper(slug="note")
    report = tried(workbook(["slug", "title_fr"], ["note", "Autre"], ["", "Nouveau"]))
    assert (report.new, report.changed, report.unchanged) == (1, 1, 0)
    assert [paper.title_fr for paper in Paper.objects.all()] == ["Autoportrait du Mali"]


def test_the_report_says_what_stood_there_and_what_will(add_paper):
    add_paper(slug="note", date="2016")
    row = tried(workbook(["slug", "date"], ["note", "30/06/2016"])).rows[0]
    assert [(c.column, c.before, c.after) for c in row.changes] == [
        ("Publication date", "2016", "30/06/2016")
    ]


def test_an_empty_cell_empties_and_a_missing_column_does_not(add_paper):
    add_paper(slug="note", authors="Aminata Traoré", date="2016", type="policy", position=3)
    imported(workbook(["slug", "authors", "type", "position"], ["note", "", "", ""]))
    paper = Paper.objects.get()
    assert (paper.authors, paper.date, paper.type, paper.position) == ("", "2016", "policy", 3)


def test_what_changed_since_the_preview_is_not_overwritten_unseen(add_paper):
    paper = add_paper(slug="note", date="2016")
    sheet = read(workbook(["slug", "date"], ["note", "2017"]))
    seen = try_out(Paper, sheet)
    Paper.objects.filter(pk=paper.pk).update(date="2015")
    with pytest.raises(NotImported) as refusal:
        stored(sheet, seen)
    assert Paper.objects.get().date == "2015"
    assert refusal.value.report.rows[0].changes[0].before == "2015"


# Round trip

AWKWARD = {
    "title_en": "'quoted'",
    "summary_fr": '@SUM(A1); "deux", et, trois',
    "summary_en": "'=1+1",
    "body_fr": "<p>Un <strong>gras</strong></p><ul><li><p>l’été</p></li></ul>",
    "authors": "Aminata Traoré\r\n-Moussa\r\n+Awa",
    "partners": "''=x\tY",
    "date": "2016-06",
    "isbn": "978-9966-1666-6-1",
    "doi": "10.1000/182",
    "type": "audit",
    "position": 7,
    "licence_en": "",
}


@pytest.mark.parametrize("write", [as_workbook, as_csv])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_export_brought_back_changes_nothing(add_paper, imrap, write, language):
    programme = Programme.objects.create(organisation=imrap, title_fr="Trust", slug="trust")
    add_paper("=HYPERLINK(“x”)", slug="note", programme=programme, **AWKWARD)
    add_paper("Deux", body_en="<p>" + 40_000 * "a" + "</p>")
    with translation.override(language):
        report = tried(write(Paper, Paper.objects.all()))
    assert (report.faults, report.rows, report.unchanged) == ([], [], 2)


def test_an_exported_film_brought_back_changes_nothing(imrap):
    duration = datetime.timedelta(minutes=12, seconds=30)
    Video.objects.create(title_fr="Film", slug="film", duration=duration, language="bm")
    for write in (as_workbook, as_csv):
        report = tried(write(Video, Video.objects.all()), Video)
        assert (report.faults, report.rows, report.unchanged) == ([], [], 1)


def test_dates_and_durations_stand_in_cells_as_people_write_them(imrap, add_paper):
    add_paper(slug="note", date="2016-06")
    Video.objects.create(title_fr="Film", duration=datetime.timedelta(minutes=12, seconds=30))
    assert "06/2016" in cells(as_workbook(Paper, Paper.objects.all()))[1]
    assert ",12 min 30 s," in as_csv(Video, Video.objects.all()).decode("utf-8-sig")


def test_what_was_exported_with_dates_of_another_form_changes_nothing(imrap):
    duration = datetime.timedelta(minutes=12, seconds=30)
    Video.objects.create(title_fr="Film", slug="film", duration=duration, date="2016-06")
    row = ["film", "00:12:30", "2016-06"]
    report = tried(workbook(["slug", "duration", "date"], row), Video)
    assert (report.faults, report.rows, report.unchanged) == ([], [], 1)


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@a", "'=1"])
def test_no_cell_of_an_export_begins_like_a_formula(add_paper, sign):
    add_paper(slug="note", authors=sign)
    assert "'" + sign in cells(as_workbook(Paper, Paper.objects.all()))[1]
    assert f",'{sign}," in as_csv(Paper, Paper.objects.all()).decode("utf-8-sig")


def test_an_escaped_sign_comes_back_as_it_was_in_a_new_entry(imrap):
    imported(workbook(["title_fr", "authors"], ["'=Note", "'-Awa"]))
    assert Paper.objects.values_list("title_fr", "authors").get() == ("=Note", "-Awa")


def test_a_text_too_long_for_a_cell_is_not_cut(add_paper):
    long = "<p>" + 40_000 * "a" + "</p>"
    add_paper(slug="note", body_fr=long)
    exported = as_workbook(Paper, Paper.objects.all())
    assert (
        "[…] This text is too long for a cell. It stays as it is on the site." in cells(exported)[1]
    )
    sheet = read(exported)
    assert try_out(Paper, sheet).unchanged == 1
    sheet.rows[0][1][0] = "autre"
    assert faults(try_out(Paper, sheet)) == [
        (2, "Text (French)", "The text is missing: it was too long for a cell.")
    ]


def test_the_template_explains_every_column_and_offers_the_choices(imrap):
    with translation.override("en"):
        made = load_workbook(io.BytesIO(template(Paper)))
    headings = [cell.value for cell in made.worksheets[0][1]]
    assert headings[:3] == ["Address", "Title (French)", "Title (English)"]
    explained = {row[0].value: row[1].value for row in made.worksheets[1]}
    assert set(headings) <= set(explained)
    assert all(explained.values())
    assert explained["Publication date"] == "As precise as is known: 2016, 06/2016 or 30/06/2016."
    choices = [choice.formula1 for choice in made.worksheets[0].data_validations.dataValidation]
    assert choices == ['"Research paper,Policy brief,Activity report,Audit report"']


@pytest.mark.parametrize("model", KINDS.values())
def test_no_two_columns_share_a_name_in_any_language(imrap, model):
    named = column_names(model)
    assert set(named.values()) == set(columns_of(model))
    for language in ("fr", "en"):
        with translation.override(language):
            labels = {column.label for column in columns_of(model).values()}
        assert len(labels) == len(columns_of(model))


def test_what_is_switched_off_has_no_column(imrap, settings):
    assert "programme" in columns_of(Paper)
    settings.KINDS_OFF = ["programmes"]
    assert "programme" not in columns_of(Paper)


# Mistakes, by row and column


def test_mistakes_are_named_by_line_and_column_and_nothing_is_stored(imrap):
    rows = [
        ["Bon", "2016", "", "", "", "1"],
        ["", "2016", "", "", "", "1"],
        ["Trois", "bientôt", "roman", "nulle-part", "javascript:alert(1)", "premier"],
    ]
    sheet = read(
        workbook(["title_fr", "date", "type", "programme", "source_url", "position"], *rows)
    )
    report = try_out(Paper, sheet)
    assert faults(report) == [
        (3, "Title (French)", "Type a title in at least one language."),
        (4, "Position", "“premier” value must be an integer."),
        (
            4,
            "Programme",
            "There is no “nulle-part” on this site. Write the last part of its address.",
        ),
        (
            4,
            "Type",
            "“roman” is not possible here. Write one of these: "
            "Research paper, Policy brief, Activity report, Audit report.",
        ),
        (
            4,
            "Publication date",
            "“bientôt” is not a date. Type a year (2016), a month (06/2016 or June 2016) "
            "or a day (30/06/2016 or 30 June 2016).",
        ),
        (4, "Source address", "Enter a valid URL."),
    ]
    with pytest.raises(NotImported):
        stored(sheet, report)
    assert Paper.objects.count() == 0


def test_a_report_speaks_french_to_french_speaking_staff(imrap):
    with translation.override("fr"):
        report = tried(workbook(["titre (français)", "position"], ["Un", "premier"]))
    assert faults(report) == [
        (2, "Position", "La valeur «\xa0premier\xa0» doit être un nombre entier.")
    ]


def test_a_text_that_is_too_long_is_refused(imrap):
    report = tried(workbook(["title_fr", "summary_fr"], ["Un", 401 * "a"], [301 * "b", "Deux"]))
    assert [(line, column) for line, column, _message in faults(report)] == [
        (2, "Summary (French)"),
        (3, "Title (French)"),
    ]


def test_a_slug_that_stands_twice_is_refused(imrap):
    report = tried(workbook(["slug", "title_fr"], ["note", "Un"], ["", ""], ["note", "Deux"]))
    assert faults(report) == [(4, "Address", "The address “note” stands in line 2 too.")]


def test_a_row_never_changes_what_another_row_of_the_sheet_added(imrap):
    report = tried(workbook(["slug", "title_fr"], ["", "Note"], ["note", "Deux"]))
    assert [(line, column) for line, column, _message in faults(report)] == [(3, "Address")]


def test_a_title_that_the_site_has_already_is_pointed_out(add_paper):
    add_paper("Note", slug="note-de-2016")
    row = tried(workbook(["title_fr"], ["note"])).rows[0]
    assert row.is_new
    assert row.notes == [
        "“note-de-2016” has the same title. To change it instead, write this into the column "
        "of the address."
    ]


def test_a_mistake_of_the_spreadsheet_is_named(imrap):
    report = tried(workbook(["title_fr", "authors"], ["Un", "#REF!"]))
    assert faults(report) == [(2, "Authors", "The cell holds a mistake of the spreadsheet: #REF!")]


def test_wrong_headings_are_named(imrap):
    report = tried(workbook(["Titre", "date", "Publication date"], ["Un", "2016", "2016"]))
    assert [message for _line, _column, message in faults(report)] == [
        "The column “Publication date” stands there twice.",
        "The column “Title (French)” is missing.",
    ]
    assert report.warnings == [
        "Columns left out, because the template has none of these names: “Titre”."
    ]


def test_a_text_without_a_heading_is_named(imrap):
    report = tried(workbook(["title_fr"], ["Un"], ["Deux", "", "perdu"]))
    assert faults(report) == [(3, "", "There is text in a column without a heading.")]


def test_a_wrong_heading_hides_no_mistake_below_it(imrap):
    report = tried(workbook(["title_fr", "date", "date"], ["Un", "nulle", "nulle"], ["", "2016"]))
    assert [(line, column) for line, column, _message in faults(report)] == [
        (None, ""),
        (2, "Publication date"),
        (3, "Title (French)"),
    ]


def test_mistakes_of_one_cause_are_told_once_with_an_example(imrap):
    rows = [[f"Note {number}", "juin"] for number in range(4, 16)]
    rows[3][1] = "mai"
    rows += [["Note", "2016", "roman"], ["", "hier"], [301 * "a", "2016"]]
    report = tried(workbook(["title_fr", "date", "type"], ["Bon"], ["Bon", "2016"], *rows))
    told = [(cause.number, cause.lines, cause.example.message) for cause in report.causes]
    assert [number for number, _lines, _message in told] == [13, 1, 1, 1]
    assert told[0] == (
        13,
        "4–15, 17",
        "“juin” is not a date. Type a year (2016), a month (06/2016 or June 2016) "
        "or a day (30/06/2016 or 30 June 2016).",
    )


def test_a_long_text_is_not_quoted_as_a_whole(imrap):
    headings = ["title_fr", "date", "type", "position", "programme", 5_000 * "x"]
    report = tried(workbook(headings, ["Un", *(4 * [5_000 * "9"]), "y"]))
    assert [len(report.faults), len(report.warnings)] == [4, 1]
    said = [*(message for _line, _column, message in faults(report)), *report.warnings]
    assert max(len(sentence) for sentence in said) < 250


def test_lines_too_many_to_read_are_cut(imrap):
    rows = [[f"Note {number}", "x" if number % 2 else "2016"] for number in range(100)]
    (cause,) = tried(workbook(["title_fr", "date"], *rows)).causes
    assert cause.number == 50
    assert cause.lines == ", ".join(map(str, range(3, 43, 2))) + ", …"


def test_only_the_address_of_an_entry_must_be_unique():
    """Which the import knows without asking the database about each row."""
    for model in KINDS.values():
        assert [field.name for field in model._meta.fields if field.unique] == ["id", "slug"]
        assert (model._meta.unique_together, model._meta.constraints) == ((), [])


def test_with_two_organisations_the_sheet_names_one(imrap):
    Organisation.objects.create(name_fr="Autre", slug="autre")
    imported(workbook(["title_fr", "organisation"], ["Un", "autre"]))
    assert Paper.objects.get().organisation.slug == "autre"
    report = tried(workbook(["title_fr"], ["Un"]))
    assert faults(report) == [(2, "Organisation", "This field cannot be null.")]


def test_without_an_organisation_it_is_asked_for():
    report = tried(workbook(["title_fr"], ["Un"]))
    assert faults(report) == [(None, "", "Type the name of your organisation first.")]
