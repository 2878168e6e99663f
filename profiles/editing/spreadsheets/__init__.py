"""Entries from a spreadsheet, and back into one: xlsx and csv."""

from profiles.editing.spreadsheets.bounds import LARGEST_FILE, Unreadable, too_large
from profiles.editing.spreadsheets.columns import columns_of
from profiles.editing.spreadsheets.importing import import_rows, try_out
from profiles.editing.spreadsheets.reading import read
from profiles.editing.spreadsheets.report import NotImported
from profiles.editing.spreadsheets.writing import as_csv, as_workbook, template

__all__ = [
    "LARGEST_FILE",
    "NotImported",
    "Unreadable",
    "as_csv",
    "as_workbook",
    "columns_of",
    "import_rows",
    "read",
    "template",
    "too_large",
    "try_out",
]
