"""What can be read on a page, and in which language: for the search that is carried along."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

from profiles.markup import VOID

TITLE, TEXT = "title", "text"
LEFT_OUT = {"script", "style", "nav", "button"}  # and whatever is hidden, or about other entries
LEFT_OUT_CLASSES = {"share", "related", "check", "printed"}
BLOCKS = {
    "p",
    "li",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "td",
    "th",
    "div",
    "summary",
    "br",
    "figcaption",
}
TRACK = re.compile(r'<track [^>]*?src="([^"]*)"')


class Passage(NamedTuple):
    place: str
    text: str
    language: str


class Reader(HTMLParser):
    """The passages within `<main>`."""

    def __init__(self):
        super().__init__()
        self.open, self.passages, self.page_title = [], [], ""

    def handle_starttag(self, tag, attributes):
        if tag in BLOCKS:
            self.add(" ")
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.add(" ")
        while any(tag == one for one, _attributes in self.open):
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data):
        self.add(data)
        if self.open and self.open[-1][0] == "title" and not self.is_inside("svg"):
            self.page_title += data

    def is_inside(self, name):
        return any(tag == name for tag, _attributes in self.open)

    def add(self, text):
        if not self.is_inside("main") or any(map(is_left_out, self.open)):
            return
        place = TITLE if self.is_inside("h1") else TEXT
        language = next((a["lang"] for _tag, a in reversed(self.open) if a.get("lang")), "")
        last = self.passages[-1] if self.passages else None
        if last and (last.place, last.language) == (place, language):
            self.passages[-1] = Passage(place, last.text + text, language)
        else:
            self.passages.append(Passage(place, text, language))


def is_left_out(element):
    tag, attributes = element
    classes = set((attributes.get("class") or "").split())
    return tag in LEFT_OUT or "hidden" in attributes or bool(classes & LEFT_OUT_CLASSES)


def read(html):
    """(the page's title, its passages)"""
    reader = Reader()
    reader.feed(html)
    reader.close()
    passages = [one._replace(text=" ".join(one.text.split())) for one in reader.passages]
    return " ".join(reader.page_title.split()), [one for one in passages if one.text]


def captions_in(html):
    return [unescape(link) for link in TRACK.findall(html)]
