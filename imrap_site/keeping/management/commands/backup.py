"""`manage.py backup`: a copy of everything, while the site is in use."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from imrap_site.keeping import backing_up, locks, restic, switching
from imrap_site.keeping.progress import Bar
from imrap_site.keeping.records import note_good_backup
from imrap_site.keeping.refusals import Refused, in_words


class Command(BaseCommand):
    help = (
        "Copies database, uploaded files, secret key and .env into one archive, while the site is "
        "in use, and reads it back; or, with --folder, into a folder in which unchanged files cost "
        "no room."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", metavar="FILE", help="default: <date>-<time>.tar in BACKUP_DIR"
        )
        parser.add_argument(
            "--folder",
            nargs="?",
            const=str(settings.BACKUP_DIR),
            metavar="DIR",
            help="lay DIR/<date>-<time>/ (default of DIR: BACKUP_DIR)",
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="then remove all but the newest N there"
        )
        parser.add_argument(
            "--restic",
            action="store_true",
            help="hand the folder to restic, where RESTIC_REPOSITORY is set",
        )

    def handle(self, *, file, folder, keep, restic, verbosity, **options):
        self.is_silent = verbosity == 0
        try:
            self.must_make_sense(file, folder, keep, restic)
            manifest = self.to_folder(Path(folder), restic) if folder else self.to_file(file)
            note_good_backup(manifest.moment)
            self.keep(keep, Path(folder) if folder else self.path.parent, bool(folder))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as problem:
            raise CommandError(f"There is no backup. {in_words(problem)}") from problem

    def must_make_sense(self, file, folder, keep, restic):
        locks.must_be_the_owner()
        if file and folder:
            raise Refused("Name a file, or a folder behind --folder, not both.")
        if keep is not None and keep < 1:
            raise Refused("--keep needs a number from 1 on: the newest backup stays.")
        if restic and not folder:
            raise Refused("--restic goes with --folder.")
        if switching.is_interrupted(settings.VAR_DIR):
            raise Refused(switching.INTERRUPTED)

    def to_file(self, file):
        self.path = Path(file) if file else backing_up.free_name(settings.BACKUP_DIR, ".tar")
        if self.path.is_dir():
            raise Refused(f"{self.path} is a folder: name a file, or use --folder.")
        manifest = backing_up.back_up_to_file(self.path, self.bar)
        size = self.path.stat().st_size
        self.say(f"{self.path}: {len(manifest.media)} files, {size / 10**6:.1f} MB, verified.")
        self.say_missing(manifest)
        return manifest

    def to_folder(self, folder, with_restic):
        path, writer, manifest = backing_up.back_up_to_folder(folder, self.bar)
        self.say(f"{path}: {writer.linked} files unchanged, {writer.copied} copied.")
        if not writer.can_link:
            self.say("This file system has no hard links, so each folder takes its full room.")
        self.say_missing(manifest)
        if with_restic:
            self.say(restic.hand_over(folder, path))
        return manifest

    def say_missing(self, manifest):
        if manifest.missing:
            self.stderr.write(
                f"{len(manifest.missing)} files that entries name were missing in media/ already, "
                f"{manifest.missing[0]} for one."
            )

    def keep(self, number, folder, is_folder):
        if number:
            for name in backing_up.keep_newest(number, folder, is_folder):
                self.say(f"Removed the older {name}.")

    def say(self, sentence):
        if not self.is_silent:
            self.stdout.write(sentence)

    def bar(self, doing, total):
        return Bar(None if self.is_silent else self.stderr, doing, total)
