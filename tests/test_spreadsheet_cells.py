"""What stands in the cells of a spreadsheet, and what the site makes of it."""

import datetime
import time

import pytest
from django.utils import timezone, translation

from profiles.editing.spreadsheets import as_csv, as_workbook
from profiles.models import Mandate, Paper, Programme, Vacancy, Video
from tests.builders import csv_file, faults, imported, tried, workbook

pytestmark = pytest.mark.django_db


def test_a_cell_of_tags_that_never_end_takes_no_time(imrap):
    start = time.process_time()
    report = tried(csv_file(["title_fr", "body_fr"], ["Note", "<a" * 40_000]))
    assert time.process_time() - start < 3
    assert len(report.rows) == 1


def test_real_dates_and_numbers_become_our_text(imrap):
    day = datetime.datetime(2016, 6, 30)
    month = datetime.datetime(2016, 6, 1)
    content = workbook(
        ["title_fr", "date"],
        ["Jour", day],
        ["Mois", month],
        ["Année", 2016],
        [1984, 2016.0],
        formats={"B2": "dd/mm/yyyy", "B3": "mmm\\-yy"},
    )
    imported(content)
    assert list(Paper.objects.order_by("pk").values_list("title_fr", "date")) == [
        ("Jour", "2016-06-30"),
        ("Mois", "2016-06"),
        ("Année", "2016"),
        ("1984", "2016"),
    ]


def test_a_duration_typed_as_a_time_of_day_is_minutes_and_seconds(imrap):
    content = workbook(
        ["title_fr", "duration"],
        ["Un", datetime.time(12, 30)],
        ["Deux", "12:30"],
        ["Trois", datetime.time(1, 2, 3)],
        formats={"B2": "h:mm", "B4": "h:mm:ss"},
    )
    imported(content, Video)
    assert [str(video.duration) for video in Video.objects.order_by("pk")] == [
        "0:12:30",
        "0:12:30",
        "1:02:03",
    ]


def test_plain_text_becomes_paragraphs(imrap):
    imported(workbook(["title_fr", "body_fr"], ["Note", "Un & deux < trois\n\nQuatre"]))
    assert Paper.objects.get().body_fr == "<p>Un &amp; deux &lt; trois</p><p>Quatre</p>"


def test_scripts_in_a_cell_are_taken_out_and_reported(imrap):
    text = '<p onclick="a()">Bon</p><script>alert(1)</script><img src=x onerror=alert(2)>'
    report = imported(workbook(["title_fr", "body_fr"], ["Note", text]))
    assert Paper.objects.get().body_fr == "<p>Bon</p>"
    assert report.rows[0].notes == ["“Text (French)”: what is not allowed there was taken out."]


def test_a_script_in_a_title_stays_text(imrap):
    imported(workbook(["title_fr"], ["<script>alert(1)</script>"]))
    assert Paper.objects.get().title_fr == "<script>alert(1)</script>"


def test_choices_and_programmes_are_named_in_words_of_either_language(imrap):
    programme = Programme.objects.create(organisation=imrap, title_fr="Confiance", slug="trust")
    rows = [["Un", "audit report", "trust"], ["Deux", "RAPPORT D’AUDIT", "confiance"]]
    imported(workbook(["Titre (français)", "Type", "Programme"], *rows))
    assert list(Paper.objects.values_list("type", "programme")) == 2 * [("audit", programme.pk)]


# Headings and choices as people write them


@pytest.mark.parametrize(
    "headings",
    [
        ["TITRE (FRANÇAIS)", "Date  de parution", "AUTEURS"],
        ["titre (francais)", " date de\u00a0parution ", "auteurs"],
        ["Titre français", "Date de parution :", "Auteurs*"],
        ["title_fr", "DATE", "Authors"],
        ["Titre (franc\u0327ais)", "Date\nde parution", "AUTEURS"],
    ],
)
def test_headings_are_known_without_case_accents_and_blanks(imrap, headings):
    imported(csv_file(headings, ["Note", "2016", "Awa Traoré"], delimiter=";"))
    assert Paper.objects.values_list("title_fr", "date", "authors").get() == (
        "Note",
        "2016",
        "Awa Traoré",
    )


@pytest.mark.parametrize("text", ["Rapport d’audit", "rapport d'audit", "RAPPORT D`AUDIT", "audit"])
def test_a_choice_is_known_whatever_its_apostrophe(imrap, text):
    imported(workbook(["title_fr", "type"], ["Note", text]))
    assert Paper.objects.get().type == "audit"


def test_languages_are_known_under_their_own_names_without_their_letters(imrap):
    imported(workbook(["title_fr", "language"], ["Un", "soŋay"], ["Deux", "SONGAY"]), Video)
    assert list(Video.objects.values_list("language", flat=True)) == ["son", "son"]


def test_an_unknown_column_is_named_and_hides_no_other_mistake(imrap):
    report = tried(workbook(["title_fr", "Budget", "date", "Notes"], ["Un", "5", "nulle", "x"]))
    assert report.warnings == [
        "Columns left out, because the template has none of these names: “Budget”, “Notes”."
    ]
    assert [(line, column) for line, column, _text in faults(report)] == [(2, "Publication date")]


def test_what_stands_in_an_unknown_column_is_left_out(imrap):
    imported(workbook(["title_fr", "Budget"], ["Un", "5"]))
    assert Paper.objects.get().title_fr == "Un"


def test_a_programme_is_known_by_a_title_written_otherwise(imrap):
    for slug, title in (("eau", "L’eau à Gao"), ("air", "Air"), ("air-2", "AIR")):
        Programme.objects.create(organisation=imrap, title_fr=title, slug=slug)
    imported(workbook(["title_fr", "programme"], ["Un", "l'eau a  gao"], ["Deux", "AIR-2"]))
    assert list(Paper.objects.values_list("programme__slug", flat=True)) == ["air-2", "eau"]
    assert faults(tried(workbook(["title_fr", "programme"], ["Trois", "aïr"]))) == [
        (2, "Programme", "Several are called “aïr”. Write the last part of the address of one.")
    ]


# Names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Aminata Traoré; Moussa Ba", ["Aminata Traoré", "Moussa Ba"]),
        ("Aminata Traoré ;Moussa Ba;", ["Aminata Traoré", "Moussa Ba"]),
        ("Aminata Traoré\nMoussa Ba", ["Aminata Traoré", "Moussa Ba"]),
        ("Aminata Traoré, Moussa Ba", ["Aminata Traoré", "Moussa Ba"]),
        ("Aminata Traoré, Moussa Ag Assarid, M. Ba", None),
        ("Ag Assarid, Moussa", ["Ag Assarid, Moussa"]),
        ("Ag Assarid, Moussa; Traoré, Aminata", ["Ag Assarid, Moussa", "Traoré, Aminata"]),
        ("Ag Assarid, Moussa\nAminata Traoré", ["Ag Assarid, Moussa", "Aminata Traoré"]),
        ("Ag Assarid, Moussa Ag Mohamed", ["Ag Assarid, Moussa Ag Mohamed"]),
        ("Traoré, Aminata, Ba, Moussa", ["Traoré, Aminata, Ba, Moussa"]),
        ("Ba, M. et Traoré, A.", ["Ba, M. et Traoré, A."]),
        ("IMRAP", ["IMRAP"]),
    ],
)
def test_authors_are_divided_where_it_is_clear(imrap, text, names):
    imported(workbook(["title_fr", "authors"], ["Note", text]))
    names = names or ["Aminata Traoré", "Moussa Ag Assarid", "M. Ba"]
    assert Paper.objects.get().authors == "\n".join(names)


@pytest.mark.parametrize(
    ("column", "text", "names"),
    [
        ("places", "Mopti, Gao, Tombouctou", ["Mopti", "Gao", "Tombouctou"]),
        ("places", "Bamako, Mali", ["Bamako, Mali"]),
        ("places", "Bamako, Commune IV, Mali", ["Bamako, Commune IV, Mali"]),
        ("places", "Mopti; Bamako, Mali", ["Mopti", "Bamako, Mali"]),
        ("partners", "PNUD, Interpeace, AFD", ["PNUD", "Interpeace", "AFD"]),
        (
            "funders",
            "Ministère de l’Agriculture, de l’Élevage et de la Pêche",
            ["Ministère de l’Agriculture, de l’Élevage et de la Pêche"],
        ),
    ],
)
def test_places_and_bodies_are_divided_where_it_is_clear(imrap, column, text, names):
    imported(workbook(["title_fr", column], ["Programme", text]), Programme)
    assert getattr(Programme.objects.get(), column) == "\n".join(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mali, Niger, Burkina Faso", ["Mali", "Niger", "Burkina Faso"]),
        ("Mali, Côte d’Ivoire", ["Mali", "Côte d’Ivoire"]),
        ("Congo, République démocratique du", ["Congo, République démocratique du"]),
        ("Tanzanie, république unie de; Mali", ["Tanzanie, république unie de", "Mali"]),
    ],
)
def test_countries_are_divided_where_it_is_clear(imrap, text, names):
    imported(workbook(["title_fr", "countries"], ["Mandat", text]), Mandate)
    assert Mandate.objects.get().countries == "\n".join(names)


def test_a_comma_that_divides_nothing_is_pointed_out(imrap):
    report = tried(workbook(["title_fr", "authors"], ["Note", "Ag Assarid, Moussa"]))
    assert report.rows[0].notes == [
        "“Authors”: “Ag Assarid, Moussa” is taken as one name. Write “;” between several."
    ]
    for text in ("Aminata Traoré, Moussa Ba", "Ag Assarid, Moussa; Traoré, Awa", "IMRAP"):
        assert tried(workbook(["title_fr", "authors"], ["Note", text])).rows[0].notes == []


# Deadlines


def deadline_of(content):
    imported(content, Vacancy)
    return timezone.localtime(Vacancy.objects.get().deadline).isoformat()[:16]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2126-12-31 17:00", "2126-12-31T17:00"),
        ("2126-12-31T17:00:00", "2126-12-31T17:00"),
        ("31/12/2126 17h00", "2126-12-31T17:00"),
        ("31/12/2126 à 17 h", "2126-12-31T17:00"),
        ("31/12/2126 à 8 h 30", "2126-12-31T08:30"),
        ("31/12/2126, 8:00 pm", "2126-12-31T20:00"),
        ("31/12/2126 12:15 a.m.", "2126-12-31T00:15"),
        ("31/12/2126 17 heures", "2126-12-31T17:00"),
        ("31/12/2126 à midi", "2126-12-31T12:00"),
        ("31/12/2126 à minuit", "2126-12-31T23:59"),
        ("31/12/2126 24h00", "2126-12-31T23:59"),
        ("31/12/2126 00:00", "2126-12-31T00:00"),
        ("31/12/2126", "2126-12-31T23:59"),
        ("2126-12-31 00:00:00", "2126-12-31T23:59"),
        ("31/12/2126 17:00 GMT", "2126-12-31T17:00"),
        ("31/12/2126 17:00 (heure de Bamako)", "2126-12-31T17:00"),
        ("31/12/2126 17:00 GMT+1", "2126-12-31T16:00"),
        ("2126-12-31T17:00:00+02:00", "2126-12-31T15:00"),
        ("31/12/2126 17:00 Europe/Paris", "2126-12-31T16:00"),
        (datetime.datetime(2126, 12, 31, 17), "2126-12-31T17:00"),
        (datetime.datetime(2126, 12, 31, 23, 59, 59), "2126-12-31T23:59"),
        (datetime.datetime(2126, 12, 31), "2126-12-31T23:59"),
        (datetime.date(2126, 12, 31), "2126-12-31T23:59"),
    ],
)
def test_a_deadline_keeps_its_hour_and_its_zone(imrap, text, moment):
    assert deadline_of(workbook(["title_fr", "deadline"], ["Poste", text])) == moment


def test_a_deadline_keeps_an_hour_that_its_cell_does_not_show(imrap):
    row = ["Poste", datetime.datetime(2126, 12, 31, 17, 0)]
    content = workbook(["title_fr", "deadline"], row, formats={"B2": "dd/mm/yyyy"})
    assert deadline_of(content) == "2126-12-31T17:00"


@pytest.mark.parametrize(
    "text",
    [
        "12/2126",
        "2126",
        "bientôt",
        "30/02/2126",
        "31/12/2126 25:00",
        "31/12/2126 13 pm",
        "31/12/2126 17:00 Mars",
        "31/12/2126 17:00 Africa",
        "31/12/2126 17:00 ../Paris",
        "0001-01-01 00:00 +14",
    ],
)
def test_what_is_no_deadline_is_refused_with_an_example(imrap, text):
    assert faults(tried(workbook(["title_fr", "deadline"], ["Poste", text]), Vacancy)) == [
        (
            2,
            "Application deadline",
            f"“{text}” is not a day. Type it like 30/06/2016 or 30 June 2016.",
        )
    ]


def test_a_deadline_stands_in_the_site_s_own_time(imrap, settings):
    settings.TIME_ZONE = "Europe/Paris"
    assert deadline_of(workbook(["title_fr", "deadline"], ["Poste", "31/12/2126 17h"])) == (
        "2126-12-31T17:00"
    )
    assert Vacancy.objects.get().deadline.isoformat() == "2126-12-31T16:00:00+00:00"
    text = as_csv(Vacancy, Vacancy.objects.all()).decode("utf-8-sig")
    assert ",31/12/2126 17:00" in text


def test_an_hour_beside_a_day_of_a_paper_is_none_of_its_date(imrap):
    for text in ("2016-06-30 00:00:00", "2016-06-30T17:00", datetime.datetime(2016, 6, 30, 17)):
        assert (
            tried(workbook(["title_fr", "date"], ["Un", text])).rows[0].entry.date == "2016-06-30"
        )


# Out and in again


@pytest.mark.parametrize("write", [as_workbook, as_csv])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_vacancies_and_mandates_brought_back_change_nothing(imrap, write, language):
    deadline = datetime.datetime(2126, 12, 31, 17, 0, 42, tzinfo=datetime.UTC)
    common = {"organisation": imrap, "body_fr": "<p>Texte</p>"}
    Vacancy.objects.create(title_fr="Poste", location="Bamako, Mali", deadline=deadline, **common)
    Vacancy.objects.create(title_fr="Sans délai", contact_email="a@example.org", **common)
    Mandate.objects.create(title_fr="Mandat", countries="Congo, le\nMali", outputs_fr="Un\nDeux")
    with translation.override(language):
        for model, number in ((Vacancy, 2), (Mandate, 1)):
            report = tried(write(model, model.objects.all()), model)
            assert (report.faults, report.rows, report.unchanged) == ([], [], number)


def test_letters_that_look_like_a_sign_of_a_workbook_come_back(add_paper):
    add_paper("Le code _x000D_ et _x005F_", slug="code")
    report = tried(as_workbook(Paper, Paper.objects.all()))
    assert (report.faults, report.rows, report.unchanged) == ([], [], 1)
