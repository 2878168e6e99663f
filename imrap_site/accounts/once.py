"""What proves a second factor does so once: figures of an app, an answer of a passkey."""

import datetime
import time

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from imrap_site.accounts.sessions import BEGUN

LAST_STEP = "last_step"


def spend_code(authenticator, code):
    """Note that an app's six figures were used; whether they are newer than all used before.

    In the row of the app, locked: no second process takes them at the same moment.
    """
    with transaction.atomic():
        app = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        step = _step_of(decrypt(app.data["secret"]), code)
        if step is None or step <= app.data.get(LAST_STEP, 0):
            return False
        app.data[LAST_STEP] = step
        app.save(update_fields=["data"])
    authenticator.data = app.data
    return True


def _step_of(secret, code):
    """The latest half minute, of those that are accepted now, whose figures these are."""
    steps = [
        step
        for step in yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
    ]
    return max(steps, default=None)


def spend_answer(session, passkey):
    """Note that a passkey was used; whether the session with its question is younger than its last use.

    A stranger's session is a cookie, so it could be sent once more, with the answer.
    """
    begun = session.get(BEGUN) or time.time()
    moment = datetime.datetime.fromtimestamp(begun, datetime.UTC)
    unused_since = Q(last_used_at=None) | Q(last_used_at__lt=moment)
    found = Authenticator.objects.filter(unused_since, pk=passkey.pk)
    return bool(found.update(last_used_at=timezone.now()))
