"""Bars as inline SVG: drawn here, coloured by the stylesheet, told in words too."""

from math import ceil
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from imrap_site.audience.figures import ACT_NAMES

WIDTH, HEIGHT = 360, 130
LEFT, TOP, BOTTOM = 30, 14, 18  # for the numbers at the side and the days below
STEPS = (1, 2, 5, 10)


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    text: str


class Plot(NamedTuple):
    name: str  # of the act
    act: str
    text: str  # what a person sees at a glance
    bars: list
    lines: list  # (y, number)
    ends: list  # (x, text-anchor, words) of the first and the last step
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def plots_of(steps, period):
    """One for each act of which there is any, views always; `steps` is [(step, {act: number})]."""
    return [
        plot(act, [(step, numbers[act]) for step, numbers in steps], period)
        for act in ACT_NAMES
        if steps and (act == "view" or any(numbers[act] for _step, numbers in steps))
    ]


def plot(act, steps, period):
    top = round_number(max(number for _step, number in steps))
    each = (WIDTH - LEFT) / len(steps)
    room = HEIGHT - TOP - BOTTOM
    bars = []
    for place, (step, number) in enumerate(steps):
        height = round(room * number / top, 2)
        x, y = round(LEFT + place * each, 2), round(HEIGHT - BOTTOM - height, 2)
        words = f"{period.step_in_words(step)} – {number_format(number, force_grouping=True)}"
        bars.append(Bar(x, y, round(each * 0.8, 2), height, words))
    return Plot(
        name=str(ACT_NAMES[act]),
        act=act,
        text=in_words(act, steps, period),
        bars=bars,
        lines=[(TOP, number_format(top, force_grouping=True)), (HEIGHT - BOTTOM, "0")],
        ends=ends_of(steps, period),
    )


def ends_of(steps, period):
    first, last = period.step_in_words(steps[0][0]), period.step_in_words(steps[-1][0])
    if len(steps) == 1:
        return [(LEFT, "start", first)]
    return [(LEFT, "start", first), (WIDTH, "end", last)]


def round_number(number):
    """The next one that is easily read off: 1, 2, 5, 10, 20, 50…"""
    power = 10 ** (len(str(max(1, ceil(number)))) - 1)
    return next(step * power for step in STEPS if step * power >= number)


def in_words(act, steps, period):
    most, number = max(steps, key=lambda step: step[1])
    return _("%(act)s, %(first)s to %(last)s: %(total)s in all, most on %(most)s (%(number)s).") % {
        "act": capfirst(str(ACT_NAMES[act])),
        "first": period.step_in_words(steps[0][0]),
        "last": period.step_in_words(steps[-1][0]),
        "total": number_format(sum(one for _step, one in steps), force_grouping=True),
        "most": period.step_in_words(most),
        "number": number_format(number, force_grouping=True),
    }
