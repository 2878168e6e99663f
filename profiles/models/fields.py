"""Kinds of fields that several models have."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models

from profiles.translation import has_any, translated_columns

is_web_address = URLValidator(schemes=["http", "https"])


def is_list_of_web_addresses(text):
    for line in text.splitlines():
        is_web_address(line.strip())


def web_address(name, help_text):
    return models.URLField(
        name, max_length=500, blank=True, validators=[is_web_address], help_text=help_text
    )


class NamesField(models.TextField):
    """Names of people, bodies or places: one per line, the same in every language."""

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


def names(name, help_text):
    return NamesField(name, blank=True, help_text=help_text)


def require_in_one_language(noun, name, message):
    if not has_any(noun, name):
        raise ValidationError({translated_columns(name)[0]: message})


def unify_line_ends(noun):
    """Browsers send CR LF for each line end; stored, it would look like a change."""
    for field in noun._meta.concrete_fields:
        if isinstance(field, models.TextField):
            setattr(noun, field.attname, getattr(noun, field.attname).replace("\r\n", "\n"))
