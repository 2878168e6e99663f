"""Pictures: what is kept of an upload and under which name, what is refused, what is stored."""

import errno
import hashlib
import re
import struct
import warnings
import zlib
from io import BytesIO

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FileDescriptor
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from profiles.files.pictures import PictureField, picture, reencode
from profiles.files.variants import kept_names, stem_of
from tests.builders import (
    BLUE,
    GPS,
    GREEN,
    RED,
    WHITE,
    case,
    content_of,
    exif_with_place,
    photograph,
    png,
)

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Kidal</x:xmpmeta>"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0a\x1c\x02\x5a\x00\x05Kidal"


def upload(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content)


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def kept(image, format="JPEG", **options):
    """The kept form of a picture that was uploaded in this format."""
    return opened(reencode(upload(content_of(image, format, **options))).read())


def is_near(colour, other):
    return all(abs(one - two) <= 12 for one, two in zip(colour, other, strict=True))


def png_chunks(content):
    names, position = [], 8
    while position < len(content):
        (length,) = struct.unpack_from(">I", content, position)
        names.append(content[position + 4 : position + 8])
        position += 12 + length
    return names


@pytest.fixture
def storage(tmp_path):
    return FileSystemStorage(tmp_path, base_url="/media/")


@pytest.fixture
def video(storage):
    return video_in(storage)


def video_in(storage):
    """An object with a PictureField, as a model's instance would have it, without a table."""
    field = PictureField(upload_to="videos", storage=storage)
    field.set_attributes_from_name("image")
    video = type("Video", (), {"field": field, "image": FileDescriptor(field)})()
    video.image = ""
    return video


def store(video, content, name="photo.jpg"):
    video.image = File(BytesIO(content), name)
    video.field.pre_save(video, add=True)
    return video.image.name


def stored_files(storage):
    return sorted(path.name for path in (storage.base_location).rglob("*.*"))


def errors_of(file):
    """What the form says at the field about an uploaded file."""

    class VideoForm(forms.Form):
        image = PictureField().formfield()

    return VideoForm({}, {"image": file}).errors.get("image", [])


# Nothing is kept but the pixels


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
TELLTALES = [b"Exif", b"journalist", b"Kidal", b"ns.adobe.com", b"Photoshop"]


@pytest.fixture(params=[SRGB, None], ids=["with profile", "without profile"])
def telling_photograph(request):
    return content_of(
        photograph(),
        exif=exif_with_place(),
        xmp=XMP,
        comment="taken at Kidal",
        icc_profile=request.param,
        extra=b"\xff\xed" + struct.pack(">H", len(IPTC) + 2) + IPTC,
    )


def test_the_photograph_of_these_tests_tells_where_it_was_taken(telling_photograph):
    assert [mark for mark in TELLTALES if mark not in telling_photograph] == []
    assert opened(telling_photograph).getexif().get_ifd(GPS)[2] == (18.0, 26.0, 28.0)


def test_neither_the_picture_nor_a_variant_tells_where_it_was_taken(telling_photograph):
    reencoded = reencode(upload(telling_photograph))
    contents = [reencoded.read(), *reencoded.variants.values()]
    assert len(contents) == 3
    for content in contents:
        assert [mark for mark in TELLTALES if mark in content] == []
        image = opened(content)
        assert dict(image.getexif()) == {}
        assert {"exif", "xmp", "comment", "icc_profile"} & set(image.info) == set()


@pytest.mark.parametrize("format", ["PNG", "WEBP", "AVIF", "TIFF"])
def test_metadata_go_from_every_format(format):
    exif = exif_with_place()
    exif = exif if format == "TIFF" else exif.tobytes()
    content = content_of(photograph(), format, exif=exif, xmp=XMP)
    assert b"journalist" in content
    assert [mark for mark in TELLTALES if mark in reencode(upload(content)).read()] == []


def test_a_kept_png_has_pixels_and_nothing_else():
    text = PngInfo()
    text.add_text("Author", "Aminata")
    text.add_itxt("XML:com.adobe.xmp", "Kidal")
    logo = Image.new("RGBA", (30, 20), (255, 0, 0, 100))
    content = content_of(logo, "PNG", pnginfo=text, exif=exif_with_place().tobytes(), dpi=(72, 72))
    assert {b"tEXt", b"iTXt", b"eXIf", b"pHYs"} <= set(png_chunks(content))
    assert png_chunks(reencode(upload(content)).read()) == [b"IHDR", b"IDAT", b"IEND"]


def test_colours_are_converted_from_the_profile_before_it_is_dropped():
    swapped = SRGB.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    red = Image.new("RGB", (20, 20), RED)
    assert is_near(kept(red, icc_profile=SRGB).getpixel((9, 9)), RED)
    assert is_near(kept(red, icc_profile=swapped).getpixel((9, 9)), GREEN)
    see_through = Image.new("RGBA", (20, 20), (255, 0, 0, 100))
    assert kept(see_through, "PNG", icc_profile=swapped).getpixel((9, 9))[3] == 100


def test_a_broken_profile_or_exif_block_does_not_cost_the_picture():
    red = Image.new("RGB", (20, 20), RED)
    assert is_near(kept(red, icc_profile=b"nonsense").getpixel((9, 9)), RED)
    assert is_near(kept(red, exif=b"Exif\0\0nonsense").getpixel((9, 9)), RED)


@pytest.mark.parametrize(
    ("orientation", "size", "corners"),
    [
        (1, (60, 40), [RED, BLUE, WHITE, GREEN]),
        (2, (60, 40), [BLUE, RED, GREEN, WHITE]),
        (3, (60, 40), [WHITE, GREEN, RED, BLUE]),
        (4, (60, 40), [GREEN, WHITE, BLUE, RED]),
        (5, (40, 60), [RED, GREEN, WHITE, BLUE]),
        (6, (40, 60), [GREEN, RED, BLUE, WHITE]),
        (7, (40, 60), [WHITE, BLUE, RED, GREEN]),
        (8, (40, 60), [BLUE, WHITE, GREEN, RED]),
    ],
)
def test_a_picture_stands_upright(orientation, size, corners):
    image = Image.new("RGB", (60, 40))
    for colour, place in ((RED, (0, 0)), (BLUE, (30, 0)), (WHITE, (30, 20)), (GREEN, (0, 20))):
        image.paste(colour, (*place, place[0] + 30, place[1] + 20))
    upright = kept(image, exif=exif_with_place(orientation), subsampling=0)
    right, bottom = upright.width - 3, upright.height - 3
    found = [
        upright.getpixel(place) for place in ((2, 2), (right, 2), (right, bottom), (2, bottom))
    ]
    assert upright.size == size
    assert [is_near(*pair) for pair in zip(found, corners, strict=True)] == [True] * 4


def test_a_grey_picture_whose_orientation_follows_its_pixels_stands_upright():
    exif = exif_with_place(6).tobytes().removeprefix(b"Exif\0\0")
    lying = png(4, 2, kind=0, rows=b"\0\0\0\0\0" * 2, behind=[(b"eXIf", exif)])
    assert opened(reencode(upload(lying)).read()).size == (2, 4)


# Sizes, names and variants


@pytest.mark.parametrize(
    ("uploaded", "size"),
    [
        ((300, 200), (300, 200)),
        ((2560, 100), (2560, 100)),
        ((3000, 300), (2560, 256)),
        ((300, 3000), (256, 2560)),
        ((6001, 301), (2560, 128)),
        ((12000, 10), (2560, 2)),
        ((12000, 1), (2560, 1)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_the_longer_side_is_at_most_2560_pixels(format, uploaded, size):
    assert kept(Image.new("RGB", uploaded, RED), format).size == size


def test_a_palette_picture_is_made_smaller_without_dropping_every_other_line():
    stripes = Image.new("P", (5120, 4))
    stripes.putpalette([0, 0, 0, 255, 255, 255])
    stripes.putdata([0, 1] * 2560 * 4)
    assert is_near(kept(stripes, "PNG").getpixel((1000, 1)), (128, 128, 128))


def test_a_picture_is_named_after_its_content_and_size(video, storage):
    name = store(video, content_of(photograph((300, 200))), "Été à Bamako.JPG")
    with storage.open(name) as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    assert name == f"videos/{digest[:16]}-300x200.jpg"


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((3000, 600), [320, 640, 1280]),
        ((1280, 600), [320, 640, 1280]),
        ((1000, 600), [320, 640, 1000]),
        ((321, 100), [320, 321]),
        ((320, 100), [320]),
        ((1, 1), [1]),
        ((12000, 10), [320, 640, 1280]),
    ],
)
def test_variants_lie_ready_in_the_storage_and_none_is_wider_than_the_picture(
    size, widths, video, storage
):
    stem = store(video, content_of(Image.new("RGB", size, RED))).removesuffix(".jpg")
    shown = {}
    for name in stored_files(storage):
        with storage.open(f"videos/{name}") as file, Image.open(file) as image:
            assert is_near(image.convert("RGB").getpixel((0, 0)), RED)
            shown[name] = (image.format, image.width)
    file_name = stem.removeprefix("videos/")
    kept_width = min(size[0], 2560)
    expected = {f"{file_name}.jpg": ("JPEG", kept_width)}
    for width in widths:
        expected[f"{file_name}.w{width}.avif"] = ("AVIF", width)
        expected[f"{file_name}.w{width}.webp"] = ("WEBP", width)
        if width < kept_width:
            expected[f"{file_name}.w{width}.jpg"] = ("JPEG", width)
    assert shown == expected


def test_a_page_knows_every_address_from_the_name_alone(storage):
    shown = picture("videos/3fa4c1d2e5b6a7c8-2560x1440.jpg", storage)
    stem = "/media/videos/3fa4c1d2e5b6a7c8-2560x1440"
    assert (shown.url, shown.width, shown.height) == (f"{stem}.jpg", 2560, 1440)
    assert shown.sources == [
        ("image/avif", f"{stem}.w320.avif 320w, {stem}.w640.avif 640w, {stem}.w1280.avif 1280w"),
        ("image/webp", f"{stem}.w320.webp 320w, {stem}.w640.webp 640w, {stem}.w1280.webp 1280w"),
    ]
    assert shown.srcset == f"{stem}.w320.jpg 320w, {stem}.w640.jpg 640w, {stem}.w1280.jpg 1280w"
    assert stored_files(storage) == []


def test_a_small_picture_is_its_own_fallback(storage):
    shown = picture("logo/3fa4c1d2e5b6a7c8-500x100.png", storage)
    stem = "/media/logo/3fa4c1d2e5b6a7c8-500x100"
    assert shown.srcset == f"{stem}.w320.png 320w, {stem}.png 500w"
    assert shown.sources[0] == ("image/avif", f"{stem}.w320.avif 320w, {stem}.w500.avif 500w")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("width", [1, 320, 500, 2000])
def test_every_address_in_a_page_leads_to_a_file(mode, width, video, storage):
    store(video, content_of(Image.new(mode, (width, 20)), "PNG"))
    shown = picture(video.image)
    srcsets = [shown.srcset, *(srcset for _, srcset in shown.sources)]
    addresses = {shown.url, *re.findall(r"/media/(?:\S+)", " ".join(srcsets))}
    assert sorted(address.rpartition("/")[2] for address in addresses) == stored_files(storage)


@pytest.mark.parametrize(
    "name",
    [
        "",
        None,
        "videos/photo.jpg",
        "videos/3fa4c1d2e5b6a7c8.jpg",
        "videos/a3fa4c1d2e5b6a7c8-9x9.jpg",
        "videos/3fa4c1d2e5b6a7c8-9x9.w320.avif",
        "videos/3fa4c1d2e5b6a7c8-9x9.jpg.html",
    ],
)
def test_a_page_without_a_picture_shows_none(name, storage):
    assert picture(name, storage) is None


def test_an_empty_picture_field_shows_none(video):
    assert picture(video.image) is None


def test_the_addresses_are_those_of_the_storage_that_holds_the_picture(tmp_path):
    video = video_in(FileSystemStorage(tmp_path, base_url="https://files.example.org/"))
    video.image = "videos/3fa4c1d2e5b6a7c8-9x9.jpg"
    shown = picture(video.image)
    assert shown.url == "https://files.example.org/videos/3fa4c1d2e5b6a7c8-9x9.jpg"
    assert shown.srcset == "https://files.example.org/videos/3fa4c1d2e5b6a7c8-9x9.jpg 9w"


@pytest.mark.parametrize(
    ("name", "stem", "names"),
    [
        (
            "videos/3fa4c1d2e5b6a7c8-2560x1440.w640.avif",
            "videos/3fa4c1d2e5b6a7c8-2560x1440.",
            ["videos/3fa4c1d2e5b6a7c8-2560x1440.jpg", "videos/3fa4c1d2e5b6a7c8-2560x1440.png"],
        ),
        (
            "3fa4c1d2e5b6a7c8-9x9.png",
            "3fa4c1d2e5b6a7c8-9x9.",
            ["3fa4c1d2e5b6a7c8-9x9.jpg", "3fa4c1d2e5b6a7c8-9x9.png"],
        ),
        ("papers/report.pdf", None, ["papers/report.pdf"]),
        ("videos/3fa4c1d2e5b6a7c8-2", None, ["videos/3fa4c1d2e5b6a7c8-2"]),
        ("a3fa4c1d2e5b6a7c8-9x9.jpg", None, ["a3fa4c1d2e5b6a7c8-9x9.jpg"]),
        ("3fa4c1d2e5b6a7c8-9x9.jpg.html", None, ["3fa4c1d2e5b6a7c8-9x9.jpg.html"]),
        ("", None, [""]),
    ],
)
def test_a_variant_leads_back_to_its_picture_and_nothing_else_does(name, stem, names):
    assert stem_of(name) == stem
    assert kept_names(name) == names


# What is accepted


GREY_16_BIT = png(2, 1, depth=16, kind=0, rows=b"\0" + struct.pack(">HH", 0x8000, 0x8000))
GREY_16_BIT_WITH_A_SEE_THROUGH_SHADE = png(
    1,
    1,
    depth=16,
    kind=0,
    rows=b"\0" + struct.pack(">H", 0x8000),
    before=[(b"tRNS", struct.pack(">H", 0x9000))],
)
COLOUR_16_BIT = png(1, 1, depth=16, kind=2, rows=b"\0" + struct.pack(">HHH", 0xFFFF, 0, 0))
RED_THEN_BLUE = {"save_all": True, "append_images": [Image.new("RGB", (30, 20), BLUE)]}


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        pytest.param(content_of(Image.new("RGB", (30, 20), RED)), RED, id="JPEG"),
        pytest.param(content_of(Image.new("RGB", (30, 20), RED), "PNG"), RED, id="PNG"),
        pytest.param(content_of(Image.new("RGB", (30, 20), RED), "WEBP"), RED, id="WebP"),
        pytest.param(content_of(Image.new("RGB", (30, 20), RED), "AVIF"), RED, id="AVIF"),
        pytest.param(content_of(Image.new("RGB", (30, 20), RED), "GIF"), RED, id="GIF"),
        pytest.param(content_of(Image.new("RGB", (30, 20), RED), "TIFF"), RED, id="TIFF"),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "TIFF", compression="tiff_lzw"),
            RED,
            id="TIFF, LZW",
        ),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "TIFF", compression="jpeg"),
            (254, 0, 0),
            id="TIFF, JPEG",
        ),
        pytest.param(
            content_of(Image.new("1", (30, 20), 1), "TIFF", compression="group4"),
            WHITE,
            id="TIFF of a fax",
        ),
        pytest.param(
            content_of(Image.new("CMYK", (30, 20), (0, 255, 255, 0)), "TIFF"),
            (254, 0, 0),
            id="TIFF for printers",
        ),
        pytest.param(
            content_of(Image.new("LAB", (30, 20), (136, 208, 195)), "TIFF"),
            (250, 3, 11),
            id="TIFF in Lab",
        ),
        pytest.param(
            content_of(Image.new("I;16", (30, 20), 0x8000), "TIFF"),
            (128, 128, 128),
            id="TIFF, 16-bit grey",
        ),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "TIFF", **RED_THEN_BLUE),
            RED,
            id="TIFF of two pages",
        ),
        pytest.param(content_of(Image.new("RGB", (30, 20), RED), "BMP"), RED, id="BMP"),
        pytest.param(
            content_of(Image.new("P", (30, 20), 0), "BMP"), (0, 0, 0), id="BMP with a palette"
        ),
        pytest.param(
            content_of(Image.new("CMYK", (30, 20), (0, 255, 255, 0))), (254, 0, 0), id="CMYK"
        ),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED).convert("P"), "PNG"), RED, id="palette"
        ),
        pytest.param(content_of(Image.new("L", (30, 20), 128)), (128, 128, 128), id="grey"),
        pytest.param(content_of(Image.new("1", (30, 20), 1), "PNG"), WHITE, id="1 bit"),
        pytest.param(GREY_16_BIT, (128, 128, 128), id="16-bit grey"),
        pytest.param(
            GREY_16_BIT_WITH_A_SEE_THROUGH_SHADE, (128, 128, 128), id="16-bit grey with tRNS"
        ),
        pytest.param(COLOUR_16_BIT, RED, id="16-bit colour"),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "GIF", **RED_THEN_BLUE),
            RED,
            id="animated GIF",
        ),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "PNG", **RED_THEN_BLUE),
            RED,
            id="animated PNG",
        ),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "WEBP", **RED_THEN_BLUE),
            RED,
            id="animated WebP",
        ),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "AVIF", **RED_THEN_BLUE),
            RED,
            id="animated AVIF",
        ),
        pytest.param(
            content_of(Image.new("RGB", (30, 20), RED), "MPO", **RED_THEN_BLUE),
            RED,
            id="two pictures in one JPEG",
        ),
    ],
)
def test_pictures_of_every_make_are_accepted(content, colour):
    assert errors_of(upload(content)) == []
    reencoded = reencode(upload(content))
    image = opened(reencoded.read())
    assert (image.format, image.mode, getattr(image, "n_frames", 1)) == ("JPEG", "RGB", 1)
    assert is_near(image.getpixel((0, 0)), colour)


@pytest.mark.parametrize(
    ("image", "format", "options", "colour"),
    [
        (Image.new("RGBA", (30, 20), (255, 0, 0, 100)), "PNG", {}, (255, 0, 0, 100)),
        (Image.new("LA", (30, 20), (255, 100)), "PNG", {}, (255, 255, 255, 100)),
        (Image.new("P", (30, 20), 0), "GIF", {"transparency": 0}, (0, 0, 0, 0)),
        (Image.new("RGB", (30, 20), RED), "PNG", {"transparency": RED}, (255, 0, 0, 0)),
        (Image.new("L", (30, 20), 0), "PNG", {"transparency": 0}, (0, 0, 0, 0)),
    ],
)
def test_transparency_is_kept(image, format, options, colour):
    reencoded = reencode(upload(content_of(image, format, **options)))
    assert re.fullmatch(r"[0-9a-f]{16}-30x20\.png", reencoded.name)
    assert opened(reencoded.read()).getpixel((0, 0)) == colour
    for content in reencoded.variants.values():
        assert opened(content).convert("RGBA").getpixel((0, 0))[3] == colour[3]


SEEN_THROUGH, OPAQUE = 0, 255


@pytest.mark.parametrize(
    ("depth", "kind", "shades", "see_through"),
    [
        (16, 0, (0x8000, 0x8001), 0x8000),
        (16, 0, (0x0001, 0x0000), 0x0001),
        (8, 0, (0x80, 0x81), 0x80),
        (4, 0, (7, 8), 7),
        (2, 0, (1, 2), 1),
        (1, 0, (1, 0), 1),
    ],
)
def test_one_shade_of_grey_is_see_through_whatever_its_depth(depth, kind, shades, see_through):
    bits = "".join(f"{shade:0{depth}b}" for shade in shades).ljust(32, "0")
    content = png(
        2,
        1,
        depth=depth,
        kind=kind,
        rows=b"\0" + int(bits, 2).to_bytes(4, "big")[: max(1, depth // 4)],
        before=[(b"tRNS", struct.pack(">H", see_through))],
    )
    image = opened(reencode(upload(content)).read())
    assert [image.getpixel((x, 0))[3] for x in (0, 1)] == [SEEN_THROUGH, OPAQUE]


def test_one_colour_of_16_bits_is_see_through():
    content = png(
        2,
        1,
        depth=16,
        kind=2,
        rows=b"\0" + struct.pack(">6H", 0xFFFF, 0, 0, 0, 0, 0xFFFF),
        before=[(b"tRNS", struct.pack(">3H", 0xFFFF, 0, 0))],
    )
    image = opened(reencode(upload(content)).read())
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0, 0), (0, 0, 255, 255)]


def test_a_grey_picture_of_16_bits_with_an_alpha_channel_keeps_both():
    content = png(1, 1, depth=16, kind=4, rows=b"\0" + struct.pack(">HH", 0x8000, 0x4000))
    assert opened(reencode(upload(content)).read()).getpixel((0, 0)) == (128, 128, 128, 64)


def test_measurements_instead_of_shades_become_shades():
    heights = Image.new("F", (2, 1))
    heights.putdata([10.5, 900.25])
    assert [kept(heights, "TIFF").getpixel((x, 0))[0] for x in (0, 1)] == [0, 255]


# Photographs of telephones


def test_a_heic_photo_stands_upright_and_tells_nothing():
    content = case("photo-turned.heic")
    assert b"Kidal" in content
    assert b"journalist" in content
    reencoded = reencode(upload(content, "IMG_0001.HEIC"))
    upright = opened(reencoded.read())
    corners = [upright.getpixel(place) for place in ((4, 4), (75, 4), (75, 115), (4, 115))]
    assert (upright.format, upright.size) == ("JPEG", (80, 120))
    assert all(map(is_near, corners, (GREEN, RED, BLUE, WHITE)))
    for kept_content in (reencoded.file.getvalue(), *reencoded.variants.values()):
        assert [mark for mark in TELLTALES if mark in kept_content] == []


def test_colours_of_a_heic_photo_are_converted_from_its_profile():
    """Its profile has red and green exchanged, so what is red in it is to be seen as green."""
    photo = opened(reencode(upload(case("photo-profile.heic"), "IMG_0002.HEIC")).read())
    assert is_near(photo.getpixel((30, 30)), GREEN)


HEIC = (
    "This HEIC photo is incomplete or of a rare kind, and cannot be read: “{}”. Send it to "
    "yourself by e-mail or WhatsApp and choose the JPEG that arrives. So that the phone takes JPEG "
    "photos from now on: Settings, Camera, Formats, Most Compatible."
)


@pytest.mark.parametrize(
    "content",
    [
        case("photo-heic-header.heic"),
        case("photo-turned.heic")[:700],
        b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
        b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc",
    ],
)
def test_a_heic_photo_that_cannot_be_read_is_called_so_with_the_gesture_that_helps(content):
    assert errors_of(upload(content, "IMG_0003.HEIC")) == [HEIC.format("IMG_0003.HEIC")]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_scan_stands_upright(orientation):
    image = Image.new("RGB", (60, 40), WHITE)
    image.paste(RED, (0, 0, 30, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = kept(image, "TIFF", exif=exif)
    right, bottom = upright.width - 3, upright.height - 3
    corner = {1: (2, 2), 3: (right, bottom), 6: (right, 2), 8: (2, bottom)}[orientation]
    assert upright.size == ((60, 40) if orientation in (1, 3) else (40, 60))
    assert is_near(upright.getpixel(corner), RED)


def test_a_picture_through_which_nothing_shows_is_kept_as_jpeg():
    assert kept(Image.new("RGBA", (30, 20), (255, 0, 0, 255)), "PNG").format == "JPEG"


def test_exactly_40_million_pixels_are_accepted():
    content = content_of(Image.new("1", (8000, 5000)), "PNG")
    assert opened(reencode(upload(content)).read()).size == (2560, 1600)


# What is refused


NOT_A_PICTURE = (
    "This file is not a picture: “{}”. Choose a JPEG, PNG, HEIC, WebP, AVIF, GIF, TIFF or BMP file."
)
INCOMPLETE = (
    "The picture is incomplete or damaged, perhaps because the upload was cut: “{}”. "
    "Choose it again."
)
TOO_LARGE = (
    "The picture has more than 40 million pixels: “{}”. Make it smaller and choose it again."
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>x</title><script>alert(1)</script>"
FRAME_16_BY_16 = b"\x10\0\x10\0\0\0\0,\0\0\0\0\x10\0\x10\0\0\x02"
WHOLE = {
    format: content_of(photograph(), format) for format in ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
}
HALF = {format: content[: len(content) // 2] for format, content in WHOLE.items()}
PLAIN_RED = b"\0\xff\0\0"


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        pytest.param(HTML, "page.html", NOT_A_PICTURE, id="HTML"),
        pytest.param(HTML, "page.jpg", NOT_A_PICTURE, id="HTML renamed"),
        pytest.param(b"Bonjour", "letter.jpg", NOT_A_PICTURE, id="text renamed"),
        pytest.param(b"%PDF-1.7\n", "report.jpg", NOT_A_PICTURE, id="PDF renamed"),
        pytest.param(b"GIF89a" + HTML, "x.gif", NOT_A_PICTURE, id="HTML behind a GIF's head"),
        pytest.param(
            b"GIF89a" + FRAME_16_BY_16 + HTML, "x.gif", INCOMPLETE, id="HTML in a GIF's frame"
        ),
        pytest.param(HALF["JPEG"], "a.jpg", INCOMPLETE, id="half a JPEG"),
        pytest.param(WHOLE["JPEG"][:-20], "a.jpg", INCOMPLETE, id="JPEG without its end"),
        pytest.param(WHOLE["JPEG"][:60], "a.jpg", INCOMPLETE, id="head of a JPEG"),
        pytest.param(HALF["PNG"], "a.png", INCOMPLETE, id="half a PNG"),
        pytest.param(WHOLE["PNG"][:20], "a.png", INCOMPLETE, id="head of a PNG"),
        pytest.param(HALF["GIF"], "a.gif", INCOMPLETE, id="half a GIF"),
        pytest.param(HALF["WEBP"], "a.webp", INCOMPLETE, id="half a WebP"),
        pytest.param(WHOLE["AVIF"][:-20], "a.avif", INCOMPLETE, id="AVIF without its end"),
        pytest.param(
            png(4, 4, kind=3, rows=b"\0\0\0\0\0" * 4), "a.png", INCOMPLETE, id="no palette"
        ),
        pytest.param(
            png(1, 1, rows=PLAIN_RED, before=[(b"zTXt", b"x\0\0" + zlib.compress(b"a" * 10**7))]),
            "a.png",
            INCOMPLETE,
            id="ten million letters in a text chunk",
        ),
        pytest.param(png(20_000, 20_000), "a.png", TOO_LARGE, id="400 million pixels"),
        pytest.param(png(10_000, 10_000), "a.png", TOO_LARGE, id="100 million pixels"),
        pytest.param(png(8000, 5001), "a.png", TOO_LARGE, id="just too many pixels"),
        pytest.param(png(2**31 - 1, 2**31 - 1), "a.png", TOO_LARGE, id="absurd size"),
        pytest.param(
            b"", "a.jpg", "This file is empty: “{}”. Choose the picture again.", id="empty"
        ),
    ],
)
def test_what_is_not_a_whole_picture_is_refused_at_the_field(content, name, message):
    assert errors_of(upload(content, name)) == [message.format(name)]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (SVG, "logo.svg", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- Inkscape -->\n<svg\n>", "logo.svg", "SVG"),
        (b"8BPS\0\1", "affiche.psd", "Photoshop"),
        (b"gimp xcf v011\0", "affiche.xcf", "GIMP (XCF)"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "carte.jp2", "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "carte.j2k", "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "photo.jxl", "JPEG XL"),
        (b"\xff\x0a\xfa\x1f", "photo.jxl", "JPEG XL"),
        (b"\0\0\1\0\1\0\x10\x10", "favicon.ico", "ICO"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "logo.eps", "Illustrator, EPS"),
        (b"\xd7\xcd\xc6\x9a\0\0", "dessin.wmf", "WMF"),
        (b"\1\0\0\0" + bytes(36) + b" EMF", "dessin.emf", "EMF"),
        (b"P6\n30 20\n255\n", "image.ppm", "PPM"),
        (b"II*\0\x10\0\0\0CR\2\0", "IMG_0001.CR2", "RAW"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "IMG_0001.CR3", "RAW"),
        (content_of(photograph(), "TIFF"), "DSC_0001.NEF", "RAW"),
        (content_of(photograph(), "TIFF"), "IMG_0001.dng", "RAW"),
    ],
)
def test_a_picture_of_another_format_is_named_for_what_it_is(content, name, kind):
    assert errors_of(upload(content, name)) == [
        f"This picture is in a format that is not taken, {kind}: “{name}”. Open it in the program "
        f"that made it, save it as JPEG or PNG and choose the new file."
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (WHOLE["JPEG"][:4], "a.jpg"),
        (WHOLE["PNG"][:12], "a.png"),
        (content_of(photograph(), "TIFF")[:500], "a.tif"),
        (content_of(photograph(), "TIFF", compression="tiff_lzw")[:-900], "a.tif"),
        (content_of(photograph(), "BMP")[:-900], "a.bmp"),
        (content_of(photograph(), "BMP")[:40], "a.bmp"),
        (WHOLE["WEBP"][:14], "a.webp"),
        (WHOLE["AVIF"][:60], "a.avif"),
    ],
)
def test_a_picture_that_was_cut_off_is_not_called_something_else(content, name):
    assert errors_of(upload(content, name)) == [INCOMPLETE.format(name)]


def test_a_picture_with_too_many_pixels_is_refused_quietly_and_undecoded():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as a server runs
        assert errors_of(upload(png(10_000, 10_000), "a.png")) == [TOO_LARGE.format("a.png")]


def test_html_behind_a_picture_is_not_kept():
    content = content_of(photograph(), "GIF") + HTML
    assert b"script" not in reencode(upload(content, "photo.gif")).read()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x" * 300 + ".jpg", "x" * 47 + "…" + "x" * 8 + ".jpg"),
        ("a\0b.jpg", "ab.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("one\ntwo.jpg", "onetwo.jpg"),
        ("صورة.jpg", "صورة.jpg"),
        ("../../etc/passwd", "passwd"),
    ],
)
def test_a_strange_file_name_breaks_neither_message_nor_storage(name, shown, video):
    assert errors_of(upload(HTML, name)) == [NOT_A_PICTURE.format(shown)]
    whole = upload(WHOLE["JPEG"], name)
    assert errors_of(whole) == []
    assert re.fullmatch(r"videos/[0-9a-f]{16}-300x200\.jpg", store(video, WHOLE["JPEG"], name))


def test_a_script_that_saves_a_bad_file_is_refused_too(video, storage):
    with pytest.raises(ValidationError) as refusal:
        store(video, HTML, "inbox/page.jpg")
    assert refusal.value.messages == [NOT_A_PICTURE.format("page.jpg")]
    assert refusal.value.code == "not_a_picture"
    assert stored_files(storage) == []


# Forms, fields and storage


def test_the_form_field_gives_the_picture_as_it_will_be_kept():
    given = PictureField().formfield().clean(upload(WHOLE["PNG"], "photo.png"))
    assert re.fullmatch(r"[0-9a-f]{16}-300x200\.jpg", given.name)
    assert opened(given.read()).format == "JPEG"


def test_what_the_form_gave_is_stored_as_it_is(video, storage):
    given = PictureField().formfield().clean(upload(WHOLE["PNG"], "photo.png"))
    content = given.read()
    video.image = given
    video.field.pre_save(video, add=True)
    assert (storage.base_location / video.image.name).read_bytes() == content
    assert video.image.name == f"videos/{given.name}"


def test_a_form_without_a_new_picture_keeps_or_clears_the_old_one():
    optional = PictureField(blank=True).formfield()
    assert optional.clean(None, "videos/old.jpg") == "videos/old.jpg"
    assert optional.clean(False, "videos/old.jpg") is False
    assert optional.clean(None) is None
    with pytest.raises(ValidationError, match="This field is required"):
        PictureField().formfield().clean(None)


def test_the_browser_offers_pictures_to_choose_from():
    widget = PictureField().formfield().widget
    assert type(widget) is forms.ClearableFileInput
    assert 'accept="image/*,.heic,.heif"' in widget.render("image", None)


def test_a_migration_can_write_the_field_down():
    field = PictureField(upload_to="videos", blank=True)
    _, path, arguments, options = field.deconstruct()
    assert (path, arguments) == ("profiles.files.pictures.PictureField", [])
    assert options == {"upload_to": "videos", "blank": True}


def test_what_was_uploaded_is_gone_once_it_is_saved(video, telling_photograph):
    name = store(video, telling_photograph)
    with video.image.open() as file:
        assert b"Kidal" not in file.read()
    assert video.image.url == f"/media/{name}"


def test_a_script_may_hand_over_a_file_without_a_name(video):
    video.image.save("photo.jpg", ContentFile(WHOLE["JPEG"]), save=False)
    assert re.fullmatch(r"videos/[0-9a-f]{16}-300x200\.jpg", video.image.name)
    with pytest.raises(ValidationError, match=r"This file is not a picture: “page\.jpg”"):
        video.image.save("page.jpg", ContentFile(HTML), save=False)


def test_two_pictures_of_the_same_name_lie_side_by_side(video, storage):
    first = store(video, content_of(photograph(colour=RED)), "image.jpg")
    second = store(video, content_of(photograph(colour=BLUE)), "image.jpg")
    for name, colour in ((first, RED), (second, BLUE)):
        with storage.open(name) as file, Image.open(file) as image:
            red, _, blue = image.resize((1, 1)).getpixel((0, 0))
            assert (red > blue) is (colour == RED)


def test_the_same_picture_twice_is_stored_once(video, storage):
    first = store(video, WHOLE["JPEG"], "one.jpg")
    files = stored_files(storage)
    assert store(video, WHOLE["JPEG"], "two.jpg") == first
    assert stored_files(storage) == files
    assert len(files) == 3


def test_what_a_killed_process_left_half_written_is_replaced(video, storage):
    whole = reencode(upload(WHOLE["JPEG"])).read()
    name = store(video, WHOLE["JPEG"])
    (storage.base_location / name).write_bytes(whole[:100])
    assert store(video, WHOLE["JPEG"]) == name
    assert (storage.base_location / name).read_bytes() == whole
    assert len(stored_files(storage)) == 3


def test_two_people_who_store_the_same_picture_at_once_share_it(tmp_path):
    class Busy(FileSystemStorage):
        """Somebody else is always a moment earlier."""

        def _save(self, name, content):
            super()._save(name, ContentFile(content.read()))
            return super()._save(name, content)

    storage = Busy(tmp_path)
    name = store(video_in(storage), WHOLE["JPEG"])
    stem = name.removeprefix("videos/").removesuffix(".jpg")
    assert stored_files(storage) == [f"{stem}.jpg", f"{stem}.w300.avif", f"{stem}.w300.webp"]


class SmallDisk(FileSystemStorage):
    """Has room for so many files and 20 bytes of another one."""

    room = 0

    def _save(self, name, content):
        if len(stored_files(self)) >= self.room:
            super()._save(name, ContentFile(content.read(20)))
            raise OSError(errno.ENOSPC, "No space left on device")
        return super()._save(name, content)


@pytest.mark.parametrize("room", [0, 1, 2])
def test_a_full_disk_leaves_nothing_behind(room, tmp_path):
    storage = SmallDisk(tmp_path)
    storage.room = room
    with pytest.raises(OSError, match="No space left on device"):
        store(video_in(storage), WHOLE["JPEG"])
    assert stored_files(storage) == []


def test_a_full_disk_does_not_cost_a_picture_that_is_there_already(video, storage, tmp_path):
    name = store(video, WHOLE["JPEG"])
    files = stored_files(storage)
    assert store(video_in(SmallDisk(tmp_path)), WHOLE["JPEG"]) == name
    assert stored_files(storage) == files
