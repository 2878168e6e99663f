"""What else than pages stands in a PDF and could attack its reader; in the child process.

Every object that qpdf finds is looked at, wherever it hangs: in object streams, behind names written
with #xx, in what no page leads to. ISO 32000-2, chapters 7.11, 12.5 to 12.7 and 13.
"""

import re
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

# What a dictionary that asks for a look has in its normal form; scalar objects may stand in for it.
HINTS = re.compile(
    rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|GoTo[RE]|Rendition|RichMedia\w*|3D|Movie|Sound"
    rb"|Screen|FileAttachment|EmbeddedFile|EF|XFA|URI|FFilter|F)(?![\w#])"
)
ACTIONS = {  # the key of the refusal by what an action does
    "/JavaScript": "pdf_script",
    "/Launch": "pdf_starts",
    "/SubmitForm": "pdf_sends",
    "/ImportData": "pdf_sends",
    "/Rendition": "pdf_media",
    "/RichMediaExecute": "pdf_media",
}
KEYS = {"/JS": "pdf_script", "/EF": "pdf_attachment", "/XFA": "pdf_xfa", "/FFilter": "pdf_starts"}
KINDS = {  # of annotations
    "/FileAttachment": "pdf_attachment",
    "/RichMedia": "pdf_media",
    "/3D": "pdf_media",
    "/Movie": "pdf_media",
    "/Sound": "pdf_media",
    "/Screen": "pdf_media",
}
LEADING = ("/A", "/PA", "/Next", "/OpenAction", "/O", "/C", "/D", "/U", "/E", "/X", "/Fo", "/Bl")
LEADING_NAMES = re.compile(rb"/(?:A|PA|Next|OpenAction|O|C|D|U|E|X|Fo|Bl)(?![\w#])")
HARMLESS_SCHEMES = {"http", "https", "mailto", "tel", "sms", "ftp", "ftps", "doi", "geo"}
SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")


class Insides:
    """All objects of a PDF, found by the names that stand in them: most have none that matters."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        objects = [pdf.trailer, *(each for each in pdf.objects if isinstance(each, Object))]
        self.objects = [(each, written(each)) for each in objects]
        # A name that is an object of its own may stand anywhere by its number.
        self.is_hidden = any(
            isinstance(each, Name) and HINTS.search(text) for each, text in self.objects
        )

    def naming(self, names: re.Pattern[bytes]) -> Iterator[Object]:
        """The dictionaries in every object that has one of these names somewhere."""
        for each, text in self.objects:
            if self.is_hidden or names.search(text):
                yield from dictionaries(each)


def risk_in(insides: Insides) -> str:
    """The key of the refusal for the first thing that no reader should meet, or ""."""
    return next(filter(None, map(risk_of, insides.naming(HINTS))), "")


def written(each: Object) -> bytes:
    """In its normal form, in which names are spelled plainly; of a stream, what stands before it."""
    plain = each.stream_dict if isinstance(each, Stream) else each
    return plain.unparse(resolved=True)


def dictionaries(thing: Any) -> Iterator[Object]:
    """Those in an object, itself included; what it only points to is an object of its own."""
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Dictionary | Stream):
            yield each
            parts = [value for _key, value in each.items()]
        else:
            parts = list(each) if isinstance(each, Array) else []
        waiting += [
            part for part in parts if isinstance(part, Dictionary | Array) and not part.is_indirect
        ]


def risk_of(found: Object) -> str:
    action, kind = text_of(found, "/S"), text_of(found, "/Subtype")
    if action == "/Sound" and "/Sound" in found:
        return "pdf_media"
    if isinstance(found, Stream) and "/F" in found:  # its bytes lie in another file
        return "pdf_starts"
    if text_of(found, "/Type") == "/EmbeddedFile":
        return "pdf_attachment"
    by_key = next((risk for key, risk in KEYS.items() if key in found), "")
    return ACTIONS.get(action, "") or by_key or KINDS.get(kind, "") or scripts_in(found)


def scripts_in(found: Object) -> str:
    """The names of scripts that run when the document opens hang below this key."""
    return "pdf_script" if isinstance(found.get("/JavaScript"), Dictionary | Array) else ""


def text_of(found: Object, key: str) -> str:
    value = found.get(key)
    return str(value) if isinstance(value, Name) else ""


# Links that lead into the reader's own computer or network


def leads_inside(action: Any) -> bool:
    """Whether following it opens a file of the reader's, or signs in at somebody's server."""
    if not isinstance(action, Dictionary):
        return False
    kind = text_of(action, "/S")
    return kind in ("/GoToR", "/GoToE") or (kind == "/URI" and is_inside(action.get("/URI")))


def is_inside(address: Any) -> bool:
    text = str(address or "")
    scheme = SCHEME.match(text)
    if scheme is None:
        return text.lstrip().replace("\\", "/").startswith("//")
    return scheme[1].lower() not in HARMLESS_SCHEMES


def has_inside_links(insides: Insides) -> bool:
    return any(map(leads_inside, insides.naming(HINTS)))


def take_out_inside_links(insides: Insides) -> None:
    """The words of a link stay, and lead nowhere."""
    for found in insides.naming(LEADING_NAMES):
        for key in LEADING:
            if leads_inside(found.get(key)):
                del found[key]
