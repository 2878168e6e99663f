"""Numbers as the store of the reach has them, for the days or months of a period."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from imrap_site.serving.reach.nouns import ACTS, LISTS, PROFILE, noun_of
from imrap_site.serving.reach.store import store
from profiles.models import KINDS, Organisation

MOST_LOOKED_AT = 200  # nouns, of those that were asked for most
ACT_NAMES = {
    "view": pgettext_lazy("reach", "Views"),
    "download": pgettext_lazy("reach", "Downloads"),
    "play": pgettext_lazy("reach", "Plays"),
    "copy": pgettext_lazy("reach", "Copies taken away"),
}
PERIODS = {
    "30-days": gettext_lazy("30 days"),
    "12-months": gettext_lazy("12 months"),
    "all": gettext_lazy("Everything"),
}
NAMES = {PROFILE: gettext_lazy("Profile"), LISTS: gettext_lazy("Lists of entries")}
NOTHING = dict.fromkeys(ACTS, 0)


class Period(NamedTuple):
    name: str
    first: date
    last: date  # today

    @classmethod
    def named(cls, name):
        today = timezone.localdate()
        if name == "12-months":
            # The first day of the month eleven months ago.
            return cls(name, date(today.year - (today.month < 12), today.month % 12 + 1, 1), today)
        if name == "all":
            return cls(name, first_day_of_all() or today, today)
        return cls("30-days", today - timedelta(days=29), today)

    @property
    def is_of_days(self):
        return self.name == "30-days"

    @property
    def label(self):
        return PERIODS[self.name]

    @property
    def days(self):
        number = (self.last - self.first).days + 1
        return [self.first + timedelta(days=passed) for passed in range(number)]

    def step_of(self, day):
        """The day itself, or the first of its month."""
        return day if self.is_of_days else day.replace(day=1)

    def step_in_words(self, step):
        return date_format(step, "SHORT_DATE_FORMAT" if self.is_of_days else "YEAR_MONTH_FORMAT")


def first_day_of_all():
    """The first day of which anything is known; None before that."""
    found = store().rows("SELECT min(day) FROM counts")[0][0]
    return found and date.fromisoformat(found)


def noun_for(noun):
    return PROFILE if isinstance(noun, Organisation) else noun_of(type(noun), noun.pk)


def by_day(noun, period):
    """{day: {act: number}} of every day that was counted."""
    sql = "SELECT day, act, number FROM counts WHERE noun = %s AND day BETWEEN %s AND %s"
    since = first_day_of_all()
    days = [day for day in period.days if since and day >= since]
    found = {day: dict(NOTHING) for day in days}
    for day, act, number in store().rows(sql, [noun, *map(str, (period.first, period.last))]):
        found.setdefault(date.fromisoformat(day), dict(NOTHING))[act] = number
    return dict(sorted(found.items()))


def totals(period):
    """{noun: {act: number}}, what was read most first."""
    sql = "SELECT noun, act, sum(number) FROM counts WHERE day BETWEEN %s AND %s GROUP BY noun, act"
    found = defaultdict(lambda: dict(NOTHING))
    for noun, act, number in store().rows(sql, list(map(str, (period.first, period.last)))):
        found[noun][act] = int(number)
    return dict(sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0])))


def in_steps(days, period):
    """{step: [numbers of its days]} of {day: numbers}."""
    found = defaultdict(list)
    for day, numbers in days.items():
        found[period.step_of(day)].append(numbers)
    return found


def grouped(numbers):
    """As people read them: "1 234"."""
    return [number_format(number, force_grouping=True) for number in numbers.values()]


def summed(several):
    several = list(several)
    return {act: sum(numbers[act] for numbers in several) for act in ACTS}


class Row(NamedTuple):
    key: str
    title: str
    entry: object  # None where there is none, or no more
    numbers: dict


def titled(found, may_see):
    """A Row for each of {noun: numbers} that this person may see."""
    entries = entries_of(found, may_see)
    for noun, numbers in found.items():
        kind = KINDS.get(noun.rpartition("-")[0])
        if noun in NAMES:
            yield Row(noun, str(NAMES[noun]), None, numbers)
        elif kind and may_see(kind):
            entry = entries.get(noun)
            yield Row(noun, str(entry or _("Deleted entry")), entry, numbers)


def most_asked_for(period, may_see):
    """Rows of those that were asked for most."""
    return list(titled(dict(islice(totals(period).items(), MOST_LOOKED_AT)), may_see))


def entries_of(found, may_see):
    keys = defaultdict(list)
    for noun in found:
        kind, _dash, key = noun.rpartition("-")
        if kind in KINDS:
            keys[KINDS[kind]].append(int(key))
    return {
        noun_of(kind, entry.pk): entry
        for kind, some in keys.items()
        if may_see(kind)
        for entry in kind.objects.filter(pk__in=some)
    }


def most_read(may_see):
    """The ten entries that were asked for most this month."""
    today = timezone.localdate()
    month = Period("month", today.replace(day=1), today)
    found = {noun: some for noun, some in totals(month).items() if noun not in (PROFILE, LISTS)}
    rows = titled(dict(islice(found.items(), MOST_LOOKED_AT)), may_see)
    return list(islice((row for row in rows if row.entry), 10))
