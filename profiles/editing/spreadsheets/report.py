"""What an import of a sheet would do, or did, in words."""

import hashlib
from dataclasses import dataclass, field
from itertools import zip_longest

EXCERPT = 120
MOST_STRETCHES = 20


@dataclass
class Fault:
    """What is wrong: `line` is None for the whole file, `column` "" for the whole row.

    Faults of one `cause` say the same with other values in it.
    """

    message: str
    line: int | None = None
    column: str = ""
    cause: str = ""


@dataclass
class Cause:
    """Faults in one column for one cause, of which one is told as an example."""

    faults: list

    @property
    def example(self):
        return self.faults[0]

    @property
    def number(self):
        return len({fault.line for fault in self.faults})

    @property
    def lines(self):
        """ "4, 7–9, 12", and "…" where they would be too many to read."""
        stretches = []
        for line in sorted({fault.line for fault in self.faults}):
            if stretches and stretches[-1][1] == line - 1:
                stretches[-1][1] = line
            else:
                stretches.append([line, line])
        shown = [f"{one}–{last}" if last > one else str(one) for one, last in stretches]
        return ", ".join(shown[:MOST_STRETCHES] + ["…"] * (len(shown) > MOST_STRETCHES))


@dataclass
class CellChange:
    """A text before and after, each cut to what surrounds the first difference."""

    column: str
    before: str
    after: str

    @property
    def excerpts(self):
        pairs = enumerate(zip_longest(self.before, self.after))
        different = next((place for place, (one, other) in pairs if one != other), 0)
        start = max(0, different - EXCERPT // 3)
        return [self.excerpt(text, start) for text in (self.before, self.after)]

    @staticmethod
    def excerpt(text, start):
        end = start + EXCERPT
        return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


@dataclass
class Row:
    """A row that adds or changes an entry, `stored` so far (None for a new one) and as it would be."""

    line: int
    stored: object
    entry: object
    changes: list
    notes: list

    @property
    def is_new(self):
        return self.stored is None


@dataclass
class Report:
    faults: list = field(default_factory=list)
    warnings: list = field(default_factory=list)  # sentences about the whole sheet
    rows: list = field(default_factory=list)
    unchanged: int = 0

    @property
    def causes(self):
        """The faults by column and cause, in the order of their first lines."""
        found = {}
        for fault in self.faults:
            found.setdefault((fault.column, fault.cause or fault.message), []).append(fault)
        return [Cause(faults) for faults in found.values()]

    @property
    def new(self):
        return sum(row.is_new for row in self.rows)

    @property
    def changed(self):
        return len(self.rows) - self.new

    @property
    def fingerprint(self):
        """The same as long as the same sheet does the same to the same entries."""
        said = [(row.line, row.is_new, row.entry.slug, row.changes) for row in self.rows]
        return hashlib.sha256(repr(said).encode()).hexdigest()


class NotImported(Exception):
    """Nothing was stored; `report` says why, or what would happen by now."""

    def __init__(self, report):
        super().__init__()
        self.report = report
