"""Corrections kept apart: taken from a save that is undone, seen as if they were online, put online.

In a savepoint the entry and what belongs to it become what the corrections say; what is rendered or
saved meanwhile is as it will be, with the real templates and forms, and then all is undone. So no
visitor, page, feed or search ever meets them, and nothing has to know of a second kind of entry.
"""

import json
from contextlib import contextmanager

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.editing import history
from profiles.editing.changes import (
    FieldChange,
    differing,
    is_silent,
    label_of,
    shown,
    texts_with_parts,
)
from profiles.models import KeptApart, parts_of
from profiles.richtext import RichTextField

# Keys of parts that are not online yet, in a savepoint: no stored part has such a one.
PROVISIONAL = 10**15
NOT_CORRECTED = history.NOT_RESTORED | {"dated"}


class Undone(Exception):
    """Ends a savepoint, of which nothing shall stay."""


class Overtaken(Exception):
    """Somebody saved the published entry since the corrections began."""


class NotAsSeen(Exception):
    """Somebody corrected further, put the corrections online or gave them up."""


def of_entry(entry):
    kind = ContentType.objects.get_for_model(entry)
    found = KeptApart.objects.filter(content_type=kind, entry_key=entry.pk)
    return found.select_related("by").first()


def model_of(kept):
    return ContentType.objects.get_for_id(kept.content_type_id).model_class()


# To and from text


def row_of(noun):
    text = serializers.serialize("json", [noun], fields=history.fields_of(noun))
    return json.loads(text)[0]


def snapshot(entry, known=None):
    """The entry and its parts as text; parts that are not among the `known` keys get their own."""
    parts = []
    for number, part in enumerate(parts_of(entry)):
        row = row_of(part)
        if known is not None and (type(part), part.pk) not in known:
            row["pk"] = PROVISIONAL + number
        parts.append(row)
    return json.dumps([row_of(entry), *parts])


def nouns_in(text):
    """The entry and its parts, unsaved; without the columns that are no more."""
    found = serializers.deserialize("json", text, ignorenonexistent=True)
    entry, *parts = [one.object for one in found]
    return entry, parts


def keep(entry, base, rows, person):
    kind = ContentType.objects.get_for_model(entry)
    said = {"rows": rows, "by": person, "at": timezone.now()}
    kept, _is_new = KeptApart.objects.update_or_create(
        content_type=kind,
        entry_key=entry.pk,
        defaults=said,
        create_defaults={**said, "base": base},
    )
    return kept


# As if they were online


@contextmanager
def undone():
    """All that is stored meanwhile is undone."""
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


@contextmanager
def as_if_online(kept):
    """Give the entry as corrected; nothing of it stays."""
    with undone():
        yield apply(kept)


def apply(kept, for_good=False):
    """Make the entry what the corrections say."""
    model, (wanted, parts) = model_of(kept), nouns_in(kept.rows)
    entry = model._base_manager.select_for_update().get(pk=kept.entry_key)
    values = {
        field.attname: getattr(wanted, field.attname) for field in model._meta.concrete_fields
    }
    keep_slug = {"slug"} if entry.is_published else set()
    history.take_over(entry, values, NOT_CORRECTED | keep_slug)
    history.make_way(entry)
    if for_good:
        entry.full_clean()
        entry.save()
    else:
        write_quietly(entry, kept.at)
    apply_parts(entry, parts, for_good)
    return model._base_manager.get(pk=entry.pk)


def write_quietly(entry, updated):
    """Where it is undone, no index and no library of pictures has to follow.

    `updated` says of which version of the corrections their form was made.
    """
    entry.fill_in()
    values = {
        field.attname: getattr(entry, field.attname)
        for field in entry._meta.concrete_fields
        if not field.primary_key
    }
    rows = type(entry)._base_manager.filter(pk=entry.pk)
    rows.update(**{**values, "updated": updated})


def apply_parts(entry, parts, for_good):
    wanted, stored = history.by_key(parts), history.by_key(parts_of(entry))
    for key in stored.keys() - wanted.keys():
        stored[key].delete()
    for key, part in wanted.items():
        present = stored.get(key)
        if not for_good and present and row_of(present) == row_of(part):
            continue
        if hasattr(part, "text"):
            is_known = present and present.file == part.file
            part.text = present.text if is_known else text_of(part, for_good)
        if for_good and part.pk >= PROVISIONAL:
            part.pk = None
        part.save()


def text_of(part, for_good):
    return history.text_in(part.file) if for_good else ""


def read_ahead(kept):
    """Read the files that come online, before the transaction begins."""
    for part in nouns_in(kept.rows)[1]:
        if hasattr(part, "text") and part.pk >= PROVISIONAL:
            history.text_in(part.file)


def put_online(kept, person):
    """Store the corrections as the newest version, and give the entry; raises Overtaken, NotAsSeen."""
    model = model_of(kept)
    history.keep_first(model, [kept.entry_key])
    with history.revision(person, _("Corrections put online")):
        stored = model._base_manager.select_for_update().filter(pk=kept.entry_key).first()
        if stored is None or not as_seen(kept).exists():
            raise NotAsSeen
        if is_overtaken(kept, stored):
            raise Overtaken
        entry = apply(kept, for_good=True)
        kept.delete()
    return entry


def as_seen(kept):
    """The stored row, while it still is what was read."""
    return KeptApart.objects.filter(pk=kept.pk, at=kept.at)


def give_up(kept):
    """Raises NotAsSeen."""
    if not as_seen(kept).delete()[0]:
        raise NotAsSeen


def is_overtaken(kept, stored):
    return history.token_of(nouns_in(kept.base)[0]) != history.token_of(stored)


# Beside what is published


def compare(kept):
    """What differs between the published entry and the corrections, as FieldChange."""
    entry, parts = nouns_in(kept.rows)
    stored = model_of(kept)._base_manager.get(pk=kept.entry_key)
    entry.is_draft, entry.publish_at = stored.is_draft, stored.publish_at
    found = differing(texts_with_parts(stored, parts_of(stored)), texts_with_parts(entry, parts))
    return [*found, *differing_in_looks(stored, entry, {change.label for change in found})]


def differing_in_looks(stored, entry, told):
    """Texts of the same words, of which others are bold or lead elsewhere."""
    for field in entry._meta.concrete_fields:
        if not isinstance(field, RichTextField) or label_of(field) in told:
            continue
        if getattr(stored, field.attname) != getattr(entry, field.attname):
            words = shown(field, entry)
            yield FieldChange(
                _("%(field)s (formatting)") % {"field": label_of(field)}, words, words
            )


def take_in(kept):
    """Take over what others stored since the corrections began, where these say nothing of their own.

    Gives the names of what both changed, which stays as corrected, to be looked at.
    """
    stored = model_of(kept)._base_manager.get(pk=kept.entry_key)
    base, theirs, mine = (
        {row_key(row): row for row in json.loads(text)}
        for text in (kept.base, snapshot(stored), kept.rows)
    )
    both, rows = [], []
    for key in dict.fromkeys([*mine, *theirs]):
        row = merged(key, base, theirs, mine, both)
        if row:
            rows.append(row)
    kept.base, kept.rows = snapshot(stored), json.dumps(rows)
    kept.save()
    return list(dict.fromkeys(both))


def row_key(row):
    return row["model"], row["pk"]


def merged(key, base, theirs, mine, both):
    """The row under a key as corrected, with what only others changed; None where it is gone."""
    before, now, own = base.get(key), theirs.get(key), mine.get(key)
    if own is None:  # added by others since, or taken away here
        return now if before is None else None
    if now is None:  # taken away by others, or new here
        return own if before is None or own["fields"] != before["fields"] else None
    if before is None:
        return own
    fields = dict(own["fields"])
    for name, value in now["fields"].items():
        if fields.get(name) == before["fields"].get(name):
            fields[name] = value
        elif value not in (fields.get(name), before["fields"].get(name)):
            both.extend(names_of_field(key[0], name))
    return {**own, "fields": fields}


def names_of_field(model_label, name):
    field = apps.get_model(model_label)._meta.get_field(name)
    return [] if is_silent(field) or name in NOT_CORRECTED else [label_of(field)]
