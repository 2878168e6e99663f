"""Tables: each cell in its place of a grid, written as the editor writes them.

The editor's `tables.js` does the same with what is pasted.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from profiles.markup.parts import (
    HEADINGS,
    INLINE,
    Node,
    Part,
    is_blank,
    on_one_line,
    paragraphs,
    text_of,
)

MOST_CELLS = 5_000  # of all tables of a text; more is read as a file
WIDEST = 100  # columns that one cell may span
BETWEEN, BLANK = " · ", "–"  # of cells that stand on one line
REPEATED = 60  # letters; a longer text that is merged over several rows stands in the first only
LONGEST_HEAD = 80  # letters of a cell that can be the head of its column
NUMBER = re.compile(r"[\s\d.,:/%€$£+<>≈−–-]*\d[\s\d.,:/%€$£+−–-]*[A-Z]{0,4}")

Grid = list[list[Part]]  # a cell that is merged stands in each of its places


class TooManyCellsError(Exception):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def own_table(table: Part) -> list[Node]:
    """A table of our editor, with what it may lack: places without a cell, blocks that fit none."""
    return [written_table(grid_of(table))]


def foreign_table(table: Part) -> list[Node]:
    """What stands in its place: caption and table; or what it holds, where it only lays that out."""
    grid = [row for row in grid_of(table) if not all(map(is_blank, row))]
    before, rows, behind = parted(grid)
    if rows and first_row_heads(rows):
        for cell in rows[0]:
            cell.name = "th"
    whole = [written_table(rows)] if rows else []
    return [*caption_of(table), *contents(before), *whole, *contents(behind)]


def caption_of(table: Part) -> list[Node]:
    return [
        Part("p", children=child.children)
        for child in table.children
        if isinstance(child, Part) and child.name == "caption" and not is_blank(child)
    ]


def parted(grid: Grid) -> tuple[Grid, Grid, Grid]:
    """Rows before it that are a title, the table itself, and a last row that is a remark on it."""
    start = next((n for n, row in enumerate(grid) if not is_title(row, grid[n + 1 :])), len(grid))
    end = len(grid)
    while end > start and is_remark(grid[end - 1], grid[start : end - 1]):
        end -= 1
    return grid[:start], grid[start:end], grid[end:]


def is_title(row: list[Part], below: Grid) -> bool:
    """Whether one cell is all that it has, and reaches no further."""
    cells = list(filled(row))
    return (
        len(cells) == 1
        and not any(cells[0] in other for other in below)
        and (row[0] is cells[0] or not any(len(filled(other)) > 1 for other in below))
    )


def is_remark(row: list[Part], above: Grid) -> bool:
    return len(set(row)) == 1 and not any(row[0] in other for other in above)


def contents(grid: Grid) -> list[Node]:
    """What cells hold that are only laid out."""
    cells = dict.fromkeys(cell for row in grid for cell in filled(row))
    return [node for cell in cells for node in paragraphs(cell.children)]


def filled(row: list[Part]) -> dict[Part, None]:
    return dict.fromkeys(cell for cell in row if not is_blank(cell))


# The grid


def grid_of(table: Part) -> Grid:
    """Its rows, all of one length; without those in which no cell begins."""
    rows = list(rows_of(table))
    places = cells_by_place(rows)
    width = max((column + 1 for _row, column in places), default=0)
    if width * len(rows) > MOST_CELLS:
        raise TooManyCellsError(width * len(rows))
    grid = [
        [places.get((row, column)) or Part("td") for column in range(width)]
        for row in range(len(rows))
    ]
    return turned(beginning(turned(beginning(grid))))


def rows_of(part: Part) -> Iterator[list[Part]]:
    for child in part.children:
        if isinstance(child, Part) and child.name == "tr":
            cells = [cell for cell in child.children if isinstance(cell, Part)]
            for cell in cells:
                cell.name = "th" if part.name == "thead" else cell.name
            yield cells
        elif isinstance(child, Part) and child.name != "caption":
            yield from rows_of(child)


def cells_by_place(rows: list[list[Part]]) -> dict[tuple[int, int], Part]:
    places: dict[tuple[int, int], Part] = {}
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in places:
                column += 1
            wide, high = span(cell, "colspan"), min(span(cell, "rowspan"), len(rows) - row)
            if len(places) + wide * high > MOST_CELLS:
                raise TooManyCellsError(len(places) + wide * high)
            for below in range(row, row + high):
                for beside in range(column, column + wide):
                    places.setdefault((below, beside), cell)
            column += wide
    return places


def span(cell: Part, name: str) -> int:
    number = cell.attributes.get(name, "1")
    most = WIDEST if name == "colspan" else MOST_CELLS
    return min(int(number), most) if re.fullmatch(r"[1-9]\d{0,8}", number) else 1


def beginning(grid: Grid) -> Grid:
    """Without rows that hold nothing but what the row above holds."""
    return [row for above, row in zip([[], *grid], grid, strict=False) if row != above]


def turned(grid: Grid) -> Grid:
    return [list(column) for column in zip(*grid, strict=True)]


def first_row_heads(grid: Grid) -> bool:
    """Whether a table that doesn't say so has the heads of its columns in its first row."""
    if len(grid) < 2 or any(cell.name == "th" for row in grid for cell in row):
        return False
    if not all(can_be_head(cell) for cell in grid[0]):
        return False
    if all(map(is_bold, grid[0])) and not all(map(is_bold, grid[1])):
        return True
    return any(all(map(is_number, filled(column[1:]) or [column[0]])) for column in turned(grid))


def can_be_head(cell: Part) -> bool:
    return 0 < len(text_of(cell).strip()) <= LONGEST_HEAD and not is_number(cell)


def is_number(cell: Part) -> bool:
    return bool(NUMBER.fullmatch(text_of(cell).strip()))


def is_bold(node: Node) -> bool:
    if isinstance(node, str):
        return is_blank(node)
    return node.name in {"strong", "th"} or (
        bool(node.children) and all(map(is_bold, node.children))
    )


# As it is kept


def written_table(grid: Grid) -> Part:
    rows: list[Node] = [
        Part("tr", children=[cell_at(grid, row, column) for column in columns])
        for row, columns in ((row, firsts(grid, row)) for row in range(len(grid)))
    ]
    return Part("table", children=[Part("tbody", children=rows)])


def firsts(grid: Grid, row: int) -> list[int]:
    """The columns of a row in which a cell begins."""
    return [
        column
        for column, cell in enumerate(grid[row])
        if not (row and grid[row - 1][column] is cell)
        and not (column and grid[row][column - 1] is cell)
    ]


def cell_at(grid: Grid, row: int, column: int) -> Part:
    cell = grid[row][column]
    wide = run_of(cell, grid[row][column:])
    high = run_of(cell, (grid[below][column] for below in range(row, len(grid))))
    spans = {"colspan": wide, "rowspan": high}
    attributes = {name: str(number) for name, number in spans.items() if number > 1}
    return Part("th" if cell.name == "th" else "td", attributes, in_cell(cell.children))


def run_of(cell: Part, places: Iterable[Part]) -> int:
    return sum(1 for _place in takewhile(lambda other: other is cell, places))


def in_cell(children: list[Node]) -> list[Node]:
    """Paragraphs and lists: no headings, quotations and tables, whose words stay."""
    found = [
        node
        for child in paragraphs(children)
        if not is_blank(child)
        for node in fitting_cell(child)
    ]
    return found or [Part("p")]


def fitting_cell(node: Node) -> list[Node]:
    if isinstance(node, str):
        return [Part("p", children=[node])]
    if node.name in HEADINGS:
        return [Part("p", children=[Part("strong", children=node.children)])]
    if node.name == "blockquote":
        return in_cell(node.children)
    if node.name == "table":
        return list(lines_of(node))
    if node.name in {"ul", "ol"}:
        for item in node.children:
            if isinstance(item, Part):
                item.children = list(fitting_item(item.children))
    return [node]


def fitting_item(children: list[Node]) -> Iterator[Node]:
    for child in children:
        if isinstance(child, Part) and child.name not in INLINE | {"p", "small"}:
            yield from fitting_cell(child)
        else:
            yield child


# On lines


def lines_of(table: Part) -> Iterator[Part]:
    """Of a table that stands in a cell: a paragraph for each row, with its cells apart."""
    above: list[Part] = []
    for row in grid_of(table):
        cells = [
            cell
            for cell in dict.fromkeys(row)
            if cell not in above or len(text_of(cell)) <= REPEATED
        ]
        above = row
        if not all(map(is_blank, cells)):
            yield line(cells)


def line(cells: list[Part]) -> Part:
    while is_blank(cells[-1]):
        cells.pop()
    whole = Part("p")
    for number, cell in enumerate(cells):
        whole.children += [BETWEEN] * bool(number)
        whole.children += [BLANK] if is_blank(cell) else on_one_line(cell.children)
    return whole
