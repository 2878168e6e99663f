"""The time zone that somebody wrote behind an hour: "17:00 GMT+1", "17h (heure de Bamako)"."""

import datetime
import re
import zoneinfo

from django.core.exceptions import ValidationError
from django.utils import timezone

FIRST_MOMENT = re.compile(r"[ T]00:00:00(?:\.0+)?$")  # how programs write a day alone
LONGEST = 100  # letters that are looked through for a zone
ZONE = re.compile(
    r"(?P<moment>.*?)\s*\(?(?:(?:gmt|utc|tu)?\s*(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?"
    r"|\b(?P<name>\w+/[\w/]+)|\bheure (?:de |d['’])(?P<city>[^()]+)|\b(?P<place>\w[^()\d]*) time)\)?",
    re.IGNORECASE,
)


def moment_in_zone(text, read):
    """What `read` makes of a text in the site's zone, or in the one that stands at its end."""
    text = FIRST_MOMENT.sub("", text)
    try:
        return read(text)
    except ValidationError:
        found = len(text) <= LONGEST and ZONE.fullmatch(text)
        zone = found and zone_in(found)
        if not zone:
            raise
    return read(found["moment"]).replace(tzinfo=zone)


def zone_in(found):
    """None where there is no such zone."""
    try:
        return offset(found) if found["sign"] else named(found)
    except (LookupError, OSError, ValueError):
        return None


def offset(found):
    hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
    difference = datetime.timedelta(hours=hours, minutes=minutes)
    return datetime.timezone(-difference if found["sign"] == "-" else difference)


def named(found):
    """By its own name ("Africa/Bamako"), or the site's by that of its place."""
    if found["name"]:
        return zoneinfo.ZoneInfo(found["name"])
    own = timezone.get_default_timezone()
    place = (found["city"] or found["place"]).strip().lower()
    return own if own.key.lower().endswith(f"/{place.replace(' ', '_')}") else None
