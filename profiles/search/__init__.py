"""Finding entries by words, whatever their accents and endings.

The index holds nothing that the entries do not: it may be lost, and `rebuild` makes it anew.
"""

from profiles.search.finding import Results, search
from profiles.search.indexing import (
    begin_request,
    end_request,
    forget,
    index,
    index_all,
    is_of_this_version,
    rebuild,
    rebuild_if_stale,
    whole_of,
)
from profiles.search.profile import answer
from profiles.search.questions import readable
from profiles.search.snippets import shown

__all__ = [
    "Results",
    "answer",
    "begin_request",
    "end_request",
    "forget",
    "index",
    "index_all",
    "is_of_this_version",
    "matching",
    "readable",
    "rebuild",
    "rebuild_if_stale",
    "search",
    "shown",
    "whole_of",
]


def matching(entries, query):
    """Those of a kind's entries that answer a query, in the order in which they do: a queryset."""
    hits = search(query, {entries.model.kind_slug: entries}).hits
    return entries.filter(pk__in=[hit.key for hit in hits])
