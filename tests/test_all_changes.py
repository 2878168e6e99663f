"""What has changed on the whole site: who, what, when."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import expect

from profiles.editing import history
from profiles.models import Video
from tests.builders import OF_A_SESSION, filled
from tests.looks import english_in, nothing, violations

CHANGES = "/admin/changes/"


def pressed(client, entry, button, **typed):
    address = f"/admin/profiles/{entry._meta.model_name}/{entry.pk}/change/"
    return client.post(address, {**filled(client.get(address), **typed), button: "1"})


@pytest.fixture
def french(staff_client):
    staff_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    return staff_client


def rows(response):
    """(who, kind, what) of each row, as they are read."""
    items = re.findall(r'<li>\s*<span class="changes-when">.*?</li>', response.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def test_who_changed_what_is_told_the_newest_first(french, moussa, add_paper, imrap):
    paper = add_paper("Note", is_draft=True)
    pressed(french, paper, "_save", title_fr="Note revue", authors="Awa")
    pressed(moussa, paper, "_publish")
    pressed(moussa, imrap, "_save", acronym="IMRAP-IPRA")
    found = rows(french.get(CHANGES))
    assert "Moussa Ba Organisation" in found[0]
    assert found[0].endswith("– sigle")
    assert "Moussa Ba Publication Note revue – publiée à partir du" in found[2]
    assert "awa Publication Note revue – titre (français), auteurs" in found[3]
    assert len(found) == 5  # with how the two were before


def test_each_leads_to_where_it_stands_in_the_history_of_its_entry(french, add_paper):
    paper = add_paper("Note", is_draft=True)
    for number in range(25):
        pressed(french, paper, "_save", title_fr=f"Note {number}")
    links = re.findall(r'href="([^"]+#version-\d+)"', french.get(CHANGES).text)
    assert len(links) == 26
    for link in (links[0], links[-1]):
        page, _hash, place = link.partition("#")
        assert f'id="{place}"' in french.get(page).text


def test_it_is_narrowed_by_person_and_by_kind(french, moussa, add_paper, imrap):
    paper = add_paper("Note", is_draft=True)
    film = Video.objects.create(organisation=imrap, title_fr="Film")
    pressed(french, paper, "_save", title_fr="Note d'Awa")
    pressed(moussa, film, "_save", title_fr="Film de Moussa")
    who = User.objects.get(username="moussa").pk
    for query, told in (
        (f"who={who}", ["Film de Moussa"]),
        ("kind=video", ["Film de Moussa", "Film de Moussa"]),
        (f"who={who}&kind=paper", []),
        ("who=rien&kind=²&p=²", None),
        ("p=9999", []),
    ):
        found = rows(french.get(f"{CHANGES}?{query}"))
        if told is None:
            assert len(found) == 4
        else:
            assert len(found) == len(told)
            assert all(text in row for text, row in zip(told, found, strict=True))


def test_what_was_deleted_leads_to_how_it_comes_back(french, add_paper):
    paper = add_paper("Note perdue")
    french.post(f"/admin/profiles/paper/{paper.pk}/delete/", {"post": "yes"})
    page = french.get(CHANGES).text
    link = re.search(r'href="(/admin/profiles/paper/deleted/\d+/)"', page)[1]
    assert "supprimée depuis" in page
    assert french.get(link).status_code == 200


def test_each_reads_in_their_own_language_why_a_version_was_made(french, moussa, add_paper):
    for title in ("Note “a”", "Autre"):
        paper = add_paper(title)
        address = f"/admin/profiles/paper/{paper.pk}/"
        client, other = (moussa, french) if title == "Autre" else (french, moussa)
        client.post(f"{address}delete/", {"post": "yes"})
        undo = re.search(
            r'name="versions" value="(\d+)"', client.get("/admin/profiles/paper/").text
        )[1]
        client.post("/admin/profiles/paper/undo/", {"versions": undo})
        page = other.get("/admin/changes/").text + other.get(f"{address}history/").text
        page = page.replace("\u00a0", " ").replace("\u202f", " ")
        if other is french:
            assert "Suppression de « Autre »" in page
            assert "Version restaurée" in page
            assert "Deletion of" not in page
        else:
            assert "Deletion of “Note “a””" in page
            assert "Restored" in page
            assert "Suppression" not in page


def test_one_sees_what_one_may_see(groups, french, add_paper, imrap):
    film = Video.objects.create(organisation=imrap, title_fr="Film secret")
    pressed(french, film, "_save", title_fr="Film très secret")
    client = Client()
    person = User.objects.create_user("fatou", is_staff=True)
    client.force_login(person)
    assert client.get(CHANGES).status_code == 403
    group = Group.objects.get(name="Rédaction")
    group.permissions.remove(*group.permissions.filter(codename__endswith="_video"))
    person.groups.add(group)
    client.force_login(User.objects.get(pk=person.pk))
    assert client.get(CHANGES).status_code == 200
    for query in ("", "?kind=video"):
        assert "secret" not in client.get(CHANGES + query).text
    assert Client().get(CHANGES).status_code == 302


@pytest.mark.parametrize("number", [3, 60])
def test_it_asks_as_little_of_many(french, add_paper, django_assert_num_queries, number):
    for n in range(number):
        with history.revision(User.objects.get()):
            add_paper(f"Note {n}")
    french.get(CHANGES)
    with django_assert_num_queries(7 + OF_A_SESSION):
        assert len(rows(french.get(CHANGES))) == min(number, 30)


def test_an_import_of_many_with_files_is_told_without_their_parts(french, staff, add_paper):
    with history.revision(staff, "Import de papiers.xlsx"):
        for n in range(3):
            add_paper(f"Note {n}")
    assert rows(french.get(CHANGES))[0].endswith("– Import de papiers.xlsx")


@pytest.mark.django_db(transaction=True)
def test_the_page_is_reached_from_the_desk_and_narrowed_on_a_phone(
    signed_in, live_server, add_paper, staff
):
    with history.revision(staff):
        add_paper("Note de Ménaka")
    context = signed_in.context.browser.new_context(bypass_csp=True, locale="fr-FR")
    context.add_cookies(signed_in.context.cookies())
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("link", name="Ce qui a changé").click()
    expect(page.locator(".changes li")).to_contain_text("Note de Ménaka")
    page.get_by_label("Rubrique").select_option("Vidéo")
    page.get_by_role("button", name="Afficher").click()
    expect(page.get_by_text("Rien n’a encore été modifié ici.")).to_be_visible()
    page.get_by_label("Rubrique").select_option("Publication")
    page.get_by_role("button", name="Afficher").click()
    page.get_by_role("link", name="Note de Ménaka").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Note de Ménaka")
    page.go_back()
    found = violations(page, "changes", runOnly=["wcag2a", "wcag2aa", "wcag22aa"], preload=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert english_in(page.locator("#content").evaluate("e => e.innerHTML")) == []
    context.close()
    nothing(found)
