"""Pictures: re-encoded on arrival, without metadata, with the smaller variants that pages need."""

import hashlib
import posixpath
import re
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from profiles.files.storing import put, shown_name

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
MAX_MEGAPIXELS = 40
LONGER_SIDE = 2560
# Addresses follow from these: after a change, stored pictures lack the variants of a new width.
WIDTHS = (320, 640, 1280)

SOURCES = {"avif": "image/avif", "webp": "image/webp"}  # in the order browsers shall try them
ENCODINGS = {
    "avif": {"format": "AVIF", "quality": 50, "speed": 8},
    "webp": {"format": "WEBP", "quality": 75, "method": 2},
    "jpg": {"format": "JPEG", "quality": 85, "optimize": True, "progressive": True},
    "png": {"format": "PNG", "compress_level": 4},  # 6 takes three times as long for 1 percent
}
# By the value of the EXIF orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# videos/3fa4c1d2e5b6a7c8-2560x1440.jpg, and beside it videos/3fa4c1d2e5b6a7c8-2560x1440.w640.avif
_STEM = r"((?:.*/)?[0-9a-f]{16}-([0-9]+)x([0-9]+))"
_KEPT_NAME = re.compile(_STEM + r"\.(jpg|png)")
_ANY_NAME = re.compile(_STEM + r"(?:\.w[0-9]+)?\.(?:avif|webp|jpg|png)")

REFUSALS = {
    "empty": _("This file is empty: “%(name)s”. Choose the picture again."),
    "not_a_picture": _(
        "This file is not a picture: “%(name)s”. Choose a JPEG, PNG, WebP, AVIF or GIF file."
    ),
    "too_large": _(
        "The picture has more than %(limit)s million pixels: “%(name)s”. "
        "Make it smaller and choose it again."
    ),
    "incomplete": _(
        "The picture is incomplete or damaged, perhaps because the upload was cut: “%(name)s”. "
        "Choose it again."
    ),
}


# From what was uploaded to what is kept


class ReencodedPicture(ContentFile):
    """The kept form of a picture, named after its content, and its variants: {name: bytes}."""

    def __init__(self, content, name, variants):
        super().__init__(content, name)
        self.variants = variants


def reencode(file, name=""):
    """Give the ReencodedPicture of an open file; one that is re-encoded already stays as it is.

    Raises ValidationError, naming the file, for anything that is not a whole picture.
    """
    if isinstance(file, ReencodedPicture):
        return file
    image = _decoded(file, shown_name(name or getattr(file, "name", "")))
    extension = "png" if image.mode == "RGBA" else "jpg"
    content = _encoded(image, extension)
    stem = f"{hashlib.sha256(content).hexdigest()[:16]}-{image.width}x{image.height}"
    return ReencodedPicture(content, f"{stem}.{extension}", _variants(image, stem, extension))


def _decoded(file, name):
    file.seek(0)
    if not file.read(1):
        raise _refusal("empty", name)
    try:
        with Image.open(file, formats=FORMATS) as image:
            return _normalised(image)
    # Pillow warns above one limit of its own, which can be an error, and raises above the other.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refusal("too_large", name) from error
    except UnidentifiedImageError as error:
        raise _refusal("not_a_picture", name) from error
    # Decoders answer hostile bytes with almost any exception, MemoryError included.
    except Exception as error:
        raise _refusal("incomplete", name) from error


def _refusal(code, name):
    params = {"name": name, "limit": MAX_MEGAPIXELS}
    return ValidationError(REFUSALS[code], code=code, params=params)


def _normalised(image):
    """The first frame, upright, not too large, in 8-bit sRGB; RGBA only if something shows through."""
    if image.width * image.height > MAX_MEGAPIXELS * 1_000_000:
        raise Image.DecompressionBombError
    scale = min(1, LONGER_SIDE / max(image.size))
    size = tuple(max(1, round(side * scale)) for side in image.size)
    image.draft(None, size)  # A large JPEG is decoded at a half, a quarter or an eighth.
    image.load()
    profile = image.info.get("icc_profile")
    # Resized first: turning and correcting colours then take less time and memory.
    image = _in_srgb(_upright(_resized(_resizable(image), size)), profile)
    if image.mode == "RGBA" and image.getextrema()[3] == (255, 255):
        image = image.convert("RGB")
    # A fresh picture: whatever an encoder might copy from `info` is not in it.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _resizable(image):
    """Without palette, 16 bits, or transparency other than an alpha channel."""
    if image.mode.startswith("I"):
        # convert() alone would turn nearly all of a 16-bit grey picture white.
        return image.point(lambda shade: shade / 256).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "CMYK") else image.convert("RGB")


def _resized(image, size):
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _upright(image):
    # ImageOps.exif_transpose() also rewrites the other EXIF tags, and fails where one is broken.
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # A broken EXIF block costs the orientation, not the picture.
        turn = None
    return image if turn is None else image.transpose(turn)


def _in_srgb(image, profile):
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        with suppress(ImageCms.PyCMSError):  # A broken profile costs the exact colours only.
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode=mode)
    return image.convert(mode)


def _variants(image, stem, extension):
    """The variants beside the kept picture, each resized from the next larger one."""
    variants = {}
    full_width, full_height = image.size
    for width in reversed(_widths(full_width)):
        height = max(1, round(full_height * width / full_width))
        image = _resized(image, (width, height))
        for kind in (*SOURCES, extension):
            variants[_name(stem, full_width, width, kind)] = _encoded(image, kind)
    variants.pop(f"{stem}.{extension}", None)  # A small picture is its own fallback.
    return variants


def _encoded(image, extension):
    content = BytesIO()
    image.save(content, **ENCODINGS[extension])
    return content.getvalue()


# Names and addresses


def _widths(full_width):
    return sorted({min(width, full_width) for width in WIDTHS})


def _name(stem, full_width, width, extension):
    is_kept = width == full_width and extension not in SOURCES
    return f"{stem}.{extension}" if is_kept else f"{stem}.w{width}.{extension}"


def stem_of(name):
    """What the names of a picture and of all its variants begin with, for a startswith lookup.

    None if the name is neither's: a lookup with less than a whole stem would find strangers.
    """
    match = _ANY_NAME.fullmatch(name)
    return f"{match[1]}." if match else None


def kept_names(name):
    """The names a model may hold for a stored file: those of its picture, or its own."""
    stem = stem_of(name)
    return [f"{stem}jpg", f"{stem}png"] if stem else [name]


@dataclass(frozen=True)
class Picture:
    """What a template writes into <picture>: `sources` holds (type, srcset), best first."""

    url: str
    width: int
    height: int
    sources: list[tuple[str, str]]
    srcset: str


def picture(file, storage=default_storage):
    """Give the Picture of a stored name or of a model's picture field, without opening a file.

    None if there is no picture, or if the name did not come from reencode().
    """
    match = _KEPT_NAME.fullmatch(str(file or ""))
    if match is None:
        return None
    stem, width, height, extension = match[1], int(match[2]), int(match[3]), match[4]
    storage = getattr(file, "storage", storage)

    def srcset(kind):
        names = [(_name(stem, width, narrower, kind), narrower) for narrower in _widths(width)]
        return ", ".join(f"{storage.url(name)} {narrower}w" for name, narrower in names)

    return Picture(
        url=storage.url(match[0]),
        width=width,
        height=height,
        sources=[(mimetype, srcset(kind)) for kind, mimetype in SOURCES.items()],
        srcset=srcset(extension),
    )


# Storing


def _store(storage, name, picture):
    """Store the variants, then the picture: where the picture is whole, everything is there."""
    if storage.exists(name) and storage.size(name) == picture.size:
        return
    folder = posixpath.dirname(name)
    files = {posixpath.join(folder, base): content for base, content in picture.variants.items()}
    files[name] = picture.file.getvalue()
    put(storage, {path: ContentFile(content) for path, content in files.items()})


class PictureFile(FieldFile):
    """All that is stored passes save(): from a form, an import or a script, it is re-encoded."""

    def save(self, name, content, save=True):
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

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "max_length": None, "allow_empty_file": True})

    def to_python(self, data):
        upload = super().to_python(data)
        return upload and reencode(upload)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": "image/*"}


class PictureField(models.FileField):
    attr_class = PictureFile

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PictureFormField, **kwargs})
