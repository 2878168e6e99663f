"""Where finished pages are kept: a folder of files, which a restart and other processes find again."""

import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from io import BytesIO
from typing import NamedTuple

from django.conf import settings

from imrap_site.serving.languages import asked_for

LANGUAGE_PATHS = tuple(f"/{code}/" for code, _name in settings.LANGUAGES)
ROOM = 64 * 1024 * 1024  # bytes, of which addresses with a query, that anybody can invent, get
ROOM_OF_QUERIES = ROOM // 4
QUIET_SECONDS = 10  # after the last change, before its pages are asked anew
MOST_ASKED_ANEW = 500


class Address(NamedTuple):
    scheme: str
    host: str
    path: str
    query: str
    language: str  # that the browser asks for, where the path does not say it

    @classmethod
    def of(cls, environ):
        path = environ["PATH_INFO"]
        asked = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        return cls(
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST", ""),
            path,
            environ.get("QUERY_STRING", ""),
            "" if path.startswith(LANGUAGE_PATHS) else asked_for(asked),
        )

    @property
    def file_name(self):
        digest = hashlib.sha256("\n".join(self).encode("utf-8", "surrogateescape")).hexdigest()
        return f"{'query' if self.query else 'page'}-{digest[:40]}"

    def environ(self):
        """A request for it that nobody sent."""
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.host,
            "HTTP_ACCEPT_LANGUAGE": self.language,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": BytesIO(),
        }


class Page(NamedTuple):
    headers: list
    body: bytes
    made: float  # seconds since 1970
    stamp: tuple | None = None  # of the content before it was made
    until: float = 0  # the moment at which it stops being true by itself

    def is_fresh(self, stamp, now):
        return self.stamp is not None and self.stamp == stamp and now < self.until


class Store:
    """Pages in a folder. Whoever may not write there, or finds no room, keeps none."""

    def __init__(self, folder):
        self.folder, self.again = folder / "kept", folder / "again"
        self.written = 0

    def keep(self, place, address, page):
        """`place` is what open() gave before the page was made: meanwhile all may be forgotten."""
        head = json.dumps({"address": address, **page._asdict(), "body": None})
        with suppress(OSError):
            write_into(place, address.file_name, head.encode() + b"\n" + page.body)
            self.written += len(page.body)
            if self.written > ROOM // 16:
                self.written = 0
                self.trim()

    def open(self):
        """The folder as it stands now, to be closed; None where there can't be one."""
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)

    def find(self, address):
        try:
            head, _end, body = (self.folder / address.file_name).read_bytes().partition(b"\n")
            found = json.loads(head)
            stamp = found["stamp"] and tuple(found["stamp"])
            headers = [tuple(header) for header in found["headers"]]
            return Page(headers, body, found["made"], stamp, found["until"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def trim(self):
        """The oldest go first: among addresses with a query, then among all."""
        files = [
            (file.stat().st_mtime, file.stat().st_size, file) for file in self.folder.iterdir()
        ]
        queries = [one for one in files if one[2].name.startswith("query-")]
        for some, room in ((queries, ROOM_OF_QUERIES), (files, ROOM)):
            total = sum(size for _when, size, _file in some)
            for _when, size, file in sorted(some):
                if total > room:
                    file.unlink(missing_ok=True)
                    total -= size

    def forget(self):
        """Empty it, and write down what was there."""
        gone = self.folder.with_name(f"gone-{os.urandom(8).hex()}")
        try:
            self.folder.rename(gone)
        except OSError:
            return
        with suppress(OSError), self.again.open("ab") as again:
            for file in gone.iterdir():
                with file.open("rb") as page:
                    again.write(page.readline())
        shutil.rmtree(gone, ignore_errors=True)

    def forget_older(self, stamp):
        """What another machine has changed. A change on this one has emptied the store by itself."""
        with suppress(OSError):
            heads = (head_of(file) for file in self.folder.iterdir())
            if any(head.get("stamp") not in (None, list(stamp)) for head in heads):
                self.forget()

    def take_forgotten(self):
        """The addresses to ask anew, once the content has rested; given to one process alone."""
        taken = self.again.with_name(f"taken-{os.getpid()}")
        try:
            if time.time() - self.again.stat().st_mtime < QUIET_SECONDS:
                return []
            self.again.rename(taken)
            heads = taken.read_bytes().splitlines()
        except OSError:
            return []
        taken.unlink(missing_ok=True)
        found = {}
        for head in heads:
            with suppress(ValueError, KeyError, TypeError):
                found[Address(*json.loads(head)["address"])] = None
        return sorted(found, key=lambda address: bool(address.query))[:MOST_ASKED_ANEW]


def head_of(file):
    try:
        with file.open("rb") as page:
            found = json.loads(page.readline())
    except (OSError, ValueError):
        found = None
    return found if isinstance(found, dict) else {}


def write_into(place, name, content):
    """Whole or not at all, into an open folder, which somebody may have moved away."""
    draft = f".{name}-{os.urandom(4).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with open(os.open(draft, flags, 0o600, dir_fd=place), "wb") as file:
            file.write(content)
        os.rename(draft, name, src_dir_fd=place, dst_dir_fd=place)
    except OSError:
        with suppress(OSError):
            os.unlink(draft, dir_fd=place)
        raise
