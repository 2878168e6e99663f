"""The admin's first page, which says when the last good backup was made."""

from datetime import timedelta

from django.contrib.auth import get_permission_codename, get_user_model
from django.db.models import Min
from django.utils import timezone

from imrap_site.keeping.records import last_good_backup
from profiles.admin_site import ProfileAdminSite
from profiles.models import KINDS

LONGEST = timedelta(days=3)


class KeptAdminSite(ProfileAdminSite):
    def index(self, request, extra_context=None):
        context = {"backup": backup_in_words()} if is_told(request.user) else {}
        return super().index(request, {**context, **(extra_context or {})})


def is_told(user):
    """Superusers, and those who publish: they would miss what is lost."""
    return user.is_superuser or any(
        user.has_perm(f"{kind._meta.app_label}.{get_permission_codename('publish', kind._meta)}")
        for kind in KINDS.values()
    )


def backup_in_words():
    """When it was, and whether that is too long ago: three days, or as long after the first day."""
    moment = last_good_backup()
    since = moment or set_up()
    return {"moment": moment, "is_late": since is not None and timezone.now() - since > LONGEST}


def set_up():
    """The day of the first account."""
    return get_user_model().objects.aggregate(first=Min("date_joined"))["first"]
