"""Entries to which a text leads: found by their names, and missed where visitors can't open them.

The same of the pictures that it shows. The texts are an entry's, or the organisation's.
"""

from itertools import groupby

from django.utils.translation import gettext as _

from profiles.editing.completeness import Remark
from profiles.entry_links import keys_in, public_slugs
from profiles.markup import numbers_in
from profiles.models import KINDS, rich_columns
from profiles.publishing import may_view
from profiles.search import search
from profiles.translation import has_any

MOST_OFFERED = 10


def entries_called(query, user):
    """The first entries that answer a query, of the kinds that this person may read."""
    kinds = {slug: kind for slug, kind in KINDS.items() if may_view(user, kind)}
    visible = {slug: kind.objects.all() for slug, kind in kinds.items()}
    hits = search(query, visible).hits[:MOST_OFFERED]
    known = entries_of({(hit.kind, hit.key) for hit in hits})
    return [known[hit.kind, hit.key] for hit in hits if (hit.kind, hit.key) in known]


def entry_at(address, user):
    """[the entry] of "entry:papers-12", if there is one and this person may read it."""
    found = entries_of(keys_in(f'<a href="{address}"></a>')).values()
    return [entry for entry in found if may_view(user, type(entry))]


def entries_of(keys):
    """{(kind, key): entry} in one query for each kind."""
    return {
        (slug, entry.pk): entry
        for slug, group in groupby(sorted(keys), key=lambda key: key[0])
        if slug in KINDS
        for entry in KINDS[slug].objects.filter(pk__in=[key for _slug, key in group])
    }


def remarks_on_links(noun):
    """Of links in its texts that are words alone for visitors."""
    found = {column: keys_in(getattr(noun, column)) for column in rich_columns(type(noun))}
    every = set().union(*found.values())
    if not every:
        return []
    closed = every - public_slugs(every).keys()
    known = entries_of(closed)
    return [
        Remark(noun, column, sentence(known.get(key)), urgency=0, mark="")
        for column, keys in found.items()
        for key in sorted(keys & closed)
    ]


def remarks_on_pictures(noun):
    """Of those in its texts that the library has no more, or has no words for."""
    for column in rich_columns(type(noun)):
        for number in dict.fromkeys(numbers_in(getattr(noun, column))):
            picture = noun.text_pictures.get(number)
            if picture is None:
                yield Remark(noun, column, lost(number), urgency=0, mark="")
            elif not has_any(picture, "alt"):
                yield Remark(noun, column, wordless(picture), urgency=1, mark="")


def lost(number):
    words = _(
        "The text shows picture %(number)s of the library, which is not there any more: visitors "
        "read its caption alone."
    )
    return words % {"number": number}


def wordless(picture):
    words = _(
        "Picture %(number)s of the library, which the text shows, has no alternative text: give it "
        "one in the library."
    )
    return words % {"number": picture.pk}


def sentence(target):
    if target is None:
        return _(
            "A link in the text leads to an entry that was deleted: visitors read its words alone."
        )
    words = _("A link in the text leads to “%(title)s” (%(state)s): visitors read its words alone.")
    return words % {"title": target.title, "state": target.state.label}
