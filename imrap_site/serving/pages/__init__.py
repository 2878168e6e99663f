"""The door before all public pages: keeps what was answered, for when the site cannot answer.

Whatever changes the content empties the store at once, since a page may hold what was withdrawn;
its addresses are then asked anew, one by one, by nobody but the site itself.
"""

import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from imrap_site.serving.pages.compression import compressed
from imrap_site.serving.pages.store import Address, Page, Store
from imrap_site.serving.staff import STAFF_PATHS
from imrap_site.sqlite.base import patience
from profiles.words import moment_in_words

logger = logging.getLogger("django.pages")
LARGEST = 2 * 1024 * 1024
SECONDS = 5  # that a visitor waits for a locked database
LOOK = 5  # seconds between two looks whether pages wait to be asked anew
PAUSE = 0.05  # seconds between two pages that are asked anew
ELSEWHERE = (*STAFF_PATHS, "/static/", "/media/", "/health/")


class Pages:
    """A WSGI application around the site's own."""

    def __init__(self, application):
        self.application = application
        self.store = Store(Path(settings.VAR_DIR) / "pages")

    def __call__(self, environ, start_response):
        if not is_public(environ):
            return self.application(environ, start_response)
        accepted = environ.pop("HTTP_ACCEPT_ENCODING", "")
        place = self.store.open()
        try:
            status, headers, answer = self.ask(environ)
            if getattr(answer, "streaming", True):
                start_response(status, headers)
                return answer
            if (code := int(status[:3])) >= 500:
                return self.instead(environ, accepted, start_response, status, headers, answer)
            if place and code == 200 and environ["REQUEST_METHOD"] == "GET":
                self.keep(place, environ, headers, answer)
        finally:
            if place:
                os.close(place)
        if environ["REQUEST_METHOD"] == "HEAD":
            start_response(status, headers)
            return Sent(b"", answer.close)
        return sent(start_response, status, headers, answer, accepted)

    def ask(self, environ):
        """(status, headers, response) of the site; a locked database is not waited for long."""
        began = []
        token = patience.set(SECONDS)
        try:
            answer = self.application(environ, lambda *head, **_more: began.append(head))
        finally:
            patience.reset(token)
        status, headers = began[-1][:2]
        return status, headers, answer

    def keep(self, place, environ, headers, answer):
        told = dict(headers)
        is_private = any(word in told.get("Cache-Control", "") for word in ("private", "no-store"))
        if not is_private and "Set-Cookie" not in told and len(answer.content) <= LARGEST:
            page = Page(headers, answer.content, time.time())
            self.store.keep(place, Address.of(environ), page)

    def instead(self, environ, accepted, start_response, status, headers, answer):
        """What was good last, and says so; the failure itself where there is nothing."""
        address = Address.of(environ)
        page = self.store.find(address)
        if page is None:
            return sent(start_response, status, headers, answer, accepted)
        logger.error("Visitors get the last good page instead of: %s %s", status, address.path)
        answer.content = marked(page)
        return sent(start_response, "200 OK", headers_of(page), answer, accepted)

    def watch(self):
        """In a thread of its own, for as long as the process lives."""
        Thread(target=self.ask_anew_for_ever, name="pages", daemon=True).start()

    def ask_anew_for_ever(self):
        while True:
            time.sleep(LOOK)
            try:
                self.ask_anew()
            except Exception:  # whatever it is, the worker goes on
                logger.exception("The kept pages could not be made again.")

    def ask_anew(self):
        """Make the pages that a change of the content has emptied out of the store."""
        for address in self.store.take_forgotten():
            answer = self(address.environ(), lambda *_head: None)
            answer.close()
            time.sleep(PAUSE)


def is_public(environ):
    """What a visitor asks for: without the cookie of staff, on a page that is the same for all."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ["PATH_INFO"].startswith(ELSEWHERE)
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
        and not environ["SCRIPT_NAME"]  # where links would begin, which no address here tells
    )


class Sent(list):
    """The bytes of an answer, whose end is told to the site once they are on their way."""

    def __init__(self, content, close):
        super().__init__([content] if content else [])
        self.close = close


def sent(start_response, status, headers, answer, accepted):
    content = answer.content
    if content:
        headers, content = compressed(headers, content, accepted)
    start_response(status, headers)
    return Sent(content, answer.close)


# What says that a page is an older one


def headers_of(page):
    """Not to be kept by anybody, and named as old to programs (RFC 9211)."""
    kept = [
        (name, value)
        for name, value in page.headers
        if name.lower()
        not in ("cache-control", "content-length", "etag", "last-modified", "expires")
    ]
    age = max(0, int(time.time() - page.made))
    return [
        *kept,
        ("Cache-Control", "no-store"),
        ("Age", str(age)),
        ("Cache-Status", "site; hit; detail=last-good"),
    ]


def marked(page):
    """The page with a line at its top that says of when it is, where it is one for people."""
    told = dict(page.headers)
    if not told.get("Content-Type", "").startswith("text/html") or b"<body>" not in page.body:
        return page.body
    language = told.get("Content-Language", settings.LANGUAGE_CODE)
    moment = datetime.fromtimestamp(page.made, UTC)
    with translation.override(language):
        sentence = _("The site is being repaired. You are reading this page as it was on %s.")
        sentence %= moment_in_words(moment)
    note = f'<p class="draft-band" role="status">{escape(sentence)}</p>'
    return page.body.replace(b"<body>", b"<body>" + note.encode(), 1)
