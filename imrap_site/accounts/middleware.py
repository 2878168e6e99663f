"""What happens between a signed-in person and the admin, on staff paths only."""

from allauth.account.middleware import AccountMiddleware
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from imrap_site.accounts.languages import chosen
from imrap_site.serving.staff import is_staff_path

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class StaffAccountMiddleware:
    """allauth's middleware, for staff paths only."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.on_staff_paths = AccountMiddleware(get_response)
        self.process_exception = self.on_staff_paths.process_exception

    def __call__(self, request):
        answer = self.on_staff_paths if is_staff_path(request) else self.get_response
        return answer(request)


class PersonLanguageMiddleware:
    """Staff pages in the language that each person has chosen."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if is_staff_path(request) and (language := chosen(request)):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


class SecondFactorMiddleware:
    """Nobody enters the admin without a second factor, where the settings demand one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.REQUIRE_SECOND_FACTOR and lacks_second_factor(request):
            messages.warning(request, _("Before you enter the admin, add a second factor below."))
            return redirect("mfa_index")
        return self.get_response(request)


def lacks_second_factor(request):
    """Whether somebody who is signed in opens the admin protected by a password alone."""
    if not request.path_info.startswith("/admin/") or request.path_info == "/admin/logout/":
        return False
    person = request.user
    return person.is_authenticated and not has_second_factor(person)


def has_second_factor(person):
    return Authenticator.objects.filter(user_id=person.pk, type__in=SECOND_FACTORS).exists()
