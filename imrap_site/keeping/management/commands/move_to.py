"""`manage.py move_to`: the whole site to another database and another place of files."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from imrap_site import places, turns
from imrap_site.keeping import locks, restoring, switching
from imrap_site.keeping.moving import Move
from imrap_site.keeping.moving_files import move_files, place_of
from imrap_site.keeping.progress import Bar
from imrap_site.keeping.refusals import Refused, in_words


class Command(BaseCommand):
    help = (
        "Copies all content, history, accounts and the search into another database, which is empty, "
        "and with --media the files to an S3 server or a folder. What is here stays as it is. Stop the "
        "site first; a move that was interrupted is begun anew by the same command."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("database", metavar="DATABASE_URL")
        parser.add_argument("--media", metavar="MEDIA_URL|FOLDER", help="where the files go")

    def handle(self, *, database, media, **options):
        try:
            locks.must_be_the_owner()
            restoring.must_not_run()
            if switching.is_interrupted(settings.VAR_DIR):
                raise Refused(switching.INTERRUPTED)
            with turns.take_turn() as turn:
                self.move(database, media, turn)
        except (Refused, ImproperlyConfigured) as refusal:
            raise CommandError(f"Nothing was moved. {refusal}") from None
        except OSError as problem:
            raise CommandError(f"Nothing was moved. {in_words(problem)}") from None

    def move(self, database, media, turn):
        there = places.database_at(database.strip())
        move = Move(there, database, self.stdout.write, self.bar, turn)
        place = place_of(media) if media else None
        move.must_be_free()
        with locks.files_stay():
            files = move_files(place, self.bar) if place else None
            rows = move.run()
        self.stdout.write(
            f"{sum(rows.values())} rows in {len(rows)} tables are there, and the same."
        )
        if files:
            self.stdout.write(f"{files[0]} files with {files[1]} bytes are there, and the same.")
        self.stdout.write(self.what_now(media))

    def what_now(self, media):
        names = "DATABASE_URL" + (self.name_of(media) if media else "")
        return (
            f"Now write {names} into .env as you have just typed it, run `make install`, and start the "
            "site. What was here is untouched. Everybody signs in anew."
        )

    def name_of(self, media):
        if places.scheme_of(media):
            return " and MEDIA_URL"
        return " and MEDIA_ROOT (and take MEDIA_URL out)"

    def bar(self, doing, total):
        return Bar(self.stderr, doing, total)
