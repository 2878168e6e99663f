"""Asks the site for its addresses, in this process, as somebody without an account or cookies."""

from mimetypes import guess_type
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from profiles import preview

FILES = (settings.MEDIA_URL, settings.STATIC_URL, "/icons/")  # what is no page, and may be large
NO_FILE = ("", None)
FIRST_LANGUAGE = settings.LANGUAGES[0][0]


class Address(NamedTuple):
    """Of our own site: path and query decide what is answered, the fragment where to look."""

    whole: str
    fragment: str


class Visitor:
    def __init__(self):
        self.is_secure = settings.SECURE_SSL_REDIRECT
        self.host = settings.FIRST_HOST or "localhost"
        self.site = f"{'https' if self.is_secure else 'http'}://{self.host}"
        self.client = Client(HTTP_HOST=self.host)

    def get(self, address, method="GET"):
        """The answer to "/fr/papers/?page=2"."""
        response = self.client.generic(
            method, address, secure=self.is_secure, headers={"accept-language": FIRST_LANGUAGE}
        )
        self.client.cookies.clear()
        return response

    def file(self, address):
        """(media type, size) of a file without opening it; NO_FILE if there is none."""
        if address.startswith(settings.STATIC_URL):
            path = static_path(address)
            return (guess_type(path)[0], path.stat().st_size) if path else NO_FILE
        response = self.get(address, "HEAD")
        if response.streaming:
            list(response)  # which ends it
        if response.status_code != 200:
            return NO_FILE
        size = response.headers.get("Content-Length")
        return media_type_of(response), int(size) if size else None

    def chunks(self, address):
        """The content of a file or page, in pieces; it may have been withdrawn since."""
        if address.startswith(settings.STATIC_URL):
            yield static_path(address).read_bytes()
            return
        response = self.get(address)
        if response.status_code != 200:
            raise Withdrawn(address)
        yield from response

    def own(self, link, base="/"):
        """The Address that a link on the page `base` leads to; None if it leaves the site."""
        try:
            parts = urlsplit(urljoin(f"{self.site}{base}", link.strip()))
        except ValueError:  # what staff typed may be none
            return None
        if parts.scheme not in ("http", "https") or parts.netloc.lower() != self.host.lower():
            return None
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
        query = sorted(parse_qsl(parts.query))
        if path.startswith(FILES):  # the same file, however it is to be shown
            query = [one for one in query if one[0] == preview.PARAMETER]
        query = urlencode(query)
        return Address(f"{path}?{query}" if query else path, parts.fragment)


def is_preview(address):
    """Whether it opens a draft to whoever was given the address: not for everybody to carry."""
    return preview.PARAMETER in dict(parse_qsl(urlsplit(address).query))


class Withdrawn(Exception):
    """What stood there a minute ago, and was to be carried, is no longer to be."""


def static_path(address):
    """Where a static file lies: collected under a name of its content, or else in the project."""
    name = urlsplit(address).path.removeprefix(settings.STATIC_URL)
    collected = staticfiles_storage.exists(name) and staticfiles_storage.path(name)
    found = collected or finders.find(name)
    return Path(found) if found else None


def media_type_of(response):
    return response.headers.get("Content-Type", "").partition(";")[0]


def is_download(response):
    return response.headers.get("Content-Disposition", "").startswith("attachment")


def called_as(response):
    """The plain name that an answer gives to its file."""
    return (
        response.headers.get("Content-Disposition", "").partition('filename="')[2].partition('"')[0]
    )
