"""What is to be completed on the whole site: found along indexes, among any number of entries.

Published entries come first, and of those what their readers miss most; within that, what was changed
last. Entries on which all that could be said was left are passed over without being looked at.
"""

from functools import cache
from typing import NamedTuple

from django.db.models import URLField

from profiles.editing.completeness import field_names, has_files, with_files
from profiles.editing.left_alone import judged, written_languages
from profiles.kept_queries import KeptStatement
from profiles.models import AudioSummary, with_recordings
from profiles.models.flaws import (
    flagged,
    flaw_of_entry,
    flaw_of_file,
    is_bare,
    lacks_translation,
)

SHOWN = 20  # remarks on the first page
MOST = 120  # entries that are looked at for it
ON_PAGE = 50  # entries on a page of all
MOST_LISTED = 1_000  # entries on all pages; others follow when these are done
PAGE_NUMBERS = [str(number) for number in range(1, MOST_LISTED // ON_PAGE + 1)]
OF_KIND = """SELECT '{kind}', {name}.* FROM ({{{name}}}) AS {name} WHERE NOT EXISTS (
SELECT 1 FROM profiles_leftremark AS l
WHERE l.kind = '{kind}' AND l.entry_key = {name}.pk AND l.settles = {name}.updated)"""


class Overview(NamedTuple):
    remarks: list
    number: int
    is_more: bool  # whether there are more entries than were looked at


class PageOfAll(NamedTuple):
    judged: list  # (entry, its remarks)
    number: int
    has_next: bool
    is_last_listed: bool  # there is more, which is not listed


def overview(kinds):
    """The first remarks on entries of these kinds, and how many there are."""
    keys = keys_of_candidates(kinds, MOST + 1)
    found = remarks_in(keys[:MOST])
    remarks = [remark for _entry, remarks in found for remark in remarks]
    # Those that stay one after the other are as their entries were found.
    remarks.sort(key=lambda remark: (remark.entry.is_draft, remark.urgency))
    return Overview(remarks[:SHOWN], len(remarks), len(keys) > MOST)


def page_of_all(kinds, number):
    keys = keys_of_candidates(kinds, MOST_LISTED + 1)
    start, end = (number - 1) * ON_PAGE, number * ON_PAGE
    is_last = end >= MOST_LISTED
    return PageOfAll(
        remarks_in(keys[start : min(end, MOST_LISTED)]),
        number,
        len(keys) > end and not is_last,
        is_last and len(keys) > MOST_LISTED,
    )


def remarks_in(keys):
    """(entry, remarks) of those candidates on which there are any."""
    by_kind = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    stored = {
        (kind, key): entry
        for kind, of_kind in by_kind.items()
        for key, entry in with_files(kind.objects.order_by()).in_bulk(of_kind).items()
    }
    entries = with_recordings([stored[key] for key in keys if key in stored])
    found = zip(entries, judged(entries), strict=True)
    return [(entry, judgement.remarks) for entry, judgement in found if judgement.remarks]


def candidates(kind):
    """Entries of a kind on which there may be a remark."""
    keys = [key for _kind, key in keys_of_candidates([kind], MOST)]
    entries = kind.objects.in_bulk(keys)
    return [entries[key] for key in keys]


def keys_of_candidates(kinds, most):
    """[(kind, key)], each entry once, at most so many."""
    if not kinds:
        return []
    by_slug = {kind.kind_slug: kind for kind in kinds}
    rows = candidate_statement(tuple(kinds), written_languages(), most)()
    found = dict.fromkeys((by_slug[slug], key) for slug, key, _moment in rows)
    return list(found)[:most]


@cache
def candidate_statement(kinds, languages, most):
    """The statement that gives (slug of the kind, key, moment of change), of each reason the newest."""
    parts, queries = [], {}
    for is_draft in (False, True):
        for reason in (*REASONS, *(in_language(language) for language in languages)):
            for kind in kinds:
                if (entries := reason(kind, is_draft, most)) is not None:
                    name = f"reason_{len(parts)}"
                    queries[name] = entries.values("pk", "updated")
                    parts.append(OF_KIND.format(kind=kind.kind_slug, name=name))
    return KeptStatement(" UNION ALL ".join(parts), **queries)


# For each reason the entries that have it, the newest so many; every one by an index of its own.


def bare(kind, is_draft, most):
    return newest(kind, is_bare(), is_draft, most)


def of_files(kind, is_draft, most):
    if not has_files(kind):
        return None
    link = kind._meta.get_field("files").remote_field
    flawed = flagged(link.model.objects.all(), flaw_of_file()).order_by("-pk")
    keys = flawed.filter(**{f"{link.name}__is_draft": is_draft}).values(link.name)[:most]
    return kind.objects.filter(pk__in=keys).order_by()


def of_recordings(kind, is_draft, most):
    heavy = AudioSummary.objects.heavy_of(kind).order_by("-pk").values("object_id")[:most]
    return kind.objects.filter(pk__in=heavy, is_draft=is_draft).order_by()


def flawed_itself(kind, is_draft, most):
    flaw = flaw_of_entry(
        addresses=field_names(kind, URLField),
        has_own_file="file" in field_names(kind),
        has_authors="authors" in field_names(kind),
    )
    return newest(kind, flaw, is_draft, most)


def in_language(language):
    def wanting(kind, is_draft, most):
        return newest(kind, lacks_translation(language), is_draft, most)

    return wanting


REASONS = (bare, of_files, of_recordings, flawed_itself)


def newest(kind, flaw, is_draft, most):
    # "In" one value: SQLite finds no row by an index that is asked for "not a draft".
    entries = flagged(kind.objects.filter(is_draft__in=[is_draft]), flaw)
    return entries.order_by("-updated", "-pk")[:most]
