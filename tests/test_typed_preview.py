"""The page as visitors would read it with what stands in the form, before anything is saved."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from profiles.lasting import Memory, keeping_in
from profiles.models import KINDS, Organisation, Paper, PaperFile, Programme, Video
from profiles.richtext import MOST_HTML
from tests.builders import a_pdf, a_recording, content_of, filled, kept_photograph, photograph
from tests.looks import nothing, too_small, too_wide_or_cut, violations

FRENCH = {"accept-language": "fr"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def form_of(noun):
    return f"/admin/profiles/{noun._meta.model_name}/{noun.pk}/change/"


def add_form_of(model):
    return f"/admin/profiles/{model._meta.model_name}/add/"


def previewed(client, address, **typed):
    """The preview of what is typed into the form at this address."""
    fields = filled(client.get(address, headers=FRENCH), **typed)
    return client.post(f"{address}preview/", fields, headers=FRENCH)


def main_of(answer):
    return re.sub(r"\s+", " ", re.search(r"<main.*</main>", answer.text, re.DOTALL)[0])


@pytest.fixture
def paper(add_paper):
    return add_paper(
        "Écouter Ménaka", slug="menaka", body_fr="<p>Texte enregistré.</p>", date="2016"
    )


@pytest.fixture
def report(paper):
    file = ContentFile(a_pdf(b"(un) Tj"), "rapport.pdf")
    PaperFile.objects.create(paper=paper, file=file, language="fr")
    return paper


def test_what_is_typed_stands_in_the_page_of_visitors(staff_client, paper):
    page = previewed(
        staff_client, form_of(paper), title_fr="Écouter Gao", body_fr="<p>Texte <b>tapé</b>.</p>"
    )
    assert page.status_code == 200
    assert "<h1>Écouter Gao</h1>" in page.text
    assert "<p>Texte <strong>tapé</strong>.</p>" in page.text
    assert "Texte enregistré" not in page.text
    assert "Rien n’en est enregistré ni publié." in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert {"private", "no-store"} <= set(page["Cache-Control"].split(", "))


def test_a_text_that_was_typed_without_scripts_has_its_paragraphs(staff_client, paper):
    page = previewed(staff_client, form_of(paper), body_fr="Un début.\r\n\r\n- pain\r\n- sel")
    assert "<p>Un début.</p><ul><li><p>pain</p></li><li><p>sel</p></li></ul>" in page.text


def test_nothing_is_stored(staff_client, paper):
    fields = filled(staff_client.get(form_of(paper)), title_fr="Écouter Gao")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert staff_client.post(f"{form_of(paper)}preview/", fields).status_code == 200
    words = {query["sql"].split()[0] for query in asked}
    assert words == {"SELECT"}
    assert Paper.objects.get().title_fr == "Écouter Ménaka"


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_a_new_entry_of_each_kind_is_seen_before_it_is_stored(staff_client, imrap, kind):
    typed = {"title_fr": "Tout neuf", "body_fr": "<p>Un début.</p>"}
    page = previewed(staff_client, add_form_of(kind), **typed)
    assert "<h1>Tout neuf</h1>" in page.text
    assert "<p>Un début.</p>" in page.text
    assert f"/fr/{kind.kind_slug}/tout-neuf/" in page.text
    assert kind.objects.count() == 0


def test_an_empty_form_has_a_page_too(staff_client, imrap):
    page = previewed(staff_client, add_form_of(Paper))
    assert page.status_code == 200
    assert "Pas montré, car vide ou illisible\u00a0: Titre (français)" in page.text


def test_a_draft_is_shown_as_it_will_be_once_it_is_published(staff_client, report):
    Paper.objects.update(is_draft=True)
    page = previewed(staff_client, form_of(report))
    assert 'id="cite"' in page.text
    assert "Seule l’équipe voit cette page" not in page.text


def test_what_is_refused_stays_as_stored_and_is_named(staff_client, paper):
    page = previewed(staff_client, form_of(paper), date="2016-15", title_fr="Écouter Gao")
    assert "<h1>Écouter Gao</h1>" in page.text
    assert "<li>2016</li>" in page.text
    assert "n’est pas lisible\u00a0: Date de parution." in page.text


def test_two_megabytes_of_text_are_refused_in_words(staff_client, paper):
    page = previewed(staff_client, form_of(paper), body_fr="<p>" + "a " * MOST_HTML + "</p>")
    assert page.status_code == 200
    assert "Texte enregistré." in page.text
    assert "n’est pas lisible\u00a0: Texte (français)." in page.text


def test_its_files_stand_in_it_as_they_are_typed(staff_client, report):
    page = previewed(staff_client, form_of(report), **{"files-0-language": "bm"})
    assert "Bamanankan, PDF, 1" in page.text
    assert f"/media/{report.files.get().file.name}" in page.text
    page = previewed(staff_client, form_of(report), **{"files-0-DELETE": "on"})
    assert "/media/papers/" not in page.text


def test_a_new_row_waits_for_its_file(staff_client, report):
    rows = {"files-TOTAL_FORMS": "2", "files-1-language": "en", "files-1-edition": "light"}
    page = previewed(staff_client, form_of(report), **rows)
    assert "n’est pas lisible\u00a0: Fichier, fichier." in page.text
    assert page.text.count("<code>") == 1


def test_its_recordings_stand_in_it(staff_client, paper):
    a_recording(paper, language="bm")
    page = previewed(staff_client, form_of(paper), **{"audio-0-transcript": "I ni ce."})
    assert "I ni ce." in page.text


def test_a_programme_that_was_just_chosen_is_linked(staff_client, paper, imrap):
    programme = Programme.objects.create(
        organisation=imrap, title_fr="Dialogues", slug="dialogues", is_draft=False
    )
    page = previewed(staff_client, form_of(paper), programme=str(programme.pk))
    assert '<a href="/fr/programmes/dialogues/">Dialogues</a>' in page.text


def test_the_page_of_the_organisation_too(staff_client, imrap, add_paper):
    add_paper("Écouter Ménaka")
    typed = {"name_fr": "Institut de la Paix", "description_fr": "<p>Nous écoutons.</p>"}
    page = previewed(staff_client, form_of(imrap), **typed)
    assert "Institut de la Paix (IMRAP)</h1>" in page.text
    assert "Nous écoutons." in page.text
    assert "Écouter Ménaka" in page.text
    assert Organisation.objects.get().name_fr != "Institut de la Paix"


def test_an_organisation_that_is_not_stored_yet(staff_client, db):
    page = previewed(staff_client, add_form_of(Organisation), name_fr="Neuve")
    assert "Neuve</h1>" in page.text


def test_the_language_of_the_page_can_be_chosen(staff_client, paper):
    page = previewed(staff_client, form_of(paper), title_en="Listening", _language="en")
    assert '<html lang="en"' in page.text
    assert "<h1>Listening</h1>" in page.text
    page = previewed(staff_client, form_of(paper), title_en="Listening", _language="x<y")
    assert '<html lang="fr"' in page.text


def test_a_place_is_left_for_a_picture_that_only_the_browser_has(staff_client, paper):
    page = previewed(staff_client, form_of(paper), _chosen="image:640x480")
    assert 'src="/media/chosen/0000000000000000-640x480.jpg"' in page.text
    for junk in ("image:0x1", "image:1x1x1", "title_fr:1x1", "image", "image:99999999x1"):
        page = previewed(staff_client, form_of(paper), _chosen=junk)
        assert page.status_code == 200
        assert "/media/chosen/" not in page.text
        assert "Écouter Ménaka" in page.text


def test_pages_of_visitors_and_previews_share_nothing(staff_client, paper):
    memory = Memory()
    with keeping_in(memory):
        previewed(staff_client, form_of(paper), title_fr="Écouter Gao")
    assert [key for key in memory.parts if "markup" in key] == []
    assert "Écouter Gao" not in str(memory.parts)


def test_nobody_is_shown_in_it(staff_client, paper):
    """It is what visitors get, whoever made it."""
    page = previewed(staff_client, form_of(paper))
    assert "/admin/" not in page.text


# Who may, and what comes in a bad shape


def test_a_form_that_was_cut_short_is_answered_in_words(staff_client, paper):
    page = staff_client.post(f"{form_of(paper)}preview/", {"title_fr": "a"}, headers=FRENCH)
    assert page.status_code == 400
    assert "la connexion a été coupée\u00a0: redemandez l’aperçu" in page.text


def test_formsets_that_are_missing_break_nothing(staff_client, paper):
    fields = {"title_fr": "Écouter Gao", "_complete": "1"}
    page = staff_client.post(f"{form_of(paper)}preview/", fields, headers=FRENCH)
    assert page.status_code == 200


def test_whoever_has_signed_out_is_sent_to_sign_in(client, paper):
    answer = client.post(f"{form_of(paper)}preview/", {"_complete": "1"})
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")


@pytest.fixture
def redaction(groups):
    client = Client()
    person = User.objects.create_user("fatou", is_staff=True)
    person.groups.add(Group.objects.get(name="Rédaction"))
    client.force_login(person)
    return client


def test_who_writes_without_publishing_sees_the_preview_and_publishes_nothing(redaction, paper):
    Paper.objects.update(is_draft=True)
    page = previewed(redaction, form_of(paper), is_draft=None, publish_at_0="01/01/2020")
    assert page.status_code == 200
    assert Paper.objects.get().is_draft


def test_without_rights_on_the_kind_there_is_none(client, paper, db):
    client.force_login(User.objects.create_user("ali", is_staff=True))
    fields = {"_complete": "1"}
    assert client.post(f"{form_of(paper)}preview/", fields).status_code == 403
    assert client.post(f"{add_form_of(Paper)}preview/", fields).status_code == 403


def test_without_the_token_of_the_form_there_is_none(staff, paper):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert client.post(f"{form_of(paper)}preview/", {"_complete": "1"}).status_code == 403


@pytest.mark.parametrize("key", ["0", "9999", "x", "²", "1" * 40])
def test_of_what_is_not_there_there_is_none(staff_client, imrap, key):
    address = f"/admin/profiles/paper/{key}/change/preview/"
    assert staff_client.post(address, {"_complete": "1"}).status_code == 404


def test_it_is_asked_for_by_a_form_only(staff_client, paper):
    assert staff_client.get(f"{form_of(paper)}preview/").status_code == 405


def test_two_organisations_and_none_chosen(staff_client, imrap):
    Organisation.objects.create(name_fr="Autre", slug="autre")
    page = previewed(staff_client, add_form_of(Video), title_fr="Film")
    assert page.status_code == 400
    assert "Choisissez d’abord l’organisation" in page.text


# In a browser


@pytest.fixture
def form(preview_beside, signed_in, live_server, transactional_db, paper):
    signed_in.set_viewport_size({"width": 1400, "height": 900})
    signed_in.goto(f"{live_server.url}{form_of(paper)}")
    return signed_in


def page_in(form):
    return form.frame_locator(".see-page iframe")


def test_on_a_wide_screen_it_stands_beside_the_form_and_follows(form):
    expect(page_in(form).locator("h1")).to_have_text("Écouter Ménaka")
    form.locator("#id_title_fr").fill("Écouter Gao")
    expect(page_in(form).locator("h1")).to_have_text("Écouter Gao")
    form.locator(".field-body_fr .tiptap").fill("Un texte tapé dans l’éditeur.")
    expect(page_in(form).locator("main")).to_contain_text("Un texte tapé dans l’éditeur.")
    expect(form.locator(".see-state")).to_have_text("À jour")
    assert Paper.objects.get().title_fr == "Écouter Ménaka"
    assert form.locator("#content-main").bounding_box()["width"] > 700


def test_the_focus_stays_in_the_form(form):
    form.locator("#id_title_fr").fill("Écouter Gao")
    expect(page_in(form).locator("h1")).to_have_text("Écouter Gao")
    assert form.evaluate("document.activeElement.id") == "id_title_fr"


def test_it_can_be_seen_as_on_a_telephone_and_as_on_a_computer(form):
    inside = page_in(form).locator("html")
    expect(page_in(form).locator("h1")).to_be_visible()
    assert inside.evaluate("() => innerWidth") == 360
    form.get_by_role("button", name="Ordinateur").click()
    assert inside.evaluate("() => innerWidth") == 1280
    box = form.locator(".see-page iframe").bounding_box()
    assert box["width"] <= 400
    assert form.get_by_role("button", name="Ordinateur").get_attribute("aria-pressed") == "true"


def test_it_can_be_read_in_the_other_language(form):
    form.locator(".see-bar select").select_option("en")
    expect(page_in(form).locator("html")).to_have_attribute("lang", "en")


def test_who_closes_it_finds_it_closed_the_next_time(form):
    form.get_by_role("button", name="Fermer").click()
    expect(form.locator(".see-page")).to_be_hidden()
    form.reload()
    form.wait_for_load_state("load")
    expect(form.locator(".see-page")).to_be_hidden()
    form.get_by_role("button", name="Aperçu", exact=True).click()
    expect(page_in(form).locator("h1")).to_have_text("Écouter Ménaka")


def test_a_picture_just_chosen_is_seen_in_it(form):
    expect(page_in(form).locator("h1")).to_be_visible()
    picture = content_of(photograph((64, 48)), "PNG")
    form.locator("#id_image").set_input_files(
        {"name": "puits.png", "mimeType": "image/png", "buffer": picture}
    )
    shown = page_in(form).locator("main .picture img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.src").startswith("blob:")
    assert (
        shown.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 64
    )


def test_the_stored_picture_of_a_draft_is_seen_in_it(form, paper):
    paper.image.save("a.jpg", kept_photograph((300, 200)))
    Paper.objects.update(is_draft=True)
    form.reload()
    shown = page_in(form).locator("main .picture img")
    assert shown.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 0


def test_its_links_lead_out_of_the_form_and_its_parts_stay_in_it(form):
    page_in(form).get_by_role("link", name="Contact").first.click()
    with form.context.expect_page() as opened:
        page_in(form).locator(".home").click()
    assert opened.value.url.endswith("/fr/")
    expect(page_in(form).locator("h1")).to_have_text("Écouter Ménaka")
    assert form.url.endswith("/change/")


def test_on_a_telephone_it_opens_by_one_button(form):
    form.set_viewport_size({"width": 360, "height": 740})
    form.reload()
    expect(form.locator(".see-page")).to_be_hidden()
    form.locator("#id_title_fr").fill("Écouter Gao")
    form.get_by_role("button", name="Aperçu", exact=True).click()
    expect(page_in(form).locator("h1")).to_have_text("Écouter Gao")
    nothing(too_wide_or_cut(form, "preview on a telephone"))
    form.keyboard.press("Escape")
    expect(form.locator(".see-page")).to_be_hidden()
    expect(form.get_by_role("button", name="Aperçu", exact=True)).to_be_focused()


def test_a_telephone_that_is_turned_has_it_beside_the_form(form):
    form.set_viewport_size({"width": 900, "height": 740})
    expect(form.locator(".see-page")).to_be_hidden()
    form.get_by_role("button", name="Aperçu", exact=True).click()
    expect(form.locator(".see-page")).to_be_visible()
    form.set_viewport_size({"width": 1400, "height": 900})
    expect(form.locator(".see-preview.is-open .see-page")).to_be_visible()
    form.wait_for_timeout(200)  # the event that tells of the closing comes late
    expect(form.locator(".see-preview.is-open")).to_have_count(1)
    form.locator("#id_title_fr").focus()
    form.set_viewport_size({"width": 900, "height": 740})
    expect(form.locator(".see-page")).to_be_hidden()
    expect(form.locator("#id_title_fr")).to_be_focused()


def test_the_key_enter_still_saves(form):
    form.locator("#id_title_fr").fill("Écouter Gao")
    form.locator("#id_title_fr").press("Enter")
    expect(form.locator(".messagelist .success")).to_be_visible()
    assert Paper.objects.get().title_fr == "Écouter Gao"


def test_what_is_refused_is_named_in_it(form):
    form.locator("#id_date").fill("2016-15")
    expect(page_in(form).locator(".draft-band")).to_contain_text("Date de parution")


def test_a_cut_line_is_said_and_passes(form):
    expect(form.locator(".see-state")).to_have_text("À jour")
    form.context.set_offline(True)
    form.locator("#id_title_fr").fill("Écouter Gao")
    expect(form.locator(".see-failure")).to_contain_text("La connexion est coupée")
    form.context.set_offline(False)
    form.locator("#id_title_fr").fill("Écouter Mopti")
    expect(page_in(form).locator("h1")).to_have_text("Écouter Mopti")
    expect(form.locator(".see-failure")).to_have_text("")
    form.complaints.clear()  # the browser complains of the line too


def test_whoever_is_signed_out_meanwhile_is_told(form):
    expect(form.locator(".see-state")).to_have_text("À jour")
    form.context.clear_cookies(name="sessionid")
    form.locator("#id_title_fr").fill("Écouter Gao")
    expect(form.locator(".see-failure")).to_contain_text("Votre session a pris fin")
    form.complaints.clear()


def test_one_request_at_a_time_and_none_while_nobody_looks(form):
    expect(form.locator(".see-state")).to_have_text("À jour")
    asked = []
    form.on("request", lambda one: asked.append(one.url) if "/preview/" in one.url else None)
    form.locator("#id_title_fr").press("End")
    form.locator("#id_title_fr").press_sequentially("abcdef", delay=20)
    expect(page_in(form).locator("h1")).to_have_text("Écouter Ménakaabcdef")
    assert len(asked) == 1
    form.get_by_role("button", name="Fermer").click()
    form.locator("#id_title_fr").fill("Autre chose")
    form.wait_for_timeout(1800)
    assert len(asked) == 1


def test_without_scripts_the_button_opens_the_page(browser, staff_client, live_server, paper):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    key = staff_client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    form = context.new_page()
    form.goto(f"{live_server.url}{form_of(paper)}")
    form.locator("#id_title_fr").fill("Écouter Gao")
    with context.expect_page() as opened:
        form.get_by_role("button", name="Aperçu", exact=True).click()
    expect(opened.value.locator("h1")).to_have_text("Écouter Gao")
    context.close()


@pytest.mark.parametrize("width", [360, 1280, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_stands_the_looks(form, width, scheme):
    form.set_viewport_size({"width": width, "height": 900})
    form.emulate_media(color_scheme=scheme)
    if width == 360:
        form.get_by_role("button", name="Aperçu", exact=True).click()
    expect(page_in(form).locator("h1")).to_be_visible()
    place = f"preview {width} {scheme}"
    nothing(too_small(form, place))
    nothing(violations(form, place, runOnly=WCAG, preload=False, iframes=False))
