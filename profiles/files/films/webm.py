"""A WebM film: its codecs, and what to write over it so that it tells no place, time or device.

Elements that playing needs stay as they are; any other becomes a Void element of the same size
(RFC 8794, RFC 9559), so that no address in the file changes.
"""

from collections.abc import Iterator
from typing import IO, NamedTuple

from profiles.files.films.blanks import Blank
from profiles.files.films.errors import Damaged, Unclean

HEAD, SEGMENT, SEEK_HEAD, INFO, TRACKS = 0x1A45DFA3, 0x18538067, 0x114D9B74, 0x1549A966, 0x1654AE6B
CLUSTER, CUES, VOID = 0x1F43B675, 0x1C53BB6B, 0xEC
SEEK, SEEK_ID, ENTRY = 0x4DBB, 0x53AB, 0xAE
TRACK_TYPE, CODEC, PRIVATE = 0x83, 0x86, 0x63A2
PROGRAMS = {0x4D80, 0x5741}  # MuxingApp and WritingApp, which must stand there but may be empty
PICTURE, SOUND = 1, 2
MAX_DESCRIPTION = 2**24  # of all elements but clusters and the index

IN_SEGMENT = {SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES}
IN_INFO = {0x2AD7B1, 0x4489} | PROGRAMS  # the unit of time, the duration
# Numbers, language, codec and what it needs, size and rate of pictures and sounds: but no names.
IN_ENTRY = {0xD7, 0x73C5, TRACK_TYPE, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7, 0x6DF8, 0x23E383, 0x234E7A}
IN_ENTRY |= {0x22B59C, 0x22B59D, CODEC, PRIVATE, 0x56AA, 0x56BB, 0xE0, 0xE1, 0x55EE, 0x23314F}
IN_CLUSTER = {0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0xAF, VOID, 0xBF, 0x5854}


class Element(NamedTuple):
    id: int
    start: int
    body: int
    end: int | None  # None: it ends where something begins that can't be in it


class Film:
    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        self.found_blanks: list[Blank] = []
        self.top = list(self._elements(0, self.size))
        self.segment = next((one for one in self.top if one.id == SEGMENT), None)
        if self.segment is None:
            raise Damaged
        self.parts = list(self._elements(self.segment.body, self.segment.end or self.size))
        self.entries = [
            entry
            for tracks in self.parts
            if tracks.id == TRACKS
            for entry in self._children(tracks)
            if entry.id == ENTRY
        ]

    # Codecs

    @property
    def pictures(self) -> list[tuple[str, int | None]]:
        return [(codec, None) for codec in self._codecs(PICTURE)]

    @property
    def sounds(self) -> list[str]:
        return self._codecs(SOUND)

    def _codecs(self, wanted: int) -> list[str]:
        return [
            self._content(self._child(entry, CODEC)).rstrip(b"\0").decode("latin-1")
            for entry in self.entries
            if self._type(entry) == wanted
        ]

    def _type(self, entry: Element) -> int:
        return int.from_bytes(self._content(self._child(entry, TRACK_TYPE)), "big")

    # Emptying

    def blanks(self) -> list[Blank]:
        if not all(self._type(entry) in (PICTURE, SOUND) for entry in self.entries):
            raise Unclean
        if not any(part.id == CLUSTER for part in self.parts):
            raise Damaged
        for element in self.top:
            if element.id not in (HEAD, SEGMENT):
                self._void(element)
        for part in self.parts:
            self._clean_part(part)
        return self.found_blanks

    def _clean_part(self, part: Element) -> None:
        if part.id not in IN_SEGMENT:
            self._void(part)
        elif part.id == SEEK_HEAD:
            for seek in self._children(part):
                wanted = self._content(self._child(seek, SEEK_ID)) if seek.id == SEEK else b""
                if int.from_bytes(wanted, "big") not in IN_SEGMENT:
                    self._void(seek)
        elif part.id == INFO:
            self._keep(part, IN_INFO)
        elif part.id == TRACKS:
            self._keep(part, {ENTRY})
            for entry in self.entries:
                self._keep(entry, IN_ENTRY)
                self._clean_comments(entry)

    def _keep(self, parent: Element, kept: set[int]) -> None:
        for element in self._children(parent):
            if element.id not in kept:
                self._void(element)
            elif element.id in PROGRAMS:
                self._zero(element.body, element.end)  # type: ignore[arg-type]

    def _void(self, element: Element) -> None:
        """Its head takes two bytes, or nine where the length needs more than one."""
        if element.end is None:
            raise Unclean
        length = element.end - element.start
        head = (
            bytes([VOID, 0x80 | (length - 2)])
            if length < 9
            else bytes([VOID, 0x01]) + (length - 9).to_bytes(7, "big")
        )
        self.found_blanks.append((element.start, head.hex(), length - len(head)))

    def _zero(self, start: int, end: int) -> None:
        if end > start:
            self.found_blanks.append((start, "", end - start))

    def _clean_comments(self, entry: Element) -> None:
        private = next((one for one in self._children(entry) if one.id == PRIVATE), None)
        if private is not None:
            for start, end in comments_in(self._content(private)):
                self._zero(private.body + start, private.body + end)

    # Reading

    def _elements(self, start: int, end: int) -> Iterator[Element]:
        at = start
        while at < end:
            element = self._element(at, end)
            yield element
            at = self._end_of_open(element, end) if element.end is None else element.end

    def _end_of_open(self, element: Element, end: int) -> int:
        """A live recording does not say how long its segment and its clusters are."""
        if element.id == SEGMENT:
            return end
        if element.id != CLUSTER:
            raise Damaged
        at = element.body
        while at < end:
            child = self._element(at, end)
            if child.id not in IN_CLUSTER:
                return at
            if child.end is None:
                raise Damaged
            at = child.end
        return end

    def _children(self, parent: Element) -> list[Element]:
        if parent.end is None or parent.end - parent.start > MAX_DESCRIPTION:
            raise Damaged
        return list(self._elements(parent.body, parent.end))

    def _child(self, parent: Element, wanted: int) -> Element:
        found = next((one for one in self._children(parent) if one.id == wanted), None)
        if found is None:
            raise Damaged
        return found

    def _content(self, element: Element) -> bytes:
        if element.end is None or element.end - element.body > MAX_DESCRIPTION:
            raise Damaged
        self.file.seek(element.body)
        return self.file.read(element.end - element.body)

    def _element(self, at: int, limit: int) -> Element:
        self.file.seek(at)
        head = self.file.read(12)
        id_length = _length(head[:1], 4)
        size_length = _length(head[id_length : id_length + 1], 8)
        body = at + id_length + size_length
        size = int.from_bytes(head[id_length : id_length + size_length], "big")
        size &= (1 << 7 * size_length) - 1  # without the bit that tells the length
        is_open = size == (1 << 7 * size_length) - 1
        end = None if is_open else body + size
        if body > limit or (end or 0) > limit:
            raise Damaged
        return Element(int.from_bytes(head[:id_length], "big"), at, body, end)


def _length(first_byte: bytes, most: int) -> int:
    """How many bytes a number takes: as many as there are zeros in front of its first one."""
    length = 9 - first_byte[0].bit_length() if first_byte else most + 1
    if length > most:
        raise Damaged
    return length


def comments_in(private: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of what a Vorbis sound says of itself among what its decoder needs."""
    at = private.find(b"\x03vorbis") + 7
    if at < 7:
        return
    start, end = _text_at(private, at)
    yield start, end  # the program's name; behind it the number of comments
    count = int.from_bytes(private[end : end + 4], "little")
    at = end + 4
    for _comment in range(count):
        start, at = _text_at(private, at)
        yield start, at


def _text_at(content: bytes, at: int) -> tuple[int, int]:
    end = at + 4 + int.from_bytes(content[at : at + 4], "little")
    if end > len(content):
        raise Damaged
    return at + 4, end
