"""Text with separators (csv), in whatever encoding a spreadsheet program wrote it."""

import csv
import io
import re

from profiles.editing.spreadsheets import bounds
from profiles.editing.spreadsheets.cells import tidy, unescaped

# Longer texts are refused cell by cell; Python's own limit would refuse the whole file.
csv.field_size_limit(bounds.LARGEST_FILE)

DELIMITERS = ";,\t"
IN_QUOTES = re.compile(r'"[^"]*"')
SAID = re.compile(r"sep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)  # a first line that Excel obeys
# What a carriage return became where a program copied it out of a workbook as it stands there.
CARRIAGE_RETURN = re.compile(r"_x000D_(?=\n)", re.IGNORECASE)
# Beyond ASCII, what French and English texts hold; read in a wrong code page it is something else.
LIKELY = set("àâäæçèéêëîïôöùûüœÀÂÇÈÉÊÎÔŒ’‘“”«»–—…°€\u00a0")


def lines_of(content):
    """(number, texts) of each line."""
    text = decoded(content)
    said = SAID.match(text)
    delimiter, start, cells = delimiter_of(text), said.end() if said else 0, 0
    records = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter)
    try:
        for number, record in enumerate(records, 2 if said else 1):
            cells += len(record)
            if any(record[bounds.MOST_COLUMNS :]):
                raise bounds.too_many_columns()
            if cells > bounds.MOST_CELLS:
                raise bounds.too_many_cells()
            if number > bounds.LAST_LINE:
                raise bounds.too_many_rows()
            yield number, [text_in(cell) for cell in record[: bounds.MOST_COLUMNS]]
    except csv.Error as error:
        raise bounds.broken() from error


def text_in(cell):
    return unescaped(CARRIAGE_RETURN.sub("", tidy(cell)))


def delimiter_of(text):
    if said := SAID.match(text):
        return said[1]
    first_line = text.lstrip().splitlines()[0]
    return max(DELIMITERS, key=IN_QUOTES.sub("", first_line).count)


def decoded(content):
    for encoding in encodings_of(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise bounds.broken()


def encodings_of(content):
    """Those that it may be in, the likeliest first."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    # Headings are Latin letters: without a mark, every second byte of theirs is a zero.
    start = content[:20]
    if not any(start[::2]):
        return ["utf-16-be"]
    if not any(start[1::2]):
        return ["utf-16-le"]
    return ["utf-8-sig", *code_pages_of(content)]


def code_pages_of(content):
    """Of Windows and of old programs for the Mac: the one in which the text is likelier."""
    signs = bytes(byte for byte in content if byte > 127)
    pages = {}
    for page in ("cp1252", "mac_roman"):
        try:
            pages[page] = sum(sign in LIKELY for sign in signs.decode(page))
        except UnicodeDecodeError:
            continue
    likely = [page for page, number in pages.items() if page == "cp1252" or number > len(signs) / 2]
    return sorted(likely, key=pages.get, reverse=True)
