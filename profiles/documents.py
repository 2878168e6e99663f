"""Documents and films: told apart by content, refused in words, read, stored under their hash."""

import codecs
import hashlib
import os
import re
import unicodedata
from contextlib import closing, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from struct import unpack_from
from threading import Lock
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.deconstruct import deconstructible
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


class Format(NamedTuple):
    label: str
    media_type: str
    max_megabytes: int = 100


# Each under its file extension.
FORMATS = {
    "pdf": Format("PDF", "application/pdf"),
    "docx": Format(
        "Word (.docx)", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    "odt": Format("OpenDocument (.odt)", "application/vnd.oasis.opendocument.text"),
    "epub": Format("EPUB", "application/epub+zip"),
    "mp4": Format("MP4", "video/mp4", max_megabytes=500),
    "webm": Format("WebM", "video/webm", max_megabytes=500),
    "vtt": Format("WebVTT (UTF-8)", "text/vtt"),
}
# How their first bytes look; ZIP files need a second look. A browser takes words before a PDF's
# mark for HTML, so only white space may stand there. MP4: the brands of films, not of photos.
SIGNATURES = {
    "pdf": rb"(?:\xef\xbb\xbf)?\s*%PDF-",
    "mp4": rb".{4}ftyp(?:iso[m2-6]|mp4[12]|avc1|M4V[ HP]|MSNV|dash|3gp[4-6])",
    "webm": rb"\x1a\x45\xdf\xa3.*?\x42\x82.{1,8}?webm",
    "vtt": rb"(?:\xef\xbb\xbf)?WEBVTT(?:\s|\Z)",
}
MAX_TEXT = 200_000
MAX_PAGES_READ = 2_000  # A PDF of a few hundred bytes can claim millions of pages.
MAX_ZIP_TABLE = 2**20  # The table of contents of a Word file with 10,000 pictures.
COVER_SIDE = 1_200
PASSWORD_ERRORS = (4, 5)  # PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY

# A ModelForm puts its own words in the place of those under "empty", "invalid" or "missing".
REFUSALS = {
    "no_bytes": _("This file is empty: “%(name)s”. Choose it again."),
    "unknown": _(
        "This kind of file cannot be taken: “%(name)s”. "
        "Save it as one of these and choose the new file: %(accepted)s."
    ),
    "fake": _(
        "The content of this file is not %(wanted)s, although its name says so: “%(name)s”. "
        "Open it in the program that made it, save it as %(wanted)s and choose the new file."
    ),
    "misnamed": _(
        "The content of this file is %(label)s, but its name says otherwise: “%(name)s”. "
        "Give it a name that ends in .%(format)s and choose it again."
    ),
    "too_large": _(
        "This file has %(size)s; at most %(limit)s can be taken: “%(name)s”. "
        "Make a lighter edition and choose that."
    ),
    "locked": _(
        "Visitors could not open this file, because it asks for a password: “%(name)s”. "
        "Save it without a password and choose the new file."
    ),
    "damaged": _(
        "This file is damaged, perhaps because it was cut off on its way: “%(name)s”. "
        "Save it as PDF again and choose the new file."
    ),
}

_pdfium = Lock()  # PDFium serves one thread at a time, whichever documents they read.


@dataclass(frozen=True)
class Document:
    """What stands in a file: `size` in bytes; `page_count` and `text` for a readable PDF only."""

    format: str
    size: int
    sha256: str
    page_count: int | None
    text: str


def read(file) -> Document:
    """Give the Document in an open binary file; ValidationError if its format is none of ours."""
    format = format_of(file)
    if format is None:
        raise _refusal("unknown", getattr(file, "name", ""), accepted=_labels(FORMATS))
    page_count, text = _pages_and_text(file) if format == "pdf" else (None, "")
    return Document(format, _size(file), _sha256(file), page_count, text)


def _size(file):
    return file.seek(0, os.SEEK_END)


def _sha256(file):
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


# Formats


def format_of(file) -> str | None:
    """Which of FORMATS the content of an open binary file is, whatever its name says."""
    file.seek(0)
    head = file.read(512)
    if head.startswith(b"PK\3\4"):
        return _zip_format(head, _zip_names(file))
    matches = (key for key, mark in SIGNATURES.items() if re.match(mark, head, re.DOTALL))
    format = next(matches, None)
    return None if format == "vtt" and not _is_utf8(file) else format


def _zip_format(head, names):
    """Nothing is decompressed, so a bomb stays packed: `mimetype` is stored plainly, or not it."""
    name_length, extra_length = unpack_from("<26xHH", head.ljust(30, b"\0"))
    if head[30 : 30 + name_length] == b"mimetype" and b"mimetype" in names:
        content = head[30 + name_length + extra_length :].partition(b"PK")[0].decode("latin-1")
        return next((key for key in ("odt", "epub") if FORMATS[key].media_type == content), None)
    is_word = {b"[Content_Types].xml", b"word/document.xml"} <= names
    has_macros = b"word/vbaProject.bin" in names
    return "docx" if is_word and not has_macros else None


def _zip_names(file):
    """The names in a ZIP's table of contents: none if it is cut off or absurdly long."""
    size = _size(file)
    tail_start = max(0, size - 66_000)  # The end record can have a comment of 64 KB behind it.
    file.seek(tail_start)
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    length = unpack_from("<L", tail, end + 12)[0] if 0 <= end <= len(tail) - 22 else 0
    if length > min(MAX_ZIP_TABLE, tail_start + end):
        return set()
    file.seek(tail_start + end - length)
    table, at, names = file.read(length), 0, set()
    while table[at : at + 4] == b"PK\1\2" and len(table) >= at + 46:
        name, extra, comment = unpack_from("<HHH", table, at + 28)
        names.add(table[at + 46 : at + 46 + name])
        at += 46 + name + extra + comment
    return names


def _is_utf8(file):
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(65_536):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


# PDF


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


def _pdf_flaw(file):
    """Why visitors could not read a PDF, as a key of REFUSALS, or None."""
    file.seek(max(0, _size(file) - 8_192))
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


def _pages_and_text(file):
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


def cover_of(file) -> ContentFile | None:
    """Draw the first page of a PDF, 1200 pixels on its longer side; None if it can't be drawn."""
    if format_of(file) != "pdf":
        return None
    image, _error = _ask(file, _picture_of_first_page)
    if image is None:
        return None
    content = BytesIO()
    image.save(content, "PNG")
    return ContentFile(content.getvalue(), name="cover.png")


def _picture_of_first_page(pdf):
    with closing(pdf[0]) as page:
        bitmap = page.render(scale=COVER_SIDE / max(page.get_size()))
    with closing(bitmap):
        return bitmap.to_pil()


# Refusing


@deconstructible
class DocumentValidator:
    """Refuses an uploaded file that is none of `formats`, or that visitors could not open."""

    def __init__(self, formats=("pdf", "docx", "odt", "epub")):
        self.formats = tuple(formats)

    def __eq__(self, other):
        return isinstance(other, DocumentValidator) and self.formats == other.formats

    def __hash__(self):
        return hash(self.formats)

    def __call__(self, file):
        if not getattr(file, "_committed", False):  # What is stored was checked on its way in.
            self.check(file, file.name)

    def check(self, file, name):
        """Raise ValidationError unless the open binary file can be published under that name."""
        size, format, suffix = _size(file), format_of(file), _suffix(name)
        if size == 0:
            raise _refusal("no_bytes", name)
        if format is None and suffix in self.formats:
            raise _refusal("fake", name, wanted=FORMATS[suffix].label)
        if format not in self.formats:
            raise _refusal("unknown", name, accepted=_labels(self.formats))
        label, _media_type, max_megabytes = FORMATS[format]
        if size > max_megabytes * 2**20:
            limit = filesizeformat(max_megabytes * 2**20)
            raise _refusal("too_large", name, size=filesizeformat(size), limit=limit)
        if suffix != format:
            raise _refusal("misnamed", name, label=label, format=format)
        if format == "pdf" and (flaw := _pdf_flaw(file)):
            raise _refusal(flaw, name)


def _refusal(code, name, **params):
    return ValidationError(REFUSALS[code], code=code, params={"name": _shown(name), **params})


def _labels(formats):
    return ", ".join(FORMATS[format].label for format in formats)


def _shown(name):
    """A file name fit for a message: 60 characters with its end, none that turns the line."""
    name = "".join(character for character in _last_part(name) if character.isprintable())
    return name if len(name) <= 60 else f"{name[:47]}…{name[-12:]}"


def _last_part(name):
    return (name or "").replace("\\", "/").rpartition("/")[2]


def _suffix(name):
    return PurePosixPath(_last_part(name)).suffix[1:].lower()


# Storing


def stored_name(sha256, filename, format, prefix="") -> str:
    """`papers/<16 hex>/readable-name.pdf`: contents never collide, and a download reads well."""
    stem = PurePosixPath(_last_part(filename)).stem
    readable = slugify(re.sub(r"[._]+", "-", stem))[:80].strip("-") or "document"
    return f"{prefix}/{sha256[:16]}/{readable}.{format}".lstrip("/")


class DocumentFile(FieldFile):
    """A document of a model. Everything that is stored passes save(), so everything is checked."""

    def save(self, name, content, save=True):
        self.field.validator.check(content, name)
        sha256 = _sha256(content)
        name = stored_name(sha256, name, format_of(content))
        name = self.field.generate_filename(self.instance, name)
        self.name = name if self._holds(name, sha256) else self._written(name, content)
        self._set_instance_attribute(self.name, content)
        self._committed = True
        if save:
            self.instance.save()

    save.alters_data = True

    def _holds(self, name, sha256):
        if not self.storage.exists(name):
            return False
        with self.storage.open(name) as file:
            return _sha256(file) == sha256

    def _written(self, name, content):
        self.storage.delete(name)  # Torn, if there is one: the machine stopped while writing.
        try:
            return self.storage.save(name, content)
        except OSError:
            with suppress(OSError):  # The error that led here is the one to report.
                self.storage.delete(name)
            raise


class DocumentField(models.FileField):
    """A file of one of `formats`, checked by full_clean() and again when it is stored."""

    attr_class = DocumentFile

    def __init__(self, verbose_name=None, name=None, *, formats=None, **kwargs):
        self.validator = DocumentValidator(formats) if formats else DocumentValidator()
        super().__init__(verbose_name, name, **{"max_length": 200, **kwargs})

    @property
    def validators(self):
        return [*super().validators, self.validator]

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        formats, length = self.validator.formats, self.max_length
        return name, path, args, {**kwargs, "formats": formats, "max_length": length}

    def formfield(self, **kwargs):
        # The stored name is made anew, so a long one may come; of emptiness the validator speaks.
        field = super().formfield(**{"max_length": None, "allow_empty_file": True, **kwargs})
        accept = ",".join(f".{format}" for format in self.validator.formats)
        field.widget.attrs.setdefault("accept", accept)
        return field
