"""Kinds of fields that several models have."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from profiles.translation import (
    CONTENT_LANGUAGES,
    FURTHER_LANGUAGES,
    has_any,
    to_attribute,
    translated_columns,
)

is_web_address = URLValidator(schemes=["http", "https"])


def is_list_of_web_addresses(text):
    for line in text.splitlines():
        is_web_address(line.strip())


def web_address(name, help_text):
    return models.URLField(
        name, max_length=500, blank=True, validators=[is_web_address], help_text=help_text
    )


def names(name, help_text):
    """Names of people or places: one per line, the same in every language."""
    return models.TextField(name, blank=True, help_text=help_text)


class NamesByLanguage:
    """Names of bodies and countries: a column for all languages, and one for each further one.

    `partners = NamesByLanguage(…)` gives `partners`, and `partners_en` for those that are called
    otherwise there; `names_of(entry, "partners")` is what a page shows.
    """

    def __init__(self, name, help_text):
        self.name, self.help_text = name, help_text

    def contribute_to_class(self, model, attribute):
        model.add_to_class(attribute, names(self.name, self.help_text))
        for language in FURTHER_LANGUAGES:
            name = format_lazy(
                "{field} ({language})", field=self.name, language=CONTENT_LANGUAGES[language]
            )
            help_text = _(
                "All of them once more, as they are called in this language. Left empty, those "
                "above are shown."
            )
            model.add_to_class(to_attribute(attribute, language), names(name, help_text))


def names_of(entry, attribute):
    """The names as they are called in the page's language, as far as they were typed: lines."""
    own = getattr(entry, to_attribute(attribute, get_language()), "")
    return own or getattr(entry, attribute)


def require_in_one_language(noun, name, message):
    if not has_any(noun, name):
        raise ValidationError({translated_columns(name)[0]: message})


def unify_line_ends(noun):
    """Browsers send CR LF for each line end; stored, it would look like a change."""
    for field in noun._meta.concrete_fields:
        if isinstance(field, models.TextField):
            setattr(noun, field.attname, getattr(noun, field.attname).replace("\r\n", "\n"))
