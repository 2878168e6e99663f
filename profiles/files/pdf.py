"""Inside a PDF: why it can't be opened, its pages and text, a picture of its first page."""

import re
import unicodedata
from contextlib import closing
from io import BytesIO
from threading import Lock

from profiles.files.storing import size_of

MAX_TEXT = 200_000
MAX_PAGES_READ = 2_000  # A PDF of a few hundred bytes can claim millions of pages.
COVER_SIDE = 1_200
PASSWORD_ERRORS = (4, 5)  # PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY

_pdfium = Lock()  # PDFium serves one thread at a time, whichever documents they read.


def _ask(file, question):
    """What `question` finds in the PDF, and the error that kept it from finding anything."""
    # The import starts the library, and gunicorn's master must not have started it when it forks.
    from pypdfium2 import PdfDocument

    with _pdfium:
        try:
            with PdfDocument(getattr(file, "file", file)) as pdf:
                return question(pdf), None
        except Exception as error:  # Hostile bytes can end in almost any.
            return None, error


def flaw_of(file):
    """Why visitors could not read a PDF: "locked", "damaged" or None."""
    file.seek(max(0, size_of(file) - 8_192))
    if b"%%EOF" not in file.read():  # PDFium quietly mends a cut file, less its last pages.
        return "damaged"
    _sizes, error = _ask(file, _page_sizes)
    if error is None:
        return None
    return "locked" if getattr(error, "err_code", None) in PASSWORD_ERRORS else "damaged"


def _page_sizes(pdf):
    return [pdf.get_page_size(number) for number in _first_pages(pdf)]


def _first_pages(pdf):
    return range(min(len(pdf), MAX_PAGES_READ))


def pages_and_text(file):
    """(number of pages, text); (None, "") where it can't be opened."""
    found, _error = _ask(file, lambda pdf: (len(pdf), _text_of(pdf)))
    return found or (None, "")


def _text_of(pdf):
    pages, length = [], 0
    for number in _first_pages(pdf):
        pages.append(_tidy(_page_text(pdf, number)))
        length += len(pages[-1])
        if length >= MAX_TEXT:
            break
    return "\n\n".join(filter(None, pages))[:MAX_TEXT].rstrip()


def _page_text(pdf, number):
    try:
        with closing(pdf[number]) as page, closing(page.get_textpage()) as text:
            return text.get_text_bounded()
    except Exception:  # One broken page must not cost the text of the others.
        return ""


def _tidy(text):
    """NFC, single spaces, at most one empty line, nothing that PostgreSQL or XML would refuse."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Among these is \x02, which PDFium writes between the halves of a word divided at a line end.
    text = re.sub("[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "", text)
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(" ?\n ?", "\n", text)).strip()


def first_page(file) -> bytes | None:
    """The first page as a PNG, 1200 pixels on its longer side; None if it can't be drawn."""
    image, _error = _ask(file, _picture_of_first_page)
    if image is None:
        return None
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _picture_of_first_page(pdf):
    with closing(pdf[0]) as page:
        bitmap = page.render(scale=COVER_SIDE / max(page.get_size()))
    with closing(bitmap):
        return bitmap.to_pil()
