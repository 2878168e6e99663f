"""Reads a spreadsheet that somebody sent: nothing it holds is trusted before it is weighed."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from openpyxl.utils.cell import range_boundaries

from profiles.editing.spreadsheets import bounds, separated, workbooks
from profiles.editing.spreadsheets.foreign import refuse_foreign

ZIP = b"PK\x03\x04"


@dataclass
class Sheet:
    headings: list  # of texts
    rows: list  # of (number of its line, list of texts); empty lines are left out
    merged: list = field(default_factory=list)  # areas such as "A2:A5" whose cells are one


def read(content):
    """The `Sheet` in the bytes of an xlsx or csv file; raises `Unreadable`."""
    if not content.strip():
        raise bounds.Unreadable(_("The file is empty."))
    if len(content) > bounds.LARGEST_FILE:
        raise bounds.too_large()
    if content.startswith(ZIP):
        return workbook_sheet(content)
    refuse_foreign(content)
    return as_sheet(separated.lines_of(content))


def workbook_sheet(content):
    try:
        workbook = workbooks.Workbook(content)
        sheet = as_sheet(workbook.lines())
        sheet.merged = merged_in(workbook.merged, sheet)
    except bounds.Unreadable:
        raise
    except Exception as error:  # whatever a broken file makes its readers stumble over
        raise bounds.broken() from error
    return sheet


def as_sheet(lines):
    headings, rows = None, []
    for number, texts in lines:
        if not any(texts):
            continue
        if headings is None:
            width = max(place for place, text in enumerate(texts, 1) if text)
            headings = texts[:width]
        else:
            rows.append((number, texts))
        if len(rows) > bounds.MOST_ROWS:
            raise bounds.too_many_rows()
    if not rows:
        raise bounds.Unreadable(_("The file holds no row below the headings."))
    return Sheet(headings, rows)


def merged_in(areas, sheet):
    """Those that lie where the sheet has texts."""
    last_line = sheet.rows[-1][0]
    found = []
    for area in areas:
        column, line, _last_column, _last_line = range_boundaries(area)
        if column <= len(sheet.headings) and line <= last_line:
            found.append(area)
    return found
