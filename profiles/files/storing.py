"""Names and bytes of uploaded files: shown safely, named after their content, stored whole."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import PurePosixPath
from posixpath import normpath
from typing import IO, Any, TypeVar

from django.core.files import File
from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile
from django.utils.timezone import localdate

from profiles.addresses import readable_name

Found = TypeVar("Found")
READINGS = "_readings"  # what a file has on it of what was found in it


def size_of(file: IO[bytes]) -> int:
    return file.seek(0, os.SEEK_END)


def sha256_of(file: Any) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def read_once(reading: Callable[[Any], Found]) -> Callable[[Any], Found]:
    """Keep what a reading of a file found on the file itself, for whoever asks again.

    A form reads an upload before its transaction begins; field and model then find the result.
    """

    @wraps(reading)
    def kept_reading(file: Any) -> Found:
        holder = file.file if isinstance(file, FieldFile) else file
        if not isinstance(holder, File):
            return reading(file)
        readings = holder.__dict__.setdefault(READINGS, {})
        if kept_reading not in readings:
            readings[kept_reading] = reading(holder)
        return readings[kept_reading]

    return kept_reading


# Names


def is_plain_name(name: str) -> bool:
    """Whether it means the folder that it says: another one would be judged by the wrong folder."""
    return normpath(name) == name and "\0" not in name


def shown_name(name: str) -> str:
    """A file name fit for a message: 60 characters with its end, none that turns the line."""
    name = "".join(character for character in _last_part(name) if character.isprintable())
    return name if len(name) <= 60 else f"{name[:47]}…{name[-12:]}"


def _last_part(name: str) -> str:
    return str(name or "").replace("\\", "/").rpartition("/")[2]


def suffix_of(name: str) -> str:
    return PurePosixPath(_last_part(name)).suffix[1:].lower()


def stored_name(sha256: str, filename: str, format: str, prefix: str = "") -> str:
    """`papers/<16 hex>/readable-name.pdf`: contents never collide, and a download reads well."""
    stem = PurePosixPath(_last_part(filename)).stem
    readable = readable_name(stem.replace(".", "-")) or f"document-{localdate()}"
    return f"{prefix}/{sha256[:16]}/{readable}.{format}".lstrip("/")


# Bytes


def hold_on_to(storage: Storage, name: str) -> bool:
    """Whether the file is there; it counts as new from now on, so that no sweep takes it away."""
    if renew := getattr(storage, "renew", None):  # on a server elsewhere
        return bool(renew(name))
    if not storage.exists(name):
        return False
    try:
        os.utime(storage.path(name))
    except FileNotFoundError:  # swept at this moment
        return False
    return True


def put(storage: Storage, files: dict[str, File]) -> None:
    """Store files, {name: content}, all or none; what a killed process left there is replaced."""
    try:
        for name, content in files.items():
            storage.delete(name)
            stored = storage.save(name, content)
            if stored != name:  # Somebody stored the same content a moment earlier.
                storage.delete(stored)
    except BaseException:  # a worker that is told to stop leaves nothing half-written either
        for name in files:
            with suppress(OSError):  # The error that led here is the one to report.
                storage.delete(name)
        raise
