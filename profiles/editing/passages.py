"""Where two texts differ: the words that went and came, with those around them."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, OLD, NEW, GAP = "same", "old", "new", "gap"
AROUND = 60  # letters on each side of a change
LONGEST = 300  # letters shown of one change
MOST = 12  # changes shown of one text
MOST_COMPARED = 1_500  # pieces on each side that are compared one by one
WORD = re.compile(r"\s*\S+|\s+")
LINE = re.compile(r"[^\n]*\n?")


class Piece(NamedTuple):
    kind: str
    text: str

    @property
    def is_changed(self):
        return self.kind in (OLD, NEW)


def between(old, new):
    """Pieces of the two texts in their order; what both share is shortened to its ends."""
    pieces = list(merged(compared(old, new)))
    changes = [place for place, piece in enumerate(pieces) if piece.kind != SAME]
    if len(changes) > MOST:
        pieces = [*pieces[: changes[MOST]], Piece(GAP, "")]
    return [
        shown
        for place, piece in enumerate(pieces)
        for shown in shortened(piece, place == 0, place == len(pieces) - 1)
    ]


def side_by_side(old, new):
    """(pieces of the old text, pieces of the new one), both whole."""
    pieces = list(merged(compared(old, new)))
    return (
        [piece for piece in pieces if piece.kind != NEW],
        [piece for piece in pieces if piece.kind != OLD],
    )


def compared(old, new):
    """By lines, and within those that differ by words."""
    for before, after in differing_runs(LINE.findall(old), LINE.findall(new)):
        if before == after:
            yield Piece(SAME, before)
            continue
        for words_before, words_after in differing_runs(words_of(before), words_of(after)):
            if words_before == words_after:
                yield Piece(SAME, words_before)
            else:
                yield Piece(OLD, words_before)
                yield Piece(NEW, words_after)


def words_of(text):
    """Each with the blanks before it; those at the end stand alone."""
    return WORD.findall(text)


def differing_runs(old, new):
    """(text of the one, text of the other), run by run; the same where they agree."""
    start, end = common_ends(old, new)
    yield "".join(old[:start]), "".join(new[:start])
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(before), len(after)) > MOST_COMPARED:
        yield "".join(before), "".join(after)
    else:
        # What stands in every line is no landmark: else a few words could be compared for ever.
        matcher = SequenceMatcher(None, before, after, autojunk=True)
        for _tag, a_start, a_end, b_start, b_end in matcher.get_opcodes():
            yield "".join(before[a_start:a_end]), "".join(after[b_start:b_end])
    rest = "".join(old[len(old) - end :])
    yield rest, rest


def common_ends(old, new):
    """How many pieces the two share at the beginning, and how many at the end."""
    shorter = min(len(old), len(new))
    start = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    left = shorter - start
    end = next((n for n in range(left) if old[-1 - n] != new[-1 - n]), left)
    return start, end


def merged(pieces):
    """Without empty ones; neighbours of one kind become one, what went before what came."""
    waiting = {SAME: "", OLD: "", NEW: ""}
    for kind, text in pieces:
        if (kind == SAME and text and (waiting[OLD] or waiting[NEW])) or (
            kind != SAME and text and waiting[SAME]
        ):
            yield from let_go(waiting)
        waiting[kind] += text
    yield from let_go(waiting)


def let_go(waiting):
    for kind, text in waiting.items():
        if text:
            yield Piece(kind, text)
        waiting[kind] = ""


def shortened(piece, is_first, is_last):
    """What is the same: its ends beside the changes; a change: its beginning and its end."""
    kind, text = piece
    before, behind = (AROUND, AROUND) if kind == SAME else (LONGEST, AROUND)
    before = 0 if kind == SAME and is_first else before
    behind = 0 if kind == SAME and is_last else behind
    if len(text) <= before + behind + 1:
        return [piece]
    ends = [Piece(kind, beginning(text, before)), Piece(GAP, ""), Piece(kind, ending(text, behind))]
    return [one for one in ends if one.text or one.kind == GAP]


def beginning(text, length):
    """Up to the end of a word, where there is one."""
    return re.sub(r"\s*\S*$", "", text[:length]) or text[:length]


def ending(text, length):
    return (re.sub(r"^\S*\s*", " ", text[-length:]) or text[-length:]) if length else ""
