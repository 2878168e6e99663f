"""What a citation says of an entry. What is not known is "", and then no form says it."""

import re
from contextlib import nullcontext
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

from profiles import addresses, dates
from profiles.authors import Author, authors_in
from profiles.translation import TranslatedText, to_attribute

# What no line of these forms, and no XML, can hold.
NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\s]+")


class Citation(NamedTuple):
    key: str
    form: str  # "report" or "film"
    genre: str
    title: TranslatedText
    language: str  # of what is cited, which its title may lack
    authors: list  # of `Author`
    institution: str
    date: str  # "2016", "2016-06" or "2016-06-30"
    isbn: str
    doi: str
    address: str
    pdf: str  # address of the file
    abstract: str

    @property
    def date_parts(self):
        """[2016, 6]; [] of an unknown date."""
        return [part for part in dates.parsed(self.date) if part] if self.date else []


def citation_of(entry, site):
    """The Citation of a citable entry; `site` is scheme and host."""
    language = cited_language(entry)
    title = text_in(entry, "title", language)
    return Citation(
        key=entry.slug,
        form=entry.cited_as,
        genre=genre_of(entry, language),
        title=TranslatedText(one_line(title), title.language),
        language=language,
        authors=[
            Author(one_line(author.family), one_line(author.given))
            for author in authors_in(getattr(entry, "authors", ""))
        ],
        institution=one_line(text_in(entry.organisation, "name", language)),
        date=entry.own_date,
        isbn=getattr(entry, "isbn", ""),
        doi=getattr(entry, "doi", ""),
        address=addresses.absolute(site, entry.get_absolute_url()),
        pdf=addresses.absolute(site, entry.pdf.file.url) if entry.pdf else "",
        abstract=one_line(text_in(entry, "summary", language)),
    )


def cited_language(entry):
    """That of the file which a reader of the page is offered first, else the page's own."""
    if entry.pdf:
        return entry.pdf.language
    offered = entry.offered_languages
    return get_language() if get_language() in offered else offered[0]


def text_in(noun, name, language):
    """A text in a language, or else in the page's, or in any: TranslatedText."""
    own = getattr(noun, to_attribute(name, language), "")
    return TranslatedText(own, language) if own else getattr(noun, name)


def genre_of(entry, language):
    is_ours = language in dict(settings.LANGUAGES)
    with translation.override(language) if is_ours else nullcontext():
        return str(entry.genre)


def one_line(text):
    return NOT_IN_A_LINE.sub(" ", str(text)).strip()


def without_comma(name):
    """A body's name where a comma would make a person of it, and a semicolon two."""
    return re.sub(r"\s*[,;،，]\s*", " ", one_line(name))
