"""How somebody comes in who has no password yet, or lost it: by a link on which they choose one.

It is the link of the page for lost passwords, made by allauth's own generator: it opens nothing after
three days (Django's `PASSWORD_RESET_TIMEOUT`), nor once a password was chosen.
"""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings

from imrap_site.accounts import events

SHOWN = "way_in"  # in the session: for whom a link is shown at the next page, and never again


def is_mail_set_up():
    """Whether a mail gets further than the console."""
    return not settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend"))


def link_for(request, person):
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    key = f"{user_pk_to_url_str(person)}-{token}"
    return get_adapter(request).get_reset_password_from_key_url(key)


def mail(request, person):
    """Whether the mail was taken."""
    facts = {"link": link_for(request, person), "person": person}
    try:
        get_adapter(request).send_mail("account/email/way_in", person.email, facts)
    except OSError:  # of which SMTPException is one
        return False
    events.tell("way in given", person, what="mail")
    return True


def show_once(request, person):
    """Not the link itself: it is made when it is shown, so that it lies in no session."""
    request.session[SHOWN] = person.pk


def shown_now(request, person):
    if request.session.get(SHOWN) != person.pk:
        return ""
    del request.session[SHOWN]
    events.tell("way in given", person, what="link")
    return link_for(request, person)
