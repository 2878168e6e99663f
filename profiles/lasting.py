"""For how long what was made of the content may be said again.

A page notes the moments at which time alone makes it wrong (`true_until`). What many pages share is
made once while nobody changes the content (`kept`): whoever answers visitors knows how long that is,
and gives the memory for it; without one, as for staff, all is made each time.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.utils import timezone

ROOM = 2_000_000  # letters of markup in one memory
LETTERS_OF_ROWS = 5_000  # as which all else counts
LETTERS_OF_ANSWER = 300  # yes or no, with the name of what was asked


def letters_of(made: Any) -> int:
    if isinstance(made, bool):
        return LETTERS_OF_ANSWER
    return len(made) if isinstance(made, str) else LETTERS_OF_ROWS


class Memory:
    """What was made of the content as it is; full at some time, and then it takes no more."""

    def __init__(self) -> None:
        self.parts: dict[Hashable, tuple[Any, list[datetime]]] = {}
        self.room = ROOM

    def put(self, key: Hashable, part: tuple[Any, list[datetime]]) -> None:
        size = letters_of(part[0])
        if key in self.parts or size <= self.room:
            self.room -= 0 if key in self.parts else size
            self.parts[key] = part


_ends: ContextVar[list[datetime] | None] = ContextVar("ends", default=None)
_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)


@contextmanager
def noting_ends() -> Iterator[list[datetime]]:
    """The moments, in no order, at which something that is said meanwhile stops being true."""
    ends: list[datetime] = []
    token = _ends.set(ends)
    try:
        yield ends
    finally:
        _ends.reset(token)


def true_until(moment: datetime) -> None:
    """Whoever says what time alone makes wrong says so."""
    if (ends := _ends.get()) is not None:
        ends.append(moment)


@contextmanager
def keeping_in(memory: Memory) -> Iterator[None]:
    """Meanwhile, what is made of the content may be put there, and be taken from there."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


@contextmanager
def keeping_nothing() -> Iterator[None]:
    """Meanwhile, all is made each time, and nothing of it is remembered."""
    token = _memory.set(None)
    try:
        yield
    finally:
        _memory.reset(token)


def kept(key: Hashable, make: Callable[[], Any]) -> Any:
    """What `make` gives, which follows from the key, the content and the time alone."""
    memory = _memory.get()
    if memory is None:
        return make()
    now = timezone.now()
    made, ends = memory.parts.get(key, (None, None))
    if ends is None or any(end <= now for end in ends):
        with noting_ends() as noted:
            made = make()
        ends = [end for end in noted if end > now]
        memory.put(key, (made, ends))
    for end in ends:
        true_until(end)
    return made
