"""Django's own; the file of a new SQLite database is made first."""

from django.core.management import CommandError
from django.core.management.commands import migrate

from imrap_site.keeping.first_time import make_database


class Command(migrate.Command):
    def handle(self, *args, **options):
        try:
            make_database()
        except OSError as problem:
            raise CommandError(f"The database can't be made: {problem}.") from None
        super().handle(*args, **options)
