"""Mails to colleagues, where mail is set up; that one can't be sent keeps nobody from working."""

import threading
from contextlib import suppress

from django.conf import settings
from django.contrib.auth import get_permission_codename, get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import transaction
from django.db.models import Q

from profiles import journal

MOST_READERS = 20


def is_set_up():
    """Without EMAIL_URL mails are only printed."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def readers_of(kind):
    """The addresses of those who may publish such entries; superusers where nobody else does."""
    people = get_user_model().objects.filter(is_active=True, is_staff=True).exclude(email="")
    codename = get_permission_codename("publish", kind._meta)
    wanted = {"content_type__app_label": kind._meta.app_label, "codename": codename}
    by_right = Permission.objects.filter(**wanted)
    named = people.filter(Q(groups__permissions__in=by_right) | Q(user_permissions__in=by_right))
    found = named.distinct() if named.exists() else people.filter(is_superuser=True)
    return list(found.values_list("email", flat=True)[:MOST_READERS])


def send(subject, text, addresses):
    """Once the entry is stored for good, beside the answer, which must not wait for a mail server."""
    if not (addresses and is_set_up()):
        return
    subject = " ".join(subject.splitlines())[:150]
    thread = threading.Thread(target=deliver, args=(subject, text, addresses), daemon=True)
    transaction.on_commit(thread.start, robust=True)


def deliver(subject, text, addresses):
    """One mail to each: nobody reads the addresses of the others."""
    for address in addresses:
        try:
            mail.send_mail(subject, text, None, [address])
        except Exception as problem:  # whatever a mail server does
            with suppress(Exception):
                journal.note("mail failed", why=type(problem).__name__, subject=subject)
