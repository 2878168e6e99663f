"""What strangers send is bounded before anybody reads it."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

STRANGERS_BYTES = 64 * 1024  # a sign-in form, with a passkey's answer, has some 3 KB

LONGEST_NUMBER = 12  # digits; zeros before a large one make it no smaller


class StrangersBodyMiddleware:
    """Only who is signed in may send more than a sign-in form, or without saying how much.

    Stands where the person is known and before anything asks for what was sent.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if is_long(request) and not request.user.is_authenticated:
            sentence = _("This is more than may be sent without signing in.")
            return HttpResponse(sentence, status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def is_long(request):
    if "transfer-encoding" in request.headers:
        return True
    length = request.headers.get("content-length") or "0"
    is_number = length.isascii() and length.isdigit() and len(length) <= LONGEST_NUMBER
    return not is_number or int(length) > STRANGERS_BYTES
