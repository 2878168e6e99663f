"""What is counted against guessing, in a file of fixed size that no flood empties.

A cache as allauth asks for one: under each key the moments of the last attempts, newest first. Where
each key has a place of its own, somebody who tries 10,000 names pushes the one out that counts. Here
every key has one slot in each of three rows, found by a keyed hash, and shares each with some others.
What a key has is the least that any of its slots says, moment by moment: sharing can only count too
much, and only where all three are shared; nothing is ever pushed out but by newer attempts.

Where the file can't be written, each process counts in its memory.
"""

import fcntl
import functools
import hashlib
import math
import os
import struct
import threading
import time
from contextlib import contextmanager

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

ROWS, SLOTS = 3, 8192
MOMENTS = 32  # in a slot: no rate may allow more
SLOT = struct.Struct(f"<{MOMENTS}d")
ONE = struct.Struct("<d")
LOCKS_FROM = ROWS * SLOTS * SLOT.size
SIZE = LOCKS_FROM + SLOTS * ONE.size
AHEAD = 60  # seconds that a clock may have been put back


class CountersCache(BaseCache):
    """Keeps lists of moments, and locks (`…:lock`) that `add` takes; nothing else fits."""

    def __init__(self, location, params):
        super().__init__(params)
        self.paper = paper_in(str(location))

    def get(self, key, default=None, version=None):
        with self.paper.locked():
            return self._least(_slots(key)) or default

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        slots = _slots(key)
        with self.paper.locked():
            before = self._least(slots)
            new = set(value) - set(before)
            self._write(slots, new, set() if new else self._taken_back(before, value, timeout))

    def _taken_back(self, before, value, timeout):
        """The one attempt that allauth leaves out after it succeeded.

        Others are left out because they are over; they may be another key's, and not over for it.
        """
        young = time.time() - self._seconds(timeout)
        left_out = {moment for moment in before if moment > young} - set(value)
        return set(sorted(left_out)[:1])

    def delete(self, key, version=None):
        slots = _slots(key)
        with self.paper.locked():
            before = self._least(slots)
            self._write(slots, set(), set(before))
            self.paper.write(slots[-1], ONE.pack(0))
        return bool(before)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        """Take a lock; whether nobody else has it."""
        place = _slots(key)[-1]
        with self.paper.locked():
            (until,) = ONE.unpack(self.paper.read(place, ONE.size))
            now, seconds = time.time(), self._seconds(timeout)
            if now < until <= now + max(seconds, AHEAD):
                return False
            self.paper.write(place, ONE.pack(now + seconds))
        return True

    def clear(self):
        with self.paper.locked():
            self.paper.write(0, bytes(SIZE))

    def _seconds(self, timeout):
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return math.inf if seconds is None else seconds

    def _least(self, slots):
        """As many moments after any point in time as the slot has that has fewest after it."""
        columns = zip(*(self._moments(slot) for slot in slots[:ROWS]), strict=False)
        return [min(column) for column in columns]

    def _moments(self, slot):
        latest = time.time() + AHEAD
        found = SLOT.unpack(self.paper.read(slot, SLOT.size))
        return sorted((moment for moment in found if 0 < moment < latest), reverse=True)

    def _write(self, slots, new, taken_back):
        for slot in slots[:ROWS]:
            moments = sorted((set(self._moments(slot)) - taken_back) | new, reverse=True)[:MOMENTS]
            self.paper.write(slot, SLOT.pack(*moments, *[0] * (MOMENTS - len(moments))))


def _slots(key):
    """Where a key's slot of each row lies, and its lock."""
    digest = hashlib.blake2b(str(key).encode(), key=_secret(settings.SECRET_KEY)).digest()
    numbers = [int.from_bytes(digest[8 * n : 8 * n + 8]) % SLOTS for n in range(ROWS + 1)]
    slots = [(row * SLOTS + number) * SLOT.size for row, number in enumerate(numbers[:ROWS])]
    return [*slots, LOCKS_FROM + numbers[ROWS] * ONE.size]


@functools.cache
def _secret(text):
    return hashlib.sha256(f"counters {text}".encode()).digest()


class Paper:
    """The bytes: of a file that all processes share, or of this one's memory."""

    def __init__(self, location):
        self.turn = threading.Lock()
        self.memory = None
        try:
            self.file = _opened(location)
        except OSError:
            self.file, self.memory = None, bytearray(SIZE)

    @contextmanager
    def locked(self):
        """Alone, among threads and processes."""
        with self.turn:
            is_locked = self._lock(fcntl.LOCK_EX)
            try:
                yield
            finally:
                if is_locked:
                    self._lock(fcntl.LOCK_UN)

    def _lock(self, how):
        if self.memory is not None:
            return False
        try:
            fcntl.lockf(self.file, how)
        except OSError:
            return False
        return True

    def read(self, place, size):
        if self.memory is None:
            try:
                return os.pread(self.file, size, place).ljust(size, b"\0")
            except OSError:
                self._go_on_in_memory()
        return bytes(self.memory[place : place + size])

    def write(self, place, content):
        if self.memory is None:
            try:
                os.pwrite(self.file, content, place)
                return
            except OSError:
                self._go_on_in_memory()
        self.memory[place : place + len(content)] = content

    def _go_on_in_memory(self):
        try:
            known = os.pread(self.file, SIZE, 0)
        except OSError:
            known = b""
        self.memory = bytearray(known.ljust(SIZE, b"\0"))


@functools.cache
def paper_in(location):
    """One for each file in a process: who closes a file gives up all locks on it."""
    return Paper(location)


def _opened(location):
    os.makedirs(os.path.dirname(location), mode=0o700, exist_ok=True)
    file = os.open(location, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # All of its room is taken now, so that a full disk finds it there.
        os.posix_fallocate(file, 0, SIZE)
    except OSError:
        os.close(file)
        raise
    return file
