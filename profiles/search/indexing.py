"""What of an entry is found, and the index that finds it."""

import hashlib
from collections import defaultdict
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection
from django.db.models import Q

from profiles.models import KINDS, AudioSummary
from profiles.richtext import plain
from profiles.search import keys, sqlite
from profiles.translation import (
    CONTENT_LANGUAGES,
    FIRST_LANGUAGE,
    FURTHER_LANGUAGES,
    to_attribute,
    translated_columns,
)

MOST_WORDS = 20  # of a query
NAMES = ("authors", "partners", "funders", "places", "mandators", "countries", "location", "isbn")
TEXTS = ("summary", "transcript", "outputs", "intended_outcomes")


def title_keys(entry):
    texts = [(getattr(entry, to_attribute("title", code)), code) for code in CONTENT_LANGUAGES]
    return " ".join(keys.all_keys(text, language) for text, language in texts)


def text_keys(entry, transcripts=()):
    parts = list(transcripts)
    for language in CONTENT_LANGUAGES:
        parts.append((plain(getattr(entry, to_attribute("body", language))), language))
        for name in TEXTS:
            parts.append((getattr(entry, to_attribute(name, language), ""), language))
    for name in NAMES:
        parts.append((getattr(entry, name, ""), FIRST_LANGUAGE))
        for language in FURTHER_LANGUAGES:
            parts.append((getattr(entry, to_attribute(name, language), ""), language))
    return " ".join(keys.all_keys(text, language) for text, language in parts)


# Keeping it


def is_supported():
    return connection.vendor == "sqlite"


def index(entry):
    index_all([entry])


def index_all(entries):
    """In portions, between which others can write."""
    if is_supported():
        for start in range(0, len(entries), sqlite.PORTION):
            # Before the transaction, in which other writers would wait for the stemmer.
            sqlite.put(list(rows_of(entries[start : start + sqlite.PORTION])))


def rows_of(entries):
    """Of entries of one kind, as they are stored now: what is spoken is saved after its entry."""
    transcripts = defaultdict(list)
    kind = ContentType.objects.get_for_model(entries[0])
    spoken = AudioSummary.objects.filter(
        content_type=kind, object_id__in=[entry.pk for entry in entries]
    ).exclude(transcript="")
    for key, *text in spoken.values_list("object_id", "transcript", "language"):
        transcripts[key].append(text)
    for entry in entries:
        texts = text_keys(entry, transcripts[entry.pk])
        yield entry.kind_slug, entry.pk, title_keys(entry), texts


def forget(kind, key):
    """`kind` as in KINDS, `key` as the entry's primary key was."""
    if is_supported():
        sqlite.remove(kind, key)


def rebuild():
    """Make the whole index anew; the number of entries in it."""
    return sqlite.fill(rows(), scheme()) if is_supported() else 0


def rows():
    for model in KINDS.values():
        entries = model.objects.iterator(chunk_size=sqlite.PORTION)
        while portion := list(islice(entries, sqlite.PORTION)):
            yield from rows_of(portion)


def scheme():
    """Changes whenever the same words may get other keys, so that no old index is asked."""
    made_of = [Path(keys.__file__).read_bytes(), Path(__file__).read_bytes()]
    made_of += [version("snowballstemmer").encode(), repr(list(CONTENT_LANGUAGES)).encode()]
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()


def rebuild_if_stale():
    """After an update, a restored backup or an import that made entries without saving each."""
    if is_supported() and (sqlite.scheme() != scheme() or sqlite.contents() != stored()):
        rebuild()


def stored():
    return {
        (kind, key)
        for kind, model in KINDS.items()
        for key in model.objects.order_by().values_list("pk", flat=True)
    }


# Asking it


def matching(entries, query):
    """Those of a kind's entries in which every word of the query stands."""
    groups = groups_of(query)
    if not groups:
        return entries.none()
    if not is_supported():
        return entries.filter(titles_like(groups))
    return entries.filter(pk__in=found_keys(entries.model.kind_slug, groups))


def groups_of(query):
    """For each word of a query the ways to have it: sets of keys of which one each must be there.

    "paix non-violence" is [[{paix}], [{nonviolence}, …or all of… {non}, {violence}]].
    """
    words = [word for word, _number in zip(keys.words_of(query), range(MOST_WORDS), strict=False)]
    return [
        [[any_keys(whole)], *([[any_keys(part) for part in parts]] if parts != [whole] else [])]
        for whole, parts in words
    ]


def any_keys(word):
    return frozenset().union(*(keys.keys(word, language) for language in CONTENT_LANGUAGES))


def titles_like(groups):
    """Without an index: the words as they are, in the titles alone."""
    conditions = [
        Q(**{f"{column}__icontains": key})
        for ways in groups
        for key in ways[0][0]
        for column in translated_columns("title")
    ]
    return Q.create(conditions, connector=Q.OR)


def found_keys(kind, groups):
    try:
        return sqlite.select(kind, groups)
    except OperationalError:  # The index is lost.
        rebuild()
        return sqlite.select(kind, groups)
