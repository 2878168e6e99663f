"""Numbers as they may leave the house: fewer than five are not told, and don't follow from others.

A day with fewer than five of something, none included, is “< 5”. A month that is over is told exactly
only where that says nothing about a single day: where no day of it is hidden, or at least five are and
they have at least five together. Every other sum is the sum of what is shown, from the least to the
most that it can be. So no sum tells more than its lines do; and since a month that is over
stays the same, two files of different days can't be subtracted from one another either.
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
    """The sum of what is told of each."""
    return total(of_day(number) for number in numbers)


def of_month(numbers, is_over):
    """Of a month, of which these are the numbers of its days."""
    if not is_over:
        return of_days(numbers)
    hidden = [number for number in numbers if number < FEW]
    together = sum(hidden)
    says_nothing = len(hidden) >= FEW and FEW <= together < (FEW - 1) * len(hidden)
    if says_nothing or not hidden:
        return Figure(sum(numbers), sum(numbers))
    return FEWER if sum(numbers) < FEW else of_days(numbers)


def total(figures):
    result = NONE
    for figure in figures:
        result += figure
    return result
