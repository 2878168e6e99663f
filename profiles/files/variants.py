"""How large pictures are kept, which smaller variants lie beside each, and the names of both.

videos/3fa4c1d2e5b6a7c8-2560x1440.jpg, and beside it videos/3fa4c1d2e5b6a7c8-2560x1440.w640.avif
"""

import re

MAX_MEGAPIXELS = 40
LONGER_SIDE = 2560
# Addresses follow from these: after a change, stored pictures lack the variants of a new width.
WIDTHS = (320, 640, 1280)
MODERN = ("avif", "webp")  # beside what every browser shows

_STEM = r"((?:.*/)?[0-9a-f]{16}-([0-9]+)x([0-9]+))"
KEPT_NAME = re.compile(_STEM + r"\.(jpg|png)")
_ANY_NAME = re.compile(_STEM + r"(?:\.w[0-9]+)?\.(?:avif|webp|jpg|png)")


def widths(full_width: int) -> list[int]:
    return sorted({min(width, full_width) for width in WIDTHS})


def variant_name(stem: str, full_width: int, width: int, extension: str) -> str:
    is_kept = width == full_width and extension not in MODERN
    return f"{stem}.{extension}" if is_kept else f"{stem}.w{width}.{extension}"


def stem_of(name: str) -> str | None:
    """What the names of a picture and of all its variants begin with, for a startswith lookup.

    None if the name is neither's: a lookup with less than a whole stem would find strangers.
    """
    match = _ANY_NAME.fullmatch(name)
    return f"{match[1]}." if match else None


def kept_names(name: str) -> list[str]:
    """The names a model may hold for a stored file: those of its picture, or its own."""
    stem = stem_of(name)
    return [f"{stem}jpg", f"{stem}png"] if stem else [name]
