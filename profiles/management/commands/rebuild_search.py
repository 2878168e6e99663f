"""Make the search index anew, after entries came in by a way that does not save each."""

from django.core.management.base import BaseCommand

from profiles import search

WIDTH = 40


class Command(BaseCommand):
    help = "Makes the search index anew from all entries, and reads PDFs again where it has to."

    def handle(self, *args, **options):
        number = search.rebuild(self.with_bar if self.stderr.isatty() else with_nothing)
        self.stdout.write(f"{number} entries can be found.")

    def with_bar(self, steps, number):
        for step, one in enumerate(steps, 1):
            yield one
            done = WIDTH * step // max(1, number)
            bar = "#" * done + "." * (WIDTH - done)
            self.stderr.write(f"\r[{bar}] {step} of {number}", ending="")
            self.stderr.flush()
        self.stderr.write("")


def with_nothing(steps, _number):
    return steps
