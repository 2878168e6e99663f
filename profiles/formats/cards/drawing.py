"""Draws a card in the site's look: the band of mud and its weave, the title, the picture beside it."""

import io

from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageOps

from profiles.files.variants import KEPT_NAME, variant_name, widths
from profiles.formats.cards.facts import SIZE
from profiles.formats.cards.setting import SANS, SERIF, WITH_RAQM, Setter, runs_rightwards

PAPER, INK, SOFT = "#fbf6ec", "#211a14", "#5c4e40"
MUD, MUD_INK, OCHRE, LATERITE, BORDER = "#2a211a", "#fbf6ec", "#e0a743", "#9c3a1c", "#d9c7a8"
WIDTH, HEIGHT = SIZE
MARGIN, BAND, WEAVE = 56, 76, 48
TOP = BAND + WEAVE + 44  # where the text begins
PICTURE = (380, HEIGHT - BAND - WEAVE - 2 * 44)
MANNER = "" if WITH_RAQM else "-unjoined"  # what is drawn so is drawn anew once letters can join
TITLE_SIZES, TITLE_LEADING = range(68, 29, -2), 1.22
SMALL, SENTENCE = 28, 32
HEAVIEST, QUALITIES = 100_000, (76, 66, 55, 40, 20)
# The lozenges and the star of templates/_weave.html, on a tile of 44 by 24.
TILE = 44
STROKES = [
    [(2, 12), (12, 3), (22, 12), (12, 21), (2, 12), (12, 3)],
    [(9, 12), (12, 9), (15, 12), (12, 15), (9, 12), (12, 9)],
    *([(33, 5), (33, 19)], [(26, 12), (40, 12)], [(28, 7), (38, 17)], [(38, 7), (28, 17)]),
]


def jpeg(card):
    """The bytes of the picture, under 100 KB."""
    image = drawn(card)
    for quality in QUALITIES:
        written = io.BytesIO()
        image.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
        if written.tell() < HEAVIEST:
            break
    return written.getvalue()


def drawn(card):
    image = Image.new("RGB", SIZE, PAPER)
    page = Page(image, runs_rightwards(card.title))
    page.band(card)
    if picture := beside(card):
        page.picture(picture, framed=not card.is_logo)
    page.text(card)
    return image


class Page:
    """The area that is left for text, from `start` over `width`."""

    def __init__(self, image, rightwards):
        self.image, self.rightwards = image, rightwards
        self.draw = ImageDraw.Draw(image)
        self.start, self.width = MARGIN, WIDTH - 2 * MARGIN

    def setter(self, font, size):
        return Setter(font, size, self.rightwards)

    def band(self, card):
        self.draw.rectangle((0, 0, WIDTH, BAND + WEAVE), fill=MUD)
        acronym = self.setter(SERIF, 38)
        acronym_line = acronym.line(acronym.known(card.acronym))
        space = acronym_line.width + 20 if acronym_line.width else 0
        name = self.setter(SANS if space else SERIF, 24 if space else 30)
        room = self.width - space
        (shown,) = name.cut(name.known(card.organisation), room, 1)
        self.put(acronym, acronym_line, BAND - 22, MUD_INK)
        self.put(name, name.line(shown), BAND - 22, MUD_INK, indent=space)
        self.image.paste(weave(), (0, BAND))

    def picture(self, picture, framed):
        width, height = picture.size
        left = WIDTH - MARGIN - width if self.rightwards else MARGIN
        if framed:
            self.draw.rectangle((left - 1, TOP - 1, left + width, TOP + height), BORDER)
        self.image.paste(picture, (left, TOP))
        self.width -= width + 48
        self.start = MARGIN if self.rightwards else WIDTH - MARGIN - self.width

    def text(self, card):
        bottom = HEIGHT - 44
        if facts := " · ".join(filter(None, [card.label, card.date])):
            small = self.setter(SANS, SMALL)
            (line,) = small.cut(small.known(facts), self.width, 1)
            self.put(small, small.line(line), bottom - 8, LATERITE)
            bottom -= 64
        sentence = self.setter(SANS, SENTENCE)
        lines = sentence.cut(sentence.known(card.sentence), self.width, 3) if card.sentence else []
        for place, line in enumerate(reversed(lines)):
            self.put(sentence, sentence.line(line), bottom - 8 - place * 44, SOFT)
        bottom -= len(lines) * 44 + 24 if lines else 0
        known = self.setter(SERIF, SMALL).known
        self.title(known(card.title) or known(card.organisation), bottom - TOP)

    def title(self, text, height):
        """As large as it can be; at the smallest size the end is left out."""
        for size in TITLE_SIZES:
            setter = self.setter(SERIF, size)
            most = int(height / (size * TITLE_LEADING))
            lines = setter.lines(text, self.width)
            if lines and len(lines) <= most:
                break
        else:
            lines = setter.cut(text, self.width, most)
        for place, line in enumerate(lines):
            baseline = TOP + size * 0.92 + place * size * TITLE_LEADING
            self.put(setter, setter.line(line), baseline, INK)

    def put(self, setter, line, baseline, colour, indent=0):
        """A line from the side where its language begins."""
        x = self.start + indent
        if not self.rightwards:
            x = self.start + self.width - indent
        for text, font in line.pieces:
            width = font.getlength(text, **setter.options)
            left = x if self.rightwards else x - width
            self.draw.text((left, baseline), text, colour, font, "ls", **setter.options)
            x += width if self.rightwards else -width


def weave():
    """Drawn large and made smaller, which smooths the edges."""
    scale = 4
    unit = WEAVE / 24 * scale
    band = Image.new("RGB", (WIDTH * scale, WEAVE * scale), MUD)
    draw = ImageDraw.Draw(band)
    for left in range(0, int(band.width / unit) + TILE, TILE):
        for stroke in STROKES:
            points = [((x + left) * unit, y * unit) for x, y in stroke]
            draw.line(points, OCHRE, int(1.5 * unit), joint="curve")
    edge = scale * 2
    draw.rectangle((0, 0, band.width, edge - 1), OCHRE)
    draw.rectangle((0, band.height - edge, band.width, band.height), OCHRE)
    return band.resize((WIDTH, WEAVE), Image.Resampling.BOX)


def beside(card):
    """The picture as it is shown; None if there is none, or its file is lost or no picture."""
    match = KEPT_NAME.fullmatch(card.picture)
    if match is None:
        return None
    full, extension = int(match[2]), match[4]
    name = variant_name(match[1], full, widths(full)[-1], extension)
    try:
        with default_storage.open(name) as file, Image.open(file) as stored:
            picture = on_paper(stored.convert("RGBA"))
    except OSError:
        return None
    return fitted(picture, card.is_logo)


def fitted(picture, is_logo):
    """Whole if it is a logo or upright, as covers are; else its middle fills the place."""
    width, height = PICTURE
    if is_logo:
        return ImageOps.contain(picture, (260, 260), Image.Resampling.LANCZOS)
    if picture.height > picture.width:
        return ImageOps.contain(picture, PICTURE, Image.Resampling.LANCZOS)
    return ImageOps.fit(picture, (width, min(height, width)), Image.Resampling.LANCZOS)


def on_paper(picture):
    ground = Image.new("RGB", picture.size, PAPER)
    ground.paste(picture, (0, 0), picture)
    return ground
