"""Sets a text in lines, in the letters of any script that we have: joined and in order by Raqm.

Pillow takes one font for a text, so each script's part is measured and drawn on its own.
"""

import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont, features

from profiles.translation import script_runs

FOLDER = Path(__file__).resolve().parent.parent.parent / "fonts"
SERIF, SANS = "NotoSerif-SemiBold.ttf", "NotoSans-Regular.ttf"
OF_SCRIPT = {
    "ar": "NotoNaskhArabic-Bold.ttf",
    "tzm-Tfng": "NotoSansTifinagh-Regular.ttf",
    "nqo": "NotoSansNKo-Regular.ttf",
    "ff-Adlm": "NotoSansAdlam-Bold.ttf",
}
WITH_RAQM = features.check("raqm")
IN_NO_FONT = "\U0010fffd"
JOINERS = "\u200c\u200d"
# What stands between or behind parts of an emoji, which no font of ours has.
LEFT_OF_EMOJI = re.compile(f"[\ufe00-\ufe0f]|(?<!\\w)[{JOINERS}]|[{JOINERS}](?!\\w)")


class Line(NamedTuple):
    pieces: list  # of (text, font)
    width: float


class Setter:
    """Fonts of one size, and how lines of them are set. For one drawing: fonts bear no threads."""

    def __init__(self, font, size, rightwards=True):
        self.size = size
        self.font = font
        self.fonts = {}
        self.options = {"direction": "ltr" if rightwards else "rtl"} if WITH_RAQM else {}

    def font_for(self, script):
        name = OF_SCRIPT.get(script, self.font)
        if name not in self.fonts:
            engine = ImageFont.Layout.RAQM if WITH_RAQM else ImageFont.Layout.BASIC
            path = str(FOLDER / name)
            self.fonts[name] = ImageFont.truetype(path, self.size, layout_engine=engine)
        return self.fonts[name]

    def line(self, text):
        pieces = [(piece, self.font_for(script)) for piece, script in script_runs(text)]
        return Line(pieces, sum(font.getlength(piece, **self.options) for piece, font in pieces))

    def known(self, text):
        """Without the signs that no font of ours has, and those that turn the line."""
        known = "".join(
            sign
            for piece, script in script_runs(text)
            for sign in filter(partial(is_in, self.font_for(script)), piece)
        )
        known = LEFT_OF_EMOJI.sub("", known)
        return " ".join(filter(None, known.split(" ")))

    def lines(self, text, width):
        """As few as the text takes; None where a word alone is too wide."""
        lines, begun = [], ""
        for word in text.split(" "):
            longer = f"{begun} {word}".strip()
            if self.line(longer).width <= width:
                begun = longer
                continue
            if self.line(word).width > width:
                return None
            lines.append(begun)
            begun = word
        return [*lines, begun]

    def cut(self, text, width, most):
        """At most so many lines, with "…" where the rest is left out; words too wide are divided."""
        lines = self.lines(self.divided(text, width), width)
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.line(f"{last}…").width > width:
            last = last[:-1]
        return [*lines[: most - 1], last.rstrip(" ,;:.–—-\u00a0\u202f") + "…"]

    def divided(self, text, width):
        return " ".join(part for word in text.split(" ") for part in self.parts(word, width))

    def parts(self, word, width):
        while self.line(word).width > width:
            end = len(word) - 1
            while end > 1 and self.line(word[:end]).width > width:
                end -= 1
            yield word[:end]
            word = word[end:]
        yield word


def is_in(font, sign):
    if unicodedata.category(sign) in ("Cf", "Cc", "Cs", "Co", "Cn"):
        return sign in JOINERS
    return bytes(font.getmask(sign)) != bytes(font.getmask(IN_NO_FONT))


def runs_rightwards(text):
    """As its first letter does; browsers decide the same way (`dir="auto"`)."""
    ways = (unicodedata.bidirectional(sign) for sign in text)
    return next((way for way in ways if way in ("L", "R", "AL")), "L") == "L"
