"""Two texts side by side, with the passages marked in which they differ."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_WORDS = 4_000  # of both together; what is longer is compared line by line
MOST_LINES = 4_000  # beyond that all is marked


class Passage(NamedTuple):
    text: str
    is_marked: bool


def side_by_side(old, new):
    """(passages of the old text, passages of the new one)."""
    for pattern, most in ((r"\s*\S+|\s+", MOST_WORDS), (r"[^\n]*\n|[^\n]+", MOST_LINES)):
        pieces = [re.findall(pattern, text) for text in (old, new)]
        if sum(map(len, pieces)) <= most:
            return compared(*pieces)
    return [Passage(old, True)], [Passage(new, True)]


def compared(old, new):
    left, right = [], []
    # What stands in every line is no landmark: without that, a few words could be compared for ever.
    for tag, i, j, m, n in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        for side, pieces in ((left, old[i:j]), (right, new[m:n])):
            if pieces:
                side.append(Passage("".join(pieces), tag != "equal"))
    return left, right
