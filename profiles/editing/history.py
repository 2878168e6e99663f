"""Who changed what and when, and the way back to it."""

import hashlib
from contextlib import contextmanager, suppress
from functools import lru_cache

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from reversion.errors import RevertError
from reversion.models import Version

from profiles.editing import ties
from profiles.editing.changes import differing, is_there, texts_with_parts
from profiles.files import documents
from profiles.models import (
    ALL_KINDS,
    LibraryPicture,
    Organisation,
    key_of_whole,
    part_model,
    parts_of,
)

# A restored entry keeps its present state: who may restore a text need not be allowed to publish.
STATE = {"is_draft", "publish_at"}
NOT_RESTORED = {"id", "created", "updated", *STATE}
# The text of a file is long, and can be read from the file again.
NOT_RECORDED = ["text"]


def register():
    nouns = (Organisation, LibraryPicture, *ALL_KINDS.values())
    for model in nouns:
        reversion.register(model, follow=model.parts)
    for model in dict.fromkeys(part_model(noun, name) for noun in nouns for name in noun.parts):
        reversion.register(model, exclude=NOT_RECORDED)


def content_types_of_nouns():
    """Of what has a history of its own; parts stand in that of their noun."""
    return list(
        ContentType.objects.get_for_models(
            Organisation, LibraryPicture, *ALL_KINDS.values()
        ).values()
    )


def fields_of(noun):
    """The names of those that a version holds, in their order."""
    names = (field.name for field in noun._meta.concrete_fields)
    excluded = () if hasattr(noun, "parts") else NOT_RECORDED
    return [name for name in names if name not in excluded]


@contextmanager
def revision(user=None, comment=""):
    """All that is saved inside becomes one version of each entry, by `user`.

    One transaction: after an exception nothing is stored, neither entries nor versions.
    """
    with reversion.create_revision():
        reversion.set_user(user if user and user.is_authenticated else None)
        reversion.set_comment(comment)
        yield


def record(entry):
    """Put into the open revision what was stored without save(), such as by update()."""
    reversion.add_to_revision(entry)


@transaction.atomic
def keep_first(model, keys):
    """Record what stands there now, where nothing is recorded yet: seeded or stored by a script."""
    keys = {str(key) for key in keys}
    entries = model._base_manager.filter(pk__in=keys).order_by("pk").select_for_update()
    list(entries.values_list("pk"))  # locked: a save at the same moment records the first too
    known = Version.objects.get_for_model(model).filter(object_id__in=keys)
    for entry in entries.exclude(pk__in=list(known.values_list("object_id", flat=True))):
        with reversion.create_revision():
            reversion.set_date_created(getattr(entry, "updated", timezone.now()))
            record(entry)


@transaction.atomic
def keep_last(entries, user):
    """Record entries that are about to be deleted, so that they can be brought back.

    What points to one of them lets go in the same revision, which knows whom to tie again.
    """
    for entry in entries:
        for link, others in ties.tied_to(type(entry), [entry.pk]).items():
            keep_first(link.model, others.values_list("pk", flat=True))
        with revision(user, _("Deletion of “%(entry)s”") % {"entry": entry}):
            record(entry)
            ties.let_go(entry)


def versions_of(model, key):
    """All versions, newest first."""
    versions = Version.objects.get_for_object_reference(model, key)
    return versions.select_related("revision__user").prefetch_related("revision__version_set")


def last_version(model, key):
    return versions_of(model, key).prefetch_related(None).first()


def deleted(model):
    """The last version of each deleted entry, the latest deletion first."""
    versions = Version.objects.get_deleted(model).select_related("revision__user")
    return versions.order_by("-pk")


def token_of(entry):
    """Changes with every save: a moment, as precise as versions keep it, or a fingerprint."""
    if updated := getattr(entry, "updated", None):
        return updated.isoformat(timespec="milliseconds")
    columns = [str(getattr(entry, field.attname)) for field in entry._meta.concrete_fields]
    return hashlib.sha256("\0".join(columns).encode()).hexdigest()


# What changed


def changes(older, newer):
    """What differs between two versions, as FieldChange; all that is filled in, from None."""
    return differing(_texts_of(older), _texts_of(newer))


def changes_from_now(version):
    """What restoring a version would change: (now, then) by field."""
    entry = model_of(version)._base_manager.filter(pk=version.object_id).first()
    now = texts_with_parts(entry, parts_of(entry)) if entry else {}
    return differing(now, _texts_of(version))


def _texts_of(version):
    if version is None:
        return {}
    return texts_with_parts(entry_in(version), parts_in(version))


def model_of(version):
    return ContentType.objects.get_for_id(version.content_type_id).model_class()


def entry_in(version):
    """The entry as the version holds it, unsaved; RevertError where the fields are others now."""
    return model_of(version)(**version.field_dict)


def parts_in(version):
    """The parts that a version's revision holds of its entry, unsaved."""
    model = model_of(version)
    relations = {part_model(model, relation): relation for relation in model.parts}
    objects = (
        entry_in(other)
        for other in version.revision.version_set.all()
        if model_of(other) in relations
    )
    return [
        part
        for part in objects
        if str(key_of_whole(part, relations[type(part)], model)) == version.object_id
    ]


# The way back


def restore(version, user, is_seen_again=False):
    """Store what a version says as the newest version, and give the entry.

    The entry keeps its present state; one that was deleted comes back as a draft, unless it shall be
    seen by whom the version says. ValidationError if it can't stand any more.
    """
    with revision(user, _("Restored")):
        model = model_of(version)
        stored = model._base_manager.select_for_update().filter(pk=version.object_id).first()
        entry = stored or model(pk=version.object_id)
        without = NOT_RESTORED - (STATE if is_seen_again and stored is None else set())
        keep_slug = stored is not None and getattr(stored, "is_published", False)
        take_over(entry, version.field_dict, without | ({"slug"} if keep_slug else set()))
        make_way(entry)
        entry.full_clean()
        entry.save()
        _restore_parts(entry, version)
        if stored is None:
            ties.tie_again(entry, version)
    return entry


@transaction.atomic
def undo_deletion(version, user, is_seen_again):
    """The entry, as `restore` gives it; None where it is there again, or was deleted once more."""
    # Locked, so that of two who press at once the second finds it there.
    list(Version.objects.filter(pk=version.pk).select_for_update().values_list("pk"))
    if not deleted(model_of(version)).filter(pk=version.pk).exists():
        return None
    return restore(version, user, is_seen_again)


def take_over(entry, values, without=()):
    for field in entry._meta.concrete_fields:
        if field.name not in without and field.attname in values:
            setattr(entry, field.attname, values[field.attname])


def make_way(entry):
    """Let go of what has been deleted or given away since."""
    for field in entry._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and not is_there(field, entry):
            setattr(entry, field.attname, None)
    others = type(entry)._base_manager.exclude(pk=entry.pk)
    if hasattr(entry, "is_draft") and others.filter(slug=entry.slug).exists():
        entry.slug = ""  # save() makes a free one


def loses_parts(version):
    """Whether restoring a version would delete files that were added since."""
    stored = model_of(version)(pk=version.object_id)
    return bool(by_key(parts_of(stored)).keys() - by_key(parts_in(version)).keys())


def by_key(parts):
    return {(type(part), part.pk): part for part in parts}


def _restore_parts(entry, version):
    wanted, stored = by_key(parts_in(version)), by_key(parts_of(entry))
    for part in stored.keys() - wanted.keys():
        stored[part].delete()
    for key, part in wanted.items():
        if hasattr(part, "text"):
            present = stored.get(key)
            is_known = present and present.file == part.file
            part.text = present.text if is_known else text_in(part.file)
        part.save()


def read_ahead(version):
    """Read the files that restoring a version will ask for, before its transaction begins."""
    present = {part.file.name for part in parts_of(model_of(version)(pk=version.object_id))}
    with suppress(RevertError):  # restoring will say it
        for part in parts_in(version):
            if hasattr(part, "text") and part.file.name not in present:
                text_in(part.file)


def text_in(file):
    try:
        return _text_of_stored(file.storage, file.name)
    except OSError:  # The row comes back even where somebody removed the file from the disk.
        return ""


@lru_cache(maxsize=16)
def _text_of_stored(storage, name):
    """Under a name made from its content, a file never changes."""
    with storage.open(name) as content:
        return documents.read(content).text
