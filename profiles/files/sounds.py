"""What stands in a recording: how long it is, and what to empty in place so that nothing tells
where, when, by whom and with what it was made. Read in the child process, without Django.

MP3: ISO 11172-3 and 13818-3, id3.org. Ogg: RFC 3533; Opus in it: RFC 7845; Vorbis: its specification.
"""

import os
import struct
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from profiles.files.child import Answer
from profiles.files.films import mp4
from profiles.files.films.blanks import Blank
from profiles.files.films.codecs import HEARD, name_of
from profiles.files.films.errors import Damaged, Unclean

OGG_PAGE = 27  # bytes of a page's head before its table of segments
COMMENTS = {b"OpusHead": b"OpusTags", b"\x01vorbis": b"\x03vorbis"}  # first and second packet
LONGEST = 24 * 3600  # seconds; whatever claims more is no summary, and its clock is wrong
MOST_COMMENTS = 64 * 2**20
OTHER_STREAMS = {b"Speex": "Speex", b"\x7fFLAC": "FLAC", b"\x80theora": "Theora"}
LAYER_3 = 1
FRAMES_IN_A_ROW = 3  # fewer may look so by chance
BITRATES = {  # in kbit/s, by whether it is MPEG-1
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}

# How many seconds it lasts, and what to write over it.
Found = tuple[float, list[Blank]]


class Unplayable(Exception):
    """Packed in a codec, named here, that many telephones and browsers do not play."""


def read(file: IO[bytes], format: str) -> Answer:
    """({"seconds": …, "blanks": …}, {}); or ({"flaw": …, "codec": the one that many lack}, {}).

    A blank is [offset, hexadecimal bytes to write there, number of zeros behind them].
    """
    try:
        seconds, blanks = READERS[format](file)
        if not 0 < seconds < LONGEST:
            raise Damaged
    except Unplayable as reason:
        return {"flaw": "other_sound", "codec": str(reason)}, {}
    except Unclean:
        return {"flaw": "unclean_sound"}, {}
    except (Damaged, struct.error, IndexError):
        return {"flaw": "damaged_sound"}, {}
    return {"seconds": max(1, round(seconds)), "blanks": blanks}, {}


def m4a(file: IO[bytes]) -> Found:
    sound = mp4.Film(file)
    if sound.pictures or not sound.sounds:
        raise Damaged
    if not HEARD.intersection(sound.sounds):
        raise Unplayable(name_of(sound.sounds[0]))
    if not sound.seconds:
        raise Unplayable("M4A (fragmented)")
    return sound.seconds, sound.blanks()


# MP3


def mp3(file: IO[bytes]) -> Found:
    """Frames stay; whatever lies before, between and behind them is a tag or noise."""
    content = file.read()
    seconds, end, blanks = 0.0, 0, []
    first = place = next_frame(content, 0)
    if place == len(content):
        raise Damaged
    while place < len(content):
        if place > end:
            blanks.append((end, "", place - end))
        frame = frame_at(content, place)
        if place > first or not is_about_the_rest(content[place : place + frame.length]):
            seconds += frame.seconds
        end = place + frame.length
        place = end if follows(content, end, frame) else next_frame(content, end, frame.kind)
    if end < len(content):
        blanks.append((end, "", len(content) - end))
    return seconds, list(with_empty_tag(content, blanks))


class Frame(NamedTuple):
    kind: bytes  # what all frames of a recording have in common
    length: int  # in bytes, 0 where there is none
    seconds: float


NO_FRAME = Frame(b"", 0, 0)


def frame_at(content: bytes, place: int) -> Frame:
    if place + 4 > len(content) or content[place] != 0xFF or content[place + 1] & 0xE0 != 0xE0:
        return NO_FRAME
    second, third = content[place + 1], content[place + 2]
    version, layer = second >> 3 & 3, second >> 1 & 3
    bits, rate = third >> 4, third >> 2 & 3
    if version == 1 or layer != LAYER_3 or bits in (0, 15) or rate == 3:
        return NO_FRAME
    samples, hertz = (1152 if version == 3 else 576), RATES[version][rate]
    length = samples // 8 * BITRATES[version == 3][bits] * 1000 // hertz + (third >> 1 & 1)
    if place + length > len(content):
        return NO_FRAME
    return Frame(bytes([second & 0xFE, rate]), length, samples / hertz)


def follows(content: bytes, place: int, frame: Frame) -> bool:
    return frame_at(content, place).kind == frame.kind


def next_frame(content: bytes, place: int, kind: bytes = b"") -> int:
    """Where the next three frames in a row begin, or the last ones; the end where there are none."""
    place = behind_tag(content, place)
    while (place := content.find(b"\xff", place)) >= 0:
        frame = frame_at(content, place)
        if frame.length and kind in (b"", frame.kind) and is_run(content, place, frame):
            return place
        place += 1
    return len(content)


def is_run(content: bytes, place: int, frame: Frame) -> bool:
    for _further in range(FRAMES_IN_A_ROW - 1):
        place += frame_at(content, place).length
        if not follows(content, place, frame):
            return False
    return True


def behind_tag(content: bytes, place: int) -> int:
    """Behind an ID3v2 tag, in whose cover something may look like a frame."""
    while content.startswith(b"ID3", place) and place + 10 <= len(content):
        seven = content[place + 6 : place + 10]
        length = seven[0] << 21 | seven[1] << 14 | seven[2] << 7 | seven[3]
        place += 10 + (length & 2**28 - 1)
    return min(place, len(content))


def is_about_the_rest(frame: bytes) -> bool:
    """Whether it holds no sound, but the number of frames that follow and where to jump to."""
    return any(mark in frame[4:40] for mark in (b"Xing", b"Info", b"VBRI"))


def with_empty_tag(content: bytes, blanks: list[Blank]) -> Iterator[Blank]:
    """An ID3v2 tag at the beginning becomes an empty one, since players trust its length."""
    for start, head, zeros in blanks:
        is_tag = start == 0 and content.startswith(b"ID3") and 10 <= zeros < 2**28
        if is_tag:
            size = bytes((zeros - 10) >> shift & 0x7F for shift in (21, 14, 7, 0))
            yield 0, (b"ID3\x04\0\0" + size).hex(), zeros - 10
        else:
            yield start, head, zeros


# Ogg


def ogg(file: IO[bytes]) -> Found:
    """The comments become as many bytes of nothing; each page of theirs gets a new checksum."""
    pages, end = [], 0
    for page in pages_of(file):
        pages.append(page)
        end = page.end
    head = kind_of(pages)
    blanks = list(without_comments(pages[1:], COMMENTS[head]))
    if end < (size := file.seek(0, os.SEEK_END)):
        blanks.append((end, "", size - end))
    skipped, hertz = timing(pages[0].content, head)
    last = max(page.granule for page in pages)
    if not hertz or last <= skipped:
        raise Damaged
    return (last - skipped) / hertz, blanks


class Page:
    """A page in an Ogg file; of those with sound only the head is kept."""

    def __init__(self, file: IO[bytes], start: int) -> None:
        file.seek(start)
        head = file.read(OGG_PAGE)
        if len(head) < OGG_PAGE:
            raise Damaged
        self.start = start
        self.granule, self.serial = struct.unpack_from("<qI", head, 6)
        self.segments = file.read(head[26])
        self.head = head + self.segments
        self.content = file.read(sum(self.segments))
        self.end = start + len(self.head) + len(self.content)
        if len(self.segments) < head[26] or len(self.content) < sum(self.segments):
            raise Damaged
        if self.granule > 0:
            self.content = b""


def pages_of(file: IO[bytes]) -> Iterator[Page]:
    """One behind the other, up to what is no page, such as a tag at the end."""
    start, held = 0, 0
    while held <= MOST_COMMENTS:
        file.seek(start)
        if file.read(5) != b"OggS\0":
            return
        page = Page(file, start)
        start, held = page.end, held + len(page.content)
        yield page
    raise Damaged


def kind_of(pages: list[Page]) -> bytes:
    """The mark with which the only stream begins."""
    first = pages[0].content if pages else b""
    if len({page.serial for page in pages}) != 1:
        raise Damaged
    for mark, name in OTHER_STREAMS.items():
        if first.startswith(mark):
            raise Unplayable(name)
    for mark in COMMENTS:
        if first.startswith(mark):
            return mark
    raise Damaged


def timing(first: bytes, head: bytes) -> tuple[int, int]:
    """How many samples are skipped at the beginning, and how many there are in a second."""
    if head == b"OpusHead":
        return struct.unpack_from("<H", first, 10)[0], 48_000
    return 0, struct.unpack_from("<I", first, 12)[0]


def without_comments(pages: list[Page], mark: bytes) -> Iterator[Blank]:
    """A blank for each page on which the second packet lies: its mark, and then no comment."""
    taken = list(with_second_packet(pages))
    packet = b"".join(page.content[:length] for page, length in taken)
    if not packet.startswith(mark) or len(packet) < len(mark) + 9:
        raise Damaged
    # No maker, no comment; Vorbis ends with a bit that is set.
    empty = mark + bytes(8) + (b"\x01" if mark == b"\x03vorbis" else b"\0")
    empty = empty.ljust(len(packet), b"\0")
    for page, length in taken:
        content, empty = empty[:length] + page.content[length:], empty[length:]
        yield page.start, with_checksum(page.head + content).hex(), 0


def with_second_packet(pages: list[Page]) -> Iterator[tuple[Page, int]]:
    """The pages on which it lies, and how many bytes of each belong to it."""
    for page in pages:
        if page.granule > 0:
            break
        length, is_end = rest_of_packet(page.segments)
        yield page, length
        if is_end:
            return
    raise Damaged


def rest_of_packet(segments: bytes) -> tuple[int, bool]:
    """How many bytes of a page belong to the packet that goes on there, and whether it ends."""
    for number, length in enumerate(segments, 1):
        if length < 255:
            return sum(segments[:number]), True
    return sum(segments), False


def with_checksum(page: bytes) -> bytes:
    blank = page[:22] + bytes(4) + page[26:]
    checksum = 0
    for byte in blank:
        checksum = (checksum << 8 & 0xFFFFFFFF) ^ CHECKSUMS[checksum >> 24 ^ byte]
    return blank[:22] + struct.pack("<I", checksum) + blank[26:]


def checksum_of(byte: int) -> int:
    value = byte << 24
    for _bit in range(8):
        value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF


CHECKSUMS = [checksum_of(byte) for byte in range(256)]
READERS: dict[str, Callable[[IO[bytes]], Found]] = {"mp3": mp3, "m4a": m4a, "ogg": ogg}
