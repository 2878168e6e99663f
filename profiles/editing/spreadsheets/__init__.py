"""Entries from a spreadsheet, and back into one: xlsx and csv."""

from importlib import import_module

PARTS = {
    "bounds": ["LARGEST_FILE", "Unreadable", "too_large"],
    "columns": ["columns_of"],
    "importing": ["import_rows", "try_out"],
    "reading": ["read"],
    "report": ["NotImported"],
    "writing": ["as_csv", "as_workbook", "explained", "rules", "template"],
}


def __getattr__(name):
    """Each part is loaded when somebody asks for it: openpyxl alone takes 20 MB, in each process of
    a server that mostly answers visitors."""
    part = next((part for part, names in PARTS.items() if name in names), None)
    if part is None:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{part}"), name)
