"""The walk through the site: every page that a visitor comes to, and every file it shows or offers."""

import tempfile
import zlib
from collections import deque
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import override

from profiles.carrying import names
from profiles.carrying.markup_links import links_in
from profiles.carrying.visitor import (
    FILES,
    Visitor,
    called_as,
    is_download,
    is_preview,
    media_type_of,
)
from profiles.models import KINDS


class Entry(NamedTuple):
    kind: str
    key: int
    dated: str
    addresses: dict  # by language


class Spool:
    """Pages kept on the disk until it is known where all their links lead."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 (Walk closes it)
        self.places = {}

    def keep(self, address, html):
        content = zlib.compress(html.encode())
        self.places[address] = (self.file.seek(0, 2), len(content))
        self.file.write(content)

    def read(self, address):
        start, length = self.places[address]
        self.file.seek(start)
        return zlib.decompress(self.file.read(length)).decode()


class Walk:
    def __init__(self, report=lambda done, known: None):
        self.visitor, self.names, self.spool = Visitor(), names.Names(), Spool()
        self.pages, self.files, self.elsewhere, self.moved = [], {}, set(), {}
        self.contents = {}
        self.entries = list(published_entries())
        self.report = report

    def __enter__(self):
        return self

    def __exit__(self, *_failure):
        self.spool.file.close()

    def go(self):
        """Entries first, so that pictures are called after them."""
        todo = deque((address, "") for address in self.starts())
        seen = {address for address, _page in todo}
        while todo:
            address, page = todo.popleft()
            for link in self.visit(address, page):
                if link not in seen:
                    seen.add(link)
                    todo.append((link, address))
            self.report(len(seen) - len(todo), len(seen))

    def starts(self):
        for code, _name in settings.LANGUAGES:
            for entry in self.entries:
                yield entry.addresses[code]
        yield "/"
        for code, _name in settings.LANGUAGES:
            yield f"/{code}/"

    def visit(self, address, page):
        """Sees what stands there; the addresses that it leads to."""
        if is_search(address):
            self.names.give(address.partition("?")[0], names.page_name(address.partition("?")[0]))
            return []
        if is_preview(address):
            return []
        if address.startswith(FILES):
            called = address.rpartition("/")[2]
            self.add_file(address, page, called, *self.visitor.file(address))
            return []
        return self.sort(address, self.visitor.get(address))

    def sort(self, address, response):
        media_type = media_type_of(response)
        if response.has_header("Location"):
            return self.follow(address, response["Location"])
        if response.status_code != 200:
            return []
        if is_download(response):
            self.add_file(address, "", called_as(response), media_type, len(response.content))
        elif media_type == "text/html" and is_in_a_language(address):
            return self.add_page(address, response.text)
        else:
            self.elsewhere.add(address)
        return []

    def follow(self, address, location):
        target = self.visitor.own(location, address)
        if target is None or target.whole == address:
            self.elsewhere.add(address)
            return []
        self.moved[address] = target.whole
        return [target.whole]

    def add_page(self, address, html):
        self.pages.append(address)
        self.spool.keep(address, html)
        self.names.give(address, names.page_name(address))
        own = (self.visitor.own(link, address) for link, _element in links_in(html))
        return [link.whole for link in own if link]

    def add_file(self, address, page, called, media_type, size):
        """Once, though several entries may have stored the same."""
        if not media_type:
            return
        same = self.contents.setdefault(content_of(address), address)
        if same != address:
            self.moved[address] = same
        else:
            self.files[address] = (media_type, size)
            self.names.give(address, names.file_name(address, called, page))


def published_entries():
    """In the order in which they came, so that what is new changes no name of what was there."""
    for kind in KINDS.values():
        for entry in kind.objects.published().only("slug", "dated").order_by("pk").iterator():
            yield Entry(kind.kind_slug, entry.pk, entry.dated, addresses_of(entry))


def addresses_of(entry):
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = entry.get_absolute_url()
    return found


def content_of(address):
    """What two addresses of uploaded files share if they have the same content, whatever its folder."""
    _folder, _slash, rest = address.removeprefix(settings.MEDIA_URL).partition("/")
    is_media = address.startswith(settings.MEDIA_URL) and "?" not in address
    return (rest.partition("/")[0], rest.rpartition(".")[2]) if is_media else address


def is_in_a_language(address):
    return address == "/" or address[1:].partition("/")[0] in dict(settings.LANGUAGES)


def is_search(address):
    """Where the carried site has its own search, whatever stands there on the server."""
    path = address.partition("?")[0]
    return is_in_a_language(path) and path.partition("/search/")[1:] == ("/search/", "")
