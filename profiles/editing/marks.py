"""What else a list tells of entries: that one waits to be read, that corrections are kept apart."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Value
from django.utils.translation import gettext as _

from profiles.models import KeptApart, Review


def with_marks(entries):
    """Tell each of these entries of one kind its `marks`, in words; in one query for all."""
    if not entries:
        return
    kind = ContentType.objects.get_for_model(type(entries[0]))
    of_these = {"content_type": kind, "entry_key__in": [entry.pk for entry in entries]}
    waiting = Review.objects.filter(outcome=Review.Outcome.OPEN, **of_these)
    apart = KeptApart.objects.filter(**of_these)
    found = marked(waiting, "waiting").union(marked(apart, "apart"))
    words = {"waiting": _("to read"), "apart": _("corrections kept apart")}
    marks = {}
    for key, mark in found.order_by():
        marks.setdefault(key, []).append(words[mark])
    for entry in entries:
        entry.marks = sorted(marks.get(entry.pk, ()))


def marked(rows, mark):
    name = Value(mark, output_field=CharField())
    return rows.order_by().values_list("entry_key", name)
