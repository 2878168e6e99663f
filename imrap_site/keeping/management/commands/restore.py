"""`manage.py restore`: the way back from a backup, on an empty installation too."""

import io
import os
import sys
from pathlib import Path

import environ
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from imrap_site import turns
from imrap_site.keeping import locks, restoring, switching
from imrap_site.keeping.manifest import ENV
from imrap_site.keeping.progress import Bar
from imrap_site.keeping.refusals import Refused, in_words
from imrap_site.keeping.verifying import opened

# Where things are put: what an empty installation needs of the backup's .env beforehand.
PLACES = ("DATABASE_URL", "CACHE_URL", "MEDIA_ROOT", "MEDIA_URL")


class Command(BaseCommand):
    help = (
        "Puts a backup, an archive or a folder, in the place of all content. The former state is "
        "kept in var/. Without FILE it finishes a restore that was interrupted."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("backup", nargs="?", metavar="FILE|DIR")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")

    def handle(self, *, backup, yes, **options):
        try:
            locks.must_be_the_owner()
            restoring.must_not_run()
            with turns.take_turn():
                restoring.must_not_run()
                self.finish_what_was_interrupted(backup)
                if backup:
                    self.restore(Path(backup), yes)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as problem:
            raise CommandError(f"Nothing was restored. {in_words(problem)}") from problem

    def finish_what_was_interrupted(self, backup):
        if switching.is_interrupted(settings.VAR_DIR):
            with locks.files_may_go():
                restoring.finish(self.stdout.write)
            self.stdout.write("The restore that was interrupted is finished.")
        elif not backup:
            raise Refused("Name a backup. No restore was interrupted here.")

    def restore(self, path, yes):
        with opened(path) as backup:
            self.go_where_it_belongs(backup)
            self.yes = yes
            connections.close_all()
            restoring.Restore(backup, self.stdout.write, self.bar, self.ask).run()

    def bar(self, doing, total):
        return Bar(self.stderr, doing, total)

    def ask(self, question):
        self.stdout.write(question)
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise Refused("Nobody can be asked here: add --yes.")
        if input("Type yes to go on: ").strip().lower() != "yes":
            raise Refused("Nothing was restored.")

    def go_where_it_belongs(self, backup):
        """On an empty installation the backup's .env says where database and files lie."""
        member = backup.manifest.member(ENV)
        if member is None or (settings.BASE_DIR / ENV).exists():
            return
        wanted = places_in(b"".join(backup.chunks(member)))
        if new := {name: wanted[name] for name in wanted if name not in os.environ}:
            must_be_free(new)
            os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | new)  # noqa: S606


def places_in(content):
    class OfBackup(environ.Env):
        ENVIRON = {}

    OfBackup.read_env(io.StringIO(content.decode("utf-8", "replace")))
    return {name: OfBackup.ENVIRON[name] for name in PLACES if OfBackup.ENVIRON.get(name)}


def must_be_free(places):
    """Somebody else's site may be there: two clones on one machine."""
    for path in taken(places):
        if not path.resolve().is_relative_to(settings.BASE_DIR):
            raise Refused(
                f"The backup's .env leads to {path}, where something is already: write a .env here "
                "that says where this site's database and files belong."
            )


def taken(places):
    """Paths of the database and the files that are at these places."""
    database = environ.Env.db_url_config(places.get("DATABASE_URL", "sqlite://:memory:"))
    file = Path(database.get("NAME", ""))
    if "sqlite" in database.get("ENGINE", "") and file.is_file():
        yield file
    media = Path(places.get("MEDIA_ROOT", settings.MEDIA_ROOT))
    if media.is_dir() and any(not one.name.startswith(".") for one in media.iterdir()):
        yield media
