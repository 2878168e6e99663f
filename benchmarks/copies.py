"""A copy of the site with its richest example, served as `make run` serves it."""

import shutil
import subprocess
import sys
from contextlib import contextmanager

from benchmarks.processes import ROOT, CannotMeasure, a_free_port, environment, started

LEFT_OUT = {".git", ".venv", ".env", "var", "media", "node_modules", "test-results"}
FIXED = {"SECRET_KEY": 6 * "benchmark ", "ACCESS_LOG": "no"}


def a_copy(folder):
    """Nothing of what the developer's own site holds; its collected static files, where it has some."""

    def left_out(path, names):
        return LEFT_OUT if path == str(ROOT) else ()

    shutil.copytree(ROOT, folder, ignore=left_out)
    if (ROOT / "var/static-collected").exists():
        shutil.copytree(ROOT / "var/static", folder / "var/static")
        shutil.copy2(ROOT / "var/static-collected", folder / "var")
    for order in (["migrate"], ["seed", "--real-life"]):
        run(folder, "manage.py", *order, "--verbosity=0")
    return folder


def variables(**more):
    return environment(**FIXED | more)


def run(copy, *command):
    """What it prints."""
    how = {"cwd": copy, "env": variables(), "capture_output": True, "text": True}
    ended = subprocess.run([sys.executable, *command], **how)
    if ended.returncode:
        raise CannotMeasure(f"{' '.join(command)}: {ended.stderr[-2000:]}")
    return ended.stdout


@contextmanager
def serving(copy, **more):
    port = a_free_port()
    command = [sys.executable, "-m", "imrap_site.start"]
    with started(command, port, cwd=copy, env=variables(PORT=str(port), **more)) as server:
        yield server
