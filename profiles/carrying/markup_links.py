"""The links of a page, led elsewhere; all else of it stays as it was sent."""

import re
from html import escape, unescape
from html.parser import HTMLParser

# Which attributes load or open something.
ADDRESSES = {
    "a": ("href",),
    "audio": ("src",),
    "form": ("action",),
    "img": ("src", "srcset"),
    "link": ("href",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "video": ("src", "poster"),
}
CARRIED_RELATIONS = {"icon", "apple-touch-icon", "stylesheet"}
TOLD_RELATIONS = {"canonical", "alternate"}  # where the page really is: whole addresses
ATTRIBUTE = re.compile(r'(\s)([a-z-]+)="([^"]*)"', re.I)
END_OF_BAR = object()
# A page runs no script; the one that searches only those that lie beside it.
NO_SCRIPT = "script-src 'none'; object-src 'none'; base-uri 'none'"
OWN_SCRIPT = "script-src 'self' file:; object-src 'none'; base-uri 'none'"


class Leading(HTMLParser):
    """Writes a page again. `lead(link, element)` gives a link's new text, None to take it away."""

    def __init__(self, lead, policy=NO_SCRIPT):
        super().__init__(convert_charrefs=False)
        self.lead, self.policy = lead, policy
        self.written, self.is_bar, self.has_field = [], False, False

    def handle_starttag(self, tag, attributes):
        self.written.append(self.tag_with_links(tag, dict(attributes)))

    handle_startendtag = handle_starttag

    def tag_with_links(self, tag, attributes):
        raw = self.get_starttag_text()
        self.has_field |= attributes.get("role") == "search"
        self.is_bar |= tag == "nav" and attributes.get("class") == "bar"
        if tag == "meta" and "charset" in attributes:
            return f'{raw}\n    <meta http-equiv="Content-Security-Policy" content="{self.policy}">'
        if tag == "link" and not self.is_kept(attributes):
            return ""
        if tag not in ADDRESSES:
            return raw
        change = lambda found: self.attribute(tag, attributes, *found.groups())  # noqa: E731
        return ATTRIBUTE.sub(change, raw)

    def is_kept(self, attributes):
        return set((attributes.get("rel") or "").split()) & (CARRIED_RELATIONS | TOLD_RELATIONS)

    def attribute(self, tag, attributes, space, name, value):
        if name.lower() not in ADDRESSES[tag]:
            return f'{space}{name}="{value}"'
        is_told = tag == "link" and attributes["rel"] in TOLD_RELATIONS
        lead = self.in_set if name == "srcset" else self.lead
        new = lead(unescape(value), "told" if is_told else tag)
        return f'{space}{name}="{escape(new)}"' if new is not None else ""

    def in_set(self, value, tag):
        """ "a.jpg 320w, b.jpg 640w"; our own names have no comma."""
        pictures = [one.split() for one in value.split(",")]
        led = [(self.lead(one[0], tag), *one[1:]) for one in pictures if one]
        return ", ".join(" ".join(one) for one in led if one[0]) or None

    def handle_endtag(self, tag):
        if tag == "ul" and self.is_bar:
            self.written.append(END_OF_BAR)
            self.is_bar = False
        self.written.append(f"</{tag}>")

    def handle_data(self, data):
        self.written.append(data)

    def handle_entityref(self, name):
        self.written.append(f"&{name};")

    def handle_charref(self, name):
        self.written.append(f"&#{name};")

    def handle_comment(self, data):
        pass  # nobody reads it

    def handle_decl(self, declaration):
        self.written.append(f"<!{declaration}>")


def led(html, lead, policy=NO_SCRIPT, search_link=""):
    """The page with its links led elsewhere; one to the search in its bar, if it has no field."""
    leading = Leading(lead, policy)
    leading.feed(html)
    leading.close()
    added = "" if leading.has_field else search_link
    return "".join(added if piece is END_OF_BAR else piece for piece in leading.written)


def links_in(html):
    """Every (link, element) of a page that is not only told."""
    found = []
    led(html, lambda link, element: found.append((link, element)))
    return [(link, element) for link, element in found if element != "told"]
