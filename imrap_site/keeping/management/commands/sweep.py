"""`manage.py sweep`: takes away what nobody holds any more."""

import os
from collections import Counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from imrap_site.keeping import locks, switching
from imrap_site.keeping.refusals import Refused, in_words
from imrap_site.keeping.sweeping import sweep


class Command(BaseCommand):
    help = (
        "Removes expired sessions, files that no entry and no kept version holds, versions beyond "
        "REVISIONS_KEPT of each entry, and what waited or was drawn too long in var/."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="list what would go")
        parser.add_argument("--gently", action="store_true", help="let everything else go first")

    def handle(self, *, dry_run, gently, verbosity, **options):
        self.number, self.size = Counter(), Counter()
        if gently:
            os.nice(19)
        try:
            locks.must_be_the_owner()
            if switching.is_interrupted(settings.VAR_DIR):
                raise Refused(switching.INTERRUPTED)
            for surplus in sweep(dry_run, is_patient=gently):
                self.count(surplus, is_listed=dry_run or verbosity > 1)
        except Refused as refusal:
            raise CommandError(f"{self.summary(dry_run)} {refusal}") from refusal
        except OSError as problem:
            raise CommandError(f"{self.summary(dry_run)} {in_words(problem)}") from problem
        if verbosity:
            self.stdout.write(self.summary(dry_run))

    def count(self, surplus, is_listed):
        self.number[surplus.what] += 1
        self.size[surplus.what] += surplus.size
        if is_listed:
            self.stdout.write(f"{surplus.what}: {surplus.name} ({surplus.size} bytes)")

    def summary(self, is_dry):
        if not self.number:
            return "Nothing would be removed." if is_dry else "Nothing was removed."
        listed = ", ".join(f"{number} × {what}" for what, number in sorted(self.number.items()))
        verb = "Would remove" if is_dry else "Removed"
        return f"{verb} {listed}: {sum(self.size.values())} bytes."
