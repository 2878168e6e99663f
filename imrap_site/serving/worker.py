"""gunicorn's threads, which never wait for a slow request: one loop gathers it first.

gthread hands each connection to a thread at its first byte, which then waits at the client's speed:
as many trickled requests as there are threads silence a site. Here a thread gets a request once its
head has arrived whole, and a short body with it. Long bodies, which only staff may send, and slow
readers hold a thread, of which there are many (gunicorn.conf.py).
"""

import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from urllib.parse import quote

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_BYTES = 64 * 1024  # gunicorn has its own limits for each line; this one is for all together
SHORT_BODY = 64 * 1024  # a long one goes on arriving while a thread reads it
HEAD_SECONDS = 15
BODY_SECONDS = 60
SILENT_SECONDS = 60  # that a thread waits for a client that neither sends nor takes a byte
REST_SECONDS = 0.5  # for what is left of a body that was not read
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
# Its sender waits for an answer before it goes on.
EXPECTS = re.compile(rb"\r\nexpect[ \t]*:", re.IGNORECASE)
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"


def missing(received):
    """How many bytes a thread would have to wait for; None while nobody can tell."""
    end = received.find(HEAD_END)
    if end < 0:
        return None
    head = received[: end + 2]
    length = LENGTH.search(head)
    if length is None or EXPECTS.search(head) or int(length[1]) > SHORT_BODY:
        return 0
    return max(0, end + len(HEAD_END) + int(length[1]) - len(received))


@dataclass(eq=False)
class Gathering:
    """What of a request has arrived, and until when the rest may."""

    connection: TConn
    until: float
    received: bytearray = field(default_factory=bytearray)


class GatheringWorker(ThreadWorker):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.gatherings = set()

    def enqueue_req(self, conn):
        """Where gthread would take a thread for whatever comes."""
        conn.sock.setblocking(False)
        gathering = Gathering(conn, time.monotonic() + HEAD_SECONDS)
        if conn.parser:  # what was read behind the request before this one
            gathering.received += conn.parser.unreader.take_buffered()
        self.gatherings.add(gathering)
        arrived = partial(self.on_arrival, gathering)
        self.poller.register(conn.sock, EVENT_READ, arrived)
        arrived(conn.sock)

    def on_arrival(self, gathering, sock):
        try:
            piece = sock.recv(HEAD_BYTES)
        except BlockingIOError:
            return self.go_on(gathering)
        except OSError:
            return self.leave(gathering)
        if not piece:
            return self.leave(gathering)
        gathering.received += piece
        return self.go_on(gathering)

    def go_on(self, gathering):
        left = missing(gathering.received)
        if left == 0:
            self.hand_over(gathering)
        elif left:
            gathering.until = max(gathering.until, time.monotonic() + BODY_SECONDS)
        elif len(gathering.received) > HEAD_BYTES:
            self.leave(gathering, TOO_LARGE)

    def hand_over(self, gathering):
        conn = gathering.connection
        self.forget(gathering)
        conn.data_ready = True
        conn.init()
        conn.parser.unreader.unread(bytes(gathering.received))
        super().enqueue_req(conn)

    def leave(self, gathering, answer=b""):
        self.forget(gathering)
        self.nr_conns -= 1
        with suppress(OSError):  # who left needs no answer
            gathering.connection.sock.send(answer)
        gathering.connection.close()

    def forget(self, gathering):
        self.gatherings.remove(gathering)
        self.poller.unregister(gathering.connection.sock)

    def murder_pending(self):
        """In each round of the loop: whoever has had their time has to come again."""
        super().murder_pending()
        now = time.monotonic() if self.alive else float("inf")
        for gathering in [one for one in self.gatherings if one.until < now]:
            self.leave(gathering)

    def handle(self, conn):
        goes_on = super().handle(conn)
        if not goes_on:
            conn.close(graceful=True)  # which waits for the client, so not in the loop
        return goes_on

    def handle_request(self, req, conn):
        conn.sock.settimeout(SILENT_SECONDS)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            return False

    def _keepalive_after(self, conn, keepalive):
        """Whether another request may follow; not where much of a refused body is still to come."""
        return keepalive and conn.parser.finish_body(deadline=time.monotonic() + REST_SECONDS)


SECRET_PATHS = ("/accounts/password/reset/key/",)


class AccessLog(Logger):
    """A line for each request: no query, which may hold what a visitor looks for or a secret."""

    def atoms(self, resp, req, environ, request_time):
        found = super().atoms(resp, req, environ, request_time)
        path = environ.get("PATH_INFO", "")
        secret = next((start for start in SECRET_PATHS if path.startswith(start)), None)
        # Quoted again, so that no line end in it makes another line.
        found["U"] = f"{secret}…" if secret else quote(path.encode("latin-1", "replace"))
        # The last one, which the web server on this machine has added.
        found["a"] = environ.get("HTTP_X_FORWARDED_FOR", found["h"]).rpartition(",")[2].strip()
        return found
