"""The whole site to carry: a folder of files for a stick, a file for Kiwix, or both."""

import errno

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from profiles.carrying import zim
from profiles.carrying.everything import Everything
from profiles.carrying.folder import Folder, Refused
from profiles.carrying.visitor import Withdrawn
from profiles.carrying.walk import Walk
from profiles.models import Organisation

WIDTH = 40
TRIES = 3  # where entries are published or withdrawn meanwhile


class Command(BaseCommand):
    help = (
        "Writes all public pages in every language, with their files and a search of their own, "
        "into FOLDER, where index.html opens them without a server. Run again, it writes what "
        "changed and takes away what is no longer on the site."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", metavar="FOLDER", help="an empty or a new folder")
        parser.add_argument("--zim", metavar="FILE", help="also, or only, one file for Kiwix")

    def handle(self, *, folder, zim, verbosity, **options):
        if not folder and not zim:
            raise CommandError("Name a folder, or a file for Kiwix behind --zim.")
        self.is_silent = verbosity == 0
        try:
            self.export_while_entries_change(folder, zim)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except Withdrawn as withdrawn:
            raise CommandError(
                "Entries were published or withdrawn meanwhile: run it again."
            ) from withdrawn
        except OSError as error:
            raise CommandError(in_words(error)) from error

    def export_while_entries_change(self, *outputs):
        for left in reversed(range(TRIES)):
            try:
                with translation.override(None):
                    self.export(*outputs)
                break
            except Withdrawn:
                if not left:
                    raise

    def export(self, folder, zim_file):
        if zim_file:
            zim.check()
        opened = Folder(folder).open() if folder else None
        if not Organisation.objects.exists():
            raise Refused("There is no organisation yet, so there are no pages.")
        with Walk(self.bar("Reading")) as walk:
            walk.go()
            everything = Everything(walk)
            if settings.IS_LOCAL:
                self.say(f"Pages give {walk.visitor.site} as their address; ALLOWED_HOSTS says it.")
            if opened:
                self.fill(opened, everything)
            if zim_file:
                zim.write(zim_file, everything, self.bar("Packing"))
                self.say(f"{zim_file}: {everything.number} pages and files for Kiwix.")

    def fill(self, folder, everything):
        report = self.bar("Writing")
        for number, carried in enumerate(everything, 1):
            folder.put(carried)
            report(number, everything.number)
        folder.finish()
        self.say(
            f"{folder.path}: {folder.written} files written, {folder.kept} unchanged, "
            f"{folder.removed} taken away. Open index.html there."
        )

    def say(self, sentence):
        if not self.is_silent:
            self.stdout.write(sentence)

    def bar(self, doing):
        """A function that draws how far it is, on a terminal."""
        if self.is_silent or not self.stderr.isatty():
            return lambda done, known: None

        def draw(done, known):
            filled = WIDTH * done // max(1, known)
            line = f"\r{doing} [{'#' * filled}{'.' * (WIDTH - filled)}] {done} of {known} "
            self.stderr.write(line, ending="\n" if done == known else "")
            self.stderr.flush()

        return draw


def in_words(error):
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}: make room and run it again, it goes on where it stopped."
    return f"Not everything could be written: {error.strerror or error}{where}."
