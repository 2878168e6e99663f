"""Times of day, moments and durations as people type them: "8h", "30 juin 2016 à 17h00", "1h05"."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from profiles.dates import LONGEST, folded, parsed, shortened

START_OF_DAY, END_OF_DAY = datetime.time(0, 0), datetime.time(23, 59)
REFUSALS = {
    "day": _("“%(value)s” is not a day. Type it like 30/06/2016 or 30 June 2016."),
    "time": _("“%(value)s” is not a time of day. Type it like 17:00, 17h or 8:30 pm."),
    "no_day": _("Type the day too, like 30/06/2016 or 30 June 2016."),
    "two_times": _("“%(value)s” and “%(other)s” are two times of day. Leave one of them."),
    "duration": _(
        "“%(value)s” is not a duration. Type minutes and seconds like 12:30 or 12 min 30, "
        "or hours and minutes like 1 h 05."
    ),
}


def refusal(code: str, value: str = "", other: str = "") -> ValidationError:
    params = {"value": shortened(value), "other": shortened(other)}
    return ValidationError(REFUSALS[code], code=code, params=params)


# Times of day

NOON, MIDNIGHT = {"midi", "noon"}, {"minuit", "midnight"}
HOURS_AND_MINUTES = re.compile(
    r"(\d\d?) ?(?:h(?:eures?|ours?)? ?(?:(\d\d?) ?(?:min|mn)?)?|[:.](\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
    r" ?([ap]\.?m\.?)? ?(gmt|utc|tu|z)?",
    re.ASCII,
)


def time_of_day(text: str, midnight: datetime.time = START_OF_DAY) -> datetime.time:
    """The time in a folded text; ValueError where there is none. `midnight` is what 24h means."""
    text = re.sub(r"[\s()]+", " ", text).strip()
    if text in NOON:
        return datetime.time(12)
    if text in MIDNIGHT:
        return midnight
    if not (found := HOURS_AND_MINUTES.fullmatch(text)):
        raise ValueError(text)
    hour, after_h, after_colon, second, half, zone = found.groups()
    hour, minute = _hour(int(hour), half), int(after_h or after_colon or 0)
    if (hour, minute, midnight) == (24, 0, END_OF_DAY):
        return midnight
    return datetime.time(hour, minute, int(second or 0), tzinfo=datetime.UTC if zone else None)


def _hour(hour: int, half: str | None) -> int:
    if half and not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half[0] == "p" else 0) if half else hour


# Moments

BEFORE_TIME = re.compile(r"(?<=\d)t(?=\d)|[\s,]+(?:(?:a|at|-|–)\s+)?")


def moment(day: str, time: str = "", day_alone: datetime.time = START_OF_DAY) -> datetime.datetime:
    """The moment of a day and a time, which may stand behind the day; ValidationError if unclear.

    `day_alone` is the time of a day that stands without one.
    """
    date, time_behind = _divided(folded(day[: LONGEST + 1]), day_alone)
    times = [_time(text, day_alone) for text in (time_behind, time) if text.strip()]
    if len(set(times)) > 1:
        raise refusal("two_times", time_behind, time)
    return _at(_day(date, day), times[0] if times else day_alone)


def _divided(text: str, midnight: datetime.time) -> tuple[str, str]:
    """A day, and the time behind it or ""."""
    for gap in reversed(list(BEFORE_TIME.finditer(text))):
        date, time = text[: gap.start()], text[gap.end() :]
        if not time.isdigit() and _is(time_of_day, time, midnight) and _is(parsed, date):
            return date, time
    return text, ""


def _is(read: Callable[..., Any], *text: Any) -> bool:
    try:
        return bool(read(*text))
    except ValueError:
        return False


def _time(text: str, midnight: datetime.time) -> datetime.time:
    try:
        return time_of_day(folded(text[: LONGEST + 1]), midnight)
    except ValueError:
        raise refusal("time", text) from None


def _day(date: str, typed: str) -> datetime.date:
    if not date:
        raise refusal("no_day")
    try:
        return datetime.date(*parsed(date))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # a month or a year alone has no day
        raise refusal("day", typed) from None


def _at(day: datetime.date, time: datetime.time) -> datetime.datetime:
    together = datetime.datetime.combine(day, time)
    return together if time.tzinfo else from_current_timezone(together)


def as_typed(moment: datetime.datetime) -> tuple[str, str]:
    """(day, time) of a moment as people write them: ("30/06/2016", "17:00")."""
    local = timezone.localtime(moment)
    return f"{local:%d/%m/%Y}", f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


class MomentInput(forms.Field):
    """Two inputs, of which the second may be left empty."""

    widget = forms.SplitDateTimeWidget
    hidden_widget = forms.SplitHiddenDateTimeWidget

    def __init__(self, *, day_alone: datetime.time = START_OF_DAY, **kwargs: Any) -> None:
        self.day_alone = day_alone
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime.datetime | None:
        day, time = value or ("", "")
        return moment(day or "", time or "", self.day_alone) if day or time else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


class MomentField(models.DateTimeField):
    """A DateTimeField that is read as people write; `day_alone` is the time of a bare day."""

    def __init__(self, *args: Any, day_alone: datetime.time = START_OF_DAY, **kwargs: Any) -> None:
        self.day_alone = day_alone
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs  # the database sees no other

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(
            **{**kwargs, "form_class": MomentInput, "day_alone": self.day_alone}
        )

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or _has_zone(value):
            return super().to_python(value)
        return moment(value, day_alone=self.day_alone)


def _has_zone(text: str) -> bool:
    try:
        return getattr(parse_datetime(text), "tzinfo", None) is not None
    except ValueError:
        return False


# Durations

UNITS = {
    unit: seconds
    for seconds, units in {
        3600: "h heure heures hour hours",
        60: "m mn min minute minutes ' ’ ′",
        1: "s sec seconde secondes second seconds \" ” '' ’’ ′′",
    }.items()
    for unit in units.split()
}
NEXT_SMALLER: dict[int | None, int] = {3600: 60, 60: 1}
PIECE = re.compile(r"(\d{1,6})\s*([a-z]+|[^\sa-z\d]+)?\s*", re.ASCII)
CLOCK = re.compile(
    r"(?:(?:(\d{1,3}) )?(\d{1,6}):(?=[0-5]\d:))?(\d{1,6}):([0-5]\d)(?:\.\d+)?", re.ASCII
)
LONGEST_DURATION = datetime.timedelta(hours=100)


def duration(text: str) -> datetime.timedelta:
    """The timedelta of "12:30", "12 min 30" or "1h05"; ValueError where there is none."""
    text = re.sub(r"\b(?:et|and)\b|[.,](?!\d)", " ", folded(text[: LONGEST + 1]))
    if found := CLOCK.fullmatch(text.strip()):
        numbers = (int(digits or 0) for digits in found.groups())
        pieces: Iterable[tuple[int, int]] = zip((86400, 3600, 60, 1), numbers, strict=True)
    else:
        pieces = _pieces(text.strip())
    seconds = sum(unit * number for unit, number in pieces)
    if len(text) > LONGEST or seconds >= LONGEST_DURATION.total_seconds():
        raise ValueError(text)
    return datetime.timedelta(seconds=seconds)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """(seconds of the unit, number) of each piece; a bare number has the unit below the last one."""
    end, unit = 0, None
    while end < len(text) or unit is None:
        if not (found := PIECE.match(text, end)):
            raise ValueError(text)
        number, name = int(found[1]), found[2]
        before, unit = unit, UNITS.get(name) if name else NEXT_SMALLER.get(unit)
        if unit is None or (before and (unit >= before or number >= 60)):
            raise ValueError(text)
        yield unit, number
        end = found.end()


def duration_as_typed(duration: datetime.timedelta) -> str:
    """To the second: "1 h 05 min", "12 min 30 s", "45 s"."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes:02} min" if hours else f"{minutes} min"] if minutes else []
    parts += [f"{seconds:02} s" if parts else f"{seconds} s"] if seconds or not parts else []
    return " ".join(parts)


def _read_duration(text: str) -> datetime.timedelta:
    try:
        return duration(text)
    except ValueError:
        raise refusal("duration", text) from None


class DurationInput(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return _read_duration(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        is_stored = isinstance(value, datetime.timedelta)
        return duration_as_typed(value) if is_stored else value


class DurationField(models.DurationField):
    """A DurationField that is read as people write."""

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DurationField", args, kwargs

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(**{**kwargs, "form_class": DurationInput})

    def to_python(self, value: Any) -> Any:
        return _read_duration(value) if isinstance(value, str) else super().to_python(value)
