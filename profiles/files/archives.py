"""A ZIP file that every program reads alike, and that stays as large as it says.

APPNOTE.TXT, 4.3: programs find entries by the table at the end, or by the heads before each of them.
"""

import struct
import zipfile
from typing import IO

HEAD = struct.Struct("<4s5H3L2H")  # of a file: signature … name length, extra length
SIGNATURE = b"PK\3\4"
DESCRIPTOR = 24  # bytes that may stand behind an entry whose size was not known before
HAS_DESCRIPTOR, IS_LOCKED = 0x08, 0x01
MOST_ENTRIES = 10_000
LARGEST_CONTENT = 500 * 2**20  # of all entries
LARGEST_RATIO, FREE_RATIO = 200, 20 * 2**20  # of an entry; below so many bytes none is asked for


class Unfit(Exception):
    """Why nobody should open it: the key of the refusal."""


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive, weighed and compared with itself; Unfit where something is wrong."""
    try:
        archive = zipfile.ZipFile(file)
        weigh(archive)
        compare(file, archive)
    except (zipfile.BadZipFile, struct.error, NotImplementedError, UnicodeDecodeError) as error:
        raise Unfit("damaged_package") from error
    return archive


def weigh(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    is_bomb = any(
        entry.file_size > FREE_RATIO and entry.file_size > LARGEST_RATIO * entry.compress_size
        for entry in entries
    )
    total = sum(entry.file_size for entry in entries)
    if is_bomb or total > LARGEST_CONTENT or len(entries) > MOST_ENTRIES:
        raise Unfit("bomb")


def compare(file: IO[bytes], archive: zipfile.ZipFile) -> None:
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    names = {entry.filename.lower() for entry in entries}
    if len(names) != len(entries) or any(map(leads_out, names)):
        raise Unfit("two_faced")
    end = 0
    for entry in entries:
        if not 0 <= entry.header_offset - end <= DESCRIPTOR:  # overlapping, or hidden between
            raise Unfit("two_faced")
        end = end_of(file, entry)
    if not 0 <= archive.start_dir - end <= DESCRIPTOR:
        raise Unfit("two_faced")


def leads_out(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or "\\" in name or "\0" in name


def end_of(file: IO[bytes], entry: zipfile.ZipInfo) -> int:
    """Where an entry ends by its own head, which must say what the table says."""
    file.seek(entry.header_offset)
    head = HEAD.unpack(file.read(HEAD.size))
    signature, _version, flags, method, _time, _date, crc, packed, size, length, extra = head
    if flags & IS_LOCKED or entry.flag_bits & IS_LOCKED:
        raise Unfit("locked")
    told, known = (crc, packed, size), (entry.CRC, entry.compress_size, entry.file_size)
    is_later = flags & HAS_DESCRIPTOR and all(
        one in (0, other, 0xFFFFFFFF) for one, other in zip(told, known, strict=True)
    )
    is_same = is_later or told == known or 0xFFFFFFFF in (packed, size)
    name = file.read(length)
    if signature != SIGNATURE or method != entry.compress_type or not is_same:
        raise Unfit("two_faced")
    if name != entry.orig_filename.encode("utf-8" if flags & 0x800 else "cp437"):
        raise Unfit("two_faced")
    return entry.header_offset + HEAD.size + length + extra + entry.compress_size
