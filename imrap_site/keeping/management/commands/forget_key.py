"""`manage.py forget_key`: before all hosts get another SECRET_KEY."""

from django.core.management.base import BaseCommand

from imrap_site.keeping import parts


class Command(BaseCommand):
    help = (
        "Forgets which SECRET_KEY the hosts of this site share: the next one that starts says it. "
        "Stop all hosts first."
    )
    requires_system_checks = []

    def handle(self, **options):
        parts.forget_the_key()
        self.stdout.write("Forgotten. The next host that starts says which key all have.")
