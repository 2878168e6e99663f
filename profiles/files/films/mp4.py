"""An MP4 film: its codecs, and what to write over it so that it tells no place, time or device.

The boxes that playing needs stay as they are. Any other becomes a `free` box of the same size, and
what lies between the pictures and sounds becomes zeros, so that no address in the file changes.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import IO, NamedTuple

from profiles.files.films.blanks import Blank
from profiles.files.films.boxes import Box, Tables, top_boxes
from profiles.files.films.errors import Damaged, Unclean

# The boxes that stay, by the box they lie in.
KEPT = {
    "": {"ftyp", "moov", "mdat", "moof", "styp", "sidx", "ssix", "mfra"},
    "moov": {"mvhd", "trak", "mvex"},
    "mvex": {"mehd", "trex", "leva"},
    "trak": {"tkhd", "edts", "mdia"},
    "edts": {"elst"},
    "mdia": {"mdhd", "hdlr", "minf", "elng"},
    "minf": {"vmhd", "smhd", "hdlr", "dinf", "stbl"},
    "dinf": {"dref"},
    "stbl": {"stsd", "stts", "ctts", "cslg", "stsc", "stsz", "stz2", "stco", "co64"}
    | {"stss", "stsh", "sdtp", "stps", "sbgp", "sgpd", "subs", "padb"},
    "moof": {"mfhd", "traf"},
    "traf": {"tfhd", "tfdt", "trun", "sbgp", "sgpd", "subs", "sdtp"},
    "mfra": {"tfra", "mfro"},
    "vide": {"avcC", "vpcC", "colr", "pasp", "clap", "fiel", "btrt"},
    "soun": {"esds", "wave", "chan", "srat", "btrt", "dOps"},
}
# Some makers of cameras name themselves among the kinds of MP4; these are standards.
BRANDS = {b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"msdh", b"msix", b"3gp4", b"3gp5", b"3gp6"}
BRANDS |= {b"M4A ", b"M4B ", b"isom", *(b"iso%d" % number for number in range(2, 10))}
ENTRY = {"vide": 78, "soun": 28}  # bytes of a sample entry before the boxes in it
QUICKTIME_SOUND = {1: 16, 2: 36}  # and further ones, by the entry's version


Span = tuple[int, int]  # from here to before there


class Track(NamedTuple):
    box: Box
    handler: str  # "vide", "soun" or what else it holds
    entries: list[Box]  # a box for each codec in it

    @property
    def is_kept(self) -> bool:
        return self.handler in ENTRY


class Film:
    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.top = list(top_boxes(file, KEPT[""]))
        moov = next((box for box in self.top if box.kind == "moov"), None)
        if moov is None:
            raise Damaged
        self.tables = Tables(file, moov)
        self.tracks = [self._track(box) for box in self.tables.boxes(moov) if box.kind == "trak"]
        self.size = self.top[-1].end
        self.found_blanks: list[Blank] = []

    def _track(self, trak: Box) -> Track:
        handler = self.tables.box(trak, "mdia", "hdlr")
        entries = self._table(trak, "stsd")
        if handler is None:
            raise Damaged
        (kind,) = self.tables.values("4s", handler, 8)
        return Track(
            trak, kind.decode("latin-1"), list(self.tables.boxes(entries, 8)) if entries else []
        )

    def _table(self, trak: Box, kind: str) -> Box | None:
        return self.tables.box(trak, "mdia", "minf", "stbl", kind)

    # Codecs

    @property
    def pictures(self) -> list[tuple[str, int | None]]:
        """(codec, profile of H.264 or None) of each."""
        return [
            (entry.kind, self._profile(entry))
            for track in self.tracks
            if track.handler == "vide"
            for entry in track.entries
        ]

    @property
    def sounds(self) -> list[str]:
        kept = (track for track in self.tracks if track.handler == "soun")
        return [entry.kind for track in kept for entry in track.entries]

    @property
    def seconds(self) -> float:
        """As long as its sound lasts; 0 where that stands in no head, as in a fragmented film."""
        heads = (self.tables.box(track.box, "mdia", "mdhd") for track in self.tracks)
        pairs = zip(self.tracks, heads, strict=True)
        return max(
            (self._lasting(head) for track, head in pairs if head and track.is_kept), default=0
        )

    def _lasting(self, head: Box) -> float:
        (version,) = self.tables.values("B", head)
        pattern, offset = (">IQ", 20) if version else (">II", 12)
        scale, length = self.tables.values(pattern, head, offset)
        return length / scale if scale else 0

    def _profile(self, entry: Box) -> int | None:
        if entry.kind not in ("avc1", "avc3"):
            return None
        boxes = self.tables.boxes(entry, ENTRY["vide"])
        found = next((box for box in boxes if box.kind == "avcC"), None)
        return found and self.tables.values("xB", found)[0]

    # Emptying

    def blanks(self) -> list[Blank]:
        is_fragmented = any(box.kind == "moof" for box in self.top)
        if is_fragmented and not all(track.is_kept for track in self.tracks):
            raise Unclean
        self._clean_top()
        self._clean_boxes(self.tables, self.tables.root)
        for track in self.tracks:
            self._clean_track(track)
        if not is_fragmented:
            self._clean_gaps()
        return self.found_blanks

    def _free(self, box: Box) -> None:
        if box.kind:
            self.found_blanks.append((box.start + 4, b"free".hex(), 0))
        self._zero(box.body, box.end)

    def _zero(self, start: int, end: int) -> None:
        if end > start:
            self.found_blanks.append((start, "", end - start))

    def _clean_top(self) -> None:
        for box in self.top:
            is_second = box.kind == "moov" and box != self.tables.root
            if box.kind not in KEPT[""] or is_second:
                self._free(box)
            elif box.kind in ("ftyp", "styp"):
                self._clean_brands(box)
            elif box.kind in ("moof", "mfra"):
                self._clean_boxes(Tables(self.file, box), box)

    def _clean_brands(self, box: Box) -> None:
        self.file.seek(box.body)
        content = self.file.read(min(box.end - box.body, 1_024))
        for at in (0, *range(8, len(content) - 3, 4)):
            if content[at : at + 4] not in BRANDS:
                self.found_blanks.append((box.body + at, b"isom".hex(), 0))

    def _clean_boxes(self, tables: Tables, parent: Box) -> None:
        for box in tables.boxes(parent):
            if box.kind not in KEPT[parent.kind]:
                self._free(box)
            elif box.kind in KEPT:
                self._clean_boxes(tables, box)
            else:
                self._clean_fields(tables, box)

    def _clean_fields(self, tables: Tables, box: Box) -> None:
        if box.kind in ("mvhd", "tkhd", "mdhd"):  # when it was made, and when changed
            (version,) = tables.values("B", box)
            self._zero(box.body + 4, min(box.body + (20 if version else 12), box.end))
        elif box.kind == "hdlr":  # the maker, and the name of its program
            self._zero(box.body + 12, box.end)
        elif box.kind == "dref":  # a path on the disk of whoever made it
            for place in tables.boxes(box, 8):
                self._zero(place.body + 4, place.end)

    def _clean_track(self, track: Track) -> None:
        if not track.is_kept:
            self._free(track.box)
            return
        for entry in track.entries:
            if entry.body + ENTRY[track.handler] > entry.end:
                raise Damaged
            self._zero(entry.body + 12, entry.body + 16)  # the maker
            if track.handler == "vide":
                self._zero(entry.body + 42, entry.body + 74)  # and the name of its encoder
            for box in self.tables.boxes(entry, self._head_of(entry, track)):
                if box.kind not in KEPT[track.handler]:
                    self._free(box)

    def _head_of(self, entry: Box, track: Track) -> int:
        """How many bytes stand before the boxes in a sample entry."""
        if not self._is_quicktime_sound(entry, track):
            return ENTRY[track.handler]
        (version,) = self.tables.values(">H", entry, 8)
        return ENTRY["soun"] + QUICKTIME_SOUND[version]

    def _is_quicktime_sound(self, entry: Box, track: Track) -> bool:
        """Such an entry has fields of its own, and counts samples in its own way."""
        table = self._table(track.box, "stsd")  # the one that the entry stands in
        (version,) = self.tables.values("B", table)  # type: ignore[arg-type]
        (entry_version,) = self.tables.values(">H", entry, 8)
        return track.handler == "soun" and version == 0 and entry_version in QUICKTIME_SOUND

    # What is no picture and no sound

    def _clean_gaps(self) -> None:
        """Zeros where no track that is kept has its data: places measured on the way lie there."""
        starts = sorted(start for track in self.tracks for start in self._chunks(track))
        kept = (track for track in self.tracks if track.is_kept)
        spans = merged(sorted(span for track in kept for span in self._spans(track, starts)))
        if not spans or spans[-1][1] > self.size:
            raise Damaged
        for box in self.top:
            if box.kind == "mdat":
                for start, end in gaps(spans, box.body, box.end):
                    self._zero(start, end)

    def _chunks(self, track: Track) -> Sequence[int]:
        for kind, code in (("stco", "I"), ("co64", "Q")):
            if box := self._table(track.box, kind):
                return self.tables.numbers(code, box, 4)
        return []

    def _spans(self, track: Track, starts: list[int]) -> list[Span]:
        """(start, end) of each of a track's chunks, in which its samples lie one behind another."""
        chunks, length = self._chunks(track), self._length_of_samples(track)
        if length is None:
            return [(start, self._next_start(start, starts)) for start in chunks]
        samples = [0, *accumulate(self._samples_in_chunks(track, len(chunks)))]
        return [
            (start, start + length(last) - length(first))
            for start, first, last in zip(chunks, samples[:-1], samples[1:], strict=True)
        ]

    def _length_of_samples(self, track: Track) -> Callable[[int], int] | None:
        """How many bytes the first so many samples take; None where the tables do not tell."""
        box = self._table(track.box, "stsz")
        if box is None and self._table(track.box, "stz2") is None:
            raise Damaged
        if box is None or any(self._is_quicktime_sound(entry, track) for entry in track.entries):
            return None
        (each,) = self.tables.values(">I", box, 4)
        if each:
            return lambda number: number * each
        ends = [0, *accumulate(self.tables.numbers("I", box, 8))]
        return lambda number: ends[min(number, len(ends) - 1)]  # some count one too many

    def _next_start(self, start: int, starts: list[int]) -> int:
        """Where the next chunk of any track begins, or the film's data end."""
        following = bisect_right(starts, start)
        ends = (box.end for box in self.top if box.body <= start < box.end)
        end = next(ends, self.size + 1)
        return min(starts[following], end) if following < len(starts) else end

    def _samples_in_chunks(self, track: Track, chunks: int) -> list[int]:
        """How many samples each chunk has; the table tells from which chunk on."""
        box = self._table(track.box, "stsc")
        rows = self.tables.rows(">III", box, 4) if box else []
        firsts = [first for first, _count, _entry in rows] + [chunks + 1]
        if firsts != sorted(firsts) or firsts[0] != 1:
            raise Damaged
        return [
            count
            for (first, count, _entry), following in zip(rows, firsts[1:], strict=True)
            for _chunk in range(first, following)
        ]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same stretches, sorted and apart from each other."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def gaps(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """What of start to end lies in none of the spans, which are sorted and apart."""
    for span_start, span_end in spans:
        if span_start >= end:
            break
        if span_start > start:
            yield start, span_start
        start = max(start, span_end)
    if start < end:
        yield start, end
