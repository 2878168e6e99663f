"""The door before all public pages: a page is made once, and given out while it is true.

It is true while the stamp of the content is what it was before the page was made, until the moment
that it names. Each process has the answers as they are sent in its memory (`answers`); the bodies
lie in the store that all processes share, where the last good page is found when the site cannot
answer. Whatever changes the content empties that at once, since a page may hold what was withdrawn;
its addresses are then asked anew, one by one, by nobody but the site itself.
"""

import logging
import os
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from threading import Lock, Thread

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.translation import gettext as _

from imrap_site.serving.pages import stamp as stamps
from imrap_site.serving.pages.answers import Answer, Answers, with_end_for_nginx
from imrap_site.serving.pages.compression import compressed, encoding_for, with_header
from imrap_site.serving.pages.content import NOTHING_KNOWN, Content
from imrap_site.serving.pages.store import Address, Page, Store
from imrap_site.serving.staff import STAFF_PATHS
from imrap_site.sqlite.base import patience
from profiles.lasting import Memory, keeping_in, noting_ends
from profiles.words import moment_in_words

logger = logging.getLogger("django.pages")
LARGEST = 2 * 1024 * 1024
SECONDS = 5  # that a visitor waits for a locked database
LOOK = 5  # seconds between two looks whether pages wait to be asked anew
PAUSE = 0.05  # seconds between two pages that are asked anew
FILES = "/media/"  # which are read as they lie; only whether they may be is remembered
ELSEWHERE = (*STAFF_PATHS, "/static/", "/health/")
# A browser asks each time, and mostly hears that nothing has changed. A web server before the site
# may answer by itself for a second, and for an hour while the site does not: no longer, as what was
# withdrawn would still be read.
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=3600"

FOR_EVERYBODY = (200, 404, 410)  # what is not there is kept too, in the place of what was


class Pages:
    """A WSGI application around the site's own."""

    def __init__(self, application):
        self.application = application
        self.store = Store(Path(settings.VAR_DIR) / "pages")
        self.answers = Answers()
        # One address is made once at a time; two that share a lock wait for one another.
        self.turns = [Lock() for _number in range(256)]
        self.content = NOTHING_KNOWN

    @cached_property
    def stamp(self):
        return stamps.of_database()

    def __call__(self, environ, start_response):
        if not is_public(environ):
            return self.application(environ, start_response)
        if environ["PATH_INFO"].startswith(FILES):
            with self.keeping(self.stamp()):
                return self.application(environ, start_response)
        address = Address.of(environ)
        encoding = encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if answer := self.answers.find(address, encoding, self.stamp(), time.time()):
            return answer.send(environ, start_response)
        turn = self.turns[hash(address) % len(self.turns)]
        is_mine = turn.acquire(timeout=SECONDS)
        try:
            return self.made(environ, address, encoding, start_response, is_mine)
        finally:
            if is_mine:
                turn.release()

    def made(self, environ, address, encoding, start_response, is_mine):
        """The answer that somebody has made meanwhile, or another process, or that the site makes;
        the former page where somebody else has been waiting for the site too long already."""
        stamp = self.stamp()
        page = self.store.find(address)
        is_fresh = page is not None and page.is_fresh(stamp, time.time())
        if is_fresh:
            return self.answers.add(address, encoding, page).send(environ, start_response)
        if page is not None and not is_mine:
            former = page._replace(headers=headers_of(page, "former"))
            return Answer.of(former, encoding).send(environ, start_response)
        return self.answered(environ, address, encoding, start_response, stamp)

    def answered(self, environ, address, encoding, start_response, stamp):
        place, token = self.store.open(), patience.set(SECONDS)
        try:
            with self.keeping(stamp) as content:
                status, headers, answer, ends = self.ask(environ)
            if getattr(answer, "streaming", True):
                start_response(status, headers)
                return answer
            if (code := int(status[:3])) >= 500:
                return self.instead(address, encoding, start_response, status, headers, answer)
            if code in FOR_EVERYBODY:
                headers = for_everybody(headers)
            if code == 200 and is_same_for_all(headers) and len(answer.content) <= LARGEST:
                page = page_of(headers, answer.content, content, ends)
                answer.close()
                if place:
                    self.store.keep(place, address, page)
                return self.answers.add(address, encoding, page).send(environ, start_response)
        finally:
            patience.reset(token)
            if place:
                os.close(place)
        if code in FOR_EVERYBODY and is_same_for_all(headers):
            headers = with_end_for_nginx(environ, headers)
        return sent(start_response, status, headers, answer, encoding, environ["REQUEST_METHOD"])

    def ask(self, environ):
        """(status, headers, response, moments at which it stops being true) of the site, which is
        asked for the whole page."""
        began = []
        with noting_ends() as ends:
            answer = self.application(whole(environ), lambda *head, **_more: began.append(head))
        status, headers = began[-1][:2]
        return status, headers, answer, ends

    @contextmanager
    def keeping(self, stamp):
        """Meanwhile what is made of the content is remembered for as long as it holds: then the
        content is given."""
        content = self.content_under(stamp)
        with keeping_in(content.memory if content else Memory()):
            yield content

    def content_under(self, stamp):
        """None where a change could go unnoticed, or nobody can tell."""
        if stamp is None or not self.stamp.is_rested(stamp):
            return None
        now = timezone.now()
        if not self.content.holds(stamp, now):
            with suppress(DatabaseError):
                self.content = Content.found(stamp, now)
        return self.content if self.content.holds(stamp, now) else None

    def instead(self, address, encoding, start_response, status, headers, answer):
        """What was good last, and says so; the failure itself where there is nothing."""
        page = self.store.find(address)
        if page is None:
            return sent(start_response, status, headers, answer, encoding)
        logger.error("Visitors get the last good page instead of: %s %s", status, address.path)
        answer.content = marked(page)
        return sent(start_response, "200 OK", headers_of(page, "last-good"), answer, encoding)

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
        if self.stamp.is_of_content and (stamp := self.stamp()):
            self.store.forget_older(stamp)
        for address in self.store.take_forgotten():
            answer = self(address.environ(), lambda *_head: None)
            if close := getattr(answer, "close", None):
                close()
            time.sleep(PAUSE)


def is_public(environ):
    """What a visitor asks for: without the cookie of staff, on a page that is the same for all."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ["PATH_INFO"].startswith(ELSEWHERE)
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
        and not environ["SCRIPT_NAME"]  # where links would begin, which no address here tells
    )


def whole(environ):
    """The same request for the page as it is, whatever the browser has of it already."""
    conditions = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
    asked = {name: value for name, value in environ.items() if name not in conditions}
    return {**asked, "REQUEST_METHOD": "GET"}


def for_everybody(headers):
    has_its_own = any(name.lower() == "cache-control" for name, _value in headers)
    return headers if has_its_own else [*headers, ("Cache-Control", CACHE_CONTROL)]


def is_same_for_all(headers):
    told = {name.lower(): value for name, value in headers}
    is_private = any(word in told.get("cache-control", "") for word in ("private", "no-store"))
    return not is_private and "set-cookie" not in told


def page_of(headers, body, content, ends):
    """A page, which counts as true for as long as all of it is; never, where nobody can tell."""
    now = timezone.now()
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    page = Page(with_header(headers, "ETag", tag), body, now.timestamp())
    if content is None:
        return page
    until = min([content.until, *(end for end in ends if end > now)])
    return page._replace(stamp=content.stamp, until=until.timestamp())


class Sent(list):
    """The bytes of an answer, whose end is told to the site once they are on their way."""

    def __init__(self, content, close):
        super().__init__([content] if content else [])
        self.close = close


def sent(start_response, status, headers, answer, encoding, method="GET"):
    content = answer.content
    if content:
        headers, content = compressed(headers, content, encoding)
    start_response(status, headers)
    return Sent(b"" if method == "HEAD" else content, answer.close)


# What says that a page is an older one


def headers_of(page, detail):
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
        ("Cache-Status", f"site; hit; detail={detail}"),
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
