"""What else is known of entries: that one waits to be read, that corrections are kept apart.

It comes with the entries, so that a list asks nothing more, and a form only for what there is.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from profiles.models import KeptApart, Review


def with_marks(entries):
    """Entries of one kind, each with what its last reading came to (None: there is none)."""
    kind = ContentType.objects.get_for_model(entries.model)
    of_these = {"content_type": kind, "entry_key": OuterRef("pk")}
    last = Review.objects.filter(**of_these).order_by("-pk").values("outcome")[:1]
    apart = KeptApart.objects.filter(**of_these)
    return entries.annotate(last_reading=Subquery(last), has_apart=Exists(apart))


def marks_of(entry):
    """In words."""
    if entry.has_apart:
        yield _("corrections kept apart")
    if entry.last_reading == Review.Outcome.OPEN:
        yield _("to read")


def may_have_reading(entry):
    """Whether it is worth to ask; also of entries that came without."""
    return getattr(entry, "last_reading", "") is not None


def may_have_apart(entry):
    return getattr(entry, "has_apart", True)
