"""Documents and films: told apart by content, refused in words, read, stored under their hash."""

import re
import shutil
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from struct import unpack_from
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.deconstruct import deconstructible

from profiles.files import captions
from profiles.files.child import EMPTIED
from profiles.files.films.blanks import Blank
from profiles.files.limits import bounded, largest, refuse_what_did_not_arrive
from profiles.files.pictures import ReencodedPicture
from profiles.files.refusals import REFUSALS
from profiles.files.sandbox import read_in_child
from profiles.files.storing import (
    READINGS,
    hold_on_to,
    put,
    read_once,
    sha256_of,
    shown_name,
    size_of,
    stored_name,
    suffix_of,
)
from profiles.words import MEGABYTE, size_in_words


class Format(NamedTuple):
    label: str
    media_type: str
    kind: str = "document"  # of which a setting says how large it may be

    @property
    def max_bytes(self) -> int:
        return largest(self.kind)


# Each under its file extension.
FORMATS = {
    "pdf": Format("PDF", "application/pdf"),
    "docx": Format(
        "Word (.docx)", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    "odt": Format("OpenDocument (.odt)", "application/vnd.oasis.opendocument.text"),
    "epub": Format("EPUB", "application/epub+zip"),
    "mp4": Format("MP4", "video/mp4", kind="film"),
    "webm": Format("WebM", "video/webm", kind="film"),
    "mp3": Format("MP3", "audio/mpeg", kind="recording"),
    "m4a": Format("M4A", "audio/mp4", kind="recording"),
    "ogg": Format("Ogg (Opus)", "audio/ogg", kind="recording"),
    "vtt": Format("WebVTT (.vtt) / SubRip (.srt)", "text/vtt", kind="captions"),
}
FILMS = {"mp4", "webm"}
SOUNDS = {"mp3", "m4a", "ogg"}
ENDINGS = {
    **{format: (format,) for format in FORMATS},
    "m4a": ("m4a", "mp4", "m4b"),
    "ogg": ("ogg", "opus", "oga"),
    "vtt": ("vtt", "srt"),
}
# How their first bytes look; ZIP files need a second look. A browser takes words before a PDF's
# mark for HTML, so only white space may stand there.
SIGNATURES = {
    "pdf": rb"(?:\xef\xbb\xbf)?\s*%PDF-",
    "mp4": rb".{4}ftyp(?!qt  |M4[AB] |F4[AB] |he[iv]|m[is]f1|avi[fs]|crx |jp[2xm]|mjp2|aax)",
    "webm": rb"\x1a\x45\xdf\xa3.*?\x42\x82.{1,8}?webm",
    "mp3": rb"ID3[\x02-\x04]|\xff[\xfa\xfb\xf2\xf3\xe2\xe3][\x10-\xef]",
    "m4a": rb".{4}ftypM4[AB] ",
    "ogg": rb"OggS\0",
}
# Films that only some programs play.
OTHER_FILMS = {
    "QuickTime (.mov)": rb"[\0-\x1f].{3}(?:ftypqt  |moov|mdat|wide|pnot|free|skip)",
    "Matroska (.mkv)": rb"\x1a\x45\xdf\xa3",
    "AVI": rb"RIFF.{4}AVI ",
    "Windows Media": rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    "Flash": rb"FLV\x01",
    "MPEG": rb"\0\0\x01[\xb3\xba]",
    "MPEG-TS (.mts)": rb"(?:.{4})?\x47.{187}(?:.{4})?\x47",
    "Ogg": rb"OggS",
    "RealMedia": rb"\.RMF",
}
# Recordings that only some programs play, or that are ten times as large.
OTHER_SOUNDS = {
    "WAV": rb"RIFF.{4}WAVE|RF64",
    "AMR": rb"#!AMR",
    "AIFF": rb"FORM.{4}AIF",
    "FLAC": rb"fLaC",
    "Core Audio (.caf)": rb"caff",
    "AAC (.aac)": rb"\xff[\xf0\xf1\xf8\xf9]",
    "Windows Media": OTHER_FILMS["Windows Media"],
    "RealMedia": OTHER_FILMS["RealMedia"],
}
MAX_ZIP_TABLE = 2**20  # The table of contents of a Word file with 10,000 pictures.


@dataclass(frozen=True)
class Document:
    """What stands in a file: `size` in bytes; `page_count` and `text` for a readable PDF only,
    `seconds` for a recording.

    `content` is what to store: the file itself, or its mended form. `flaw` is the key of the
    refusal where visitors could not use it, `codec` what a refusal of a film names. `maker` is what
    the file says of who made it, as (key, text); `is_emptied` where `content` says that no more.
    """

    format: str
    size: int
    sha256: str
    content: File
    page_count: int | None = None
    text: str = ""
    cover: ReencodedPicture | None = None
    flaw: str = ""
    codec: str = ""
    seconds: int = 0
    maker: tuple[tuple[str, str], ...] = ()
    is_signed: bool = False
    is_emptied: bool = False


# What the file says of its maker may stay in it; a signature may be lost with that.
WISHES = {"as_it_is": "stays_as_it_is", "loses_signature": "loses_signature"}


def wishes_for(file: Any) -> dict[str, bool]:
    """What somebody wants of an upload, beside what is done with all of them: set on it by name."""
    return {wish: bool(getattr(file, name, False)) for wish, name in WISHES.items()}


@read_once
def read(file: Any) -> Document:
    """Give the Document in an open binary file; ValidationError if its format is none of ours."""
    format = format_of(file)
    if format is None:
        raise _refusal("unknown", getattr(file, "name", ""), accepted=_labels(FORMATS))
    if size_of(file) > FORMATS[format].max_bytes:
        return Document(format, size_of(file), "", content=file, flaw="too_large")
    if format == "pdf":
        return _read_pdf(file)
    if format in FILMS:
        return _read_film(file, format)
    if format in SOUNDS:
        return _read_sound(file, format)
    if format == "vtt":
        return _read_captions(file)
    return _read_office(file, format)


def found_in(file: Any) -> Document | None:
    """What read() found in a file that was read as a document; None for any other."""
    return getattr(file, READINGS, {}).get(read)


def _document(file: Any, format: str, **found: Any) -> Document:
    return Document(format, size_of(file), sha256_of(file), content=file, **found)


def _read_pdf(file: Any) -> Document:
    found, files = read_in_child("pdf", file, **wishes_for(file))
    emptied = files.pop(EMPTIED, None)
    content = file if emptied is None else _spooled(emptied)
    cover = ReencodedPicture(found["cover"], files) if found.get("cover") else None
    return _document(
        content,
        "pdf",
        page_count=found.get("pages"),
        text=found.get("text", ""),
        cover=cover,
        **_about_maker(found, emptied),
    )


def _read_office(file: Any, format: str) -> Document:
    found, files = read_in_child("office", file, format=format, **wishes_for(file))
    emptied = files.pop(EMPTIED, None)
    content = file if emptied is None else _spooled(emptied)
    return _document(content, format, **_about_maker(found, emptied))


def _about_maker(found: dict[str, Any], emptied: bytes | None) -> dict[str, Any]:
    return {
        "flaw": found.get("flaw", ""),
        "maker": tuple((key, text) for key, text in found.get("maker", ())),
        "is_signed": found.get("is_signed", False),
        "is_emptied": emptied is not None,
    }


def _read_film(file: Any, format: str) -> Document:
    found, _files = read_in_child("films", file, format=format)
    if found.get("flaw") == "no_picture" and format == "mp4":  # as many telephones record voices
        return _read_sound(file, "m4a")
    if flaw := found.get("flaw"):
        flaw = "too_heavy_film" if flaw == "too_heavy" else flaw
        return _document(file, format, flaw=flaw, codec=found.get("codec", ""))
    return _document(_written_over(file, found["blanks"]), format)


def _read_sound(file: Any, format: str) -> Document:
    found, _files = read_in_child("sounds", file, format=format)
    if flaw := found.get("flaw"):
        flaw = "too_heavy_sound" if flaw == "too_heavy" else flaw
        return _document(file, format, flaw=flaw, codec=found.get("codec", ""))
    return _document(_written_over(file, found["blanks"]), format, seconds=found["seconds"])


def _written_over(file: Any, blanks: list[Blank]) -> File:
    """The file less what it tells: written in place where it is an upload, else a copy."""
    if not isinstance(file, UploadedFile | ContentFile):
        file = _copy_of(file)
    for start, head, zeros in blanks:
        file.seek(start)
        file.write(bytes.fromhex(head))
        for length in range(zeros, 0, -MEGABYTE):
            file.write(bytes(min(length, MEGABYTE)))
    file.flush()
    return file


def _copy_of(file: Any) -> File:
    copy = _temporary(getattr(file, "name", ""))
    file.seek(0)
    shutil.copyfileobj(file, copy)
    return copy


def _spooled(content: bytes) -> File:
    copy = _temporary("")
    copy.write(content)
    copy.flush()
    return copy


def _temporary(name: str) -> File:
    file = File(TemporaryFile(), name=name)  # noqa: SIM115
    weakref.finalize(file, file.file.close)
    return file


def _read_captions(file: Any) -> Document:
    file.seek(0)
    try:
        content = captions.webvtt(file.read())
    except captions.Unfit as unfit:
        return _document(file, "vtt", flaw=str(unfit))
    return _document(ContentFile(content), "vtt")


# Formats


def format_of(file: Any) -> str | None:
    """Which of FORMATS the content of an open binary file is, whatever its name says."""
    head = _head(file)
    if head.startswith(b"PK\3\4"):
        return _zip_format(head, _zip_names(file))
    format = _first_match(SIGNATURES, head)
    return "vtt" if format is None and captions.looks_like_captions(head) else format


def _head(file: Any) -> bytes:
    file.seek(0)
    return file.read(512)


def _first_match(signatures: dict[str, bytes], head: bytes) -> str | None:
    found = (key for key, mark in signatures.items() if re.match(mark, head, re.DOTALL))
    return next(found, None)


def _zip_format(head: bytes, names: set[bytes]) -> str | None:
    """Nothing is decompressed, so a bomb stays packed: `mimetype` is stored plainly, or not it."""
    name_length, extra_length = unpack_from("<26xHH", head.ljust(30, b"\0"))
    if head[30 : 30 + name_length] == b"mimetype" and b"mimetype" in names:
        content = head[30 + name_length + extra_length :].partition(b"PK")[0].decode("latin-1")
        return next((key for key in ("odt", "epub") if FORMATS[key].media_type == content), None)
    is_word = {b"[Content_Types].xml", b"word/document.xml"} <= names
    has_macros = b"word/vbaProject.bin" in names
    return "docx" if is_word and not has_macros else None


def _zip_names(file: Any) -> set[bytes]:
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


# Refusing


@deconstructible
class DocumentValidator:
    """Refuses an uploaded file that is none of `formats`, or that visitors could not open."""

    def __init__(self, formats: Iterable[str] = ("pdf", "docx", "odt", "epub")) -> None:
        self.formats = tuple(formats)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DocumentValidator) and self.formats == other.formats

    def __hash__(self) -> int:
        return hash(self.formats)

    def __call__(self, file: Any) -> None:
        if not getattr(file, "_committed", False):  # What is stored was checked on its way in.
            self.check(file, file.name)

    def check(self, file: Any, name: str) -> Document:
        """The Document to publish under that name, from an open binary file; or ValidationError."""
        refuse_what_did_not_arrive(file, name)
        format = self._format_of(file, name)
        document, named = read(file), FORMATS[format]
        if document.flaw != "too_large" and suffix_of(name) not in ENDINGS[format]:
            raise _refusal("misnamed", name, label=named.label, format=format)
        if document.flaw:
            sizes = {"size": size_in_words(document.size), "limit": size_in_words(named.max_bytes)}
            raise _refusal(document.flaw, name, codec=document.codec, kind=document.codec, **sizes)
        return document

    def _format_of(self, file: Any, name: str) -> str:
        format = format_of(file)
        if format == "mp4":  # which may be sound alone
            format = read(file).format
        if format in self.formats:
            return format
        self._refuse_other_media(file, name, format)
        wanted = next((key for key in self.formats if suffix_of(name) in ENDINGS[key]), None)
        if size_of(file) == 0:
            raise _refusal("no_bytes", name)
        if format is None and wanted:
            raise _refusal("fake", name, wanted=FORMATS[wanted].label)
        raise _refusal("unknown", name, accepted=_labels(self.formats))

    def _refuse_other_media(self, file: Any, name: str, format: str | None) -> None:
        """A film or a recording, where another kind or format of these is wanted."""
        head, takes_sounds = _head(file), SOUNDS.intersection(self.formats)
        other_film = _first_match(OTHER_FILMS, head)
        other_sound = _first_match(OTHER_SOUNDS, head)
        if takes_sounds and other_sound:
            raise _refusal("other_sound", name, kind=other_sound)
        if takes_sounds and format == "webm" and read(file).flaw == "no_picture":
            raise _refusal("other_sound", name, kind="WebM")
        if takes_sounds and (format in FILMS or other_film):
            raise _refusal("film", name)
        if FILMS.intersection(self.formats) and other_film:
            raise _refusal("other_film", name, kind=other_film)
        if FILMS.intersection(self.formats) and format in SOUNDS:
            raise _refusal("no_picture", name)


def _refusal(code: str, name: str, **params: Any) -> ValidationError:
    return ValidationError(REFUSALS[code], code=code, params={"name": shown_name(name), **params})


def _labels(formats: Iterable[str]) -> str:
    return ", ".join(FORMATS[format].label for format in formats)


# Storing


class DocumentFile(FieldFile):
    """A document of a model. Everything that is stored passes save(), so everything is checked."""

    def save(self, name: str, content: File, save: bool = True) -> None:
        document = self.field.validator.check(content, name)
        name = stored_name(document.sha256, name, document.format)
        name = self.field.generate_filename(self.instance, name)
        if not self._holds(name, document.sha256):
            put(self.storage, {name: document.content})
        self.name = name
        self._set_instance_attribute(self.name, content)
        self._committed = True
        if save:
            self.instance.save()

    save.alters_data = True  # type: ignore[attr-defined]

    def _holds(self, name: str, sha256: str) -> bool:
        if not hold_on_to(self.storage, name):
            return False
        with self.storage.open(name) as file:
            return sha256_of(file) == sha256


class DocumentField(models.FileField):
    """A file of one of `formats`, checked by full_clean() and again when it is stored."""

    attr_class = DocumentFile

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        *,
        formats: Iterable[str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.validator = DocumentValidator(formats) if formats else DocumentValidator()
        super().__init__(verbose_name, name, **{"max_length": 200, **kwargs})

    @property
    def validators(self) -> list[Any]:
        return [*super().validators, self.validator]

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        formats, length = self.validator.formats, self.max_length
        return name, path, args, {**kwargs, "formats": formats, "max_length": length}

    def formfield(self, **kwargs: Any) -> forms.Field:
        # The stored name is made anew, so a long one may come; of emptiness the validator speaks.
        field = super().formfield(**{"max_length": None, "allow_empty_file": True, **kwargs})
        endings = (ending for format in self.validator.formats for ending in ENDINGS[format])
        accept = ",".join(f".{ending}" for ending in endings)
        field.widget.attrs.setdefault("accept", accept)
        return bounded(field, {FORMATS[format].kind for format in self.validator.formats})
