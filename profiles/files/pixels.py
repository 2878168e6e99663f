"""From the bytes of a picture to the files that are kept; in the child process, without Django."""

import hashlib
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import IO, Any

from PIL import (
    AvifImagePlugin,
    ExifTags,
    Image,
    ImageCms,
    ImageMath,
    JpegImagePlugin,  # noqa: F401 (each is found only once it is imported, and all take long)
    PngImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from profiles.files.child import Answer
from profiles.files.variants import LONGER_SIDE, MAX_MEGAPIXELS, MODERN, variant_name, widths

AvifImagePlugin.DEFAULT_MAX_THREADS = 4  # each reserves memory, and there is a limit of it
ENCODINGS: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 50, "speed": 8},
    "webp": {"format": "WEBP", "quality": 75, "method": 2},
    "jpg": {"format": "JPEG", "quality": 85, "optimize": True, "progressive": True},
    "png": {"format": "PNG", "compress_level": 4},  # 6 takes three times as long for 1 percent
}
PLUGINS = {"WEBP": "WebP"}  # where Pillow's module is not called as the format
# By the value of the EXIF orientation.
TURNS: dict[Any, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read(file: IO[bytes], format: str) -> Answer:
    """({"name": of the kept picture}, it and its variants); or ({"flaw": why it isn't kept}, {})."""
    try:
        with _opened(file, format) as image:
            files = kept_files(_normalised(image))
    # Pillow warns above one limit of its own and raises above the other.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"flaw": "too_large"}, {}
    except UnidentifiedImageError:
        return {"flaw": "unidentified"}, {}
    except MemoryError:
        raise
    except Exception:  # Decoders answer hostile bytes with almost any.
        return {"flaw": "incomplete"}, {}
    return {"name": next(iter(files))}, files


def _opened(file: IO[bytes], format: str) -> Image.Image:
    if format == "HEIF":
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    else:
        import_module(f"PIL.{PLUGINS.get(format, format.capitalize())}ImagePlugin")
    return Image.open(file, formats=[format])


# Decoding


def _normalised(image: Any) -> Image.Image:
    """The first frame, upright, not too large, in 8-bit sRGB; RGBA only if something shows through."""
    if image.width * image.height > MAX_MEGAPIXELS * 1_000_000:
        raise Image.DecompressionBombError
    size = _kept_size(image)
    see_through = _see_through_shade(image)
    image.draft(None, size)  # A large JPEG is decoded at a half, a quarter or an eighth.
    image.load()
    profile = image.info.get("icc_profile")
    # Resized first: turning and correcting colours then take less time and memory.
    image = _in_srgb(_upright(_resized(_resizable(image, see_through), size)), profile)
    if image.mode == "RGBA" and image.getextrema()[3] == (255, 255):
        image = image.convert("RGB")
    # A fresh picture: whatever an encoder might copy from `info` is not in it.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _kept_size(image: Image.Image) -> tuple[int, int]:
    scale = min(1, LONGER_SIDE / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    return width, height


# How many 8-bit shades there are to one of a PNG, by what Pillow calls its pixels.
SHADES = {"L;2": 85, "L;4": 17, "RGB;16B": 1 / 256}


def _see_through_shade(image: Any) -> Any:
    """The shade or colour of a PNG through which one sees, counted as its pixels will be.

    Pillow gives it as the file says it, whatever it makes of the pixels.
    """
    shade = image.info.get("transparency")
    factor = SHADES.get(image.tile[0].args) if image.format == "PNG" else None
    if shade is None or factor is None:
        return shade
    if isinstance(shade, tuple):
        return tuple(int(part * factor) for part in shade)
    return shade * factor


def _resizable(image: Any, see_through: Any) -> Any:
    """Without palette, 16 bits, or transparency other than an alpha channel."""
    if image.mode.startswith("I") or image.mode == "F":
        return _in_8_bits(image, see_through)
    if see_through is not None:
        image.info["transparency"] = see_through
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "CMYK") else image.convert("RGB")


def _in_8_bits(image: Any, see_through: Any) -> Image.Image:
    """convert() alone would turn nearly all of a 16-bit grey picture white."""
    image = image if image.mode in ("I;16", "F") else image.convert("I")
    darkest, lightest = image.getextrema()
    if image.mode == "F" or darkest < 0 or lightest > 65_535:  # measurements, not shades
        factor, offset = 255 / ((lightest - darkest) or 1), darkest
    else:
        factor, offset = 1 / 256, 0
    grey = image.point(lambda shade: shade * factor - offset * factor).convert("L")
    if not isinstance(see_through, int):
        return grey
    alpha = ImageMath.lambda_eval(
        lambda shades: shades["convert"]((shades["grey"] != see_through) * 255, "L"),
        grey=image.convert("I"),
    )
    return Image.merge("LA", (grey, alpha)).convert("RGBA")


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _upright(image: Image.Image) -> Image.Image:
    # ImageOps.exif_transpose() also rewrites the other EXIF tags, and fails where one is broken.
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # A broken EXIF block costs the orientation, not the picture.
        turn = None
    return image if turn is None else image.transpose(turn)


def _in_srgb(image: Any, profile: bytes | None) -> Any:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        with suppress(ImageCms.PyCMSError):  # A broken profile costs the exact colours only.
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode=mode)
    return image.convert(mode)


# Encoding


def kept_files(image: Image.Image) -> dict[str, bytes]:
    """{name: content}: a normalised picture as it is kept, and behind it its variants."""
    extension = "png" if image.mode == "RGBA" else "jpg"
    content = _encoded(image, extension)
    stem = f"{hashlib.sha256(content).hexdigest()[:16]}-{image.width}x{image.height}"
    files = {f"{stem}.{extension}": content}
    full_width, full_height = image.size
    for width in reversed(widths(full_width)):  # each is resized from the next larger one
        image = _resized(image, (width, max(1, round(full_height * width / full_width))))
        for kind in (*MODERN, extension):
            name = variant_name(stem, full_width, width, kind)
            if name not in files:  # a small picture is its own fallback
                files[name] = _encoded(image, kind)
    return files


def _encoded(image: Image.Image, extension: str) -> bytes:
    content = BytesIO()
    image.save(content, **ENCODINGS[extension])
    return content.getvalue()
