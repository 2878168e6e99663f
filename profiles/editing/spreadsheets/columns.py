"""The columns of a sheet: how each field of an entry is named, written and read."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone, translation
from django.utils.duration import duration_string
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles.dates import PartialDateField, normalised
from profiles.editing.spreadsheets.bounds import LONGEST_TEXT
from profiles.editing.spreadsheets.cells import LONGEST, TOO_LONG, shortened, tidy
from profiles.editing.spreadsheets.formatted import as_html, has_forbidden_markup
from profiles.editing.spreadsheets.moments import moment_of
from profiles.editing.spreadsheets.name_lists import (
    are_capitalised,
    are_three_words,
    are_whole_names,
    names_in,
)
from profiles.models import Entry, is_switched_off, only_organisation
from profiles.models.fields import NamesField
from profiles.publishing import Publishable
from profiles.richtext import RichTextField, plain
from profiles.search.keys import fold, typed
from profiles.translation import translated_columns

# What programs put behind a day that has none: "2016-06-30 00:00:00".
HOUR_OF_ISO = re.compile(r"(?<=\d{4}-\d\d-\d\d)[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$")
ARE_NAMES = {"authors": are_whole_names, "countries": are_capitalised}
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
            raise ValidationError(message, params={"text": shortened(text)})
        if text.startswith(TOO_LONG):
            raise ValidationError(_("The text is missing: it was too long for a cell."))
        if not text:
            return None if self.field.null else ""
        self.refuse_longer_than(LONGEST_TEXT, text)
        return self.read(text)

    def refuse_longer_than(self, most, text):
        if len(text) > most:
            message = _("The text has %(length)s signs; at most %(most)s are possible.")
            params = {"length": grouped(len(text)), "most": grouped(most)}
            raise ValidationError(message, params=params)

    def read(self, text):
        try:
            return self.field.to_python(text)
        except ValidationError as error:
            error.params = {"value": shortened(text)}  # which Django quotes as a whole
            raise

    def remark(self, text):
        """What whoever sent the cell should look at, though it was read."""
        return ""


class TextColumn(Column):
    def read(self, text):
        # A model checks the length of a line, but leaves that of a text to its form.
        self.refuse_longer_than(self.field.max_length or LONGEST_TEXT, text)
        return text


class NamesColumn(TextColumn):
    @property
    def help(self):
        on_one_line = _("Names may also stand in one line, with “;” between them.")
        return f"{super().help} {on_one_line}"

    def read(self, text):
        return super().read("\n".join(self.names_in(text)))

    def names_in(self, text):
        return names_in(text, ARE_NAMES.get(self.name, are_three_words))

    def remark(self, text):
        if len(self.names_in(text)) > 1 or "," not in text:
            return ""
        message = _("“%(column)s”: “%(text)s” is taken as one name. Write “;” between several.")
        return message % {"column": self.label, "text": shortened(text)}


class RichTextColumn(Column):
    def read(self, text):
        return as_html(text)  # full_clean() sanitises it

    def remark(self, text):
        if not has_forbidden_markup(text):
            return ""
        return _("“%s”: what is not allowed there was taken out.") % self.label


class DateColumn(Column):
    def read(self, text):
        try:
            return normalised(HOUR_OF_ISO.sub("", text))
        except ValueError:
            message = self.field.error_messages["invalid"]
            raise ValidationError(message, params={"value": shortened(text)}) from None


class MomentColumn(Column):
    """A day and an hour, in the site's time zone."""

    @property
    def help(self):
        hour = _("Day and hour, as 2026-12-31 17:00, in the time of %s; a day alone means 23:59.")
        return f"{super().help} {hour % settings.TIME_ZONE}"

    def write(self, value):
        if value is None:
            return ""
        return timezone.localtime(value).replace(tzinfo=None).isoformat(" ", "minutes")

    def read(self, text):
        try:
            return moment_of(text)
        except ValueError:
            message = _("“%(text)s” is not a day with its hour. Write it as 31/12/2026 17:00.")
            raise ValidationError(message, params={"text": shortened(text)}) from None


class DurationColumn(Column):
    def write(self, value):
        return "" if value is None else duration_string(value)

    def read(self, text):
        try:
            return self.field.to_python(text)
        except ValidationError:
            message = _("“%(text)s” is not a duration. Write minutes and seconds: 12:30.")
            raise ValidationError(message, params={"text": shortened(text)}) from None


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
        params = {"text": shortened(text), "possible": ", ".join(self.possible)}
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
        by_slug, by_title = self.known
        found = by_slug.get(text.lower()) or by_title.get(plain_name(text), [])
        if len(found) == 1:
            return found[0]
        message = _("There is no “%(text)s” on this site. Write the last part of its address.")
        if found:
            message = _("Several are called “%(text)s”. Write the last part of the address of one.")
        raise ValidationError(message, params={"text": shortened(text)})


def named(model):
    """Entries or organisations, in lists, by their slug and by their title in any language."""
    titles = translated_columns("title" if issubclass(model, Entry) else "name")
    by_slug, by_title = {}, {}
    for noun in model.objects.all():
        by_slug[noun.slug] = [noun]
        for text in {plain_name(getattr(noun, column)) for column in titles}:
            by_title.setdefault(text, []).append(noun)
    return by_slug, by_title


def column_of(field):
    if isinstance(field, models.ForeignKey):
        return EntryColumn(field)
    if field.choices:
        return ChoiceColumn(field)
    kinds = {
        RichTextField: RichTextColumn,
        PartialDateField: DateColumn,
        NamesField: NamesColumn,
        models.DateTimeField: MomentColumn,
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
        and not is_switched_off(field.related_model)
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
    """What is left of a heading, a choice or a title where people write the same differently:
    without case, accents, blanks, and kinds of apostrophes and hyphens."""
    folded = fold(typed(str(text)))
    return "".join(filter(str.isalnum, folded)) or folded.strip()


def grouped(number):
    return number_format(number, force_grouping=True)


def difference(column, before, after):
    """Its name, the cell's text before and after; formatted text without marks if words differ."""
    texts = [column.text_of(before), column.text_of(after)]
    if column.name == "slug" or texts[0] == texts[1]:
        return None
    if isinstance(column, RichTextColumn):
        words = [plain(text) for text in texts]
        texts = words if words[0] != words[1] else texts
    return column.label, *texts


def too_long():
    return _("This text is too long for a cell. It stays as it is on the site.")
