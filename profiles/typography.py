"""French typography, set when a page is made and never stored."""

import re

NARROW, WIDE = "\u202f", "\u00a0"  # no-break spaces before ; ? ! and before :
SPACES = r"[ \u00a0\u202f]*"
RULES = [
    (re.compile(r"(?<=[^\s;?!])[ \u00a0\u202f]?([;?!]+)(?=\s|[»)\].,]|$)"), rf"{NARROW}\1"),
    (re.compile(rf"(?<=[^\s:]){SPACES}:(?=\s|$)"), f"{WIDE}:"),
    (re.compile(rf"«{SPACES}(?=\S)"), f"«{NARROW}"),
    (re.compile(rf"(?<=\S){SPACES}»"), f"{NARROW}»"),
]
# A tag, also one with ">" inside an attribute, or a character reference such as "&amp;",
# whose semicolon is not punctuation.
NOT_TEXT = re.compile(r"(<(?:[^>\"]|\"[^\"]*\")*>|&#?\w+;)")


def typeset(text: str, language: str) -> str:
    """Plain text with the spaces that its language puts inside quotation and before signs."""
    if language == "fr":
        for sign, replacement in RULES:
            text = sign.sub(replacement, text)
    return text


def typeset_html(html: str, language: str) -> str:
    parts = NOT_TEXT.split(html)
    return "".join(
        part if is_markup else typeset(part, language)
        for part, is_markup in zip(parts, [False, True] * len(parts), strict=False)
    )
