"""HTML of our pages as it stands in a file of its own: whole addresses, no element left open."""

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit, urlunsplit

from profiles.addresses import absolute
from profiles.markup import VOID

NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAME = re.compile(r"(?:epub:)?[a-z][a-z0-9-]*")
ID = re.compile(r' id="([^"]+)"')
# What readers of books show in a window, or leave out when they read aloud.
IN_BOOKS = {"doc-noteref": "noteref", "doc-backlink": "backlink", "doc-endnotes": "endnotes"}
# A passage in Arabic letters begins on the right: pages say it with CSS, which books may not.
PASSAGES = {"p", "li", "h1", "h2", "h3", "h4", "h5", "figcaption"}
LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
SITES = ("http", "https")
LABEL = r"(?:[a-z0-9_-]|%[89a-f][0-9a-f])+"  # letters of other scripts are quoted already
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*\.?", re.IGNORECASE)


def well_formed(html, page, as_xml=False):
    """`page` is the whole address that links are relative to. What is hidden is left out."""
    writer = Writer(page, as_xml, set(ID.findall(html)))
    writer.feed(html)
    writer.close()
    return writer.text()


class Writer(HTMLParser):
    def __init__(self, page, as_xml, places):
        super().__init__(convert_charrefs=True)
        self.page, self.end_of_void = page, "/>" if as_xml else ">"
        self.as_xml, self.places = as_xml, places
        self.written, self.opened = [], []
        self.hidden_at = None  # how many elements were open where a hidden one began

    def text(self):
        self.close_to(0)
        return "".join(self.written)

    def write(self, text):
        if self.hidden_at is None:
            self.written.append(text)

    def handle_starttag(self, tag, attrs):
        attributes = {}
        for name, value in attrs:
            attributes.setdefault(name, value)  # of two with one name, as browsers do
        if tag in VOID:
            if "hidden" not in attributes:
                self.write(f"<{tag}{self.attributes(attributes)}{self.end_of_void}")
            return
        if "hidden" in attributes and self.hidden_at is None:
            self.hidden_at = len(self.opened)
        if self.as_xml and tag in PASSAGES:
            attributes.setdefault("dir", "auto")
        self.opened.append(tag)
        self.write(f"<{tag}{self.attributes(attributes)}>")

    def handle_endtag(self, tag):
        if tag in self.opened:
            self.close_to(len(self.opened) - 1 - self.opened[::-1].index(tag))

    def close_to(self, depth):
        while len(self.opened) > depth:
            self.write(f"</{self.opened.pop()}>")
            if self.hidden_at == len(self.opened):
                self.hidden_at = None

    def handle_data(self, data):
        self.write(escape(NOT_IN_XML.sub("", data), quote=False))

    def attributes(self, attributes):
        if "href" in attributes and not self.leads_into_the_text(attributes["href"] or ""):
            attributes["href"] = whole_link(attributes["href"] or "", self.page)
        if self.as_xml and (kind := IN_BOOKS.get(attributes.get("role"))):
            attributes["epub:type"] = kind
        return "".join(
            f' {name}="{escape(NOT_IN_XML.sub("", name if value is None else value))}"'
            for name, value in attributes.items()
            if NAME.fullmatch(name) and not (name == "href" and not value)
        )

    def leads_into_the_text(self, address):
        return address.startswith("#") and address[1:] in self.places


def whole_link(address, page):
    """ "" of what is no address that a reader could follow."""
    try:
        parts = urlsplit(LONE_PERCENT.sub("%25", absolute(page, address.strip())))
        parts.port  # noqa: B018 (it is refused here, if it is none)
    except ValueError:
        return ""
    is_whole = HOST.fullmatch(parts.hostname or "") if parts.scheme in SITES else parts.path
    if not is_whole or parts.scheme not in (*SITES, "mailto", "tel"):
        return ""
    behind = {name: quoted(getattr(parts, name)) for name in ("path", "query", "fragment")}
    return urlunsplit(parts._replace(**behind))


def quoted(part):
    """Browsers bear with these signs, checkers of books don't."""
    return part.replace("[", "%5B").replace("]", "%5D").replace("#", "%23")
