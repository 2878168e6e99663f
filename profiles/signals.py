"""What follows when an entry is saved or deleted: all signals are connected here."""

from contextlib import suppress
from functools import partial

from django.db import DatabaseError, transaction
from django.db.models.signals import post_delete, post_migrate, post_save

from profiles import search
from profiles.models import KINDS


def connect(app):
    for model in KINDS.values():
        post_save.connect(index, sender=model, dispatch_uid=f"index {model.kind_slug}")
        post_delete.connect(forget, sender=model, dispatch_uid=f"forget {model.kind_slug}")
    post_migrate.connect(complete, sender=app, dispatch_uid="complete the index")


# After commit: an entry whose saving was undone must not be found. Robust: whoever saves
# must not see an error of the index, which can be made anew.


def index(sender, instance, raw=False, **kwargs):
    if not raw:
        transaction.on_commit(partial(search.index, instance), robust=True)


def forget(sender, instance, **kwargs):
    transaction.on_commit(partial(search.forget, instance.kind_slug, instance.pk), robust=True)


def complete(sender, using="default", plan=(), **kwargs):
    # After a step back to older migrations there may be no such tables or columns.
    with suppress(DatabaseError):
        search.rebuild_if_stale()
