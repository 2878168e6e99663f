"""What a PDF says of whoever made it, and the same PDF without; in the child process."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, Stream, String

from profiles.files.pdf_risks import Insides, has_inside_links, take_out_inside_links
from profiles.files.picture_remarks import without_remarks

# Whatever hangs below these is for programs, or tells of them.
TELLING = ("/Metadata", "/PieceInfo", "/Thumb", "/LastModified", "/CreatorInfo", "/SpiderInfo")
TELLING_NAMES = re.compile(rb"/(?:Metadata|PieceInfo|Thumb|LastModified|CreatorInfo|SpiderInfo)\b")
PICTURE, REMARK = re.compile(rb"/DCTDecode\b"), re.compile(rb"/Rect\b")
SIGNATURE = re.compile(rb"/ByteRange\b")
SIGNED = re.compile(rb"/V\b")
WORDS = {"/Title"}  # of the document's own
# How the title of a print is made: a path, or a program and the name of its file.
IS_A_PATH = re.compile(
    r"[\\]|^\w+:|/.*\.\w{2,5}$|^Microsoft \w+ - |\.(?:docx?|od[tp]|indd|tex|pptx?)$", re.I
)
STATED = {  # claims of a PDF in its XMP that readers of all kinds lean on
    "http://www.aiim.org/pdfua/ns/id/": ("pdfuaid", ("part", "rev")),
    "http://www.aiim.org/pdfa/ns/id/": ("pdfaid", ("part", "conformance", "rev")),
}
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
FIELDS = {  # of XMP, by the key under which people read them
    "{http://purl.org/dc/elements/1.1/}creator": "Author",
    "{http://purl.org/dc/elements/1.1/}contributor": "Author",
    "{http://ns.adobe.com/xap/1.0/}CreatorTool": "Creator",
    "{http://ns.adobe.com/pdf/1.3/}Producer": "Producer",
    "{http://ns.adobe.com/xap/1.0/mm/}DerivedFrom": "Other",
    "{http://ns.adobe.com/xap/1.0/mm/}History": "Other",
}
MAX_SAID, MAX_LENGTH, MAX_XMP = 12, 120, 2**20


def said_in(insides: Insides) -> list[list[str]]:
    """[key, text] for each thing that it says of its maker; keys are those of the Info dictionary."""
    found: dict[tuple[str, str], None] = {}
    pdf = insides.pdf
    for key, text in [*said_in_info(pdf), *said_in_xmp(pdf), *said_in_remarks(insides)]:
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if text:
            found[key, text[:MAX_LENGTH]] = None
    return [list(pair) for pair in found][:MAX_SAID]


def said_in_info(pdf: Pdf) -> Iterator[tuple[str, str]]:
    info = pdf.trailer.get("/Info")
    for key, value in info.items() if isinstance(info, Dictionary) else ():
        if key not in WORDS or IS_A_PATH.search(str(value)):
            yield key.lstrip("/"), str(value) if isinstance(value, String | Name) else ""


def said_in_xmp(pdf: Pdf) -> Iterator[tuple[str, str]]:
    root = xmp_of(pdf)
    for element in root.iter() if root is not None else ():
        if key := FIELDS.get(element.tag):
            yield key, ", ".join(filter(None, (text.strip() for text in element.itertext())))
        for name, value in element.attrib.items():
            if key := FIELDS.get(name):
                yield key, value


def xmp_of(pdf: Pdf) -> Element | None:
    stream = pdf.Root.get("/Metadata")
    with suppress(ParseError, DefusedXmlException, Exception):
        if isinstance(stream, Stream) and len(content := stream.read_bytes()) < MAX_XMP:
            return fromstring(content)
    return None


def said_in_remarks(insides: Insides) -> Iterator[tuple[str, str]]:
    for found in remarks(insides):
        yield "Author", str(found["/T"])


def remarks(insides: Insides) -> Iterator[Object]:
    """The notes in the margin that name who wrote them."""
    for found in insides.naming(REMARK):
        is_remark = "/Rect" in found and found.get("/Subtype") != "/Widget"
        if is_remark and isinstance(found.get("/T"), String):
            yield found


# Signatures


def is_signed(insides: Insides) -> bool:
    """Whether writing it anew would break what somebody signed."""
    return any(map(is_signature, insides.naming(SIGNATURE)))


def is_signature(value: Any) -> bool:
    return isinstance(value, Dictionary) and "/ByteRange" in value


def take_out_signatures(insides: Insides) -> None:
    for found in insides.naming(SIGNED):
        if is_signature(found.get("/V")):
            forget(found, "/V")
    root = insides.pdf.Root
    forget(root, "/Perms", "/DSS")
    if isinstance(form := root.get("/AcroForm"), Dictionary):
        forget(form, "/SigFlags")


# Writing it anew


def tells(insides: Insides, file: IO[bytes]) -> bool:
    """Whether anything is to be taken out: said, hidden beside the pages, or of a former state."""
    if said_in(insides) or has_more_than_itself(file):
        return True
    packet = packet_of(statements_of(insides.pdf), title_of(insides.pdf))
    return any(is_telling(found, packet) for found in insides.naming(TELLING_NAMES)) or any(
        bare != content for _picture, content, bare in pictures(insides)
    )


def is_telling(found: Object, packet: bytes) -> bool:
    """`packet` is the XMP that we would write, and may have written."""
    told = [key for key in TELLING if key in found]
    return bool(told) and not (told == ["/Metadata"] and is_ours(found["/Metadata"], packet))


def is_ours(metadata: Any, packet: bytes) -> bool:
    is_stream = isinstance(metadata, Stream) and bool(packet)
    return is_stream and metadata.read_bytes() == packet


def has_more_than_itself(file: IO[bytes]) -> bool:
    """A former state, something before or behind the PDF, or what other programs take for theirs."""
    file.seek(0)
    content = file.read()
    head, _mark, rest = content.partition(b"%PDF-")
    _body, _end, behind = rest.rpartition(b"%%EOF")
    ends = max(content.count(b"startxref"), content.count(b"%%EOF"))
    states = ends - (b"/Linearized" in content[:2048])
    foreign = re.search(rb"PK\x05\x06|<(?:!doctype|html|script|svg|\?php)", content, re.I)
    return bool(head.strip() or behind.strip() or states > 1 or foreign)


def emptied(insides: Insides) -> bytes:
    """The PDF written anew: pages, links and forms as they are, nothing of its maker."""
    pdf = insides.pdf
    statements, title = statements_of(pdf), title_of(pdf)
    for found in remarks(insides):
        forget(found, "/T", "/M", "/CreationDate")
    for found in insides.naming(TELLING_NAMES):
        forget(found, *TELLING)
    for picture, content, bare in pictures(insides):
        if bare != content:
            picture.write(bare, filter=Name.DCTDecode, decode_parms=picture.get("/DecodeParms"))  # type: ignore[arg-type]
    if has_inside_links(insides):
        take_out_inside_links(insides)
    take_out_signatures(insides)
    forget(pdf.trailer, "/Info")
    if title:
        pdf.trailer["/Info"] = pdf.make_indirect(Dictionary(Title=String(title)))
    if packet := packet_of(statements, title):
        pdf.Root.Metadata = pdf.make_stream(packet, Type=Name.Metadata, Subtype=Name.XML)
    return written(pdf)


def forget(found: Object, *keys: str) -> None:
    for key in keys:
        if key in found:
            del found[key]


def pictures(insides: Insides) -> Iterator[tuple[Stream, bytes, bytes]]:
    """Each JPEG, its bytes, and those without the place, the moment and the number of its camera."""
    for found in insides.naming(PICTURE):
        if isinstance(found, Stream) and is_jpeg(found):
            content = found.read_raw_bytes()
            yield found, content, without_remarks(content)


def is_jpeg(stream: Stream) -> bool:
    filters = stream.get("/Filter")
    if isinstance(filters, Array) and len(filters) == 1:
        filters = filters[0]
    return filters == "/DCTDecode"


def title_of(pdf: Pdf) -> str:
    info = pdf.trailer.get("/Info")
    title = info.get("/Title") if isinstance(info, Dictionary) else None
    text = str(title) if isinstance(title, String) else ""
    return "" if IS_A_PATH.search(text) else text


def statements_of(pdf: Pdf) -> list[tuple[str, str, str, str]]:
    """(namespace, prefix, name, value) of what it says to follow: PDF/A and PDF/UA."""
    root, found = xmp_of(pdf), []
    for element in root.iter() if root is not None else ():
        pairs: list[Any] = [(element.tag, element.text), *element.attrib.items()]
        for tag, value in pairs:
            namespace, _brace, name = tag.lstrip("{").rpartition("}")
            prefix, names = STATED.get(namespace, ("", ()))
            if name in names and re.fullmatch(r"\s*\w{1,8}\s*", value or ""):
                found.append((namespace, prefix, name, value.strip()))
    return found


def packet_of(statements: list[Any], title: str) -> bytes:
    """XMP that says what readers lean on; none where nothing was said."""
    if not statements:
        return b""
    fields = "".join(
        f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">'
        f"<{prefix}:{name}>{value}</{prefix}:{name}></rdf:Description>"
        for namespace, prefix, name, value in statements
    )
    if title:
        escaped = title.replace("&", "&amp;").replace("<", "&lt;")
        fields += (
            '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>'
            f'<rdf:Alt><rdf:li xml:lang="x-default">{escaped}</rdf:li></rdf:Alt></dc:title>'
            "</rdf:Description>"
        )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'{fields}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def written(pdf: Pdf) -> bytes:
    """The same bytes each time, so that the same file keeps its address."""
    forget(pdf.trailer, "/ID")
    content = io.BytesIO()
    pdf.save(
        content,
        deterministic_id=True,
        encryption=False,
        linearize=pdf.is_linearized,
        compress_streams=True,
        object_stream_mode=ObjectStreamMode.preserve,
        fix_metadata_version=False,
    )
    return content.getvalue()
