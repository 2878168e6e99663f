"""`manage.py lost_phone awa`: for a person who can't give a second factor any more."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Removes the authenticator app, the passkeys and the recovery codes of a person who has "
        "lost them. They sign in with the password alone and set up new ones."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="the name with which the person signs in")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")

    def handle(self, username, yes, **options):
        person = get_user_model().objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"Nobody signs in as “{username}”.")
        found = Authenticator.objects.filter(user=person)
        if not found:
            self.stdout.write(f"{username} has no second factor; nothing to remove.")
            return
        self.stdout.write(f"{username} has: {', '.join(str(one) for one in found)}.")
        if not yes and input("Remove all of it? Type the name again: ") != username:
            raise CommandError("Nothing was removed.")
        found.delete()
        self.stdout.write(f"Removed. {username} now signs in with the password alone.")
