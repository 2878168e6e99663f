"""What visitors may see, and what they never meet."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from profiles.models import KINDS, Paper, Vacancy
from profiles.publishing import State

KIND_NAMES = ["programmes", "mandates", "vacancies", "videos", "papers"]
SECRET = "Titre encore secret"


def tomorrow():
    return timezone.now() + datetime.timedelta(days=1)


def test_the_kinds_stand_in_the_order_of_the_page():
    assert list(KINDS) == KIND_NAMES


def test_a_new_entry_is_a_draft():
    assert Paper().is_draft


@pytest.mark.parametrize("address", KIND_NAMES)
@pytest.mark.parametrize("hidden", ["draft", "scheduled"])
def test_a_visitor_never_meets_a_draft_or_a_scheduled_entry(client, imrap, address, hidden):
    KINDS[address].objects.create(
        organisation=imrap,
        title_fr=SECRET,
        body_fr=f"<p>{SECRET}</p>",
        slug="secret",
        is_draft=hidden == "draft",
        publish_at=tomorrow() if hidden == "scheduled" else timezone.now(),
    )
    for page in ("/", "/fr/", "/en/", f"/fr/{address}/", f"/en/{address}/"):
        assert SECRET not in client.get(page).text
    assert client.get(f"/fr/{address}/secret/").status_code == 404


@pytest.mark.parametrize("address", KIND_NAMES)
def test_staff_see_a_draft_at_its_final_address_with_a_band(staff_client, imrap, address):
    KINDS[address].objects.create(organisation=imrap, title_fr=SECRET, slug="secret")
    response = staff_client.get(f"/en/{address}/secret/")
    assert response.status_code == 200
    assert "Only staff see this page." in response.text
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_an_account_without_staff_rights_sees_no_draft(client, add_paper, django_user_model):
    add_paper(slug="secret", is_draft=True)
    client.force_login(django_user_model.objects.create_user("lecteur"))
    assert client.get("/fr/papers/secret/").status_code == 404


def test_a_scheduled_entry_appears_at_its_moment(client, add_paper):
    with time_machine.travel("2026-11-24 12:00Z", tick=False) as clock:
        add_paper("Note du soir", slug="note", publish_at="2026-11-24T18:00:00Z")
        assert client.get("/fr/papers/note/").status_code == 404
        clock.move_to("2026-11-24 18:00Z")
        assert client.get("/fr/papers/note/").status_code == 200
        assert "Note du soir" in client.get("/fr/").text


def test_an_entry_withdrawn_is_gone_at_once(client, add_paper):
    paper = add_paper(slug="note")
    assert client.get("/fr/papers/note/").status_code == 200
    Paper.objects.filter(pk=paper.pk).update(is_draft=True)
    assert client.get("/fr/papers/note/").status_code == 404


@pytest.fixture
def vacancy(imrap):
    return Vacancy.objects.create(
        organisation=imrap,
        title_fr="Chargé de recherche",
        slug="charge-de-recherche",
        contact_name="Fatoumata Diarra",
        contact_email="emploi@example.org",
        deadline=datetime.datetime(2027, 2, 7, 23, 59, tzinfo=datetime.UTC),
        is_draft=False,
        publish_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )


def test_a_deadline_includes_its_last_minute(client, vacancy):
    with time_machine.travel("2027-02-07 23:59:59Z", tick=False):
        assert "Chargé de recherche" in client.get("/fr/vacancies/").text
        assert not vacancy.is_closed
    with time_machine.travel("2027-02-08 00:00:00Z", tick=False):
        assert "Chargé de recherche" not in client.get("/fr/vacancies/").text
        assert vacancy.is_closed


def test_a_closed_vacancy_keeps_its_page_without_the_contact(client, vacancy):
    with time_machine.travel("2027-02-01 09:00Z", tick=False):
        page = client.get("/fr/vacancies/charge-de-recherche/").text
        assert "Jusqu’au 7 février 2027 à 23\xa0h\xa059 (heure de Bamako), encore 6 jours" in page
        assert "emploi@example.org" in page
        assert "Fatoumata Diarra" in page
    with time_machine.travel("2027-02-08 09:00Z", tick=False):
        page = client.get("/fr/vacancies/charge-de-recherche/").text
        assert "Clôturée depuis le 7 février 2027 à 23\xa0h\xa059 (heure de Bamako)" in page
        assert "emploi@example.org" not in page
        assert "Fatoumata Diarra" not in page
        assert "Chargé de recherche" not in client.get("/fr/").text


def test_the_state_in_words_is_also_a_filter(vacancy):
    with time_machine.travel("2027-02-01 09:00Z", tick=False):
        assert vacancy.state == State.PUBLISHED
        assert list(Vacancy.objects.in_state(State.PUBLISHED)) == [vacancy]
        assert list(Vacancy.objects.in_state(State.CLOSED)) == []
    with time_machine.travel("2027-02-08 09:00Z", tick=False):
        assert vacancy.state == State.CLOSED
        assert list(Vacancy.objects.in_state(State.PUBLISHED)) == []
        assert list(Vacancy.objects.in_state(State.CLOSED)) == [vacancy]
