"""What becomes of a stored text on a page: tables that scroll inside themselves and name their heads."""

import re
from html import escape, unescape
from itertools import takewhile

from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

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
    return f"{region}<table>{above}{below}</table></div>"


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
