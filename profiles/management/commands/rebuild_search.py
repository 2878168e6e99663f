"""Make the search index anew, after entries came in by a way that does not save each."""

from django.core.management.base import BaseCommand

from profiles import search


class Command(BaseCommand):
    help = "Makes the search index anew from all entries."

    def handle(self, *args, **options):
        number = search.rebuild()
        self.stdout.write(f"{number} entries can be found.")
