"""What happens between a signed-in person and the admin, on staff paths only."""

from functools import partial

from allauth.account.middleware import AccountMiddleware
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from imrap_site.accounts.adapters import LONGEST_ADDRESS
from imrap_site.accounts.languages import chosen
from imrap_site.accounts.people import is_ended, lacks_second_factor, may_come_in
from imrap_site.serving.staff import is_staff_path

WANTED = "wanted"  # in the session
WAYS_INSIDE = ("/accounts/", "/admin/login/", "/admin/logout/")


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


class PersonMiddleware:
    """Who has not come in whole is a visitor everywhere, but on the pages that lead inside.

    The one place that turns whoever is signed in into the person whom pages, files and the admin
    know: they ask `request.user` for rights and need not think of second factors and old sessions.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        signed_in = request.user
        request.user = SimpleLazyObject(partial(whoever, request, signed_in))
        if is_behind_the_door(request):
            if lacks_second_factor(still_signed_in(request, signed_in)):
                remember_wanted(request)
                words = _("Before you enter the admin, add a second factor below.")
                messages.warning(request, words)
                return redirect("mfa_index")
            if WANTED in request.session:
                del request.session[WANTED]
        return self.get_response(request)


def remember_wanted(request):
    """The page of ours to go on to once a second factor is there."""
    if request.method == "GET" and len(address := request.get_full_path()) <= LONGEST_ADDRESS:
        request.session[WANTED] = address


def is_behind_the_door(request):
    return request.path_info.startswith("/admin/") and not leads_inside(request)


def leads_inside(request):
    return request.path_info.startswith(WAYS_INSIDE)


def whoever(request, signed_in):
    person = still_signed_in(request, signed_in)
    return person if leads_inside(request) or may_come_in(person) else AnonymousUser()


def still_signed_in(request, person):
    """Whoever the session names, unless it was ended from elsewhere."""
    if person.is_authenticated and is_ended(request.session, person):
        request.session.flush()
        return AnonymousUser()
    return person
