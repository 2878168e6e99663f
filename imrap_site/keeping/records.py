"""When the last good backup was made: written down in var/, for the desk and for whoever watches."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from profiles.formats.kept import keep


def last_good_backup():
    """The moment as a datetime; None if there was none, or if nobody can tell."""
    try:
        moment = datetime.fromisoformat(record().read_text("ascii").strip())
    except (OSError, ValueError):
        return None
    # A clock that was wrong must not keep the desk calm for years.
    is_credible = moment.tzinfo and moment < timezone.now() + timedelta(days=1)
    return moment if is_credible else None


def note_good_backup(moment):
    keep(record(), moment.isoformat().encode())


def record():
    return settings.VAR_DIR / "last-backup"
