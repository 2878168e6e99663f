"""Pictures that the site draws itself, where examples need some and nobody's may be taken."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

PAPER, SAND, OCHRE, LATERITE = "#fbf6ec", "#f2e7d3", "#c8861a", "#9c3a1c"
INDIGO, GREEN, MUD = "#233a70", "#2f6b3a", "#2a211a"


def picture(name):
    """The bytes of "logo", "photograph 3" or "cover 2", the same each time; ValueError else."""
    kind, _space, number = name.partition(" ")
    if kind not in DRAWINGS or not (number or "0").isdigit():
        raise ValueError(f"nothing is drawn under the name “{name}”.")
    image, format = DRAWINGS[kind](int(number or 0))
    content = BytesIO()
    image.save(content, format)
    return content.getvalue()


def logo(_number):
    image = Image.new("RGBA", (400, 400))
    draw = ImageDraw.Draw(image)
    draw.ellipse((4, 4, 396, 396), fill=LATERITE)
    for half, colour in ((130, PAPER), (65, MUD)):
        draw.polygon(lozenge(200, 200, half), fill=colour)
    return image, "PNG"


def lozenge(x, y, half):
    return [(x - half, y), (x, y - half), (x + half, y), (x, y + half)]


def photograph(number):
    """A landscape in the evening, with grain, so that it weighs what a photograph does."""
    chance = random.Random(number)  # noqa: S311
    width, height = 1600, 1000
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    sky, glow = chance.choice([(INDIGO, OCHRE), ("#7fa3c7", SAND), (LATERITE, OCHRE)])
    for y in range(height):
        draw.line((0, y, width, y), fill=between(sky, glow, y / height))
    x, y = chance.randint(200, 1400), chance.randint(250, 450)
    draw.ellipse((x - 90, y - 90, x + 90, y + 90), fill="#ffe9b8")
    for depth, colour in enumerate((GREEN, "#5c4e40", MUD)):
        draw.polygon(
            [(0, height), *ridge(chance, width, 520 + 150 * depth), (width, height)], colour
        )
    grain = Image.effect_noise((width, height), 40).convert("RGB")
    return Image.blend(image, grain, 0.07), "JPEG"


def ridge(chance, width, height):
    return [(x, height + chance.randint(-70, 70)) for x in range(0, width + 1, 160)]


def between(first, second, share):
    return tuple(
        round(int(first[at : at + 2], 16) * (1 - share) + int(second[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    )


def cover(number):
    """The front of a report: a band of lozenges, a title, a year."""
    image = Image.new("RGB", (800, 1130), SAND)
    draw = ImageDraw.Draw(image)
    colour = (LATERITE, INDIGO, GREEN, MUD)[number % 4]
    draw.rectangle((0, 0, 800, 340), fill=colour)
    for x in range(40, 800, 80):
        draw.polygon(lozenge(x, 340, 40), fill=OCHRE)
        draw.polygon(lozenge(x, 340, 18), fill=colour)
    draw.text((60, 470), f"Exemple\nde rapport n° {number}", MUD, ImageFont.load_default(64))
    draw.text((60, 1020), "EXEMPLE", MUD, ImageFont.load_default(36))
    return image, "PNG"


DRAWINGS = {"logo": logo, "photograph": photograph, "cover": cover}
