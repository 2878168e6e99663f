"""Captions as browsers show them: SubRip becomes WebVTT, commas in times are mended.

A browser that can't read a time says nothing and shows nothing (https://www.w3.org/TR/webvtt1/).
"""

import codecs
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

# The accented letters and the signs of French, by which Windows-1252 is told from what merely has
# the same bytes.
FRENCH = frozenset("àâäæçéèêëîïôöœùûüÿñÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑß«»’‘“”„–—…·°²³€£§©®•¿¡ª º\xa0\xad")
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16"}
BYTE_ORDER_MARKS[codecs.BOM_UTF16_BE] = "utf-16"

_TIME = r"(?:(\d{1,4})\s*:\s*)?(\d{1,2})\s*:\s*(\d{1,2})(?:\s*[.,:]\s*(\d{1,3}))?"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-{{1,2}}>\s*{_TIME}(?P<settings>.*)$")
_SIGNATURE = re.compile(r"WEBVTT(?:[ \t].*)?$")
_SETTINGS = re.compile(r"(?:vertical|line|position|size|align|region):[^\s:]+")
# What a drone writes into a file beside its film, as if it were captions.
_MEASUREMENTS = re.compile(r"\b(?:latitude|longitude|GPS|HOME)\s*[:(\[]+\s*[EW]?-?\d+[.,]\d", re.I)
# All that a caption may be marked with; a browser skips any other tag, another program may not.
_FOREIGN_TAG = re.compile(
    r"<(?!/?(?:c|i|b|u|ruby|rt|v|lang)(?:[\s.>]|$)|\d[\d:.]*>)/?[A-Za-z!?][^>]*(?:>|$)",
    re.IGNORECASE,
)
# A style that fetches, or is spelled so that one can't tell.
_FETCHING = re.compile(r"url\s*\(|@import|image-set|\\|<|expression\s*\(", re.IGNORECASE)
LONGEST_LINE = 3_000  # letters; to look for marks in a longer one takes time
_CUT_UTF8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]")


class Cue(NamedTuple):
    start: int  # milliseconds
    end: int
    settings: str
    lines: list[str]


class Unfit(Exception):
    """Why browsers could not show the captions: the key of the refusal."""


def looks_like_captions(head: bytes) -> bool:
    """Whether these first bytes are those of WebVTT or of SubRip, in any encoding."""
    mark = next(filter(head.startswith, BYTE_ORDER_MARKS), b"")
    text = head.decode(BYTE_ORDER_MARKS.get(mark, "latin-1"), "replace")
    first = [line for line in _lines(text) if line.strip()][:2]
    return bool(first and _SIGNATURE.match(first[0])) or any(map(_TIMING.match, first))


def webvtt(content: bytes) -> bytes:
    """The captions as WebVTT in UTF-8, without remarks; Unfit where there is nothing to show."""
    lines = _lines(decoded(content))
    is_webvtt = bool(lines) and _SIGNATURE.match(lines[0]) is not None
    if any(len(line) > LONGEST_LINE for line in lines[_first_cue(lines) :]):
        raise Unfit("long_caption")
    cues = list(_cues(lines, is_webvtt))
    if any(_MEASUREMENTS.search(line) for cue in cues for line in cue.lines):
        raise Unfit("measurements")
    if not any(cue.end > cue.start for cue in cues):
        raise Unfit("no_captions")
    looks = _looks(lines) if is_webvtt else []
    return "\n\n".join(["WEBVTT", *looks, *map(_written, cues)]).encode() + b"\n"


def spoken(content: bytes) -> str:
    """The words of captions, a line for each that is shown."""
    lines = _lines(decoded(content))
    cues = _cues(lines, bool(lines) and _SIGNATURE.match(lines[0]) is not None)
    shown = (html.unescape(re.sub(r"<[^>]*>", "", line)) for cue in cues for line in cue.lines)
    return "\n".join(line.strip() for line in shown)


def decoded(content: bytes) -> str:
    """The text, without byte order mark; Unfit where its encoding can't be told."""
    mark = next(filter(content.startswith, BYTE_ORDER_MARKS), b"")
    encodings = [BYTE_ORDER_MARKS[mark]] if mark else ["utf-8", "cp1252"]
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            if "\0" not in text and (encoding != "cp1252" or is_french(text, content)):
                return text
    raise Unfit("encoding")


def is_french(text: str, content: bytes) -> bool:
    """Whether Windows-1252 gives words, and not signs of another encoding with the same bytes."""
    foreign = [character for character in text if not character.isascii()]
    return (
        FRENCH.issuperset(foreign)
        and sum(map(str.isalpha, foreign)) * 2 <= sum(map(str.isalpha, text))
        and not _CUT_UTF8.search(content)
    )


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def _first_cue(lines: list[str]) -> int:
    return next((number for number, line in enumerate(lines) if _TIMING.match(line)), 0)


# Cues


def _cues(lines: list[str], is_webvtt: bool) -> Iterator[Cue]:
    """Those with something to show; a line of times begins one wherever it stands."""
    starts = [number for number, line in enumerate(lines) if _TIMING.match(line)]
    for number, following in zip(starts, [*starts[1:], len(lines)], strict=False):
        text = lines[number + 1 : following]
        text = _up_to_blank(text) if is_webvtt else _without_number(text, following < len(lines))
        shown = list(filter(str.strip, text if is_webvtt else map(_as_webvtt, text)))
        if any(map(_visible, shown)):
            times = next(_TIMING.finditer(lines[number]))
            yield _cue(times, [_harmless(line) for line in shown])


def _cue(match: re.Match[str], lines: list[str]) -> Cue:
    numbers = match.groups()
    settings = " ".join(_SETTINGS.findall(match["settings"]))
    return Cue(_milliseconds(*numbers[:4]), _milliseconds(*numbers[4:8]), settings, lines)


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _up_to_blank(lines: list[str]) -> list[str]:
    blank = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return lines[:blank]


def _without_number(lines: list[str], is_followed: bool) -> list[str]:
    """SubRip numbers its captions: such a line just before the next times is no text."""
    return lines[:-1] if is_followed and lines and lines[-1].strip().isdecimal() else lines


def _as_webvtt(line: str) -> str:
    """A line of SubRip, with its bold and italics, without colours and places."""
    line = re.sub(r"\{\\[^}]*\}|</?(?:font|span)[^>]*>", "", line, flags=re.IGNORECASE)
    kept = html.escape(html.unescape(line), quote=False)
    return re.sub(
        r"&lt;(/?)(b|i|u)&gt;", lambda tag: f"<{tag[1]}{tag[2].lower()}>", kept, flags=re.I
    )


def _harmless(line: str) -> str:
    return _FOREIGN_TAG.sub("", line.replace("-->", "→")).strip()


def _visible(line: str) -> bool:
    return bool(html.unescape(re.sub(r"<[^>]*>", "", line)).strip())


def _written(cue: Cue) -> str:
    times = f"{_time(cue.start)} --> {_time(cue.end)}"
    return "\n".join([f"{times} {cue.settings}".rstrip(), *cue.lines])


def _time(milliseconds: int) -> str:
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}.{fraction:03}"


def _looks(lines: list[str]) -> list[str]:
    """The blocks before the first cue that say how captions look; remarks say who made them."""
    blocks = re.split(r"\n\s*\n", "\n".join(lines[1 : _first_cue(lines)]))
    return [
        block.strip("\n")
        for block in blocks
        if re.match(r"\n*(?:STYLE|REGION)\s*\n", block) and not _FETCHING.search(block)
    ]
