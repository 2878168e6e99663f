"""The columns of a sheet: how each field of an entry is named, written and read."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from profiles import dates, markup
from profiles.dates import PartialDateField
from profiles.editing.spreadsheets.cells import LONGEST, TOO_LONG, tidy
from profiles.models import Programme, only_organisation
from profiles.publishing import Publishable
from profiles.richtext import RichTextField, sanitised
from profiles.times import duration_as_typed
from profiles.translation import translated_columns

TAG = re.compile(r"</?([a-z][a-z0-9]*)\b[^>]*>", re.IGNORECASE)
BLOCKS = markup.BLOCKS | markup.DIVISIONS | {"table", "h1", "h2", "h5", "h6"}
MISTAKES = {"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#NOM?", "#VALEUR!"}


class Column(Field):
    """A field of a model as a column; `read` raises ValueError with a sentence."""

    def __init__(self, field):
        self.field = field
        super().__init__(attribute=field.name, column_name=field.name, widget=Widget())

    @property
    def label(self):
        return capfirst(str(self.field.verbose_name))

    @property
    def help(self):
        return str(self.field.help_text)

    @property
    def possible(self):
        """The texts among which a cell has to choose; none where it is free."""
        return []

    def export(self, instance, **kwargs):
        text = tidy(self.write(self.get_value(instance)))
        return text if len(text) <= LONGEST else TOO_LONG + too_long()

    def write(self, value):
        return "" if value is None else str(value)

    def clean(self, row, **kwargs):
        text = row[self.column_name]
        if text.upper() in MISTAKES:
            raise ValueError(_("The cell holds a mistake of the spreadsheet: %s") % text)
        if text.startswith(TOO_LONG):
            raise ValueError(_("The text is missing: it was too long for a cell."))
        if not text:
            return None if self.field.null else ""
        try:
            return self.read(text)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def read(self, text):
        return self.field.to_python(text)


class TextColumn(Column):
    def read(self, text):
        # A model checks the length of a line, but leaves that of a text to its form.
        if self.field.max_length and len(text) > self.field.max_length:
            raise ValueError(
                _("The text has %(length)d signs; at most %(most)d are possible.")
                % {"length": len(text), "most": self.field.max_length}
            )
        return text


class RichTextColumn(Column):
    def read(self, text):
        return sanitised(as_html(text))


class DateColumn(Column):
    def write(self, value):
        return dates.as_typed(value)

    def read(self, text):
        return self.field.clean(text, None)


class DurationColumn(Column):
    def write(self, value):
        return "" if value is None else duration_as_typed(value)


class ChoiceColumn(Column):
    @property
    def possible(self):
        return [str(label) for value, label in self.field.flatchoices]

    def write(self, value):
        return str(dict(self.field.flatchoices).get(value, value))

    def read(self, text):
        for language in languages():
            with translation.override(language):
                for value, label in self.field.flatchoices:
                    if plain_name(text) in (plain_name(value), plain_name(label)):
                        return value
        raise ValueError(
            _("“%(text)s” is not possible here. Write one of these: %(possible)s.")
            % {"text": text, "possible": ", ".join(self.possible)}
        )


class EntryColumn(Column):
    """Another entry: written as the last part of its address, read by its title too."""

    known = None

    @property
    def help(self):
        return _("The last part of the programme's address, or its title.")

    def write(self, value):
        return value.slug if value else ""

    def read(self, text):
        if self.known is None:
            self.known = named(self.field.related_model)
        found = self.known.get(plain_name(text), [])
        if len(found) != 1:
            raise ValueError(
                _("There is no “%s” on this site. Write the last part of its address.") % text
            )
        return found[0]


def named(model):
    """Entries or organisations under their slug, or else their title."""
    title = "title" if model is Programme else "name"
    by_slug, by_title = {}, {}
    for noun in model.objects.all():
        by_slug[plain_name(noun.slug)] = [noun]
        for text in {plain_name(getattr(noun, column)) for column in translated_columns(title)}:
            by_title.setdefault(text, []).append(noun)
    return {**by_title, **by_slug}


def column_of(field):
    if isinstance(field, models.ForeignKey):
        return EntryColumn(field)
    if field.choices:
        return ChoiceColumn(field)
    kinds = {
        RichTextField: RichTextColumn,
        PartialDateField: DateColumn,
        models.DurationField: DurationColumn,
        models.TextField: TextColumn,
    }
    return next((made for kind, made in kinds.items() if isinstance(field, kind)), Column)(field)


def columns_of(model):
    """The columns of a kind of entries, under the names of their fields, the address first.

    Nothing that publishes is among them, so no sheet can; nor are files.
    """
    left_out = {field.name for field in Publishable._meta.get_fields()}
    if only_organisation() is not None:
        left_out.add("organisation")
    fields = [
        field
        for field in model._meta.fields
        if field.editable
        and not field.primary_key
        and not isinstance(field, models.FileField | models.BooleanField)
        and field.name not in left_out
    ]
    fields.sort(key=lambda field: field.name != "slug")
    return {field.name: column_of(field) for field in fields}


def column_names(model):
    """The field under each name that a heading may have: its own, or in any of our languages."""
    found = {}
    for language in languages():
        with translation.override(language):
            for name, column in columns_of(model).items():
                found[plain_name(name)] = found[plain_name(column.label)] = name
    return found


def languages():
    return [code for code, _name in settings.LANGUAGES]


def plain_name(text):
    return " ".join(str(text).split()).casefold()


# Formatted text


def as_html(text):
    """A cell's text as HTML: each line of plain text becomes a paragraph."""
    tags = {tag.lower() for tag in TAG.findall(text)}
    if tags & BLOCKS:
        return text
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"<p>{line if tags else escape(line)}</p>" for line in lines if line)


def has_forbidden_markup(text):
    """Whether the sanitiser takes elements or attributes out of a cell's text."""
    before = as_html(text)
    return shape(sanitised(before)) != shape(before)


def shape(html):
    """Its elements, with what may be dangerous in their attributes."""
    dangerous = re.findall(r"\bon[a-z]+\s*=|javascript:|data:|\bstyle\s*=", html.lower())
    return [tag.lower() for tag in TAG.findall(html)], dangerous


def too_long():
    return _("This text is too long for a cell. It stays as it is on the site.")
