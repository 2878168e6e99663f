"""What becomes of a stored text on a page.

Tables scroll inside themselves and name their heads; footnotes have numbers, and lead there and back.
"""

import re
from html import escape, unescape
from itertools import count, takewhile
from typing import NamedTuple
from unicodedata import bidirectional

from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from profiles.markup.notes import NOTE

TABLE = re.compile(r"<table><tbody>(.*?)</tbody></table>", re.DOTALL)
# Of a cell that has only one, whose margins and letters a page can do without.
LONE_PARAGRAPH = re.compile(r"(<t[dh][^>]*>)<p>([^<]*(?:<(?!/?p>)[^<]*)*)</p>(?=</t[dh]>)")
ROWSPAN = re.compile(r'rowspan="(\d+)"')
CELL_END = re.compile(r"</t[dh]>(?!</tr>)")
LONGEST_NAME = 80  # signs that a table is called by: the heads of its columns


def tables_on_page(html: str, language: str) -> str:
    """HTML with each table in a region of its own, which a keyboard can scroll."""
    if "<table" not in html:
        return html
    with override(language):
        return TABLE.sub(table_on_page, html)


def table_on_page(found: re.Match[str]) -> str:
    rows = LONE_PARAGRAPH.sub(r"\1\2", found[1]).split("<tr>")[1:]
    heads = list(takewhile(lambda row: "<td" not in row, rows))
    above = written(heads).replace("<th", '<th scope="col"')
    below = written(rows[len(heads) :]).replace("<th", '<th scope="row"')
    # A cell ends where its group of rows does.
    if heads and reach(heads) <= len(heads):
        above = f"<thead>{above}</thead>"
        below = f"<tbody>{below}</tbody>" if below else ""
    region = f'<div class="table" role="region" tabindex="0" aria-label="{escape(name(heads))}">'
    direction = ' dir="rtl"' if begins_rightmost(rows) else ""
    return f"{region}<table{direction}>{above}{below}</table></div>"


def begins_rightmost(rows: list[str]) -> bool:
    """Whether its first letter is of a script that is read from the right, as Arabic is."""
    letters = unescape(strip_tags("".join(rows[:1])))
    strong = (bidirectional(letter) for letter in letters)
    return next((one for one in strong if one in ("L", "R", "AL")), "L") != "L"


def written(rows: list[str]) -> str:
    return "".join(f"<tr>{row}" for row in rows)


def reach(rows: list[str]) -> int:
    """How many rows the cells of these rows take up."""
    high = ((number, int(rows)) for number, row in enumerate(rows) for rows in ROWSPAN.findall(row))
    return max((number + rows for number, rows in high), default=1)


def name(heads: list[str]) -> str:
    words = unescape(strip_tags(CELL_END.sub(", ", "".join(heads[:1]))))
    if not words.strip():
        return _("Table")
    return _("Table: %(heads)s") % {"heads": Truncator(words).chars(LONGEST_NAME)}


# Footnotes


class Numbered(NamedTuple):
    text: str  # with a mark for each note
    notes: str  # as items of a list, or ""
    number: int  # of the last one


def numbered(html: str, language: str, key: str = "", first: int = 1) -> Numbered:
    """The text with its marks, and its notes. `key` tells texts on one page apart."""
    if "<small" not in html:
        return Numbered(html, "", first - 1)
    notes: list[str] = []
    numbers = count(first)
    with override(language):
        text = NOTE.sub(lambda found: mark(found[1], key, next(numbers), notes), html)
    return Numbered(text, "".join(notes), first - 1 + len(notes))


def mark(words: str, key: str, number: int, notes: list[str]) -> str:
    name = _("Note %(number)s") % {"number": number}
    back = _("Back to the text, note %(number)s") % {"number": number}
    notes.append(
        f'<li id="{key}note-{number}">{words} '
        f'<a href="#{key}mark-{number}" role="doc-backlink" aria-label="{escape(back)}">↑</a></li>'
    )
    return (
        f'<sup><a href="#{key}note-{number}" id="{key}mark-{number}" role="doc-noteref" '
        f'aria-label="{escape(name)}">{number}</a></sup>'
    )


def list_of(notes: str, language: str) -> str:
    if not notes:
        return ""
    with override(language):
        label = escape(_("Notes"))
    return f'<section class="notes" role="doc-endnotes" aria-label="{label}"><ol>{notes}</ol></section>'
