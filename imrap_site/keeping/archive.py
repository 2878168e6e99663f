"""A backup as one file: a plain tar, which any tar unpacks.

Read back, nothing of it is interpreted: from its list, which stands at a known distance from the
end, follows what each byte around the contents has to be. So links, devices, sparse files and
whatever else a tar can say are not refused one by one; they are not what was written.
"""

import hashlib
import os
import stat
import tarfile

from imrap_site.keeping.manifest import (
    DAMAGED,
    FOREIGN,
    LATEST_TIME,
    MARKER,
    Member,
    read_manifest,
    seal_of,
)
from imrap_site.keeping.refusals import Refused

BLOCK = 512
CHUNK = 1024 * 1024
LIST, SEAL = "manifest.json", "manifest.sha256"
LONGEST_LIST = 256 * 1024 * 1024
END = bytes(2 * BLOCK)


def head(name, size, mtime_ns=0):
    """What stands before a content."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, mtime_ns // 10**9, 0o600
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def padding(size):
    return bytes(-size % BLOCK)


def whole_entry(name, content):
    return head(name, len(content)) + content + padding(len(content))


LENGTH_OF_SEAL = len(whole_entry(SEAL, seal_of(b"")))


class ArchiveWriter:
    """Puts members into an open file, one behind the other."""

    def __init__(self, file):
        self.file = file

    def again(self, name, size, mtime_ns, progress):
        """The Member, if a former backup has it already: here nothing is."""
        return

    def add(self, name, path, progress):
        """The Member; None if the file went or changed meanwhile, and nothing of it is kept."""
        start = self.file.tell()
        with open_regular(path) as source:
            found = os.fstat(source.fileno())
            size, mtime_ns = found.st_size, time_of(found)
            self.file.write(head(name, size, mtime_ns))
            digest, copied = copy(source, self.file, size, progress)
        if copied != size:
            self.file.seek(start)
            self.file.truncate()
            return None
        self.file.write(padding(size))
        return Member(name, size, mtime_ns, digest)

    def finish(self, manifest):
        content = manifest.to_bytes()
        self.file.write(whole_entry(LIST, content) + whole_entry(SEAL, seal_of(content)) + END)
        self.file.flush()
        os.fsync(self.file.fileno())


def time_of(found):
    """In nanoseconds, as far as archives can say it: clocks have been wrong."""
    return min(max(0, found.st_mtime_ns), LATEST_TIME * 10**9 - 1)


def open_regular(path):
    """A file to read: never a link, and never a pipe that nobody writes into."""

    def opener(name, flags):
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)

    file = open(path, "rb", opener=opener)  # noqa: SIM115 (who asked for it closes it)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise FileNotFoundError(2, "It is no file", str(path))
    return file


def copy(source, target, size, progress):
    """(SHA-256, number of bytes) of at most `size` bytes."""
    digest, left = hashlib.sha256(), size
    while left and (chunk := source.read(min(CHUNK, left))):
        target.write(chunk)
        digest.update(chunk)
        left -= len(chunk)
        progress(len(chunk))
    return digest.hexdigest(), size - left


class Archive:
    """A backup in one file: its `manifest`, and the `chunks` of each member."""

    def __init__(self, path):
        self.path = path
        self.file = path.open("rb")
        try:
            self.size = self.file.seek(0, os.SEEK_END)
            self.manifest = self.read_list()
            self.places = self.check_frame()
        except BaseException:
            self.file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()

    def read_list(self):
        start_of_seal = self.size - len(END) - LENGTH_OF_SEAL
        seal = self.at(start_of_seal, LENGTH_OF_SEAL)
        name_and_size = seal[BLOCK:].rstrip(b"\0").split()[1:]
        if len(name_and_size) != 2 or not name_and_size[1].isdigit():
            raise self.refusal()
        size = int(name_and_size[1])
        start = start_of_seal - size - len(padding(size)) - len(head(LIST, size))
        if start < 0 or size > LONGEST_LIST:
            raise self.refusal()
        self.end = start
        content = self.at(start + len(head(LIST, size)), size)
        rest = whole_entry(LIST, content) + whole_entry(SEAL, seal_of(content)) + END
        if self.at(start, self.size - start) != rest:
            raise self.refusal()
        return read_manifest(content)

    def refusal(self):
        start = head(MARKER, 0).split(b"\0", 1)[0]
        if self.at(0, len(start)) == start:
            return Refused(DAMAGED.format("it was cut off, or its end changed"))
        return Refused(FOREIGN.format("it is none of the files that `manage.py backup` writes"))

    def check_frame(self):
        """Where each content begins, once all that stands between them is what was written."""
        places, place = {}, 0
        for member in self.manifest.members:
            start = head(member.name, member.size, member.mtime_ns)
            places[member.name] = place + len(start)
            end = place + len(start) + member.size
            gap = padding(member.size)
            if self.at(place, len(start)) != start or self.at(end, len(gap)) != gap:
                raise Refused(DAMAGED.format(f"it changed around {member.name}"))
            place = end + len(gap)
        if place != self.end:
            raise Refused(DAMAGED.format("it holds what its list does not name"))
        return places

    def at(self, place, length):
        self.file.seek(max(0, place))
        return self.file.read(length) if place >= 0 else b""

    def chunks(self, member):
        self.file.seek(self.places[member.name])
        left = member.size
        while left and (chunk := self.file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def begins_like(path, marker):
    """Whether a file begins as an archive with this marker does, whole or not."""
    start = whole_entry(MARKER, marker)
    try:
        with open_regular(path) as file:
            return file.read(len(start)) == start
    except OSError:
        return False
