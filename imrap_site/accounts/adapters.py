"""How this site differs from what allauth does by itself."""

import ipaddress
import time
from contextlib import suppress

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from imrap_site.accounts import devices
from profiles import journal

MISMATCH = _("This name and this password do not go together.")
WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use the app or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
# allauth's own, here for our catalogues, which come before its own: its French ones mix the words
# for an address, and their signs may begin a line.
ALLAUTH_SENTENCES = [
    gettext_noop("Change Password"),
    gettext_noop("Email address"),
    gettext_noop("Enter an authenticator code:"),
    gettext_noop("Enter your password:"),
    gettext_noop("Forgot your password?"),
    gettext_noop("Password successfully changed."),
]
LONGEST_ADDRESS = 1_000  # of a page to go on to: it travels in a cookie


class StaffAccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": MISMATCH,
        "email_password_mismatch": MISMATCH,
        "guessed_elsewhere": _(
            "Somebody has tried many passwords for this account, so it waits for an hour. You get in "
            "at once with a passkey, or on a phone or computer on which you have signed in before."
        ),
    }

    def is_open_for_signup(self, request):
        return False

    def is_safe_url(self, url):
        return len(url or "") <= LONGEST_ADDRESS and super().is_safe_url(url)

    def send_notification_mail(self, *args, **kwargs):
        """What it tells is done already: a mail that fails must not say that it was not."""
        with suppress(OSError):  # of which SMTPException is one
            super().send_notification_mail(*args, **kwargs)

    def get_client_ip(self, request):
        """An address of IPv4 is the same one when it is written as one of IPv6."""
        text = super().get_client_ip(request)
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return text
        return str(getattr(address, "ipv4_mapped", None) or address)

    def get_reauthentication_methods(self, user):
        """allauth's, in the words of the other pages: what it calls a key is a passkey here."""
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": WAYS[method["id"]]} for method in methods]

    def is_reauthentication_required(self, *, app, **kwargs):
        """Who has just signed in has said who they are."""
        is_recent = time.time() - last_proof(self.request) < app_settings.REAUTHENTICATION_TIMEOUT
        return not is_recent and super().is_reauthentication_required(app=app, **kwargs)

    def pre_authenticate(self, request, **credentials):
        super().pre_authenticate(request, **credentials)
        if not may_guess(request, credentials, dry_run=True):
            journal_failure(request, credentials, "too many guesses")
            raise self.validation_error("guessed_elsewhere")

    def authentication_failed(self, request, **credentials):
        may_guess(request, credentials)
        journal_failure(request, credentials, "password")

    def validation_error(self, code, *args):
        if code == "too_many_login_attempts" and self.request:
            journal.note("sign-in failed", address=self.get_client_ip(self.request), way="too many")
        return super().validation_error(code, *args)

    def _get_login_attempts_cache_key(self, request, **credentials):
        # Counted for each place and name: who guesses elsewhere must not lock the person out; nor
        # must who guesses behind the same address, where the person's own device is known.
        person = person_named(credentials)
        device = person and devices.known_for(request, person)
        name = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{device or place_of(self.get_client_ip(request))}:{name}"


def place_of(address):
    """A network of IPv6, whose addresses all belong to one customer; an address of IPv4."""
    try:
        is_new = ipaddress.ip_address(address).version == 6
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if is_new else address


def last_proof(request):
    """When, in seconds, whoever is signed in last proved who they are."""
    records = request.session.get("account_authentication_methods") or [{}]
    return records[-1].get("at", 0)


def may_guess(request, credentials, dry_run=False):
    """Whether one may go on guessing at an account, from wherever; counts a guess unless told not to."""
    person = person_named(credentials)
    device = person and devices.known_for(request, person)
    # A name that nobody has is counted too: who guesses must not learn which accounts there are.
    account = str(person.pk) if person else f"nobody {name_in(credentials).lower()}"
    key = f"{account} on {device}" if device else account
    rate = {"action": "guesses_at_one_account", "key": key, "dry_run": dry_run}
    return ratelimit.consume(request, **rate)


def person_named(credentials):
    """The one account that a name or an address means, so that each counts for both."""
    asked = Q()
    for field in ("username", "email"):
        if name := credentials.get(field):
            asked |= Q(**{f"{field}__iexact": name})
    return get_user_model().objects.filter(asked).order_by("pk").first() if asked else None


def journal_failure(request, credentials, way):
    address = StaffAccountAdapter().get_client_ip(request)
    journal.note("sign-in failed", address=address, way=way, name=name_in(credentials))


def name_in(credentials):
    return credentials.get("username") or credentials.get("email") or ""
