"""All that is carried: each page and file under its name, with its links led to the others."""

import base64
import re
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from profiles import listing
from profiles.carrying import names, texts
from profiles.carrying.index import Index, for_plain_programs, keys_of
from profiles.carrying.markup_links import OWN_SCRIPT, led
from profiles.carrying.visitor import Withdrawn
from profiles.carrying.walk import is_search, published_entries
from profiles.files import captions
from profiles.models import KINDS, parts_of

SCRIPT = Path(__file__).with_name("find.js")
WORDS_NAME, SCRIPT_NAME = "search/words.js", "search/find.js"
SCRIPT_TYPE = "text/javascript"
FOR_PEOPLE = re.compile(r"^(?:\s+|//.*\n)+", re.M)  # indents and remarks of a script


class Text(NamedTuple):
    """What is found of a page: its passages, and (language, text) for each file of its entry."""

    passages: list
    files: list

    @property
    def keys(self):
        """Of the title: what counts most where it is found."""
        titles = [one for one in self.passages if one.place == texts.TITLE]
        return [key for one in titles for key in keys_of(one.text, one.language)]

    @property
    def whole(self):
        """All that is found: the text, that of the files, and our keys of both."""
        parts = [(one.text, one.language) for one in self.passages]
        parts += [(text, language) for language, text in self.files]
        found = {}
        for text, language in parts:
            found.update(keys_of(text, language))
        return "\n".join(
            [*(text for text, _language in parts), " ".join(for_plain_programs(found))]
        )


class Carried(NamedTuple):
    name: str
    media_type: str
    size: int | None
    chunks: object  # a function without arguments
    title: str = ""  # of a page that is no part of a list
    text: Text | None = None  # of a page that is found by itself
    is_named_by_content: bool = False

    @classmethod
    def of(cls, name, media_type, text, title="", found=None):
        content = text.encode()
        return cls(name, media_type, len(content), lambda: [content], title, found)


class Everything:
    """Of a finished walk."""

    def __init__(self, walk):
        self.walk, self.visitor = walk, walk.visitor
        # Before anything is written: a page that names the search leads to it.
        for code, _name in settings.LANGUAGES:
            walk.names.give(search_address(code), names.page_name(search_address(code)))
        for virtual in (WORDS_NAME, SCRIPT_NAME):
            walk.names.give(f"/{virtual}", virtual)

    @cached_property
    def organisation(self):
        return listing.organisation()

    @property
    def number(self):
        return len(self.walk.pages) + len(self.walk.files) + len(settings.LANGUAGES) + 2

    @property
    def packed_size(self):
        """About what one file needs at most while it is made: files don't shrink, pages do, and
        what is found of them takes twice as much again."""
        files = sum(size or 0 for _media_type, size in self.walk.files.values())
        pages = sum(length for _start, length in self.walk.spool.places.values())
        return files + 3 * pages + 1024 * 1024

    def __iter__(self):
        """Files first: whoever stops half-way has no page that leads nowhere."""
        for address, (media_type, size) in self.walk.files.items():
            yield self.file(address, media_type, size)
        yield Carried.of(WORDS_NAME, SCRIPT_TYPE, self.index.script())
        yield Carried.of(SCRIPT_NAME, SCRIPT_TYPE, FOR_PEOPLE.sub("", SCRIPT.read_text("utf-8")))
        for code, _name in settings.LANGUAGES:
            yield self.search_page(code)
        for address in self.walk.pages:
            yield self.page(address)
        if self.walk.entries != list(published_entries()):
            raise Withdrawn

    def file(self, address, media_type, size):
        name = self.walk.names.of_address[address]
        chunks = partial(self.visitor.chunks, address)
        is_named = address.startswith(settings.MEDIA_URL)
        return Carried(name, media_type, size, chunks, is_named_by_content=is_named)

    # Pages

    def page(self, address):
        html = self.walk.spool.read(address)
        text = self.text(address, html) if is_found(address) else None
        return self.written(address, html, text)

    def written(self, address, html, text=None, **how):
        code = address[1:].partition("/")[0] or settings.LANGUAGES[0][0]
        with override(code):
            link = format_html(
                '<li><a href="{}"{}>{}</a></li>',
                self.lead(address, search_address(code), "a"),
                " aria-current=page" if is_search(address) else "",
                _("Search"),
            )
        page = led(html, lambda to, tag: self.lead(address, to, tag), search_link=link, **how)
        title = "" if "?" in address else texts.read(html)[0]
        return Carried.of(self.walk.names.of_address[address], "text/html", page, title, text)

    def lead(self, page, link, element):
        """Where a link on a page leads now; None if it led nowhere."""
        if not link or link.startswith("#"):
            return link
        own = self.visitor.own(link, page)
        if own is None:
            return link
        whole = self.visitor.site + own.whole + (f"#{own.fragment}" if own.fragment else "")
        if element == "told":
            return whole
        address = self.walk.moved.get(own.whole, own.whole)
        address = address.partition("?")[0] if is_search(address) else address
        if element == "track" and address in self.walk.files:
            return self.inside(address)
        if name := self.walk.names.of_address.get(address):
            return names.leading(self.walk.names.of_address[page], name, own.fragment)
        return whole if address in self.walk.elsewhere else None

    def inside(self, address):
        """Captions within the page: no browser reads them from a file beside it."""
        content = base64.b64encode(b"".join(self.visitor.chunks(address))).decode()
        return f"data:{self.walk.files[address][0]};base64,{content}"

    # What is found

    def text(self, address, html):
        _title, passages = texts.read(html)
        entry = self.entry_at.get(address)
        if entry is None:
            return Text(passages, [])
        told = [*passages, *self.captions(address, html), *words_of_kind(KINDS[entry.kind])]
        return Text(told, files_of(entry))

    def captions(self, address, html):
        found = []
        for link in texts.captions_in(html):
            own = self.visitor.own(link, address)
            if own and own.whole in self.walk.files:
                content = b"".join(self.visitor.chunks(own.whole))
                language = address[1:].partition("/")[0]
                with suppress(captions.Unfit, UnicodeDecodeError):  # damaged on the disk
                    found.append(texts.Passage(texts.TEXT, captions.spoken(content), language))
        return found

    @cached_property
    def entry_at(self):
        return {at: entry for entry in self.walk.entries for at in entry.addresses.values()}

    @cached_property
    def shown(self):
        """Entries whose pages are carried, newest first: the search page and the index agree on it."""
        carried = set(self.walk.pages)
        found = [one for one in self.walk.entries if carried.issuperset(one.addresses.values())]
        return sorted(found, key=lambda one: (one.dated, one.key), reverse=True)

    @cached_property
    def index(self):
        index = Index()
        for entry in self.shown:
            parts = [
                self.text(address, self.walk.spool.read(address))
                for address in entry.addresses.values()
            ]
            index.add([one for part in parts for one in part.passages], parts[0].files)
        return index

    def search_page(self, code):
        address = search_address(code)
        with override(code):
            request = RequestFactory().get(
                address, secure=self.visitor.is_secure, headers={"host": self.visitor.host}
            )
            context = {
                "organisation": self.organisation,
                "entries": (with_files(entry) for entry in self.shown),
                "search_address": address,
                "words": f"/{WORDS_NAME}",
                "script": f"/{SCRIPT_NAME}",
            }
            html = render_to_string("profiles/carried_search.html", context, request)
        return self.written(address, html, policy=OWN_SCRIPT)


def is_found(address):
    """Lists lead to entries, which are found themselves; they are reached, not found."""
    is_list = names.parts_of(address)[1:] in [[kind] for kind in KINDS]
    return "?" not in address and not is_list


def words_of_kind(kind):
    """What people call such entries in each language, whatever stands on their pages."""
    for code, _name in settings.LANGUAGES:
        with override(code):
            names = (kind.kind_name, kind.kind_names, kind.section_title)
            words = [*map(str, names), getattr(kind, "found_as", "")]
        yield texts.Passage(texts.TEXT, ". ".join(words), code)


def search_address(code):
    return f"/{code}/search/"


def stored(entry):
    found = KINDS[entry.kind].objects.published().with_related().filter(pk=entry.key).first()
    if found is None:
        raise Withdrawn(entry.addresses)
    return found


def with_files(entry):
    """As the search page shows it: the files in the order of the index."""
    whole = stored(entry)
    return whole, parts_with_text(whole)


def files_of(entry):
    """(language, text) of each file that has one, whatever kind of entry it belongs to."""
    return [(part.language, part.text) for part in parts_with_text(stored(entry))]


def parts_with_text(entry):
    return [part for part in parts_of(entry) if getattr(part, "text", "")]
