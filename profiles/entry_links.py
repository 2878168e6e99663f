"""Links of texts to entries of this site, which name kind and key: a new title or slug breaks none.

Visitors get the address as it is now, or plain words while they may not open it.
"""

import re

from django.db.models import CharField, Value
from django.urls import reverse

from profiles.models import KINDS

LINK = re.compile(r'<a href="entry:([a-z]+)-([0-9]{1,18})"([^>]*)>(.*?)</a>', re.DOTALL)


def keys_in(html):
    """{(kind, key)} of the entries to which a text leads."""
    return {(kind, int(key)) for kind, key, _rest, _words in LINK.findall(html)}


def resolved(html):
    """HTML for visitors: each link leads to its entry, or is words alone."""
    if 'href="entry:' not in html:
        return html
    slugs = public_slugs(keys_in(html))
    return LINK.sub(lambda link: as_shown(link, slugs), html)


def as_shown(link, slugs):
    kind, key, rest, words = link.groups()
    slug = slugs.get((kind, int(key)))
    return f'<a href="{reverse("entry", args=[kind, slug])}"{rest}>{words}</a>' if slug else words


def public_slugs(keys):
    """{(kind, key): slug} of those that everybody may open, asked in one query."""
    rows = [
        model.objects.published()
        .filter(pk__in=[key for slug, key in keys if slug == kind])
        .order_by()
        .annotate(kind=Value(kind, CharField()))
        .values_list("kind", "pk", "slug")
        for kind, model in KINDS.items()
        if any(slug == kind for slug, _key in keys)
    ]
    found = rows[0].union(*rows[1:], all=True) if rows else []
    return {(kind, key): slug for kind, key, slug in found}
