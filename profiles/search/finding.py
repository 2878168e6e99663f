"""The one way to ask: ranked hits of a question, for visitors and for staff."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from math import log
from typing import NamedTuple

from django.db import DatabaseError
from django.utils import timezone

from profiles.models import KINDS, Organisation, Programme, is_switched_off
from profiles.search import indexing, keys, store
from profiles.search.questions import STOP_WORDS, Word, any_keys, question_of

MOST_FOUND = 500  # entries that are ranked and counted
ENOUGH = 10  # with as many, words that only begin so are left out
MOST_COMBINED = 6  # words of which some may be missing
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ARABIC_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
SHORTEST_CORRECTED = 5
SAME_BEGINNING = 0.6  # of a word's letters
# What a word is worth where it stands: as it was typed, otherwise, or only as a beginning.
WORTH = {"title": (10, 8, 5), "facts": (4, 3, 2), "tied": (3, 2, 1), "much": (3, 2.5, 1)}
READ_IN_TEXT, ON_ONE_PAGE, AS_TYPED, WHOLE_TITLE = 1, 1, 1, 3
NOWHERE_ELSE = 0.5  # in the text, or on a page


class Hit(NamedTuple):
    kind: str
    key: int
    score: float
    row: int
    year: str
    languages: tuple[str, ...]


@dataclass
class Results:
    """`hits`, best first, at most MOST_FOUND; `words` are those that were really looked for."""

    hits: list[Hit] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    phrases: list[list[str]] = field(default_factory=list)
    corrected: str = ""  # the query with its slip mended, where it was
    is_partial: bool = False  # not all words stand in each hit
    is_lost: bool = False  # the index is being made anew
    by_kind: dict[str, int] = field(default_factory=dict)
    by_year: dict[str, int] = field(default_factory=dict)
    by_language: dict[str, int] = field(default_factory=dict)

    @property
    def is_more(self):
        """Whether there are more than were counted."""
        return len(self.hits) >= MOST_FOUND


def search(query, entries=None, kind="", year="", language=""):
    """Entries that answer a query, among those in `entries` ({kind: queryset}): else the public's.

    Numbers by kind, year and language count what the other two narrow to.
    """
    try:
        with store.savepoint():
            return found(query, entries, kind, year, language)
    except DatabaseError as error:
        if "locked" in str(error):  # somebody writes for longer than anybody waits
            return Results(is_lost=True)
        # The index is lost or damaged.
        if indexing.put_off_rebuild():
            return Results(is_lost=True)
        indexing.rebuild()
        return found(query, entries, kind, year, language)


def found(query, entries, kind, year, language):
    question = question_of(query, unsaid=acronyms())
    if not question.words:
        return Results()
    asked = Asked(query, question, visible_of(entries), narrowed_to(kind, year, language))
    results = asked.results()
    if results.is_more and (kind or year or language):
        narrowed = Asked(query, question, asked.visible, asked.narrowing, in_database=True)
        results = narrowed.results()
    results.hits = closed_last(results.hits)
    return counted(results, kind, year, language)


def closed_last(hits):
    """What is over stands behind what can still be answered, such as vacancies."""
    closed = {
        (slug, key)
        for slug, model in KINDS.items()
        if model.can_close
        for key in model.objects.filter(
            pk__in=[hit.key for hit in hits if hit.kind == slug], deadline__lt=timezone.now()
        ).values_list("pk", flat=True)
    }
    return sorted(hits, key=lambda hit: (hit.kind, hit.key) in closed)


def acronyms():
    """Of what the site is all about: "Who pays IMRAP?" asks who pays."""
    named = Organisation.objects.order_by().values_list("acronym", flat=True)
    return {keys.fold(acronym) for acronym in named if acronym}


def visible_of(entries):
    if entries is not None:
        return store.Visible(entries)
    published = {slug: model.objects.published() for slug, model in KINDS.items()}
    hidden = [] if is_switched_off(Programme) else hidden_programmes()
    return store.Visible(published, hidden)


def hidden_programmes():
    shown = Programme.objects.published().order_by().values("pk")
    return Programme.objects.exclude(pk__in=shown).order_by().values_list("pk", flat=True)


def narrowed_to(kind, year, language):
    parts, params = ["1 = 1"], []
    for condition, value in (
        ("found.kind = %s", kind),
        ("found.year = %s", year),
        ("found.languages LIKE %s", f"% {language} %" if language else ""),
    ):
        if value:
            parts.append(condition)
            params.append(value)
    return " AND ".join(parts), params


def counted(results, kind, year, language):
    """The results narrowed, with the numbers that each narrowing would give."""
    wanted = {"kind": kind, "year": year, "language": language}

    def rest(but):
        return [hit for hit in results.hits if fits(hit, {**wanted, but: ""})]

    results.by_kind = Counter(hit.kind for hit in rest("kind"))
    results.by_year = Counter(hit.year for hit in rest("year") if hit.year)
    results.by_language = Counter(code for hit in rest("language") for code in hit.languages)
    results.hits = [hit for hit in results.hits if fits(hit, wanted)]
    return results


def fits(hit, wanted):
    return (
        wanted["kind"] in ("", hit.kind)
        and wanted["year"] in ("", hit.year)
        and (not wanted["language"] or wanted["language"] in hit.languages)
    )


class Asked:
    """A question on its way from strict to lenient, until something answers it."""

    def __init__(self, query, question, visible, narrowing, in_database=False):
        self.query, self.visible, self.narrowing = query, visible, narrowing
        self.words, self.phrases = question.words, question.phrases
        self.narrowed = narrowing if in_database else ("1 = 1", [])

    def results(self):
        if ranked := self.with_all(self.words):
            return Results(ranked, self.words, self.phrases)
        if self.phrases:  # in quotes: nothing else is meant
            return Results(words=self.words, phrases=self.phrases)
        known, corrections = self.corrected()
        if not known:
            return Results(words=self.words)
        corrected = with_corrections(self.query, corrections) if corrections else ""
        is_shorter = len(known) < len(self.words)
        ranked = self.with_all(known)
        if not ranked:
            ranked, is_shorter = self.with_most(known), True
        return Results(ranked, known, [], corrected, is_partial=bool(ranked) and is_shorter)

    def select(self, words, most=MOST_FOUND, **options):
        return store.select(words, self.visible, most, narrowed=self.narrowed, **options)

    def with_all(self, words):
        """Ranked hits in which all words stand, in full or, where they are few, as a beginning."""
        rows = self.rows_with_titles_first(words)
        if len(rows) < ENOUGH:
            words = begun(words)
            rows |= {row.row: row for row in self.select(words, phrases=self.phrases)}

        return ranked(list(rows.values()), words, self.visible.hidden)

    def rows_with_titles_first(self, words):
        """Titles are asked apart, as there may be more entries than are ranked."""
        rows = {row.row: row for row in self.select(words, phrases=self.phrases)}
        if len(rows) >= MOST_FOUND:
            in_titles = self.select(words, phrases=self.phrases, columns=["title"])
            rows = {row.row: row for row in in_titles} | rows
        return rows

    def corrected(self):
        """(the words that stand anywhere, mended where one slip was made; {typed: mended})."""
        known, corrections = [], {}
        for word in self.words:
            if self.stands(word.begun()):
                known.append(word)
            elif better := self.mended(word) or self.divided(word) or self.akin(word):
                known.append(better)
                corrections[word.text] = better.text
        return known, corrections

    def stands(self, word):
        return bool(self.select([word], most=1))

    def mended(self, word):
        """The word with one slip mended that most visible entries have; None if there is none."""
        folded = keys.fold(word.text)
        if len(folded) < SHORTEST_CORRECTED or len(folded) > keys.LONGEST_WORD:
            return None
        candidates = one_slip_away(folded)
        if folded[-1] in "sx":
            candidates |= one_slip_away(folded[:-1])
        shown = store.words_among(candidates - STOP_WORDS)
        better = [Word(text, ((any_keys(text),),)) for text in shown.values()]
        better = [(len(self.select([one], most=20)), one.text, one) for one in better]
        better = [one for one in better if one[0]]
        # Nobody mistakes the first letter as often as another one.
        best = max(better, key=lambda b: (b[1][:1] == word.text[:1], b[0], b[1]), default=None)
        return best and best[2]

    def divided(self, word):
        """Two words for one that stands nowhere: "burkinafaso"; None if there are no such two."""
        folded = keys.fold(word.text)[: keys.LONGEST_WORD]
        pairs = [(folded[:at], folded[at:]) for at in range(3, len(folded) - 2)]
        shown = store.words_among({part for pair in pairs for part in pair})
        for pair in pairs:
            if all(part in shown for part in pair):
                texts = [shown[part] for part in pair]
                two = Word(" ".join(texts), (tuple(map(any_keys, texts)),))
                if self.stands(two):
                    return two
        return None

    def akin(self, word):
        """Words that begin as this one does, as far as any does: "orpaillage" for "orpailleur"."""
        folded = keys.fold(word.text)[: keys.LONGEST_WORD]
        shortest = max(SHORTEST_CORRECTED + 1, round(len(folded) * SAME_BEGINNING))
        for length in range(len(folded) - 1, shortest - 1, -1):
            begun = Word(f"{folded[:length]}…", word.ways, folded[:length])
            if self.stands(begun):
                return begun
        return None

    def with_most(self, words):
        """Ranked hits with as many of the words as any has, rare words before frequent ones."""
        frequency = {word.text: len(self.select(begun([word]), most=200)) for word in words}
        rare = sorted(words, key=lambda word: frequency[word.text])[:MOST_COMBINED]
        weights = {word.text: log(1 + 200 / max(1, frequency[word.text])) for word in rare}
        for number in range(len(rare) - 1, 0, -1):
            hits = {}
            sets = sorted(
                combinations(rare, number), key=lambda s: -sum(weights[w.text] for w in s)
            )
            for some in sets:
                rows = self.select(begun(some))
                bonus = 5 * sum(weights[word.text] for word in some)
                for hit in ranked(rows, begun(rare), self.visible.hidden, bonus):
                    hits.setdefault(hit.row, hit)
            if hits:
                return sorted(hits.values(), key=order)[:MOST_FOUND]
        return []


def begun(words):
    return [word if word.prefix else word.begun() for word in words]


def with_corrections(query, corrections):
    query = keys.typed(query)[:200]
    for typed, mended in corrections.items():
        query = re.sub(re.escape(typed), lambda _typed, mended=mended: mended, query, count=1)
    return query


def one_slip_away(word):
    """All that one letter more, less, other or swapped makes of a folded word."""
    letters = ARABIC_LETTERS if keys.ARABIC.search(word) else LETTERS
    pairs = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {first + rest[1:] for first, rest in pairs if rest}
    found |= {first + rest[1] + rest[0] + rest[2:] for first, rest in pairs if len(rest) > 1}
    found |= {first + letter + rest[1:] for first, rest in pairs if rest for letter in letters}
    found |= {first + letter + rest for first, rest in pairs for letter in letters}
    return found - {word}


# Ranking


def ranked(rows, words, hidden=(), bonus=0):
    """The rows as hits, best first: from keys that are the same on every database."""
    rows = rows[: 2 * MOST_FOUND]
    if not rows or not words:
        return []
    hidden = set(hidden)
    standing = [standing_of(row, words, row.programme not in hidden) for row in rows]
    weights = [weight_of([one[at] for one in standing]) for at in range(len(words))]
    extras = extras_of(words)
    hits = [
        hit_of(
            row,
            bonus + score(row, values, weights, words) + sum(e for r, e in extras if row.row in r),
        )
        for row, values in zip(rows, standing, strict=True)
    ]
    return sorted(hits, key=order)[:MOST_FOUND]


def order(hit):
    return -round(hit.score, 6), _reversed(hit.year), hit.kind, -hit.key


def _reversed(year):
    return -int(year) if year.isdigit() else 0


def hit_of(row, score):
    return Hit(row.kind, row.entry, score, row.row, row.year, tuple(row.languages.split()))


def standing_of(row, words, is_tied_seen):
    """What each word is worth in a row, by the best place in which it stands."""
    columns = {"title": row.title, "facts": row.facts, "much": row.much}
    if is_tied_seen:
        columns["tied"] = row.tied
    padded = {name: f" {text} " for name, text in columns.items()}
    return [max(worth(padded[name], word, WORTH[name]) for name in padded) for word in words]


def worth(column, word, values):
    if any(f" {keys.exact(part)} " in column for part in [word.text]):
        return values[0]
    for way in word.ways:
        if all(any(f" {key} " in column for key in any_of) for any_of in way):
            return values[1]
    return values[2] if word.prefix and f" {word.prefix}" in column else NOWHERE_ELSE


def weight_of(values):
    """A word that tells the rows apart weighs more than one that all have in one place."""
    best = max(values)
    return 1 + log(len(values) / sum(value == best for value in values)) / 2


def extras_of(words):
    """[(numbers of rows, what they have more)]: words together, and as they were typed."""
    most = 4 * MOST_FOUND
    not_in_files = [column for column in store.COLUMNS if column != "pages"]
    return [
        (store.rows_with(words, not_in_files, most), READ_IN_TEXT),
        (store.rows_with([word.exactly for word in words], not_in_files, most), AS_TYPED),
        (store.rows_with_page(words, most), ON_ONE_PAGE),
    ]


def score(row, values, weights, words):
    total = sum(value * weight for value, weight in zip(values, weights, strict=True))
    in_title = sum(value >= WORTH["title"][2] for value in values)
    length = max(1, row.title.count(keys.EXACT))
    return total + WHOLE_TITLE * min(1, in_title / length)
