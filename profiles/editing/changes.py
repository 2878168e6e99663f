"""Two states of an entry in words: what a reader of the history, or of a conflict, is shown."""

from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from reversion.models import Version

from profiles.dates import PartialDateField
from profiles.editing import passages
from profiles.editing.states import state_as_kept
from profiles.models import is_link_of_part, is_switched_off
from profiles.richtext import RichTextField, lines, with_pictures_in_words
from profiles.times import duration_as_typed
from profiles.words import date_in_words, moment_for_staff

# What the site writes by itself, and what nobody reads in a list of changes.
SILENT = {"id", "created", "updated", "dated", "format", "size", "page_count", "sha256"}
SILENT |= {"text", "cover", "organisation", "content", "content_type", "object_id", "seconds"}


# Read together: who sees an entry, and from when on.
OF_STATE = {"is_draft", "publish_at"}


def is_silent(field):
    return field.name in SILENT or is_link_of_part(field) or is_switched_off(field.related_model)


LONG = 80  # letters; shorter values are shown whole, one behind the other


class FieldChange(NamedTuple):
    label: str
    old: str
    new: str

    @property
    def is_passage(self):
        return max(len(self.old), len(self.new)) > LONG

    @property
    def pieces(self):
        return passages.between(self.old, self.new)


def differing(old, new):
    labels = [*old, *(label for label in new if label not in old)]
    changes = (FieldChange(label, old.get(label, ""), new.get(label, "")) for label in labels)
    return [change for change in changes if change.old != change.new]


def texts_with_parts(entry, parts):
    texts = texts_of(entry)
    for part in parts:
        kind = part._meta.verbose_name
        name = _("%(part)s no. %(number)s") % {"part": kind, "number": part.pk}
        texts |= {f"{name}, {label}": text for label, text in texts_of(part).items()}
    return texts


def texts_of(entry):
    """What a reader of the history sees: text by label."""
    fields = (field for field in entry._meta.concrete_fields if not is_silent(field))
    texts = {label_of(field): shown(field, entry) for field in fields}
    return {label: text for label, text in texts.items() if text}


def label_of(field):
    return _("state") if field.name in OF_STATE else str(field.verbose_name)


def shown(field, entry):
    """The value of one field in words."""
    if field.name in OF_STATE:
        return state_as_kept(entry)
    value = getattr(entry, field.attname)
    if field.choices:
        return str(getattr(entry, f"get_{field.name}_display")())
    if isinstance(field, models.ForeignKey):
        return related_name(field, entry)
    if isinstance(field, models.FileField):
        return value.name.rpartition("/")[2] if value else ""
    return _value_in_words(field, value)


def _value_in_words(field, value):
    if value in (None, ""):
        return ""
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField):
        return moment_for_staff(value)
    if isinstance(field, PartialDateField):
        return date_as_shown(value)
    if isinstance(field, models.DurationField):
        return duration_as_typed(value)
    if isinstance(field, RichTextField):
        return lines(with_pictures_in_words(value))
    return str(value)


def date_as_shown(date):
    try:
        return date_in_words(date)
    except ValueError:  # typed, and refused
        return date


def related_name(field, entry):
    """The name of what an entry points to, the last one known where it was deleted since."""
    try:
        return str(getattr(entry, field.name) or "")
    except ObjectDoesNotExist:
        key = getattr(entry, field.attname)
        version = Version.objects.get_for_object_reference(field.related_model, key).first()
        return version.object_repr if version else _("deleted since")


def is_there(field, entry):
    """Whether what a foreign key points to is still stored."""
    key = getattr(entry, field.attname)
    return key is not None and field.related_model._base_manager.filter(pk=key).exists()
