"""The boxes that an MP4 film is made of (ISO/IEC 14496-12), and the tables in them."""

from array import array
from collections.abc import Iterator, Sequence
from struct import calcsize, error, iter_unpack, unpack_from
from sys import byteorder
from typing import IO, Any, NamedTuple

from profiles.files.films.errors import Damaged


class Box(NamedTuple):
    kind: str
    start: int
    body: int  # behind the head
    end: int


def box_at(content: bytes, at: int, start: int, limit: int) -> Box:
    """The box whose head stands at `at` of the content, which is `start` of the file."""
    try:
        size, kind = unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            (size,) = unpack_from(">Q", content, at + 8)
            head = 16
    except error as reason:
        raise Damaged from reason
    end = limit if size == 0 else start + size
    if end > limit or end < start + head:
        raise Damaged
    return Box(kind.decode("latin-1"), start, start + head, end)


def top_boxes(file: IO[bytes], needed: set[str]) -> Iterator[Box]:
    """The boxes of a file; Damaged where one of the needed kinds is cut off.

    Any other bytes at the end are one box without a kind, as some telephones append them.
    """
    size, at = file.seek(0, 2), 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        try:
            box = box_at(head, 0, at, size)
        except Damaged:
            if at == 0 or head[4:8].decode("latin-1") in needed:
                raise
            box = Box("", at, at, size)
        yield box
        at = box.end


class Tables:
    """A box with all boxes in it, read into memory."""

    MOST = 2**26  # the tables of two hours of film take about 4 MB

    def __init__(self, file: IO[bytes], box: Box) -> None:
        if box.end - box.start > self.MOST:
            raise Damaged
        file.seek(box.start)
        self.root, self.content = box, file.read(box.end - box.start)

    def boxes(self, parent: Box, skipped: int = 0) -> Iterator[Box]:
        """The boxes in a box, behind so many bytes of its own."""
        at = parent.body + skipped
        while at + 8 <= parent.end:
            box = box_at(self.content, at - self.root.start, at, parent.end)
            yield box
            at = box.end

    def box(self, parent: Box | None, *path: str) -> Box | None:
        for kind in path:
            if parent is None:
                return None
            found = (box for box in self.boxes(parent) if box.kind == kind)
            parent = next(found, None)
        return parent

    def values(self, pattern: str, box: Box, offset: int = 0) -> tuple[Any, ...]:
        if box.body + offset + calcsize(pattern) > box.end:
            raise Damaged
        return unpack_from(pattern, self.content, box.body - self.root.start + offset)

    def rows(self, pattern: str, box: Box, offset: int) -> list[tuple[Any, ...]]:
        """The rows of a table whose length stands at the offset."""
        return list(iter_unpack(pattern, self._table(calcsize(pattern), box, offset)))

    def numbers(self, code: str, box: Box, offset: int) -> Sequence[int]:
        """The same for a long table of single numbers."""
        numbers = array(code)
        numbers.frombytes(self._table(numbers.itemsize, box, offset))
        if byteorder == "little":
            numbers.byteswap()
        return numbers

    def _table(self, width: int, box: Box, offset: int) -> bytes:
        start = box.body + offset + 4
        length = self.values(">I", box, offset)[0] * width
        if start + length > box.end:
            raise Damaged
        start -= self.root.start
        return self.content[start : start + length]
