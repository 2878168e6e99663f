"""Turns: one at a time installs and prepares here, and nothing is replaced under what runs.

Two locks on files in var/; the system lifts them however a process ends. Only the standard
library, because installing takes its turn too.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var"


def take_turn():
    """Wait until nobody else installs or prepares here; the turn ends with the file given."""
    turn = (VAR / "turn").open("w")
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Waiting for what is being set up in this folder…", file=sys.stderr, flush=True)
        fcntl.flock(turn, fcntl.LOCK_EX)
    return turn


def hand_on(turn):
    """Let the program that takes this one's place keep the turn; gives what it has to close."""
    os.set_inheritable(turn.fileno(), True)
    return turn.fileno()


def stay():
    """From now on this process and all that it starts run from here, until they end."""
    door = os.open(VAR / "running", os.O_WRONLY | os.O_CREAT, 0o666)
    fcntl.flock(door, fcntl.LOCK_SH)
    os.set_inheritable(door, True)


def something_runs():
    """Whether a site or a test runs from here; while it is our turn, that can only end."""
    with (VAR / "running").open("w") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


if __name__ == "__main__":
    with take_turn():
        sys.exit(subprocess.run(sys.argv[1:]).returncode)  # noqa: S603 (what the caller typed)
