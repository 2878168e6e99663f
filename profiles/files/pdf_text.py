"""The text of a PDF's pages made fit for searching; in the child process, without Django."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby, pairwise

MAX_TEXT = 200_000
PAGE_END = "\f"
DIVIDED = "\x02"  # what PDFium writes for a hyphen at a line end, real or not


def tidy(pages: list[str]) -> str:
    """The pages' text in NFC, with single spaces, and nothing PostgreSQL or XML would refuse.

    Between two pages stands a form feed, also where one is blank; "" where all of them are.
    """
    cleaned = [_clean(page) for page in pages]
    arabic = [line for page in cleaned for line in page if is_arabic(line)]
    is_reversed = sum(map(reversal, arabic)) > 0  # for lines too short to tell
    pages = ["\n".join(line for line in page if is_sound(line, is_reversed)) for page in cleaned]
    text = PAGE_END.join(re.sub(r"\n{3,}", "\n\n", page).strip() for page in pages)
    text = _DIVIDED_BY_PAGE.sub(rf"\1\n\2{PAGE_END}", text[:MAX_TEXT])
    return joined(text)[:MAX_TEXT].rstrip(" \n") if text.strip() else ""


def _clean(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _PRESENTATION_FORMS.sub(lambda letters: unicodedata.normalize("NFKC", letters[0]), text)
    text = re.sub("[\0\x01\x03-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "", text)
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(" ?\n ?", "\n", text).strip().split("\n")


# Words divided at a line end

_DIVISION = re.compile(rf"{DIVIDED}|(?<=\w)[-\u2010\u00ad]\n{{1,2}}(?=\w)")
_WORD = re.compile(r"\w+(?:-\w+)*")
# The end of a word that goes on on the next page, which is kept on the one where it begins.
_DIVIDED_BY_PAGE = re.compile(rf"({DIVIDED}|(?<=\w)[-\u2010\u00ad])\f(\w+(?:-\w+)*) ?")
LONGEST_WORD = 60
# Parts of compounds, which can be the beginning or the end of a divided word as well.
_FIRST_PARTS = (
    "arrière avant après bien burkina celle celles celui centre ceux chef contre couvre demi "
    "dit eux elle elles est ex garde grand grande guinée haut haute laissez lui mal mi moi "
    "nord non nous ouest petit petite peut porte quasi saint sainte sans semi soi socio sous "
    "sud vice vous anti auto inter long self well"
)
FIRST_PARTS = frozenset(_FIRST_PARTS.split())
_LAST_PARTS = (
    "ce ci clé clés dessous dessus elle elles en être feu il ils je la là le les leur leurs "
    "lui même mêmes moi nous on parole saharien saharienne toi tu vous based building making "
    "term wide"
)
LAST_PARTS = frozenset(_LAST_PARTS.split())


def joined(text: str) -> str:
    """The text with its divided words whole. Where a compound and a word fit alike, both stand."""
    known = {word.casefold() for word in _WORD.findall(_DIVISION.sub(" ", text))}

    def whole(division: re.Match[str]) -> str:
        start, end = division.span()
        before, behind = text[max(0, start - LONGEST_WORD) : start], text[end : end + LONGEST_WORD]
        first = re.sub(rf"(?s).*[^\w{DIVIDED}-]", "", before)
        last = re.sub(r"(?s)\W.*", "", behind)
        further = behind[len(last) :].startswith("-")
        if is_compound(first, last, further, known):
            return "-"
        if first.casefold() in FIRST_PARTS or last.casefold() in LAST_PARTS:
            return f"{last} {first}-"
        return ""

    return _DIVISION.sub(whole, text)


def is_compound(first: str, last: str, further: bool, known: set[str]) -> bool:
    """Whether the hyphen between two lines is a real one, as far as the text tells."""
    if not (first and last) or further or "-" in first or DIVIDED in first:
        return True
    if first[-1].isdigit() or last[0].isdigit() or (last[0].isupper() and first[-1].islower()):
        return True
    return f"{first}-{last}".casefold() in known and f"{first}{last}".casefold() not in known


# Scripts that run from right to left

_PRESENTATION_FORMS = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")
_BETWEEN_LETTERS = re.compile(r"(?<=[\u0620-\u064a])[A-Za-z$#@&*+=<>{}|~^\\]+(?=[\u0620-\u064a])")


def is_from_right(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


def in_reading_order(characters: list[str], places: list[float]) -> str:
    """The text of characters that were found at these places, counted from the left.

    Some programs write Arabic words from left to right, as they look, or word by word either way.
    """
    groups = groupby(
        zip(characters, places, strict=True),
        lambda found: is_from_right(found[0]) or unicodedata.category(found[0]) == "Mn",
    )
    return "".join(_righted(list(word)) if is_word else _text(word) for is_word, word in groups)


def _text(found: Iterable[tuple[str, float]]) -> str:
    return "".join(character for character, _place in found)


def _righted(word: list[tuple[str, float]]) -> str:
    letters = [found for found in word if is_from_right(found[0])]
    steps = [left < right for (_one, left), (_other, right) in pairwise(letters)]
    # Their vowel signs are not searched, and would come to stand before their letters.
    return _text(reversed(letters)) if sum(steps) * 2 > len(steps) else _text(word)


def is_sound(line: str, in_doubt_reversed: bool = False) -> bool:
    """Whether a line is words, and neither reversed nor signs that only its own font explains."""
    letters = [character for character in line if not character.isspace()]
    unknown = sum(unicodedata.category(letter) in ("Co", "Cn", "Cs") for letter in letters)
    unknown += letters.count("\ufffd")
    if unknown * 5 > len(letters) and len(letters) > 1:
        return False
    if is_arabic(line):
        return not (unknown or is_garbled(line)) and reversal(line) < (
            0 if in_doubt_reversed else 1
        )
    accented = sum("\u00c0" <= letter <= "\u00ff" for letter in letters)
    return len(letters) < 8 or accented * 2 < len(letters)  # Arabic read as if it were Latin


def is_arabic(line: str) -> bool:
    return any(map(is_from_right, line))


def is_garbled(line: str) -> bool:
    """Signs of other scripts among the letters of a word, letters apart, one letter for all."""
    words = _arabic_words(line)
    letters = "".join(words)
    return bool(
        _BETWEEN_LETTERS.search(line)
        or (len(letters) > 7 and len(set(letters)) < 3)
        or (len(words) > 3 and sum(len(word) == 1 for word in words) * 2 > len(words))
    )


def _arabic_words(line: str) -> list[str]:
    without_vowels = "".join(sign for sign in line if not unicodedata.combining(sign))
    return [word for word in re.findall(r"\w+", without_vowels) if is_from_right(word[0])]


_COMMON = "في من على إلى عن التي الذي الذين كان كانت هذا أو ثم بين بعد حول منذ"
COMMON = frozenset(_COMMON.split())
REVERSED = frozenset(word[::-1] for word in COMMON)


def reversal(line: str) -> int:
    """Above 0 where words are written from their ends: by frequent words, by the article, which
    begins words, and by the letters that end words and begin none."""
    words = [word for word in _arabic_words(line) if len(word) > 1]
    return sum(
        (word in REVERSED)
        + 2 * (word[0] in "ةى" or word[-1] == "إ")
        + (len(word) > 4 and word.endswith("لا"))
        - (word in COMMON)
        - (word[-1] in "ةى")
        - word.startswith(("ال", "وال", "بال", "لل"))
        for word in words
    )
