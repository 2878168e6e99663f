"""What is shown of a hit: its title and the place where the words stand, with the words marked."""

import re
import unicodedata
from typing import NamedTuple

from django.utils.translation import get_language

from profiles.models import KINDS, parts_of, with_recordings
from profiles.search import contents, keys, store
from profiles.translation import TranslatedText, script_runs

BEFORE, LENGTH = 60, 230  # signs of a snippet, before the first marked word and in all
BETWEEN = f"[{keys.JOINTS}.{keys.INVISIBLE}{keys.LATIN_MARKS}{keys.ARABIC_MARKS}]"
MARKS = f"[{keys.LATIN_MARKS}{keys.ARABIC_MARKS}]"
TOKEN_END = rf"(?:\w|{MARKS}|{BETWEEN}+(?=\w))*"
ARTICLE = "(?:[وبكف]?ال|لل)?"
# Where a letter of ours is typed as two, the text may have one.
LOOSE = [("ny", "ny?"), ("gn", "g?n"), ("ng", "ng?"), ("gh", "gh?"), ("oe", "oe?"), ("ae", "ae?")]


class Piece(NamedTuple):
    text: str
    is_marked: bool


class Snippet(NamedTuple):
    """A stretch of text in `language`; of a page of a file where there is a `file`."""

    pieces: list[Piece]
    language: str
    file: object = None
    page: int = 0

    @property
    def text(self):
        return TranslatedText("".join(piece.text for piece in self.pieces), self.language)


class Shown(NamedTuple):
    entry: object
    title: Snippet
    snippet: Snippet | None


def shown(hits, words):
    """The hits as a page shows them, in their order; those that were withdrawn meanwhile not."""
    marker = Marker(words)
    by_kind = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit.key)
    entries = {
        (kind, key): entry
        for kind, wanted in by_kind.items()
        for key, entry in KINDS[kind].objects.with_related().in_bulk(wanted).items()
    }
    with_recordings(entries.values())
    found = [(hit, entries.get((hit.kind, hit.key))) for hit in hits]
    return [shown_entry(hit, entry, words, marker) for hit, entry in found if entry]


def shown_entry(hit, entry, words, marker):
    title, lead = entry.title, entry.lead
    snippet, seen = best_snippet(entry, marker)
    if lead and not seen:
        snippet = Snippet(marker.window(lead, 0), language_in(lead, lead.language))
    seen = seen | {at for _start, _end, at in marker.places(title)}
    missing = [word for at, word in enumerate(words) if at not in seen]
    if missing and (of_file := snippet_of_file(hit, entry, words, missing, marker)):
        snippet = of_file
    return Shown(entry, Snippet(marker.pieces(title), language_in(title, title.language)), snippet)


def best_snippet(entry, marker):
    """(the stretch of its own texts with most of the words, which words that are)."""
    best, most, seen = None, -1, set()
    for text, language in texts_in_order(entry):
        start, words = marker.densest(text)
        if len(words) > most:
            best, most, seen = (text, language, start), len(words), words
    if not seen:  # a list of partners, say, has nothing to do with the question
        return None, seen
    text, language, start = best
    return Snippet(marker.window(text, start), language_in(text, language)), seen


def language_in(text, language):
    """That of its script, where it is another than the field's language is written in."""
    letters = max(script_runs(text), key=lambda run: len(run[0]), default=("", None))
    return letters[1] or language


def texts_in_order(entry):
    """Its texts that can be shown, those in the page's language first."""
    fields = [one for one in entry._meta.concrete_fields if one.name not in entry.unsearched]
    found = [
        (passage.text, passage.language)
        for one in fields
        for passage in list(contents.shown_passages(entry, one))
        if passage.place != contents.TITLE
    ]
    found += [(one.transcript, one.language) for one in entry.recordings if one.transcript]
    return sorted(found, key=lambda one: one[1] != get_language())


def snippet_of_file(hit, entry, words, missing, marker):
    """From the first page that has all the words, or else those that stand nowhere else."""
    tries = [words, missing, *([word] for word in missing)]
    place = next(filter(None, (store.first_page(hit.row, some) for some in tries)), None)
    if place is None:
        return None
    key, number = place
    files = (part for part in parts_of(entry) if hasattr(part, "text"))
    file = next((file for file in files if file.pk == key), None)
    if file is None:
        return None
    texts = file.text.split(contents.FORM_FEED) if number else [file.text]
    text = texts[number - 1] if 0 < number <= len(texts) else texts[0]
    start, _words = marker.densest(text)
    return Snippet(marker.window(text, start), file.language, file, number)


# Marking


class Letters(dict):
    """For each sign the one that stands for it where words are compared: as many as before."""

    def __missing__(self, code):
        folded = keys.without_marks(chr(code).casefold()) or chr(code)
        letter = keys.TYPED_AS.get(folded[0], [folded])[0][:1]
        self[code] = letter
        return letter


LETTERS = Letters()


class Marker:
    """Finds the words of a question in a text, in all their forms."""

    def __init__(self, words):
        self.words = words
        starts = {key[:3] for word in words for key in word.marks if key[0] != keys.EXACT}
        starts |= {word.prefix[:3] for word in words if word.prefix}
        beginnings = "|".join(map(loosely, sorted(starts)))
        self.pattern = re.compile(rf"\b(?:{beginnings}){TOKEN_END}") if starts else None
        self.known = {}

    def places(self, text):
        """(start, end, number of the word) of each word of the question in a text in NFC."""
        if self.pattern is None:
            return []
        tokens = self.pattern.finditer(text.translate(LETTERS))
        return [
            (token.start(), token.end(), at)
            for token in tokens
            if (at := self.which(text[token.start() : token.end()])) is not None
        ]

    def which(self, token):
        if token not in self.known:
            self.known[token] = self._which(token)
        return self.known[token]

    def _which(self, token):
        for whole, parts in keys.words_of(token):
            for written in [whole, *parts]:
                for language in ("fr", "en"):
                    found = keys.keys(written, language)
                    for at, word in enumerate(self.words):
                        if found & word.marks or begins(written, word):
                            return at
        return None

    def densest(self, text):
        """(where the stretch with most different words begins, their numbers)."""
        places = self.places(text)
        best, most = 0, set()
        for number, (start, _end, _at) in enumerate(places[:200]):
            inside = {
                at for s, e, at in places[number : number + 20] if e <= start + LENGTH - BEFORE
            }
            if len(inside) > len(most):
                best, most = start, inside
        return best, most

    def window(self, text, start):
        """The pieces of the stretch around a place, from a blank to a blank."""
        begin = max(0, start - BEFORE)
        if begin:
            begin = text.find(" ", begin, start) + 1 or begin
        end = min(len(text), begin + LENGTH)
        if end < len(text):
            end = max(text.rfind(" ", start, end), min(end, start + 60))
        stretch = " ".join(text[begin:end].split())
        before, after = "… " if begin else "", " …" if end < len(text) else ""
        return self.pieces(f"{before}{stretch}{after}")

    def pieces(self, text):
        pieces, at = [], 0
        text = unicodedata.normalize("NFC", str(text))
        for start, end, _word in self.places(text):
            pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
            at = end
        return [piece for piece in [*pieces, Piece(text[at:], False)] if piece.text]


def begins(written, word):
    return bool(word.prefix) and any(
        spelling.startswith(word.prefix) for spelling in keys.spellings(written)
    )


def loosely(start):
    """The pattern of a word's first letters, whatever stands between them."""
    if start.isdigit():
        return "[ \u00a0\u202f.,'’]?".join(start)
    pattern = f"{BETWEEN}*".join(map(re.escape, start))
    for two, one in LOOSE:
        first, second = two
        pattern = pattern.replace(
            f"{first}{BETWEEN}*{second}", f"(?:{one})" if two in start else ""
        )
    return f"{ARTICLE if keys.ARABIC.search(start) else ''}{pattern}"
