"""HTML of other programs made into ours, for what reaches a text without passing its editor.

What the editor's scripts do with a clipboard (`static/editor/`), the sanitiser does with an import:
tables become lines, and what was deleted, hidden or a comment for colleagues does not arrive.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any, NamedTuple, TypeGuard

import nh3

INLINE = {"strong", "em", "s", "sup", "sub", "a", "br"}
BLOCKS = {"p", "h3", "h4", "ul", "ol", "li", "blockquote"}
RENAMED = {"b": "strong", "i": "em", "strike": "s", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}
TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
DIVISIONS = {"address", "article", "aside", "center", "dd", "details", "div", "dl", "dt"}
DIVISIONS |= {"fieldset", "figcaption", "figure", "footer", "form", "header", "legend", "main"}
DIVISIONS |= {"nav", "pre", "section", "summary"}
UNSEEN = {"script", "style", "del", "comment", "title", "template", "noscript"}
UNSEEN |= {"office:annotation", "text:deletion", "text:tracked-changes", "w:comment", "w:del"}
UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*(?:all|screen)"
    r"|mso-(?:element|special-character)\s*:\s*comment|mso-comment-author",
    re.IGNORECASE,
)
UNSEEN_CLASS = re.compile(
    r"(?:^|\s)(?:mso(?:del\b|comment|com(?:anchor|txt|off)\b)|annotation_style_by_filter\b)",
    re.IGNORECASE,
)
FOREIGN = re.compile(r"[\s/\"'](?:style|class|hidden)\b", re.IGNORECASE)
NORMAL = re.compile(r"font-(?:weight|style)\s*:\s*(?:normal|[1-4]00)", re.IGNORECASE)
BETWEEN, BLANK = " · ", "–"
REPEATED = 60  # letters; a longer text that is merged over several rows stands in the first only

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
TAG = re.compile(r"<(/?)([a-z][^\s/>]*)([^>]*)", re.IGNORECASE)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
VOID |= {"track", "wbr"}
# Another one of these closes the one before, so that people leave their end tags out.
SELF_CLOSING = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option"}
SELF_CLOSING |= {"html", "head", "body"}

_known = nh3.Cleaner(
    tags=INLINE | BLOCKS | RENAMED.keys() | TABLES | DIVISIONS | {"span", "font", "ins", "u"},
    clean_content_tags=UNSEEN,
    attributes={
        "*": {"style", "class", "hidden"},
        "a": {"href", "title", "rel"},
        "ol": {"start", "type", "data-type"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
    },
    link_rel=None,
)


@dataclass
class Part:
    """An element: its children are parts and texts."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node]" = field(default_factory=list)


Node = Part | str


class Weight(NamedTuple):
    depth: int  # how deep its elements stand in one another, about
    parts: int  # how many could stand in one another
    attributes: int  # of the element that has most of them


def weight(html: str) -> Weight:
    """What makes it slow to read; an element looks at all that it stands in."""
    html = COMMENT.sub("", html).lower()
    # In a drawing or a formula nothing closes itself.
    flat = VOID if re.search("<(?:svg|math)", html) else VOID | SELF_CLOSING
    open_now: Counter[str] = Counter()
    depth, deepest, parts, attributes = 0, 0, 0, 0
    for closing, name, rest in TAG.findall(html):
        attributes = max(attributes, len(rest.split()))
        if name in flat:
            continue
        if not closing:
            parts += 1
            open_now[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_now[name]:
            open_now[name] -= 1
            depth -= 1
    return Weight(deepest, parts, attributes)


def is_ours(html: str) -> bool:
    """Whether nothing in it needs to be made into ours, as in what the editor sends."""
    names = {name.lower() for _closing, name, _rest in TAG.findall(html)}
    return names <= INLINE | BLOCKS and not FOREIGN.search(html)


def simplified(html: str) -> str:
    """HTML whose elements are ours, as far as they can be made so."""
    children = _mended(_Reader.tree(_known.clean(html)))
    if any(_is_block(child) for child in children):
        children = _paragraphs(children)
    return "".join(map(_written, children))


class _Reader(HTMLParser):
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


def _written(node: Node) -> str:
    if isinstance(node, str):
        return escape(node, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    start = f"<{node.name}{attributes}>"
    return start if node.name in VOID else f"{start}{_inside(node.children)}</{node.name}>"


def _inside(children: list[Node]) -> str:
    return "".join(map(_written, children))


def _text(node: Node) -> str:
    return node if isinstance(node, str) else "".join(map(_text, node.children))


def _is_blank(node: Node) -> bool:
    return not _text(node).strip()


def _is_block(node: Node) -> TypeGuard[Part]:
    return isinstance(node, Part) and node.name in BLOCKS


def _is_unseen(part: Part) -> bool:
    return bool(
        "hidden" in part.attributes
        or UNSEEN_STYLE.search(part.attributes.get("style", ""))
        or UNSEEN_CLASS.search(part.attributes.get("class", ""))
    )


def _mended(part: Part) -> list[Node]:
    """What stands in its place: a list of parts and texts."""
    if _is_unseen(part):
        return []
    part.children = [
        node
        for child in part.children
        for node in ([child] if isinstance(child, str) else _mended(child))
    ]
    if part.name == "table":
        return _lines(part)
    if part.name in RENAMED and not NORMAL.search(part.attributes.get("style", "")):
        part.name = RENAMED[part.name]
    if part.name in INLINE and any(map(_is_block, part.children)):
        return _marked(part, part.children)
    if part.name in INLINE | BLOCKS | TABLES:
        return [part]
    return _paragraphs(part.children) if part.name in DIVISIONS else part.children


def _marked(mark: Part, nodes: list[Node]) -> list[Node]:
    """The same with the mark inside the blocks, where it may stand."""
    found: list[Node] = []
    for node in nodes:
        if _is_block(node):
            found.append(Part(node.name, node.attributes, _marked(mark, node.children)))
        else:
            found.append(node if _is_blank(node) else Part(mark.name, mark.attributes, [node]))
    return found


def _paragraphs(children: list[Node]) -> list[Node]:
    """The same, with a paragraph around each text that stands loose beside a block."""
    found: list[Node] = []
    loose = None
    for child in children:
        if _is_block(child):
            found.append(child)
            loose = None
        elif loose:
            loose.children.append(child)
        elif _is_blank(child):
            found.append(child)
        else:
            loose = Part("p", children=[child])
            found.append(loose)
    return found


# Tables


def _lines(table: Part) -> list[Node]:
    """A paragraph for each row, with its cells apart; a row of one cell is what the cell holds."""
    rows = [row for row in _grid(table) if any(map(_is_filled, row))]
    is_table = any(sum(not _is_blank(cell) for cell, _is_repeated in row) > 1 for row in rows)
    found = []
    for row in rows:
        filled = [cell for cell, _is_repeated in row if not _is_blank(cell)]
        # Not the first of several columns: the blank before it says which.
        if len(filled) == 1 and not (is_table and filled[0] is not row[0][0]):
            found += _paragraphs(filled[0].children)
        else:
            found.append(_line([cell for cell, _is_repeated in row]))
    return found


def _is_filled(place: tuple[Part, bool]) -> bool:
    cell, is_repeated = place
    return not is_repeated and not _is_blank(cell)


def _line(cells: list[Part]) -> Part:
    while _is_blank(cells[-1]):
        cells.pop()
    line = Part("p")
    for number, cell in enumerate(cells):
        line.children += [BETWEEN] * bool(number)
        line.children += [BLANK] if _is_blank(cell) else _on_one_line(cell.children)
    return line


def _on_one_line(children: list[Node]) -> list[Node]:
    """Its words and marks, with a blank where a block or a line ends."""
    line = Part("p", children=[])
    for child in children:
        if isinstance(child, str):
            line.children.append(child)
        elif child.name == "br":
            line.children.append(" ")
        elif child.name in INLINE:
            line.children.append(Part(child.name, child.attributes, _on_one_line(child.children)))
        elif not _is_blank(child):
            line.children += [" " * bool(line.children), *_on_one_line(child.children)]
    return line.children


def _rows_of(part: Part) -> Iterator[list[Part]]:
    for child in part.children:
        if isinstance(child, Part) and child.name == "tr":
            yield [cell for cell in child.children if isinstance(cell, Part)]
        elif isinstance(child, Part) and child.name == "caption":
            yield [child]
        elif isinstance(child, Part):
            yield from _rows_of(child)


def _grid(table: Part) -> Iterator[list[tuple[Part, bool]]]:
    """Each row's (cell, whether it only reaches down from a row above)."""
    # By column: the cell that reaches down, and for how many rows more.
    merged: dict[int, tuple[Any, int]] = {}
    letters_left = 20_000  # to repeat; a small file shall not become a large text
    for own in _rows_of(table):
        row, column, last = [], 0, max(merged, default=-1)
        while own or column <= last:
            cell, rows = merged.pop(column, (None, 0))
            if is_repeated := bool(rows):
                letters_left -= len(_text(cell))
            elif own:
                cell = own.pop(0)
                rows = _span(cell, "rowspan")
            if rows > 1:
                merged[column] = cell, rows - 1
            if cell and not (is_repeated and (len(_text(cell)) > REPEATED or letters_left < 0)):
                row.append((cell, is_repeated))
            column += _span(cell, "colspan") if cell else 1
        yield row


def _span(cell: Part, name: str) -> int:
    number = cell.attributes.get(name, "1")
    return min(int(number), 100) if re.fullmatch(r"[1-9]\d{0,8}", number) else 1
