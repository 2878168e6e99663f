"""No file goes while a backup reads: a lock on a file in var/, which the system lifts, and for all
hosts of one database a lock there."""

import fcntl
import os
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.db import DatabaseError, connection

from imrap_site.keeping.refusals import Refused
from imrap_site.postgresql.turns import turn_for_long

LOCK = "keeping-lock"


@contextmanager
def files_stay():
    """For backups, several at once; waits for a sweep, which is short."""
    with locked(fcntl.LOCK_SH):
        yield


@contextmanager
def files_may_go(is_patient=False):
    """For sweep and restore, alone; Refused while something else is at it, or `is_patient`."""
    with locked(fcntl.LOCK_EX if is_patient else fcntl.LOCK_EX | fcntl.LOCK_NB):
        yield


@contextmanager
def locked(how):
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    door = os.open(settings.VAR_DIR / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    with ExitStack() as until:
        until.callback(os.close, door)
        try:
            fcntl.flock(door, how)
            if connection.vendor == "postgresql":
                is_shared, is_patient = bool(how & fcntl.LOCK_SH), not how & fcntl.LOCK_NB
                until.enter_context(turn_for_long(LOCK, is_shared, is_patient=is_patient))
        except BlockingIOError:
            raise Refused(
                "A backup, a sweep or a restore is at work here: try again when it is done."
            ) from None
        except DatabaseError as problem:
            raise Refused(f"The database does not answer: {str(problem).strip()}") from None
        yield


def must_be_the_owner():
    """Files that root makes here would be closed to the site."""
    owner = settings.VAR_DIR.stat().st_uid if settings.VAR_DIR.exists() else os.geteuid()
    if os.geteuid() == 0 != owner:
        raise Refused(
            f"The site belongs to the user with the number {owner}: run this as that user, not "
            f'as root (runuser -u "$(id -un {owner})" -- …).'
        )
