"""How large a form of staff may be: what says that it is larger is refused before it is read."""

from django.conf import settings
from django.shortcuts import render

from imrap_site.serving.staff import is_staff_path
from profiles.files.limits import largest
from profiles.words import size_in_words


def said_length(request):
    """What the request says of its length, which the server then holds it to; 0 for no number."""
    text = request.headers.get("content-length") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class FormSizeMiddleware:
    """Stands before the CSRF check, which is the first to read a form; person and language are known."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, *view):
        size, limit = said_length(request), largest("form")
        # What is typed beside the files has its own bound.
        if not is_staff_path(request) or size <= limit + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        words = {"size": size_in_words(size), "limit": size_in_words(limit)}
        return render(request, "413.html", words, status=413)
