"""The columns of a sheet: how each field of an entry is named, written and read."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.duration import duration_string
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles.dates import PartialDateField, normalised
from profiles.editing.spreadsheets.cells import LONGEST, TOO_LONG, tidy
from profiles.models import Programme, only_organisation
from profiles.publishing import Publishable
from profiles.richtext import RichTextField, plain, sanitised
from profiles.translation import translated_columns

TAG = re.compile(r"</?([a-z][a-z0-9]*)\b[^>]*>", re.IGNORECASE)
BLOCKS = {"p", "h3", "h4", "ul", "ol", "blockquote"}
MISTAKES = {"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#NOM?", "#VALEUR!"}


class Column:
    """A field of a model as a column; `read` raises ValidationError with a sentence."""

    def __init__(self, field):
        self.field = field
        self.name = field.name

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

    def text_of(self, entry):
        """What the site writes into the cell."""
        text = tidy(self.write(getattr(entry, self.name)))
        return text if len(text) <= LONGEST else TOO_LONG + too_long()

    def write(self, value):
        return "" if value is None else str(value)

    def value_of(self, text):
        """What the entry gets; ValidationError where the cell can't be read."""
        if text.upper() in MISTAKES:
            message = _("The cell holds a mistake of the spreadsheet: %(text)s")
            raise ValidationError(message, params={"text": text})
        if text.startswith(TOO_LONG):
            raise ValidationError(_("The text is missing: it was too long for a cell."))
        if not text:
            return None if self.field.null else ""
        return self.read(text)

    def read(self, text):
        return self.field.to_python(text)


class TextColumn(Column):
    def read(self, text):
        # A model checks the length of a line, but leaves that of a text to its form.
        if self.field.max_length and len(text) > self.field.max_length:
            message = _("The text has %(length)d signs; at most %(most)d are possible.")
            params = {"length": len(text), "most": self.field.max_length}
            raise ValidationError(message, params=params)
        return text


class RichTextColumn(Column):
    def read(self, text):
        return sanitised(as_html(text))


class DateColumn(Column):
    def read(self, text):
        try:
            return normalised(text)
        except ValueError:
            message = self.field.error_messages["invalid"]
            raise ValidationError(message, params={"value": text}) from None


class DurationColumn(Column):
    def write(self, value):
        return "" if value is None else duration_string(value)

    def read(self, text):
        try:
            return self.field.to_python(text)
        except ValidationError:
            message = _("“%(text)s” is not a duration. Write minutes and seconds: 12:30.")
            raise ValidationError(message, params={"text": text}) from None


class ChoiceColumn(Column):
    @property
    def possible(self):
        return [str(label) for value, label in self.field.flatchoices]

    def write(self, value):
        return str(dict(self.field.flatchoices).get(value, value))

    @cached_property
    def choices(self):
        """The values under what people may write: themselves, or their names in any language."""
        found = {}
        for language in languages():
            with translation.override(language):
                for value, label in self.field.flatchoices:
                    found[plain_name(value)] = found[plain_name(label)] = value
        return found

    def read(self, text):
        if (value := self.choices.get(plain_name(text))) is not None:
            return value
        message = _("“%(text)s” is not possible here. Write one of these: %(possible)s.")
        params = {"text": text, "possible": ", ".join(self.possible)}
        raise ValidationError(message, params=params)


class EntryColumn(Column):
    """Another entry: written as the last part of its address, read by its title too."""

    @property
    def help(self):
        return _("The last part of the programme's address, or its title.")

    def text_of(self, entry):
        return super().text_of(entry) if getattr(entry, self.field.attname) else ""

    def write(self, value):
        return value.slug

    @cached_property
    def known(self):
        return named(self.field.related_model)

    def read(self, text):
        found = self.known.get(plain_name(text), [])
        if len(found) != 1:
            message = _("There is no “%(text)s” on this site. Write the last part of its address.")
            raise ValidationError(message, params={"text": text})
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


def difference(column, before, after):
    """The cell's text before and after; formatted text without its marks where words differ."""
    texts = [column.text_of(before), column.text_of(after)]
    if isinstance(column, RichTextColumn) and texts[0] != texts[1]:
        words = [plain(text) for text in texts]
        return words if words[0] != words[1] else texts
    return texts if texts[0] != texts[1] else None


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
