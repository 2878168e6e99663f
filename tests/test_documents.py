"""profiles/files/documents.py: what is refused, what is read, what is drawn, where it is stored."""

import io
import os
import random
import re
import resource
import unicodedata
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import models
from django.db.migrations.writer import MigrationWriter
from django.forms import modelform_factory
from django.utils.translation import override
from PIL import Image

from profiles.files.documents import (
    DocumentField,
    DocumentValidator,
    format_of,
    read,
    stored_name,
)
from tests.builders import (
    ASKS_FOR_A_PASSWORD,
    DOCX,
    EPUB,
    EXECUTABLE,
    FORBIDS_PRINTING_ONLY,
    MP4,
    ODT,
    PDF,
    VTT,
    WEBM,
    a_pdf,
    a_zip,
    mutilated,
    with_cross_references,
)


class Shelf(models.Model):
    file = DocumentField(upload_to="papers")
    film = DocumentField(upload_to="films", formats=("mp4", "webm"), blank=True)

    class Meta:
        app_label = "shelf_of_the_tests"

    def __str__(self):
        return self.file.name


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    with override("en"):
        yield settings.MEDIA_ROOT


def refusal_of(content, name, formats=("pdf", "docx", "odt", "epub")):
    """The message that an editor reads, None where the file is taken."""
    try:
        DocumentValidator(formats)(SimpleUploadedFile(name, content))
    except ValidationError as error:
        return error.messages[0]


def cover_of(file):
    return read(file).cover


def stored_files(media):
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


# Formats


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (PDF, "pdf"),
        (b"\xef\xbb\xbf\r\n" + PDF, "pdf"),
        (DOCX, "docx"),
        (ODT, "odt"),
        (EPUB, "epub"),
        (MP4, "mp4"),
        (WEBM, "webm"),
        (b"\x1a\x45\xdf\xa3\xa0\x42\x82\x01\0\0\0\0\0\0\x04webm", "webm"),
        (VTT, "vtt"),
        (b"\xef\xbb\xbf" + VTT, "vtt"),
        (b"WEBVTT", "vtt"),
        (b"1\r\n00:00:01,000 --> 00:00:02,000\r\nLa paix\r\n", "vtt"),
    ],
)
def test_a_format_is_told_by_the_content(content, format):
    assert format_of(io.BytesIO(content)) == format


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"La paix",
        EXECUTABLE,
        b"<html><script>alert(1)</script></html>",
        b"<html><script>alert(1)</script>" + PDF,
        b"PK\3\4",
        b"PK\5\6" + b"\0" * 18,
        a_zip({"evil.html": "<script>"}),
        a_zip({"word/document.xml": "<w:document/>"}),
        a_zip(
            {"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": "macros"}
        ),
        a_zip({"[Content_Types].xml": "", "xl/workbook.xml": "a spreadsheet"}),
        a_zip({"mimetype": "application/vnd.oasis.opendocument.text-template"}),
        a_zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        DOCX[:-30],
        DOCX[:-9],
        ODT[:-30],
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        WEBM.replace(b"webm", b"mkv "),
        b"WEBVTTX",
    ],
)
def test_anything_else_has_no_format(content):
    assert format_of(io.BytesIO(content)) is None


def test_a_zip_bomb_stays_packed():
    bomb = bytearray(
        a_zip({"[Content_Types].xml": "<Types/>" * 99, "word/document.xml": "0" * 999})
    )
    bomb[50:60] = b"\xff" * 10  # unpacking any of it would fail
    assert format_of(io.BytesIO(bomb)) == "docx"


def test_a_zip_with_an_absurdly_long_table_of_contents_has_no_format():
    padding = {f"{number:0200}": "" for number in range(5_000)}
    assert (
        format_of(io.BytesIO(a_zip({"[Content_Types].xml": "", "word/document.xml": ""} | padding)))
        is None
    )


# Refusing


def test_whole_documents_are_taken():
    assert refusal_of(PDF, "rapport.pdf") is None
    assert refusal_of(PDF, "RAPPORT.PDF") is None
    assert refusal_of(DOCX, "rapport.docx") is None
    assert refusal_of(ODT, "rapport.odt") is None
    assert refusal_of(EPUB, "rapport.epub") is None
    assert refusal_of(MP4, "film.mp4", ("mp4", "webm")) is None
    assert refusal_of(WEBM, "film.webm", ("mp4", "webm")) is None
    assert refusal_of(VTT, "film.vtt", ("vtt",)) is None


def test_an_empty_file_is_refused():
    assert refusal_of(b"", "rapport.pdf") == ("This file is empty: “rapport.pdf”. Choose it again.")


@pytest.mark.parametrize(
    "content", [a_zip({"a.txt": "a"}), b"<html></html>", b"La paix", EXECUTABLE]
)
def test_a_fake_pdf_is_refused(content):
    assert refusal_of(content, "rapport.pdf") == (
        "The content of this file is not PDF, although its name says so: “rapport.pdf”. "
        "Open it in the program that made it, save it as PDF and choose the new file."
    )


def test_a_kind_of_file_that_is_not_wanted_is_refused():
    expected = (
        "This kind of file cannot be taken: “film.mp4”. Save it as one of these and choose the "
        "new file: PDF, Word (.docx), OpenDocument (.odt), EPUB."
    )
    assert refusal_of(MP4, "film.mp4") == expected
    assert refusal_of(EXECUTABLE, "film.mp4") == expected


def test_a_word_file_named_pdf_is_refused():
    assert refusal_of(DOCX, "report.pdf") == (
        "The content of this file is Word (.docx), but its name says otherwise: “report.pdf”. "
        "Give it a name that ends in .docx and choose it again."
    )


def test_a_pdf_named_as_a_program_or_not_at_all_is_refused():
    assert "ends in .pdf" in refusal_of(PDF, "report.exe")
    assert "ends in .pdf" in refusal_of(PDF, "report")


def test_a_pdf_that_asks_for_a_password_is_refused():
    assert refusal_of(ASKS_FOR_A_PASSWORD, "secret.pdf") == (
        "Visitors could not open this file, because it asks for a password: “secret.pdf”. "
        "Save it without a password and choose the new file."
    )


def test_a_pdf_that_only_forbids_printing_is_taken():
    assert refusal_of(FORBIDS_PRINTING_ONLY, "open.pdf") is None


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n",
        b"%PDF-1.4\n%%EOF\n",
        PDF[: len(PDF) // 2],
        PDF[:-7],  # all but the end mark
        # PDFium opens this one all the same, since its trailer stands in front as in a PDF for
        # "fast web view"; but whatever came last is missing.
        PDF.replace(b"1.4\n", b"1.4\ntrailer<</Size 7/Root 1 0 R>>\n").partition(b"xref")[0],
        PDF.replace(b"/Root 1 0 R", b"/Root 8 0 R"),
        PDF.replace(b"/Kids[5 0 R]", b"/Kids[9 0 R]"),
        a_pdf(count=3),
    ],
)
def test_a_damaged_pdf_is_refused(content):
    assert refusal_of(content, "rapport.pdf") == (
        "This file is damaged, perhaps because it was cut off on its way: “rapport.pdf”. "
        "Save it as PDF again and choose the new file."
    )


@pytest.mark.parametrize(
    ("name", "start", "limit", "code"),
    [
        ("a.pdf", PDF[:9], 100_000_000, "damaged"),
        ("a.mp4", MP4[:40], 500_000_000, "damaged_film"),
    ],
)
def test_a_file_is_refused_from_the_first_byte_above_the_limit(tmp_path, name, start, limit, code):
    (tmp_path / name).write_bytes(start)
    for size, expected in [(limit, code), (limit + 1, "too_large")]:
        os.truncate(tmp_path / name, size)  # a file with a hole takes no room on the disk
        with File((tmp_path / name).open("rb"), name=name) as file:
            try:
                DocumentValidator(("pdf", "mp4"))(file)
                found = None
            except ValidationError as error:
                found = error.code
        assert found == expected


def test_a_refusal_for_size_says_how_much_is_too_much(tmp_path):
    (tmp_path / "a.pdf").write_bytes(PDF)
    os.truncate(tmp_path / "a.pdf", 104_857_600)
    with (
        File((tmp_path / "a.pdf").open("rb"), name="a.pdf") as file,
        pytest.raises(ValidationError) as error,
    ):
        DocumentValidator()(file)
    assert error.value.messages[0] == (
        "This file has 104.9 MB; at most 100.0 MB can be taken: “a.pdf”. "
        "Make a lighter edition and choose that."
    )


def test_a_refusal_shows_60_characters_of_the_name_and_its_end():
    message = refusal_of(b"", "r" * 200 + "-final.pdf")
    assert message == f"This file is empty: “{'r' * 47}…rr-final.pdf”. Choose it again."


def test_a_refusal_shows_no_folders_and_no_characters_that_turn_the_line():
    upload = ContentFile(b"", name="C:\\secret\\rap\u202eport\n.pdf")
    with pytest.raises(ValidationError) as error:
        DocumentValidator()(upload)
    assert error.value.messages == ["This file is empty: “rapport.pdf”. Choose it again."]


def test_validators_for_the_same_formats_are_equal_and_fit_into_a_migration():
    assert DocumentValidator(["pdf"]) == DocumentValidator(("pdf",))
    assert DocumentValidator(("pdf",)) != DocumentValidator(("vtt",))
    assert MigrationWriter.serialize(DocumentValidator(("pdf",)))[0] == (
        "profiles.files.documents.DocumentValidator(('pdf',))"
    )


# Reading


def test_a_pdf_is_read():
    document = read(io.BytesIO(a_pdf(b"(La paix) Tj", b"(au Mali) Tj", b"")))
    assert document.format == "pdf"
    assert document.size == 1368
    assert document.sha256 == "c55fe881ba47de425a4968a3efceee39fd7688ddae12ffa4a34ab8934462a3ba"
    assert document.page_count == 3
    assert document.text == "La paix\fau Mali\f"


def test_other_formats_have_neither_pages_nor_text():
    document = read(io.BytesIO(VTT))
    assert (document.format, document.size) == ("vtt", 56)
    assert (document.page_count, document.text) == (None, "")


@pytest.mark.parametrize("content", [ASKS_FOR_A_PASSWORD, PDF[:300], b"%PDF-1.4"])
def test_a_pdf_that_nobody_can_open_has_neither_pages_nor_text(content):
    document = read(io.BytesIO(content))
    assert (document.format, document.page_count, document.text) == ("pdf", None, "")


def test_what_has_no_format_cannot_be_read():
    with pytest.raises(ValidationError):
        read(io.BytesIO(EXECUTABLE))


def test_text_is_composed_and_has_no_characters_that_a_database_refuses():
    document = read(io.BytesIO(a_pdf(b"(\x01t\x01 \x02N\x03U\x05L \x04) Tj")))
    assert document.text == "été NUL 😀"


def test_lines_stay_apart_and_words_divided_at_a_line_end_become_whole():
    lines = b"(La    concili-) Tj T* (ation) Tj T* T* T* T* (et la paix) Tj"
    assert read(io.BytesIO(a_pdf(lines))).text == "La conciliation\net la paix"


def test_text_ends_after_200000_characters():
    line = b"(" + b"paix au Mali " * 8 + b") Tj T* "
    page = line * 60
    document = read(io.BytesIO(a_pdf(*[page] * 40)))
    assert document.page_count == 40
    assert 199_000 < len(document.text) <= 200_000


def test_text_is_read_from_the_first_2000_pages():
    """A small file can claim a million of them."""
    document = read(io.BytesIO(a_pdf(*[b""] * 1999, b"(vu) Tj", b"(non lu) Tj")))
    assert (document.page_count, document.text) == (2001, 1999 * "\f" + "vu")


@pytest.mark.fuzz
def test_mutilated_pdfs_are_read_or_refused_and_nothing_else_happens():
    chance = random.Random(2016)
    outcomes = set()
    for _ in range(150):
        content = mutilated(bytearray(PDF), chance)
        outcomes.add((refusal_of(bytes(content), "rapport.pdf") or "taken")[:20])
        try:
            document = read(io.BytesIO(content))
            assert unicodedata.is_normalized("NFC", document.text)
            document.text.encode()
        except ValidationError:
            pass
    assert outcomes == {"taken", "This file is damaged", "The content of this "}


# Covers


def test_the_cover_is_the_first_page_on_white():
    cover = cover_of(io.BytesIO(a_pdf(b"60 Tz (X) Tj", b"")))
    assert re.fullmatch(r"[0-9a-f]{16}-848x1200\.jpg", cover.name)
    with Image.open(cover) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (848, 1200))
        assert image.getpixel((5, 5)) == (255, 255, 255)
        assert min(shade for shade, _ in enumerate(image.convert("L").histogram()) if _) < 64


@pytest.mark.parametrize(
    ("sheet", "cover"),
    [
        ("842 595", (1200, 848)),
        ("200000 200", (1200, 2)),
        ("1 10000", (1, 1200)),
        ("1 1", (1200, 1200)),
        ("0 0", (928, 1200)),  # PDFium takes American letter paper for it
        ("1e30 1", (928, 1200)),
        ("-595 -842", (848, 1200)),
    ],
)
def test_the_cover_of_any_page_is_1200_pixels_on_its_longer_side(sheet, cover):
    stripe = b"ET 0 0 m 9 9 l -9 9 l 9 -9 l 99999 99999 l S BT"
    with Image.open(cover_of(io.BytesIO(a_pdf(stripe, size=sheet)))) as image:
        assert image.size == cover


@pytest.mark.parametrize("content", [DOCX, ASKS_FOR_A_PASSWORD, PDF[:300], b"%PDF-1.4"])
def test_what_cannot_be_drawn_has_no_cover(content):
    assert cover_of(io.BytesIO(content)) is None


@pytest.mark.parametrize("painted", [b"", b"( ) Tj", b"ET 0 .5 .5 rg 0 0 595 842 re f BT"])
def test_a_first_page_on_which_nothing_stands_is_no_cover(painted):
    document = read(io.BytesIO(a_pdf(painted, b"(Suite) Tj")))
    assert (document.page_count, document.text, document.cover) == (2, "\fSuite", None)


def test_a_first_page_that_holds_only_fields_to_fill_in_is_no_cover():
    form = a_pdf(b"").replace(b"<</Type/Catalog", b"<</AcroForm<</Fields[7 0 R]>>/Type/Catalog")
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(nom)/Rect[50 50 300 90]/P 5 0 R>>"
    form = with_cross_references(
        [*re.findall(rb" 0 obj\n(.*?)\nendobj", form, re.DOTALL), field]
    ).replace(b"/Resources", b"/Annots[7 0 R]/Resources", 1)
    assert b"/Annots[7 0 R]" in form
    assert cover_of(io.BytesIO(form)) is None


def test_a_cover_tells_nothing_but_its_pixels():
    cover = cover_of(io.BytesIO(PDF))
    for content in (cover.read(), *cover.variants.values()):
        with Image.open(io.BytesIO(content)) as image:
            assert dict(image.getexif()) == {}
            assert {"exif", "xmp", "comment", "icc_profile"} & set(image.info) == set()


# Names


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("rapport.pdf", "papers/0123456789abcdef/rapport.pdf"),
        ("Étude sur la Paix (2016).PDF", "papers/0123456789abcdef/etude-sur-la-paix-2016.pdf"),
        ("rapport.final.v2.pdf", "papers/0123456789abcdef/rapport-final-v2.pdf"),
        ("../../etc/passwd", "papers/0123456789abcdef/passwd.pdf"),
        ("C:\\Documents\\rapport.pdf", "papers/0123456789abcdef/rapport.pdf"),
        ("\u202efdp.exe", "papers/0123456789abcdef/fdp.pdf"),
        ("L'école, cœur de Soŋay.pdf", "papers/0123456789abcdef/l-ecole-coeur-de-songay.pdf"),
        ("تقرير.pdf", "papers/0123456789abcdef/tqryr.pdf"),
        ("", "papers/0123456789abcdef/document-2026-11-25.pdf"),
        ("...", "papers/0123456789abcdef/document-2026-11-25.pdf"),
        ("r" * 300 + ".pdf", f"papers/0123456789abcdef/{'r' * 80}.pdf"),
        ("a\0b\nc.pdf", "papers/0123456789abcdef/ab-c.pdf"),
    ],
)
def test_a_stored_name_is_readable_and_harmless(filename, expected, time_machine):
    time_machine.move_to("2026-11-25", tick=False)
    assert stored_name("0123456789abcdef" * 4, filename, "pdf", "papers") == expected


# The field


def test_a_field_stores_a_document_under_its_hash(media):
    shelf = Shelf()
    shelf.file.save("La Paix.pdf", ContentFile(PDF), save=False)
    assert shelf.file.name == "papers/d0f38e99b8dbb28f/la-paix.pdf"
    assert shelf.file.storage.size(shelf.file.name) == len(PDF)


@pytest.mark.on_a_folder("see test_bucket")
def test_two_documents_of_one_name_never_collide(media):
    for content in (PDF, a_pdf(b"(Autre) Tj"), a_pdf(b"(Encore) Tj")):
        Shelf().file.save("rapport.pdf", ContentFile(content), save=False)
    assert len(stored_files(media)) == 3
    assert {Path(name).name for name in stored_files(media)} == {"rapport.pdf"}


@pytest.mark.on_a_folder("see test_bucket")
def test_a_document_stored_twice_keeps_one_name_and_one_file(media):
    first, second = Shelf(), Shelf()
    first.file.save("rapport.pdf", ContentFile(PDF), save=False)
    (media / first.file.name).chmod(0o640)
    second.file.save("rapport.pdf", ContentFile(PDF), save=False)
    assert stored_files(media) == [first.file.name] == [second.file.name]
    assert (media / first.file.name).stat().st_mode & 0o777 == 0o640  # nor was it written again


@pytest.mark.on_a_folder("see test_bucket")
def test_a_torn_file_of_an_earlier_attempt_is_replaced(media):
    shelf = Shelf()
    shelf.file.save("rapport.pdf", ContentFile(PDF), save=False)
    (media / shelf.file.name).write_bytes(b"\0" * len(PDF))
    shelf.file.save("rapport.pdf", ContentFile(PDF), save=False)
    assert stored_files(media) == [shelf.file.name]
    assert (media / shelf.file.name).read_bytes() == PDF


def test_a_full_disk_leaves_no_partial_file(media):
    shelf = Shelf(file=SimpleUploadedFile("rapport.pdf", PDF))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            shelf._meta.get_field("file").pre_save(shelf, add=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert stored_files(media) == []
    assert not shelf.file._committed


def test_bad_content_is_refused_even_without_full_clean(media):
    shelf = Shelf(file=SimpleUploadedFile("rapport.pdf", EXECUTABLE))
    with pytest.raises(ValidationError):
        shelf._meta.get_field("file").pre_save(shelf, add=True)
    with pytest.raises(ValidationError):
        Shelf().file.save("rapport.pdf", ContentFile(EXECUTABLE), save=False)
    assert stored_files(media) == []


@pytest.mark.on_a_folder("see test_bucket")
def test_a_large_upload_that_lies_on_the_disk_already_is_read_and_stored(media):
    with TemporaryUploadedFile("rapport.pdf", "application/pdf", len(PDF), None) as upload:
        upload.write(PDF)
        upload.flush()
        shelf = Shelf(file=upload)
        shelf.full_clean()
        assert read(shelf.file.file).text == "La paix au Mali"
        assert re.fullmatch(r"[0-9a-f]{16}-848x1200\.jpg", cover_of(shelf.file.file).name)
        shelf._meta.get_field("file").pre_save(shelf, add=True)
    assert (media / shelf.file.name).read_bytes() == PDF


def test_what_is_stored_is_read_through_the_field(media):
    shelf = Shelf()
    shelf.file.save("rapport.pdf", ContentFile(PDF), save=False)
    with shelf.file.open() as file:
        assert format_of(file) == "pdf"
        assert read(file).text == "La paix au Mali"
        assert re.fullmatch(r"[0-9a-f]{16}-848x1200\.jpg", cover_of(file).name)


def test_a_form_refuses_bad_content_at_the_field(media):
    form_class = modelform_factory(Shelf, fields=["file", "film"])
    files = {"file": SimpleUploadedFile("a.pdf", b""), "film": SimpleUploadedFile("b.mp4", b"-")}
    assert form_class({}, files).errors == {
        "file": ["This file is empty: “a.pdf”. Choose it again."],
        "film": [refusal_of(b"-", "b.mp4", ("mp4", "webm"))],
    }


def test_a_form_takes_a_name_of_300_characters(media):
    form_class = modelform_factory(Shelf, fields=["file"])
    form = form_class({}, {"file": SimpleUploadedFile("é" * 300 + ".pdf", PDF)})
    assert form.errors == {}
    shelf = form.save(commit=False)
    shelf._meta.get_field("file").pre_save(shelf, add=True)
    assert Path(shelf.file.name).name == "e" * 80 + ".pdf"


def test_a_stored_document_that_stays_is_not_opened_again(media):
    """The file need not even be there: an editor can still mend the title."""
    form_class = modelform_factory(Shelf, fields=["file"])
    shelf = Shelf(file="papers/0123456789abcdef/lost.pdf")
    form = form_class({}, {}, instance=shelf)
    assert form.errors == {}
    assert form.save(commit=False).file.name == "papers/0123456789abcdef/lost.pdf"


def test_a_form_offers_only_the_files_that_fit():
    form = modelform_factory(Shelf, fields=["file", "film"])()
    assert form.fields["file"].widget.attrs["accept"] == ".pdf,.docx,.odt,.epub"
    assert form.fields["film"].widget.attrs["accept"] == ".mp4,.webm"


def test_a_field_fits_into_a_migration():
    field = DocumentField(upload_to="films", formats=["mp4", "webm"], max_length=100)
    assert field.deconstruct()[1:] == (
        "profiles.files.documents.DocumentField",
        [],
        {"upload_to": "films", "formats": ("mp4", "webm"), "max_length": 100},
    )
    assert field.clone().deconstruct()[1:] == field.deconstruct()[1:]
    assert field.clone().validators[-1] == DocumentValidator(("mp4", "webm"))


def test_a_default_storage_is_used():
    assert Shelf().file.storage is default_storage
