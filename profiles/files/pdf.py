"""Inside a PDF: its flaw, its pages and text, its first page as a cover; in the child process."""

from contextlib import closing
from typing import IO, Any, BinaryIO, cast

from pikepdf import Pdf
from PIL.Image import Image
from pypdfium2 import PdfDocument, PdfTextPage
from pypdfium2.raw import FPDFText_GetUnicode

from profiles.files import pdf_maker, pdf_risks
from profiles.files.child import EMPTIED, Answer
from profiles.files.pdf_text import MAX_TEXT, in_reading_order, is_from_right, tidy
from profiles.files.pixels import kept_files

MAX_PAGES_READ = 2_000  # A PDF of a few hundred bytes can claim millions of pages.
MAX_GLYPHS = 500_000  # of one page; a newspaper's has 50,000
COVER_SIDE = 1_200
PASSWORD_ERRORS = (4, 5)  # PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY
END = b"%%EOF"


class TooHeavy(Exception):
    """Nobody reads such a page, but a program would for minutes."""


def read(file: IO[bytes], as_it_is: bool = False, loses_signature: bool = False) -> Answer:
    """What visitors will find, what may attack them, and what it says of its maker.

    ({"pages", "text", "cover" (its name if there is one), "maker": [[key, text]…], "is_signed"}, the
    cover's files and, unless it is to stay as it is, EMPTIED: the PDF without all that).
    ({"flaw": "locked" or "damaged"}, {}) where visitors could not read it; any other flaw stands
    beside what was found.
    """
    if not _has_end(file):  # PDFium quietly mends a cut file, less its last pages.
        return {"flaw": "damaged"}, {}
    try:
        found, files = _read_pages(file)
        about, copy = _look_inside(file, as_it_is, loses_signature)
        return {**found, **about}, {**files, **copy}
    except MemoryError:
        raise
    except TooHeavy:
        return {"flaw": "too_heavy"}, {}
    except Exception as error:  # Hostile bytes can end in almost any.
        is_locked = getattr(error, "err_code", None) in PASSWORD_ERRORS
        return {"flaw": "locked" if is_locked else "damaged"}, {}


def _read_pages(file: IO[bytes]) -> Answer:
    with PdfDocument(file) as pdf:
        _require_pages(pdf)
        cover = _cover_files(pdf)
        text = _text_of(pdf)
        return {"pages": len(pdf), "text": text, "cover": next(iter(cover), None)}, cover


def _look_inside(file: IO[bytes], as_it_is: bool, loses_signature: bool) -> Answer:
    """By qpdf, which knows every object, whatever a page shows."""
    file.seek(0)
    with Pdf.open(cast(BinaryIO, file), suppress_warnings=True) as pdf:
        insides = pdf_risks.Insides(pdf)
        if flaw := pdf_risks.risk_in(insides):
            return {"flaw": flaw}, {}
        about = {"maker": pdf_maker.said_in(insides), "is_signed": pdf_maker.is_signed(insides)}
        has_inside_links = pdf_risks.has_inside_links(insides)
        if as_it_is or (about["is_signed"] and not loses_signature):
            return {**about, **({"flaw": "pdf_links"} if has_inside_links else {})}, {}
        if has_inside_links or loses_signature or pdf_maker.tells(insides, file):
            return about, {EMPTIED: pdf_maker.emptied(insides)}
        return about, {}


def _has_end(file: IO[bytes]) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - 8_192))
    return END in file.read()


def _first_pages(pdf: PdfDocument) -> range:
    return range(min(len(pdf), MAX_PAGES_READ))


def _require_pages(pdf: PdfDocument) -> None:
    for number in _first_pages(pdf):
        pdf.get_page_size(number)


def _text_of(pdf: PdfDocument) -> str:
    pages, length = [], 0
    for number in _first_pages(pdf):
        pages.append(_page_text(pdf, number))
        length += len(pages[-1])
        if length >= MAX_TEXT:
            break
    return tidy(pages)


def _page_text(pdf: PdfDocument, number: int) -> str:
    try:
        with closing(pdf[number]) as page, closing(page.get_textpage()) as found:
            if found.count_chars() > MAX_GLYPHS:
                raise TooHeavy
            text = found.get_text_bounded()
            return _in_reading_order(found) if any(map(is_from_right, text)) else text
    except (MemoryError, TooHeavy):
        raise
    except Exception:  # One broken page must not cost the text of the others.
        return ""


def _in_reading_order(found: PdfTextPage) -> str:
    characters = [chr(FPDFText_GetUnicode(found, at)) for at in range(found.count_chars())]
    places = [
        found.get_charbox(at)[0] if is_from_right(character) else 0
        for at, character in enumerate(characters)
    ]
    return in_reading_order(characters, places)


def _cover_files(pdf: PdfDocument) -> dict[str, bytes]:
    """The first page, 1200 pixels on its longer side; none if it is blank or can't be drawn."""
    try:
        image = _picture_of_first_page(pdf)
    except MemoryError:
        raise
    except Exception:
        return {}
    return {} if _is_blank(image) else kept_files(image)


def _picture_of_first_page(pdf: PdfDocument) -> Image:
    with closing(pdf[0]) as page:
        bitmap = page.render(scale=COVER_SIDE / max(page.get_size()))
    with closing(bitmap):
        return bitmap.to_pil().convert("RGB")


def _is_blank(image: Any) -> bool:
    """A page of one colour, such as one that holds only fields to fill in, is no cover."""
    return all(darkest == lightest for darkest, lightest in image.getextrema())
