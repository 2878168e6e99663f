"""`manage.py verify_backup`: whether a backup could be restored."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from imrap_site.keeping.progress import Bar
from imrap_site.keeping.refusals import Refused, in_words
from imrap_site.keeping.verifying import must_fit, opened, verify


class Command(BaseCommand):
    help = "Reads a backup to its end: checksums, database, and the files that entries name."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("backup", metavar="FILE|DIR")

    def handle(self, *, backup, **options):
        try:
            with opened(Path(backup)) as found:
                manifest = found.manifest
                must_fit(manifest)
                size = sum(member.size for member in manifest.members)
                verify(found, Bar(self.stderr, "Verifying", size).add)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as problem:
            raise CommandError(f"It could not be verified. {in_words(problem)}") from problem
        moment = timezone.localtime(manifest.moment)
        self.stdout.write(
            f"{backup} is whole: version {manifest.version}, {moment:%Y-%m-%d %H:%M}, "
            f"{manifest.engine}, {len(manifest.media)} files."
        )
        if manifest.missing:
            self.stdout.write(f"Missing already when it was made: {', '.join(manifest.missing)}.")
