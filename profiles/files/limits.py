"""How much an upload may weigh, as the settings say, and the sentences that refuse more; in bytes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from profiles.files.refusals import ARRIVAL_REFUSALS
from profiles.files.storing import shown_name
from profiles.words import MEGABYTE, size_in_words

CAPTIONS = 2 * MEGABYTE  # the words of a film of four hours have 300 KB


def largest(kind: str) -> int:
    """Of a "picture", "document", "film", "recording" or "captions"; of a whole "form"."""
    return CAPTIONS if kind == "captions" else settings.UPLOAD_MB[kind] * MEGABYTE


def bounded(field: forms.Field, kinds: Iterable[str]) -> forms.Field:
    """The field of a form, which says how large its file may be, to people and to the script."""
    limit = min(max(map(largest, kinds)), largest("form"))
    field.widget.attrs["data-most"] = str(limit)
    sentence = format_lazy(_("At most {limit} MB."), limit=limit // MEGABYTE)
    field.help_text = format_lazy("{} {}", field.help_text, sentence)
    return field


def refuse_what_did_not_arrive(file: Any, name: str) -> None:
    """What was too large to be taken in, or found no room on the disk."""
    upload = file.file if isinstance(file, FieldFile) else file
    if refusal := getattr(upload, "refusal", ""):
        raise refused(refusal, name, upload.size, upload.limit)


def too_large(name: str, size: int, limit: int) -> ValidationError:
    return refused("too_large", name, size, limit)


def refused(reason: str, name: str, size: int, limit: int) -> ValidationError:
    words = {"name": shown_name(name), "size": size_in_words(size), "limit": size_in_words(limit)}
    return ValidationError(ARRIVAL_REFUSALS[reason], code=reason, params=words)
