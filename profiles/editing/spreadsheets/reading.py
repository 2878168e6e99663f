"""Reads a spreadsheet that somebody sent: nothing it holds is trusted before it is weighed."""

import csv
import io
import zipfile
from dataclasses import dataclass
from itertools import islice

import openpyxl
from django.utils.translation import gettext as _

from profiles.editing.spreadsheets.cells import text_of, tidy, unescaped
from profiles.words import MEGABYTE

MOST_ROWS = 2_000
MOST_COLUMNS = 100
LAST_LINE = 20_000  # empty rows count towards this one only
LARGEST_FILE = 10 * MEGABYTE
LARGEST_CONTENT = 40 * 1024 * 1024  # of all that is packed into a workbook
MOST_PARTS = 1_000
MOST_TAGS = 2_000_000  # 2,000 rows of 30 cells have about 500,000
DELIMITERS = ";,\t"
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """Why a file can't be taken, in a sentence for whoever sent it."""


@dataclass
class Sheet:
    headings: list  # of texts
    rows: list  # of (number of its line, list of texts); empty lines are left out


def read(content):
    """The `Sheet` in the bytes of an xlsx or csv file; raises `Unreadable`."""
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise too_large()
    if content.startswith(OLD_EXCEL):
        raise Unreadable(
            _("This is an old or a locked Excel file. Save it as “.xlsx”, without a password.")
        )
    lines = workbook_lines(content) if content.startswith(ZIP) else csv_lines(content)
    return as_sheet(lines)


def too_large():
    return Unreadable(_("The file is larger than 10 MB. Divide it into several files."))


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
        if len(rows) > MOST_ROWS or number > LAST_LINE:
            raise Unreadable(_("The file has more than 2,000 rows. Divide it into several files."))
    if not rows:
        raise Unreadable(_("The file holds no row below the headings."))
    return Sheet(headings, rows)


# Workbooks


def workbook_lines(content):
    """(number, texts) of each line of the first sheet."""
    weigh(content)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size may be wrong
        lines = islice(sheet.iter_rows(max_col=MOST_COLUMNS), LAST_LINE + 1)
        for number, line in enumerate(lines, 1):
            yield number, [text_of(cell.value, cell.number_format or "") for cell in line]
    except Exception as error:  # whatever a broken file makes openpyxl stumble over
        raise broken() from error


def weigh(content):
    """Refuse a zip bomb by what its directory says; the unpacker gives no byte more than that.

    And one that would be parsed for minutes, by the number of its tags.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
        is_bomb = (
            len(parts) > MOST_PARTS
            or sum(part.file_size for part in parts) > LARGEST_CONTENT
            or sum(archive.read(part).count(b"<") for part in parts) > MOST_TAGS
        )
    except Exception as error:  # whatever a broken file makes the unpacker stumble over
        raise broken() from error
    if is_bomb:
        raise Unreadable(
            _("Unpacked, this file is far too large. Copy the rows into a new file and send that.")
        )


def broken():
    return Unreadable(
        _("This file can't be read: it is broken, or no spreadsheet. Save it anew as “.xlsx”.")
    )


# Text with separators


def csv_lines(content):
    text = decoded(content)
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for number, record in enumerate(islice(records, LAST_LINE + 1), 1):
            yield number, [unescaped(tidy(cell)) for cell in record[:MOST_COLUMNS]]
    except csv.Error as error:
        raise broken() from error


def decoded(content):
    """Excel writes UTF-8 with a mark, UTF-16 with a mark, or the Windows code page 1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise broken()
