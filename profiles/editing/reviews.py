"""Somebody who may not publish asks for a reading; whoever may publishes, or returns it with a note."""

from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.utils import timezone

from profiles.models import Entry
from profiles.models.reviews import Review

MOST_SHOWN = 20


def of_entry(entry):
    kind = ContentType.objects.get_for_model(entry)
    return Review.objects.filter(content_type=kind, entry_key=entry.pk)


def last_of(entry):
    """The open one, or else the one that was answered last; None if nobody ever asked."""
    found = of_entry(entry).select_related("asked_by", "answered_by")
    return found.order_by("-pk").first()


def ask(entry, person, note):
    """Who asks again while it waits changes the note."""
    kind = ContentType.objects.get_for_model(entry)
    said = {"note": note, "asked_by": person, "asked_at": timezone.now()}
    review, _is_new = Review.objects.update_or_create(
        content_type=kind, entry_key=entry.pk, outcome=Review.Outcome.OPEN, defaults=said
    )
    return review


def answer(entry, person, outcome, note=""):
    """End what waits for an answer; the review, None where nothing waits.

    To publish ends what had come back with a note, too.
    """
    if outcome == Review.Outcome.PUBLISHED:
        of_entry(entry).filter(outcome=Review.Outcome.RETURNED).update(outcome=outcome)
    review = of_entry(entry).filter(outcome=Review.Outcome.OPEN).first()
    if review:
        review.outcome, review.answer = outcome, note
        review.answered_by, review.answered_at = person, timezone.now()
        review.save()
    return review


def forget(entry):
    of_entry(entry).delete()


class Waiting(NamedTuple):
    review: Review
    entry: Entry


def waiting(kinds):
    """The first reviews of entries of these kinds that wait for an answer, the longest first."""
    return with_entries(
        Review.objects.filter(outcome=Review.Outcome.OPEN).order_by("asked_at"), kinds
    )


def returned_to(person, kinds):
    """What came back to somebody with a note, and was not asked for again since."""
    found = Review.objects.filter(outcome=Review.Outcome.RETURNED, asked_by=person)
    later = Review.objects.filter(
        content_type=OuterRef("content_type"),
        entry_key=OuterRef("entry_key"),
        pk__gt=OuterRef("pk"),
    )
    return with_entries(found.filter(~Exists(later)).order_by("-pk"), kinds)


def with_entries(reviews, kinds):
    """Each with its entry; one query, and one for each kind that is among them."""
    types = ContentType.objects.get_for_models(*kinds) if kinds else {}
    by_type = {content_type.pk: kind for kind, content_type in types.items()}
    reviews = reviews.filter(content_type__in=by_type).select_related("asked_by", "answered_by")
    found = list(reviews[:MOST_SHOWN])
    keys = {}
    for review in found:
        keys.setdefault(by_type[review.content_type_id], []).append(review.entry_key)
    entries = {kind: kind.objects.in_bulk(of_kind) for kind, of_kind in keys.items()}
    pairs = [(one, entries[by_type[one.content_type_id]].get(one.entry_key)) for one in found]
    return [Waiting(review, entry) for review, entry in pairs if entry]
