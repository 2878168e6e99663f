"""When the last good backup was made: written down in var/, for the desk and for whoever watches,
and where several hosts share a database also there."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from imrap_site.keeping import notes
from profiles.formats.kept import keep

NOTE = "last-backup"


def last_good_backup():
    """The moment as a datetime; None if there was none, or if nobody can tell."""
    moments = [moment for text in told() if (moment := credible(text))]
    return max(moments, default=None)


def told():
    with suppress(OSError, ValueError):
        yield record().read_text("ascii")
    if notes.are_shared():
        yield notes.read(NOTE) or ""


def credible(text):
    """A clock that was wrong must not keep the desk calm for years."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    is_credible = moment.tzinfo and moment < timezone.now() + timedelta(days=1)
    return moment if is_credible else None


def note_good_backup(moment):
    keep(record(), moment.isoformat().encode())
    if notes.are_shared():
        notes.write(NOTE, moment.isoformat())


def record():
    return settings.VAR_DIR / NOTE
