"""Dates known to the year, the month or the day: "2016", "2016-06", "2016-06-30".

They are read as people write them, in words too, and day first in every language: "12/3/16" is
the 12th of March, as the site writes it.
"""

import calendar
import datetime
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

STORED = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
MONTHS = [
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
]
WEEKDAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
WEEKDAYS += ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
BETWEEN = {"le", "de", "en", "the", "of", "on", "in"}
SEPARATORS = re.compile(r"[\s/.,–-]+")
ORDINAL = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)", re.ASCII)
MONTH_OF_EXCEL = re.compile(r"[a-z]+\.?-\d\d", re.ASCII)  # "juin-16"; "juin 16" may be a day
# Spreadsheets keep a time with each day: "2016-06-30 00:00:00".
TIME_OF_CELL = re.compile(r"[t ]\s*\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?:z|[+-]\d\d:?\d\d)?$", re.A)
Date = tuple[int, int | None, int | None]  # year, month, day

LONGEST = 60  # letters that are read, and shown in a refusal


# Reading


def folded(text: str) -> str:
    """Small letters without accents; special spaces are spaces, and what nobody sees is gone."""
    signs = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in signs if unicodedata.category(sign) not in ("Mn", "Cf")).strip()


def parsed(text: str) -> Date:
    """(year, month or None, day or None); ValueError where there is no such date."""
    found = STORED.fullmatch(text)
    if found:
        year, month, day = int(found[1]), _number(found[2]), _number(found[3])
    else:
        year, month, day = _typed(folded(text))
    if year < 1000:
        raise ValueError(text)
    datetime.date(year, 1 if month is None else month, 1 if day is None else day)
    return year, month, day


def _number(digits: str | int | None) -> int | None:
    return int(digits) if digits else None


def _typed(text: str) -> Date:
    if len(text) > LONGEST:
        raise ValueError(text)
    parts = [part for part in SEPARATORS.split(text.strip(" .,")) if part not in BETWEEN]
    if len(parts) == 4 and _is_start_of(parts[0], WEEKDAYS):
        del parts[0]
    return _in_order(
        [_month_or_digits(part) for part in parts], bool(MONTH_OF_EXCEL.fullmatch(text))
    )


def _is_start_of(part: str, names: Iterable[str]) -> bool:
    return len(part) >= 3 and any(name.startswith(part) for name in names)


def _month_or_digits(part: str) -> str | int:
    """A month by its name is an int; digits stay text, whose length tells a year from a day."""
    if part.isascii() and part.isdigit():
        return part
    if found := ORDINAL.fullmatch(part):
        return found[1]
    months = [number for number, names in enumerate(MONTHS, 1) if _is_start_of(part, names)]
    if len(months) != 1:  # "jui" begins two
        raise ValueError(part)
    return months[0]


def _in_order(parts: list[Any], is_month_of_excel: bool) -> Date:
    """Year, month and day of the parts of a date, in one of the orders that people use."""
    match [_shape(part) for part in parts]:
        case ["year"]:
            year, month, day = parts[0], None, None
        case ["month" | "few", "year"]:
            (month, year), day = parts, None
        case ["year", "month" | "few"]:
            (year, month), day = parts, None
        case ["month", "few"] if is_month_of_excel:
            (month, year), day = parts, None
        case ["few", "month" | "few", "year" | "few"]:
            day, month, year = parts
        case ["month", "few", "year"]:
            month, day, year = parts
        case ["year", "month" | "few", "few"]:
            year, month, day = parts
        case _:
            raise ValueError(parts)
    return _year(year), _number(month), _number(day)


def _shape(part: str | int) -> str:
    if isinstance(part, int):
        return "month"
    return {1: "few", 2: "few", 4: "year"}.get(len(part), "none")


def _year(digits: str) -> int:
    """Two digits are a year of 1969 to 2068, as in most programs."""
    if len(digits) == 1:
        raise ValueError(digits)
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 69 else 1900)


def normalised(text: str) -> str:
    """What is stored: ISO 8601, as precise as was typed. "30/06/2016" is "2016-06-30"."""
    text = folded(str(text)[: LONGEST + 1])
    date = TIME_OF_CELL.sub("", text)
    year, month, day = parsed(date)
    if day is None and date != text:
        raise ValueError(text)
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])


def as_typed(date: str) -> str:
    """A stored date as people write it: "06/2016", "30/06/2016"; what is none stays as it is."""
    try:
        return "/".join(reversed(date.split("-"))) if normalised(date) == date else date
    except ValueError:
        return date


# Comparing


def first_day(date: str) -> datetime.date:
    year, month, day = parsed(date)
    return datetime.date(year, month or 1, day or 1)


def last_day(date: str) -> datetime.date:
    year, month, day = parsed(date)
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


def ends_before_start(start: str, end: str) -> bool:
    return bool(start and end and last_day(end) < first_day(start))


# Storing


def shortened(text: str) -> str:
    """What was typed, fit for a refusal."""
    text = str(text).strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


class PartialDateInput(forms.CharField):
    default_error_messages = {
        "invalid": _(
            "“%(value)s” is not a date. Type a year (2016), a month (06/2016 or June 2016) "
            "or a day (30/06/2016 or 30 June 2016)."
        )
    }

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            return normalised(text) if text else ""
        except ValueError:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": shortened(text)}
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return as_typed(value) if isinstance(value, str) else value


class PartialDateField(models.CharField):
    """Stored as ISO text, which sorts as dates do; "" is unknown."""

    default_error_messages = PartialDateInput.default_error_messages

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(**{**kwargs, "form_class": PartialDateInput, "max_length": None})

    def clean(self, value: Any, model_instance: models.Model) -> str:
        return super().clean(PartialDateInput(required=False).clean(value), model_instance)
