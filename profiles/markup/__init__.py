"""HTML of other programs made into ours, for what reaches a text without passing its editor.

What the editor's scripts do with a clipboard (`static/editor/`), the sanitiser does with an import:
tables get the form in which they are kept, and what was deleted, hidden or a comment for colleagues
does not arrive.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import nh3

from profiles.markup.figures import (
    HOLDERS,
    MOST_PICTURES,
    beside_figures,
    caption_alone,
    figure,
    is_figure,
    numbers_in,
    numbers_listed,
    taken_out,
    with_figures,
    without_figures,
)
from profiles.markup.notes import beside_notes, in_brackets, is_note, note, without_notes
from profiles.markup.parts import (
    BLOCKS,
    INLINE,
    TABLES,
    VOID,
    Node,
    Part,
    Reader,
    is_blank,
    is_block,
    paragraphs,
    written,
)
from profiles.markup.tables import MOST_CELLS, TooManyCellsError, foreign_table, own_table

__all__ = [
    "BLOCKS",
    "DIVISIONS",
    "MOST_CELLS",
    "MOST_PICTURES",
    "VOID",
    "TooManyCellsError",
    "caption_alone",
    "in_brackets",
    "in_order",
    "numbers_in",
    "numbers_listed",
    "weight",
    "with_figures",
    "without_comments",
    "without_figures",
    "without_notes",
]

OURS = INLINE | BLOCKS | {"tbody", "tr", "td", "th", "small", "figcaption"}

RENAMED = {"b": "strong", "i": "em", "strike": "s", "h1": "h3", "h2": "h3", "h6": "h5"}
DIVISIONS = {"address", "article", "aside", "center", "dd", "details", "div", "dl", "dt"}
DIVISIONS |= {"fieldset", "figcaption", "footer", "form", "header", "legend", "main"}
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

# Parts whose place among the others has to be looked at, even in what the editor sends.
PLACED = re.compile("<(?:table|small|fig)", re.IGNORECASE)
FOREIGN_NOTE = re.compile(r'<small\b(?! role="note">)', re.IGNORECASE)
# The editor's own tables have all this.
FOREIGN_TABLE = re.compile(r"<table>(?!<tbody>)|<t[dh]\b[^<>]*>(?!<(?:p|ul|ol)\b)", re.IGNORECASE)
COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
TAG = re.compile(r"<(/?)([a-z][^\s/>]*)([^>]*)", re.IGNORECASE)
# An attribute as browsers read it: no blank has to stand before it, and its value may hold a ">".
ATTRIBUTE = (
    r"[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+"
    r"(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+(\"[^\"]*+|'[^']*+|[^ \t\n\r\f>\"'][^ \t\n\r\f>]*+)?[\"']?)?"
)
ATTRIBUTES = re.compile(rf"<[a-z][^ \t\n\r\f/>]*+((?:[ \t\n\r\f/]++|{ATTRIBUTE})*+)")
ONE_ATTRIBUTE = re.compile(ATTRIBUTE)
WORD = re.compile(r"[^\s/]+")
# Another one of these closes the one before, so that people leave their end tags out.
SELF_CLOSING = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option"}
SELF_CLOSING |= {"html", "head", "body"}

_known = nh3.Cleaner(
    tags=INLINE
    | BLOCKS
    | RENAMED.keys()
    | TABLES
    | DIVISIONS
    | {"span", "font", "ins", "u", "small"},
    clean_content_tags=UNSEEN,
    attributes={
        "*": {"style", "class", "hidden"},
        "a": {"href", "title", "rel"},
        "ol": {"start", "type", "data-type"},
        "small": {"role"},
        "figure": {"data-picture"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
    },
    link_rel=None,
    url_schemes=nh3.ALLOWED_URL_SCHEMES | {"entry"},
)


class Weight(NamedTuple):
    depth: int  # how deep its elements stand in one another, about
    parts: int  # how many could stand in one another
    attributes: int  # of the element that has most of them
    cells: int  # of tables


def weight(html: str) -> Weight:
    """What makes a text without comments slow to read; an element looks at all that it stands in."""
    html = html.lower()
    # In a drawing or a formula nothing closes itself.
    flat = VOID if re.search("<(?:svg|math)", html) else VOID | SELF_CLOSING
    open_now: Counter[str] = Counter()
    depth, deepest, parts, attributes, cells = 0, 0, 0, most_attributes(html), 0
    for closing, name, rest in TAG.findall(html):
        attributes = max(attributes, len(rest.split()))
        cells += not closing and name in ("td", "th")
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
    return Weight(deepest, parts, attributes, cells)


def most_attributes(html: str) -> int:
    """Of the element that has most of them."""
    return max((attributes_in(found[1]) for found in ATTRIBUTES.finditer(html)), default=0)


def attributes_in(text: str) -> int:
    """A value that holds a tag may be none: perhaps the text around it was no tag."""
    values = ONE_ATTRIBUTE.findall(text)
    return len(values) + sum(len(WORD.findall(value)) for value in values if "<" in value)


def without_comments(html: str) -> str:
    """What is judged shall be what is read: browsers end some comments where one would not think."""
    return COMMENT.sub("", html)


def is_ours(html: str) -> bool:
    """Whether nothing in it needs to be made into ours, as in what the editor sends."""
    names = {name.lower() for _closing, name, _rest in TAG.findall(html)}
    foreign = (FOREIGN, FOREIGN_TABLE, FOREIGN_NOTE)
    return names <= OURS and not any(sign.search(html) for sign in foreign)


def in_order(html: str) -> str:
    """HTML whose elements are ours, as far as they can be made so, each where it may stand."""
    is_own = is_ours(html)
    if is_own and not PLACED.search(html):
        return html
    children = _mended(Reader.tree(_known.clean(html)), own_table if is_own else foreign_table)
    if any(is_block(child) for child in children):
        children = paragraphs(children)
    return "".join(map(written, children))


def _is_unseen(part: Part) -> bool:
    return bool(
        "hidden" in part.attributes
        or UNSEEN_STYLE.search(part.attributes.get("style", ""))
        or UNSEEN_CLASS.search(part.attributes.get("class", ""))
    )


def _mended(part: Part, table: Callable[[Part], list[Node]]) -> list[Node]:
    """What stands in its place: a list of parts and texts; `table` says it of a table."""
    if _is_unseen(part):
        return []
    part.children = [
        node
        for child in part.children
        for node in ([child] if isinstance(child, str) else _mended(child, table))
    ]
    if part.name == "figure":
        return figure(part)
    if part.name == "table":
        inner = list(taken_out(part))
        return [*table(part), *inner]
    if part.name == "small":
        return note(part)
    if part.name in RENAMED and not NORMAL.search(part.attributes.get("style", "")):
        part.name = RENAMED[part.name]
    if part.name in INLINE and any(map(is_block, part.children)):
        return _marked(part, part.children)
    if part.name in INLINE and any(map(is_note, part.children)):
        return beside_notes(part)
    if part.name in BLOCKS - HOLDERS and any(map(is_figure, part.children)):
        return beside_figures(part)
    if part.name in INLINE | BLOCKS | TABLES:
        return [part]
    return paragraphs(part.children) if part.name in DIVISIONS else part.children


def _marked(mark: Part, nodes: list[Node]) -> list[Node]:
    """The same with the mark inside the blocks, where it may stand."""
    found: list[Node] = []
    for node in nodes:
        if is_figure(node):
            found.append(node)
        elif isinstance(node, Part) and node.name in BLOCKS | TABLES:
            found.append(Part(node.name, node.attributes, _marked(mark, node.children)))
        else:
            is_bare = is_blank(node) or is_note(node)
            found.append(node if is_bare else Part(mark.name, mark.attributes, [node]))
    return found
