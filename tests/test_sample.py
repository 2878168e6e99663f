"""What `manage.py seed --sample` holds: the real works of the first user, and plain examples."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from profiles.models import KINDS, Paper, Programme, Vacancy, Video
from profiles.publishing import State

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def sample(django_db_setup, django_db_blocker, tmp_path_factory):
    """Seeded once, since it takes most of a second; what a test changes is taken back."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("sample")),
        transaction.atomic(),
    ):
        call_command("seed", "--sample", verbosity=0)
        yield
        transaction.set_rollback(True)


def test_real_works_hold_what_their_sources_say():
    women = Programme.objects.get(slug="femmes-defense-securite-1")
    assert women.title_fr == "Projet « Femmes, Défense et Sécurité », phase 1"
    assert (women.start, women.end) == ("2017-09-28", "")
    assert women.places == "Gao\nTombouctou\nBamako"
    assert (women.partners, women.funders) == ("Interpeace", "UN Peacebuilding Fund")
    film = Video.objects.get(slug="diagnostics-et-solutions")
    assert film.title_fr == "Diagnostics et solutions pour une paix durable au Mali"
    assert (film.date, film.partners) == ("2016-09-26", "Interpeace")
    book = Paper.objects.get(slug="au-dela-de-l-ideologie")
    assert (book.isbn, book.date) == ("978-9966-1666-6-1", "2016-10")
    assert book.partners == "Interpeace\nIndigo\nUNICEF"
    assert book.licence_fr == book.licence_en == ""
    english = Paper.objects.get(slug="beyond-ideology-and-greed")
    assert english.title_en == "Beyond Ideology and Greed"
    assert english.title_fr == english.date == english.isbn == ""


def test_reports_stand_newest_first_although_their_dates_are_unknown():
    reports = Paper.objects.filter(type__in=["activity", "audit"])
    assert [report.title_fr for report in reports] == [
        "Rapport d'activité 2017",
        "Rapport d'activité 2016",
        "Rapport d'activité 2015",
        "Rapport d'activité 2013-14",
        "Rapport d'audit 2015",
        "Rapport d'audit 2014",
        "Rapport d'audit 2013",
    ]
    assert {report.date for report in reports} == {""}


def test_the_starter_stays_on_the_profile_before_the_examples():
    assert [video.slug for video in Video.objects.on_profile()] == [
        "diagnostics-et-solutions",
        "autoportrait-du-mali",
        "portraits-croises-koro-bankass",
        "exemple-video",
    ]


def test_what_is_no_real_work_says_so_in_both_languages():
    examples = [
        entry for kind in KINDS.values() for entry in kind.objects.filter(slug__contains="exemple")
    ]
    assert len(examples) == 6
    for example in examples:
        assert example.title_fr.startswith("Exemple : ")
        assert example.title_en.startswith("Example: ")
        assert "Ceci est un exemple, à remplacer" in example.body_fr
        assert "This is an example, to be replaced" in example.body_en


def test_the_examples_of_all_kinds_fill_every_field():
    examples = {
        "programmes": "exemple-programme",
        "mandates": "exemple-mandat",
        "vacancies": "exemple-offre-ouverte",
        "videos": "exemple-video",
        "papers": "exemple-papier",
    }
    for address, kind in KINDS.items():
        example = kind.objects.get(slug=examples[address])
        empty = {field.name for field in kind._meta.fields if not getattr(example, field.name)}
        assert empty == {"is_draft", "image_is_decorative"}


def test_the_example_paper_has_a_full_and_a_light_file():
    full, light = Paper.objects.get(slug="exemple-papier").files.all()
    assert (full.edition, full.format, full.page_count) == ("full", "pdf", 2)
    assert (light.edition, light.format, light.page_count) == ("light", "pdf", 2)
    assert light.size < full.size < 20_000
    assert "Ce texte ne vient d’aucune recherche." in full.text
    assert full.cover


def test_a_film_of_our_own_is_played_here_with_captions_and_loads_nothing_before(client):
    page = client.get("/fr/videos/exemple-video/").text
    film = re.search(r"<video [^>]*>.*?</video>", page, re.DOTALL)[0]
    assert 'controls preload="none"' in film
    assert 'poster="/media/videos/' in film
    assert re.search(r'<track kind="captions" src="/media/[^"]+\.vtt" srclang="fr"', film)
    assert "Regarder la vidéo (example.org)" in page
    assert "Ces sous-titres sont un exemple." in page


def test_one_example_vacancy_is_open_for_sixty_days_and_one_is_closed():
    open_one = Vacancy.objects.listed().get()
    assert open_one.slug == "exemple-offre-ouverte"
    deadline = timezone.localtime(open_one.deadline)
    assert deadline.date() == timezone.localdate() + timedelta(days=60)
    assert (deadline.hour, deadline.minute) == (23, 59)
    closed = Vacancy.objects.get(slug="exemple-offre-close")
    assert closed.state == State.CLOSED
    assert timezone.localtime(closed.deadline).replace(tzinfo=None) == datetime(2020, 1, 31, 23, 59)
