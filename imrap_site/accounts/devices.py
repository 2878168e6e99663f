"""Devices on which somebody signed in before: there they get in while others guess elsewhere.

A signed cookie says which accounts were opened there. It ends with the password, and with signing out
everywhere; it opens nothing by itself.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from imrap_site.accounts.people import number_of_sign_outs

COOKIE = "known_device"
YEAR = 365 * 24 * 3600
MOST_ACCOUNTS = 5
SALT = "accounts.known_device"


def known_for(request, person):
    """The name of the device, if this person has signed in on it; None if not."""
    device, stamps = _read(request)
    stamp = stamps.get(str(person.pk))
    is_known = stamp and constant_time_compare(stamp, _stamp(person))
    return device if is_known else None


def remember(request, response, person):
    device, stamps = _read(request)
    stamps.pop(str(person.pk), None)
    stamps = dict([*stamps.items(), (str(person.pk), _stamp(person))][-MOST_ACCOUNTS:])
    response.set_cookie(
        COOKIE,
        signing.dumps([device or secrets.token_hex(8), stamps], salt=SALT),
        YEAR,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request):
    """(name of the device or None, what was signed for each account)"""
    try:
        device, stamps = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except signing.BadSignature:
        return None, {}
    return device, stamps


def _stamp(person):
    what_ends_it = f"{person.get_session_auth_hash()} {number_of_sign_outs(person)}"
    return salted_hmac(SALT, what_ends_it).hexdigest()[:32]
