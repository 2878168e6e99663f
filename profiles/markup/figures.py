"""Pictures of the library in a text: each is its number there, and a caption.

`<figure data-picture="12"><figcaption>Caption</figcaption></figure>`: no address of a file is ever
stored, so that a text can only show what the library has.
"""

import re
from collections.abc import Callable, Iterator

from profiles.markup.parts import Node, Part, is_blank, on_one_line, paragraphs

MOST_PICTURES = 60  # of a text; more make a page that few lines carry
NUMBER = re.compile(r"[1-9][0-9]{0,17}")  # as large as a database's keys are
FIGURE = re.compile(
    r'<figure data-picture="([0-9]+)"><figcaption>(.*?)</figcaption></figure>', re.DOTALL
)
# What a figure may stand in, beside the text itself.
HOLDERS = {"li", "blockquote"}


def is_figure(node: Node) -> bool:
    return isinstance(node, Part) and node.name == "figure"


def figure(part: Part) -> list[Node]:
    """The picture with its caption on one line; the words alone where no picture is named."""
    number = part.attributes.get("data-picture", "")
    if not NUMBER.fullmatch(number):
        return paragraphs(part.children)
    inner = list(taken_out(part))
    caption = Part("figcaption", children=trimmed(on_one_line(part.children)))
    return [Part("figure", {"data-picture": number}, [caption]), *inner]


def trimmed(children: list[Node]) -> list[Node]:
    if children and isinstance(children[0], str):
        children = [children[0].lstrip(), *children[1:]]
    if children and isinstance(children[-1], str):
        children = [*children[:-1], children[-1].rstrip()]
    return children


def taken_out(part: Part) -> Iterator[Part]:
    """The figures anywhere in it, which are no longer there."""
    left: list[Node] = []
    for child in part.children:
        if isinstance(child, Part) and is_figure(child):
            yield child
            continue
        if isinstance(child, Part):
            yield from taken_out(child)
        left.append(child)
    part.children = left


def beside_figures(block: Part) -> list[Node]:
    """A block that holds none, such as a heading or a list, and behind it those that stood in it."""
    inner: list[Node] = [child for child in block.children if is_figure(child)]
    block.children = [child for child in block.children if not is_figure(child)]
    return inner if is_blank(block) else [block, *inner]


# In what is stored


def numbers_in(html: str) -> list[int]:
    """The numbers of the pictures that a text shows, in its order."""
    if "<figure" not in html:
        return []
    return [int(number) for number, _caption in FIGURE.findall(html)]


def numbers_listed(text: str) -> list[int]:
    """Those in "12,13", as a script asks for them."""
    return [int(number) for number in text.split(",") if NUMBER.fullmatch(number)]


def with_figures(html: str, shown: Callable[[int, str], str]) -> str:
    """The text in which `shown`, of number and caption, says what stands in place of a figure."""
    if "<figure" not in html:
        return html
    return FIGURE.sub(lambda found: shown(int(found[1]), found[2]), html)


def caption_alone(_number: int, caption: str) -> str:
    return f"<p>{caption}</p>" if caption.strip() else ""


def without_figures(html: str) -> str:
    return with_figures(html, lambda _number, _caption: "")
