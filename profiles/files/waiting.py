"""Files that wait in var/ until their person goes on: few, for a day at most, the oldest goes first.

Where files lie on an S3 server, which several hosts share, what waits lies there too, so that the host
that gets the next form finds it.
"""

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from profiles.files.limits import largest

LONGEST_WAIT = 24 * 3600  # seconds
TOKEN = re.compile(r"[\w-]+\.[\w-]+", re.ASCII)
PIECE = 2**20
ELSEWHERE = ".waiting"  # on the server that hosts share; no address leads there


class Waiting(NamedTuple):
    path: Path
    size: int
    since: float

    @property
    def owner(self) -> str:
        return self.path.name.partition(".")[0]


@dataclass(frozen=True)
class WaitingRoom:
    """A folder of var/, with as many files and bytes as one person, and all, may leave there."""

    folder_name: str
    files_of_one: int
    files_of_all: int
    bytes_of_one: int
    bytes_of_all: int

    @property
    def folder(self) -> Path:
        return Path(settings.VAR_DIR) / self.folder_name

    def keep(self, owner: object, file: IO[bytes], name: str = "") -> str:
        """Let a file wait for its owner; gives the token that names it. OSError where it can't.

        One `name` holds one content: what waits already only begins to wait anew.
        """
        token = f"{owner}.{name or secrets.token_urlsafe(16)}"
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (old := self.path_of(token)) and old.stat().st_size == size:
            os.utime(old)
        else:
            self._make_room(str(owner), size)
            self._write(token, lambda copy: shutil.copyfileobj(file, copy, PIECE))
        if storage := shared():
            file.seek(0)
            storage.save(self._name_elsewhere(token), File(file))
        return token

    def _name_elsewhere(self, token: str) -> str:
        return f"{ELSEWHERE}/{self.folder_name}/{token}"

    def _write(self, token: str, fill: Callable[[IO[bytes]], Any]) -> None:
        half = self.folder / f".{token}"
        try:
            with open(half, "wb", opener=partial(os.open, mode=0o600)) as copy:
                fill(copy)
            os.replace(half, self.folder / token)
        except OSError:
            half.unlink(missing_ok=True)
            raise

    def path_of(self, token: str) -> Path | None:
        """Where a waiting file lies; None where it waits no more."""
        path = self.folder / token
        if not TOKEN.fullmatch(token):
            return None
        if not path.is_file() and (storage := shared()):
            with suppress(FileNotFoundError):
                self._fetch(storage, token)
        return path if path.is_file() else None

    def _fetch(self, storage: Any, token: str) -> None:
        with storage.open(self._name_elsewhere(token)) as file:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(token, lambda copy: shutil.copyfileobj(file, copy, PIECE))

    def drop(self, token: str) -> None:
        if TOKEN.fullmatch(token):
            self.remove(self.folder / token)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        if TOKEN.fullmatch(path.name) and (storage := shared()):
            with suppress(OSError):  # then the sweep will
                storage.delete(self._name_elsewhere(path.name))

    def overdue(self) -> list[Path]:
        """What nobody came back for, and what a killed process left half-written."""
        return [one.path for one in self._all() if time.time() - one.since > LONGEST_WAIT]

    def forget_old(self) -> int:
        """Take that away; gives how many files it were."""
        old = self.overdue()
        for path in old:
            self.remove(path)
        return len(old)

    def overdue_elsewhere(self) -> list[Any]:
        """The same on the server that hosts share, each with its name, size and time."""
        storage = shared()
        found = storage.listed(self._name_elsewhere("")) if storage else ()
        return [one for one in found if time.time() - one.modified > LONGEST_WAIT]

    def _make_room(self, owner: str, size: int) -> None:
        self.forget_old()
        if size > self.bytes_of_one or shutil.disk_usage(self.folder).free < 2 * size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        oldest_first = sorted(self._all(), key=lambda one: one.since)
        mine = [one for one in oldest_first if one.owner == owner]
        gone = self._let_go(mine, self.files_of_one, self.bytes_of_one - size)
        left = [one for one in oldest_first if one not in gone]
        self._let_go(left, self.files_of_all, self.bytes_of_all - size)

    def _all(self) -> Iterator[Waiting]:
        with suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                with suppress(FileNotFoundError):
                    stat = path.stat()
                    yield Waiting(path, stat.st_size, stat.st_mtime)

    def _let_go(self, oldest_first: list[Waiting], files: int, size: int) -> set[Waiting]:
        """Drop the oldest until one more fits among so many files and bytes."""
        held, gone = sum(one.size for one in oldest_first), set()
        for number, one in enumerate(oldest_first):
            if len(oldest_first) - number < files and held <= size:
                break
            self.remove(one.path)
            held -= one.size
            gone.add(one)
        return gone


def shared() -> Any:
    """The storage of files where it is one that all hosts ask; None where it is this one's folder."""
    return default_storage if hasattr(default_storage, "renew") else None


def uploads() -> WaitingRoom:
    """Where chosen files wait while their form is refused."""
    return WaitingRoom(
        "uploads",
        files_of_one=20,
        files_of_all=100,
        bytes_of_one=largest("form"),
        bytes_of_all=4 * largest("form"),
    )


def thumbnails() -> WaitingRoom:
    """Of the pictures among them, a small variant each, so that their form can show them."""
    return WaitingRoom(
        "thumbnails",
        files_of_one=20,
        files_of_all=100,
        bytes_of_one=20 * 2**20,
        bytes_of_all=40 * 2**20,
    )
