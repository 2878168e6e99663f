"""Until when what is said now stays true, though nobody changes anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

_ends: ContextVar[list[datetime] | None] = ContextVar("ends", default=None)


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
