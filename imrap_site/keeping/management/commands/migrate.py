"""Django's own; the file of a new SQLite database is made first."""

from django.core.management import CommandError
from django.core.management.commands import migrate

from imrap_site.keeping.first_time import make_database


class Command(migrate.Command):
    def execute(self, *args, **options):  # before its checks, which ask the database
        try:
            make_database()
        except OSError as problem:
            raise CommandError(f"The database can't be made: {problem}.") from None
        return super().execute(*args, **options)
