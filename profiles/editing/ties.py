"""What points to an entry: it lets go where that is deleted, and is tied again where it comes back.

Both happen by saving, so that the history of what lost its programme says so.
"""

from django.db import models

from profiles.models import KINDS


def links_to(model):
    """Foreign keys of entries that stay when what they point to is deleted."""
    return [
        relation.field
        for relation in model._meta.related_objects
        if relation.on_delete is models.SET_NULL and relation.related_model in KINDS.values()
    ]


def tied_to(model, keys):
    """The entries that point to some of a model, by their foreign key."""
    return {
        link: link.model._base_manager.filter(**{f"{link.name}__in": keys}).order_by("pk")
        for link in links_to(model)
    }


def let_go(entry):
    for link, others in tied_to(type(entry), [entry.pk]).items():
        for other in others.select_for_update():
            setattr(other, link.name, None)
            other.save()


def tie_again(entry, version):
    """Undo what `let_go` did, in the revision of whose `version` it did so.

    What points elsewhere by now stays as it is; so does what was tied to nothing before.
    """
    left = [
        (kept.content_type.model_class(), kept.object_id)
        for kept in version.revision.version_set.all()
    ]
    for link in links_to(type(entry)):
        keys = [key for model, key in left if model is link.model]
        free = link.model._base_manager.filter(pk__in=keys, **{link.name: None})
        for other in free.select_for_update():
            setattr(other, link.name, entry)
            other.save()
