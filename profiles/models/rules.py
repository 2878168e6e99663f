"""Rules that several fields keep together, asked only where each of them is right by itself.

Django calls clean() although fields were refused; what it reads may then be junk, or what was
stored before. Nothing here does: a rule names the fields that it reads.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from profiles.richtext import RichTextField
from profiles.translation import has_any, translated_columns

LONGEST_TEXT = 200_000  # letters: a book of a hundred pages
TOO_LONG = _("This text has %(length)s letters; at most %(most)s fit here.")


class Rule(NamedTuple):
    reads: tuple  # names of fields
    is_kept: Callable
    at: str  # the field at which the mistake stands
    sentence: str


def in_one_language(name, sentence):
    columns = tuple(translated_columns(name))
    return Rule(columns, lambda noun: has_any(noun, name), columns[0], sentence)


class Checked(models.Model):
    rules = ()
    # Fields of which somebody refused already what was given, such as a form; names.
    unread = frozenset()

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        self.wrong = too_long(self, exclude or ())
        try:
            super().clean_fields(exclude)
        except ValidationError as error:
            self.wrong = self.wrong | error.error_dict
        if self.wrong:
            raise ValidationError(self.wrong)

    def clean(self):
        super().clean()
        refused = {*self.unread, *getattr(self, "wrong", ())}
        broken = [rule for rule in rules_of(type(self)) if is_broken(rule, self, refused)]
        if broken:
            raise ValidationError({rule.at: rule.sentence for rule in broken})


def rules_of(model):
    return [rule for base in model.__mro__ for rule in vars(base).get("rules", ())]


def is_broken(rule, noun, refused):
    return refused.isdisjoint(rule.reads) and not rule.is_kept(noun)


def too_long(noun, exclude):
    """Mistakes of plain texts, whose length Django leaves to forms; by field."""
    return {
        field.name: ValidationError(TOO_LONG, params=excess)
        for field in noun._meta.concrete_fields
        if is_plain_text(field) and field.name not in exclude and (excess := excess_of(field, noun))
    }


def is_plain_text(field):
    return isinstance(field, models.TextField) and not isinstance(field, RichTextField)


def excess_of(field, noun):
    """How long a text is and how long it may be, in words; None where it fits."""
    length = len(str(getattr(noun, field.attname) or "").replace("\r\n", "\n"))
    most = field.max_length or LONGEST_TEXT
    if length <= most:
        return None
    return {
        "length": number_format(length, force_grouping=True),
        "most": number_format(most, force_grouping=True),
    }
