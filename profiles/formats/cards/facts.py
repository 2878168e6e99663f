"""What stands on a card. Its address holds all of it, so that another title has another address."""

import hashlib
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import get_language

from profiles.formats.citations.facts import one_line
from profiles.translation import TranslatedText
from profiles.typography import typeset
from profiles.words import date_in_words

SIZE = (1200, 630)
DRAWN_LIKE = "1"  # raised when `drawing` draws otherwise


class Card(NamedTuple):
    page: str  # "papers-12-fr": whose card it is
    arguments: tuple  # of the page's address
    acronym: str
    organisation: str
    label: str  # "Paper"
    date: str
    title: str
    sentence: str
    picture: str  # name of a stored picture
    is_logo: bool

    @property
    def version(self):
        """Changes with what is drawn, and can't be chosen."""
        drawn = repr((DRAWN_LIKE, *self))
        return hashlib.sha256(drawn.encode()).hexdigest()[:12]

    @property
    def text(self):
        """What is read on it."""
        facts = ", ".join(filter(None, [self.label, self.date]))
        parts = [self.title, facts, self.sentence, self.acronym or self.organisation]
        return " – ".join(filter(None, parts))

    @property
    def address(self):
        return reverse("card", args=[*self.arguments, self.version])


def card_of_entry(entry):
    title = TranslatedText(one_line(entry.title), entry.title.language)
    return Card(
        page=f"{entry.kind_slug}-{entry.pk}-{get_language()}",
        arguments=(entry.kind_slug, entry.slug),
        **names(entry.organisation),
        label=str(entry.genre),
        date=date_in_words(entry.own_date),
        title=set_in_signs(title),
        sentence="",
        picture=str(entry.image or entry.cover or ""),
        is_logo=False,
    )


def card_of_list(organisation, kind):
    title = TranslatedText(str(kind.section_title), get_language())
    return Card(
        page=f"{kind.kind_slug}-list-{get_language()}",
        arguments=(kind.kind_slug,),
        **names(organisation),
        title=set_in_signs(title),
        **with_logo(organisation),
    )


def card_of_profile(organisation):
    return Card(
        page=f"profile-{get_language()}",
        arguments=(),
        **names(organisation),
        title=set_in_signs(organisation.name),
        **with_logo(organisation) | {"sentence": set_in_signs(organisation.sentence)},
    )


def names(organisation):
    return {
        "acronym": one_line(organisation.acronym),
        "organisation": set_in_signs(organisation.name),
    }


def with_logo(organisation):
    logo = str(organisation.logo or "")
    return {"label": "", "date": "", "sentence": "", "picture": logo, "is_logo": True}


def set_in_signs(text):
    """On one line, with the signs and spaces of its language."""
    return typeset(one_line(text), text.language)
