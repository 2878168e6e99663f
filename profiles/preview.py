"""A signed address that lets somebody without an account read one draft for some days.

It opens the draft as it is saved last, until its date or until it is taken back: the signature covers
the kind, the key, and how often addresses of this entry were taken back before. Changing SECRET_KEY
ends it too. Files of the draft ask for it as well.
"""

import datetime
import re
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from profiles.models import KINDS, Entry, TakenBackPreview, is_named, numbers_of_file

VALID_FOR = datetime.timedelta(days=7)
PARAMETER = "preview"
EXPIRED, TAKEN_BACK, GONE = "expired", "taken back", "gone"
_signer = signing.TimestampSigner(salt="profiles.preview")


class Given(NamedTuple):
    """What an address that was really given out is worth now."""

    kind: type
    entry: Entry | None
    refusal: str  # why it opens nothing any more, "" while it does
    until: datetime.datetime


def token_for(entry):
    return _signer.sign(f"{entry.kind_slug}-{entry.pk}-{_times(entry.kind_slug, entry.pk)}")


def _times(kind_slug, key):
    known = TakenBackPreview.objects.filter(kind_slug=kind_slug, entry_key=key)
    return known.values_list("times", flat=True).first() or 0


def take_back(entry):
    """No address of this entry that was given out until now opens it any more."""
    which = {"kind_slug": entry.kind_slug, "entry_key": entry.pk}
    with transaction.atomic():
        TakenBackPreview.objects.get_or_create(**which)
        known = TakenBackPreview.objects.select_for_update().get(**which)
        known.times += 1
        known.save()


def address_for(entry, token=None):
    return f"{entry.get_absolute_url()}?{PARAMETER}={token or token_for(entry)}"


def given(token):
    """None for a token that nobody gave out."""
    try:
        content = _signer.unsign(token)
    except signing.BadSignature:
        return None
    kind_slug, key, mark = content.rsplit("-", 2)
    if kind_slug not in KINDS:  # switched off since
        return None
    kind, until = KINDS[kind_slug], valid_until(token)
    entry = kind.objects.filter(pk=key).with_related().first()
    if entry is None:
        refusal = GONE
    elif until < timezone.now():
        refusal = EXPIRED
    else:
        refusal = "" if _is_current(entry, mark) else TAKEN_BACK
    return Given(kind, entry, refusal, until)


def _is_current(entry, mark):
    times = _times(entry.kind_slug, entry.pk)
    if "." in mark:  # given out by an earlier version of the site, which named the last change
        return not times and mark == f"{entry.updated.timestamp():.6f}"
    return mark == str(times)


def entry_of(token):
    """The entry that a token opens; None if it is forged, too old or taken back."""
    found = given(token)
    return found.entry if found and not found.refusal else None


def opens_file(token, name):
    """Whether the token is for the entry to which an uploaded file belongs."""
    entry = entry_of(token) if token else None
    if entry is None:
        return False
    own = type(entry).objects.filter(pk=entry.pk)
    return own.holding_file(name).exists() or is_named(own, numbers_of_file(name))


def valid_until(token):
    seconds = signing.b62_decode(token.rsplit(":", 2)[1])
    return datetime.datetime.fromtimestamp(seconds, timezone.get_default_timezone()) + VALID_FOR


def with_token(html, token):
    """A page's HTML in which each address under /media/ carries the token."""
    addresses = re.compile(rf'(?<=[" ]){re.escape(settings.MEDIA_URL)}[^"\s?]+')
    return addresses.sub(rf"\g<0>?{PARAMETER}={token}", html)
