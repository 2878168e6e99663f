"""Files that people send as spreadsheets: read as they are, or refused by their right name."""

import datetime
import io
import re
import time
import zipfile

import pytest
from openpyxl import Workbook

from profiles.editing.spreadsheets import Unreadable, read
from profiles.models import Paper
from tests.builders import archive, case, csv_file, faults, imported, repacked, tried, workbook


def rows(content):
    """What a file holds, headings first, without the numbers of its lines."""
    sheet = read(content)
    return [sheet.headings, *(texts for _line, texts in sheet.rows)]


def refused(content):
    with pytest.raises(Unreadable) as refusal:
        read(content)
    return str(refusal.value)


def sheet_xml(rows):
    """A workbook whose sheet is made of this XML."""

    def put(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        return re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>%s</sheetData>" % rows, content)

    return repacked(workbook(["title_fr"], ["Un"]), put)


# Text with separators

TEXT = [["Titre (français)", "Date de parution"], ["L’été à Gao, ou ; ailleurs", "2016"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_csv_files_of_all_kinds_of_excel_are_read(delimiter, encoding):
    assert rows(csv_file(*TEXT, delimiter=delimiter, encoding=encoding)) == TEXT


FRENCH = "Étude à Ségou : « l’œuvre », où ça coûte 5 €… Maïs, forêt, naïveté — Noël"
ENGLISH = "The “people’s” peace – a study"


@pytest.mark.parametrize("text", [FRENCH, ENGLISH, "Été", "Réfugiés", "Dès", "Ça", "À Gao"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "mac_roman", "utf-16-le"])
def test_every_letter_arrives_whatever_the_code_page(text, encoding):
    assert rows(csv_file(["title_fr"], [text], encoding=encoding))[1] == [text]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine(end):
    assert rows(end.join(["title_fr;date", "Un;2016", "Deux;2017"]).encode()) == [
        ["title_fr", "date"],
        ["Un", "2016"],
        ["Deux", "2017"],
    ]


def test_a_line_that_names_the_separator_is_no_heading():
    assert rows(b"sep=;\ntitle_fr;date\nUn, deux;2016") == [
        ["title_fr", "date"],
        ["Un, deux", "2016"],
    ]
    assert read(b"sep=;\ntitle_fr\nUn").rows == [(3, ["Un"])]


def test_a_separator_inside_quotes_divides_nothing():
    assert rows(b'"Titre, court, en fran\xc3\xa7ais";date\nUn;2016')[0] == [
        "Titre, court, en français",
        "date",
    ]


def test_a_carriage_return_copied_as_it_stands_in_a_workbook_is_none():
    assert rows(b'title_fr,authors\nUn,"Awa_x000D_\nMoussa"')[1] == ["Un", "Awa\nMoussa"]


# Workbooks


def strict(name, content):
    """A part as Excel's "Strict Open XML Spreadsheet" has it."""
    content = re.sub(
        rb"http://schemas.openxmlformats.org/(spreadsheetml|officeDocument|drawingml)/2006/",
        rb"http://purl.oclc.org/ooxml/\1/",
        content,
    )
    return content.replace(b"<workbook ", b'<workbook conformance="strict" ')


def test_a_strict_workbook_is_read():
    content = workbook(
        ["title_fr", "date"],
        ["L’été", datetime.datetime(2016, 6, 30)],
        ["Deux", datetime.datetime(2016, 6, 1)],
        formats={"B2": "dd/mm/yyyy", "B3": "mmm-yy"},
    )

    def with_iso_dates(name, content):
        content = content.replace(b't="n"><v>42551</v>', b't="d"><v>2016-06-30</v>')
        content = content.replace(b't="n"><v>42522</v>', b't="d"><v>2016-06-01T00:00:00</v>')
        return strict(name, content)

    whole = repacked(content, with_iso_dates)
    assert b"schemas.openxmlformats.org/spreadsheetml" not in whole
    assert rows(whole) == [["title_fr", "date"], ["L’été", "2016-06-30"], ["Deux", "2016-06"]]
    assert rows(repacked(content, strict)) == rows(whole)


def test_a_carriage_return_in_a_workbook_is_a_line_end():
    assert rows(case("sheet-x000d.xlsx"))[1] == ["Titre", "Ligne une\nLigne deux"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a_x000D_\nb", "a\nb"),
        ("a_x000d_b", "a\nb"),
        ("a_x000A_b", "a\nb"),
        ("a_x0009_b", "a\tb"),
        ("a_x005F_x000D_b", "a_x000D_b"),
        ("_x00C9_t_x00e9_", "Été"),
        ("_xD83D__xDE00_", "😀"),
        ("a_x0000_b_x0007_", "ab"),
        ("a_x00_b _xyz_", "a_x00_b _xyz_"),
    ],
)
@pytest.mark.parametrize("place", ["inlineStr", "s", "str"])
def test_signs_in_a_workbook_mean_what_excel_means(written, shown, place):
    cells = {
        "inlineStr": f'<c r="A2" t="inlineStr"><is><t>{written}</t></is></c>',
        "s": '<c r="A2" t="s"><v>0</v></c>',
        "str": f'<c r="A2" t="str"><f>A1</f><v>{written}</v></c>',
    }
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>title_fr</t></is></c></row>'
    content = sheet_xml(f'{head}<row r="2">{cells[place]}</row>'.encode())
    assert rows(with_shared_strings(content, f"<si><t>{written}</t></si>"))[1] == [shown]


def with_shared_strings(content, strings):
    """A workbook with this table of strings, as Excel writes it."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="r99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'

    def put(name, part):
        if name == "xl/_rels/workbook.xml.rels":
            return part.replace(b"</Relationships>", relation.encode())
        return part

    stream = io.BytesIO(repacked(content, put))
    with zipfile.ZipFile(stream, "a") as packed:
        packed.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{strings}</sst>')
    return stream.getvalue()


def test_formatted_parts_of_a_text_are_one_text_without_its_reading_aid():
    runs = "<si><r><rPr><b/></rPr><t>Une </t></r><r><t>note</t></r><rPh><t>aide</t></rPh></si>"
    content = sheet_xml(
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>title_fr</t></is></c></row>'
        b'<row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    )
    assert rows(with_shared_strings(content, runs))[1] == ["Une note"]


def test_cells_far_apart_cost_nothing():
    content = sheet_xml(
        b'<row r="3"><c r="B3" t="inlineStr"><is><t>title_fr</t></is></c></row>'
        b'<row r="1048570"><c r="B1048570" t="inlineStr"><is><t>Un</t></is></c>'
        b'<c r="XFD1048570" s="0"/></row>'
        b'<row r="1048576" ht="12"/>'
    )
    start = time.process_time()
    sheet = read(content)
    assert (sheet.headings, sheet.rows) == (["", "title_fr"], [(1_048_570, ["", "Un"])])
    assert time.process_time() - start < 1


def test_cells_without_their_names_stand_one_after_the_other():
    content = sheet_xml(
        b"<row><c t='inlineStr'><is><t>title_fr</t></is></c><c/><c t='str'><v>date</v></c></row>"
        b"<row><c t='inlineStr'><is><t>Un</t></is></c><c/><c><v>2016</v></c></row>"
    )
    assert rows(content) == [["title_fr", "", "date"], ["Un", "", "2016"]]


def test_a_workbook_of_an_old_mac_counts_its_days_from_1904():
    content = workbook(["title_fr", "date"], ["Un", datetime.datetime(2016, 6, 30)])

    def of_a_mac(name, part):
        part = re.sub(rb"<workbookPr ?/>", b'<workbookPr date1904="1" />', part)
        return part.replace(b"42551", b"41089")

    assert rows(repacked(content, of_a_mac))[1] == ["Un", "2016-06-30"]


def test_a_date_beyond_the_calendar_hides_no_other_cell():
    content = workbook(["title_fr", "date"], ["Un", datetime.datetime(2016, 6, 30)])
    far = repacked(content, lambda name, part: part.replace(b"<v>42551</v>", b"<v>20160630</v>"))
    assert rows(far)[1] == ["Un", "20160630"]


def test_the_first_sheet_that_is_shown_is_read():
    book, stream = Workbook(), io.BytesIO()
    book.active.append(["liste cachée"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("Fiches")
    shown.append(["title_fr"])
    shown.append(["Un"])
    book.save(stream)
    assert rows(stream.getvalue()) == [["title_fr"], ["Un"]]


def test_empty_lines_are_left_out_and_lines_keep_their_numbers():
    sheet = read(workbook(["title_fr", "date"], [None, None], ["Un", None], [], ["Deux", "x"]))
    assert sheet.rows == [(3, ["Un"]), (5, ["Deux", "x"])]


@pytest.mark.django_db
def test_merged_cells_are_said(imrap):
    content = workbook(["title_fr", "type"], ["Un", "audit"], ["Deux", ""], ["Trois", "policy"])

    def merged(name, part):
        areas = b'<mergeCells count="2"><mergeCell ref="B2:B3"/><mergeCell ref="A90:C90"/>'
        return part.replace(b"</sheetData>", b"</sheetData>%s</mergeCells>" % areas)

    report = tried(repacked(content, merged))
    assert report.warnings == [
        "Some cells are merged (B2:B3). Their text belongs to the first of them alone, the others "
        "count as empty: if each row is to have it, divide them and write it into each."
    ]
    assert (report.faults, report.new) == ([], 3)


# What is no spreadsheet, or too much of one


def bomb(filling=bytes(1024 * 1024), times=100):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open("xl/worksheets/sheet1.xml", "w") as part:
            for _time in range(times):
                part.write(filling)
    return stream.getvalue()


def laughing():
    """A workbook whose parts multiply themselves when they are parsed."""
    entity = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'

    def laugh(name, part):
        head, end, rest = part.partition(b"?>")
        return head + end + entity + rest if end else entity + head

    return repacked(workbook(["title_fr"], ["Un"]), laugh)


def old(stream):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream.encode("utf-16-le")


ODF = "application/vnd.oasis.opendocument"
LONG = ["title_fr", *(f"Note {number}" for number in range(10_000))]
TOO_MANY = "The file has more than 2,000 rows. Divide it into several files."
TOO_LARGE = "Unpacked, this file is far too large. Copy the rows into a new file and send that."
TOO_WIDE = "There is text beyond the hundredth column. Delete the columns that are not needed."
TOO_FULL = (
    "The sheet has more than 100,000 cells, perhaps empty ones with a frame or a colour. "
    "Copy the rows into a new file and send that."
)
BROKEN = "This file can't be read: it is broken, or no spreadsheet. Save it anew as “.xlsx”."
LOCKED = "This file is locked with a password. Save it as “.xlsx” without a password."


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: b"", "The file is empty."),
        (lambda: b" \n ", "The file is empty."),
        (lambda: workbook(["title_fr"]), "The file holds no row below the headings."),
        (lambda: workbook(["title_fr"], ["Un"])[:-300], BROKEN),
        (lambda: b"PK\x03\x04 no zip", BROKEN),
        (lambda: b"title_fr\nUn\0", BROKEN),
        (lambda: b"title_fr\n\x81", BROKEN),
        (lambda: "title_fr\nUn".encode("utf-16-le")[:-1], BROKEN),
        (laughing, BROKEN),
        (lambda: "\n".join(LONG).encode(), TOO_MANY),
        (lambda: b"title_fr\n" + b"\n" * 30_000 + b"Un", TOO_MANY),
        (lambda: workbook(*([title] for title in LONG)), TOO_MANY),
        (bomb, TOO_LARGE),
        (lambda: bomb(b"<row/>" * 100_000, 21), TOO_LARGE),
        (lambda: workbook(["title_fr"], ["Un", *[""] * 99, "x"]), TOO_WIDE),
        (lambda: csv_file(["title_fr", "date"], ["Un", *[""] * 99, "x"]), TOO_WIDE),
        (lambda: sheet_xml(b"<row>" + b'<c s="1"/>' * 100_001 + b"</row>"), TOO_FULL),
        (lambda: b"title_fr,date\n" + b",,,,,,,,,\n" * 10_001, TOO_FULL),
        (
            lambda: bytes(11 * 1024 * 1024) + b"x",
            "The file is larger than 10 MB. Divide it into several files.",
        ),
        (lambda: old("EncryptedPackage"), LOCKED),
    ],
    ids=range(20),
)
def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence(make, sentence):
    assert refused(make()) == sentence


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (old("Workbook"), "an Excel file of before 2007 (.xls)"),
        (archive(mimetype=f"{ODF}.spreadsheet"), "a LibreOffice file (.ods)"),
        (archive(**{"Index__Document.iwa": "x"}), "a Numbers file (.numbers)"),
        (archive(**{"Index.zip": "x"}), "a Numbers file (.numbers)"),
        (archive(**{"xl__workbook.bin": "x"}), "a binary Excel file (.xlsb)"),
        (b"<html><table><tr><td>title_fr", "a web page"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "a web page"),
        (b'<table border="1">', "a web page"),
        (
            b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "an XML table of Excel 2003",
        ),
        (b'<?xml version="1.0"?><office:document xmlns:office="u">', "a LibreOffice file (.fods)"),
        (b'<?xml version="1.0"?><papers/>', "an XML file"),
    ],
    ids=range(11),
)
def test_tables_of_other_programs_are_refused_by_their_right_name(content, kind):
    assert refused(content) == (
        f"This is {kind}. Open it in a spreadsheet program and save it as “.xlsx”."
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (old("WordDocument"), "a Word document"),
        (archive(**{"word__document.xml": "x"}), "a Word document"),
        (archive(mimetype=f"{ODF}.text"), "a LibreOffice document"),
        (archive(**{"fiches.csv": "title_fr"}), "an archive of files"),
        (b"Rar!\x1a\x07", "an archive of files"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"{\\rtf1\\ansi", "a text document (.rtf)"),
    ],
    ids=range(8),
)
def test_what_is_no_table_at_all_is_called_by_its_name(content, kind):
    assert refused(content) == (
        f"This is {kind}, not a spreadsheet. Choose an Excel file (.xlsx) or a csv file."
    )


def test_2000_rows_are_taken():
    assert len(read("\n".join(LONG[:2001]).encode()).rows) == 2000
    assert len(read(workbook(*([title] for title in LONG[:2001]))).rows) == 2000


def test_a_hundred_columns_are_taken():
    assert len(rows(workbook([f"c{number}" for number in range(100)], 100 * ["x"]))[1]) == 100


def test_two_million_cells_in_twelve_kilobytes_are_refused_at_once():
    content = sheet_xml(b"<row>" + b"<c/>" * 1_900_000 + b"</row>")
    assert len(content) < 20_000
    start = time.process_time()
    assert refused(content) == TOO_FULL
    assert time.process_time() - start < 3  # seconds; 26 before


@pytest.mark.django_db
def test_a_cell_of_many_letters_is_refused_where_it_stands(imrap):
    texts = [["title_fr", "body_fr"], ["Un", "a" * 200_001], ["Deux", "a" * 200_000]]
    cells = [[f"<c t='str'><v>{text}</v></c>" for text in line] for line in texts]
    lines = "".join(f"<row>{''.join(line)}</row>" for line in cells)
    for content in (csv_file(*texts), sheet_xml(lines.encode())):
        assert faults(tried(content)) == [
            (2, "Text (French)", "This text has 200,001 letters; at most 200,000 fit here.")
        ]


@pytest.mark.django_db
def test_a_long_text_in_a_csv_file_is_taken(imrap):
    imported(csv_file(["title_fr", "body_fr"], ["Un", "mot " * 40_000]))
    assert len(Paper.objects.get().body_fr) == 160_006
