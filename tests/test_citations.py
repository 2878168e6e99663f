"""How papers and videos are cited, as real readers of each form understand it."""

import json
import re
import warnings
from html import unescape

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors

from profiles.models import Mandate, Programme, Video
from tests.builders import a_file

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        CitationStylesStyle,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

NOTE = "/fr/papers/note/"
BODY = "Institut d’exemple, pour la paix"
FULL = {
    "slug": "note",
    "title": "Dialogue & paix : 100 % d’écoute, #1 ~ C_ette {fois} à 5 $",
    "authors": f"Ag Assarid, Moussa\n{BODY}\nTraoré, Aminata",
    "date": "2016-06",
    "type": "policy",
    "isbn": "978-9966-1666-6-1",
    "doi": "10.5555/note_1",
    "summary_fr": "Un résumé\nde deux lignes.",
}
INSTITUTE = "Institut Malien de Recherche Action pour la Paix"


@pytest.fixture
def paper(add_paper):
    return add_paper(**FULL)


@pytest.fixture
def bare(add_paper):
    return add_paper("Sans rien", slug="note")


def cited(client, ending, page=NOTE):
    return client.get(f"{page}cite.{ending}")


# Addresses


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [
        ("bib", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
        ("json", "application/vnd.citationstyles.csl+json"),
    ],
)
def test_each_form_has_its_address_media_type_and_file_name(client, paper, ending, media_type):
    response = cited(client, ending)
    assert response["Content-Type"] == f"{media_type}; charset=utf-8"
    assert response["Content-Disposition"].startswith(f'attachment; filename="note.{ending}"')
    assert "é" in response.content.decode("utf-8")


@pytest.mark.parametrize("address", ["cite.txt", "cite.", "cite.bib/", "cite"])
def test_there_are_no_other_forms(client, paper, address):
    assert client.get(f"{NOTE}{address}").status_code == 404


def test_what_is_no_publication_is_not_cited(client, imrap):
    for kind, slug in ((Programme, "programmes"), (Mandate, "mandates")):
        kind.objects.create(title_fr="Dialogue", slug="dialogue", is_draft=False)
        page = client.get(f"/fr/{slug}/dialogue/")
        assert page.status_code == 200
        assert 'id="cite"' not in page.text
        assert cited(client, "bib", f"/fr/{slug}/dialogue/").status_code == 404


def test_a_draft_is_not_cited_even_by_staff(staff_client, add_paper):
    add_paper(slug="note", is_draft=True)
    assert cited(staff_client, "bib").status_code == 404
    page = staff_client.get(NOTE).text
    assert 'id="cite"' not in page
    assert "citation_title" not in page
    assert "application/ld+json" not in page


# BibTeX


def read_bibtex(text):
    library = bibtexparser.parse_string(
        text, append_middleware=[SeparateCoAuthors(), LatexDecodingMiddleware()]
    )
    assert library.failed_blocks == []
    (entry,) = library.entries
    return entry.entry_type, entry.key, {field.key: field.value for field in entry.fields}


def test_bibtex_of_a_paper(client, imrap, add_paper):
    add_paper(**FULL | {"title": "Dialogue & paix"})
    assert cited(client, "bib").text == (
        "@techreport{note,\n"
        "  author = {Ag Assarid, Moussa and {Institut d’exemple, pour la paix} and "
        "Traoré, Aminata},\n"
        "  title = {{Dialogue \\& paix}},\n"
        "  institution = {{Institut Malien de Recherche Action pour la Paix}},\n"
        "  type = {Note d’orientation},\n"
        "  year = {2016},\n"
        "  month = jun,\n"
        "  language = {fr},\n"
        "  isbn = {978-9966-1666-6-1},\n"
        "  doi = {10.5555/note_1},\n"
        "  url = {http://testserver/fr/papers/note/},\n"
        "  abstract = {Un résumé de deux lignes.},\n"
        "}\n"
    )


def test_bibtexparser_reads_what_was_meant(client, paper):
    kind, key, fields = read_bibtex(cited(client, "bib").text)
    assert (kind, key) == ("techreport", "note")
    assert fields["author"] == ["Ag Assarid, Moussa", f"{{{BODY}}}", "Traoré, Aminata"]
    assert (fields["year"], fields["month"]) == ("2016", "jun")
    assert (fields["title"], fields["institution"]) == (FULL["title"], INSTITUTE)


def test_a_body_named_with_and_stays_one_author(client, add_paper):
    add_paper(slug="note", authors="Truth and Reconciliation\nSand and Sea, Anna")
    _kind, _key, fields = read_bibtex(cited(client, "bib").text)
    assert len(fields["author"]) == 2


@pytest.mark.parametrize("title", ["}", "{", "\\", "a}{b", "% }", "\\}", "{{", "@article{x,", '"'])
def test_no_title_ends_a_bibtex_entry_early(client, add_paper, title):
    add_paper(f"Un {title} deux", slug="note")
    text = cited(client, "bib").text
    assert text.count("{") == text.count("}")
    _kind, _key, fields = read_bibtex(text)
    assert fields["url"] == "http://testserver/fr/papers/note/"


def test_bibtex_of_a_video(client, imrap):
    Video.objects.create(title_fr="Portraits", slug="film", date="2015-07-02", is_draft=False)
    assert cited(client, "bib", "/fr/videos/film/").text == (
        "@misc{film,\n"
        "  title = {{Portraits}},\n"
        "  organization = {{Institut Malien de Recherche Action pour la Paix}},\n"
        "  howpublished = {Vidéo},\n"
        "  year = {2015},\n"
        "  month = jul,\n"
        "  day = {2},\n"
        "  language = {fr},\n"
        "  url = {http://testserver/fr/videos/film/},\n"
        "}\n"
    )


def test_nothing_is_invented_for_what_is_unknown(client, bare):
    assert cited(client, "bib").text == (
        "@techreport{note,\n"
        "  title = {{Sans rien}},\n"
        "  institution = {{Institut Malien de Recherche Action pour la Paix}},\n"
        "  type = {Document de recherche},\n"
        "  language = {fr},\n"
        "  url = {http://testserver/fr/papers/note/},\n"
        "}\n"
    )
    assert cited(client, "ris").text.splitlines() == [
        "TY  - RPRT",
        "TI  - Sans rien",
        f"PB  - {INSTITUTE}",
        "M3  - Document de recherche",
        "LA  - fr",
        "UR  - http://testserver/fr/papers/note/",
        "ER  - ",
    ]
    (item,) = json.loads(cited(client, "json").text)
    assert set(item) == {"id", "type", "title", "publisher", "genre", "language", "URL"}


# RIS


def test_rispy_reads_what_was_meant(client, paper):
    (entry,) = rispy.loads(cited(client, "ris").text)
    assert entry["type_of_reference"] == "RPRT"
    assert entry["authors"] == [
        "Ag Assarid, Moussa",
        "Institut d’exemple pour la paix",
        "Traoré, Aminata",
    ]
    assert entry["title"] == FULL["title"]
    assert (entry["year"], entry["date"]) == ("2016", "2016/06//")
    assert entry["publisher"] == INSTITUTE
    assert entry["abstract"] == "Un résumé de deux lignes."
    assert (entry["issn"], entry["doi"]) == ("978-9966-1666-6-1", "10.5555/note_1")


def test_no_text_begins_another_line_of_ris(client, add_paper):
    add_paper(slug="note", summary_fr="Un\nER  - \nTY  - BOOK\u2028AU  - X", authors="A\x01, B")
    text = cited(client, "ris").text
    assert re.findall(r"^(..)  - ", text, re.MULTILINE) == (
        ["TY", "AU", "TI", "PB", "M3", "LA", "UR", "AB", "ER"]
    )


def test_a_video_in_ris(client, imrap):
    Video.objects.create(title_fr="Portraits", slug="film", is_draft=False)
    (entry,) = rispy.loads(cited(client, "ris", "/fr/videos/film/").text)
    assert (entry["type_of_reference"], entry["title"]) == ("VIDEO", "Portraits")


@pytest.mark.parametrize("ending", ["bib", "ris", "json"])
def test_signs_that_nobody_sees_are_left_out(client, add_paper, ending):
    add_paper("Un\x02deux", slug="note", authors="Ag\x01Assarid, Mou\x07ssa")
    text = cited(client, ending).text
    assert not re.search(r"[\x00-\x08]|\\u00", text)
    assert "Ag Assarid" in text


# CSL


STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0"
 default-locale="fr-FR">
<info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout>
<names variable="author" suffix=" : "><name form="long" delimiter=" / " name-as-sort-order="all"
 sort-separator=", "/></names>
<text variable="title"/><text variable="publisher" prefix=". "/>
<date variable="issued" prefix=" (" suffix=")"><date-part name="month" form="numeric"
 suffix="/"/><date-part name="year"/></date>
</layout></bibliography></style>"""


def test_a_processor_of_styles_reads_what_was_meant(client, paper, tmp_path):
    items = json.loads(cited(client, "json").text)
    style = tmp_path / "style.csl"
    style.write_text(STYLE, "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = CiteProcJSON(items)
        bibliography = CitationStylesBibliography(
            CitationStylesStyle(str(style), validate=False), source, formatter.plain
        )
        bibliography.register(Citation([CitationItem("note")]))
        (line,) = map(str, bibliography.bibliography())
    assert line == (
        f"Ag Assarid, Moussa / {BODY} / Traoré, Aminata : {FULL['title']}. {INSTITUTE} (6/2016)"
    )


def test_csl_of_a_paper(client, paper):
    (item,) = json.loads(cited(client, "json").text)
    assert item["author"] == [
        {"family": "Ag Assarid", "given": "Moussa"},
        {"literal": BODY},
        {"family": "Traoré", "given": "Aminata"},
    ]
    assert item["type"] == "report"
    assert item["genre"] == "Note d’orientation"
    assert item["issued"] == {"date-parts": [[2016, 6]]}
    assert (item["title"], item["publisher"]) == (FULL["title"], INSTITUTE)
    assert (item["DOI"], item["ISBN"]) == ("10.5555/note_1", "978-9966-1666-6-1")


# On the page


def reference_on(client, page=NOTE):
    found = re.search(r'<p class="reference">(.*?)</p>', client.get(page).text)[1]
    return unescape(re.sub("<[^>]+>", "", found))


def test_a_reference_can_be_copied_in_the_page_s_language(client, add_paper):
    add_paper(**FULL | {"title": "Dialogue", "title_en": "Dialogue in Mali"})
    assert reference_on(client) == (
        "Ag Assarid, Moussa\u202f; Institut d’exemple, pour la paix\u202f; Traoré, Aminata "
        "(juin 2016). Dialogue. Note d’orientation, Institut Malien de Recherche Action pour la "
        "Paix. ISBN 978-9966-1666-6-1. http://testserver/fr/papers/note/ "
        "https://doi.org/10.5555/note_1"
    )
    assert reference_on(client, "/en/papers/note/") == (
        "Ag Assarid, Moussa; Institut d’exemple, pour la paix; Traoré, Aminata (June 2016). "
        "Dialogue in Mali. Policy brief, Institut Malien de Recherche Action pour la Paix. "
        "ISBN 978-9966-1666-6-1. http://testserver/en/papers/note/ https://doi.org/10.5555/note_1"
    )


def test_a_reference_without_authors_and_date(client, add_paper):
    add_paper("Et demain ?", slug="note")
    assert reference_on(client) == (
        "Et demain\u202f?"
        " Document de recherche, Institut Malien de Recherche Action pour la Paix. "
        "http://testserver/fr/papers/note/"
    )


def tags_on(client, page=NOTE):
    found = re.findall(r'<meta name="citation_(\w+)" content="([^"]*)">', client.get(page).text)
    return [(name, unescape(content)) for name, content in found]


def test_scholar_finds_the_tags_of_a_paper(client, add_paper):
    paper = add_paper(**FULL | {"title": "Dialogue & paix", "title_en": "Dialogue and peace"})
    file = a_file(paper, language="fr")
    expected = [
        ("title", "Dialogue & paix"),
        ("author", "Ag Assarid, Moussa"),
        ("author", "Institut\u00a0d’exemple\u00a0pour\u00a0la\u00a0paix"),
        ("author", "Traoré, Aminata"),
        ("publication_date", "2016/06"),
        ("technical_report_institution", INSTITUTE),
        ("language", "fr"),
        ("isbn", "978-9966-1666-6-1"),
        ("doi", "10.5555/note_1"),
        ("pdf_url", f"http://testserver{file.file.url}"),
    ]
    for code in ("fr", "en"):
        address = f"http://testserver/{code}/papers/note/"
        assert tags_on(client, f"/{code}/papers/note/") == [
            *expected,
            ("abstract_html_url", address),
        ]
    assert b"".join(client.get(file.file.url)).startswith(b"%PDF-")


def test_a_title_is_in_the_language_of_the_file_that_is_offered_first(client, add_paper):
    paper = add_paper("Dialogue", title_en="Dialogue in Mali", slug="note")
    for language in ("fr", "en"):
        a_file(paper, language=language)
    assert dict(tags_on(client))["title"] == "Dialogue"
    assert dict(tags_on(client, "/en/papers/note/"))["title"] == "Dialogue in Mali"
    assert dict(tags_on(client, "/en/papers/note/"))["language"] == "en"


def test_where_no_author_is_named_the_institution_answers_for_scholar(client, bare):
    tags = tags_on(client)
    assert ("author", INSTITUTE.replace(" ", "\u00a0")) in tags
    assert ("technical_report_institution", INSTITUTE) in tags
    assert "publication_date" not in dict(tags)
    assert "pdf_url" not in dict(tags)


def test_a_whole_day_stands_in_the_tag(client, add_paper):
    add_paper(slug="note", date="2016-06-30")
    assert dict(tags_on(client))["publication_date"] == "2016/06/30"


# unAPI


def test_zotero_is_led_to_the_ris_of_the_page(client, paper):
    page = client.get(NOTE).text
    server = re.search(r'<link rel="unapi-server"[^>]* href="([^"]+)"', page)[1]
    name = re.search(r'<abbr class="unapi-id" title="([^"]+)" hidden>', page)[1]
    assert (server, name) == ("/fr/unapi", "papers/note")
    offered = client.get(server, {"id": name})
    assert offered.status_code == 300
    assert '<format name="ris" type="application/x-research-info-systems"/>' in offered.text
    answer = client.get(server, {"id": name, "format": "ris"})
    assert answer.text == cited(client, "ris").text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 200),
        ({"id": "papers/nowhere"}, 404),
        ({"id": "papers/no\0where"}, 404),
        ({"id": "users/1"}, 404),
        ({"id": ""}, 404),
        ({"id": "programmes/dialogue"}, 404),
        ({"id": "papers/note", "format": "mods"}, 406),
        ({"id": '"><script>'}, 404),
    ],
)
def test_unapi_answers_strangers_as_its_protocol_says(client, paper, query, status):
    Programme.objects.create(title_fr="Dialogue", slug="dialogue", is_draft=False)
    assert client.get("/fr/unapi", query).status_code == status


# The Link header


def test_programs_find_all_that_belongs_to_a_paper_in_its_header(client, add_paper):
    paper = add_paper(slug="note", licence_fr="CC BY-NC 4.0", doi="10.5555/note")
    file = a_file(paper)
    stem = "http://testserver/fr/papers/note/cite"
    assert client.get(NOTE)["Link"].split(", ") == [
        '<https://doi.org/10.5555/note>; rel="cite-as"',
        f'<{stem}.bib>; rel="describedby"; type="application/x-bibtex"',
        f'<{stem}.ris>; rel="describedby"; type="application/x-research-info-systems"',
        f'<{stem}.json>; rel="describedby"; type="application/vnd.citationstyles.csl+json"',
        f'<http://testserver{file.file.url}>; rel="item"; type="application/pdf"',
        '<https://creativecommons.org/licenses/by-nc/4.0/>; rel="license"',
    ]


def test_other_entries_are_cited_by_their_address(client, imrap):
    Programme.objects.create(title_fr="Dialogue", slug="dialogue", is_draft=False)
    assert client.get("/fr/programmes/dialogue/")["Link"] == (
        '<http://testserver/fr/programmes/dialogue/>; rel="cite-as"'
    )


def test_no_doi_breaks_the_header(client, add_paper):
    add_paper(slug="note", doi='10.5555/a>;é,"b')
    assert client.get(NOTE)["Link"].startswith("<https://doi.org/10.5555/a%3E;%C3%A9,")


def test_an_old_doi_with_signs_that_end_an_address_leads_where_it_should(client, add_paper):
    doi = "10.1002/(SICI)1097<1::AID-X>3.0.CO;2-#"
    paper = add_paper("Note", doi=doi)
    address = "https://doi.org/10.1002/(SICI)1097%3C1::AID-X%3E3.0.CO;2-%23"
    response = client.get(paper.get_absolute_url())
    assert f'href="{address}"' in response.text
    assert f'<{address}>; rel="cite-as"' in response["Link"]
    assert doi in json.loads(client.get(f"{paper.get_absolute_url()}cite.json").text)[0]["DOI"]
