"""`manage.py seed`: the organisation and its first entries, once."""

from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError

from profiles.generated import add_papers
from profiles.models import Paper
from profiles.seeding import STARTER, StarterError, add_missing

GENERATED = 55  # beside those of real-life.toml: sixty papers


def whole_number(text):
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"“{text}” is not a whole number.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Adds the entries of profiles/starter/ that are not there yet. It may run again at any "
        "time: what staff changed stays as it is, what they deleted comes back."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--sample",
            action="store_true",
            help="also more works of the organisation, and an example of every kind",
        )
        parser.add_argument(
            "--real-life",
            action="store_true",
            help="instead of those: an example that is as rich as real sites, with 60 papers, "
            "photographs, three languages; for an empty site",
        )
        parser.add_argument(
            "--entries",
            type=whole_number,
            default=0,
            metavar="N",
            help="also generated papers, N in all, to try the site under load",
        )

    def handle(self, *, sample, real_life, entries, verbosity, **options):
        names = ["profile.toml", "sample.toml"] if sample else ["profile.toml"]
        if real_life:
            names, entries = ["real-life.toml"], entries or GENERATED
        try:
            added, present = add_missing(*(STARTER / name for name in names))
            if entries:
                new_papers, present_papers = add_papers(entries)
                added[Paper] += new_papers
                present[Paper] += present_papers
        except StarterError as error:
            raise CommandError(f"Nothing was stored. {error}") from error
        if verbosity:
            self.stdout.write(f"Added: {counted(added)}. Already there: {counted(present)}.")


def counted(counter):
    """ "1 organisation, 2 papers"; "nothing"."""
    parts = [
        f"{number} {model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural}"
        for model, number in counter.items()
        if number
    ]
    return ", ".join(parts) or "nothing"
