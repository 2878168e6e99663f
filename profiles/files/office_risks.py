"""What in a Word, OpenDocument, EPUB or Excel file could attack its reader.

ISO 29500 (Open Packaging), OpenDocument 1.3, EPUB 3.3. A danger is looked for
under every name and spelling: by what the package says of its parts, by the relations between them,
and by how the parts begin.
"""

import html
import io
import re
import zipfile
from collections.abc import Callable
from typing import IO

from defusedxml.ElementTree import fromstring

from profiles.files.archives import Unfit, opened
from profiles.files.office_parts import MAX_XML, content, text_of

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # OLE: macros, embedded objects, old Office files
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
IS_XML = re.compile(r"\.(?:xml|rels|xhtml|html?|svg|opf|ncx|rdf|vml|xsl)$", re.I)
RISKY_TYPES = {  # in what a package says of its parts and of the relations between them
    "macros": re.compile(r"vba|macro|keyMapCustomizations|attachedToolbars", re.I),
    "embedded": re.compile(r"oleObject|activeX|/control|ctrlProp", re.I),
}
NEVER_REMOTE = re.compile(
    r"/(?:attachedTemplate|frame|subDocument|oleObject|externalLinkPath|image|video|audio|media|"
    r"package|aFChunk|styles|settings|stylesheet|slide|diagramData|control)$",
    re.I,
)
HARMLESS_LINK = re.compile(
    r"\s*(?:https?|mailto|tel|sms|ftps?|doi|geo):|\s*(?![\w+.-]+:|[\\/]{2})", re.I
)
LOCAL = re.compile(r"\s*(?:file:/*)?/*[a-z]:|\s*file:///(?!/)|\s*(?![\w+.-]+:|[\\/]{2})", re.I)
FIELD_TEXT = re.compile(
    r"<(?:[\w.-]+:)?(?:(?P<start>fldChar)|(?:del)?instrText)\b[^>]*>(?P<text>[^<]*)"
    r"|\binstr\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
)
RISKY_FIELD = re.compile(r"\bDDE(?:AUTO)?\b|\bQUOTE\s+\d+(?:\s+\d+)+", re.I)
SCRIPT = re.compile(
    r"<(?:[\w.-]+:)?(?:script|iframe|object|embed|applet|portal)\b|<[^>]*\son\w+\s*=\s*[\"']"
    r"|[\"']\s*(?:javascript|vbscript|data:text/html)\s*:|properties\s*=\s*[\"'][^\"']*\bscripted\b",
    re.I,
)
REMOTE_SOURCE = re.compile(
    r"<(?!(?:[\w.-]+:)?a\b)[^>]*\b(?:src|poster|data|(?:xlink:)?href)\s*=\s*[\"']\s*(?:\w+:)?//"
    r"|url\(\s*[\"']?\s*(?:\w+:)?//|@import\s+[\"']\s*(?:\w+:)?//"
    r"|properties\s*=\s*[\"'][^\"']*\bremote-resources\b",
    re.I,
)
# Elements of an EPUB's own description and pages whose addresses lead nowhere by themselves.
NAMING = re.compile(
    r"<(?:[\w.-]+:)?(?:html|package|metadata|meta|dc:\w+|a|head|body|ncx|container|svg)\b[^>]*>",
    re.I,
)


def refuse_risks(archive: zipfile.ZipFile, format: str, depth: int = 0) -> None:
    for entry in archive.infolist():
        refuse_part(archive, entry, depth)
    RISKS[format](archive)


def refuse_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, depth: int) -> None:
    """By how it begins, whatever its name says."""
    with archive.open(entry) as part:
        head = part.read(64)
        if head.startswith(COMPOUND):
            raise Unfit("macros" if "vba" in entry.filename.lower() else "embedded")
        if head.startswith(PROGRAMS):
            raise Unfit("embedded")
        if head.startswith(b"PK\3\4"):
            if depth:
                raise Unfit("embedded")
            refuse_inner(io.BytesIO(head + part.read(MAX_XML)))


def refuse_inner(file: IO[bytes]) -> None:
    """A workbook behind a chart is as good as its own parts; any other archive is not shown."""
    with opened(file) as inner:
        if "[Content_Types].xml" not in inner.namelist():
            raise Unfit("embedded")
        refuse_risks(inner, "xlsx", depth=1)


# Word and Excel


def risks_of_office(archive: zipfile.ZipFile) -> None:
    for element in fromstring(content(archive, "[Content_Types].xml")).iter():
        refuse_type(element.get("ContentType", ""))
    for name in archive.namelist():
        if name.lower().endswith(".rels"):
            for relation in fromstring(content(archive, name)).iter():
                refuse_relation(relation.attrib)
        elif name.lower().endswith(".xml"):
            refuse_fields(text_of(archive, name))


def refuse_type(text: str) -> None:
    for risk, marks in RISKY_TYPES.items():
        if marks.search(text):
            raise Unfit(risk)


def refuse_relation(relation: dict[str, str]) -> None:
    kind, target = relation.get("Type", ""), relation.get("Target", "")
    refuse_type(kind)
    if relation.get("TargetMode", "").lower() != "external":
        return
    is_local_template = kind.endswith("/attachedTemplate") and LOCAL.match(target)
    is_link = kind.endswith("/hyperlink")
    if is_local_template or (is_link and HARMLESS_LINK.match(target)):
        return
    if is_link and LOCAL.match(target):  # a path that nobody else has leads nowhere
        return
    if is_link or NEVER_REMOTE.search(kind) or not HARMLESS_LINK.match(target):
        raise Unfit("remote")


def refuse_fields(text: str) -> None:
    if "instr" in text and RISKY_FIELD.search(fields_in(text)):
        raise Unfit("fields")
    if re.search(r"<(?:[\w.-]+:)?ddeLink\b", text):
        raise Unfit("fields")


def fields_in(text: str) -> str:
    """The instructions of all fields, put together from the runs that they are spread over."""
    return "".join(
        " " if found["start"] else found["text"] or f" {found['double'] or found['single'] or ''} "
        for found in FIELD_TEXT.finditer(text)
    )


# OpenDocument

EMPTY_LIBRARY = re.compile(r"(?:script|dialog)-l[bc]\.xml$")
ODF_SCRIPT = re.compile(
    r"<(?:script:event-listener|presentation:event-listener|office:event-listeners"
    r"|script:module|library:element|office:script|draw:applet|draw:plugin|form:[\w-]*applet)\b",
)
ODF_REMOTE = re.compile(
    r"<(?:draw:image|draw:fill-image|text:section-source|table:table-source|table:cell-range-source"
    r"|draw:object|draw:object-ole|draw:floating-frame|style:background-image|db:[\w-]+"
    r"|svg:font-face-uri|form:form)\b[^>]*\bxlink:href\s*=\s*[\"']\s*(?:\w+:|[\\/]{2})"
)
ODF_FIELD = re.compile(r"<(?:office:dde-source|text:dde-connection-decl|table:dde-link)\b")


def risks_of_opendocument(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        top = name.lower().split("/")[0]
        is_script = top in ("basic", "scripts", "dialogs") and not name.endswith("/")
        if is_script and not EMPTY_LIBRARY.search(name):
            raise Unfit("macros")
        if name.lower().endswith((".xml", ".rdf")):
            refuse_opendocument_text(text_of(archive, name))


def refuse_opendocument_text(text: str) -> None:
    if "encryption-data" in text:
        raise Unfit("locked")
    text = with_usual_prefixes(text)
    if ODF_SCRIPT.search(text):
        raise Unfit("macros")
    if ODF_FIELD.search(text):
        raise Unfit("fields")
    if ODF_REMOTE.search(text):
        raise Unfit("remote")


USUAL = {  # the last part of a namespace, by how OpenDocument calls it
    "urn:oasis:names:tc:opendocument:xmlns:%s:1.0": (
        *("office", "draw", "text", "table", "script"),
        *("form", "style", "presentation"),
    ),
}


def with_usual_prefixes(text: str) -> str:
    """As office programs write it, whatever prefixes the file has chosen."""
    for pattern, prefixes in USUAL.items():
        for prefix in prefixes:
            for own in re.findall(rf'xmlns:([\w.-]+)\s*=\s*["\']{pattern % prefix}["\']', text):
                if own != prefix:
                    text = re.sub(rf"(</?){re.escape(own)}:", rf"\1{prefix}:", text)
    for own in re.findall(r'xmlns:([\w.-]+)\s*=\s*["\']http://www\.w3\.org/1999/xlink["\']', text):
        text = re.sub(rf"\b{re.escape(own)}:href", "xlink:href", text)
    return text


# EPUB


def risks_of_book(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        is_style = name.lower().endswith(".css")
        if name.lower().endswith((".js", ".mjs")):
            raise Unfit("scripted_book")
        if IS_XML.search(name) or is_style:
            text = html.unescape(text_of(archive, name))
            if not is_style and SCRIPT.search(text):
                raise Unfit("scripted_book")
            if REMOTE_SOURCE.search(NAMING.sub("", text)):
                raise Unfit("remote")


RISKS: dict[str, Callable[[zipfile.ZipFile], None]] = {
    "docx": risks_of_office,
    "xlsx": risks_of_office,
    "odt": risks_of_opendocument,
    "epub": risks_of_book,
}
