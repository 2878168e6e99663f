"""The parts of a text: what they are called, and how they are read and written again."""

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import TypeGuard

INLINE = {"strong", "em", "s", "sup", "sub", "a", "br"}
BLOCKS = {"p", "h3", "h4", "h5", "ul", "ol", "li", "blockquote", "table", "figure"}
TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
HEADINGS = {"h3", "h4", "h5"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
VOID |= {"track", "wbr"}


@dataclass(eq=False)
class Part:
    """An element: its children are parts and texts."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node]" = field(default_factory=list)


Node = Part | str


class Reader(HTMLParser):
    """Reads what a sanitiser wrote, where each element has its end."""

    open: list[Part]  # and not closed yet

    @classmethod
    def tree(cls, html: str) -> Part:
        reader = cls()
        reader.open = [Part("")]
        reader.feed(html)
        reader.close()
        return reader.open[0]

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        part = Part(name, {key: value or "" for key, value in attributes})
        self.open[-1].children.append(part)
        if name not in VOID:
            self.open.append(part)

    def handle_endtag(self, name: str) -> None:
        if name not in VOID:
            self.open.pop()

    def handle_data(self, text: str) -> None:
        self.open[-1].children.append(text)


def written(node: Node) -> str:
    if isinstance(node, str):
        return escape(node, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    start = f"<{node.name}{attributes}>"
    inside = "".join(map(written, node.children))
    return start if node.name in VOID else f"{start}{inside}</{node.name}>"


def text_of(node: Node) -> str:
    return node if isinstance(node, str) else "".join(map(text_of, node.children))


def is_blank(node: Node) -> bool:
    return not text_of(node).strip()


def is_block(node: Node) -> TypeGuard[Part]:
    return isinstance(node, Part) and node.name in BLOCKS


def on_one_line(children: list[Node]) -> list[Node]:
    """Its words, marks and footnotes, with a blank where a block or a line ends."""
    found: list[Node] = []
    for child in children:
        if isinstance(child, str):
            found.append(child)
        elif child.name == "br":
            found.append(" ")
        elif child.name == "small":
            found.append(child)
        elif child.name in INLINE:
            found.append(Part(child.name, child.attributes, on_one_line(child.children)))
        elif not is_blank(child):
            found += [" " * bool(found), *on_one_line(child.children)]
    return found


def paragraphs(children: list[Node]) -> list[Node]:
    """The same, with a paragraph around each text that stands loose beside a block."""
    found: list[Node] = []
    loose = None
    for child in children:
        if is_block(child):
            found.append(child)
            loose = None
        elif loose:
            loose.children.append(child)
        elif is_blank(child):
            found.append(child)
        else:
            loose = Part("p", children=[child])
            found.append(loose)
    return found
