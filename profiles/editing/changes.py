"""Two states of an entry in words: what a reader of the history, or of a conflict, is shown."""

import html
from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import formats, timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from profiles.models import is_link_of_part, is_switched_off
from profiles.richtext import BLOCK_END, RichTextField

# What the site writes by itself, and what nobody reads in a list of changes.
SILENT = {"id", "created", "updated", "dated", "format", "size", "page_count", "sha256"}
SILENT |= {"text", "cover", "organisation"}


def is_silent(field):
    return field.name in SILENT or is_link_of_part(field) or is_switched_off(field.related_model)


class FieldChange(NamedTuple):
    label: str
    old: str
    new: str


def differing(old, new):
    labels = [*old, *(label for label in new if label not in old)]
    changes = (FieldChange(label, old.get(label, ""), new.get(label, "")) for label in labels)
    return [change for change in changes if change.old != change.new]


def texts_with_parts(entry, parts):
    texts = texts_of(entry)
    for part in parts:
        name = _("file no. %(number)s") % {"number": part.pk}
        texts |= {f"{name}, {label}": text for label, text in texts_of(part).items()}
    return texts


def texts_of(entry):
    """What a reader of the history sees: text by label."""
    fields = (field for field in entry._meta.concrete_fields if not is_silent(field))
    texts = {str(field.verbose_name): shown(field, entry) for field in fields}
    return {label: text for label, text in texts.items() if text}


def shown(field, entry):
    """The value of one field in words."""
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
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(field, RichTextField):
        return html.unescape(strip_tags(BLOCK_END.sub("\n", value))).strip()
    return str(value)


def related_name(field, entry):
    try:
        return str(getattr(entry, field.name) or "")
    except ObjectDoesNotExist:  # deleted since
        return ""
