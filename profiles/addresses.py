"""Addresses: whole, in each language, and of people and sites."""

from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri


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
