"""A reference as people write it, in the page's language, to copy into a text."""

from typing import NamedTuple

from django.utils.translation import pgettext

from profiles.addresses import address_of_doi
from profiles.translation import TranslatedText
from profiles.words import date_in_words


class Reference(NamedTuple):
    """The parts of one line; the title knows its language."""

    before: str
    title: TranslatedText
    behind: str
    where: str  # addresses, which are not typeset

    def __str__(self):
        return f"{self.before}{self.title}{self.behind}{self.where}"


def reference(citation, genre):
    """ "Ag Assarid, Moussa ; IMRAP (juin 2016). Titre. Document de recherche, IMRAP. https://…".

    `genre` is what the page calls it; that of the citation is in the language of the file.
    """
    separator = pgettext("between authors of a reference", "; ")
    authors = separator.join(author.inverted for author in citation.authors)
    date = date_in_words(citation.date)
    # Without authors the date stands at the end, as nothing may stand before the title alone.
    before = f"{authors} ({date}). " if authors and date else f"{authors}. " if authors else ""
    place = [str(genre), citation.institution, "" if authors else date]
    place = ", ".join(filter(None, place))
    where = [citation.address, address_of_doi(citation.doi)]
    isbn = f" ISBN {citation.isbn}." if citation.isbn else ""
    stop = "" if citation.title.endswith((".", "?", "!", "…")) else "."
    return Reference(
        before, citation.title, f"{stop} {place}.{isbn} ", " ".join(filter(None, where))
    )
