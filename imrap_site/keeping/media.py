"""The uploaded files as backups, restores and moves see them: a folder, or a bucket."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from imrap_site.keeping.archive import CHUNK
from imrap_site.keeping.content import media_files
from imrap_site.keeping.manifest import MEDIA
from imrap_site.keeping.parts import is_bucket


class Found(NamedTuple):
    size: int
    mtime_ns: int


def of_the_site():
    return Bucket(default_storage) if is_bucket() else Folder(Path(settings.MEDIA_ROOT))


class Folder:
    def __init__(self, path):
        self.path = path

    def __str__(self):
        return str(self.path)

    def opened(self, name):
        return (self.path / name).open("rb")

    def take(self, name, file):
        """Whole or not at all."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.part")
        with half.open("wb") as copy:
            shutil.copyfileobj(file, copy, CHUNK)
        half.chmod(0o644)
        half.replace(target)

    def files(self):
        """{name: Found} of all that is not hidden."""
        return {
            name: found
            for name, path in media_files(self.path).items()
            if (found := self.found(path))
        }

    def found(self, path):
        with suppress(OSError):
            stat = path.lstat()
            return Found(stat.st_size, stat.st_mtime_ns)
        return None

    def copy(self, name, writer, scratch, progress):
        """The Member; None where the file went meanwhile."""
        with suppress(FileNotFoundError, NotADirectoryError):
            return writer.add(MEDIA + name, self.path / name, progress)
        return None


class Bucket:
    def __init__(self, storage):
        self.storage = storage
        self.known = {}

    def __str__(self):
        return f"the bucket {self.storage.bucket_name}"

    def opened(self, name):
        return self.storage.open(name)

    def files(self):
        self.known = {
            one.name: Found(one.size, int(one.modified * 10**9))
            for one in self.storage.listed()
            if not is_hidden(one.name)
        }
        return self.known

    def copy(self, name, writer, scratch, progress):
        """By way of a file here; what the former backup has already is not fetched again."""
        found = self.known.get(name) or self.files().get(name)
        if found is None:
            return None
        if same := writer.again(MEDIA + name, *found, progress):
            return same
        path = scratch / "file"
        path.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self.storage.fetch(name, path)
            os.utime(path, ns=(found.mtime_ns, found.mtime_ns))
            return writer.add(MEDIA + name, path, progress)
        return None

    def holds(self, name, size):
        found = self.known.get(name)
        return found is not None and found.size == size

    def take(self, name, file):
        self.storage.save(name, File(file))


def is_hidden(name):
    return any(part.startswith(".") for part in name.split("/"))
