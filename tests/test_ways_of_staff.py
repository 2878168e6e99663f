"""From each public page a line leads staff to its form, and the form leads back; visitors never see it."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from playwright.sync_api import expect

from imrap_site.serving.pages import Pages
from imrap_site.serving.pages.store import Address
from imrap_site.wsgi import site
from profiles import preview
from profiles.models import Paper
from tests.looks import nothing, too_small, too_wide_or_cut, violations


def ways(answer):
    """{words: address} of the line, None where there is none."""
    line = re.search(r'<nav class="staff-line" aria-label="Pour l’équipe">(.*?)</nav>', answer.text)
    found = line and re.findall(r'<a href="([^"]+)">([^<]+)</a>', line[1])
    return found and {words: address for address, words in found}


@pytest.fixture
def paper(add_paper):
    return add_paper("Écouter Ménaka", slug="menaka")


def form_of(noun):
    return f"/admin/profiles/{noun._meta.model_name}/{noun.pk}/change/"


@pytest.fixture
def redaction(groups):
    client = Client()
    person = User.objects.create_user("fatou", is_staff=True)
    person.groups.add(Group.objects.get(name="Rédaction"))
    client.force_login(person)
    return client


def test_each_page_leads_whoever_may_change_it_to_its_form(redaction, paper, imrap):
    assert ways(redaction.get("/fr/papers/menaka/")) == {
        "Modifier cette page": form_of(paper),
        "Administration": "/admin/",
    }
    assert ways(redaction.get("/fr/"))["Modifier cette page"] == form_of(imrap)
    lists = ways(redaction.get("/fr/papers/"))
    assert lists["Cette liste, côté équipe"] == "/admin/profiles/paper/"
    for address in ("/fr/search/?q=paix", "/fr/accessibility/", "/fr/nowhere/"):
        assert ways(redaction.get(address)) == {"Administration": "/admin/"}


def test_a_draft_leads_there_too_and_so_does_its_signed_address(redaction, paper):
    Paper.objects.update(is_draft=True)
    with translation.override("fr"):
        signed = preview.address_for(Paper.objects.get())
    for address in ("/fr/papers/menaka/", signed):
        assert ways(redaction.get(address))["Modifier cette page"] == form_of(paper)
    assert ways(Client().get(signed)) is None


def test_the_form_leads_back(redaction, paper, imrap):
    for noun, address in ((paper, "/fr/papers/menaka/"), (imrap, "/fr/")):
        page = redaction.get(form_of(noun), headers={"accept-language": "fr"})
        way = re.search(r'<a href="([^"]+)" class="viewsitelink">', page.text)[1]
        assert way == address


def test_who_may_change_nothing_is_led_to_the_desk_alone(client, paper):
    client.force_login(User.objects.create_user("ali", is_staff=True))
    assert ways(client.get("/fr/papers/menaka/")) == {"Administration": "/admin/"}


@pytest.mark.parametrize("state", [{"is_staff": False}, {"is_staff": True, "is_active": False}])
def test_who_is_none_of_the_staff_sees_nothing_of_it(client, paper, state):
    client.force_login(User.objects.create_superuser("ali"))
    User.objects.update(**state)
    assert ways(client.get("/fr/papers/menaka/")) is None


@pytest.mark.parametrize(
    "address", ["/fr/", "/fr/papers/", "/fr/papers/menaka/", "/fr/search/?q=a", "/fr/nowhere/"]
)
def test_visitors_never_see_it(client, paper, address):
    page = client.get(address)
    assert "/admin/" not in page.text
    assert "Pour l’équipe" not in page.text


def asked_at_the_door(door, path, cookie=""):
    environ = Address("http", "testserver", path, "", "fr").environ()
    environ |= {"HTTP_COOKIE": cookie} if cookie else {}
    began = []
    answer = door(environ, lambda *head: began.append(head))
    body = b"".join(answer).decode()
    getattr(answer, "close", int)()
    return body, dict(began[0][1])


def test_what_staff_are_shown_is_kept_for_nobody(staff_client, paper):
    door = Pages(site)
    cookie = f"sessionid={staff_client.cookies['sessionid'].value}"
    for path in ("/fr/papers/menaka/", "/fr/papers/", "/fr/"):
        own, headers = asked_at_the_door(door, path, cookie)
        assert "/admin/" in own
        assert {"private", "no-cache"} <= set(headers["Cache-Control"].split(", "))
        for _time in range(2):
            assert "/admin/" not in asked_at_the_door(door, path)[0]
    assert not any(b"/admin/" in found.read_bytes() for found in files_below(door.store.folder))


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nothing_of_it_is_carried_away(starter, tmp_path):
    call_command("export_site", str(tmp_path / "stick"), verbosity=0)
    pages = list((tmp_path / "stick").rglob("*.html"))
    assert len(pages) > 10
    assert [page for page in pages if "/admin/" in page.read_text()] == []


# In a browser


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_goes_there_and_back(signed_in, live_server, transactional_db, paper, width, scheme):
    signed_in.set_viewport_size({"width": width, "height": 800})
    signed_in.emulate_media(color_scheme=scheme)
    signed_in.goto(f"{live_server.url}/fr/papers/menaka/")
    nothing(violations(signed_in, "line of staff", preload=False))
    nothing(too_wide_or_cut(signed_in, "line of staff"))
    nothing(too_small(signed_in, "line of staff"))
    signed_in.complaints.clear()  # the policy of public pages refuses the styles of axe
    signed_in.get_by_role("link", name="Modifier cette page").click()
    expect(signed_in.locator("#id_title_fr")).to_have_value("Écouter Ménaka")
    signed_in.get_by_role("link", name="Voir sur le site").click()
    signed_in.wait_for_url("**/fr/papers/menaka/")
