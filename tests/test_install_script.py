"""deploy/install: to a served site, to the next version, and back when that one does not answer.

systemd, packages and the web server have stand-ins, which note what they are told; git, the settings,
the site, its backup and its restore are the real ones. .ci/install-on-debian takes a bare Debian.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.builders import a_clone, a_free_port, lend_static_files

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(os.geteuid() != 0, reason="deploy/install is for root"),
]
STAND_INS = Path(__file__).parent / "stand_ins"
EMPTIES_AND_BREAKS = """
from django.db import migrations

def empty(apps, editor):
    apps.get_model("profiles", "Paper").objects.all().delete()

class Migration(migrations.Migration):
    dependencies = [("profiles", "{last}")]
    operations = [migrations.RunPython(empty)]
"""


def git(folder, *command):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ("git", *identity, *command), cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(origin, version, **files):
    """A version with these texts added to the ends of files."""
    for name, text in files.items():
        with (origin / name).open("a") as file:
            file.write(text)
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", version)
    git(origin, "tag", version)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A server with a clone of the first version in its place, and what it says of itself."""
    folder = tmp_path_factory.mktemp("machine")
    origin, site, etc = a_clone(folder / "origin"), folder / "site", folder / "etc"
    git(origin, "init", "--quiet", "--initial-branch", "main")
    commit(origin, "v1")
    git(folder, "clone", "--quiet", "origin", "site")
    port = a_free_port()
    (site / ".env").write_text(f"PORT={port}\nSITE_NAME=kept")
    lend_static_files(site)
    for needed in ("caddy", "nginx/sites-available", "nginx/sites-enabled"):
        (etc / needed).mkdir(parents=True)
    (etc / "os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    (etc / "caddy/Caddyfile").write_text("# The Caddyfile that Debian ships\n")
    machine = SimpleNamespace(origin=origin, site=site, etc=etc, port=port)
    yield machine
    subprocess.run(
        (STAND_INS / "systemctl", "stop", "profile-site.service"), env=variables(machine)
    )


def variables(machine, **more):
    return {
        "PATH": f"{STAND_INS}:{os.environ['PATH']}",
        "HOME": os.environ["HOME"],
        "SITE_FOLDER": str(machine.site),
        "SITE_USER": "root",
        "ETC": str(machine.etc),
        "LOGS": str(machine.etc / "log"),
        "READY_WITHIN": "15",
        "TESTS_PYTHON": sys.executable,
        **more,
    }


def run(machine, *arguments, script=None):
    command = (script or machine.site / "deploy/install", *arguments)
    how = {"capture_output": True, "text": True, "timeout": 200, "stdin": subprocess.DEVNULL}
    return subprocess.run(command, env=variables(machine), **how)


def calls(machine):
    return (machine.etc / "calls").read_text().splitlines()


def health(machine):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/health/ready") as answer:
            return answer.status
    except (urllib.error.URLError, ConnectionError) as problem:
        return problem


def papers(machine):
    with closing(sqlite3.connect(machine.site / "var/db.sqlite3")) as database:
        return database.execute("select count(*) from profiles_paper").fetchone()[0]


def version(machine):
    return git(machine.site, "describe", "--tags")


@pytest.fixture(scope="module")
def served(machine):
    done = run(machine, "www.example.org", "caddy")
    assert done.returncode == 0, done.stdout + done.stderr
    machine.said = done.stdout
    return machine


def test_a_clone_becomes_a_served_site(served):
    assert health(served) == 200
    assert papers(served) > 0
    assert served.said.splitlines()[-2:] == [
        "https://www.example.org/ is served, and edited at https://www.example.org/admin/.",
        "journalctl -u profile-site has the name and the password of the first account.",
    ]
    settings = (served.site / ".env").read_text()
    assert settings == f"PORT={served.port}\nSITE_NAME=kept\nALLOWED_HOSTS=www.example.org\n"
    assert (served.site / ".env").stat().st_mode & 0o777 == 0o600
    assert (served.site / "media").stat().st_mode & 0o777 == 0o750
    caddy = (served.etc / "caddy/Caddyfile").read_text()
    assert "\nwww.example.org {\n" in caddy
    assert f"reverse_proxy 127.0.0.1:{served.port} {{" in caddy
    assert f"root * {served.site}/media\n" in caddy
    former = served.etc / "caddy/Caddyfile.before"
    assert former.read_text() == "# The Caddyfile that Debian ships\n"
    unit = (served.etc / "systemd/system/profile-site.service").read_text()
    assert f"ExecStart={served.site}/.venv/bin/python -m imrap_site.start\n" in unit
    assert "usermod --append --groups root caddy" in calls(served)
    assert "systemctl start profile-site-backup.timer" in calls(served)
    installed = next(line for line in calls(served) if line.startswith("apt-get install"))
    assert installed.endswith(
        "ca-certificates curl git libfribidi0 make python3 python3-venv caddy"
    )


def test_run_again_it_changes_nothing(served):
    before = version(served), (served.etc / "caddy/Caddyfile").read_text()
    done = run(served)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "This is the newest version already.\n" in done.stdout
    assert "is new; the former" not in done.stdout
    assert (version(served), (served.etc / "caddy/Caddyfile").read_text()) == before
    assert health(served) == 200


def test_the_next_version_takes_over(served):
    published, name = papers(served), f"v{time.monotonic_ns()}"
    commit(served.origin, name, **{"requirements.txt": "# new\n"})
    done = run(served)
    assert done.returncode == 0, done.stdout + done.stderr
    assert version(served) == name
    assert health(served) == 200
    assert papers(served) == published
    installed = (served.site / ".venv/installed-requirements.txt").read_text()
    assert installed.endswith("# new\n")
    assert leftovers(served) == []


def leftovers(machine):
    names = (".next", ".venv-next", ".venv-former", ".upgrading")
    return [name for name in names if (machine.site / name).exists()]


def a_version_that_empties_the_site_and_does_not_answer(machine):
    last = sorted((machine.origin / "profiles/migrations").glob("0*.py"))[-1].stem
    broken = EMPTIES_AND_BREAKS.format(last=last)
    commit(
        machine.origin,
        f"broken{time.monotonic_ns()}",
        **{
            "profiles/migrations/9000_empty.py": broken,
            "imrap_site/wsgi.py": "\nraise SystemExit(3)\n",
            "requirements.txt": "# broken\n",
        },
    )


@pytest.fixture
def undone(served):
    """What an origin takes back after a version that was a mistake."""
    good = git(served.origin, "rev-parse", "HEAD")
    yield served
    git(served.origin, "reset", "--quiet", "--hard", good)


def test_a_version_that_does_not_answer_is_left_again_with_all_it_did(undone):
    before, published = version(undone), papers(undone)
    a_version_that_empties_the_site_and_does_not_answer(undone)
    done = run(undone)
    assert done.returncode == 1
    assert done.stderr.endswith(f"The site is what it was before: {before}.\n")
    assert version(undone) == before
    assert health(undone) == 200
    assert papers(undone) == published
    installed = (undone.site / ".venv/installed-requirements.txt").read_text()
    assert not installed.endswith("# broken\n")
    assert leftovers(undone) == []


def test_a_version_that_refuses_the_settings_never_touches_the_site(undone):
    before, running = version(undone), (undone.etc / "pid").read_text()
    commit(
        undone.origin,
        f"refusing{time.monotonic_ns()}",
        **{"imrap_site/settings.py": "\nSECURE_HSTS_SECONDS = 0\n"},
    )
    done = run(undone)
    assert done.returncode == 1
    assert done.stderr.endswith("The new version refuses the settings. The site was not touched.\n")
    assert (version(undone), (undone.etc / "pid").read_text()) == (before, running)
    assert health(undone) == 200


def test_an_upgrade_that_the_power_cut_is_taken_back(undone):
    before, published = version(undone), papers(undone)
    a_version_that_empties_the_site_and_does_not_answer(undone)
    script = undone.site / "deploy/install"
    how = {"env": variables(undone, READY_WITHIN="600"), "stdout": subprocess.DEVNULL}
    cut = subprocess.Popen([script], start_new_session=True, **how)
    broken = undone.site / "profiles/migrations/9000_empty.py"
    end = time.monotonic() + 100
    while not (broken.exists() and papers_or_none(undone) == 0):
        assert time.monotonic() < end
        time.sleep(0.2)
    os.killpg(cut.pid, signal.SIGKILL)
    cut.wait()
    done = run(undone, before)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Going back to {before}…\n" in done.stdout
    assert version(undone) == before
    assert papers(undone) == published
    assert health(undone) == 200
    assert leftovers(undone) == []


def papers_or_none(machine):
    try:
        return papers(machine)
    except sqlite3.OperationalError:
        return None


def test_what_was_changed_by_hand_is_not_overwritten(served):
    style = served.site / "static/site.css"
    kept = style.read_text()
    style.write_text(kept + "/* ours */\n")
    done = run(served)
    style.write_text(kept)
    assert done.returncode == 1
    assert re.search(r"Something was changed in \S+ by hand: git diff shows it\.", done.stderr)


def test_nginx_gets_a_certificate_and_its_file(served):
    done = run(served, "--proxy", "nginx")
    assert done.returncode == 0, done.stdout + done.stderr
    enabled = served.etc / "nginx/sites-enabled/profile-site.conf"
    text = enabled.read_text()
    assert f"server 127.0.0.1:{served.port} max_fails=1" in text
    assert "server_name www.example.org;" in text
    assert f"alias {served.site}/media/;" in text
    certificate = next(line for line in calls(served) if line.startswith("certbot "))
    assert "--domain www.example.org" in certificate
    log = f"{served.etc}/log/profile-site/reach.log"
    assert f"REACH_LOG={log}\n" in (served.site / ".env").read_text()
    assert (served.etc / "logrotate.d/profile-site").exists()
    enabled.unlink()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Nobody can be asked here: deploy/install NAME caddy|nginx\n"),
        (
            ["Exämple", "caddy"],
            "The name of a site looks like www.example.org, in small letters, and not like 'Exämple'.\n",
        ),
        (["www.example.org", "apache"], "The web server is caddy or nginx, not 'apache'.\n"),
    ],
)
def test_a_wrong_word_is_one_clear_sentence(arguments, sentence, tmp_path):
    site, etc = a_clone(tmp_path / "site"), tmp_path / "etc"
    etc.mkdir()
    (etc / "os-release").write_text('ID=debian\nVERSION_ID="13"\n')
    done = run(SimpleNamespace(site=site, etc=etc), *arguments)
    assert (done.returncode, done.stderr) == (1, sentence)


def test_another_system_is_told_that_this_is_for_debian(tmp_path):
    (tmp_path / "os-release").write_text("ID=alpine\nVERSION_ID=3.20\n")
    script = Path(__file__).parents[1] / "deploy/install"
    done = run(SimpleNamespace(site=tmp_path, etc=tmp_path), "www.example.org", script=script)
    assert done.returncode == 1
    assert done.stderr.startswith("This is for Debian 12 or 13;")
