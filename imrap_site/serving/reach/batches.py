"""About once a minute, what was counted is added to the store, beside all answers."""

import logging

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from imrap_site.serving.reach.access_log import AccessLog, was_read_lately
from imrap_site.serving.reach.nouns import counted
from imrap_site.serving.reach.store import StoreFailed, store
from imrap_site.serving.reach.tally import MOST

logger = logging.getLogger("django.reach")
WAITS = "The reach could not be written down, and what was counted waits: %s"


class Batches:
    def __init__(self, tally):
        self.tally = tally
        self.log = AccessLog(settings.REACH_LOG) if settings.REACH_LOG else None
        self.is_read_elsewhere = False

    @property
    def reads_log(self):
        """Whether what the web server logs is counted from there, here or by another host."""
        return self.log.is_read if self.log else self.is_read_elsewhere

    def write(self):
        try:
            close_old_connections()
            self.write_tally()
            self.read_log()
        finally:
            close_old_connections()

    def write_tally(self):
        numbers, left_over = self.tally.take()
        if left_over:
            logger.error("More than %s paths at once: %s answers are not counted.", MOST, left_over)
        try:
            if found := counted(numbers):
                store().add(found)
        except BaseException as problem:
            self.tally.give_back(numbers)
            if not isinstance(problem, (StoreFailed, DatabaseError)):
                raise
            logger.error(WAITS, problem)

    def read_log(self):
        """What could not be written down stands there the next time too."""
        try:
            if self.log:
                self.log.read_into(store())
            elif store().is_shared:
                self.is_read_elsewhere = was_read_lately(store())
        except (StoreFailed, DatabaseError) as problem:
            logger.error(WAITS, problem)
