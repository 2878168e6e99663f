"""What leaves the house: lines of figures, of one entry by day or month, or of all entries."""

import csv
import io
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imrap_site.audience import figures, handed_out
from imrap_site.audience.figures import ACT_NAMES, ACTS


class Table(NamedTuple):
    head: str
    rows: list  # (words, [figure of each act])
    total: list

    @property
    def acts(self):
        return [str(name) for name in ACT_NAMES.values()]


def of_noun(noun, period):
    days = figures.by_day(noun, period)
    rows = [
        (period.step_in_words(step), told(several, period))
        for step, several in figures.in_steps(days, period).items()
    ]
    head = _("Day") if period.is_of_days else _("Month")
    return Table(head, rows, summed_up(days, period))


def of_all(period, may_see):
    """One line for each of those that were asked for most."""
    rows = [
        (row.title, summed_up(figures.by_day(row.key, period), period))
        for row in figures.most_asked_for(period, may_see)
    ]
    return Table(_("Entry"), rows, added([numbers for _title, numbers in rows]))


def told(several, period):
    """What is told of a day or of the days of a month, of each act."""
    if period.is_of_days:
        return [handed_out.of_day(several[0][act]) for act in ACTS]
    return [handed_out.of_days([one[act] for one in several]) for act in ACTS]


def summed_up(days, period):
    """Of a whole period: no more than the lines of its days or months tell."""
    if period.is_of_days:
        return [handed_out.of_days([one[act] for one in days.values()]) for act in ACTS]
    return added([told(some, period) for some in figures.in_steps(days, period).values()])


def added(lines):
    return [handed_out.total(line[place] for line in lines) for place in range(len(ACTS))]


def as_csv(table):
    """Bytes for Excel, as sheets of entries are: its mark of UTF-8, its separator, no formula."""
    from profiles.editing.spreadsheets.cells import escaped

    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";" if get_language() == "fr" else ",")
    writer.writerow([table.head, *table.acts])
    for words, numbers in [*table.rows, (_("All together"), table.total)]:
        writer.writerow([escaped(words), *(number.text() for number in numbers)])
    return stream.getvalue().encode("utf-8-sig")
