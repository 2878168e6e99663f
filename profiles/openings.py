"""Where a text can stop: its opening, and what follows it, word for word."""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple

from profiles.markup import VOID
from profiles.markup.notes import HELD, put_back, set_aside
from profiles.richtext import plain, prose

OPENING = 350  # signs, about what fits a phone's screen beside a title
DESCRIPTION = 155  # what search engines show
LEAD = 220  # one sentence under the name
SHORTEST = 80  # an opening of one short sentence says too little
UNFOLDED = 8_000  # a longer rest is read on the entry's own page: the profile stays light
HEADINGS = ("h2", "h3", "h4", "h5")
# A tag, also one with ">" inside an attribute; a character reference; or text.
TOKEN = re.compile(r"<(?:[^>\"]|\"[^\"]*\")*>|&#?\w+;|[^<&]+|&")
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
LEADING_SPACE = re.compile(r"(?:\s|&nbsp;|<br ?/?>)+")
# Of the signs around a stop a few are looked at: behind a stop with thousands of blanks, all of them
# would be tried with one another.
SENTENCE_END = re.compile(
    r"[.!?…][\"'’”»)\]\u00a0\u202f ]{0,6}(?=\s+[\"“«(\[\u202f\u00a0 ]{0,6}[A-ZÀ-ÖØ-Þ0-9]|\s*$)"
)
# A stop behind these ends no sentence: "M. Keïta", "art. 5".
ABBREVIATION = re.compile(
    r"(?:^|[\s(«\u00a0\u202f’'])(?:[A-ZÀ-ÖØ-Þ]|MM|Mme|Mlle|Dr|Pr|Me|St|Ste|art|cf|p|pp|n|no|vol|chap|éd|env|"
    r"tél|av|etc|ex|Mr|Mrs|Ms|vs|al|e\.g|i\.e|p\.\s?ex)\.$"
)


def shortened(text: str, length: int = DESCRIPTION) -> str:
    """Plain text of at most `length` signs: up to the end of a sentence, else of a word, with "…"."""
    text = " ".join(str(text).split())
    if len(text) <= length:
        return text
    if (stop := last_stop(text, length)) >= length // 2:
        return text[:stop]
    words = text[: length - 1]
    if text[length - 1] != " " and " " in words:
        words = words.rpartition(" ")[0]
    return words.rstrip(" ,;:–—-\u00a0\u202f") + "…"


def last_stop(text: str, length: int) -> int:
    """Where the last sentence that fits into `length` signs ends; 0 if none does."""
    return max((stop for stop in stops(text) if stop <= length), default=0)


def stops(text: str) -> Iterator[int]:
    for found in SENTENCE_END.finditer(text):
        if not ABBREVIATION.search(text[: found.start() + 1][-12:]):
            yield len(text[: found.end()].rstrip())


def opening_and_rest(html: str, length: int = OPENING) -> tuple[str, str]:
    """(HTML of about `length` signs at most, HTML of all that follows); either may be "".

    Whole blocks as far as they fit, else a paragraph up to the end of a sentence. Before what
    can't be divided, such as a long list, the opening repeats its first words.
    """
    blocks = blocks_of(html)
    taken, signs = 0, 0
    while taken < len(blocks) and signs + blocks[taken].signs <= length:
        if signs >= SHORTEST and blocks[taken].name in HEADINGS:  # a new part begins
            break
        if "<figure" in blocks[taken].html:  # too large for an opening
            break
        signs += blocks[taken].signs
        taken += 1
    if taken < len(blocks) and signs < SHORTEST and blocks[taken].name == "p":
        first, second = divided(blocks[taken], length - signs)
        if first:
            return joined(blocks[:taken]) + first, second + joined(blocks[taken + 1 :])
    while 0 < taken < len(blocks) and blocks[taken - 1].name in HEADINGS:  # none alone at the foot
        taken -= 1
    if taken or not blocks:
        return joined(blocks[:taken]), joined(blocks[taken:])
    words = shortened(prose(html), length)
    return f"<p>{escape(words)}</p>" if words else "", html


class Block(NamedTuple):
    """An element that stands in no other: its name, "" for bare text, and its HTML."""

    name: str
    html: str

    @property
    def signs(self) -> int:
        return len(plain(self.html))


def blocks_of(html: str) -> list[Block]:
    """The blocks of sanitised HTML, in which every element is closed."""
    blocks, start, depth, name = [], 0, 0, ""
    for token in TOKEN.finditer(html):
        tag = TAG.match(token[0])
        if tag is None or tag[2] in VOID:
            continue
        if not depth:
            name = tag[2]
            if html[start : token.start()].strip():
                blocks.append(Block("", html[start : token.start()].strip()))
            start = token.start()
        depth += -1 if tag[1] else 1
        if not depth:
            blocks.append(Block(name, html[start : token.end()]))
            start = token.end()
    return blocks + ([Block("", rest)] if (rest := html[start:].strip()) else [])


def joined(blocks: list[Block]) -> str:
    return "".join(block.html for block in blocks)


def divided(paragraph: Block, length: int) -> tuple[str, str]:
    """A paragraph as two, at the end of a sentence near `length` signs; ("", "") where none is."""
    html, notes = set_aside(paragraph.html)
    text, places = text_and_places(html)
    fitting = [stop for stop in stops(text) if SHORTEST <= stop <= length]
    longer = [stop for stop in stops(text) if length < stop <= 1.5 * length]
    stop = (fitting[-1:] or longer[:1] or [0])[0]
    if not stop or not text[stop:].strip():
        return "", ""
    place = places[stop - 1]
    while sign := HELD.match(html, place):  # the footnote of that sentence
        place = sign.end()
    opened = open_at(html, place)
    first = html[:place] + "".join(f"</{name}>" for name, _tag in reversed(opened))
    rest = LEADING_SPACE.sub("", html[place:], count=1)
    rest = "".join(tag for _name, tag in opened) + rest
    return put_back(first, notes), put_back(rest, notes)


def text_and_places(html: str) -> tuple[str, list[int]]:
    """The signs of an element's text, and for each the place in the HTML behind it."""
    signs: list[str] = []
    places: list[int] = []
    for token in TOKEN.finditer(html):
        if tag := TAG.match(token[0]):
            signs.append("\n" if tag[2] == "br" else "")
        elif token[0].startswith("&"):
            signs.append(unescape(token[0])[:1])
        else:
            signs.append(token[0])
        count = len(signs[-1])
        places += (
            range(token.end() - count + 1, token.end() + 1) if count > 1 else count * [token.end()]
        )
    return "".join(signs), places


def open_at(html: str, place: int) -> list[tuple[str, str]]:
    """(name, tag) of the elements that are open at a place."""
    opened: list[tuple[str, str]] = []
    for token in TOKEN.finditer(html, 0, place):
        tag = TAG.match(token[0])
        if tag and tag[2] not in VOID:
            opened = opened[:-1] if tag[1] else [*opened, (tag[2], token[0])]
    return opened
