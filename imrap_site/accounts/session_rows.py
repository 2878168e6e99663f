"""Sessions of people in the database, where several hosts have one: Django's table, in which
`expire_date` is when a session was last used."""

from contextlib import suppress
from datetime import UTC, datetime

from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.utils import timezone


def exists(key):
    return rows(key).exists()


def read(key):
    """(what was written, when it was last used); OSError where there is none."""
    found = rows(key).values_list("session_data", "expire_date").first()
    if found is None:
        raise FileNotFoundError
    return found[0], found[1].timestamp()


def write(key, text):
    now = {"session_data": text, "expire_date": timezone.now()}
    Session.objects.update_or_create(session_key=key, defaults=now)


def seen_now(key):
    with suppress(DatabaseError), transaction.atomic():
        rows(key).update(expire_date=timezone.now())


def remove(key):
    rows(key).delete()


def of_person(number):
    """Their keys, the one that was used last at the end."""
    theirs = Session.objects.filter(session_key__startswith=f"{number}x")
    return list(theirs.order_by("expire_date").values_list("session_key", flat=True))


def remove_older_than(moment):
    oldest = datetime.fromtimestamp(moment, UTC)
    return Session.objects.filter(expire_date__lt=oldest).delete()[0]


def rows(key):
    return Session.objects.filter(session_key=key)
