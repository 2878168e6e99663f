"""What runs in the child process that opens foreign bytes: it limits itself, reads, answers, ends.

Its standard input is the file, its standard output the answer: a line of JSON, then the bytes of
the files it made. It imports no Django and no setting, so it starts fast and knows no secret.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from typing import Any

# What was found, and the files that were made, by their names.
Answer = tuple[dict[str, Any], dict[str, bytes]]

EMPTIED = "emptied"  # the name, among these, of a document that says nothing of its maker any more

MEMORY = 2**30
ANSWER = 2**28
READERS = (
    "pdf",
    "pixels",
    "films",
    "sounds",
    "office",
)  # modules with a read() that gives (what it found, files)

TOO_HEAVY, NO_ROOM = 70, 74  # how the process ends where a limit or the disk was in its way
END_WITH_PARENT = 1  # Linux: PR_SET_PDEATHSIG


def main(reader: str, parent: str, cpu_seconds: str, seconds: str, options: str) -> None:
    end_with(int(parent))
    set_limits(int(cpu_seconds), int(seconds))
    try:
        answer(*read(reader, json.loads(options)))
    except MemoryError:
        sys.exit(TOO_HEAVY)
    except OSError:
        sys.exit(NO_ROOM)
    # Nothing is tidied up: the end of a process frees memory faster than its libraries do.
    os._exit(0)


def read(reader: str, options: dict[str, Any]) -> Answer:
    try:
        module = import_module(f"profiles.files.{READERS[READERS.index(reader)]}")
        return module.read(sys.stdin.buffer, **options)
    except MemoryError:
        raise
    except Exception:  # A fault of ours costs one file too, and is told to whoever keeps the site.
        return {"flaw": "too_heavy", "trace": traceback.format_exc()}, {}


def end_with(parent: int) -> None:
    """Elsewhere than on Linux the limits alone end what has lost its parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit()


def set_limits(cpu_seconds: int, seconds: int) -> None:
    """Of memory and time; the kernel ends whatever passes them, also in C code."""
    limit(resource.RLIMIT_CPU, cpu_seconds)
    limit(resource.RLIMIT_FSIZE, ANSWER)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_AS, MEMORY)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def limit(resource_of_ours: int, amount: int) -> None:
    _soft, hard = resource.getrlimit(resource_of_ours)
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    with suppress(ValueError, OSError):  # macOS has no limit of memory
        resource.setrlimit(resource_of_ours, (amount, amount))


def answer(found: dict[str, Any], files: dict[str, bytes]) -> None:
    sizes = {name: len(content) for name, content in files.items()}
    out = sys.stdout.buffer
    out.write(json.dumps([found, sizes]).encode() + b"\n")
    for content in files.values():
        out.write(content)
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
