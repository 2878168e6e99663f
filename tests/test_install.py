"""What `make install` does: as real processes, but with a Python that only pretends to install."""

import fcntl
import shutil
import subprocess
import sys
import time

import pytest

from imrap_site.start import ROOT
from tests.builders import environment

pytestmark = pytest.mark.server

PARTS = ["imrap_site", "scripts", "Makefile", "requirements.txt", "requirements-dev.txt"]
PARTS += ["requirements-scale.txt"]

# The newcomer's own: real, save that it makes a .venv whose Python is the next one.
PYTHON = f"""#!/bin/sh
case "$1 $2" in
  "-m venv") echo venv >> calls; rm -rf .venv; mkdir -p .venv/bin; cp installed .venv/bin/python;;
  "-m imrap_site.install") shift 2; exec {sys.executable} -c "
import runpy, sys
sys.executable, *sys.argv = '$0', 'install', '$@'
runpy.run_module('imrap_site.install', run_name='__main__')";;
  *) exec {sys.executable} "$@";;
esac
"""
# It installs nothing: at once, or once the line is no more slow, or until it is cut.
INSTALLED = f"""#!/bin/sh
case "$*" in
  *pip*) for last; do :; done; echo "pip $last" >> calls; while test -e slow; do sleep 0.1; done; test ! -e cut;;
  *) exec {sys.executable} "$@";;
esac
"""


@pytest.fixture
def copy(tmp_path):
    """A clone before its first `make`."""
    for part in PARTS:
        copied = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copied(ROOT / part, tmp_path / part)
    for name, text in {"python": PYTHON, "installed": INSTALLED}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "calls").touch()
    return tmp_path


def make(copy, target, python="python"):
    command = ["make", "--no-print-directory", target, f"PYTHON={copy / python}"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=copy, env=environment(), **pipes)


def said(process):
    """What it printed, less make's own lines; nothing of it is a trace."""
    printed, _nothing = process.communicate(timeout=30)
    assert "Traceback" not in printed
    return [line for line in printed.splitlines() if not line.startswith("make")]


def calls(copy):
    """What was called since the last time this was asked."""
    lines = (copy / "calls").read_text().splitlines()
    (copy / "calls").write_text("")
    return lines


INSTALLING = "Installing what requirements.txt locks, which may take some minutes…"
INSTALLING_ALL = "Installing what requirements-dev.txt locks, which may take some minutes…"
INSTALLING_SCALE = "Installing what requirements-scale.txt locks, which may take some minutes…"
WAITING = "Waiting for what is being set up in this folder…"
STOPPED = "The installation stopped. The next make begins it anew."


def test_what_is_installed_is_not_installed_again(copy):
    assert said(make(copy, "install")) == [INSTALLING]
    assert calls(copy) == ["venv", "pip requirements.txt"]
    assert said(make(copy, "install")) == []
    assert calls(copy) == []

    with (copy / "requirements.txt").open("a") as lock:
        lock.write("# a newer version\n")
    assert said(make(copy, "install")) == [INSTALLING]
    assert calls(copy) == ["venv", "pip requirements.txt"]


def test_an_installation_that_was_cut_begins_anew(copy):
    (copy / "cut").touch()
    assert said(make(copy, "install")) == [INSTALLING, STOPPED]
    (copy / "cut").unlink()
    assert said(make(copy, "install")) == [INSTALLING]
    assert calls(copy) == 2 * ["venv", "pip requirements.txt"]


def test_a_python_that_was_upgraded_away_is_replaced(copy):
    said(make(copy, "install"))
    (copy / ".venv/bin/python").unlink()
    assert said(make(copy, "install")) == [INSTALLING]


def test_of_two_installations_at_once_one_waits_and_has_nothing_left_to_do(copy):
    (copy / "slow").touch()
    both = [make(copy, "install") for _number in range(2)]
    assert {process.stdout.readline() for process in both} == {f"{INSTALLING}\n", f"{WAITING}\n"}
    (copy / "slow").unlink()
    assert [said(process) for process in both] == [[], []]
    assert calls(copy) == ["venv", "pip requirements.txt"]


@pytest.fixture
def running(copy):
    """Installed, and a site runs from it."""
    said(make(copy, "install"))
    calls(copy)
    with (copy / "var/running").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_SH)
        yield


def test_what_tests_need_is_added_beside_a_running_site(copy, running):
    assert said(make(copy, "install-dev")) == [INSTALLING_ALL]
    assert calls(copy) == ["pip requirements-dev.txt"]
    assert said(make(copy, "install-dev")) == []
    assert said(make(copy, "install")) == []


@pytest.mark.parametrize(
    "line",
    [
        "DATABASE_URL=postgres://site@127.0.0.1/site",
        'export CACHE_URL="redis://127.0.0.1"',
        "MEDIA_URL = s3://key:secret@s3.example.org/files",
    ],
)
def test_what_the_settings_name_is_installed_too(copy, line):
    (copy / ".env").write_text(f"#{line}\nDATABASE_URL=sqlite:////srv/db.sqlite3\nMEDIA_URL=\n")
    assert said(make(copy, "install")) == [INSTALLING]
    (copy / ".env").write_text(f"PORT=8001\n{line}\n")
    assert said(make(copy, "install")) == [INSTALLING_SCALE]
    assert said(make(copy, "install")) == []
    assert calls(copy) == ["venv", "pip requirements.txt", "pip requirements-scale.txt"]
    with (copy / "requirements-scale.txt").open("a") as lock:
        lock.write("# a newer version\n")
    assert said(make(copy, "install")) == [INSTALLING_SCALE]
    assert calls(copy) == ["pip requirements-scale.txt"]


def test_nothing_is_replaced_under_a_running_site(copy, running):
    refusal = (
        "The installation can't begin. What runs from this folder, a site or its tests, uses what "
        "would be replaced: stop it first."
    )
    (copy / "cut").touch()
    assert said(make(copy, "install-dev")) == [INSTALLING_ALL, STOPPED]
    calls(copy)
    assert said(make(copy, "install-dev")) == [refusal]
    with (copy / "requirements.txt").open("a") as lock:
        lock.write("# a newer version\n")
    assert said(make(copy, "install")) == [refusal]
    assert calls(copy) == []


def test_an_installer_that_is_killed_leaves_the_turn_to_its_pip(copy):
    (copy / "slow").touch()
    command = [copy / "python", "-m", "imrap_site.install", "requirements.txt"]
    with subprocess.Popen(command, cwd=copy, stdout=subprocess.DEVNULL) as first:
        while "pip" not in (copy / "calls").read_text():
            time.sleep(0.05)
        first.kill()
    second = make(copy, "install")
    assert second.stdout.readline() == f"{WAITING}\n"
    (copy / "slow").unlink()
    assert said(second) == [INSTALLING]


@pytest.mark.parametrize(
    ("flaw", "sentence"),
    [
        ("sys.version_info = (3, 9, 2)", "Python 3.11 or newer is needed, and this one is 3.9."),
        (
            "sys.modules['ensurepip'] = None",
            "The installation can't begin. This Python cannot make virtual environments; "
            "on Debian: apt install python3-venv",
        ),
    ],
)
def test_a_python_that_does_not_suit_is_one_clear_sentence(flaw, sentence, copy):
    (copy / "python").write_text(
        f"""#!/bin/sh
exec {sys.executable} -c "
import runpy, sys
{flaw}
option, what, *rest = sys.argv[1:]
if option == '-c':
    exec(what)
else:
    sys.argv = [what, *rest]
    runpy.run_module(what, run_name='__main__', alter_sys=True)" "$@"
"""
    )
    assert said(make(copy, "install")) == [sentence]
    assert not (copy / ".venv").exists()


def test_no_python_at_all_is_one_clear_sentence(copy):
    assert said(make(copy, "run", python="nowhere")) == ["Python 3.11 or newer is needed."]


def test_a_python_that_is_whole_is_preferred_to_a_newer_one(copy):
    for name, text in {"newer": "#!/bin/sh\ncase $* in *ensurepip*) exit 1; esac\n"}.items():
        (copy / name).write_text(text)
        (copy / name).chmod(0o755)
    process = make(copy, "install", python=f"newer {copy}/python")
    assert said(process) == [INSTALLING]


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(copy):
    (copy / ".venv").touch()  # a file in its place: permissions would not stop the administrator
    assert said(make(copy, "install")) == [
        f"The installation can't begin. Nothing can be written into {copy}/.venv (File exists)."
    ]


@pytest.mark.parametrize("command", ["msgfmt", "npm"])
def test_a_tool_that_is_not_there_is_one_clear_sentence(command, copy):
    tools = copy / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname", "env"):
        (tools / tool).symlink_to(shutil.which(tool))
    script, package = {"msgfmt": ("catalogues", "gettext"), "npm": ("npm-install", "npm")}[command]
    done = subprocess.run(
        [copy / "scripts" / script], env={"PATH": str(tools)}, capture_output=True, text=True
    )
    assert done.stderr == f"{command} is needed for this; on Debian: apt install {package}\n"
    assert done.returncode == 1
