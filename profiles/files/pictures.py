"""Pictures: re-encoded on arrival, without metadata, with the smaller variants that pages need."""

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from profiles.files.limits import bounded, largest, refuse_what_did_not_arrive, too_large
from profiles.files.sandbox import read_in_child
from profiles.files.storing import hold_on_to, put, read_once, shown_name, size_of, suffix_of
from profiles.files.variants import KEPT_NAME, MAX_MEGAPIXELS, variant_name, widths

POSTER_WIDTH = 640

SOURCES = {"avif": "image/avif", "webp": "image/webp"}  # in the order browsers shall try them

# How the first bytes of a picture look, by what Pillow calls its format.
READABLE = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF.{4}WEBP",
    "GIF": rb"GIF8[79]a",
    "AVIF": rb".{4}ftyp(?:avi[fs]|m[is]f1.{4}(?:.{4}){0,8}avi[fs])",
    "HEIF": rb".{4}ftyp(?:he[iv][cxms]|m[is]f1)",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "BMP": rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0",
}
# Pictures that are not read, by their own names.
UNREADABLE = {
    "SVG": rb"(?:\xef\xbb\xbf)?\s*<(?:svg|(?:\?xml|!--|!DOCTYPE\s+svg).*?<svg)[\s>:]",
    "JPEG 2000": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    "JPEG XL": rb"\xff\x0a|\0\0\0\x0cJXL ",
    "JPEG XR": rb"II\xbc",
    "Photoshop": rb"8BPS",
    "GIMP (XCF)": rb"gimp xcf",
    "Illustrator, EPS": rb"%!PS|\xc5\xd0\xd3\xc6",
    "CorelDRAW": rb"RIFF.{4}(?:CDR|cdr)",
    "WMF": rb"\xd7\xcd\xc6\x9a|\x01\0\x09\0\0\x03",
    "EMF": rb"\x01\0\0\0.{36} EMF",
    "ICO": rb"\0\0[\x01\x02]\0[^\0]\0",
    "ICNS": rb"icns\0",
    "PPM": rb"P[1-7]\s[\s\d#]",
    "PCX": rb"\x0a[\0\x02-\x05]\x01[\x01\x02\x04\x08]",
    "OpenEXR": rb"\x76\x2f\x31\x01",
    "DDS": rb"DDS \x7c",
    "DjVu": rb"AT&TFORM",
    "QOI": rb"qoif",
    "RAW": rb"II\*\0.{4}CR|.{4}ftypcrx |FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR|\0MRM",
}
# Most raw pictures of cameras are TIFF files inside, with a tiny picture in front.
RAW = {"arw", "cr2", "dng", "dcr", "erf", "iiq", "kdc", "nef", "nrw", "orf", "pef", "srw", "3fr"}
REFUSALS = {
    "empty": _("This file is empty: “%(name)s”. Choose the picture again."),
    "not_a_picture": _(
        "This file is not a picture: “%(name)s”. "
        "Choose a JPEG, PNG, HEIC, WebP, AVIF, GIF, TIFF or BMP file."
    ),
    "unreadable": _(
        "This picture is in a format that is not taken, %(kind)s: “%(name)s”. "
        "Open it in the program that made it, save it as JPEG or PNG and choose the new file."
    ),
    "too_large": _(
        "The picture has more than %(limit)s million pixels: “%(name)s”. "
        "Make it smaller and choose it again."
    ),
    "incomplete": _(
        "The picture is incomplete or damaged, perhaps because the upload was cut: “%(name)s”. "
        "Choose it again."
    ),
    "heic": _(
        "This HEIC photo is incomplete or of a rare kind, and cannot be read: “%(name)s”. Send it "
        "to yourself by e-mail or WhatsApp and choose the JPEG that arrives. So that the phone "
        "takes JPEG photos from now on: Settings, Camera, Formats, Most Compatible."
    ),
    "too_heavy": _(
        "The picture is so large or so unusual that the server gave up on it: “%(name)s”. "
        "Save it as JPEG and choose the new file."
    ),
    "no_turn": _(
        "The server was busy with other files and did not come to this one: “%(name)s”. "
        "Choose it again in a moment."
    ),
}


# From what was uploaded to what is kept


class ReencodedPicture(ContentFile):
    """The kept form of a picture, named after its content, and its variants: {name: bytes}."""

    def __init__(self, name: str, files: dict[str, bytes]) -> None:
        super().__init__(files[name], name)
        self.variants = {other: content for other, content in files.items() if other != name}


def reencode(file: Any, name: str = "") -> ReencodedPicture:
    """Give the ReencodedPicture of an open file; one that is re-encoded already stays as it is.

    Raises ValidationError, naming the file, for anything that is not a whole picture.
    """
    if isinstance(file, ReencodedPicture):
        return file
    name = name or getattr(file, "name", "")
    refuse_what_did_not_arrive(file, name)
    if size_of(file) > largest("picture"):
        raise too_large(name, size_of(file), largest("picture"))
    head = _head(file)
    if not head:
        raise _refusal("empty", name)
    if kind := _unreadable_kind(head, name):
        raise _refusal("unreadable", name, kind=kind)
    reading = _read(file)
    if isinstance(reading, ReencodedPicture):
        return reading
    raise _refusal(reading, name)


def _head(file: Any) -> bytes:
    file.seek(0)
    return file.read(4_096)


def _first_match(signatures: dict[str, bytes], head: bytes) -> str | None:
    found = (name for name, mark in signatures.items() if re.match(mark, head, re.DOTALL))
    return next(found, None)


def _unreadable_kind(head: bytes, name: str) -> str | None:
    if kind := _first_match(UNREADABLE, head):
        return kind
    is_raw = suffix_of(name) in RAW and _first_match(READABLE, head) == "TIFF"
    return "RAW" if is_raw else None


@read_once
def _read(file: Any) -> ReencodedPicture | str:
    """The ReencodedPicture, or the key of the refusal."""
    format = _first_match(READABLE, _head(file))
    if format is None:
        return "not_a_picture"
    found, files = read_in_child("pixels", file, format=format)
    if "name" in found:
        return ReencodedPicture(found["name"], files)
    if format == "HEIF" and found["flaw"] in ("unidentified", "incomplete"):
        return "heic"
    if found["flaw"] == "unidentified":  # a GIF's head is so short that chance makes one
        return "not_a_picture" if format == "GIF" else "incomplete"
    return found["flaw"]


def _refusal(code: str, name: str, **params: Any) -> ValidationError:
    params |= {"name": shown_name(name), "limit": MAX_MEGAPIXELS}
    return ValidationError(REFUSALS[code], code=code, params=params)


# Addresses


@dataclass(frozen=True)
class Picture:
    """What a template writes into <picture>: `sources` holds (type, srcset), best first."""

    url: str
    width: int
    height: int
    sources: list[tuple[str, str]]
    srcset: str
    poster: str  # of a film: one small file that all browsers in use understand


def picture(file: Any, storage: Storage = default_storage) -> Picture | None:
    """Give the Picture of a stored name or of a model's picture field, without opening a file.

    None if there is no picture, or if the name did not come from reencode().
    """
    match = KEPT_NAME.fullmatch(str(file or ""))
    if match is None:
        return None
    stem, width, height, extension = match[1], int(match[2]), int(match[3]), match[4]
    storage = getattr(file, "storage", storage)

    def srcset(kind: str) -> str:
        names = [
            (variant_name(stem, width, narrower, kind), narrower) for narrower in widths(width)
        ]
        return ", ".join(f"{storage.url(name)} {narrower}w" for name, narrower in names)

    return Picture(
        url=storage.url(match[0]),
        width=width,
        height=height,
        sources=[(mimetype, srcset(kind)) for kind, mimetype in SOURCES.items()],
        srcset=srcset(extension),
        poster=storage.url(variant_name(stem, width, min(width, POSTER_WIDTH), "webp")),
    )


# Storing


def _store(storage: Storage, name: str, picture: ReencodedPicture) -> None:
    """Store the variants, then the picture: where the picture is whole, everything is there."""
    if hold_on_to(storage, name) and storage.size(name) == picture.size:
        return
    folder = posixpath.dirname(name)
    files = {posixpath.join(folder, base): content for base, content in picture.variants.items()}
    files[name] = picture.file.getvalue()
    put(storage, {path: ContentFile(content) for path, content in files.items()})


class PictureFile(FieldFile):
    """All that is stored passes save(): from a form, an import or a script, it is re-encoded."""

    def save(self, name: str, content: File, save: bool = True) -> None:
        picture = reencode(content, name)
        stored_name = self.field.generate_filename(self.instance, picture.name)
        _store(self.storage, stored_name, picture)
        self.name = stored_name
        self._set_instance_attribute(self.name, picture)
        self._committed = True
        if save:
            self.instance.save()

    save.alters_data = True  # type: ignore[attr-defined]


class PictureFormField(forms.FileField):
    """Decodes in clean(), so that a bad file is an error at the field; gives a ReencodedPicture."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": None, "allow_empty_file": True})

    def to_python(self, data: Any) -> ReencodedPicture | None:
        upload = super().to_python(data)
        return upload and reencode(upload)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "image/*,.heic,.heif"}


class PictureField(models.FileField):
    attr_class = PictureFile

    def formfield(self, **kwargs: Any) -> forms.Field:
        return bounded(super().formfield(**{"form_class": PictureFormField, **kwargs}), {"picture"})
