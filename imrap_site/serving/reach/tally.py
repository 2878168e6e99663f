"""What was answered since the last batch: how often each path, on which day."""

from datetime import datetime, timedelta
from threading import Lock

from django.utils import timezone

MOST = 10_000  # days and paths in the memory of each process


class Tally:
    def __init__(self):
        self.lock = Lock()
        self.numbers, self.left_over = {}, 0
        self.day, self.begins, self.ends = "", 0.0, 0.0

    def add(self, path, now):
        with self.lock:
            if not self.begins <= now < self.ends:
                self.day, self.begins, self.ends = day_of(now)
            key = self.day, path
            if key in self.numbers:  # as for nearly all, without a further call
                self.numbers[key] += 1
            else:
                self.raise_by(1, key)

    def raise_by(self, number, key):
        if key in self.numbers:
            self.numbers[key] += number
        elif len(self.numbers) < MOST:
            self.numbers[key] = number
        else:
            self.left_over += number

    def take(self):
        """({(day, path): number}, how many found no room); from now on all begins at nothing."""
        with self.lock:
            taken = self.numbers, self.left_over
            self.numbers, self.left_over = {}, 0
            return taken

    def give_back(self, numbers):
        """What could not be written down waits for the next time."""
        with self.lock:
            for key, number in numbers.items():
                self.raise_by(number, key)


def day_of(moment):
    """(the day where the site is, its first second, the first one after it)."""
    here = timezone.get_default_timezone()
    day = datetime.fromtimestamp(moment, here).date()
    begins, ends = (
        datetime.combine(one, datetime.min.time(), here).timestamp()
        for one in (day, day + timedelta(days=1))
    )
    return day.isoformat(), begins, ends
