"""Servers that the benchmark starts, each in a process group of its own, and what they cost."""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
SECONDS_TO_START = 60
# Of a person, whose reading is counted.
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


class CannotMeasure(Exception):
    """One sentence for whoever typed `make bench`."""


class Server(NamedTuple):
    port: int
    groups: tuple  # of processes, by whose work it answers

    def address(self, path=""):
        return f"http://{HOST}:{self.port}{path}"


def environment(**more):
    """None of the settings that a developer's shell may have."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | more


def a_free_port():
    with closing(socket.socket()) as door:
        door.bind((HOST, 0))
        return door.getsockname()[1]


@contextmanager
def started(command, port=None, ready=None, **options):
    """A server that answers, by http on `port` or as `ready` tells; ended with all its processes."""
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
        try:
            wait_until(ready or (lambda: answers(port)), process, printed)
            yield Server(port, (process.pid,))
        finally:
            end(process)


def wait_until(ready, process, printed):
    until = time.monotonic() + SECONDS_TO_START
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            printed.seek(0)
            raise CannotMeasure(f"{process.args[0]} did not start: {printed.read()[-2000:]}")
        time.sleep(0.005)


def answers(port):
    """Whether anything comes back at all."""
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def end(process, seconds=20):
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# What /proc says of a group of processes


def fields_of(stat):
    """Those of /proc/PID/stat behind the name, which may hold anything: the state is the first."""
    return stat.rpartition(")")[2].split()


def members(groups, proc=Path("/proc")):
    """(folder in /proc, fields of its stat) of each process of these groups."""
    for folder in proc.glob("[0-9]*"):
        try:
            fields = fields_of((folder / "stat").read_text())
        except OSError:  # it ended meanwhile
            continue
        if int(fields[2]) in groups:
            yield folder, fields


def cpu_seconds(groups, proc=Path("/proc")):
    """Used by these groups so far, with what their ended children used."""
    ticks = (sum(map(int, fields[11:15])) for _folder, fields in members(groups, proc))
    return sum(ticks) / TICKS


def pss_mib(groups, proc=Path("/proc")):
    """Memory, of which what processes share is counted once."""
    total = 0
    for folder, _fields in members(groups, proc):
        for line in (folder / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024
