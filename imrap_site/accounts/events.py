"""What follows when somebody comes in, fails to, or is given other rights: signals, and the journal."""

from contextlib import suppress

from allauth.account.adapter import get_adapter
from allauth.account.signals import authentication_step_completed, password_reset, user_logged_in
from allauth.core import context, ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added
from django.contrib.auth import signals as auth_signals
from django.contrib.auth.models import Group, User, update_last_login
from django.db import DatabaseError
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from imrap_site.accounts import devices, languages, once, people
from profiles import journal

FLAGS = ("is_active", "is_staff", "is_superuser")
WATCHED = ("username", "email", "password", *FLAGS)
# What Django saves by itself when somebody signs in: the moment, and a newer form of the hash.
BY_ITSELF = {"last_login", "password"}
TAKEN_AWAY = ("post_remove", "post_clear")


def connect():
    auth_signals.user_logged_in.disconnect(dispatch_uid="update_last_login")
    auth_signals.user_logged_in.connect(session_begins, dispatch_uid="a session begins")
    user_logged_in.connect(came_in, dispatch_uid="somebody came in")
    authentication_failed.connect(code_refused, dispatch_uid="a code was refused")
    authentication_step_completed.connect(confirmed, dispatch_uid="somebody confirmed")
    password_reset.connect(by_mail, dispatch_uid="a password came by mail")
    authenticator_added.connect(app_added, dispatch_uid="an app was set up")
    pre_save.connect(account_as_it_was, sender=User, dispatch_uid="an account as it was")
    post_save.connect(account_saved, sender=User, dispatch_uid="an account was saved")
    post_delete.connect(account_deleted, sender=User, dispatch_uid="an account was deleted")
    post_save.connect(group_saved, sender=Group, dispatch_uid="a group was saved")
    post_delete.connect(group_deleted, sender=Group, dispatch_uid="a group was deleted")
    post_save.connect(factor_saved, sender=Authenticator, dispatch_uid="a factor was saved")
    post_delete.connect(factor_deleted, sender=Authenticator, dispatch_uid="a factor was deleted")
    for model, relation in ((User, "groups"), (User, "user_permissions"), (Group, "permissions")):
        through = getattr(model, relation).through
        m2m_changed.connect(rights_changed, sender=through, dispatch_uid=f"rights: {relation}")


# Coming in


def session_begins(sender, request, user, **kwargs):
    people.begin_session(request.session, user)
    languages.remember(sender, request, user)
    # A full disk below the database must not keep anybody out.
    with suppress(DatabaseError):
        update_last_login(sender, user)


def came_in(sender, request, response, user, **kwargs):
    devices.remember(request, response, user)
    way = "+".join(step_of(record) for record in records_in(request))
    journal.note("sign-in", address=address_of(request), way=way, name=user.get_username())


def records_in(request):
    return request.session.get("account_authentication_methods", [])


def step_of(record):
    if record.get("passwordless"):
        return "passkey"
    return record["type"] if record["method"] == "mfa" else record["method"]


def code_refused(sender, request, user, authenticator, **kwargs):
    way, name = authenticator.type, user.get_username()
    journal.note("sign-in failed", address=address_of(request), way=way, name=name)


def confirmed(sender, request, user, method, reauthenticated=False, **facts):
    if reauthenticated:
        way, name = facts.get("type", method), user.get_username()
        journal.note("confirmed", address=address_of(request), way=way, name=name)


def by_mail(sender, request, user, **kwargs):
    """Whoever reads the mails of an account may try their new password at once."""
    ratelimit.clear(request, action="guesses_at_one_account", key=str(user.pk))


def app_added(sender, request, authenticator, **kwargs):
    """The figures that set it up do not open the door as well."""
    if authenticator.type == Authenticator.Type.TOTP:
        once.spend_code(authenticator, request.POST.get("code", ""))


# Accounts and rights


def account_as_it_was(sender, instance, raw=False, update_fields=None, **kwargs):
    instance.as_it_was = None
    if not raw and instance.pk and not set(update_fields or ["all"]) <= BY_ITSELF:
        instance.as_it_was = User.objects.filter(pk=instance.pk).values(*WATCHED).first()


def account_saved(sender, instance, created, **kwargs):
    if created:
        tell("account made", instance)
    elif before := instance.as_it_was:
        changed = [name for name in WATCHED if before[name] != getattr(instance, name)]
        if changed:
            tell("account changed", instance, what="+".join(changed))
        if any(before[flag] and not getattr(instance, flag) for flag in FLAGS):
            people.sign_out_everywhere(instance)


def account_deleted(sender, instance, **kwargs):
    people.end_all(instance)
    tell("account deleted", instance)


def group_saved(sender, instance, created, **kwargs):
    tell("group made" if created else "group saved", instance)


def group_deleted(sender, instance, **kwargs):
    tell("group deleted", instance)


def rights_changed(sender, instance, action, reverse, pk_set, **kwargs):
    if not action.startswith("post_") or (pk_set is not None and not pk_set):
        return
    tell("rights changed", instance, what=f"{sender.__name__} {action.removeprefix('post_')}")
    if action in TAKEN_AWAY:
        whose = User.objects.filter(pk__in=pk_set or []) if reverse else [instance]
        for person in whose:
            if isinstance(person, User):
                people.sign_out_everywhere(person, keep=session_of(person))


def factor_saved(sender, instance, created, **kwargs):
    if created:
        tell("second factor added", instance.user, what=instance.type)


def factor_deleted(sender, instance, origin=None, **kwargs):
    if getattr(origin, "model", type(origin)) is User:
        return  # the whole account goes
    tell("second factor removed", instance.user, what=instance.type)
    if instance.type in people.SECOND_FACTORS:
        people.sign_out_everywhere(instance.user, keep=session_of(instance.user))


def session_of(person):
    """The session in which this happens, if it is theirs: they stay signed in there."""
    request = context.request
    return request.session if request and request.user.pk == person.pk else None


def tell(event, subject, **facts):
    """Who did it, what, and to whom: a person or a group."""
    request = context.request
    if by := request.user.get_username() if request else "":
        who = {"by": by}
    else:
        who = {"from": "mail" if request else "command"}  # the link for a lost password
    name = subject.get_username() if isinstance(subject, User) else subject.name
    journal.note(event, **facts, **who, name=name)


def address_of(request):
    return get_adapter(request).get_client_ip(request)
