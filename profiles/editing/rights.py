"""What the team's groups may do with a kind that is new; all else superusers give and take."""

from django.contrib.auth.management import create_permissions
from django.db import transaction

from profiles.models import ALL_KINDS, with_parts

RIGHTS = {
    "Rédaction": ["add", "change", "view"],
    "Responsable": ["add", "change", "view", "delete", "publish"],
}


def give_for_new_kinds(app, using, apps):
    """After a migration, before Django makes the permissions that are missing.

    A kind is new as long as it has none; so nothing is given twice, or again to a group that lost it.
    """
    try:
        Permission, Group = (apps.get_model("auth", name) for name in ("Permission", "Group"))
    except LookupError:  # after a step back to before there were any
        return
    permissions = Permission.objects.using(using).filter(content_type__app_label=app.label)
    known = set(permissions.values_list("content_type__model", flat=True))
    new = [kind for kind in ALL_KINDS.values() if kind._meta.model_name not in known]
    if not new:
        return
    with transaction.atomic(using):
        create_permissions(app, verbosity=0, using=using, apps=apps)
        for group in Group.objects.using(using).filter(name__in=RIGHTS):
            codenames = [
                f"{action}_{model._meta.model_name}"
                for model in with_parts(new)
                for action in RIGHTS[group.name]
            ]
            group.permissions.add(*permissions.filter(codename__in=codenames))
