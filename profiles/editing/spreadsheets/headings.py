"""The first row of a sheet: which field each of its headings names."""

from itertools import zip_longest

from django.utils.translation import gettext as _

from profiles.editing.spreadsheets.columns import column_names, columns_of, plain_name
from profiles.editing.spreadsheets.report import Fault
from profiles.models import Organisation, only_organisation
from profiles.translation import translated_columns


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
