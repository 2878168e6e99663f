"""The way back from a backup: `manage.py restore`.

Everything is verified, unpacked beside what is there, and migrated; only then the former state is
renamed away and the new one into its place (`switching`). PostgreSQL takes its part in one
transaction behind that.
"""

import os
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from imrap_site import turns
from imrap_site.keeping import postgresql, sqlite, switching
from imrap_site.keeping.locks import LOCK, files_may_go
from imrap_site.keeping.manifest import ENV, KEY, MEDIA, REACH
from imrap_site.keeping.media import of_the_site
from imrap_site.keeping.parts import is_bucket
from imrap_site.keeping.refusals import Refused
from imrap_site.keeping.verifying import must_fit, unpack, verify
from imrap_site.keeping.working import UNFINISHED

# What stays in var/: the rest belongs to the state that goes.
STAYS = {"static", "static-collected", "running", "turn", "backups", "last-backup", "last-sweep"}
STAYS |= {LOCK, switching.FOLDER}
FORMER = "before-restore-"
HIDDEN = ".restoring"  # in media/: what is unpacked
SPARE = 64 * 1024 * 1024  # bytes that stay free on a disk


def must_not_run():
    if turns.something_runs():
        raise Refused("The site is running from this folder: stop it first.")


class Restore:
    """One way back; `say` and `bar` tell the keeper, and `ask` lets them agree."""

    def __init__(self, backup, say, bar, ask):
        self.backup, self.say, self.bar, self.ask = backup, say, bar, ask
        self.manifest = backup.manifest
        self.var, self.media = settings.VAR_DIR, Path(settings.MEDIA_ROOT)
        self.bucket = of_the_site() if is_bucket() else None
        self.prepared = self.var / switching.FOLDER
        self.former = self.free_former()
        self.is_sqlite = self.manifest.engine == "sqlite"

    def free_former(self):
        stem = f"{FORMER}{timezone.localtime():%Y-%m-%d-%H%M%S}"
        names = (f"{stem}-{number}" if number else stem for number in range(1000))
        return next(self.var / name for name in names if not (self.var / name).exists())

    def run(self):
        must_fit(self.manifest)
        verify(self.backup, self.bar("Verifying", self.manifest.size).add)
        self.must_have_room()
        self.ask(self.question())
        with files_may_go():
            self.clear()
            try:
                self.prepare()
                switching.write_plan(self.plan(), self.var)
            except BaseException:
                self.clear()
                raise
            try:
                finish(self.say)
            except Refused:
                if not switching.is_interrupted(self.var):  # undone
                    self.clear()
                raise
        self.say(self.where())

    def question(self):
        moment = timezone.localtime(self.manifest.moment)
        return (
            f"The content of this site is replaced by the backup of {moment:%Y-%m-%d %H:%M}, made by "
            f"version {self.manifest.version}, with {len(self.manifest.media)} files.\n"
            f"Database: {self.database_in_words()}\nFiles: {self.files_in_words()}\n"
            f"What is there now is kept in {self.former}."
        )

    def database_in_words(self):
        return sqlite.database() if self.is_sqlite else "PostgreSQL, as DATABASE_URL says"

    def files_in_words(self):
        if self.bucket:
            return "the bucket of MEDIA_URL, in which what is there stays beside them"
        return self.media

    def where(self):
        text = f"Restored. The former state is in {self.former}"
        beside = [target for _source, target in self.away if not is_below(target, self.former)]
        if beside:
            text += f", and what lay on other disks in {', '.join(sorted(set(beside)))}"
        return f"{text}. Everybody signs in anew."

    # Preparing

    def must_have_room(self):
        """Twice the database, as migrations and the index write too."""
        needed, database = {}, self.manifest.database.size
        files = 0 if self.bucket else sum(member.size for member in self.manifest.media)
        beside = sqlite.database().parent if self.is_sqlite else self.var
        for folder, size in ((beside, 2 * database), (self.media, files), (self.var, SPARE)):
            folder = next(one for one in (folder, *folder.absolute().parents) if one.exists())
            total, _folder = needed.get(folder.stat().st_dev, (0, folder))
            needed[folder.stat().st_dev] = (total + size, folder)
        for size, folder in needed.values():
            if (free := shutil.disk_usage(folder).free) < size:
                raise Refused(
                    f"There is not enough room on the disk of {folder}: {size // 10**6 + 1} MB are "
                    f"needed and {free // 10**6} MB free."
                )

    def clear(self):
        """What a restore that did not come far has left."""
        for folder in (self.prepared, self.media / HIDDEN):
            shutil.rmtree(folder, ignore_errors=True)
        if self.is_sqlite:
            self.database_here().unlink(missing_ok=True)

    def database_here(self):
        """Where the database is prepared: beside its place, so that a rename brings it there."""
        if self.is_sqlite:
            return sqlite.database().with_name(f".restoring-{sqlite.database().name}")
        return self.prepared / "database.dump"

    def prepare(self):
        for folder in (self.prepared, self.media / HIDDEN):
            folder.mkdir(mode=0o700, parents=True)
        if self.bucket:
            self.bucket.files()
        self.database_here().parent.mkdir(parents=True, exist_ok=True)
        self.unpack()
        if self.is_sqlite:
            self.say("Preparing the database…")
            database = f"sqlite:///{self.database_here().absolute()}"
            mend(DATABASE_URL=database, MEDIA_ROOT=str(self.media / HIDDEN))
        elif not postgresql.is_empty():
            self.former.mkdir(mode=0o700)
            postgresql.copy(self.former / "database.dump")

    def unpack(self):
        wanted = [member for member in self.manifest.members if self.target(member.name)]
        progress = self.bar("Unpacking", sum(member.size for member in wanted)).add
        for member in wanted:
            if self.bucket and member.name.startswith(MEDIA):
                self.unpack_into_bucket(member, progress)
                continue
            target = self.target(member.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            unpack(self.backup, member, target, progress)
            target.chmod(0o644 if member.name.startswith(MEDIA) else 0o600)
            os.utime(target, ns=(member.mtime_ns, member.mtime_ns))

    def unpack_into_bucket(self, member, progress):
        """At once in its place: a name belongs to one content, and what is there is nobody's loss."""
        name, passing = member.name.removeprefix(MEDIA), self.prepared / "file"
        if self.bucket.holds(name, member.size):
            progress(member.size)
            return
        passing.unlink(missing_ok=True)
        unpack(self.backup, member, passing, progress)
        with passing.open("rb") as file:
            self.bucket.take(name, file)

    def target(self, name):
        """Where a member is unpacked; None for what is not needed."""
        if name.startswith(MEDIA):
            return self.media / HIDDEN / name.removeprefix(MEDIA)
        if name == self.manifest.database.name:
            return self.database_here()
        return self.prepared / name if name in (KEY, ENV, REACH) else None

    # The plan

    def plan(self):
        self.away = [*self.var_away(), *self.database_away(), *self.media_away()]
        self.former.mkdir(mode=0o700, exist_ok=True)
        load = None if self.is_sqlite else str(self.database_here())
        return {"away": self.away, "here": [*self.here(), *self.media_here()], "load": load}

    def var_away(self):
        for path in sorted(self.var.iterdir()):
            stays = path.name in STAYS or path.name.startswith((FORMER, ".restoring-", UNFINISHED))
            stays |= path.name.startswith("reach") and not self.manifest.member(REACH)
            if not stays and not self.holds_what_has_its_own_way(path):
                yield [str(path), str(self.former / path.name)]

    def holds_what_has_its_own_way(self, path):
        inside = [self.media, settings.BACKUP_DIR, *(database_files() if self.is_sqlite else ())]
        return any(one.absolute().is_relative_to(path.absolute()) for one in inside)

    def database_away(self):
        if self.is_sqlite:
            for path in database_files():
                if path.exists():
                    yield [str(path), str(self.beside(path))]

    def beside(self, path):
        """Below `former`, or on its own disk where that is another one."""
        if path.parent.stat().st_dev == self.var.stat().st_dev:
            return self.former / path.name
        return path.with_name(f".{self.former.name}-{path.name}")

    def media_away(self):
        if self.bucket:
            return
        is_same_disk = self.media.stat().st_dev == self.var.stat().st_dev
        former = self.former / "media" if is_same_disk else self.media / f".{self.former.name}"
        for path in sorted(self.media.iterdir()):
            if not path.name.startswith("."):
                yield [str(path), str(former / path.name)]

    def media_here(self):
        for path in sorted((self.media / HIDDEN).iterdir()):
            yield [str(path), str(self.media / path.name)]

    def here(self):
        if self.is_sqlite:
            yield [str(self.database_here()), str(sqlite.database())]
        if (self.prepared / REACH).exists():
            yield [str(self.prepared / REACH), str(self.var / REACH)]
        if (self.prepared / KEY).exists():
            yield [str(self.prepared / KEY), str(self.var / KEY)]
            self.say_whose_key()
        if (self.prepared / ENV).exists():
            yield from self.env_here()

    def say_whose_key(self):
        key = os.environ.get("SECRET_KEY")  # .env's too
        if key and key != (self.prepared / KEY).read_text().strip():
            self.say(
                "SECRET_KEY is set here and stays: addresses of previews have to be sent anew."
            )

    def env_here(self):
        """The settings of this machine stay its own."""
        here, theirs = settings.BASE_DIR / ENV, self.prepared / ENV
        if not here.exists():
            yield [str(theirs), str(here)]
        elif here.read_bytes() != theirs.read_bytes():
            yield [str(theirs), str(self.former / "env-of-the-backup")]
            self.say(f"The .env here stays; the backup's is {self.former}/env-of-the-backup.")


def database_files():
    """The database and what SQLite may have put beside it."""
    path = sqlite.database()
    return [path.with_name(path.name + ending) for ending in ("", "-journal", "-wal", "-shm")]


def is_below(path, folder):
    return Path(path).is_relative_to(folder)


def finish(say):
    """From the plan to its end, at once or by a second run."""
    plan = switching.carry_out(settings.VAR_DIR)
    if plan["load"]:
        say("Preparing the database…")
        load(Path(plan["load"]))
        mend()
    with suppress(OSError):
        (Path(settings.MEDIA_ROOT) / HIDDEN).rmdir()
    switching.forget_plan(settings.VAR_DIR)
    shutil.rmtree(settings.VAR_DIR / switching.FOLDER, ignore_errors=True)


def load(dump):
    """All of the database or, where that fails, nothing and the files as they were."""
    try:
        postgresql.load(dump)
    except Refused:
        switching.undo(settings.VAR_DIR)
        raise


def mend(**variables):
    command = [sys.executable, "-m", "imrap_site.keeping.mending"]
    done = subprocess.run(  # noqa: S603 (our own interpreter)
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"SECRET_KEY": settings.SECRET_KEY} | variables,
        capture_output=True,
        text=True,
        umask=stat.S_IRWXG | stat.S_IRWXO,
    )
    if done.returncode:
        raise Refused(f"The database can't be prepared: {done.stderr.strip()[-500:]}")
