"""Remarks that staff decided to leave as they are, and what remains to be said of entries."""

from functools import cache
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from profiles.editing.completeness import all_remarks_on, with_files
from profiles.kept_queries import KeptStatement
from profiles.models import KINDS, LeftRemark, Organisation
from profiles.models.flaws import are_empty, lacks_translation
from profiles.translation import CONTENT_LANGUAGES, to_attribute

# As rows of what was left are: neither kind nor key.
OF_LANGUAGE = "SELECT '', 0, '{language}' WHERE {conditions}"


class Judgement(NamedTuple):
    """What is to be said of an entry, the most urgent first, and what somebody left."""

    remarks: list
    left: list


def remarks_on(entry):
    """All remarks on an entry that came through `with_files`, but those that were left."""
    (found,) = judged([entry])
    return found.remarks


def judged(entries):
    """What there is to say of each; one query, however many they are."""
    if not entries:
        return []
    rows = languages_in_use(tuple(KINDS.values()))(also=left_on(entries))
    languages = [language for kind, _key, language in rows if not kind]
    left = {(kind, key, mark) for kind, key, mark in rows if kind}
    found = []
    for entry in entries:
        judgement = Judgement([], [])
        for remark in all_remarks_on(entry, languages):
            is_left = (entry.kind_slug, entry.pk, remark.mark) in left
            (judgement.left if is_left else judgement.remarks).append(remark)
        found.append(judgement)
    return found


def left_on(entries):
    keys = {}
    for entry in entries:
        keys.setdefault(entry.kind_slug, []).append(entry.pk)
    asked = Q.create([Q(kind=kind, entry_key__in=of_kind) for kind, of_kind in keys.items()], Q.OR)
    return LeftRemark.objects.filter(asked).values_list("kind", "entry_key", "mark")


def with_decisions(entry, remarks):
    """(remark, row that says who left it, and when) of what was left on an entry."""
    rows = rows_of(entry).select_related("person") if remarks else ()
    decisions = {row.mark: row for row in rows}
    return [(one, decisions[one.mark]) for one in remarks if one.mark in decisions]


def written_languages():
    """Languages that the organisation writes in: it says something of itself in them, or an entry is
    there whole. Nobody has to translate into another one."""
    return tuple(language for *_key, language in languages_in_use(tuple(KINDS.values()))())


@cache
def languages_in_use(kinds):
    parts, queries = [], {}
    for language in CONTENT_LANGUAGES:
        asked = {f"{language}_{kind.kind_slug}": whole_in(kind, language) for kind in kinds}
        asked[f"{language}_organisation"] = organisations_in(language)
        conditions = " OR ".join(f"EXISTS ({{{name}}})" for name in asked)
        parts.append(OF_LANGUAGE.format(language=language, conditions=conditions))
        queries |= asked
    return KeptStatement(" UNION ALL ".join(parts), **queries)


def whole_in(kind, language):
    """Along the index of what lacks this language: none of these does, so the first ones tell."""
    entries = kind.objects.order_by().alias(lacks=lacks_translation(language)).filter(lacks=0)
    return entries.exclude(are_empty(to_attribute("title", language))).values("pk")[:1]


def organisations_in(language):
    names = [to_attribute(name, language) for name in ("name", "sentence", "description")]
    return Organisation.objects.order_by().exclude(are_empty(*names)).values("pk")[:1]


def leave(entry, mark, person):
    """Say a remark no more; whether there is one with this mark."""
    if mark not in {remark.mark for remark in all_remarks_on(entry, written_languages())}:
        return False
    facts = {"kind": entry.kind_slug, "entry_key": entry.pk, "mark": mark}
    said = {"person": person, "moment": timezone.now()}
    LeftRemark.objects.get_or_create(**facts, defaults=said)
    settle(entry)
    return True


def take_up(entry, mark):
    kept = [row.pk for row in rows_of(entry) if row.mark == mark]  # whatever was sent for one
    LeftRemark.objects.filter(pk__in=kept).delete()
    settle(entry)


def settle_stored(entry):
    """After a save, which may have changed what is to be said; of most nothing was left."""
    if rows_of(entry).exists():
        settle(with_files(type(entry).objects.filter(pk=entry.pk)).get())


def settle(entry):
    """Forget what was left but is no more, and note where nothing else is to be said, so that the
    entry is not looked at until it changes."""
    (found,) = judged([entry])
    rows_of(entry).exclude(mark__in=[remark.mark for remark in found.left]).delete()
    rows_of(entry).update(settles=None if found.remarks else entry.updated)


def rows_of(entry):
    return LeftRemark.objects.filter(kind=entry.kind_slug, entry_key=entry.pk)
