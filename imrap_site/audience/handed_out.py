"""Numbers as they may leave the house: fewer than five are not told, and don't follow from others.

A day with fewer than five of something, none included, is “< 5”. A sum of days is told as exactly as
says nothing about a single one of them: exactly where no day is hidden, or at least five are that have
at least five together; as a sum with “< 5” where those have fewer; else from the least to the most that
it can be. So no sum of a table tells more than its lines do.
"""

from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

FEW = 5


class Figure(NamedTuple):
    """What is told of a number: it is one of these, or between them."""

    least: int
    most: int

    def __add__(self, other):
        return Figure(self.least + other.least, self.most + other.most)

    def __str__(self):
        return self.text(force_grouping=True)

    def text(self, **how):
        least, most = (number_format(number, **how) for number in self)
        if self == FEWER:
            return f"< {FEW}"
        return least if self.least == self.most else _("%s to %s") % (least, most)


NONE, FEWER = Figure(0, 0), Figure(0, FEW - 1)


def of_day(number):
    return Figure(number, number) if number >= FEW else FEWER


def of_days(numbers):
    """The sum of these numbers of days."""
    hidden = [number for number in numbers if number < FEW]
    shown = sum(numbers) - sum(hidden)
    return Figure(shown, shown) + of_hidden_days(hidden)


def of_hidden_days(numbers):
    together, most = sum(numbers), (FEW - 1) * len(numbers)
    if not numbers:
        return NONE
    if len(numbers) < FEW:
        return Figure(0, most)
    if together < FEW:
        return FEWER
    return Figure(together, together) if together < most else Figure(FEW, most)


def total(figures):
    result = NONE
    for figure in figures:
        result += figure
    return result
