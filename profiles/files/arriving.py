"""Uploads on their way in: bounded before they lie on the disk, and no error where that is full.

What passes a bound, or finds no room, is read to its end and forgotten; the form that comes with it
arrives whole, and its field says why the file is missing.
"""

import io
import os
import re
import shutil
import tempfile
from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from profiles.files.documents import FORMATS, SIGNATURES
from profiles.files.limits import largest
from profiles.files.pictures import READABLE
from profiles.words import MEGABYTE

ROOM_LEFT = 50 * MEGABYTE  # which uploads leave to all else that needs the temporary folder
TOO_LARGE, NO_ROOM, GONE = "too_large", "no_room", "gone"


class RefusedUpload(UploadedFile):
    """The name and the size of what was not taken; `refusal` says why."""

    def __init__(self, name: str, size: int, refusal: str, limit: int) -> None:
        super().__init__(io.BytesIO(), name, size=size)
        self.refusal, self.limit = refusal, limit


class BoundedUploadHandler(TemporaryFileUploadHandler):
    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0  # bytes of all files of this form

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.refusal, self.limit = "", 0
        try:
            super().new_file(*args, **kwargs)
        except OSError:
            self._refuse(NO_ROOM)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start == 0:
            self.limit = largest(kind_of(raw_data))
        self.received += len(raw_data)
        if self.refusal:
            return
        if start + len(raw_data) > self.limit:
            self._refuse(TOO_LARGE)
        elif self.received > largest("form"):
            self.limit = largest("form")
            self._refuse(TOO_LARGE)
        elif not has_room(len(raw_data)):
            self._refuse(NO_ROOM)
        else:
            self._write(raw_data)

    def _write(self, raw_data: bytes) -> None:
        try:
            self.file.write(raw_data)
        except OSError:
            self._refuse(NO_ROOM)

    def _refuse(self, reason: str) -> None:
        self.refusal = reason
        self.upload_interrupted()

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            with suppress(OSError):  # a full disk can keep what was not written from being closed
                self.file.close()
            with suppress(OSError):
                os.remove(self.file.temporary_file_path())

    def file_complete(self, file_size: int) -> UploadedFile:
        if not self.refusal:
            with suppress(OSError):
                self.file.flush()
                return super().file_complete(file_size)
            self._refuse(NO_ROOM)
        return RefusedUpload(str(self.file_name), file_size, self.refusal, self.limit)


def has_room(size: int) -> bool:
    try:
        return shutil.disk_usage(tempfile.gettempdir()).free - size > ROOM_LEFT
    except OSError:
        return False


def kind_of(head: bytes) -> str:
    """Which bound holds for a file that begins so; what nobody knows is as small as a document."""
    for format, mark in SIGNATURES.items():
        if re.match(mark, head[:512], re.DOTALL):
            return FORMATS[format].kind
    is_picture = any(re.match(mark, head[:4_096], re.DOTALL) for mark in READABLE.values())
    return "picture" if is_picture else "document"
