"""What follows when an entry is saved or deleted: all signals are connected here."""

from contextlib import suppress

from django.apps import apps as installed
from django.db import DatabaseError, transaction
from django.db.models.signals import post_delete, post_migrate, post_save

from profiles import search
from profiles.editing import rights
from profiles.models import KINDS


def connect(app):
    for model in KINDS.values():
        post_save.connect(index, sender=model, dispatch_uid=f"index {model.kind_slug}")
        post_delete.connect(forget, sender=model, dispatch_uid=f"forget {model.kind_slug}")
    post_migrate.connect(give_rights, sender=app, dispatch_uid="give rights on new kinds")
    post_migrate.connect(complete, sender=app, dispatch_uid="complete the index")


# After commit: an entry whose saving was undone must not be found. Robust: whoever saves
# must not see an error of the index, which can be made anew. Lambdas, as Django asks for the name
# of what fails, and a partial has none.


def index(sender, instance, raw=False, **kwargs):
    if not raw:
        transaction.on_commit(lambda: search.index(instance), robust=True)


def forget(sender, instance, **kwargs):
    kind, key = instance.kind_slug, instance.pk
    transaction.on_commit(lambda: search.forget(kind, key), robust=True)


def give_rights(sender, using="default", apps=installed, **kwargs):
    # Connected before the receiver of django.contrib.auth, which stands later in INSTALLED_APPS.
    rights.give_for_new_kinds(sender, using, apps)


def complete(sender, using="default", plan=(), **kwargs):
    # After a step back to older migrations there may be no such tables or columns.
    with suppress(DatabaseError):
        search.rebuild_if_stale()
