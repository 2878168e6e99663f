"""People at work, in a real browser."""

import re

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from profiles.models import Paper, PaperFile
from tests.builders import a_pdf, content_of, photograph

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server, starter):
    return live_server.url


def test_a_visitor_reads_the_profile_in_both_languages(page, site):
    page.goto(f"{site}/en/")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "L’Institut Malien de Recherche Action pour la Paix (IMRAP)"
    )
    expect(page.get_by_text("No programmes have been added yet.")).to_be_visible()
    page.get_by_role("link", name="Français").click()
    expect(page).to_have_url(f"{site}/fr/")
    expect(page.get_by_text("Aucun programme n’a encore été ajouté.")).to_be_visible()
    expect(page.get_by_role("heading", name="Vidéos")).to_be_visible()


def test_a_visitor_unfolds_the_whole_text(page, site):
    page.goto(f"{site}/fr/")
    closing = page.get_by_text("veuillez suivre le lien")
    expect(closing).to_be_hidden()
    page.locator("#videos summary").click()
    expect(closing).to_be_visible()


def test_a_visitor_opens_the_video_and_the_paper(page, site):
    page.goto(f"{site}/en/")
    page.get_by_role("link", name=re.compile("^Portraits croisés")).click()
    expect(page).to_have_url(f"{site}/en/videos/portraits-croises-koro-bankass/")
    watch = page.get_by_role("link", name="Watch the video (in French, interpeace.org)")
    expect(watch).to_have_attribute(
        "href", "http://interpeace.org/resource/portraits-dynamiques-resilience"
    )
    page.get_by_role("link", name=re.compile("^IMRAP ")).click()
    page.get_by_role("link", name=re.compile("^Renforcement de la confiance")).click()
    expect(page).to_have_url(f"{site}/en/papers/renforcement-de-la-confiance/")
    expect(
        page.get_by_role("link", name="Read the paper (in French, issat.dcaf.ch)")
    ).to_be_visible()


def test_staff_add_a_paper_see_it_and_withdraw_it(signed_in, site, tmp_path):
    page = signed_in
    report, photo = tmp_path / "rapport final.pdf", tmp_path / "IMG_0001.jpg"
    report.write_bytes(a_pdf(b"(un) Tj", b"(deux) Tj", b"(trois) Tj"))
    photo.write_bytes(content_of(photograph()))

    page.goto(f"{site}/admin/profiles/paper/add/")
    page.locator("#id_title_fr").fill("Écouter Ménaka : récit d'un dialogue")
    page.locator(".field-body_fr .tiptap").fill("Un premier paragraphe.")
    page.locator("#id_date").fill("06/2016")
    page.locator("#id_image").set_input_files(photo)
    page.locator("#id_image_alt_fr").fill("Deux anciens sous un arbre")
    page.locator("#id_files-0-file").set_input_files(report)
    page.get_by_role("button", name="Publier").click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    page.goto(f"{site}/fr/")
    page.get_by_role("link", name=re.compile("^Écouter Ménaka")).click()
    expect(page.get_by_text("Un premier paragraphe.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="juin 2016")).to_be_visible()
    picture = page.get_by_role("img", name="Deux anciens sous un arbre")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    link = page.get_by_role("link", name=re.compile(r"^Télécharger.*\(français, PDF, 3 pages, "))
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "rapport-final.pdf"
    address = page.url

    page.goto(f"{site}/admin/profiles/paper/{Paper.objects.latest('pk').pk}/change/")
    page.get_by_role("button", name="Retirer du site").click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    visitor = page.context.browser.new_context().new_page()
    assert visitor.goto(address).status == 404
    assert visitor.goto(download.value.url).status == 404
    visitor.goto(f"{site}/fr/")
    expect(visitor.get_by_text("Écouter Ménaka")).to_have_count(0)
    visitor.context.close()


def test_a_form_with_a_mistake_says_so_and_loses_nothing(signed_in, site):
    page = signed_in
    page.goto(f"{site}/admin/profiles/mandate/add/")
    page.locator("#id_title_fr").fill("Mandat pour le Mali")
    page.locator(".field-body_fr .tiptap").fill("Tout le texte du mandat.")
    page.locator("#id_start").fill("2015")
    page.locator("#id_end").fill("2014")
    page.locator("[name=_save]").first.click()
    expect(page.locator(".field-end .errorlist")).to_have_text("La fin est antérieure au début.")
    expect(page.locator("#id_title_fr")).to_have_value("Mandat pour le Mali")
    expect(page.locator(".field-body_fr .tiptap")).to_have_text("Tout le texte du mandat.")


def test_the_rich_text_editor_makes_headings_lists_and_links(signed_in, site):
    page = signed_in
    page.goto(f"{site}/admin/profiles/paper/add/")
    page.locator("#id_title_fr").fill("Essai")
    editor = page.locator(".field-body_fr .tiptap")
    editor.click()
    page.keyboard.type("un ")
    page.keyboard.press("Control+b")
    page.keyboard.type("gras")
    page.keyboard.press("Enter")
    page.keyboard.type("- point")
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Paper.objects.get(title_fr="Essai").body_fr == (
        "<p>un <strong>gras</strong></p><ul><li><p>point</p></li></ul>"
    )


def test_the_page_asks_no_other_host_and_sets_no_cookie(page, site):
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for address in ("/", "/fr/", "/fr/papers/", "/fr/videos/portraits-croises-koro-bankass/"):
        page.goto(site + address)
    assert hosts == {site.removeprefix("http://")}
    assert page.context.cookies() == []


def test_the_first_view_with_a_cover_weighs_little(page, live_server, add_paper):
    paper = add_paper("Rapport", body_fr="<p>Un paragraphe.</p>" * 30)
    lines = [b"(Paix et dialogue au Mali, ligne %d) Tj T*" % number for number in range(60)]
    content = ContentFile(a_pdf(b" ".join(lines)), "rapport.pdf")
    PaperFile.objects.create(paper=paper, file=content)
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{live_server.url}/fr/", wait_until="networkidle")
    # A headless browser does not ask for the icon of itself.
    icon = page.locator("link[rel=icon]").get_attribute("href")
    page.evaluate("icon => fetch(icon).then(answer => answer.text())", icon)
    sizes = {answer.url: int(answer.header_value("content-length")) for answer in answers}
    assert sizes[f"{live_server.url}/fr/"] <= 14_000
    assert sum(sizes.values()) <= 60_000
    assert 3 <= len(sizes) <= 8
    assert any(".avif" in address for address in sizes)


def test_the_starter_profile_arrives_in_one_round_trip(page, site):
    for address in ("/fr/", "/en/"):
        response = page.goto(site + address)
        assert response.request.sizes()["responseBodySize"] <= 14_000
        assert response.header_value("content-encoding") == "gzip"
