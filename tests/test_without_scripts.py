"""What staff do without scripts, from another entry, and with several at once."""

import time

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import expect

from profiles.admin.typed_text import as_html
from profiles.models import Paper, Programme
from tests.builders import WHOLE_TEXTS, a_file, filled, kept_photograph, words
from tests.looks import nothing, too_small, too_wide_or_cut, violations

FRENCH = {"HTTP_ACCEPT_LANGUAGE": "fr"}


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("", ""),
        ("\r\n \r\n", ""),
        ("Bonjour", "<p>Bonjour</p>"),
        ("Un\r\n\r\nDeux\r\nTrois", "<p>Un</p><p>Deux<br>Trois</p>"),
        ("Un\n \n\t\nDeux\n", "<p>Un</p><p>Deux</p>"),
        ("- pain\n- sel", "<ul><li><p>pain</p></li><li><p>sel</p></li></ul>"),
        ("1. un\n2) deux", "<ol><li><p>un</p></li><li><p>deux</p></li></ol>"),
        ("- un\ndeux", "<p>- un<br>deux</p>"),
        ("AT&T, 2 < 3, x<y et &eacute;", "<p>AT&amp;T, 2 &lt; 3, x&lt;y et &eacute;</p>"),
        ("Un <strong>mot</strong>", "<p>Un <strong>mot</strong></p>"),
        ("<p>Un</p>\n\nDeux\n\n<p>Trois</p>", "<p>Un</p><p>Deux</p><p>Trois</p>"),
        ("<p>Un\n\nDeux</p>\n\nTrois", "<p>Un</p><p>Deux</p><p>Trois</p>"),
        ("<p>Un</p>\r\nDeux\r\nTrois", "<p>Un</p><p>Deux<br>Trois</p>"),
        ("<p>Un\n\nDeux</p> \nTrois", "<p>Un</p><p>Deux</p><p>Trois</p>"),
        ("<ul><li><p>a</p></li></ul>\n<b>Un</b>", "<ul><li><p>a</p></li></ul><p><b>Un</b></p>"),
        ("Un\n<p>Deux</p>\n- trois", "<p>Un</p><p>Deux</p><ul><li><p>trois</p></li></ul>"),
        ("<ul>\n<li>a</li>\nb\n</ul>", "<ul>\n<li>a</li>\nb\n</ul>"),
        ("<ul>\n\n<li>a</li>\n\n</ul>", "<ul><li>a</li></ul>"),
        ("<p>Un</p><p>Deux</p>", "<p>Un</p><p>Deux</p>"),
        ("Un \t \n  <p>Deux</p>", "<p>Un</p>  <p>Deux</p>"),
        ("<p>Un</p> \n <p>Deux</p>", "<p>Un</p> \n <p>Deux</p>"),
    ],
)
def test_blank_lines_become_paragraphs(typed, html):
    assert as_html(typed) == html


@pytest.mark.parametrize(
    "text",
    [
        "\n \n" * 300_000,
        "<p>" * 200_000,
        "- a\n" * 200_000,
        "<" * 900_000,
        " " * 100_000 + "a",
        "<p>" * 30_000 + "</h1>" * 30_000,
    ],
)
def test_a_hostile_text_takes_no_time(text):
    start = time.process_time()
    as_html(text)
    assert time.process_time() - start < 5


KEPT = (
    "<h3>Titre</h3><p>Un <strong>mot</strong><br>deux</p><ul><li><p>a</p></li><li><p>b</p></li></ul>"
    "<blockquote><p>cité</p><p>encore</p></blockquote><p>AT&amp;T &lt; 3</p><h5>Détail</h5>"
    "<table><tbody><tr><th><p>Région</p></th><th><p>Cas</p></th></tr><tr><td><p>Nord</p></td><td><p>"
    '12<small role="note">Une <em>note</em>.</small></p><p>13</p></td></tr></tbody></table><p>Fin</p>'
)


def test_a_stored_text_is_shown_in_parts_and_saved_as_it_was(staff_client, add_paper):
    paper = add_paper(body_fr=KEPT)
    address = f"/admin/profiles/paper/{paper.pk}/change/"
    page = staff_client.get(address, **FRENCH)
    sent = filled(page)
    assert sent["body_fr"].startswith("<h3>Titre</h3>\r\n\r\n<p>Un <strong>mot</strong>")
    assert "une ligne vide commence un nouveau paragraphe" in page.text
    assert staff_client.post(address, sent).status_code == 302
    paper.refresh_from_db()
    assert paper.body_fr == KEPT
    sent["body_fr"] += "\r\n\r\nEncore un paragraphe."
    sent["_seen"] = filled(staff_client.get(address))["_seen"]
    assert staff_client.post(address, sent).status_code == 302
    paper.refresh_from_db()
    assert paper.body_fr == f"{KEPT}<p>Encore un paragraphe.</p>"


def test_a_refused_text_is_shown_again(staff_client, imrap):
    fields = {"body_fr": "Un\r\n\r\nDeux", "website": "faux"}
    page = staff_client.post("/admin/profiles/programme/add/", fields)
    assert filled(page)["body_fr"] == "<p>Un</p>\r\n\r\n<p>Deux</p>"


def test_a_text_is_written_without_scripts(
    live_server, staff_client, imrap, browser, browser_context_args
):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    key = staff_client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    page = context.new_page()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{live_server.url}/admin/profiles/programme/add/")
        box = page.locator("#id_body_fr").bounding_box()
        assert box["height"] > 200, width
        assert box["x"] + box["width"] <= width
    page.locator("#id_title_fr").fill("Sans script")
    page.locator("#id_body_fr").fill("Premier paragraphe.\n\n- un\n- deux\n\nFin.")
    expect(page.get_by_text("une ligne vide commence un nouveau paragraphe").first).to_be_visible()
    page.locator("[name=_save]").first.click()
    context.close()
    assert Programme.objects.get().body_fr == (
        "<p>Premier paragraphe.</p><ul><li><p>un</p></li><li><p>deux</p></li></ul><p>Fin.</p>"
    )


def test_what_is_typed_without_scripts_reads_well_with_them(signed_in, live_server, imrap):
    page = signed_in
    text = "<p>Un</p><p>Deux</p><ul><li><p>a</p></li></ul>"
    programme = Programme.objects.create(organisation=imrap, title_fr="P", body_fr=text)
    page.goto(f"{live_server.url}/admin/profiles/programme/{programme.pk}/change/")
    editor = page.locator("[contenteditable]").first
    expect(editor.locator("> p")).to_have_count(2)  # no empty one between them
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    programme.refresh_from_db()
    assert programme.body_fr == text


# From another entry


def test_an_entry_is_copied_as_a_start_and_nothing_is_stored_before(staff_client, imrap):
    facts = {"authors": "Ag Assarid, Moussa", "date": "2019-06", "type": "audit", "position": 3}
    paper = Paper.objects.create(
        organisation=imrap, title_fr="Modèle", slug="modele", is_draft=False, **facts, **WHOLE_TEXTS
    )
    paper.image.save("a.jpg", kept_photograph((300, 200)))
    a_file(paper)
    form = staff_client.get(f"/admin/profiles/paper/{paper.pk}/change/", **FRENCH)
    address = f"/admin/profiles/paper/add/?copy={paper.pk}"
    assert f'<a href="{address}">Copier comme point de départ</a>' in form.text
    page = staff_client.get(address, **FRENCH)
    assert "Ce formulaire reprend ce que dit «\N{NO-BREAK SPACE}Modèle" in page.text
    way_back = f'sont à choisir de nouveau. <a href="/admin/profiles/paper/{paper.pk}/change/">'
    assert way_back in page.text
    assert "Rien n’est stocké tant que vous n’enregistrez pas" in page.text
    sent = filled(page)
    assert Paper.objects.count() == 1
    assert (sent["title_fr"], sent["authors"], sent["type"]) == (
        "Modèle",
        "Ag Assarid, Moussa",
        "audit",
    )
    assert sent["slug"] == ""
    assert staff_client.post(address, sent).status_code == 302
    copy = Paper.objects.exclude(pk=paper.pk).get()
    assert (copy.title_fr, copy.body_fr, copy.date) == ("Modèle", paper.body_fr, "2019-06")
    assert (copy.is_draft, copy.position, copy.image.name, copy.files.count()) == (True, 100, "", 0)
    assert copy.slug != paper.slug
    paper.refresh_from_db()
    assert (paper.image.name != "", paper.files.count()) == (True, 1)


@pytest.mark.parametrize("key", ["999", "x", "", "1 or 1", "\x00"])
def test_what_is_not_there_is_no_start(staff_client, imrap, key):
    assert staff_client.get("/admin/profiles/paper/add/", {"copy": key}).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("Rédaction", 200), ("", 403)])
def test_who_may_add_may_copy_and_publishes_nothing_by_it(groups, add_paper, role, status):
    paper, client = add_paper(), Client()
    person = User.objects.create_user("moussa", is_staff=True)
    if role:
        person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    address = f"/admin/profiles/paper/add/?copy={paper.pk}"
    page = client.get(address)
    assert page.status_code == status
    if role:
        refused = client.post(address, filled(page) | {"_publish": "1"})
        assert (refused.status_code, Paper.objects.count()) == (200, 1)
        client.post(address, filled(page) | {"is_draft": "", "publish_at_0": "2016-06-30"})
        assert Paper.objects.published().get() == paper
        assert Paper.objects.count() == 2


# Several at once


def act(client, action, *papers, **fields):
    chosen = {"action": action, "_selected_action": [paper.pk for paper in papers], **fields}
    return client.post("/admin/profiles/paper/", chosen, follow=True, **FRENCH)


def link_to(paper):
    return f'<a href="/admin/profiles/paper/{paper.pk}/change/">{paper}</a>'


def test_an_action_says_what_it_did_to_which_and_why_not(staff_client, add_paper):
    one, two = (add_paper(title, is_draft=True) for title in ("Un", "Deux <b>"))
    bad = add_paper("Sans légende", is_draft=True, image="papers/a.jpg")
    page = words(act(staff_client, "publish", one, two, bad))
    assert "2 fiches sont publiées :" in page
    assert link_to(one) in page
    assert "Deux &lt;b&gt;</a>" in page
    assert "Reste en l’état :" in page
    assert link_to(bad) in page
    page = words(act(staff_client, "withdraw", one, bad))
    assert f"1 fiche est retirée du site : {link_to(one)}" in page
    assert f"1 fiche était déjà un brouillon et reste en l’état : {link_to(bad)}" in page
    page = words(act(staff_client, "delete_selected", one, bad, post="yes"))
    assert "Supprimé : " in page
    assert "Sans légende" in page
    assert '<a href="/admin/profiles/paper/deleted/">' in page


def test_of_many_the_first_are_named(staff_client, add_paper):
    papers = [add_paper(f"Papier {number}", is_draft=True) for number in range(23)]
    page = words(act(staff_client, "publish", *papers))
    assert "23 fiches sont publiées :" in page
    assert "et 3 autres" in page
    Paper.objects.update(image="papers/a.jpg", is_draft=True)
    page = words(act(staff_client, "publish", *papers))
    assert page.count("Reste en l’état :") == 20
    assert "3 autres restent aussi." in page


def test_axe_finds_nothing_in_the_messages(signed_in, live_server, add_paper):
    paper = add_paper("Un", is_draft=True)
    context = signed_in.context.browser.new_context(bypass_csp=True, locale="fr-FR")
    context.add_cookies(signed_in.context.cookies())
    page, found = context.new_page(), []
    for scheme, width in (("light", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{live_server.url}/admin/profiles/paper/")
        page.locator(f"[name=_selected_action][value='{paper.pk}']").check()
        page.locator("[name=action]").first.select_option("publish")
        page.locator("button[name=index]").first.click()
        expect(page.locator(".messagelist a")).to_have_text("Un")
        found += violations(page, scheme) + too_small(page, scheme) + too_wide_or_cut(page, scheme)
    context.close()
    nothing(found)


@pytest.mark.firefox
def test_an_entry_is_copied_in_firefox(firefox, live_server, staff_client, add_paper):
    paper = add_paper(body_fr="<p>Un</p><p>Deux</p>")
    firefox.sign_in(staff_client.cookies["sessionid"].value)
    firefox.goto(f"{live_server.url}/admin/profiles/paper/{paper.pk}/change/")
    firefox.click(".object-tools a[href*='?copy=']")
    firefox.see("[contenteditable]")
    assert firefox.value("#id_title_fr") == "Autoportrait du Mali"
    assert "Deux" in firefox.see("[contenteditable]")
    assert Paper.objects.count() == 1
