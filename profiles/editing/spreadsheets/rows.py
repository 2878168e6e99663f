"""The rows of a sheet as entries: tried out first, then all of them or none."""

import hashlib
from dataclasses import dataclass, field
from itertools import zip_longest

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import ModelResource
from import_export.results import RowResult

from profiles.editing.spreadsheets.cells import TOO_LONG
from profiles.editing.spreadsheets.columns import (
    RichTextColumn,
    column_names,
    columns_of,
    has_forbidden_markup,
    plain_name,
)
from profiles.models import Organisation, only_organisation
from profiles.richtext import plain
from profiles.translation import translated_columns

EXCERPT = 120


@dataclass
class Fault:
    """What is wrong: `line` is None for the whole file, `column` "" for the whole row."""

    message: str
    line: int | None = None
    column: str = ""


@dataclass
class CellChange:
    """A text before and after, each cut to what surrounds the first difference."""

    column: str
    before: str
    after: str

    @property
    def excerpts(self):
        pairs = enumerate(zip_longest(self.before, self.after))
        different = next((place for place, (one, other) in pairs if one != other), 0)
        start = max(0, different - EXCERPT // 3)
        return [self.excerpt(text, start) for text in (self.before, self.after)]

    @staticmethod
    def excerpt(text, start):
        end = start + EXCERPT
        return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


@dataclass
class Row:
    line: int
    is_new: bool
    entry: object
    changes: list
    notes: list


@dataclass
class Report:
    faults: list = field(default_factory=list)
    rows: list = field(default_factory=list)  # those that add or change an entry
    unchanged: int = 0

    @property
    def new(self):
        return sum(row.is_new for row in self.rows)

    @property
    def changed(self):
        return len(self.rows) - self.new

    @property
    def fingerprint(self):
        """The same as long as the same sheet does the same to the same entries."""
        said = [(row.line, row.is_new, row.entry.slug, row.changes) for row in self.rows]
        return hashlib.sha256(repr(said).encode()).hexdigest()


class NotImported(Exception):
    """Nothing was stored; `report` says why, or what would happen by now."""

    def __init__(self, report):
        super().__init__()
        self.report = report


def try_out(model, sheet):
    """The `Report` of what an import would do; stores nothing."""
    return run(model, sheet, dry_run=True)


@transaction.atomic
def import_rows(model, sheet, fingerprint):
    """Store all rows, and give the `Report`; raises `NotImported` where it differs from what
    was shown under `fingerprint`, so that nobody's later work is overwritten unseen."""
    report = run(model, sheet, dry_run=False)
    if report.faults or report.fingerprint != fingerprint:
        raise NotImported(report)
    return report


def run(model, sheet, dry_run):
    names, faults = matched(model, sheet)
    if faults:
        return Report(faults)
    resource = resource_of(model)(sheet, names)
    result = resource.import_data(
        resource.dataset, dry_run=dry_run, rollback_on_validation_errors=True
    )
    return resource.report_on(result)


# Headings


def matched(model, sheet):
    """The fields that the headings name, "" for an empty column, and what is wrong with them."""
    known = column_names(model)
    names = [known.get(plain_name(heading), "") for heading in sheet.headings]
    faults = [
        Fault(_("There is no column “%s”. Use the headings of the template.") % heading)
        for heading, name in zip(sheet.headings, names, strict=True)
        if heading and not name
    ]
    if nameless := text_without_heading(sheet):
        faults.append(Fault(_("There is text in a column without a heading."), nameless))
    labels = {name: column.label for name, column in columns_of(model).items()}
    faults += [
        Fault(_("The column “%s” stands there twice.") % labels[name])
        for name in labels
        if names.count(name) > 1
    ]
    if not {"slug", *translated_columns("title")} & set(names):
        wanted = labels[translated_columns("title")[0]]
        faults.append(Fault(_("The column “%s” is missing.") % wanted))
    if only_organisation() is None and not Organisation.objects.exists():
        faults.append(Fault(_("Type the name of your organisation first.")))
    return names, faults


def text_without_heading(sheet):
    """The first line that has such a text."""
    for line, texts in sheet.rows:
        if any(text and not heading for text, heading in zip_longest(texts, sheet.headings)):
            return line
    return None


# Rows


class BySlug(BaseInstanceLoader):
    """The entries that the sheet names, in one query: what it adds is not found by later rows."""

    def __init__(self, resource, dataset=None):
        super().__init__(resource, dataset)
        slugs = [row["slug"] for row in dataset.dict]
        entries = resource.get_queryset().with_related().filter(slug__in=slugs)
        self.entries = {entry.slug: entry for entry in entries}

    def get_instance(self, row):
        return self.entries.get(row["slug"])


class EntryResource(ModelResource):
    """One import of one sheet; `resource_of` adds a kind's columns."""

    class Meta:
        import_id_fields = ["slug"]
        instance_loader_class = BySlug
        clean_model_instances = True
        skip_unchanged = True
        skip_html_diff = True
        store_instance = True
        use_transactions = True

    def __init__(self, sheet, names):
        super().__init__()
        self.lines = [line for line, _texts in sheet.rows]
        headers = list(dict.fromkeys(["slug", *filter(None, names)]))
        self.dataset = tablib.Dataset(headers=headers)
        for _line, texts in sheet.rows:
            row = dict(zip_longest(names, texts[: len(names)], fillvalue=""))
            self.dataset.append([row.get(name, "") for name in headers])
        self.organisation = only_organisation()
        self.line_of_slug = {}
        self.titles = None
        self.found = []

    def init_instance(self, row=None):
        return self._meta.model(organisation_id=self.organisation)

    def before_import_row(self, row, row_number=None, **kwargs):
        slug, line = row["slug"], self.lines[row_number - 1]
        earlier = self.line_of_slug.setdefault(slug, line) if slug else line
        if earlier != line:
            message = _("The address “%(slug)s” stands in line %(line)d too.")
            raise ValidationError({"slug": message % {"slug": slug, "line": earlier}})

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        instance.unread = set(import_validation_errors or ())
        super().validate_instance(instance, import_validation_errors, validate_unique)

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        """What the site would write into the cell itself changes nothing, nor does an empty
        cell where a new entry has a default or no entry may be empty."""
        text = row.get(field.column_name)
        if text is None or text == field.export(instance):
            return
        is_new = instance._state.adding
        if not text and (is_new or not field.field.blank or field.attribute == "slug"):
            return
        if text.startswith(TOO_LONG) and not is_new:
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)

    def after_import_row(self, row, row_result, row_number=None, **kwargs):
        if row_result.import_type == RowResult.IMPORT_TYPE_SKIP:
            return
        entry, before = row_result.instance, row_result.original
        self.found.append(
            Row(
                self.lines[row_number - 1],
                row_result.is_new(),
                entry,
                self.changes(before or self.init_instance(), entry),
                list(self.notes(row, entry, row_result.is_new())),
            )
        )

    def changes(self, before, after):
        return [
            CellChange(column.label, *texts)
            for name, column in self.fields.items()
            if name != "slug" and (texts := difference(column, before, after))
        ]

    def notes(self, row, entry, is_new):
        for name, column in self.fields.items():
            if isinstance(column, RichTextColumn) and has_forbidden_markup(row.get(name, "")):
                yield _("“%s”: what is not allowed there was taken out.") % column.label
        if is_new and (slug := self.slug_of_title(entry)):
            yield (
                _(
                    "“%s” has the same title. To change it instead, write this into the column of the "
                    "address."
                )
                % slug
            )

    def slug_of_title(self, entry):
        """The address of an entry that had this title before the import."""
        if self.titles is None:
            stored = self._meta.model.objects.exclude(pk=entry.pk)
            self.titles = {
                plain_name(title): slug
                for *titles, slug in stored.values_list(*translated_columns("title"), "slug")
                for title in titles
            }
        return self.titles.get(plain_name(entry.title))

    def report_on(self, result):
        faults = [Fault(str(error.error)) for error in result.base_errors]
        for row in result.error_rows:
            faults += [Fault(str(e.error), self.lines[row.number - 1]) for e in row.errors]
        for row in result.invalid_rows:
            line = self.lines[row.number - 1]
            for name, messages in row.error_dict.items():
                faults += [
                    Fault(message, line, self.label(name)) for message in dict.fromkeys(messages)
                ]
        faults.sort(key=lambda fault: fault.line or 0)
        return Report(faults, self.found, result.totals[RowResult.IMPORT_TYPE_SKIP])

    def label(self, name):
        if name == NON_FIELD_ERRORS:
            return ""
        return capfirst(str(self._meta.model._meta.get_field(name).verbose_name))


def resource_of(model):
    found = columns_of(model)
    meta = type("Meta", (EntryResource.Meta,), {"model": model, "fields": list(found)})
    return type(f"{model.__name__}Resource", (EntryResource,), {**found, "Meta": meta})


def difference(column, before, after):
    """The cell's text before and after; formatted text without its marks where words differ."""
    texts = [column.export(before), column.export(after)]
    if isinstance(column, RichTextColumn) and texts[0] != texts[1]:
        words = [plain(text) for text in texts]
        return words if words[0] != words[1] else texts
    return texts if texts[0] != texts[1] else None
