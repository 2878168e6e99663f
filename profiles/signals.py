"""What follows when an entry is saved or deleted: all signals are connected here."""

from contextlib import suppress

from django.apps import apps as installed
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import DatabaseError, transaction
from django.db.models.signals import post_delete, post_migrate, post_save

from profiles import search
from profiles.editing import apart, reviews, rights, typed_texts, visibility
from profiles.models import KINDS, KeptApart, Organisation, keep_use, let_go, part_model


def connect(app):
    for model in KINDS.values():
        post_save.connect(index, sender=model, dispatch_uid=f"index {model.kind_slug}")
        post_save.connect(tell_visibility, sender=model, dispatch_uid=f"tell {model.kind_slug}")
        post_save.connect(use_picture, sender=model, dispatch_uid=f"use {model.kind_slug}")
        post_delete.connect(free_picture, sender=model, dispatch_uid=f"free {model.kind_slug}")
        post_delete.connect(forget, sender=model, dispatch_uid=f"forget {model.kind_slug}")
        for part in (part_model(model, relation) for relation in model.parts):
            for signal in (post_save, post_delete):
                signal.connect(index_whole, sender=part, dispatch_uid=f"index {part.__name__}")
    post_save.connect(use_picture, sender=Organisation, dispatch_uid="use of organisation")
    for signal in (post_save, post_delete):
        signal.connect(use_picture_apart, sender=KeptApart, dispatch_uid="use apart")
    request_started.connect(search.begin_request, dispatch_uid="begin request")
    request_finished.connect(search.end_request, dispatch_uid="end request")
    person = settings.AUTH_USER_MODEL
    post_delete.connect(forget_typed, sender=person, dispatch_uid="forget what they typed")
    post_migrate.connect(give_rights, sender=app, dispatch_uid="give rights on new kinds")
    post_migrate.connect(complete, sender=app, dispatch_uid="complete the index")


# After commit: an entry whose saving was undone must not be found. Robust: whoever saves
# must not see an error of the index, which can be made anew. Lambdas, as Django asks for the name
# of what fails, and a partial has none.


def index(sender, instance, raw=False, **kwargs):
    if not raw:
        kind, key = instance.kind_slug, instance.pk
        transaction.on_commit(lambda: search.index(kind, key), robust=True)


def index_whole(sender, instance, raw=False, **kwargs):
    """A file or a recording was added to an entry, changed or taken away."""
    if not raw and (whole := search.whole_of(instance)):
        kind, key = whole
        transaction.on_commit(lambda: search.index(kind, key), robust=True)


def forget(sender, instance, **kwargs):
    kind, key = instance.kind_slug, instance.pk
    reviews.forget(instance)
    transaction.on_commit(lambda: search.forget(kind, key), robust=True)


def forget_typed(sender, instance, **kwargs):
    """What somebody typed and did not save goes with their account."""
    number = instance.pk
    transaction.on_commit(lambda: typed_texts.forget_all(number), robust=True)


def use_picture(sender, instance, raw=False, **kwargs):
    if not raw:
        keep_use(instance)


def use_picture_apart(sender, instance, raw=False, **kwargs):
    """Corrections are kept apart, changed, put online or let go of."""
    noun = apart.model_of(instance)._base_manager.filter(pk=instance.entry_key).first()
    if noun and not raw:
        keep_use(noun)


def free_picture(sender, instance, **kwargs):
    let_go(instance)


def tell_visibility(sender, instance, raw=False, **kwargs):
    """The journal says who published an entry, scheduled or withdrew it."""
    if isinstance(instance.publish_at, str):  # as scripts may give it
        instance.publish_at = sender._meta.get_field("publish_at").to_python(instance.publish_at)
    before = instance.stored_as
    instance.note_stored()
    if not raw and instance.stored_as != before:
        visibility.tell_change(instance, was_draft=before[0])


def give_rights(sender, using="default", apps=installed, **kwargs):
    # Connected before the receiver of django.contrib.auth, which stands later in INSTALLED_APPS.
    rights.give_for_new_kinds(sender, using, apps)


def complete(sender, using="default", plan=(), **kwargs):
    # After a step back to older migrations there may be no such tables or columns.
    with suppress(DatabaseError):
        search.rebuild_if_stale()
