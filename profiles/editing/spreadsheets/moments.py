"""A day with an hour as people write them into a cell: "31/12/2026 17h00", "2026-12-31"."""

import datetime
import re
import zoneinfo

from django.conf import settings
from django.utils import timezone

from profiles.dates import normalised

LAST_MINUTE = datetime.time(23, 59)  # of a day whose hour nobody wrote
DAY_AND_CLOCK = re.compile(
    r"(?P<day>.+?)(?:\s*\b(?:à|at)\b\s*|[\s,T]+)"
    r"(?P<hour>\d{1,2})\s*(?:(?:heures?|h|:)\s*(?P<minute>[0-5]\d)?(?:\s*:\s*[0-5]\d(?:\.\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?\s*(?P<zone>\S.*)?",
    re.IGNORECASE,
)
CLOCK = re.compile(r"\d\s*(?:h|:|[ap]\.?\s?m\b)", re.IGNORECASE)
OFFSET = re.compile(r"(?:gmt|utc|tu|z)?\s*(?:([+-])(\d{1,2}):?(\d{2})?)?", re.IGNORECASE)

FIRST_MOMENT = re.compile(r"[ T]00:00:00(?:\.0+)?$")  # how programs write a day alone
IN_WORDS = {  # the end of a deadline's day, not its beginning
    re.compile(
        r"\b(?:minuit|midnight|24\s*(?:heures|[h:])(?:\s*00)?)(?!\w)", re.IGNORECASE
    ): "23:59",
    re.compile(r"\b(?:midi|noon)\b", re.IGNORECASE): "12:00",
}


def moment_of(text):
    """The moment that a text names, in the site's zone unless it says another; ValueError if none.

    A day alone means its last minute.
    """
    text = FIRST_MOMENT.sub("", text)
    for words, clock in IN_WORDS.items():
        text = words.sub(clock, text)
    if not CLOCK.search(text):
        return at(day_of(text), LAST_MINUTE, timezone.get_default_timezone())
    found = DAY_AND_CLOCK.fullmatch(text)
    if not found:
        raise ValueError(text)
    clock = datetime.time(hour_of(found["hour"], found["half"]), int(found["minute"] or 0))
    return at(day_of(found["day"]), clock, zone_of(found["zone"]))


def at(day, clock, zone):
    try:
        moment = datetime.datetime.combine(day, clock, zone)
        moment.astimezone(datetime.UTC)  # as it is stored
    except OverflowError as error:
        raise ValueError(str(day)) from error
    return moment


def day_of(text):
    """ValueError where only a month or a year is known: fromisoformat wants all three."""
    return datetime.date.fromisoformat(normalised(text))


def hour_of(digits, half):
    hour = int(digits)
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{digits} {half}")
    return hour % 12 + (12 if half[0] in "pP" else 0)


def zone_of(text):
    own = timezone.get_default_timezone()
    name = re.sub(
        r"^heure (?:de |d['’])|\btime$|[()]", "", (text or "").strip(" ()").lower()
    ).strip()
    if name in ("", settings.TIME_ZONE.lower(), settings.TIME_ZONE.lower().rpartition("/")[2]):
        return own
    if found := OFFSET.fullmatch(name):
        sign, hours, minutes = found[1] or "+", int(found[2] or 0), int(found[3] or 0)
        offset = datetime.timedelta(hours=hours, minutes=minutes)
        return datetime.timezone(-offset if sign == "-" else offset)
    try:
        return zoneinfo.ZoneInfo(text.strip(" ()"))
    except (LookupError, OSError) as error:
        raise ValueError(text) from error
