"""The typography of French and English, set when a page is made and never stored."""

import re
from functools import lru_cache

NARROW, WIDE = "\u202f", "\u00a0"  # no-break spaces before ; ? ! and before :
SPACES = r"[ \u00a0\u202f]*"
LETTER = r"[^\W\d_]"
# An apostrophe between letters, or of an elision before an element: "l'<em>eau</em>".
BOTH = [
    (re.compile(rf"(?<={LETTER})'(?={LETTER}|\d|«)|(?<=\b[CDJLMNSTcdjlmnst])'$|(?<=[Qq]u)'$"), "’"),
    (re.compile(r"(?<!\.)\.\.\.(?!\.)"), "…"),
    (re.compile(rf"(?<=\S){SPACES},(?=\s|$)"), ","),
]
FRENCH = [
    (re.compile(r"(?<=[^\s;?!])[ \u00a0\u202f]?([;?!]+)(?=\s|[»)\].,]|$)"), rf"{NARROW}\1"),
    (re.compile(rf"(?<=[^\s:]){SPACES}:(?=\s|$)"), f"{WIDE}:"),
    (re.compile(rf"«{SPACES}(?=\S)"), f"«{NARROW}"),
    (re.compile(rf"(?<=\S){SPACES}»"), f"{NARROW}»"),
]
RULES = {"fr": BOTH + FRENCH, "en": BOTH}
# A tag, also one with ">" inside an attribute, or a character reference such as "&amp;",
# whose semicolon is not punctuation.
NOT_TEXT = re.compile(r"(<(?:[^>\"]|\"[^\"]*\")*>|&#?\w+;)")


@lru_cache(maxsize=1_000)  # titles and sentences, which stand on several pages
def typeset(text: str, language: str) -> str:
    """Plain text with the signs of its language, and its spaces in quotations and before signs."""
    for sign, replacement in RULES.get(language, ()):
        text = sign.sub(replacement, text)
    return text


def typeset_html(html: str, language: str) -> str:
    parts = NOT_TEXT.split(html)
    return "".join(
        part if is_markup else typeset(part, language)
        for part, is_markup in zip(parts, [False, True] * len(parts), strict=False)
    )
