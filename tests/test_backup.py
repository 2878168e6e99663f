"""Backups of a real site, by the commands that its keeper types, and the way back from them."""

import fcntl
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from imrap_site.serving.reach.store import FileStore
from tests import builders
from tests.builders import a_clone, environment, lend_static_files

pytestmark = pytest.mark.server
SCRIPTS = Path(__file__).parent / "kept"


class Site:
    """A clone of the project with var/ and media/ of its own."""

    def __init__(self, folder, is_empty=False):
        self.clone = a_clone(folder / "clone") if is_empty else folder
        self.var, self.media = self.clone / "var", self.clone / "media"

    def how(self, variables):
        return {"cwd": self.clone, "env": environment(**variables), "text": True}

    @contextmanager
    def start(self, *command, **variables):
        """A process that goes on beside the test, and is ended with it."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(
            [sys.executable, *command], **self.how(variables), **pipes
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def do(self, *command, **variables):
        return subprocess.run(
            [sys.executable, *command], capture_output=True, timeout=120, **self.how(variables)
        )

    def run(self, *command, **variables):
        """What a command prints that must not fail."""
        done = self.do("manage.py", *command, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *command, **variables):
        """What one says that must fail: a sentence, and no trace."""
        done = self.do("manage.py", *command, **variables)
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        return done.stderr

    def walk(self, script, *arguments):
        """A script of tests/kept/, beside the test."""
        source = (SCRIPTS / script).read_text()
        return self.start(
            *("-c", f"import django; django.setup()\n{source}", *arguments),
            DJANGO_SETTINGS_MODULE="imrap_site.settings",
        )

    def back_up(self, *arguments, **variables):
        file = self.clone.parent / "backup.tar"
        self.run("backup", file, *arguments, **variables)
        return file

    def rows(self, *, without=()):
        return rows_in(self.var / "db.sqlite3", without)

    def files(self):
        return {
            path.relative_to(self.media).as_posix(): path.read_bytes()
            for path in self.media.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }


def started(clone):
    lend_static_files(clone)
    return builders.started(clone)


def rows_in(database, without=()):
    """Every row of every table; without the index, which is made anew."""
    with closing(sqlite3.connect(database)) as opened:
        tables = [name for (name,) in opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_%' "
            "AND name NOT LIKE 'sqlite_%'"
        )]  # fmt: skip
        return {
            table: sorted(map(repr, opened.execute(f'SELECT * FROM "{table}"')))
            for table in tables
            if table not in without
        }


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A site with content, copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    site = Site(folder, is_empty=True)
    site.var.mkdir()
    script = "from imrap_site import start as s; s.set_up_django(); s.prepare_database()"
    done = site.do("-c", script + "; s.create_staff_account()")
    assert done.returncode == 0, done.stderr
    site.run("seed", "--sample", "--verbosity=0")
    return site.clone


@pytest.fixture
def site(prepared, tmp_path):
    return Site(shutil.copytree(prepared, tmp_path / "site/clone", symlinks=True))


@pytest.fixture
def empty(tmp_path):
    """A fresh clone: no var/, no key, no media."""
    return Site(tmp_path / "empty", is_empty=True)


def listed(folder):
    return sorted(path.name for path in folder.iterdir())


# There and back


def test_an_empty_installation_gets_an_equal_database_and_equal_files(site, empty):
    (site.clone / ".env").write_text("KINDS_OFF=mandates\n")
    printed = empty.run("restore", site.back_up(), "--yes")
    assert "Restored. The former state is in " in printed
    assert empty.rows() == site.rows()
    assert len(empty.rows()["profiles_paper"]) == 14
    assert empty.files() == site.files()
    assert len(empty.files()) == 68
    assert (empty.var / "secret-key").read_text() == (site.var / "secret-key").read_text()
    assert (empty.clone / ".env").read_text() == "KINDS_OFF=mandates\n"
    kept = ["secret-key", "db.sqlite3"]
    assert [(empty.var / name).stat().st_mode & 0o777 for name in kept] == [0o600, 0o600]
    with started(empty.clone) as (address, printed):
        assert address in printed.read_text()


def test_an_archive_is_a_plain_tar_that_nobody_else_reads(site):
    file = site.back_up()
    assert file.stat().st_mode & 0o777 == 0o600
    names = subprocess.run(["tar", "tf", file], capture_output=True, text=True, check=True)
    members = names.stdout.split("\n")
    assert members[:3] == ["READ-ME.txt", "database.sqlite3", "secret-key"]
    assert members[-3:] == ["manifest.json", "manifest.sha256", ""]
    assert len(members) == 3 + 68 + 3
    assert listed(file.parent) == ["backup.tar", "clone"]


def test_two_writers_and_a_server_go_on_while_it_is_made(site, empty):
    backups = [site.clone.parent / f"{number}.tar" for number in range(3)]
    with (
        started(site.clone) as (address, _printed),
        site.walk("writer.py", "awa") as awa,
        site.walk("writer.py", "moussa") as moussa,
    ):
        for writer in (awa, moussa):
            assert writer.stdout.readline() == "writes\n"
        for backup in backups:
            site.run("backup", backup)
            with urllib.request.urlopen(f"{address}/en/") as page:
                assert page.status == 200
        assert (awa.poll(), moussa.poll()) == (None, None)
    numbers = []
    for backup in backups:
        assert "is whole" in site.run("verify_backup", backup)
        empty.run("restore", backup, "--yes")
        rows = empty.rows()
        numbers.append(len(rows["profiles_paper"]))
        with closing(sqlite3.connect(empty.var / "db.sqlite3")) as database:
            named = {name for (name,) in database.execute("SELECT file FROM profiles_paperfile")}
            torn = database.execute(
                "SELECT count(*) FROM profiles_paper WHERE title_fr != title_en "
                "AND title_fr LIKE 'Note %'"
            ).fetchone()
        assert named <= set(empty.files())
        assert torn == (0,)
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]


def test_the_former_state_stays_beside_it(site):
    with closing(sqlite3.connect(site.var / "db.sqlite3")) as database:
        database.execute("UPDATE search_entry SET title = 'of another version'")
        database.commit()
    file, before, files = site.back_up(), site.rows(), site.files()
    with closing(sqlite3.connect(site.var / "db.sqlite3")) as database:
        database.execute("DELETE FROM profiles_paperfile")
        database.commit()
    (site.media / "papers/new.pdf").write_bytes(b"new")
    after = site.rows()
    (site.var / "sessions").mkdir()
    (site.var / "sessions/sessionidabc").write_text("somebody")
    (site.var / "cache").mkdir(exist_ok=True)
    site.run("restore", file, "--yes")
    assert site.rows() == before
    assert site.files() == files
    (former,) = site.var.glob("before-restore-*")
    assert rows_in(former / "db.sqlite3") == after
    assert (former / "media/papers/new.pdf").read_bytes() == b"new"
    assert (former / "sessions/sessionidabc").exists()
    assert not (site.var / "sessions").exists()
    with closing(sqlite3.connect(site.var / "db.sqlite3")) as database:
        index = "SELECT count(*), count(*) FILTER (WHERE title = 'of another version')"
        assert database.execute(f"{index} FROM search_entry").fetchone() == (28, 0)
    assert not (site.var / "cache").exists()


def test_database_and_media_elsewhere_are_found_by_the_env_of_the_backup(site, empty, tmp_path):
    for name in ("data", "uploads"):
        (tmp_path / name).mkdir()
    shutil.move(site.var / "db.sqlite3", tmp_path / "data/site.db")
    shutil.move(site.media, tmp_path / "uploads/media")
    env = f"DATABASE_URL=sqlite:///{tmp_path}/data/site.db\nMEDIA_ROOT={tmp_path}/uploads/media\n"
    (site.clone / ".env").write_text(env)
    file = site.back_up()
    assert "where something is already" in empty.refused("restore", file, "--yes")
    assert not (empty.clone / ".env").exists()
    before = rows_in(tmp_path / "data/site.db")
    for name in ("data", "uploads"):
        (tmp_path / name).rename(tmp_path / f"{name}-lost")
    empty.run("restore", file, "--yes")
    assert rows_in(tmp_path / "data/site.db") == before
    assert len(list((tmp_path / "uploads/media").rglob("*.*"))) >= 68
    assert (empty.clone / ".env").read_text() == env


def test_the_env_of_this_machine_stays(site):
    (site.clone / ".env").write_text("KINDS_OFF=mandates\n")
    file = site.back_up()
    (site.clone / ".env").write_text("KINDS_OFF=videos\n")
    assert "The .env here stays" in site.run("restore", file, "--yes")
    assert (site.clone / ".env").read_text() == "KINDS_OFF=videos\n"
    (former,) = site.var.glob("before-restore-*")
    assert (former / "env-of-the-backup").read_text() == "KINDS_OFF=mandates\n"


def test_what_is_counted_comes_along_and_an_older_backup_leaves_it(site, empty):
    older = site.back_up().rename(site.clone.parent / "older.tar")
    count_a_view(site.var)
    empty.run("restore", site.back_up(), "--yes")
    assert views(empty.var) == 1
    count_a_view(empty.var)
    empty.run("restore", older, "--yes")
    assert views(empty.var) == 2


def test_a_broken_count_keeps_no_content_from_its_backup(site):
    (site.var / "reach.sqlite3").write_bytes(b"broken" * 1000)
    assert site.back_up().exists()


def count_a_view(var):
    FileStore(var / "reach.sqlite3").add({("2026-11-26", "papers-1", "view"): 1})


def views(var):
    return FileStore(var / "reach.sqlite3").rows("SELECT sum(number) FROM counts")[0][0]


def test_a_key_from_the_environment_is_in_the_backup(site, empty):
    (site.var / "secret-key").unlink()
    file = site.back_up(SECRET_KEY="from-the-environment-" + 40 * "x")
    empty.run("restore", file, "--yes")
    assert (empty.var / "secret-key").read_text() == "from-the-environment-" + 40 * "x"
    said = empty.run("restore", file, "--yes", SECRET_KEY="another" + 50 * "y")
    assert "SECRET_KEY is set here and stays" in said


@pytest.mark.parametrize("version", ["0.0"])
def test_a_backup_of_an_older_version_is_migrated(site, empty, version):
    """Its database as that version left it, in an archive as this one makes it."""
    frozen = Path(__file__).parent / "upgrade" / version
    (site.var / "db.sqlite3").unlink()
    shutil.rmtree(site.media)
    shutil.copytree(frozen / "media", site.media)
    with closing(sqlite3.connect(site.var / "db.sqlite3")) as database:
        database.executescript((frozen / "site.sql").read_text())
    file = site.back_up()
    empty.run("restore", file, "--yes")
    applied = empty.rows()["django_migrations"]
    assert any("0011_search_pages" in row for row in applied)
    assert "in the index" not in empty.run("showmigrations", "--plan")
    with closing(sqlite3.connect(empty.var / "db.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM search_entry").fetchone() > (0,)


# What is refused


def test_a_site_that_runs_is_not_restored(site):
    file = site.back_up()
    with started(site.clone):
        said = site.refused("restore", file, "--yes")
    assert said == "CommandError: The site is running from this folder: stop it first.\n"


def test_nobody_is_asked_where_there_is_no_terminal(site):
    before = listed(site.var)
    assert "add --yes" in site.refused("restore", site.back_up())
    assert set(listed(site.var)) - set(before) <= {"turn", "running", "keeping-lock", "last-backup"}


def test_one_of_a_newer_version_is_refused(site):
    file = site.back_up()
    shutil.rmtree(site.clone / "imrap_site/accounts/migrations")
    (site.clone / "imrap_site/accounts/migrations").mkdir()
    (site.clone / "imrap_site/accounts/migrations/__init__.py").touch()
    before = site.rows()
    said = site.refused("restore", file, "--yes")
    assert "made by a newer version of the site (0.1.0, with accounts.0001" in said
    assert site.rows() == before


def test_another_sort_of_file_is_refused_and_nothing_changes(site, tmp_path):
    before, names = site.rows(), listed(site.var)
    for name, content in (("photo.tar", b"\xff\xd8\xff" * 900), ("empty.tar", b"")):
        (tmp_path / name).write_bytes(content)
        assert "This is no backup of such a site" in site.refused(
            "restore", tmp_path / name, "--yes"
        )
    foreign = tmp_path / "foreign.tar"
    subprocess.run(["tar", "cf", foreign, "-C", site.clone, "manage.py"], check=True)
    assert "This is no backup of such a site" in site.refused("restore", foreign, "--yes")
    assert "This is no backup of such a site" in site.refused("restore", site.media, "--yes")
    assert "There is no backup at" in site.refused("restore", tmp_path / "none.tar", "--yes")
    assert site.rows() == before
    assert set(listed(site.var)) - set(names) <= {"turn", "running"}


def test_one_that_lacks_a_file_which_an_entry_names_is_refused(site):
    (path,) = site.media.glob("papers/*/exemple-papier.pdf")
    path.unlink()
    done = site.do("manage.py", "backup", site.clone.parent / "backup.tar")
    assert done.returncode == 0
    assert "1 files that entries name were missing in media/ already" in done.stderr
    said = site.run("verify_backup", site.clone.parent / "backup.tar")
    assert "Missing already when it was made: papers/" in said
    folder = site.clone.parent / "folder"
    site.run("backup", "--folder", folder)
    (manifest,) = folder.glob("2*/manifest.json")
    content = manifest.read_text()
    assert content.count("exemple-papier.pdf") == 1
    changed = json.loads(content) | {"missing": []}
    manifest.write_text(json.dumps(changed))
    seal(manifest)
    for command in (["verify_backup", manifest.parent], ["restore", manifest.parent, "--yes"]):
        assert "exemple-papier.pdf, which an entry names" in site.refused(*command)


def seal(manifest):
    """As whoever changes a backup by hand could do."""
    from imrap_site.keeping.manifest import seal_of

    (manifest.parent / "manifest.sha256").write_bytes(seal_of(manifest.read_bytes()))


@pytest.mark.skipif(os.getuid() != 0, reason="Only root can make a disk that is full.")
def test_a_full_disk_leaves_no_backup_and_the_older_one(site, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", disk])
    if mounted.returncode:
        pytest.skip("No disk can be mounted here.")
    try:
        site.run("backup", disk / "first.tar")
        assert "The disk is full" in site.refused("backup", disk / "second.tar", "--keep=1")
        assert listed(disk) == ["first.tar"]
        assert "The disk is full" in site.refused("backup", "--folder", disk, "--keep=1")
        assert listed(disk) == ["first.tar"]
        assert "is whole" in site.run("verify_backup", disk / "first.tar")
        said = site.refused("restore", disk / "first.tar", "--yes", MEDIA_ROOT=str(disk / "media"))
        assert "There is not enough room on the disk" in said
    finally:
        subprocess.run(["umount", disk], check=True)


# Killed


def test_a_backup_that_was_killed_leaves_nothing_that_looks_like_one(site):
    (site.media / "papers/heavy.bin").write_bytes(os.urandom(40_000_000))
    folder = site.clone.parent / "backups"
    with site.start("manage.py", "backup", folder / "backup.tar") as process:
        wait_until(lambda: list(folder.glob(".unfinished-*/backup.tar")), process)
    assert not (folder / "backup.tar").exists()
    assert len(listed(folder)) == 1
    site.run("backup", folder / "other.tar")
    assert listed(folder) == ["other.tar"]


def wait_until(is_so, process):
    for _ in range(3000):
        if is_so() or process.poll() is not None:
            return
        time.sleep(0.002)
    pytest.fail("It never came so far.")


@pytest.mark.parametrize("rename", [1, 4, 9])
def test_a_restore_killed_between_two_renames_is_finished_by_a_second_one(site, rename):
    file, before, files = site.back_up(), site.rows(), site.files()
    with closing(sqlite3.connect(site.var / "db.sqlite3")) as database:
        database.execute("DELETE FROM profiles_paperfile")
        database.commit()
    changed = site.rows()
    killed = site.do("-c", KILLED_AT, str(rename), str(file))
    assert killed.returncode == -signal.SIGKILL
    done = site.do("-m", "imrap_site.start")
    assert (done.returncode, "A restore was interrupted" in done.stderr) == (1, True)
    site.refused("backup", site.clone.parent / "half.tar")
    assert "is finished" in site.run("restore")
    assert site.rows() == before
    assert site.files() == files
    (former,) = site.var.glob("before-restore-*")
    assert rows_in(former / "db.sqlite3") == changed
    assert not (site.var / "restoring").exists()


KILLED_AT = """
import os, signal, sys
from imrap_site.keeping import switching
left = int(sys.argv[1])
real = switching.move
def move(source, target):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    real(source, target)
switching.move = move
sys.argv = ["manage.py", "restore", sys.argv[2], "--yes"]
exec(open("manage.py").read())
"""


def test_a_restore_killed_before_its_plan_leaves_all_as_it_was(site):
    file, before = site.back_up(), site.rows()
    (site.media / "papers/heavy.bin").write_bytes(os.urandom(40_000_000))
    heavy = site.back_up()
    with site.start("manage.py", "restore", heavy, "--yes") as process:
        wait_until(lambda: list(site.media.glob(".restoring/papers/*")), process)
    assert site.rows() == before
    assert not (site.var / "restoring/plan.json").exists()
    site.run("restore", file, "--yes")
    assert not (site.media / ".restoring").exists()
    assert site.rows() == before


# Folders


def test_what_has_not_changed_is_a_hard_link_into_the_one_before(site):
    folder = site.clone.parent / "snapshots"
    assert "0 files unchanged, 68 copied" in site.run("backup", "--folder", folder)
    (site.media / "papers/new.pdf").write_bytes(b"new")
    assert "68 files unchanged, 1 copied" in site.run("backup", "--folder", folder)
    first, second = sorted(folder.glob("2*"))
    assert (folder / "latest").resolve() == second
    inodes = [
        {path.relative_to(top): path.stat().st_ino for path in (top / "media").rglob("*.*")}
        for top in (first, second)
    ]
    assert inodes[0].items() <= inodes[1].items()
    assert len(inodes[1]) == 69
    assert (first / "database.sqlite3").stat().st_ino != (second / "database.sqlite3").stat().st_ino
    assert "is whole" in site.run("verify_backup", folder / "latest")
    live = {path.stat().st_ino for path in site.media.rglob("*")}
    assert not live & set(inodes[1].values())


def test_a_folder_is_restored_too(site, empty):
    site.run("backup", "--folder", site.clone.parent / "snapshots")
    empty.run("restore", site.clone.parent / "snapshots/latest", "--yes")
    assert empty.rows() == site.rows()
    assert empty.files() == site.files()
    (one,) = site.clone.parent.glob("snapshots/latest/media/papers/*/exemple-papier.pdf")
    content = bytearray(one.read_bytes())
    content[500] ^= 1
    one.write_bytes(content)
    assert "is not as it was written" in empty.refused(
        "restore", site.clone.parent / "snapshots/latest", "--yes"
    )


def test_only_older_backups_of_this_site_make_room(site, empty, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "2026-01-01-000000.tar").write_bytes(b"somebody's own")
    (folder / "2026-01-01-000000").mkdir()
    empty.run("restore", site.back_up(), "--yes")
    (empty.var / "secret-key").write_text("of another site " + 50 * "y")
    empty.run("backup", folder / "other-site.tar")
    empty.run("backup", "--folder", folder)
    others = {*listed(folder)} - {"latest"}
    for number in range(3):
        site.run("backup", folder / f"{number}.tar", "--keep=2")
        site.run("backup", "--folder", folder, "--keep=2")
    assert others < {*listed(folder)}
    kept = {*listed(folder)} - others
    assert {"1.tar", "2.tar", "latest"} < kept
    assert len(kept) == 5
    assert (folder / "latest").resolve().name in kept


def test_a_backup_that_fails_keeps_the_older_ones(site, tmp_path):
    folder = tmp_path / "backups"
    site.run("backup", folder / "1.tar")
    content = (site.var / "db.sqlite3").read_bytes()
    (site.var / "db.sqlite3").write_bytes(content[:9000] + bytes(4000) + content[13000:])
    said = site.refused("backup", folder / "2.tar", "--keep=1")
    assert "database" in said
    assert listed(folder) == ["1.tar"]
    (site.var / "db.sqlite3").unlink()
    assert "unable to open" in site.refused("backup", folder / "2.tar", "--keep=1")
    assert not (site.var / "db.sqlite3").exists()
    assert listed(folder) == ["1.tar"]


def test_a_backup_waits_for_a_sweep(site):
    with site.start("manage.py", "backup", site.clone.parent / "backup.tar") as process:
        with locked(site.var / "keeping-lock", fcntl.LOCK_EX):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(3)
        assert process.wait(20) == 0


def test_a_sweep_waits_for_a_backup(site):
    with locked(site.var / "keeping-lock", fcntl.LOCK_SH):
        assert "A backup, a sweep or a restore is at work here" in site.refused("sweep")
        assert "verified" in site.run("backup", site.clone.parent / "second.tar")
    with site.start("manage.py", "sweep", "--gently") as process:
        with locked(site.var / "keeping-lock", fcntl.LOCK_SH):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(3)
        assert process.wait(20) == 0


def test_whoever_stores_what_is_being_swept_loses_nothing(site):
    with site.walk("sweeper.py") as sweeper, site.walk("storer.py") as storer:
        complaints = storer.communicate(timeout=300)
        assert sweeper.poll() is None
    assert complaints == ("stored 24 times\n", "")
    assert storer.returncode == 0


@contextmanager
def locked(path, how):
    with path.open("w") as door:
        fcntl.flock(door, how)
        yield


# restic


@pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed here.")
def test_restic_gets_each_snapshot_and_gives_it_back(site, empty, tmp_path):
    repository, where = tmp_path / "repository", tmp_path / "back"
    (site.clone / ".env").write_text(
        f"RESTIC_REPOSITORY={repository}\nRESTIC_PASSWORD=une longue phrase\n"
        f"BACKUP_DIR={tmp_path}/snapshots\n"
    )
    (site.clone / ".venv/bin").mkdir(parents=True)
    python = site.clone / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    for _night in range(2):
        done = subprocess.run(
            [site.clone / "deploy/backup"], env=environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert "restic has it too, and its repository is whole." in done.stdout
    secret = environment(RESTIC_REPOSITORY=str(repository), RESTIC_PASSWORD="une longue phrase")
    command = ["restic", "snapshots", "--json"]
    known = subprocess.run(command, env=secret, capture_output=True, check=True)
    assert len(json.loads(known.stdout)) == 1  # of a day the newest
    command = ["restic", "restore", "latest", "--target", where]
    subprocess.run(command, env=secret, capture_output=True, check=True)
    (manifest,) = where.rglob("manifest.json")
    (empty.clone / ".env").touch()
    empty.run("restore", manifest.parent, "--yes")
    assert empty.rows() == site.rows()
    assert empty.files() == site.files()
    (site.clone / ".env").write_text(f"RESTIC_REPOSITORY={repository}\nRESTIC_PASSWORD=faux\n")
    (site.var / "last-backup").unlink()
    assert "restic init failed" in site.refused("backup", "--folder", "--restic")
    assert not (site.var / "last-backup").exists()


# On a terminal, as another user, by itself


def typed(site, text, *command):
    """What a command shows on a terminal where somebody types a text."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "manage.py", *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        **site.how({}),
    ) as process:
        os.close(theirs)
        os.write(ours, text.encode())
        shown = b""
        with suppress(OSError):  # the terminal is closed
            while more := os.read(ours, 4096):
                shown += more
    os.close(ours)
    return process.returncode, shown.decode()


def test_on_a_terminal_a_bar_is_drawn_and_the_keeper_is_asked(site):
    file = site.clone.parent / "backup.tar"
    code, shown = typed(site, "", "backup", file)
    assert code == 0
    assert "Copying [########################################] 100%" in shown
    assert "Checking [########################################] 100%" in shown
    before = site.rows()
    code, shown = typed(site, "no\n", "restore", file)
    assert (code, "Type yes to go on" in shown, "Nothing was restored" in shown) == (1, True, True)
    assert list(site.var.glob("before-restore-*")) == []
    code, shown = typed(site, "yes\n", "restore", file)
    assert (code, "Restored." in shown) == (0, True)
    assert site.rows() == before


@pytest.mark.skipif(os.getuid() != 0, reason="Only root can be another user.")
def test_root_leaves_a_site_of_somebody_else_alone(site):
    os.chown(site.var, 65534, 65534)
    before = listed(site.var)
    for command in (["backup"], ["restore", "x.tar", "--yes"], ["sweep"]):
        assert "The site belongs to the user with the number 65534" in site.refused(*command)
    assert listed(site.var) == before


def test_a_server_sweeps_by_itself_once_and_goes_on_answering(site):
    quietly = site.clone / "imrap_site/keeping/quietly.py"
    quietly.write_text(quietly.read_text().replace("FIRST = 5 * 60", "FIRST = 0"))
    nobodys = site.media / "papers/0123456789abcdef/rapport.pdf"
    nobodys.parent.mkdir()
    nobodys.write_bytes(b"nobody's")
    os.utime(nobodys, (0, 0))
    with started(site.clone) as (address, printed):
        for _ in range(300):
            with urllib.request.urlopen(f"{address}/en/") as page:
                assert page.status == 200
            if not nobodys.exists():
                break
            time.sleep(0.1)
        assert (site.var / "last-sweep").read_text() == "begun\n"
        assert "failed" not in printed.read_text()
    assert not nobodys.exists()
