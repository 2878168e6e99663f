"""A signed address that lets somebody without an account read one draft for some days.

The signature covers the kind, the key and the last change, so every save revokes the addresses
that were given out before; so does changing SECRET_KEY. Files of the draft ask for it too.
"""

import datetime
import re

from django.conf import settings
from django.core import signing
from django.utils import timezone

from profiles.models import KINDS

VALID_FOR = datetime.timedelta(days=7)
PARAMETER = "preview"
_signer = signing.TimestampSigner(salt="profiles.preview")


def token_for(entry):
    return _signer.sign(_content(entry))


def _content(entry):
    return f"{entry.kind_slug}-{entry.pk}-{entry.updated.timestamp():.6f}"


def address_for(entry):
    return f"{entry.get_absolute_url()}?{PARAMETER}={token_for(entry)}"


def entry_of(token):
    """The entry that a token opens; None if it is forged, too old, or from before a change."""
    try:
        content = _signer.unsign(token, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    kind, key, _updated = content.rsplit("-", 2)
    if kind not in KINDS:  # switched off since
        return None
    entry = KINDS[kind].objects.filter(pk=key).with_related().first()
    return entry if entry and _content(entry) == content else None


def opens(token, entry_kind, slug):
    """The entry at this address, if the token is for it."""
    entry = entry_of(token) if token else None
    return entry if entry and (type(entry), entry.slug) == (entry_kind, slug) else None


def opens_file(token, name):
    """Whether the token is for the entry to which an uploaded file belongs."""
    entry = entry_of(token) if token else None
    if entry is None:
        return False
    return type(entry).objects.filter(pk=entry.pk).holding_file(name).exists()


def valid_until(token):
    seconds = signing.b62_decode(token.rsplit(":", 2)[1])
    return datetime.datetime.fromtimestamp(seconds, timezone.get_default_timezone()) + VALID_FOR


def with_token(html, token):
    """A page's HTML in which each address under /media/ carries the token."""
    addresses = re.compile(rf'(?<=[" ]){re.escape(settings.MEDIA_URL)}[^"\s?]+')
    return addresses.sub(rf"\g<0>?{PARAMETER}={token}", html)
