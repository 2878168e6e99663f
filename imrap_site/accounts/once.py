"""What proves a second factor does so once: figures of an app, an answer of a passkey."""

import base64
import datetime
import hmac
import struct
import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

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
    typed = "".join(filter(str.isalnum, code))
    now, around = int(time.time()) // app_settings.TOTP_PERIOD, app_settings.TOTP_TOLERANCE
    for step in range(now + around, now - around - 1, -1):
        if constant_time_compare(typed, _figures(secret, step)):
            return step
    return None


def _figures(secret, step):
    """What an app shows in a half minute (RFC 6238, RFC 4226)."""
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    figures = app_settings.TOTP_DIGITS
    return f"{(number & 0x7FFFFFFF) % 10**figures:0{figures}}"


def spend_answer(session, passkey):
    """Note that a passkey was used; whether the session with its question is younger than its last use.

    A stranger's session is a cookie, so it could be sent once more, with the answer.
    """
    begun = session.get(BEGUN) or time.time()
    moment = datetime.datetime.fromtimestamp(begun, datetime.UTC)
    unused_since = Q(last_used_at=None) | Q(last_used_at__lt=moment)
    found = Authenticator.objects.filter(unused_since, pk=passkey.pk)
    return bool(found.update(last_used_at=timezone.now()))
