"""Installs what a lock file names into .venv: `python3 -m imrap_site.install requirements.txt`.

And what only PostgreSQL, Redis or an S3 server need, where the settings name one. Only the standard
library: it is what a newcomer's own Python runs.
"""

import os
import re
import subprocess
import sys
from importlib.util import find_spec

from imrap_site.start import CannotStart, must_be_writable, say
from imrap_site.turns import VAR, something_runs, take_turn

ROOT = VAR.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
QUIETLY = ("install", "-qq", "--no-input", "--disable-pip-version-check")
SITE, SITE_AND_TESTS = "requirements.txt", "requirements-dev.txt"
SCALE = "requirements-scale.txt"
NEEDS_SCALE = re.compile(
    r"""\s*(export\s+)?(DATABASE_URL\s*=\s*["']?(postgres|pgsql|psql)|(CACHE|MEDIA)_URL\s*=\s*["']?\w)"""
)


def main(lock):
    try:
        install(lock)
        if needs_scale():
            install(SCALE)
    except (CannotStart, OSError) as problem:
        sys.exit(f"The installation can't begin. {problem}")
    except subprocess.CalledProcessError:
        sys.exit("The installation stopped. The next make begins it anew.")
    except KeyboardInterrupt:
        sys.exit(130)


def needs_scale():
    """Whether the environment or .env names a server that needs more packages."""
    lines = [f"{name}={text}" for name, text in os.environ.items()]
    if (ROOT / ".env").is_file():
        lines += (ROOT / ".env").read_text("utf-8", "replace").splitlines()
    return any(map(NEEDS_SCALE.match, lines))


def install(lock):
    if is_installed(lock):
        return
    must_be_writable(VAR)
    with take_turn() as turn:
        if is_installed(lock):  # by whoever we waited for
            return
        is_added = can_be_added(lock)
        if not is_added:
            must_be_able_to_begin()
        say(f"Installing what {lock} locks, which may take some minutes…")
        # If only this process is killed, pip goes on, and the turn is still its own.
        hold = {"pass_fds": [turn.fileno()]}
        if not is_added and lock != SCALE:
            run(sys.executable, "-m", "venv", "--clear", VENV, **hold)
        unfinished().touch()
        run(PYTHON, "-m", "pip", *QUIETLY, "--require-hashes", "--requirement", lock, **hold)
        keep_stamps(lock)


def is_installed(lock):
    return (
        stamp(lock).exists() and stamp(lock).read_bytes() == (ROOT / lock).read_bytes() and works()
    )


def stamp(lock):
    """A copy of the lock, made when all of it was installed."""
    return VENV / f"installed-{lock}"


def unfinished():
    return VENV / "unfinished"


def works():
    """Whether the Python of .venv is still there: the system's may have been upgraded since."""
    try:
        run(PYTHON, "-c", "import django", stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def can_be_added(lock):
    """Whether only a part on top is missing: it is put beside what may be running already."""
    is_first = lock != SITE and not stamp(lock).exists() and not unfinished().exists()
    return is_first and is_installed(SITE)


def must_be_able_to_begin():
    if find_spec("ensurepip") is None:
        raise CannotStart(
            "This Python cannot make virtual environments; on Debian: apt install python3-venv"
        )
    if something_runs():
        raise CannotStart(
            "What runs from this folder, a site or its tests, uses what would be replaced: "
            "stop it first."
        )
    must_be_writable(VENV)


def keep_stamps(lock):
    os.sync()  # a power cut must not keep a stamp and lose what it stands for
    locks = {SITE, lock}  # what tests need is locked on top of what the site needs
    for name in locks:
        stamp(name).write_bytes((ROOT / name).read_bytes())
    unfinished().unlink()


def run(*command, **options):
    subprocess.run(command, cwd=ROOT, check=True, **options)  # noqa: S603 (nothing of it is foreign)


if __name__ == "__main__":
    main(*sys.argv[1:])
