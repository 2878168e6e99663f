"""How often each entry is read, downloaded, played and taken away, without knowing by whom.

The outermost door counts answers, those that the kept pages give too. It keeps a day, a path and a
number: no address, no cookie, no identifier, nothing of what is behind the “?”, and nothing that would
join two requests of one person. Which entry a path is, is asked in the batch (`nouns`), which lies
down numbers in a store of its own (`store`) about once a minute. What a web server answers from its
own memory stands in a log that it writes without addresses (`access_log`).
"""

import logging
import re
from functools import lru_cache
from threading import Thread
from time import sleep, time

from django.conf import settings

from imrap_site.serving.media import SENDER_HEADER
from imrap_site.serving.reach.batches import Batches
from imrap_site.serving.reach.tally import Tally
from imrap_site.serving.staff import STAFF_PATHS
from profiles.preview import PARAMETER

logger = logging.getLogger("django.reach")
# Seconds between two batches, and so what a killed process loses at most.
INTERVAL = getattr(settings, "REACH_SECONDS", 60)
UNCOUNTED = (*STAFF_PATHS, "/static/", "/health/", "/icons/")
ANSWERED = ("200", "206", "304")
# What programs call themselves; deploy/nginx.conf has the same words. (Cubot is a telephone.)
CRAWLERS = (
    "(?<!cu)bot|crawl|spider|slurp|archiver|scrap|fetch|monitor|checker|validator|preview|scanner|"
    "lighthouse|headless|facebookexternalhit|facebookcatalog|whatsapp/|embedly|mediapartners|feed|"
    "curl|wget|httpie|python|aiohttp|httpx|libwww|okhttp|go-http|java/|ruby|axios|undici|node|"
    "chatgpt|claude|perplexity"
)
IS_CRAWLER = re.compile(CRAWLERS, re.IGNORECASE)
# Safari asks for two bytes first, only to learn whether a film can be asked for in parts.
FROM_THE_START = re.compile(r"\s*bytes\s*=\s*0+-(?!0*[01]\s*$)", re.IGNORECASE)
WEB_SERVER_COUNTS = "HTTP_X_COUNTED_BY_LOG"


class Counted:
    """A WSGI application around the site's own."""

    def __init__(self, application):
        self.application = application
        # Asked with each answer, where settings would take a tenth of the time.
        self.cookie, self.media = settings.SESSION_COOKIE_NAME, settings.MEDIA_URL
        self.tally = Tally()
        self.batches = Batches(self.tally)

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] != "GET" or self.is_left_out(environ):
            return self.application(environ, start_response)

        def begin(status, headers, exc_info=None):
            if status[:3] in ANSWERED:
                self.count(environ, status, headers)
            return start_response(status, headers, exc_info)

        return self.application(environ, begin)

    def is_left_out(self, environ):
        """What staff, programs and browsers that read ahead ask for."""
        return (
            is_crawler(environ.get("HTTP_USER_AGENT", "")[:400])
            or ("HTTP_COOKIE" in environ and self.cookie in environ["HTTP_COOKIE"])
            or ("QUERY_STRING" in environ and PARAMETER in environ["QUERY_STRING"])
            or "HTTP_SEC_PURPOSE" in environ
            or "HTTP_PURPOSE" in environ
            or "HTTP_X_MOZ" in environ
            or environ["PATH_INFO"].startswith(UNCOUNTED)
        )

    def count(self, environ, status, headers):
        path = environ["PATH_INFO"]
        if path.startswith(self.media):
            if not begins_a_file(environ, status, headers):
                return
        elif WEB_SERVER_COUNTS in environ and self.batches.reads_log:
            return
        self.tally.add(path, time())

    def watch(self):
        """In a thread of its own, for as long as the process lives."""
        self.application.watch()
        Thread(target=self.write_for_ever, name="reach", daemon=True).start()

    def write_for_ever(self):
        while True:
            sleep(INTERVAL)
            self.write()

    def write(self):
        try:
            self.batches.write()
        except Exception:  # whatever it is, the worker goes on
            logger.exception("The reach could not be written down; what was counted waits.")


@lru_cache(maxsize=512)  # browsers of one kind call themselves the same
def is_crawler(agent):
    return not agent or IS_CRAWLER.search(agent) is not None


def begins_a_file(environ, status, headers):
    """Whether this answer holds its first byte: a film that is asked for in parts counts once."""
    wanted = environ.get("HTTP_RANGE")
    if wanted is None:
        return True
    if status.startswith("206") or SENDER_HEADER_KEY in environ:
        return FROM_THE_START.match(wanted) is not None
    return True


SENDER_HEADER_KEY = "HTTP_" + SENDER_HEADER.upper().replace("-", "_")
