"""What is answered when a page cannot be made, without asking the database anything."""

import sys

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from imrap_site.serving.form_size import said_length
from imrap_site.serving.languages import language_of
from imrap_site.serving.staff import is_staff_request
from profiles.failures import failure_of

SECONDS = 60  # after which it is worth trying again
KEPT_BYTES = 2_000_000  # of a form that is handed back


def server_error(request):
    """In 503 what fails below the site is told to staff, with what they typed; else in 500."""
    sentence = failure_of(sys.exc_info()[1])
    context = {"status": 503 if sentence else 500, "address": request.get_full_path()}
    if is_staff_request(request):
        context |= {"sentence": sentence, "is_staff": True, "typed": typed(request)}
    with translation.override(language_of(request)):
        page = render_to_string("500.html", context)
    headers = {"Retry-After": SECONDS, "Cache-Control": "no-store"}
    return HttpResponse(page, status=context["status"], headers=headers)


def typed(request):
    """[(name, text)] of a form that could not be taken, to send it once more; never of a sign-in."""
    if request.method != "POST" or not request.path_info.startswith("/admin/"):
        return []
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or said_length(request) > KEPT_BYTES:
        return []
    return [
        (name, text)
        for name, texts in request.POST.lists()
        for text in texts
        if "password" not in name
    ]
