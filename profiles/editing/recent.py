"""What changed on the whole site: each version of an entry, with what it changed in a few words."""

from typing import NamedTuple

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _
from reversion.errors import RevertError
from reversion.models import Version

from profiles.editing.changes import OF_STATE, is_silent, label_of
from profiles.editing.comments import comment_in_words
from profiles.editing.history import entry_in, model_of
from profiles.editing.states import state_as_kept
from profiles.models import part_model

ON_PAGE = 30
LAST_PAGE = 10_000
MOST_PARTS = 100  # of a revision: one of an import has those of all its entries
MOST_LABELS = 6


class Change(NamedTuple):
    version: Version
    entry: object  # as it is now, None where it was deleted since
    later: int  # how many versions of the same entry are newer
    words: str

    @property
    def kind(self):
        return model_of(self.version)._meta.verbose_name


def recent(nouns, page, person=None):
    """The versions of these models on a page, the newest first, and whether older ones follow."""
    types = [ContentType.objects.get_for_model(noun).pk for noun in nouns]
    versions = Version.objects.filter(content_type__in=types)
    if person:
        versions = versions.filter(revision__user=person)
    start = (page - 1) * ON_PAGE
    # Their keys first: no text is read of what is passed over.
    keys = list(versions.order_by("-pk").values_list("pk", flat=True)[start : start + ON_PAGE + 1])
    return described(keys[:ON_PAGE], nouns), len(keys) > ON_PAGE


def described(keys, nouns):
    of_same = Version.objects.filter(
        content_type=OuterRef("content_type"), object_id=OuterRef("object_id")
    ).order_by()
    before = of_same.filter(pk__lt=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    later = of_same.filter(pk__gt=OuterRef("pk")).values("object_id").annotate(n=Count("pk"))
    found = with_parts(Version.objects.filter(pk__in=keys), nouns).select_related("revision__user")
    found = found.annotate(before=Subquery(before), later=Subquery(later.values("n")))
    versions = list(found.order_by("-pk"))
    older = with_parts(Version.objects.all(), nouns).in_bulk([one.before for one in versions])
    entries = entries_of(versions)
    return [
        Change(one, entries.get(key_of(one)), one.later or 0, in_words(older.get(one.before), one))
        for one in versions
    ]


def with_parts(versions, nouns):
    models = {part_model(noun, name) for noun in nouns for name in noun.parts}
    types = [
        content_type.pk for content_type in ContentType.objects.get_for_models(*models).values()
    ]
    parts = Version.objects.filter(content_type__in=types).order_by("pk")[: MOST_PARTS + 1]
    revisions = Prefetch("revision__version_set", queryset=parts, to_attr="parts")
    return versions.select_related("revision").prefetch_related(revisions)


def key_of(version):
    return version.content_type_id, version.object_id


def entries_of(versions):
    keys = {}
    for one in versions:
        keys.setdefault(one.content_type_id, set()).add(one.object_id)
    return {
        (type_key, str(entry.pk)): entry
        for type_key, of_type in keys.items()
        for entry in ContentType.objects.get_for_id(type_key)
        .model_class()
        ._base_manager.filter(pk__in=of_type)
    }


def in_words(older, newer):
    """What a version changed: the names of its fields, its state in full."""
    if newer.revision.comment:
        return comment_in_words(newer.revision.comment)
    if older is None:
        return _("first version")
    try:
        labels = list(dict.fromkeys([*fields_changed(older, newer), *parts_changed(older, newer)]))
    except RevertError:  # older than the present fields
        return ""
    shown = ", ".join(labels[:MOST_LABELS])
    return f"{shown}…" if len(labels) > MOST_LABELS else shown or _("saved without a change")


def fields_changed(older, newer):
    before, after = older.field_dict, newer.field_dict
    for field in model_of(newer)._meta.concrete_fields:
        if is_silent(field) or before.get(field.attname) == after.get(field.attname):
            continue
        if field.name in OF_STATE:
            yield state_as_kept(entry_in(newer))
        else:
            yield label_of(field)


def parts_changed(older, newer):
    """Names of the kinds of parts, of which one was added, changed or taken away."""
    if max(len(one.revision.parts) for one in (older, newer)) > MOST_PARTS:
        return
    before, after = parts_by_key(older), parts_by_key(newer)
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            kind = ContentType.objects.get_for_id(key[0]).model_class()
            yield str(kind._meta.verbose_name)


def parts_by_key(version):
    """What the version's revision holds of the parts of its entry, as text by their keys."""
    model = model_of(version)
    relations = {part_model(model, name): name for name in model.parts}
    return {
        key_of(part): part.serialized_data
        for part in version.revision.parts
        if (name := relations.get(model_of(part))) and belongs(part, model, name, version)
    }


def belongs(part, model, relation, version):
    """Whether a part is of the entry of a version; asked of its values, without a query."""
    link, values = model._meta.get_field(relation), part.field_dict
    if isinstance(link, GenericRelation):
        return (values["content_type_id"], str(values["object_id"])) == key_of(version)
    return str(values[link.remote_field.attname]) == version.object_id
