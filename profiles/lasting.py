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

MOST = 1_000  # parts in one memory, of a few kilobytes each

_ends: ContextVar[list[datetime] | None] = ContextVar("ends", default=None)
_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("memory", default=None)


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
def keeping_in(memory: dict[Hashable, Any]) -> Iterator[None]:
    """Meanwhile, what is made of the content may be put there, and be taken from there."""
    token = _memory.set(memory)
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
    made, ends = memory.get(key, (None, None))
    if ends is None or any(end <= now for end in ends):
        with noting_ends() as noted:
            made = make()
        ends = [end for end in noted if end > now]
        if len(memory) < MOST:
            memory[key] = made, ends
    for end in ends:
        true_until(end)
    return made
