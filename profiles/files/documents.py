"""Documents and films: told apart by content, refused in words, read, stored under their hash."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from struct import unpack_from
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from profiles.files import pdf
from profiles.files.storing import put, sha256_of, shown_name, size_of, stored_name, suffix_of
from profiles.words import MEGABYTE, size_in_words


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
MAX_ZIP_TABLE = 2**20  # The table of contents of a Word file with 10,000 pictures.

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
    page_count, text = pdf.pages_and_text(file) if format == "pdf" else (None, "")
    return Document(format, size_of(file), sha256_of(file), page_count, text)


def cover_of(file) -> ContentFile | None:
    """Draw the first page of a PDF, 1200 pixels on its longer side; None if it can't be drawn."""
    content = pdf.first_page(file) if format_of(file) == "pdf" else None
    return content and ContentFile(content, name="cover.png")


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
    size = size_of(file)
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


# Refusing


@deconstructible
class DocumentValidator:
    """Refuses an uploaded file that is none of `formats`, or that visitors could not open."""

    def __init__(self, formats: Iterable[str] = ("pdf", "docx", "odt", "epub")) -> None:
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
        size, format, suffix = size_of(file), format_of(file), suffix_of(name)
        if size == 0:
            raise _refusal("no_bytes", name)
        if format is None and suffix in self.formats:
            raise _refusal("fake", name, wanted=FORMATS[suffix].label)
        if format not in self.formats:
            raise _refusal("unknown", name, accepted=_labels(self.formats))
        label, _media_type, max_megabytes = FORMATS[format]
        if size > max_megabytes * MEGABYTE:
            limit = size_in_words(max_megabytes * MEGABYTE)
            raise _refusal("too_large", name, size=size_in_words(size), limit=limit)
        if suffix != format:
            raise _refusal("misnamed", name, label=label, format=format)
        if format == "pdf" and (flaw := pdf.flaw_of(file)):
            raise _refusal(flaw, name)


def _refusal(code, name, **params):
    return ValidationError(REFUSALS[code], code=code, params={"name": shown_name(name), **params})


def _labels(formats):
    return ", ".join(FORMATS[format].label for format in formats)


# Storing


class DocumentFile(FieldFile):
    """A document of a model. Everything that is stored passes save(), so everything is checked."""

    def save(self, name, content, save=True):
        self.field.validator.check(content, name)
        sha256 = sha256_of(content)
        name = stored_name(sha256, name, format_of(content))
        name = self.field.generate_filename(self.instance, name)
        if not self._holds(name, sha256):
            put(self.storage, {name: content})
        self.name = name
        self._set_instance_attribute(self.name, content)
        self._committed = True
        if save:
            self.instance.save()

    save.alters_data = True  # type: ignore[attr-defined]

    def _holds(self, name, sha256):
        if not self.storage.exists(name):
            return False
        with self.storage.open(name) as file:
            return sha256_of(file) == sha256


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
