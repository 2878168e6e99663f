"""In which language pages are answered: visitors by what their browser asks for, staff by choice."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import expect

from imrap_site.accounts.models import LanguageChoice
from imrap_site.serving.languages import asked_for
from tests.builders import sign_in_with

LIST = "/admin/profiles/paper/"


def language_of(answer):
    return re.search(r'<html lang="(\w+)"', answer.text)[1]


# Visitors


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("bm", "fr"),
        ("bm-ML,bm;q=0.9,en-US;q=0.8,en;q=0.7", "fr"),
        ("ff-Latn-ML,en;q=0.5", "fr"),
        ("ffm", "fr"),
        ("ses,en;q=0.3", "fr"),
        ("khq", "fr"),
        ("taq-Tfng", "fr"),
        ("snk", "fr"),
        ("dyu", "fr"),
        ("mos", "fr"),
        ("wo", "fr"),
        ("ha", "fr"),
        ("zgh", "fr"),
        ("ar-EG", "fr"),
        ("en,bm;q=0.9", "en"),
        ("bm;q=0.3,en", "en"),
        ("bm;q=0,en", "en"),
        ("fr-CA", "fr"),
        ("en-GB", "en"),
        ("de,fr;q=0.5", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        ("a" * 10_000, "en"),
        ("fr\x00,;q=x", "en"),
    ],
)
def test_who_asks_for_a_language_of_the_region_reads_french(header, language):
    assert asked_for(header) == language


def test_the_profile_answers_a_browser_in_bambara_in_french(client, imrap):
    answer = client.get("/", headers={"accept-language": "bm,en;q=0.5"})
    assert language_of(answer) == "fr"
    assert "Accept-Language" in answer["Vary"]
    assert language_of(client.get("/en/", headers={"accept-language": "bm"})) == "en"


def test_no_cookie_decides_for_a_visitor(client, imrap):
    client.cookies["django_language"] = "fr"
    assert language_of(client.get("/")) == "en"


# Staff


@pytest.fixture
def french_first(settings):
    settings.STAFF_LANGUAGE = "fr"


@pytest.fixture
def client_of_awa(client, staff):
    client.force_login(staff)
    return client


def choose(client, language, way_back=LIST):
    return client.post("/accounts/language/", {"language": language, "next": way_back})


ENGLISH = {"accept-language": "en"}


@pytest.mark.usefixtures("french_first")
def test_staff_pages_are_french_whatever_the_browser_says(client_of_awa, imrap):
    assert language_of(client_of_awa.get(LIST, headers=ENGLISH)) == "fr"
    assert language_of(Client().get("/accounts/login/", headers=ENGLISH)) == "fr"
    assert language_of(client_of_awa.get("/", headers=ENGLISH)) == "en"


@pytest.mark.usefixtures("french_first")
def test_a_choice_holds_for_the_person_on_every_device(client_of_awa, moussa, staff, imrap):
    assert choose(client_of_awa, "en").url == LIST
    assert language_of(client_of_awa.get(LIST)) == "en"
    assert language_of(client_of_awa.get("/accounts/2fa/")) == "en"
    assert language_of(moussa.get(LIST)) == "fr"
    elsewhere = Client()
    elsewhere.force_login(staff)
    assert language_of(elsewhere.get(LIST)) == "en"
    choose(elsewhere, "fr")
    again = Client()
    again.force_login(staff)
    assert language_of(again.get(LIST)) == "fr"


@pytest.mark.usefixtures("french_first")
def test_the_page_offers_the_other_language_and_leads_back(client_of_awa, imrap):
    page = client_of_awa.get(f"{LIST}?q=a").text
    assert f'name="next" value="{LIST}?q=a"' in page
    assert '<button name="language" value="en" lang="en">English</button>' in page


@pytest.mark.usefixtures("french_first")
def test_what_is_chosen_before_signing_in_holds_afterwards(client, staff, imrap):
    assert choose(client, "en", "/accounts/login/").url == "/accounts/login/"
    assert language_of(client.get("/accounts/login/")) == "en"
    sign_in_with(client)
    assert language_of(client.get(LIST)) == "en"
    assert LanguageChoice.objects.get(user=staff).language == "en"


@pytest.mark.usefixtures("french_first")
def test_what_somebody_chose_before_signing_in_changes_nobodys_choice(client, staff, imrap):
    LanguageChoice.objects.create(user=staff, language="fr")
    choose(client, "en", "/accounts/login/")
    sign_in_with(client)
    assert language_of(client.get(LIST)) == "fr"
    assert LanguageChoice.objects.get(user=staff).language == "fr"


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "/\\evil"]
)
def test_a_choice_leads_to_no_other_site(client_of_awa, address):
    assert choose(client_of_awa, "en", address).url == "/admin/"


def test_a_language_that_we_do_not_have_is_refused(client_of_awa):
    assert choose(client_of_awa, "xx").status_code == 400
    assert client_of_awa.get("/accounts/language/").status_code == 405
    assert not LanguageChoice.objects.exists()


def test_a_choice_needs_the_pages_own_form(staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert choose(client, "en").status_code == 403


def test_a_person_with_a_choice_can_be_deleted(client_of_awa, moussa):
    choose(client_of_awa, "en")
    person = get_user_model().objects.get(username="awa")
    moussa.post(f"/admin/auth/user/{person.pk}/delete/", {"post": "yes"})
    assert not LanguageChoice.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("french_first")
def test_switching_keeps_what_was_typed(signed_in, live_server, imrap):
    page = signed_in
    page.goto(f"{live_server.url}{LIST}add/")
    page.locator("#id_title_fr").fill("Ce que j’ai tapé")
    page.locator(".language-choice button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("[data-keep=restore]").click()
    expect(page.locator("#id_title_fr")).to_have_value("Ce que j’ai tapé")
