"""Dates known to the year, the month or the day: "2016", "2016-06", "2016-06-30"."""

import calendar
import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
DAY_FIRST = re.compile(r"(?:(?:(\d{1,2})[/.])?(\d{1,2})[/.])?(\d{4})", re.ASCII)


def parsed(text: str) -> tuple[int, int | None, int | None]:
    """(year, month or None, day or None); ValueError where there is no such date."""
    if found := ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError(text)
    datetime.date(int(year), int(month or 1), int(day or 1))
    return int(year), int(month) if month else None, int(day) if day else None


def normalised(text: str) -> str:
    """What is stored: ISO 8601, as precise as was typed. "30/06/2016" is "2016-06-30"."""
    year, month, day = parsed(text.strip())
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])


def first_day(date: str) -> datetime.date:
    year, month, day = parsed(date)
    return datetime.date(year, month or 1, day or 1)


def last_day(date: str) -> datetime.date:
    year, month, day = parsed(date)
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


def ends_before_start(start: str, end: str) -> bool:
    return bool(start and end and last_day(end) < first_day(start))


class PartialDateField(models.CharField):
    """Stored as ISO text, which sorts as dates do; "" is unknown."""

    default_error_messages = {
        "invalid": _(
            "“%(value)s” is not a date. Type a year (2016), a month (06/2016) "
            "or a day (30/06/2016)."
        )
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def clean(self, value: str, model_instance: models.Model) -> str:
        try:
            value = normalised(value) if value else ""
        except ValueError:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": value}
            ) from None
        return super().clean(value, model_instance)
