"""Footnotes: each stands where its mark will be, `<small role="note">`, so that neither gets lost.

What is moved, copied or deleted takes its note along, and pages number them in order.
"""

import re

from profiles.markup.parts import INLINE, Node, Part, is_blank, text_of

NOTE = re.compile(r'<small role="note">(.*?)</small>', re.DOTALL)


def is_note(node: Node) -> bool:
    return isinstance(node, Part) and node.name == "small"


def note(part: Part) -> list[Node]:
    """What stands in the place of a `<small>`: a note of one line, or what another one holds."""
    if part.attributes.get("role") != "note":
        return part.children
    inside = on_one_line(part.children)
    whole = Part("small", {"role": "note"}, inside)
    return [] if is_blank(whole) else [whole]


def on_one_line(children: list[Node]) -> list[Node]:
    """Its words and marks; no block, and no note in the note."""
    found: list[Node] = []
    for child in children:
        if isinstance(child, str) or child.name == "br":
            found.append(child)
        elif is_note(child):
            found.append(f" [{text_of(child).strip()}] ")
        elif child.name in INLINE:
            found.append(Part(child.name, child.attributes, on_one_line(child.children)))
        elif not is_blank(child):
            found += [Part("br")] * bool(found) + on_one_line(child.children)
    return found


def beside_notes(mark: Part) -> list[Node]:
    """The same, in pieces beside the notes: no note is bold, and none stands in a link."""
    found: list[Node] = []
    piece: Part | None = None
    for child in mark.children:
        if is_note(child):
            found.append(child)
            piece = None
        elif piece:
            piece.children.append(child)
        else:
            piece = Part(mark.name, mark.attributes, [child])
            found.append(piece)
    return found or [mark]


def in_brackets(html: str) -> str:
    """As it can be read where nothing leads from a mark to a note."""
    return NOTE.sub(r" [\1]", html)


def without_notes(html: str) -> str:
    return NOTE.sub("", html)


# While a text is divided


HELD = re.compile(r'<wbr data-note="(\d+)">')


def set_aside(html: str) -> tuple[str, list[str]]:
    """The same with a sign for each note, and the notes."""
    notes: list[str] = []

    def sign(found: re.Match[str]) -> str:
        notes.append(found[0])
        return f'<wbr data-note="{len(notes) - 1}">'

    return NOTE.sub(sign, html), notes


def put_back(html: str, notes: list[str]) -> str:
    return HELD.sub(lambda sign: notes[int(sign[1])], html)
