"""Makes the database, in a process of its own: `python -m benchmarks.peers.naive.filling`."""

import os

import django
from django.core.management import call_command


def fill():
    from benchmarks.peers.content import entries
    from benchmarks.peers.naive.models import Entry

    call_command("migrate", run_syncdb=True, verbosity=0)
    Entry.objects.bulk_create(Entry(**facts) for facts in entries())


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.naive.settings"
    django.setup()
    fill()
