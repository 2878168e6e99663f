"""What a Word or OpenDocument file says of whoever made it, and the same file without."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from profiles.files.child import EMPTIED
from profiles.files.office_parts import MAX_XML, text_of
from profiles.files.picture_remarks import without_remarks

MAX_SAID, MAX_LENGTH = 12, 120
PROPERTY = r"<(?P<tag>(?:[\w.-]+:)?{name})\b[^>]*>(?P<text>[^<]*)</(?P=tag)\s*>"
WORD_SAYS = {
    "docProps/core.xml": {"creator": "Author", "lastModifiedBy": "Author"},
    "docProps/app.xml": {"Application": "Creator", "Company": "Company", "Manager": "Author"}
    | {"Template": "Template"},
}
OPENDOCUMENT_SAYS = {
    "meta.xml": {"initial-creator": "Author", "creator": "Author", "printed-by": "Author"}
    | {"generator": "Creator"},
}
AUTHOR = re.compile(
    r"(\s(?:[\w.-]+:)?(?:author|initials|userId|providerId)\s*=\s*)(\"[^\"]*\"|'[^']*')"
)
ODF_AUTHOR = re.compile(
    r"<(dc:creator|meta:creator-initials|loext:sender-initials)\b[^>]*>[^<]*</\1\s*>"
)
PRINTER = re.compile(
    r"<config:config-item\b[^>]*\bconfig:name=\"(?:Printer\w+|CurrentDatabase\w+)\"[^>]*>[^<]*"
    r"</config:config-item>"
)
TEMPLATE = re.compile(r"<meta:template\b[^>]*?(?:/>|>.*?</meta:template\s*>)", re.S)


def said_by_word(archive: zipfile.ZipFile) -> list[list[str]]:
    found = list(properties(archive, WORD_SAYS))
    for name in archive.namelist():
        if is_word_text(name):
            found += [
                ["Author", quoted[1:-1]]
                for start, quoted in AUTHOR.findall(text_of(archive, name))
                if "author" in start
            ]
        elif name.endswith("settings.xml.rels"):
            found += [
                ["Template", target]
                for target in re.findall('Target="([^"]*)"', text_of(archive, name))
            ]
    return tidy(found)


def said_by_opendocument(archive: zipfile.ZipFile) -> list[list[str]]:
    found = list(properties(archive, OPENDOCUMENT_SAYS))
    for name in ("meta.xml", "content.xml"):
        if name in archive.namelist():
            text = text_of(archive, name)
            found += [
                ["Author", re.sub("<[^>]*>", "", each[0])] for each in ODF_AUTHOR.finditer(text)
            ]
            for template in TEMPLATE.findall(text):
                found += [
                    ["Template", path] for path in re.findall('xlink:href="([^"]*)"', template)
                ]
    return tidy(found)


def properties(archive: zipfile.ZipFile, said: dict[str, dict[str, str]]) -> Iterator[list[str]]:
    for part, keys in said.items():
        text = text_of(archive, part) if part in archive.namelist() else ""
        for name, key in keys.items():
            for found in re.finditer(PROPERTY.format(name=name), text):
                yield [key, found["text"]]


def tidy(found: list[list[str]]) -> list[list[str]]:
    shown = {(key, " ".join(html.unescape(text).split())[:MAX_LENGTH]): None for key, text in found}
    return [list(pair) for pair in shown if pair[1]][:MAX_SAID]


# The same without


def emptied(archive: zipfile.ZipFile, format: str) -> dict[str, bytes]:
    """{EMPTIED: the file packed anew}, or {} where there was nothing to take out."""
    parts = {
        entry: EMPTYING[format](entry.filename, archive.read(entry))
        for entry in archive.infolist()
        if entry.file_size <= MAX_XML
    }
    if all(archive.read(entry) == after for entry, after in parts.items()):
        return {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry, after in parts.items():
            fresh = zipfile.ZipInfo(entry.filename)  # of 1980: when it was made is told as well
            fresh.compress_type = entry.compress_type
            copy.writestr(fresh, after)
    return {EMPTIED: out.getvalue()}


CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">%s</cp:coreProperties>'
)
EXTENDED = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.'
    'openxmlformats.org/officeDocument/2006/%s-properties"/>'
)
META = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="urn:oasis:names:tc:'
    'opendocument:xmlns:office:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'office:version="1.2"><office:meta>%s</office:meta></office:document-meta>'
)
RENDERED = re.compile(r"<(dc:title|dc:language)\b[^>]*>([^<]+)</\1\s*>")
RELATION = r"<(?:[\w.-]+:)?Relationship\b[^>]*/attachedTemplate[\"'][^>]*?(?:/>|>\s*</[^>]*>)"
ATTACHED = r"<(?:[\w.-]+:)?attachedTemplate\b[^>]*?(?:/>|>\s*</[^>]*>)"


def is_word_text(name: str) -> bool:
    return name.startswith("word/") and name.endswith(".xml")


def word_part_emptied(name: str, before: bytes) -> bytes:
    whole = {
        "docProps/app.xml": EXTENDED % "extended",
        "docProps/custom.xml": EXTENDED % "custom",
    }
    if name == "docProps/core.xml":
        return (CORE % titles_in(before)).encode()
    if name in whole:
        return whole[name].encode()
    if is_word_text(name):
        return changed(before, (AUTHOR, r'\1""'), (ATTACHED, ""))
    if name.endswith("settings.xml.rels"):
        return changed(before, (RELATION, ""))
    return without_remarks(before)


def opendocument_part_emptied(name: str, before: bytes) -> bytes:
    if name == "meta.xml":
        return (META % titles_in(before)).encode()
    if name.endswith("settings.xml"):
        return changed(before, (PRINTER, ""))
    if name.endswith(".xml"):
        return changed(before, (ODF_AUTHOR, r"<\1></\1>"))
    return without_remarks(before)


def titles_in(xml: bytes) -> str:
    found = RENDERED.finditer(xml.decode("utf-8", "replace"))
    return "".join(f"<{each[1]}>{each[2]}</{each[1]}>" for each in found)


def changed(before: bytes, *changes: tuple[Any, str]) -> bytes:
    """An XML part with what is found replaced; untouched where it is not UTF-8."""
    try:
        text = before.decode()
    except UnicodeDecodeError:
        return before
    for pattern, new in changes:
        text = re.sub(pattern, new, text)
    return text.encode()


# A book's own description names its authors for its readers, so it stays.
MAKERS = {"docx": said_by_word, "odt": said_by_opendocument}
EMPTYING = {"docx": word_part_emptied, "odt": opendocument_part_emptied}
