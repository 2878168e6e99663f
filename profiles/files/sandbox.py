"""Foreign bytes are opened in a child process: what overwhelms it costs its file, not the site."""

import errno
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

from profiles.files import child
from profiles.files.child import Answer

logger = logging.getLogger("django.files")  # settings say where it prints
CPU_SECONDS = 20
SECONDS = 22  # on the wall, where others want the processor too
ROOT = Path(child.__file__).resolve().parents[2]
# One at a time in each process of the server: pictures use all processors anyway, and eight large
# ones at once would take the memory of a small machine.
CHILDREN = BoundedSemaphore(1)
PATIENCE = 120  # seconds that a file waits for its turn
# By these the limits end a process, and by these libraries end it that find no memory.
TOO_HEAVY_SIGNALS = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL} | {
    *(signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS)
}


def read_in_child(reader: str, file: Any, **options: Any) -> Answer:
    """What a module's read() finds in an open binary file: (found, {name: content}).

    `found` has a "flaw" where the bytes are bad; "too_heavy" where they asked for more than a
    child process gets or broke the program that read them; "no_turn" where others were in the way.
    """
    if not CHILDREN.acquire(timeout=PATIENCE):
        return {"flaw": "no_turn"}, {}
    try:
        with _on_disk(file) as source, TemporaryFile() as answer:
            status = _status_of_child(reader, source, answer, options)
            if status == child.TOO_HEAVY or -status in TOO_HEAVY_SIGNALS:
                return {"flaw": "too_heavy"}, {}
            _require_success(status)
            answer.seek(0)
            return _read_answer(answer)
    finally:
        CHILDREN.release()


def _status_of_child(
    reader: str, source: IO[bytes], answer: IO[bytes], options: dict[str, Any]
) -> int:
    limits = [str(CPU_SECONDS), str(SECONDS)]
    process = subprocess.Popen(  # noqa: S603 (our own interpreter, no shell)
        [
            sys.executable,
            "-m",
            child.__name__,
            reader,
            str(os.getpid()),
            *limits,
            json.dumps(options),
        ],
        stdin=source,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=_environment(),
    )
    try:
        return process.wait(SECONDS + 2)
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    finally:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    """What Python needs to start, and no secret."""
    needed = ("LD_", "DYLD_", "PYTHON", "TMPDIR")
    kept = {name: os.environ[name] for name in os.environ if name.startswith(needed)}
    # Each thread of an encoder would otherwise reserve memory for itself.
    return {**kept, "MALLOC_ARENA_MAX": "2"}


def _require_success(status: int) -> None:
    if status == child.NO_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if status != 0:
        raise RuntimeError(f"The child process for foreign bytes ended with {status}.")


def _read_answer(answer: IO[bytes]) -> Answer:
    found, sizes = json.loads(answer.readline())
    if "trace" in found:
        logger.error("A file could not be read:\n%s", found["trace"])
    return found, {name: answer.read(size) for name, size in sizes.items()}


@contextmanager
def _on_disk(file: Any) -> Iterator[IO[bytes]]:
    """The bytes as a file of the system, with a position that nobody else moves."""
    if path := _path_of(file):
        with path.open("rb") as source:
            yield source
        return
    with TemporaryFile() as source:
        file.seek(0)
        shutil.copyfileobj(file, source)
        source.seek(0)
        yield source


def _path_of(file: Any) -> Path | None:
    """Where a file lies that has a name and is still what the name leads to."""
    inner = file
    while hasattr(inner, "file"):
        inner = inner.file
    name = getattr(inner, "name", None)
    if not (isinstance(name, str) and os.path.isabs(name) and os.path.exists(name)):
        return None
    inner.flush()
    return Path(name) if os.path.samestat(os.fstat(inner.fileno()), os.stat(name)) else None
