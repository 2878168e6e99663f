"""The rows of a sheet as entries, each read and judged; nothing here stores anything."""

import copy
from itertools import zip_longest

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles.editing.spreadsheets.cells import TOO_LONG
from profiles.editing.spreadsheets.columns import columns_of, difference, plain_name
from profiles.editing.spreadsheets.report import CellChange, Fault, Report, Row
from profiles.models import only_organisation
from profiles.models.fields import free_slug
from profiles.translation import texts_of, translated_columns


class Rows:
    """One reading of one sheet: `names` has the field of each of its columns, "" for none."""

    def __init__(self, model, sheet, names):
        self.model, self.names = model, names
        self.columns = {name: col for name, col in columns_of(model).items() if name in names}
        self.keys = [field for field in model._meta.fields if isinstance(field, models.ForeignKey)]
        self.organisation = only_organisation()
        self.stored = self.stored_entries(sheet)
        self.titles, self.taken = self.titles_and_addresses()
        self.line_of_slug = {}
        self.report = Report()
        for line, texts in sheet.rows:
            self.take(line, dict(zip_longest(names, texts[: len(names)], fillvalue="")))

    def stored_entries(self, sheet):
        """Those that the sheet names, in one query: what it adds is not found by later rows."""
        if "slug" not in self.names:
            return {}
        at = self.names.index("slug")
        slugs = {texts[at] for _line, texts in sheet.rows if at < len(texts)}
        entries = self.model.objects.with_related().filter(slug__in=slugs)
        return {entry.slug: entry for entry in entries}

    def titles_and_addresses(self):
        """The address under each title that the site has; and all its addresses."""
        titles = translated_columns("title")
        stored = list(self.model.objects.order_by("-pk").values_list("slug", *titles))
        by_title = {plain_name(title): slug for slug, *titles in stored for title in titles}
        return by_title, {slug for slug, *_titles in stored}

    def take(self, line, cells):
        stored = self.stored.get(cells.get("slug"))
        entry = copy.copy(stored) if stored else self.blank()
        cells = self.telling(entry, cells)
        if faults := self.faults_of(line, entry, cells):
            self.report.faults += faults
            return
        changes = self.changes(stored or self.blank(), entry, cells)
        if stored and not changes:
            self.report.unchanged += 1
            return
        notes = list(self.notes(entry, cells))
        self.report.rows.append(Row(line, stored, entry, changes, notes))

    def telling(self, entry, cells):
        """Those of the cells that say something new."""
        return {
            name: cells[name]
            for name, column in self.columns.items()
            if not self.changes_nothing(column, entry, cells[name])
        }

    def blank(self):
        return self.model(organisation_id=self.organisation)

    # What the cells say

    def faults_of(self, line, entry, cells):
        """Make the entry what the cells say; what is wrong with them."""
        is_new = entry._state.adding
        refused = self.fill(entry, cells)
        if cells or is_new:
            refused |= self.errors_in(entry, refused)
        if is_new and not refused:
            texts = texts_of(entry, "title")
            entry.slug = entry.slug or free_slug(entry, texts, entry.own_date, self.taken)
        refused |= self.address_twice(line, entry.slug)
        return [
            Fault(text, line, self.label(name), str(error.message))
            for name, errors in refused.items()
            for text, error in {text: error for error in errors for text in error.messages}.items()
        ]

    def fill(self, entry, cells):
        """Give the entry what could be read; what could not, under the name of its field."""
        refused = {}
        for name, text in cells.items():
            try:
                setattr(entry, name, self.columns[name].value_of(text))
            except ValidationError as error:
                refused[name] = error.error_list
        return refused

    def errors_in(self, entry, refused):
        """What is wrong with the entry beside what was refused already."""
        entry.unread = set(refused)
        looked_up = {key.name for key in self.keys if getattr(entry, key.attname) is not None}
        try:
            # Whether an address is free is known here.
            entry.full_clean(looked_up | refused.keys(), validate_unique=False)
        except ValidationError as error:
            return {
                name: errors for name, errors in error.error_dict.items() if name not in refused
            }
        return {}

    def changes_nothing(self, column, entry, text):
        """What the site would write into the cell itself, and an empty cell where a new entry
        has a default or no entry may be empty."""
        is_new = entry._state.adding
        if not text:
            return is_new or not column.field.blank or column.name == "slug"
        if text.startswith(TOO_LONG) and not is_new:
            return True
        return text == column.text_of(entry)

    def address_twice(self, line, slug):
        """Errors by name where an earlier row has the same address."""
        self.taken.add(slug)
        earlier = self.line_of_slug.setdefault(slug, line) if slug else line
        if earlier == line:
            return {}
        message = _("The address “%(slug)s” stands in line %(line)d too.")
        return {"slug": [ValidationError(message, params={"slug": slug, "line": earlier})]}

    def label(self, name):
        if name == NON_FIELD_ERRORS:
            return ""
        return capfirst(str(self.model._meta.get_field(name).verbose_name))

    # What follows

    def changes(self, before, after, cells):
        found = (difference(self.columns[name], before, after) for name in cells)
        return [CellChange(*change) for change in found if change]

    def notes(self, entry, cells):
        remarks = (self.columns[name].remark(text) for name, text in cells.items())
        yield from filter(None, remarks)
        if entry._state.adding and (slug := self.titles.get(plain_name(entry.title))):
            yield (
                _(
                    "“%s” has the same title. To change it instead, write this into the column of the "
                    "address."
                )
                % slug
            )
