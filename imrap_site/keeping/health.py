"""/health/live and /health/ready: for whoever watches the server, or starts a new version on it.

Asked from this machine it says all it knows, whatever the host is called; strangers, who come through
the web server, learn no more than whether the site works.
"""

import shutil
import tempfile
import time
from functools import cache

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponseNotAllowed, HttpResponseNotFound, JsonResponse
from django.utils import timezone

from imrap_site.keeping.parts import is_bucket
from imrap_site.keeping.records import last_good_backup
from imrap_site.sqlite.base import patience
from profiles import search
from profiles.failures import FAILURES

PATH = "/health/"
SECONDS = 3  # that a locked database is waited for
FRESH_FOR = 5  # seconds: nobody makes the site look into itself at each request
NEEDED_BYTES = 50 * 1024 * 1024  # less is as good as full
LOW_BYTES = 500 * 1024 * 1024
LATE_HOURS = 72
OK, WARNING, FAILING = "ok", "warning", "failing"


class HealthMiddleware:
    """The first of all: neither a host nor https is asked for."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.until, self.found = 0, {}

    def __call__(self, request):
        if not request.path_info.startswith(PATH):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if request.path_info == f"{PATH}live":
            return answer({"status": OK})
        if request.path_info == f"{PATH}ready":
            found = self.checked()
            return answer(found if is_from_here(request) else {"status": found["status"]})
        return HttpResponseNotFound()

    def checked(self):
        if time.monotonic() > self.until:
            self.found = readiness()
            self.until = time.monotonic() + FRESH_FOR
        return self.found


def answer(found):
    status = 503 if found["status"] == FAILING else 200
    return JsonResponse(found, status=status, headers={"Cache-Control": "no-store"})


def is_from_here(request):
    """From this machine, and for nobody else: a web server says for whom it asks."""
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not (
        "x-forwarded-for" in request.headers or "forwarded" in request.headers
    )


def readiness():
    """{"status": the worst of all, "checks": {name: {"status", and what was found}}}."""
    token = patience.set(SECONDS)
    try:
        checks = {name: looked_at(check) for name, check in CHECKS.items()}
    finally:
        patience.reset(token)
    worst = max(checks.values(), key=lambda found: (OK, WARNING, FAILING).index(found["status"]))
    return {"status": worst["status"], "checks": checks}


def looked_at(check):
    try:
        return check()
    except FAILURES as error:
        return {"status": FAILING, "error": str(error)[:200]}


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        return {"status": OK, "engine": connection.vendor}


def migrations():
    """What this version wants and the database has not got."""
    lacking = known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    names = sorted(f"{app}.{name}" for app, name in lacking)
    return {"status": FAILING if names else OK, "lacking": names}


@cache
def known_migrations():
    return set(MigrationLoader(None).disk_migrations)


def media():
    if is_bucket():
        default_storage.must_be_there()
        return {"status": OK}
    with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT):
        return {"status": OK}


def disk():
    folders = [settings.VAR_DIR, tempfile.gettempdir()]
    if not is_bucket():
        folders.append(settings.MEDIA_ROOT)
    free = min(shutil.disk_usage(folder).free for folder in folders)
    status = OK if free > LOW_BYTES else WARNING if free > NEEDED_BYTES else FAILING
    return {"status": status, "free_bytes": free}


def search_index():
    return {"status": OK if search.is_of_this_version() else WARNING}


def backup():
    moment = last_good_backup()
    hours = (timezone.now() - moment).total_seconds() / 3600 if moment else None
    is_late = hours is None or hours > LATE_HOURS
    return {"status": WARNING if is_late else OK, "hours": hours and round(hours, 1)}


CHECKS = {
    "database": database,
    "migrations": migrations,
    "media": media,
    "disk": disk,
    "search_index": search_index,
    "backup": backup,
}
