"""What stands in a recording: how long it is, and what to empty in place so that nothing tells
where, when, by whom and with what it was made. Read in the child process, without Django.

MP3: ISO 11172-3 and 13818-3, id3.org. Ogg: RFC 3533; Opus in it: RFC 7845; Vorbis: its specification.
"""

import os
import struct

from profiles.files.films import mp4
from profiles.files.films.errors import Damaged, Unclean

OGG_PAGE = 27  # bytes of a page's head before its table of segments
COMMENTS = {b"OpusHead": b"OpusTags", b"\x01vorbis": b"\x03vorbis"}  # first and second packet
MOST_COMMENTS = 64 * 2**20
LAYER_3 = 1
BITRATES = {  # in kbit/s, by whether it is MPEG-1
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def read(file, format):
    """({"seconds": …, "blanks": …}, {}); or ({"flaw": "damaged_sound" or "unclean_sound"}, {}).

    A blank is [offset, hexadecimal bytes to write there, number of zeros behind them].
    """
    try:
        seconds, blanks = {"mp3": mp3, "ogg": ogg, "m4a": m4a}[format](file)
    except Unclean:
        return {"flaw": "unclean_sound"}, {}
    except (Damaged, struct.error, IndexError):
        return {"flaw": "damaged_sound"}, {}
    return {"seconds": seconds, "blanks": blanks}, {}


def m4a(file):
    sound = mp4.Film(file)
    if sound.pictures or not sound.sounds:
        raise Damaged
    return sound.seconds, sound.blanks()


# MP3


def mp3(file):
    """Frames stay; whatever lies before, between and behind them is a tag or noise."""
    content = file.read()
    place, seconds, frames, blanks = 0, 0.0, 0, []
    while place < len(content):
        length, lasting = frame_at(content, place)
        if length and (frames or frame_at(content, place + length)[0]):
            seconds, frames, place = seconds + lasting, frames + 1, place + length
            continue
        end = next_frame(content, place)
        blanks.append((place, "", end - place))
        place = end
    if frames < 2:
        raise Damaged
    return seconds, [*first_tag(content, blanks)]


def frame_at(content, place):
    """(bytes, seconds) of the frame of sound that begins there; (0, 0) where none does."""
    if place + 4 > len(content) or content[place] != 0xFF or content[place + 1] & 0xE0 != 0xE0:
        return 0, 0
    second, third = content[place + 1], content[place + 2]
    version, layer = second >> 3 & 3, second >> 1 & 3
    bits, rate = third >> 4, third >> 2 & 3
    if version == 1 or layer != LAYER_3 or bits in (0, 15) or rate == 3:
        return 0, 0
    samples, hertz = (1152 if version == 3 else 576), RATES[version][rate]
    length = samples // 8 * BITRATES[version == 3][bits] * 1000 // hertz + (third >> 1 & 1)
    return (length, samples / hertz) if place + length <= len(content) else (0, 0)


def next_frame(content, place):
    """Where the next two frames in a row begin; the end where there are none."""
    place = content.find(b"\xff", place + 1)
    while place >= 0:
        length, _lasting = frame_at(content, place)
        if length and (place + length == len(content) or frame_at(content, place + length)[0]):
            return place
        place = content.find(b"\xff", place + 1)
    return len(content)


def first_tag(content, blanks):
    """An ID3v2 tag at the beginning becomes an empty one, since players trust its length."""
    for start, head, zeros in blanks:
        is_tag = start == 0 and content.startswith(b"ID3") and 10 <= zeros < 2**28
        if is_tag:
            size = bytes((zeros - 10) >> shift & 0x7F for shift in (21, 14, 7, 0))
            yield 0, (b"ID3\x04\0\0" + size).hex(), zeros - 10
        else:
            yield start, head, zeros


# Ogg


def ogg(file):
    """The comments become as many bytes of nothing; each page of theirs gets a new checksum."""
    pages = list(pages_of(file))
    first = pages[0].content if pages else b""
    head = next((mark for mark in COMMENTS if first.startswith(mark)), None)
    if head is None or len({page.serial for page in pages}) > 1:
        raise Damaged
    blanks = list(without_comments(pages[1:], COMMENTS[head]))
    if head == b"OpusHead":
        skipped, hertz = struct.unpack_from("<H", first, 10)[0], 48_000
    else:
        skipped, hertz = 0, struct.unpack_from("<I", first, 12)[0]
    last = max(page.granule for page in pages)
    if not hertz or last <= 0:
        raise Damaged
    return max(0, last - skipped) / hertz, blanks


class Page:
    """A page in an Ogg file; of those that hold no comments only the beginning is kept."""

    def __init__(self, file, start):
        self.start = start
        head = file.read(OGG_PAGE)
        if len(head) < OGG_PAGE or not head.startswith(b"OggS\0"):
            raise Damaged
        self.granule, self.serial = struct.unpack_from("<qI", head, 6)
        self.head = head + file.read(head[26])
        self.segments = self.head[OGG_PAGE:]
        self.body = start + len(self.head)
        self.end = self.body + sum(self.segments)
        self.content = file.read(sum(self.segments))
        if len(self.content) < sum(self.segments):
            raise Damaged


def pages_of(file):
    size, start, held = file.seek(0, os.SEEK_END), 0, 0
    while start < size:
        file.seek(start)
        page = Page(file, start)
        start = page.end
        if held > MOST_COMMENTS or page.granule > 0:
            page.content = page.content[:0]
        held += len(page.content)
        yield page


def without_comments(pages, mark):
    """A blank for each page on which the second packet lies: its mark, and then no comment."""
    taken, packet = [], b""
    for page in pages:
        if page.granule > 0 and not page.content:
            raise Damaged
        length, is_end = rest_of_packet(page.segments)
        taken.append((page, length))
        packet += page.content[:length]
        if is_end:
            break
    else:
        raise Damaged
    if not packet.startswith(mark) or len(packet) < len(mark) + 9:
        raise Damaged
    # No maker, no comment; Vorbis ends with a bit that is set.
    empty = mark + bytes(8) + (b"\x01" if mark == b"\x03vorbis" else b"\0")
    empty = empty.ljust(len(packet), b"\0")
    for page, length in taken:
        content, empty = empty[:length] + page.content[length:], empty[length:]
        yield page.start, with_checksum(page.head + content).hex(), 0


def rest_of_packet(segments):
    """How many bytes of a page belong to the packet that goes on there, and whether it ends."""
    for number, length in enumerate(segments, 1):
        if length < 255:
            return sum(segments[:number]), True
    return sum(segments), False


def with_checksum(page):
    blank = page[:22] + bytes(4) + page[26:]
    checksum = 0
    for byte in blank:
        checksum = (checksum << 8 & 0xFFFFFFFF) ^ CHECKSUMS[checksum >> 24 ^ byte]
    return blank[:22] + struct.pack("<I", checksum) + blank[26:]


def checksum_of(byte):
    value = byte << 24
    for _bit in range(8):
        value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF


CHECKSUMS = [checksum_of(byte) for byte in range(256)]
