"""The sweep by itself: once a day, by one of the server's processes, beside whatever it answers.

The work is done by a process of its own, which lets everything else go first: it takes no worker's
time, and whatever happens to it happens to no answer.
"""

import fcntl
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from imrap_site.turns import VAR

FIRST = 5 * 60  # seconds after the start, which has enough to do
LOOK = 30 * 60  # between two looks whether it is time
OFTEN = 23 * 3600
LONGEST = 3600
MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
log = logging.getLogger(__name__)


def start(var=VAR, first=FIRST):
    """From a worker that has begun; gives the thread."""
    thread = threading.Thread(target=watch, args=(var, first), name="sweep", daemon=True)
    thread.start()
    return thread


def watch(var, first):
    time.sleep(first)
    while True:
        try:
            sweep_if_it_is_time(var)
        except Exception:  # whatever it is, the worker goes on
            log.exception("The quiet sweep failed.")
        time.sleep(LOOK)


def sweep_if_it_is_time(var):
    """Whether this process was the one to do it."""
    door = os.open(var / "last-sweep", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not is_time(door):
            return False
        os.pwrite(door, b"begun\n", 0)  # before: what fails is tried again tomorrow, not at once
        run()
        return True
    except BlockingIOError:  # another worker is at it
        return False
    finally:
        os.close(door)


def is_time(door):
    found = os.fstat(door)
    return found.st_size == 0 or time.time() - found.st_mtime > OFTEN


def run():
    command = [sys.executable, str(MANAGE), "sweep", "--gently"]
    done = subprocess.run(  # noqa: S603 (our own program)
        command, cwd=MANAGE.parent, capture_output=True, text=True, timeout=LONGEST
    )
    if done.returncode:
        log.error("The quiet sweep failed: %s", done.stderr.strip()[-1000:])
