"""Files that are no xlsx and no csv, refused by their right name."""

import re

from django.utils.translation import gettext as _

from profiles.editing.spreadsheets.bounds import Unreadable

OLE = b"\xd0\xcf\x11\xe0"  # Excel and Word before 2007, and whatever has a password
WEB_PAGE = re.compile(rb"(<\?xml[^>]*>\s*)?<(!doctype html|html|head|body|table|meta)\b", re.I)


def refuse_foreign(content):
    """By its first bytes; raises `Unreadable`."""
    if content.startswith(OLE):
        refuse_ole(content)
    start = content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, kind in kinds_by_start().items():
        if start.startswith(signature):
            raise no_spreadsheet(kind)
    if WEB_PAGE.match(start):
        raise refusal(_("a web page"))
    if start.startswith(b"<?xml"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
            raise refusal(_("an XML table of Excel 2003"))
        raise refusal(_("a LibreOffice file (.fods)") if b":office" in start else _("an XML file"))


def refuse_ole(content):
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(
            _("This file is locked with a password. Save it as “.xlsx” without a password.")
        )
    if "WordDocument".encode("utf-16-le") in content:
        raise no_spreadsheet(_("a Word document"))
    raise refusal(_("an Excel file of before 2007 (.xls)"))


def refuse_foreign_archive(archive):
    """By what is packed into a ZIP archive that lacks a workbook; raises `Unreadable`."""
    names = archive.namelist()
    kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        raise refusal(_("a LibreOffice file (.ods)"))
    if kind.startswith(b"application/vnd.oasis.opendocument"):
        raise no_spreadsheet(_("a LibreOffice document"))
    if any(name.endswith((".iwa", "Index.zip")) for name in names):
        raise refusal(_("a Numbers file (.numbers)"))
    if "xl/workbook.bin" in names:
        raise refusal(_("a binary Excel file (.xlsb)"))
    if "word/document.xml" in names:
        raise no_spreadsheet(_("a Word document"))
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise no_spreadsheet(_("an archive of files"))


def kinds_by_start():
    picture, archive = _("a picture"), _("an archive of files")
    return {
        b"%PDF": _("a PDF"),
        b"{\\rtf": _("a text document (.rtf)"),
        b"\x89PNG": picture,
        b"\xff\xd8\xff": picture,
        b"GIF8": picture,
        b"\x1f\x8b": archive,
        b"7z\xbc\xaf": archive,
        b"Rar!": archive,
    }


def refusal(kind):
    sentence = _("This is %(kind)s. Open it in a spreadsheet program and save it as “.xlsx”.")
    return Unreadable(sentence % {"kind": kind})


def no_spreadsheet(kind):
    sentence = _("This is %(kind)s, not a spreadsheet. Choose an Excel file (.xlsx) or a csv file.")
    return Unreadable(sentence % {"kind": kind})
