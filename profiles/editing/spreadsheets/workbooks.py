"""The first sheet of a workbook (xlsx), transitional or strict: the texts that its cells show.

openpyxl writes our workbooks and knows what a date is, but does not read other people's: it knows
no strict ones, gives up on styles and rules that no text depends on, and fills the gaps between
cells that lie far apart.
"""

import datetime
import io
import posixpath
import re
import zipfile
from contextlib import suppress

from defusedxml.ElementTree import fromstring, iterparse
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from profiles.editing.spreadsheets import bounds
from profiles.editing.spreadsheets.cells import from_xml, text_of
from profiles.editing.spreadsheets.foreign import refuse_foreign_archive
from profiles.files import archives, office_risks

LETTERS = re.compile(r"[A-Z]+")


def refuse_risky(content):
    """By the door that documents have; what a workbook only points to is never followed here."""
    try:
        with archives.opened(io.BytesIO(content)) as archive:
            office_risks.refuse_risks(archive, "xlsx")
    except archives.Unfit as unfit:
        if str(unfit) in ("macros", "embedded", "fields"):
            raise bounds.with_programs() from unfit
        if str(unfit) != "remote":
            raise bounds.broken() from unfit


class Workbook:
    """`lines` is to be asked once; `merged` then has the areas of cells that are one."""

    def __init__(self, content):
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        self.weigh()
        refuse_foreign_archive(self.archive)
        refuse_risky(content)
        (root,) = self.parts_of("", "officeDocument").values()
        book = fromstring(self.archive.read(root))
        self.epoch = MAC_EPOCH if is_of_a_mac(book) else WINDOWS_EPOCH
        sheets = self.parts_of(root, "worksheet")
        self.sheet = next(sheets[key] for key in shown_sheets(book) if key in sheets)
        strings = self.parts_of(root, "sharedStrings").values()
        self.strings = [text for part in strings for text in self.texts_in(part)]
        styles = self.parts_of(root, "styles").values()
        self.formats = [code for part in styles for code in self.formats_in(part)]
        self.merged = []

    def weigh(self):
        """Refuse a zip bomb by what its directory says; the unpacker gives no byte more than that.

        And one that would be parsed for minutes, by the number of its tags.
        """
        parts = self.archive.infolist()
        if (
            len(parts) > bounds.MOST_PARTS
            or sum(part.file_size for part in parts) > bounds.LARGEST_CONTENT
            or sum(self.archive.read(part).count(b"<") for part in parts) > bounds.MOST_TAGS
        ):
            raise bounds.too_large_unpacked()

    def parts_of(self, part, kind):
        """What a part leans on, of one kind: name of the part by name of the relation."""
        folder, name = posixpath.split(part)
        found = fromstring(self.archive.read(posixpath.join(folder, "_rels", f"{name}.rels")))
        return {
            relation.get("Id"): posixpath.normpath(
                posixpath.join("/", folder, relation.get("Target"))
            ).lstrip("/")
            for relation in found
            if relation.get("Type", "").rpartition("/")[2] == kind
        }

    def texts_in(self, part):
        """The texts that cells share."""
        for _event, element in iterparse(self.archive.open(part)):
            if name_of(element) == "si":
                yield text_in(element)
                element.clear()

    def formats_in(self, part):
        """How each style shows a number."""
        styles = fromstring(self.archive.read(part))
        codes = {each.get("numFmtId"): each.get("formatCode") for each in within(styles, "numFmts")}
        for style in within(styles, "cellXfs"):
            number = style.get("numFmtId", "0")
            yield codes.get(number) or BUILTIN_FORMATS.get(int(number), "")

    # Cells

    def lines(self):
        """(number, texts) of each line of the sheet."""
        number, line, cells = 0, {}, 0
        for event, element in iterparse(self.archive.open(self.sheet), ("start", "end")):
            name = name_of(element)
            if event == "start":
                if name == "row":
                    number, line, column = int(element.get("r", number + 1)), {}, 0
            elif name == "c":
                cells += 1
                if cells > bounds.MOST_CELLS:
                    raise bounds.too_many_cells()
                column = column_of(element, column + 1)
                line[column] = self.text_in_cell(element)
                element.clear()
            elif name == "row":
                element.clear()
                yield number, in_order(line)
            elif name == "mergeCell":
                self.merged.append(element.get("ref"))

    def text_in_cell(self, cell):
        kind, value = cell.get("t", "n"), child_text(cell, "v")
        if kind == "inlineStr":
            return text_of(from_xml("".join(text_in(each) for each in all_of(cell, "is"))))
        if not value:
            return ""
        if kind == "s":
            return text_of(from_xml(self.strings[int(value)]))
        if kind == "d":
            return text_of(moment(value), self.format_of(cell))
        if kind == "n":
            return self.number_in(value, self.format_of(cell))
        return text_of(from_xml(value))

    def format_of(self, cell):
        number = int(cell.get("s", 0))
        return self.formats[number] if number < len(self.formats) else ""

    def number_in(self, value, number_format):
        number = float(value)
        if not is_date_format(number_format):
            return text_of(number)
        is_duration = is_timedelta_format(number_format)
        try:
            return text_of(from_excel(number, self.epoch, is_duration), number_format)
        except (OverflowError, ValueError):  # no day of any calendar: Excel shows ####
            return text_of(number)


def shown_sheets(book):
    """The relations of its sheets that are not hidden, in their order."""
    for sheet in within(book, "sheets"):
        if sheet.get("state", "visible") == "visible":
            yield next(value for key, value in sheet.items() if key.endswith("}id"))


def is_of_a_mac(book):
    """Whether days are counted from 1904 on."""
    return any(each.get("date1904") in ("1", "true") for each in all_of(book, "workbookPr"))


def column_of(cell, next_one):
    """The number of its column, of which some programs leave the name out."""
    name = LETTERS.match(cell.get("r", ""))
    return column_index_from_string(name[0]) if name else next_one


def in_order(line):
    width = max((column for column, text in line.items() if text), default=0)
    if width > bounds.MOST_COLUMNS:
        raise bounds.too_many_columns()
    return [line.get(column, "") for column in range(1, width + 1)]


def moment(text):
    """The date, time or both of an ISO text, as strict workbooks have them."""
    for kind in (datetime.date, datetime.time, datetime.datetime):
        with suppress(ValueError):
            return kind.fromisoformat(text)
    return text


# XML, whatever its namespace


def name_of(element):
    return element.tag.rpartition("}")[2]


def all_of(element, name):
    return [each for each in element if name_of(each) == name]


def within(element, name):
    return [each for group in all_of(element, name) for each in group]


def child_text(element, name):
    return next((each.text for each in all_of(element, name)), None)


def text_in(element):
    """The text of a string; the signs above it that say how to read it are left out."""
    runs = [element, *all_of(element, "r")]
    return "".join(text.text or "" for run in runs for text in all_of(run, "t"))
