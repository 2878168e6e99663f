"""What holds while the content stays as it is, and until time alone changes what visitors see."""

from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from profiles.lasting import Memory
from profiles.models import KINDS


class Content(NamedTuple):
    """The content as it is under one stamp."""

    stamp: tuple | None
    until: object  # a moment: the next entry comes or goes by itself, or a day begins
    memory: Memory  # what pages share of what was made of it

    @classmethod
    def found(cls, stamp, now):
        moments = [kind.objects.next_moment() for kind in KINDS.values()]
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(stamp, min(filter(None, [*moments, midnight + timedelta(days=1)])), Memory())

    def holds(self, stamp, now):
        return self.stamp is not None and self.stamp == stamp and now < self.until


NOTHING_KNOWN = Content(None, None, Memory())
