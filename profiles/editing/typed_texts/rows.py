"""Kept texts in the database, where several hosts have one."""

from datetime import UTC, datetime

from django.db.models.functions import Length
from django.utils import timezone

from profiles.editing.typed_texts.text import Typed
from profiles.models import TypedText


def write(number, form, content):
    now = {"content": content, "moment": timezone.now()}
    TypedText.objects.update_or_create(person_id=number, form=form, defaults=now)


def of_person(number):
    """Newest first."""
    rows = TypedText.objects.filter(person_id=number).order_by("-moment")
    return [Typed(*row) for row in rows.values_list("form", "moment", "content")]


def remove(number, form):
    TypedText.objects.filter(person_id=number, form=form).delete()


def older_than(moment):
    old = TypedText.objects.filter(moment__lt=datetime.fromtimestamp(moment, UTC))
    return old.values_list("form", Length("content"))


def remove_older_than(moment):
    TypedText.objects.filter(moment__lt=datetime.fromtimestamp(moment, UTC)).delete()
