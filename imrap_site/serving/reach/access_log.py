"""What a web server has answered by itself, or will: lines of its own log, which know no address.

    $time_iso8601 $request_method $status $uri

as deploy/nginx.conf writes them, which leaves out what does not count. Where the web server says that
it logs a page, the site does not count that page too. How far the log was read is kept together with
the numbers, so each line counts once.
"""

import logging
import os
import re
import zlib
from collections import Counter
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import time

from django.conf import settings

from imrap_site.serving.reach.nouns import counted
from imrap_site.serving.reach.tally import MOST, day_of

logger = logging.getLogger("django.reach")
READ = "begun"  # whose position is the moment when a log was read last, in seconds since 1970
LATELY = 300  # seconds
PIECE = 4 * 1024 * 1024  # bytes that are read at once
FORMER = (".1", ".0")  # what a log is called when it was rotated
LINE = re.compile(rb"(\S{19,35}) GET (?:200|304) (/.*)")
ESCAPED = re.compile(rb"\\x([0-9A-Fa-f]{2})")


class AccessLog:
    def __init__(self, path):
        self.path = Path(path)
        self.is_read = os.access(path, os.R_OK)

    def read_into(self, store):
        """Count all lines that are whole, of the log before this one first.

        What was written before anybody read, the site has counted itself: it is passed over.
        """
        was_read, self.is_read = self.is_read, os.access(self.path, os.R_OK)
        if not self.is_read:
            logger.error("REACH_LOG can't be read, so the site counts alone: %s", self.path)
            return
        takes = read if was_read and store.rows("SELECT 1 FROM logs LIMIT 1") else pass_over
        store.add({}, (READ, store.position(READ), int(time())))
        for path in [*map(self.beside, FORMER), self.path]:
            with suppress(FileNotFoundError, PermissionError), path.open("rb") as file:
                takes(file, store, is_former=path != self.path)

    def beside(self, ending):
        return self.path.with_name(self.path.name + ending)


def was_read_lately(store):
    """By whatever host; one that stands elsewhere than the web server can't read its log."""
    return time() - (store.position(READ) or 0) < LATELY


def pass_over(file, store, is_former):
    if not is_former and (log := name_of(file)):
        store.add({}, (log, store.position(log), os.fstat(file.fileno()).st_size))


def read(file, store, is_former):
    while read_piece(file, store, is_former):
        pass


def read_piece(file, store, is_former):
    """Whether there may be more. A former log that was never begun was never ours."""
    if (log := name_of(file)) is None:
        return False
    former = store.position(log)
    if former is None and is_former:
        return False
    file.seek(former or 0)
    piece = file.read(PIECE)
    whole = piece[: piece.rfind(b"\n") + 1]
    if not whole and len(piece) < PIECE:
        return False
    position = (former or 0) + len(whole or piece)
    return store.add(counted(numbers_in(whole)), (log, former, position))


def name_of(file):
    """Of this file and no later one: its place on the disk and its first line. None if it is empty."""
    file.seek(0)
    first = file.readline(1000)
    if not first.endswith(b"\n"):
        return None
    return f"{os.fstat(file.fileno()).st_ino}-{zlib.crc32(first):08x}"


def numbers_in(lines):
    """{(day, path): number}"""
    found = Counter()
    for line in lines.splitlines():
        if (match := LINE.fullmatch(line)) and not match[2].startswith(media_url()):
            with suppress(ValueError):
                moment = datetime.fromisoformat(match[1].decode("ascii", "replace")).timestamp()
                path = ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), match[2])
                key = day_of(moment)[0], path.decode("latin-1")
                if key in found or len(found) < MOST:
                    found[key] += 1
    return found


def media_url():
    return settings.MEDIA_URL.encode()
