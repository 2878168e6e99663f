"""Finished answers in the memory of a process, as they are sent, one for each encoding."""

import time
from threading import Lock
from typing import NamedTuple

from imrap_site.serving.pages.compression import about_the_kept, compressed, is_known

ROOM = 8 * 1024 * 1024  # bytes in each process
ROOM_OF_QUERIES = ROOM // 4  # of addresses with a query, which anybody can invent


class Answer(NamedTuple):
    stamp: tuple | None
    until: float  # seconds since 1970
    headers: list
    body: tuple  # of one piece

    @classmethod
    def of(cls, page, encoding):
        headers, body = compressed(page.headers, page.body, encoding)
        return cls(page.stamp, page.until, headers, (body,))

    def send(self, environ, start_response):
        if is_known(environ, self.headers):
            start_response("304 Not Modified", about_the_kept(self.headers))
            return ()
        start_response("200 OK", with_end_for_nginx(environ, self.headers))
        return () if environ["REQUEST_METHOD"] == "HEAD" else self.body


def with_end_for_nginx(environ, headers):
    """nginx counts whole seconds, so "for a second" lasts up to two there; it also takes a moment at
    which a page ends, and keeps that to itself. The shipped file names itself by this header."""
    if "HTTP_X_SENDFILE_TYPE" not in environ:
        return headers
    return [*headers, ("X-Accel-Expires", f"@{int(time.time())}")]


class Shelf:
    """A dictionary of so many bytes; what was put there first goes first."""

    def __init__(self, room):
        self.room, self.taken = room, 0
        self.answers, self.lock = {}, Lock()
        self.get = self.answers.get

    def put(self, key, answer):
        with self.lock:
            self.take_away(key)
            self.answers[key] = answer
            self.taken += size_of(answer)
            while self.taken > self.room:
                self.take_away(next(iter(self.answers)))

    def take_away(self, key):
        if gone := self.answers.pop(key, None):
            self.taken -= size_of(gone)


def size_of(answer):
    return len(answer.body[0]) + 2_000  # its headers and its address


class Answers:
    def __init__(self):
        self.pages, self.queries = Shelf(ROOM), Shelf(ROOM_OF_QUERIES)

    def find(self, address, encoding, stamp, now):
        """What is true under this stamp, and now."""
        answer = self.shelf(address).get((address, encoding))
        if answer and answer.stamp == stamp and now < answer.until:
            return answer
        return None

    def add(self, address, encoding, page):
        answer = Answer.of(page, encoding)
        if answer.stamp is not None:
            self.shelf(address).put((address, encoding), answer)
        return answer

    def shelf(self, address):
        return self.queries if address.query else self.pages
