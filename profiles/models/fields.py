"""Kinds of fields that several models have."""

import re

from django.core.validators import URLValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from profiles.addresses import readable_name
from profiles.translation import (
    CONTENT_LANGUAGES,
    FURTHER_LANGUAGES,
    to_attribute,
)

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


def names(name, help_text, **options):
    return NamesField(name, blank=True, help_text=help_text, **options)


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


# Signs that turn the text around them, beyond the place where they stand: pasted unseen.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def tidy_texts(noun):
    """Browsers send CR LF for each line end; stored, it would look like a change.

    Signs that nobody sees and that would turn the rest of a line are left out too.
    """
    for field in noun._meta.concrete_fields:
        if isinstance(field, models.CharField | models.TextField):
            text = getattr(noun, field.attname)
            if isinstance(text, str):
                setattr(noun, field.attname, TURNING.sub("", text).replace("\r\n", "\n"))


def free_slug(noun, texts, date="", taken=None):
    """A slug made from the first text that gives one, which no other noun of this kind has.

    `taken` are the others' slugs, where they are known already.
    """
    longest = noun._meta.get_field("slug").max_length - 20
    names = (readable_name(text, longest) for text in texts)
    stem = next(filter(None, names), f"{noun._meta.model_name}-{date or localdate()}")
    if taken is None:
        others = type(noun)._base_manager.filter(slug__startswith=stem).exclude(pk=noun.pk)
        taken = set(others.values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)
