"""Entries as a sheet, and the empty sheet that explains its columns."""

import csv
import io

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from profiles.editing.spreadsheets.bounds import MOST_ROWS
from profiles.editing.spreadsheets.cells import as_xml, escaped
from profiles.editing.spreadsheets.columns import RichTextColumn, columns_of, state_heading
from profiles.editing.states import state_as_kept

HEADING = {
    "font": Font(bold=True),
    "fill": PatternFill("solid", fgColor="F2E7D3"),
    "alignment": Alignment(wrap_text=True, vertical="top"),
}
FORBIDDEN_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def as_workbook(model, entries):
    """The bytes of an xlsx file with the entries and an explanation of each column."""
    workbook = Workbook()
    found = columns_of(model)
    fill(workbook.active, model, found, entries)
    explain(workbook.create_sheet(_("Explanations")), found)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def template(model):
    return as_workbook(model, [])


def fill(sheet, model, found, entries):
    name = capfirst(str(model._meta.verbose_name_plural))
    sheet.title = name.translate(FORBIDDEN_IN_SHEET_NAMES)[:31]
    for number, column in enumerate(found.values(), 1):
        head(sheet, 1, number, column.label)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 40 if "_" in column.name else 24
        # As text, so that "06/2016" is not taken for a day.
        sheet.column_dimensions[letter].number_format = "@"
        offer(sheet, letter, column.possible)
    sheet.freeze_panes = "A2"
    for line, entry in enumerate(entries, 2):
        for number, text in enumerate(row_of(found, entry), 1):
            write(sheet.cell(line, number), text)
    if sheet.max_row > 1:  # the template has no entries to tell of
        head(sheet, 1, len(found) + 1, state_heading())
        sheet.column_dimensions[get_column_letter(len(found) + 1)].width = 40


def row_of(found, entry):
    """Behind the columns, which can be changed, who sees the entry: that is told, and never read."""
    return [*(column.text_of(entry) for column in found.values()), state_as_kept(entry)]


def write(cell, text):
    if text:
        cell.value = as_xml(escaped(text))
        cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(vertical="top", wrap_text=len(text) < 200)


def head(sheet, line, number, text):
    cell = sheet.cell(line, number, text)
    for part, style in HEADING.items():
        setattr(cell, part, style)


def offer(sheet, letter, possible):
    """A list to choose from, where there is one."""
    if possible:
        choice = DataValidation(type="list", formula1=f'"{",".join(possible)}"', allow_blank=True)
        choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
        sheet.add_data_validation(choice)


def explain(sheet, found):
    for number, text in enumerate([_("Column"), _("What stands in it")], 1):
        head(sheet, 1, number, text)
    for line, (name, text) in enumerate([*explained(found), *rules()], 2):
        sheet.cell(line, 1, name).font = Font(bold=True)
        sheet.cell(line, 2, text)
        for cell in sheet[line]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 36
    sheet.column_dimensions["B"].width = 100
    sheet.freeze_panes = "A2"


def explained(found):
    """(label, sentences) of each column."""
    return [(column.label, explanation(name, column)) for name, column in found.items()]


def explanation(name, column):
    sentences = [column.help]
    if name == "slug":
        sentences = [
            _(
                "The last part of the page's address. With the address of an entry on the site, "
                "the row changes that entry; left empty, the row adds a new one."
            )
        ]
    if isinstance(column, RichTextColumn):
        sentences.append(_("Each line becomes a paragraph."))
    if column.possible:
        possible = _("One of these: %s.") % ", ".join(column.possible)
        sentences.append(possible)
    return " ".join(sentences)


def rules():
    """(name, sentence) of what holds for the whole sheet."""
    return [
        (_("New entries"), _("They are added as drafts. No sheet can publish an entry.")),
        (
            _("An empty cell"),
            _(
                "It empties the text of an entry that is already on the site. A column that you "
                "delete changes nothing."
            ),
        ),
        (_("Rows"), _("One row for each entry, at most 2,000. The first row stays as it is.")),
    ]


def as_csv(model, entries):
    """Bytes for Excel: a mark that says UTF-8, and the separator that its language expects."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";" if get_language() == "fr" else ",")
    found = columns_of(model)
    writer.writerow([*(column.label for column in found.values()), state_heading()])
    for entry in entries:
        writer.writerow(map(escaped, row_of(found, entry)))
    return stream.getvalue().encode("utf-8-sig")
