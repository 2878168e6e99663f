"""A folder of pages and files, and the list in it of all that stands there by our doing.

Each name is put on the list before its file is written, so that a run that is killed leaves nothing
behind that the next one doesn't know. What is not on the list is never touched.
"""

import os
from contextlib import suppress
from pathlib import Path, PurePosixPath

LIST = "made-by-export_site.txt"
HEADING = "Written by `manage.py export_site`, which takes away what it listed here and is no longer on the site."
PART = ".export_site-part"
CHUNK = 64 * 1024


class Refused(Exception):
    """A sentence that says why nothing is written, or not all."""


class Folder:
    def __init__(self, path):
        self.path = Path(path).absolute()
        self.written, self.kept, self.removed = 0, 0, 0
        self.listed, self.current = set(), {LIST}

    def open(self):
        """Makes it, or finds our list in it."""
        if self.path.exists() and not self.path.is_dir():
            raise Refused(f"{self.path} is no folder.")
        self.path.mkdir(parents=True, exist_ok=True)
        file = self.path / LIST
        if file.is_symlink() or (not file.is_file() and any(self.path.iterdir())):
            raise Refused(
                f"{self.path} is not empty and was not made by export_site: name another folder."
            )
        self.listed = set(read_list(file))
        if not file.exists():
            self.replace(LIST, [f"{HEADING}\n".encode()])
        return self

    def put(self, carried):
        """Writes a page or file unless it stands there already."""
        target = self.inside(carried.name)
        self.current.add(carried.name)
        if is_there(target, carried):
            self.list(carried.name)
            self.kept += 1
            return
        if os.path.lexists(target) and carried.name not in self.listed:
            raise Refused(f"{target} was not made by export_site: move it away.")
        self.list(carried.name)
        self.replace(carried.name, carried.chunks())
        self.written += 1

    def list(self, name):
        if name not in self.listed:
            with (self.path / LIST).open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")
            self.listed.add(name)

    def replace(self, name, chunks):
        """Whole or not at all."""
        target, part = self.inside(name), self.path / PART
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                file.writelines(chunks)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def finish(self):
        """Takes away what was listed once and is no longer carried."""
        by_case = {name.casefold() for name in self.current}
        for name in sorted(self.listed - self.current):
            # On a stick that doesn't tell A from a, the old name would be the new file.
            if name.casefold() not in by_case or not self.is_same_file(name):
                self.remove(name)
        lines = [HEADING, *sorted(self.current - {LIST})]
        self.replace(LIST, ["".join(f"{line}\n" for line in lines).encode()])

    def is_same_file(self, name):
        path = self.path / name
        current = [one for one in self.current if one.casefold() == name.casefold()]
        return path.exists() and any(path.samefile(self.path / one) for one in current)

    def remove(self, name):
        path = self.inside(name)
        if path.is_dir() and not path.is_symlink():
            return
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
            self.removed += 1
        for folder in list(path.relative_to(self.path).parents)[:-1]:
            with suppress(OSError):  # something else is in it
                (self.path / folder).rmdir()

    def inside(self, name):
        """Where a listed or carried name stands: never outside, whoever wrote the list."""
        parts = PurePosixPath(name).parts
        path = self.path.joinpath(*parts)
        way = [self.path.joinpath(*parts[:number]) for number in range(1, len(parts))]
        if not parts or name.startswith("/") or ".." in parts or any(map(Path.is_symlink, way)):
            raise Refused(f"{self.path / LIST} names “{name}”, which is not in this folder.")
        return path


def read_list(file):
    if not file.is_file():
        return []
    lines = file.read_text("utf-8", "replace").split("\n")
    # A run that was killed may have left half a line: its file was never begun.
    return [line for line in lines[1:-1] if line]


def is_there(target, carried):
    if target.is_symlink() or not target.is_file():
        return False
    size = target.stat().st_size
    if carried.size != size:
        return False
    # Uploaded files are named after their content; pages may be changed and yet as long.
    return carried.is_named_by_content or target.read_bytes() == b"".join(carried.chunks())
