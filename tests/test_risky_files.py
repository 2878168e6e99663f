"""Files that attack their reader stay out, each with a sentence; harmless ones come in."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from openpyxl import Workbook
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, String

from profiles.editing import spreadsheets
from profiles.files.documents import DocumentValidator, read
from tests.builders import PDF, case
from tests.hostile_documents import (
    OFFICE,
    OLE,
    RELATIONS,
    RISKY_PACKAGES,
    RISKY_PDFS,
    a_pdf_field,
    changed_pdf,
    docx,
    epub,
    odt,
    relation,
    with_link,
    with_root,
)


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def refusal_of(content, name):
    """The message that an editor reads, None where the file is taken."""
    try:
        DocumentValidator()(SimpleUploadedFile(name, content))
    except ValidationError as error:
        return error.messages[0]


@pytest.mark.parametrize("called", RISKY_PDFS)
def test_a_pdf_that_attacks_its_reader_is_refused_with_what_it_is(called):
    content, words = RISKY_PDFS[called]
    sentence = refusal_of(content, "rapport.pdf")
    assert words in (sentence or "")
    assert "“rapport.pdf”" in sentence
    assert "(“Save as PDF”)" in sentence


@pytest.mark.parametrize("called", RISKY_PACKAGES)
def test_a_package_that_attacks_its_reader_is_refused_with_what_it_is(called):
    name, content, words = RISKY_PACKAGES[called]
    sentence = refusal_of(content, name)
    assert words in (sentence or "")
    assert f"“{name}”" in sentence


@pytest.mark.parametrize("called", ["a program that starts", "an attached file"])
def test_a_risky_pdf_is_refused_by_the_child_process_too(child_processes, called):
    content, words = RISKY_PDFS[called]
    assert words in refusal_of(content, "rapport.pdf")


# Harmless


def with_bookmarks(pdf, page):
    with pdf.open_outline() as outline:
        outline.root.append(OutlineItem("Chapitre 1", 0))


@pytest.mark.parametrize(
    "content",
    [
        PDF,
        with_root(OpenAction=Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))),
        with_link(S=Name.URI, URI=String("https://imrap-mali.org/rapport.pdf#page=2")),
        with_link(S=Name.URI, URI=String("mailto:contact@imrap-mali.org")),
        with_link(S=Name.GoTo, D=Array([0, Name.Fit])),
        with_link(S=Name.Named, N=Name.NextPage),
        with_root(Names=Dictionary(EmbeddedFiles=Dictionary(Names=Array()))),
        with_root(Names=Dictionary(Dests=Dictionary(Names=Array()))),
        a_pdf_field(),
        changed_pdf(with_bookmarks),
        # Words in a text are no names.
        changed_pdf(lambda pdf, page: pdf.docinfo.__setitem__("/Title", "Le /JS et /Launch")),
        case("arabic-from-chromium.pdf"),
        case("forbids-printing-only.pdf"),
        case("text-hyphen-at-line-end.pdf"),
    ],
)
def test_a_harmless_pdf_comes_in(content):
    assert refusal_of(content, "rapport.pdf") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("note.docx", docx(relations=relation(f"{OFFICE}/hyperlink", "https://imrap-mali.org"))),
        ("note.docx", docx(relations=relation(f"{OFFICE}/hyperlink", "mailto:a@b.org"))),
        ("note.docx", docx(body='<w:fldSimple w:instr="PAGE"/><w:r><w:t>DDE</w:t></w:r>')),
        ("note.docx", docx(**{"word/embeddings/chart.xlsx": docx()})),
        (
            "note.docx",
            docx(
                **{
                    "word/_rels/settings.xml.rels": RELATIONS
                    % relation(f"{OFFICE}/attachedTemplate", "file:///C:\\Users\\awa\\Normal.dotm")
                }
            ),
        ),
        ("note.odt", odt("<office:scripts/><text:p>DDE</text:p>")),
        (
            "note.odt",
            odt(**{"Basic/script-lc.xml": "<a/>", "Basic/Standard/script-lb.xml": "<a/>"}),
        ),
        ("livre.epub", epub('<a href="https://imrap-mali.org">lien</a><img src="p.png"/>')),
        ("livre.epub", epub("<p>Le mot script, et onclick = rien.</p>")),
    ],
)
def test_a_harmless_package_comes_in(name, content):
    assert refusal_of(content, name) is None


# Links into the reader's own computer


INSIDE = [
    {"S": Name.GoToR, "F": String("autre.pdf"), "D": Array([0, Name.Fit])},
    {"S": Name.URI, "URI": String("file:///C:/Users/moussa.traore/rapport.docx")},
    {"S": Name.URI, "URI": String("\\\\evil\\share\\a")},
    {"S": Name.URI, "URI": String("javascript:alert(1)")},
]


@pytest.mark.parametrize("action", INSIDE)
def test_a_link_into_somebodys_computer_leads_nowhere_any_more(action):
    document = read(SimpleUploadedFile("rapport.pdf", with_link(**action)))
    assert document.is_emptied
    document.content.seek(0)
    with Pdf.open(io.BytesIO(document.content.read())) as pdf:
        (link,) = pdf.pages[0].Annots
        assert "/A" not in link
    upload = SimpleUploadedFile("rapport.pdf", with_link(**action))
    upload.stays_as_it_is = True
    assert read(upload).flaw == "pdf_links"


# Spreadsheets have the same door


def sheet(**parts):
    content = io.BytesIO()
    book = Workbook()
    book.active.append(["title_fr"])
    book.active.append(["Un"])
    book.save(content)
    with zipfile.ZipFile(content, "a") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_workbook_comes_in_and_one_with_macros_does_not():
    assert [row[1] for row in spreadsheets.read(sheet()).rows] == [["Un"]]
    for parts in ({"xl/drawings/a.bin": OLE}, {"xl/media/image1.png": b"MZ"}):
        with pytest.raises(spreadsheets.Unreadable, match=r"Small programs \(macros\)"):
            spreadsheets.read(sheet(**parts))


def test_a_workbook_that_two_programs_read_differently_does_not_come_in():
    content = sheet(**{"xl/a.xml": "<a/>"})
    at = content.index(b"xl/a.xml")
    with pytest.raises(spreadsheets.Unreadable, match="can't be read"):
        spreadsheets.read(content[:at] + b"xl/b.xml" + content[at + 8 :])
