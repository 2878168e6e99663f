"""Authors as staff type them, one a line: "Ag Assarid, Moussa" is a person, "IMRAP" a body.

A line without a comma is never taken apart: what is the family name of "Aminata Traoré" is for
people to say. A body may have commas too ("Ministère de l’Agriculture, de l’Élevage").
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from profiles.words import lines

COMMA = re.compile(r"(?:(?<!\s)\s+)?[,،，]\s*")  # blanks are looked at once, from the first one on
# Words in front of a family name, which alone make no whole name of it.
PARTICLES = {"ag", "walet", "wallet", "ould", "mint", "ben", "bin", "ibn", "bint", "el", "al"}
PARTICLES |= {"de", "du", "des", "d", "la", "le", "van", "von", "der", "den", "da", "dos", "di"}
# Words, without accents, by which bodies call themselves in French and in English.
OF_BODIES = re.compile(
    r"(?:institut|universit|minist|associat|organi[sz]at|fondat|foundat|laborat|observat|federat"
    r"|collecti|departe|gouverne|govern|internation|academ|commissi|programm)\w+"
    r"|(?:centre|center|reseau|network|agence|agency|comite|committee|conseil|council|groupe?|bureau"
    r"|office|direction|ecole|school|faculte|faculty|union|coalition|societe|society|mission|nation"
    r"|banque|bank|forum|assemblee|assembly|service|equipe|team|ong|ngo|institut)[sx]?"
)


class Author(NamedTuple):
    family: str  # of a body its whole name
    given: str  # of a body ""

    @property
    def is_person(self) -> bool:
        return bool(self.given)

    @property
    def name(self) -> str:
        """As people say it: "Moussa Ag Assarid"."""
        return f"{self.given} {self.family}".strip()

    @property
    def inverted(self) -> str:
        """As lists are sorted: "Ag Assarid, Moussa"."""
        return f"{self.family}, {self.given}" if self.given else self.family


def authors_in(text: str) -> list[Author]:
    return [author_of(line) for line in lines(text)]


def author_of(line: str) -> Author:
    parts = COMMA.split(line)
    if len(parts) == 2 and all(parts) and not _is_body(*parts):
        return Author(*parts)
    return Author(line, "")


def _is_body(before: str, behind: str) -> bool:
    words = re.findall(r"\w+", before)
    # "Bureau, Jean" is a person; so is "traoré, aminata".
    is_called_so = len(words) > 1 and _has_word_of_bodies(words)
    return is_called_so or (before[0].isupper() and behind[0].islower())


def _has_word_of_bodies(words: Iterable[str]) -> bool:
    return any(OF_BODIES.fullmatch(_plain(word)) for word in words)


def _plain(word: str) -> str:
    signs = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def looks_like_a_person(line: str) -> bool:
    """Whether a line without a comma is rather somebody's name: "Moussa Ag Assarid"."""
    words = re.findall(r"[\w’'.-]+", line)
    return (
        not COMMA.search(line)
        and 2 <= len(words) <= 5
        and not _has_word_of_bodies(words)
        and all(_is_of_a_name(word) for word in words)
    )


def _is_of_a_name(word: str) -> bool:
    is_capital = word[0].isupper() and (len(word) < 3 or not word.isupper())
    return is_capital or word.lower() in PARTICLES


def are_authors(text: str) -> None:
    """A comma stands between two names, else the line was not finished."""
    for line in lines(text):
        if not all(COMMA.split(line)):
            raise ValidationError(
                _(
                    "“%(line)s”: a comma stands between the family name and the given name, as in "
                    "“Ag Assarid, Moussa”. Add what is missing, or take the comma away."
                ),
                code="half_a_name",
                params={"line": line[:80]},
            )
