"""Who somebody is, and the one question that pages, files and the admin ask: may they come in?"""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Subquery

from imrap_site.accounts.models import SignOuts
from imrap_site.accounts.sessions import end_all

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
OWN_FACTORS = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS))
# In the session: the number of `SignOuts` when it began.
SIGN_OUTS = "sign_outs"


class PeopleBackend(AuthenticationBackend):
    """allauth's; it brings with a person what is asked of them at each page, in the same query."""

    def get_user(self, user_id):
        number = SignOuts.objects.filter(user=OuterRef("pk")).values("number")
        people = get_user_model()._default_manager.annotate(
            has_second_factor=OWN_FACTORS, number_of_sign_outs=Subquery(number)
        )
        person = people.filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None


def has_second_factor(person):
    if hasattr(person, "has_second_factor"):
        return person.has_second_factor
    return Authenticator.objects.filter(user_id=person.pk, type__in=SECOND_FACTORS).exists()


def lacks_second_factor(person):
    """Whether somebody who is signed in has only a password, where the settings demand more."""
    if not (settings.REQUIRE_SECOND_FACTOR and person.is_authenticated):
        return False
    return not has_second_factor(person)


def may_come_in(person):
    """Whether somebody is of the team, and is known to be who they say."""
    return person.is_active and person.is_staff and not lacks_second_factor(person)


def number_of_sign_outs(person):
    if hasattr(person, "number_of_sign_outs"):
        return person.number_of_sign_outs or 0
    found = SignOuts.objects.filter(user_id=person.pk).values_list("number", flat=True)
    return found.first() or 0


def begin_session(session, person):
    session[SIGN_OUTS] = number_of_sign_outs(person)


def is_ended(session, person):
    return person.is_authenticated and session.get(SIGN_OUTS, 0) != number_of_sign_outs(person)


def sign_out_everywhere(person, keep=None):
    """End all sessions of a person and forget the devices they are known on; `keep` is one to keep."""
    SignOuts.objects.get_or_create(user_id=person.pk)
    SignOuts.objects.filter(user_id=person.pk).update(number=F("number") + 1)
    person.number_of_sign_outs = SignOuts.objects.get(user_id=person.pk).number
    end_all(person, but=keep.session_key if keep else None)
    if keep:
        begin_session(keep, person)
