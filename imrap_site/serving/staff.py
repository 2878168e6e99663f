"""Sessions and CSRF for staff alone: a visitor gets no cookie, and costs no session query."""

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_cache_control

STAFF_PATHS = ("/admin/", "/accounts/")
# Without the addresses of staff, which would load all that only they need.
URLS_OF_VISITORS = "imrap_site.public_urls"


def is_staff_path(request):
    return request.path_info.startswith(STAFF_PATHS)


def is_staff_request(request):
    """On a staff path, or on a public page with the session cookie that staff carry."""
    return is_staff_path(request) or settings.SESSION_COOKIE_NAME in request.COOKIES


class OnStaffRequests:
    """Mixin: the middleware does its work on staff requests only."""

    def __call__(self, request):
        return super().__call__(request) if is_staff_request(request) else self.pass_by(request)

    def pass_by(self, request):
        return self.get_response(request)


class StaffSessionMiddleware(OnStaffRequests, SessionMiddleware):
    def pass_by(self, request):
        request.urlconf = URLS_OF_VISITORS
        return super().pass_by(request)

    def process_response(self, request, response):
        """What staff get is for them alone, public pages too: nobody keeps it for others."""
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return super().process_response(request, response)


class StaffAuthenticationMiddleware(OnStaffRequests, AuthenticationMiddleware):
    def pass_by(self, request):
        request.user = AnonymousUser()
        return super().pass_by(request)


class StaffMessageMiddleware(OnStaffRequests, MessageMiddleware):
    pass


class StaffCsrfMiddleware(OnStaffRequests, CsrfViewMiddleware):
    def process_view(self, request, *view):
        # Without a session there is nothing that a forged request could use.
        return super().process_view(request, *view) if is_staff_request(request) else None
