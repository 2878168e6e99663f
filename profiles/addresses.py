"""Addresses: whole, in each language, and of people and sites; names that can stand in them."""

import unicodedata
from urllib.parse import quote, urljoin, urlsplit

from anyascii import anyascii
from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from django.utils.text import slugify

# As people write them with a French keyboard, and as search finds them.
TYPED_AS = {"ɲ": "ny", "ŋ": "ng", "ɣ": "gh"}
# A typed apostrophe parts two words ("L'école"), as all punctuation does. The curly one joins
# them ("L’État": "letat"), as it always did here, and dots do: "F.D.S.".
JOINING = "’‘.°"
PARTING = "ʼ´"  # apostrophes that Unicode counts among letters or accents


def readable_name(text: str, longest: int = 80) -> str:
    """Small letters, digits and hyphens for an address or a file name; "" where none are left."""
    signs = unicodedata.normalize("NFC", text.lower())
    plain = anyascii("".join(map(_in_name, signs))).replace("/", "-")
    return slugify(plain)[:longest].strip("-")


def _in_name(sign: str) -> str:
    if sign in JOINING:
        return ""
    if sign in PARTING or unicodedata.category(sign)[0] in "PZ":
        return "-"
    return TYPED_AS.get(sign, sign)


def content_disposition(name: str, is_attachment: bool = True) -> str:
    """The header that names a download, in both forms of RFC 6266: each browser reads one."""
    stem, _dot, ending = name.rpartition(".")
    plain = f"{readable_name(stem) or 'document'}.{readable_name(ending)}"
    how = "attachment" if is_attachment else "inline"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def address_of_doi(doi: str) -> str:
    """https://doi.org/10.1000/182; old ones have signs that end or divide an address."""
    return f"https://doi.org/{quote(doi, safe='/:;(),._-')}" if doi else ""


def absolute(site: str, address: str) -> str:
    """A page's whole address; `site` is scheme and host: "https://www.example.org"."""
    return iri_to_uri(urljoin(site, str(address)))


def site_of(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def in_each_language(path: str, query: str = "") -> dict[str, str]:
    """The address of the same page by language; the profile where the page has no language."""
    prefix, _slash, page = path.lstrip("/").partition("/")
    codes = dict(settings.LANGUAGES)
    if prefix not in codes:
        page = ""
    ending = f"?{query}" if query and page else ""
    return {code: f"/{code}/{page}{ending}" for code in codes}


def default_of(by_language: dict[str, str]) -> str:
    """Where a reader of no interface language is sent: `/` chooses, other pages are English."""
    address = by_language[settings.LANGUAGE_CODE]
    return "/" if address == f"/{settings.LANGUAGE_CODE}/" else address


def host(address: str) -> str:
    """The site an address leads to: "interpeace.org"."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def telephone_address(number: str) -> str:
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")
