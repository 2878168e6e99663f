"""The site's icon in the sizes that phones and browsers ask for: the logo, or else the lozenges.

An icon's address holds what it is made of, so that browsers may keep it: another logo has another
address. Each is drawn once, and kept in var/.
"""

import hashlib
import io

from django.urls import reverse

from profiles.formats.kept import kept

TAB, APPLE = 48, 180
ON_FIRST_SCREEN = (192, 512)
SIZES = (TAB, APPLE, *ON_FIRST_SCREEN)
DRAWN_LIKE = "1"  # raised when what follows draws otherwise
PAPER, MUD, OCHRE = "#fbf6ec", "#2a211a", "#e0a743"
MARGIN = 10  # an icon's tenth stays free around a logo, where phones cut corners


def version_of(logo):
    """Changes with the logo; not readable from outside as anything."""
    name = str(logo or "")
    return hashlib.sha256(f"{DRAWN_LIKE} {name}".encode()).hexdigest()[:12]


def icon_address(organisation, size):
    return reverse("icon", args=[version_of(organisation.logo), size])


def icon(logo, size):
    """The bytes of a PNG."""
    name = f"{version_of(logo)}-{size}.png"
    return kept("icons", name, lambda: png(on_paper(logo, size) or lozenges(size)))


def png(image):
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def on_paper(logo, size):
    """The logo in the middle of a square; None if there is none, or its file is lost."""
    from PIL import Image, ImageOps  # loaded where something is drawn, which is rare

    if not logo:
        return None
    try:
        with logo.storage.open(logo.name) as file, Image.open(file) as stored:
            picture = stored.convert("RGBA")
    except OSError:
        return None
    inside = size - 2 * (size // MARGIN)
    picture = ImageOps.contain(picture, (inside, inside), Image.Resampling.LANCZOS)
    square = Image.new("RGB", (size, size), PAPER)
    square.paste(picture, tuple((size - side) // 2 for side in picture.size), picture)
    return square


def lozenges(size):
    """What static/icon.svg shows, in Pillow's words."""
    from PIL import Image, ImageDraw

    large = 4 * size  # then made smaller, which smooths the edges
    image = Image.new("RGB", (large, large), MUD)
    draw = ImageDraw.Draw(image)
    for reach in (12, 5):
        across = [(16, 16 - reach), (16 + reach, 16), (16, 16 + reach), (16 - reach, 16)]
        corners = [(x * large / 32, y * large / 32) for x, y in across]
        draw.line([*corners, corners[0], corners[1]], fill=OCHRE, width=large // 16, joint="curve")
    return image.resize((size, size), Image.Resampling.LANCZOS)
