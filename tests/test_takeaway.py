"""What a visitor takes away: a page in one file, a book; both open where there is no network."""

import base64
import datetime
import io
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from profiles.formats.takeaway.well_formed import well_formed
from profiles.models import KINDS, Paper, Programme, Vacancy, Video
from tests.builders import PDF, a_file, content_of, kept_photograph, photograph

PAGE = "https://example.org/fr/papers/note/"
DUBLIN = {"dc": "http://purl.org/dc/elements/1.1/", "opf": "http://www.idpf.org/2007/opf"}


def taken(client, address):
    response = client.get(f"{address}copy.html")
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return response.content.decode()


def words_in(html):
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def book_of(client, address):
    """The files of the book by name, after those rules that every reader insists on."""
    response = client.get(f"{address}copy.epub")
    assert response["Content-Type"] == "application/epub+zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert response.content[30:58] == b"mimetypeapplication/epub+zip"
        files = {name: book.read(name) for name in book.namelist()}
    for name, content in files.items():
        if name.endswith((".xml", ".opf", ".xhtml")):
            ET.fromstring(content)
    return files


def package(files):
    return ET.fromstring(files["EPUB/package.opf"])


# The page


def test_a_page_to_take_away_has_everything_in_it(client, imrap, add_paper):
    paper = add_paper(
        title="Quelle paix ?",
        slug="quelle-paix",
        date="2016-06",
        authors="Ag Assarid, Moussa",
        summary_fr="En bref.",
        body_fr='<p>Le texte, <a href="/fr/videos/">et un lien</a>.</p>',
        image_alt_fr="Un arbre",
    )
    paper.image.save("a.jpg", kept_photograph((300, 200)))
    file = a_file(paper)
    response = client.get("/fr/papers/quelle-paix/copy.html")
    assert response["Content-Disposition"] == (
        "attachment; filename=\"imrap-quelle-paix.html\"; filename*=UTF-8''imrap-quelle-paix.html"
    )
    assert response["X-Robots-Tag"] == "noindex"
    page = response.content.decode()
    assert b'<meta charset="utf-8">' in response.content[:1024]
    assert len(response.content) < 100_000
    words = words_in(page)
    for part in (
        "Quelle paix ? – IMRAP",
        "Moussa Ag Assarid",
        "En bref.",
        "Le texte, et un lien .",
        "Télécharger (français, PDF, 1 page, 1 Ko)",
        "Ag Assarid, Moussa (juin 2016). Quelle paix ? Document de recherche, Institut Malien",
        file.sha256,
        "Emporté le",
        "http:/ / testserver/ fr/ papers/ quelle- paix/",
    ):
        assert part in words, part
    picture = re.search(
        r'<img src="data:image/webp;base64,([^"]+)" width="300" height="200" alt="Un arbre">', page
    )
    assert Image.open(io.BytesIO(base64.b64decode(picture[1]))).size == (300, 200)
    links = re.findall(r'href="([^"]*)"', page)
    assert len(links) > 4
    assert [link for link in links if not link.startswith("http://testserver/")] == []
    for absent in ("<script", "loading=", "srcset", '<link rel="stylesheet', " hidden"):
        assert absent not in page


def test_a_page_names_the_day_on_which_it_was_taken(client, add_paper, time_machine):
    add_paper(slug="note", publish_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    time_machine.move_to("2026-12-24T10:00:00Z")
    assert "Emporté le 24 décembre 2026 de http" in words_in(taken(client, "/fr/papers/note/"))
    assert "Taken on 24 December 2026 from http" in words_in(taken(client, "/en/papers/note/"))


def test_a_text_in_another_language_says_so(client, add_paper):
    add_paper(slug="note", body_fr="<p>Texte.</p>")
    page = taken(client, "/en/papers/note/")
    assert '<html lang="en">' in page
    assert '<h1 lang="fr">Autoportrait du Mali</h1>' in page
    assert '<div lang="fr"><p>Texte.</p></div>' in page


def test_a_picture_that_would_make_it_heavy_gives_way_to_a_smaller_one(client, add_paper):
    paper = add_paper(slug="note", image_is_decorative=True)
    noise = Image.effect_noise((1300, 1300), 60).convert("RGB")
    paper.image.save("a.jpg", ContentFile(content_of(noise, quality=95)))

    def shown():
        page = taken(client, "/fr/papers/note/")
        return len(page.encode()) < 100_000, re.findall(r'<img src="data[^"]*" width="(\d+)"', page)

    assert shown() == (True, ["320"])
    paper.body_fr = f"<p>{'Une phrase. ' * 7_500}</p>"
    paper.save()
    assert shown() == (True, [])
    # A text is never cut.
    paper.body_fr = f"<p>{'Une phrase. ' * 15_000}</p>"
    paper.save()
    assert taken(client, "/fr/papers/note/").count("Une phrase.") == 15_000


def test_a_lost_picture_leaves_the_text(client, add_paper):
    paper = add_paper(slug="note", image_is_decorative=True)
    paper.image.save("a.jpg", kept_photograph((300, 200)))
    for name in paper.image.storage.listdir("papers")[1]:
        paper.image.storage.delete(f"papers/{name}")
    assert "<img" not in taken(client, "/fr/papers/note/")
    assert "EPUB/cover.jpg" in book_of(client, "/fr/papers/note/")


def test_what_is_true_of_today_only_stands_in_no_copy(client, imrap, time_machine):
    time_machine.move_to("2027-01-30T10:00:00Z")
    deadline = datetime.datetime(2027, 2, 7, 23, 59, tzinfo=datetime.UTC)
    Vacancy.objects.create(
        slug="poste", title_fr="Poste", is_draft=False, deadline=deadline, contact_email="a@b.org"
    )
    words = words_in(taken(client, "/fr/vacancies/poste/"))
    assert "Jusqu’au 7 février 2027 à 23 h 59 (heure de Bamako)" in words
    assert ("Ouvert" in words, "reste" in words, "jours" in words) == (False, False, False)
    # Its reference has no date, which would be that of the deadline.
    assert "Poste . Offre d’emploi, Institut Malien de Recherche Action pour la Paix. http" in words


def test_an_entry_leads_to_its_copies_in_one_line(client, add_paper):
    add_paper(slug="note")
    page = client.get("/fr/papers/note/").text
    line = re.search(r'<p class="note">Emporter.*?</p>', page)[0]
    assert words_in(line) == "Emporter : page (HTML, 100 Ko au plus) , livre (EPUB)"
    assert re.findall(r'href="([^"]+)"', line) == [
        "/fr/papers/note/copy.html",
        "/fr/papers/note/copy.epub",
    ]
    assert "/copy." not in client.get("/fr/").text


def test_a_long_text_says_what_it_weighs(client, add_paper):
    add_paper(slug="note", body_fr=f"<p>{'Une phrase. ' * 15_000}</p>")
    size = int(re.search(r"HTML, (\d+)\u00a0Ko au plus", client.get("/fr/papers/note/").text)[1])
    assert len(taken(client, "/fr/papers/note/").encode()) <= size * 1000 < 300_000


def test_staff_take_no_draft_away(staff_client, add_paper):
    add_paper(slug="note", is_draft=True)
    assert "copy.html" not in staff_client.get("/fr/papers/note/").text
    for form in ("html", "epub"):
        assert staff_client.get(f"/fr/papers/note/copy.{form}").status_code == 404


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_can_be_taken_away(client, imrap, kind):
    kind.objects.create(slug="un", title_fr="Titre", body_fr="<p>Texte.</p>", is_draft=False)
    for code in ("fr", "en"):
        assert "Texte." in taken(client, f"/{code}/{kind.kind_slug}/un/")
        assert b"Texte." in book_of(client, f"/{code}/{kind.kind_slug}/un/")["EPUB/text-1.xhtml"]


# The book


def test_a_book_says_what_it_is(client, add_paper, time_machine):
    time_machine.move_to("2026-11-25T10:00:00Z", tick=False)
    paper = add_paper(
        title="Paix & « sécurité »",
        slug="paix",
        date="2016-06",
        authors="Ag Assarid, Moussa\nInterpeace",
        summary_fr="En <bref>.",
        licence_fr="CC BY 4.0",
        publish_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )
    response = client.get("/fr/papers/paix/copy.epub")
    assert response["Content-Disposition"].startswith('attachment; filename="imrap-paix.epub"')
    told = package(book_of(client, "/fr/papers/paix/"))
    fields = {
        name: [one.text for one in told.findall(f".//dc:{name}", DUBLIN)]
        for name in ("title", "language", "creator", "date", "description", "rights", "source")
    }
    assert fields == {
        "title": ["Paix & « sécurité »"],
        "language": ["fr"],
        "creator": ["Moussa Ag Assarid", "Interpeace"],
        "date": ["2016-06"],
        "description": ["En <bref>."],
        "rights": ["CC BY 4.0"],
        "source": ["http://testserver/fr/papers/paix/"],
    }
    assert re.fullmatch(
        rf"tag:[^,]+,2026-11-25:papers/{paper.pk}/fr", told.findtext(".//dc:identifier", "", DUBLIN)
    )
    modified = told.find(".//opf:meta[@property='dcterms:modified']", DUBLIN)
    assert modified.text == "2026-11-25T10:00:00Z"


def test_a_book_was_changed_when_the_last_of_its_works_was(client, imrap):
    programme = Programme.objects.create(slug="p", title_fr="Le programme", is_draft=False)
    paper = Paper.objects.create(slug="t", title_fr="T", programme=programme, is_draft=False)
    for number, entry in enumerate([programme, paper], 1):
        day = datetime.datetime(2026, 3, number, 8, 30, tzinfo=datetime.UTC)
        type(entry).objects.filter(pk=entry.pk).update(updated=day, publish_at=day)
    told = book_of(client, "/fr/programmes/p/")["EPUB/package.opf"].decode()
    assert '<meta property="dcterms:modified">2026-03-02T08:30:00Z</meta>' in told


def test_a_book_lists_all_its_files_and_no_other(client, add_paper):
    paper = add_paper(slug="note", image_is_decorative=True)
    paper.image.save("a.jpg", kept_photograph((300, 200)))
    files = book_of(client, "/fr/papers/note/")
    items = package(files).findall(".//opf:item", DUBLIN)
    listed = {f"EPUB/{one.get('href')}" for one in items}
    assert listed | {"mimetype", "META-INF/container.xml", "EPUB/package.opf"} == set(files)
    covers = [one.get("href") for one in items if one.get("properties") == "cover-image"]
    assert covers == ["picture-1.jpg"]
    assert b'src="picture-1.jpg"' in files["EPUB/text-1.xhtml"]


def test_a_book_without_a_picture_has_its_card_as_cover(client, add_paper):
    add_paper(slug="note")
    cover = book_of(client, "/fr/papers/note/")["EPUB/cover.jpg"]
    assert Image.open(io.BytesIO(cover)).size == (1200, 630)


def test_the_book_of_a_programme_has_its_published_works(client, imrap):
    programme = Programme.objects.create(slug="p", title_fr="Le programme", is_draft=False)
    for number, (kind, hidden) in enumerate([(Video, False), (Paper, False), (Paper, True)]):
        title = "Caché" if hidden else f"Travail {number}"
        kind.objects.create(slug=f"t{number}", title_fr=title, programme=programme, is_draft=hidden)
    Paper.objects.create(slug="autre", title_fr="D’ailleurs", is_draft=False)
    files = book_of(client, "/fr/programmes/p/")
    contents = files["EPUB/nav.xhtml"].decode()
    assert "Table des matières" in contents
    assert re.findall(r'<li><a href="([^"]+)">([^<]+)<', contents) == [
        ("text-1.xhtml", "Le programme"),
        ("text-2.xhtml", "Travail 0"),
        ("text-3.xhtml", "Travail 1"),
    ]
    assert "Caché".encode() not in b"".join(files.values())
    page = client.get("/fr/programmes/p/").text
    assert "livre du programme et de ses travaux (EPUB)" in page
    # A work of its own is one chapter.
    assert "EPUB/text-2.xhtml" not in book_of(client, "/fr/papers/t1/")


def test_the_same_book_is_the_same_file(client, add_paper):
    add_paper(slug="note")
    one, other = (client.get("/fr/papers/note/copy.epub").content for _ in range(2))
    assert one == other


def test_signs_that_no_xml_holds_break_no_book(client, add_paper):
    add_paper(
        title="A\x0bB\ufffe & <b>",
        slug="note",
        summary_fr="x\x01y",
        body_fr='<p>a\x08b<br>c & d <a href="https://exa mple.org/ü|?q=100%">l</a></p>',
        authors="Keïta\x02 & fils",
    )
    files = book_of(client, "/fr/papers/note/")
    assert '<p dir="auto">ab<br/>c &amp; d' in files["EPUB/text-1.xhtml"].decode()
    assert package(files).findtext(".//dc:title", "", DUBLIN) == "A B & <b>"
    assert re.findall("[\x00-\x08\x0b\ufffe]", taken(client, "/fr/papers/note/")) == []


def test_recordings_and_transcripts_come_along(client, imrap):
    video = Video.objects.create(
        slug="film", title_fr="Film", is_draft=False, transcript_fr="Ce qui est dit."
    )
    content = ContentFile(PDF, "offre.pdf")
    vacancy = Vacancy.objects.create(slug="poste", title_fr="Poste", is_draft=False)
    vacancy.file.save("offre.pdf", content)
    assert "Transcription Ce qui est dit." in words_in(taken(client, "/fr/videos/film/"))
    assert f'href="http://testserver{vacancy.file.url}"' in taken(client, "/fr/vacancies/poste/")
    assert video.transcript == "Ce qui est dit."


# Elements and links


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ("<div>a<br>b<wbr></div>", "<div>a<br/>b<wbr/></div>"),
        ("<div>a <b>b<i>c</div>d", "<div>a <b>b<i>c</i></b></div>d"),
        ("a</p></b>", "a"),
        ("&eacute;&nbsp;&lt;&amp;", "é\u00a0&lt;&amp;"),
        (
            '<a title=\'"&lt;\' x:y="1" download>a</a>',
            '<a title="&quot;&lt;" download="download">a</a>',
        ),
        ("a<span hidden>b<i>c<br></i></span>d<img hidden>e", "ade"),
        ("<div>a<!-- b -->c<?d?></div>", "<div>ac</div>"),
        ('<div id="a" id="b"></div>', '<div id="a"></div>'),
    ],
)
def test_html_becomes_well_formed(html, written):
    assert well_formed(html, PAGE, as_xml=True) == written
    ET.fromstring(f"<x>{written}</x>")


def test_a_passage_of_a_book_begins_on_the_side_of_its_letters(client, add_paper):
    """Books may not say it with CSS, as pages do (EPUB 3.3, 6.2)."""
    add_paper("Note", slug="note", body_fr="<h3>سلام</h3><ul><li><p>السلام في مالي</p></li></ul>")
    book = book_of(client, "/fr/papers/note/")["EPUB/text-1.xhtml"].decode()
    assert 'dir="auto">سلام</h' in book
    assert '<li dir="auto"><p dir="auto">السلام في مالي</p></li>' in book
    assert b"unicode-bidi" not in book_of(client, "/fr/papers/note/")["EPUB/style.css"]
    passage = '<p dir="rtl">a</p>'
    assert well_formed(passage, PAGE, as_xml=True) == passage


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/fr/videos/", "https://example.org/fr/videos/"),
        ("../autre/", "https://example.org/fr/papers/autre/"),
        ("#suite", "https://example.org/fr/papers/note/#suite"),
        (" https://a.org/é à ", "https://a.org/%C3%A9%20%C3%A0"),
        ("https://a.org/?q=100%", "https://a.org/?q=100%25"),
        ("mailto:a@b.org", "mailto:a@b.org"),
        ("tel:+22320221848", "tel:+22320221848"),
        ("https://a.org/[x]?y=[1]#b#c", "https://a.org/%5Bx%5D?y=%5B1%5D#b%23c"),
        ("https://é.org/", "https://%C3%A9.org/"),
        ("http://10.0.0.7:8080/a", "http://10.0.0.7:8080/a"),
        ("https://a..b/", None),
        ("https://exa mple.org/", None),
        ("https://a.org\\b", None),
        ("mailto:", None),
        ("tel:", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
        ("https://a.org:port/", None),
        ("C:\\rapport.pdf", None),
    ],
)
def test_links_are_whole_or_none(address, written):
    shown = f' href="{written}"' if written else ""
    assert well_formed(f'<a href="{address}">a</a>', PAGE) == f"<a{shown}>a</a>"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_copy_opens_from_a_folder_on_a_narrow_phone(page, client, add_paper, tmp_path, scheme):
    paper = add_paper(
        title="Renforcement de la confiance", slug="note", image_is_decorative=True,
        body_fr=f"<p>{'x' * 300} texte</p>",
    )  # fmt: skip
    paper.image.save("a.jpg", ContentFile(content_of(photograph((900, 600))), "a.jpg"))
    file = tmp_path / "imrap-note.html"
    file.write_text(taken(client, "/fr/papers/note/"), "utf-8")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 360, "height": 640})
    page.emulate_media(color_scheme=scheme)
    page.goto(file.as_uri())
    assert [address for address in asked if not address.startswith("data:")] == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("document.characterSet") == "UTF-8"
    assert page.evaluate("document.querySelector('img').naturalWidth") == 640
    ground = {"light": "rgb(251, 246, 236)", "dark": "rgb(23, 19, 15)"}[scheme]
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == ground
