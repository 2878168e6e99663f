"""People on bad lines, and those who only act so: many at once, each a few bytes at a time."""

import socket
import threading
import time
from contextlib import contextmanager, suppress

TICK = 0.2  # seconds


@contextmanager
def a_crowd(port, number, opening, trickle=b"x", reads=0, encrypted=None):
    """`number` connections that say `opening`, then a byte of `trickle` and read `reads` bytes a tick;
    by TLS where `encrypted` is its context."""
    people = [_somebody(port, opening, encrypted) for _ in range(number)]
    leave = threading.Event()
    dawdling = threading.Thread(target=_dawdle, args=(people, trickle, reads, leave))
    dawdling.start()
    try:
        time.sleep(1)
        yield people
    finally:
        leave.set()
        dawdling.join()
        for line in people:
            line.close()


def _somebody(port, opening, encrypted):
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(10)
    line.connect(("127.0.0.1", port))
    if encrypted:
        line = encrypted.wrap_socket(line, server_hostname="127.0.0.1")
    line.sendall(opening)
    line.setblocking(False)
    return line


def _dawdle(people, trickle, reads, leave):
    while not leave.wait(TICK):
        for line in people:
            with suppress(OSError):  # who was sent away is no slower for it
                if trickle:
                    line.send(trickle)
                if reads:
                    line.recv(reads)


def half_a_head(host="127.0.0.1"):
    return f"GET /fr/ HTTP/1.1\r\nHost: {host}\r\nX-Slow: ".encode()


def a_trickled_form(host="127.0.0.1", length=2_000, path="/accounts/login/"):
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {length}\r\n\r\nlogin="
    ).encode()


def a_slow_reader(path, host="127.0.0.1"):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
