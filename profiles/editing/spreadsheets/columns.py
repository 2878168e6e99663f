"""The columns of a sheet: how each field of an entry is named, written and read."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles import dates, times
from profiles.dates import PartialDateField, shortened
from profiles.editing.spreadsheets.cells import LONGEST, TOO_LONG, tidy
from profiles.editing.spreadsheets.formatted import as_html, has_forbidden_markup
from profiles.editing.spreadsheets.name_lists import (
    are_capitalised,
    are_three_words,
    are_whole_names,
    names_in,
)
from profiles.editing.spreadsheets.zones import moment_in_zone
from profiles.models import Entry, is_switched_off, only_organisation, rules
from profiles.models.fields import NamesField
from profiles.publishing import Publishable
from profiles.richtext import RichTextField, plain, with_pictures_in_words
from profiles.search.keys import fold, typed
from profiles.translation import translated_columns

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
        if len(text) > rules.LONGEST_TEXT:
            params = {"length": grouped(len(text)), "most": grouped(rules.LONGEST_TEXT)}
            raise ValidationError(rules.TOO_LONG, params=params)
        return self.read(text)

    def read(self, text):
        try:
            return self.field.to_python(text)
        except ValidationError as error:
            params = error.params or {}
            error.params = {name: shortened(value) for name, value in params.items()}
            raise

    def remark(self, text):
        """What whoever sent the cell should look at, though it was read."""
        return ""


class NamesColumn(Column):
    @property
    def help(self):
        on_one_line = _("Names may also stand in one line, with “;” between them.")
        return f"{super().help} {on_one_line}"

    def read(self, text):
        return "\n".join(self.names_in(text))

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
    def write(self, value):
        return dates.as_typed(value)

    def read(self, text):
        return self.field.clean(text, None)


class MomentColumn(Column):
    """A day and an hour, in the site's time zone."""

    @property
    def help(self):
        hour = _("Day and hour, as 31/12/2026 17:00, in the time of %s.")
        return f"{super().help} {hour % settings.TIME_ZONE}"

    def write(self, value):
        return " ".join(times.as_typed(value)) if value else ""

    def read(self, text):
        moment = moment_in_zone(text, super().read)
        if moment.year < 1000:  # as of any other date; a zone might even lead out of the calendar
            raise times.refusal("day", text)
        return moment


class DurationColumn(Column):
    def write(self, value):
        return "" if value is None else times.duration_as_typed(value)


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


def state_heading():
    """Of what an export tells of each entry, and an import leaves out."""
    return capfirst(_("state"))


def state_headings():
    found = set()
    for language in languages():
        with translation.override(language):
            found.add(plain_name(state_heading()))
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
        words = [plain(with_pictures_in_words(text)) for text in texts]
        texts = words if words[0] != words[1] else texts
    return column.label, *texts


def too_long():
    return _("This text is too long for a cell. It stays as it is on the site.")
