"""Dates known to the year, the month or the day: "2016", "2016-06", "2016-06-30"."""

import calendar
import datetime
import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
DAY_FIRST = re.compile(r"(?:(?:(\d{1,2})[/.])?(\d{1,2})[/.])?(\d{4})", re.ASCII)


def parsed(text):
    """(year, month or None, day or None); ValueError where there is no such date."""
    if found := ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError(text)
    year, month, day = (part and int(part) for part in (year, month, day))
    datetime.date(year, 1 if month is None else month, 1 if day is None else day)
    return year, month, day


def normalised(text):
    """What is stored: ISO 8601, as precise as was typed. "30/06/2016" is "2016-06-30"."""
    year, month, day = parsed(text.strip())
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])


def first_day(date):
    year, month, day = parsed(date)
    return datetime.date(year, month or 1, day or 1)


def last_day(date):
    year, month, day = parsed(date)
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


def ends_before_start(start, end):
    return bool(start and end and last_day(end) < first_day(start))


class PartialDateField(models.CharField):
    """Stored as ISO text, which sorts as dates do; "" is unknown."""

    default_error_messages = {
        "invalid": _(
            "“%(value)s” is not a date. Type a year (2016), a month (06/2016) "
            "or a day (30/06/2016)."
        )
    }

    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def clean(self, value, model_instance):
        try:
            value = normalised(value) if value else ""
        except ValueError:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": value}
            ) from None
        return super().clean(value, model_instance)
