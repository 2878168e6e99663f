"""The first row of a sheet: which field each of its headings names."""

from itertools import zip_longest

from django.utils.translation import gettext as _

from profiles.dates import shortened
from profiles.editing.spreadsheets.columns import (
    column_names,
    columns_of,
    plain_name,
    state_headings,
)
from profiles.editing.spreadsheets.report import Fault
from profiles.models import Organisation, only_organisation
from profiles.translation import translated_columns

MOST_AREAS = 5  # of merged cells, named to show where to look


def matched(model, sheet):
    """The field that each heading names, "" where it names none."""
    known = column_names(model)
    return [known.get(plain_name(heading), "") for heading in sheet.headings]


def unusable(model, names):
    """Why no row can be read under such headings."""
    columns = columns_of(model)
    if not {"slug", *translated_columns("title")} & set(names):
        wanted = columns[translated_columns("title")[0]].label
        yield Fault(_("The column “%s” is missing.") % wanted)
    if only_organisation() is None and not Organisation.objects.exists():
        yield Fault(_("Type the name of your organisation first."))


def faults_in(model, sheet, names):
    if nameless := text_without_heading(sheet):
        yield Fault(_("There is text in a column without a heading."), nameless)
    for name, column in columns_of(model).items():
        if names.count(name) > 1:
            yield Fault(_("The column “%s” stands there twice.") % column.label)


def text_without_heading(sheet):
    """The first line that has such a text."""
    for line, texts in sheet.rows:
        if any(text and not heading for text, heading in zip_longest(texts, sheet.headings)):
            return line
    return None


def warnings_about(sheet, names):
    """What is left out, and what may not stand where it seems to."""
    pairs = zip(sheet.headings, names, strict=True)
    without = state_headings()
    if unknown := [
        _("“%s”") % shortened(heading)
        for heading, name in pairs
        if heading and not name and plain_name(heading) not in without
    ]:
        sentence = _("Columns left out, because the template has none of these names: %s.")
        yield sentence % ", ".join(unknown)
    if areas := sheet.merged:
        shown = ", ".join(areas[:MOST_AREAS]) + (", …" if areas[MOST_AREAS:] else "")
        yield (
            _(
                "Some cells are merged (%s). Their text belongs to the first of them alone, the others "
                "count as empty: if each row is to have it, divide them and write it into each."
            )
            % shown
        )
