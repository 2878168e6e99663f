"""The journal: one line for whoever keeps the site, of who came in and what they made public.

No line holds a password, and none can be made to look like another: what people typed stands last
in it, quoted, short, and without any sign that steers a terminal or begins a new line.
"""

import logging
import unicodedata

LONGEST = 100
_logger = logging.getLogger("journal")


def note(event: str, **facts: object) -> None:
    """Write `event` with its facts, those that people can type last."""
    _logger.info(" ".join([event, *(f"{name}={_said(fact)}" for name, fact in facts.items())]))


def _said(fact: object) -> str:
    text = str(fact)
    # A word of ours or an address; whatever else it is, is quoted.
    if text and all(sign.isascii() and (sign.isalnum() or sign in ".:+-_/") for sign in text):
        return text[:LONGEST]
    return f'"{"".join(map(_harmless, text[:LONGEST]))}{"…" if len(text) > LONGEST else ""}"'


def _harmless(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    # Letters, marks, numbers, punctuation and symbols; a space, but no other white space.
    is_plain = unicodedata.category(sign)[0] in "LMNPS" or sign == " "
    return sign if is_plain else f"\\u{{{ord(sign):x}}}"
