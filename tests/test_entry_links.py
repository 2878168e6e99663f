"""Links of texts to entries of this site: chosen by name, right after a new name, plain when closed."""

import io
import zipfile

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import expect

from profiles.models import Mandate, Paper, Video
from profiles.richtext import plain, sanitised
from tests.looks import nothing, violations

pytestmark = pytest.mark.django_db


def leading_to(entry, words="le rapport"):
    return f'<p>Voir <a href="entry:{entry.kind_slug}-{entry.pk}" title="Ici">{words}</a>.</p>'


@pytest.fixture
def report(add_paper):
    return add_paper("Autoportrait du Mali", slug="autoportrait")


@pytest.fixture
def leader(add_paper, report):
    return add_paper("Note", slug="note", body_fr=leading_to(report))


# As they are stored


def test_an_address_of_an_entry_stays_and_no_other_of_its_kind():
    text = '<p><a href="entry:papers-12">a</a></p>'
    assert sanitised(text) == text
    noted = '<p><a href="entry:papers-12">a</a><small role="note">b</small></p>'
    assert sanitised(noted) == noted
    for wrong in (
        "entry:papers",
        "entry:papers-x",
        "entry:../12",
        "entry://papers-1",
        "ENTRY:a-1 b",
    ):
        assert sanitised(f'<p><a href="{wrong}">a</a></p>') == "<p><a>a</a></p>"
    assert plain(text) == "a"


# For visitors


def test_a_link_leads_to_the_entry_also_after_its_address_changed(client, report, leader):
    link = '<p>Voir <a href="/fr/papers/{}/" title="Ici">le rapport</a>.</p>'
    assert link.format("autoportrait") in client.get("/fr/papers/note/").text
    Paper.objects.filter(pk=report.pk).update(slug="portrait")
    assert link.format("portrait") in client.get("/fr/papers/note/").text
    assert link.format("portrait") in client.get("/fr/").text
    assert 'href="/en/papers/portrait/"' in client.get("/en/papers/note/").text


def test_what_visitors_may_not_open_is_words(client, report, leader):
    words = "<p>Voir le rapport.</p>"
    for change in (
        {"is_draft": True},
        {"is_draft": False, "publish_at": timezone.now() + timezone.timedelta(days=1)},
    ):
        Paper.objects.filter(pk=report.pk).update(**change)
        for address in ("/fr/papers/note/", "/fr/", "/fr/papers/note/copy.html"):
            page = client.get(address).text
            assert words in page
            assert "autoportrait" not in page
            assert "entry:" not in page
    report.delete()
    assert words in client.get("/fr/papers/note/").text


def test_staff_see_what_visitors_see(staff_client, report, leader):
    Paper.objects.filter(pk=report.pk).update(is_draft=True)
    assert "<p>Voir le rapport.</p>" in staff_client.get("/fr/papers/note/").text


def test_many_links_cost_one_query_and_a_page_without_any_none(client, imrap, add_paper):
    def queries(body):
        paper = add_paper("Note", slug=f"note-{len(body)}", body_fr=body)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/fr/papers/{paper.slug}/").status_code == 200
        return len(asked)

    nouns = [
        kind.objects.create(organisation=imrap, title_fr="X", slug=f"x-{n}", is_draft=False)
        for kind in (Paper, Mandate, Video)
        for n in range(3)
    ]
    queries("<p>Autre.</p>")
    without = queries("<p>Voir.</p>")
    assert queries(leading_to(nouns[0])) == without + 1
    assert queries("".join(map(leading_to, nouns))) == without + 1


def test_copies_and_books_lead_to_the_whole_address(client, report, leader):
    address = 'href="http://testserver/fr/papers/autoportrait/"'
    assert address in client.get("/fr/papers/note/copy.html").text
    book = client.get("/fr/papers/note/copy.epub").content
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        assert address in files.read("EPUB/text-1.xhtml").decode()


# For staff


def found(client, query):
    return client.get("/admin/entries/", {"q": query}).json()["entries"]


@pytest.mark.django_db(transaction=True)
def test_staff_find_entries_by_their_names(staff_client, add_paper):
    report = add_paper("Autoportrait du Mali")
    draft = add_paper("Autoportrait du Niger", is_draft=True)
    by_name = {entry["name"]: entry for entry in found(staff_client, "autoportrait")}
    assert by_name == {
        "Autoportrait du Mali": {
            "address": f"entry:papers-{report.pk}",
            "name": "Autoportrait du Mali",
            "about": "paper",
        },
        "Autoportrait du Niger": {
            "address": f"entry:papers-{draft.pk}",
            "name": "Autoportrait du Niger",
            "about": "paper, draft",
        },
    }
    assert found(staff_client, f"entry:papers-{report.pk}") == [by_name["Autoportrait du Mali"]]
    for nothing_there in (
        "",
        "qzwxv",
        "entry:papers-999",
        f"entry:papers-{10**30}",
        "entry:x",
        'entry:"><a',
        "a" * 5_000,
    ):
        assert found(staff_client, nothing_there) == []


@pytest.mark.django_db(transaction=True)
def test_at_most_ten_are_offered(staff_client, add_paper):
    for number in range(12):
        add_paper(f"Autoportrait {number}", slug=f"a-{number}")
    assert len(found(staff_client, "autoportrait")) == 10


@pytest.mark.django_db(transaction=True)
def test_nobody_finds_what_they_may_not_read(client, groups, add_paper):
    report = add_paper("Autoportrait", is_draft=True)
    assert client.get("/admin/entries/", {"q": "autoportrait"}).status_code == 302
    client.force_login(User.objects.create_user("ali", is_staff=True))
    assert found(client, "autoportrait") == found(client, f"entry:papers-{report.pk}") == []
    writer = User.objects.create_user("moussa", is_staff=True)
    writer.groups.add(Group.objects.get(name="Rédaction"))
    client.force_login(writer)
    assert len(found(client, "autoportrait")) == 1


def remarks(client, entry):
    page = client.get(f"/admin/profiles/paper/{entry.pk}/change/")
    return [(one.field, one.text) for one in page.context["remarks"] if "link" in one.text]


def test_staff_are_told_where_a_link_leads_nobody(staff_client, report, leader):
    assert remarks(staff_client, leader) == []
    Paper.objects.filter(pk=report.pk).update(is_draft=True)
    assert remarks(staff_client, leader) == [
        (
            "body_fr",
            "A link in the text leads to “Autoportrait du Mali” (draft): visitors read its words "
            "alone.",
        )
    ]
    report.delete()
    assert remarks(staff_client, leader) == [
        (
            "body_fr",
            "A link in the text leads to an entry that was deleted: visitors read its words alone.",
        )
    ]


# In a browser


@pytest.fixture
def editor(signed_in, live_server, report):
    signed_in.goto(f"{live_server.url}/admin/profiles/mandate/add/")
    signed_in.locator("#id_title_fr").fill("Mandat")
    signed_in.locator(".field-body_fr .tiptap").click()
    signed_in.keyboard.type("rapport")
    signed_in.keyboard.press("Control+a")
    return signed_in


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_link_is_made_by_the_name_of_its_entry(editor, report):
    editor.locator(".field-body_fr [data-name=link]").click()
    editor.get_by_label("Une fiche de ce site, par son nom").fill("autoportrait")
    hit = editor.get_by_role("button", name="Autoportrait du Mali publication")
    hit.click()
    expect(editor.get_by_text("Le lien mène à : Autoportrait du Mali")).to_be_visible()
    editor.set_viewport_size({"width": 360, "height": 740})
    assert editor.evaluate("document.documentElement.scrollWidth") <= 360
    nothing(violations(editor, "link", preload=False))
    editor.keyboard.press("Enter")
    linked = f'<p><a href="entry:papers-{report.pk}">rapport</a></p>'
    expect(editor.locator("#id_body_fr")).to_have_value(linked)
    editor.locator("[name=_save]").first.click()
    expect(editor.locator(".messagelist .success")).to_be_visible()
    assert Mandate.objects.get().body_fr == linked


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_keyboard_alone_is_enough_and_the_dialog_says_where_a_link_leads(editor, report):
    editor.keyboard.press("Control+k")
    editor.keyboard.type("autoportrait")
    expect(editor.get_by_role("button", name="Autoportrait du Mali")).to_be_visible()
    editor.keyboard.press("Enter")
    editor.keyboard.press("Enter")
    linked = f'<p><a href="entry:papers-{report.pk}">rapport</a></p>'
    expect(editor.locator("#id_body_fr")).to_have_value(linked)
    editor.keyboard.press("Control+k")
    expect(editor.get_by_text("Le lien mène à : Autoportrait du Mali")).to_be_visible()
