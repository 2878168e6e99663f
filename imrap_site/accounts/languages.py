"""In which language each person works: their own choice, kept with their account.

Before anybody is signed in, a cookie holds it for the pages that lead inside.
"""

from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from imrap_site.accounts.models import LanguageChoice

CHOSEN = "staff_language"  # in the session, and name of the cookie
AN_HOUR = 3600


def is_known(language):
    return language in dict(settings.LANGUAGES)


def chosen(request):
    """The language that whoever asks has chosen, None where they never did."""
    place = request.session if request.user.is_authenticated else request.COOKIES
    language = place.get(CHOSEN)
    return language if is_known(language) else None


@require_POST
def choose_language(request):
    language = request.POST.get("language")
    if not is_known(language):
        return HttpResponseBadRequest()
    response = redirect(way_back(request))
    if request.user.is_authenticated:
        LanguageChoice.objects.update_or_create(user=request.user, defaults={"language": language})
        request.session[CHOSEN] = language
    else:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(
            CHOSEN,
            language,
            AN_HOUR,
            path="/accounts/",
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def way_back(request):
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, None) and address.startswith("/")
    return address if is_ours else reverse("admin:index")


def remember(sender, request, user, **kwargs):
    """With signing in: what this person chose once, or has just chosen on the page before."""
    stored = LanguageChoice.objects.filter(user=user).first()
    asked = request.COOKIES.get(CHOSEN)
    if stored is None and is_known(asked):
        stored = LanguageChoice(user=user, language=asked)
        with suppress(DatabaseError):  # a full disk: then it holds for this session
            stored.save()
    if stored:
        request.session[CHOSEN] = stored.language
