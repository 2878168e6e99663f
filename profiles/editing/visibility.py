"""What the journal says of an entry: that it was published, scheduled, withdrawn or deleted, and by whom."""

import reversion
from django.db import transaction

from profiles import journal
from profiles.publishing import State

WORDS = {
    State.PUBLISHED: "published",
    State.SCHEDULED: "scheduled",
    State.DRAFT: "withdrawn",
}


def tell_change(entry, was_draft):
    """After a save: an entry was shown, or shown no more, or its moment moved."""
    if was_draft is not False and entry.is_draft:
        return  # a draft before and after, or a new one
    tell(entry, WORDS.get(entry.state, "published"))


def tell_deletion(entries, person):
    for entry in entries:
        if not entry.is_draft:
            tell(entry, "deleted", person)


def tell(entry, event, person=None):
    """Once it is stored for good; the person is the one whose revision is open, or who is given."""
    if person is None and reversion.is_active():
        person = reversion.get_user()
    facts = {"kind": entry.kind_slug, "key": entry.pk, "state": entry.state.value}
    facts |= {"by": person.get_username()} if person else {"from": "command"}
    slug = entry.slug
    transaction.on_commit(lambda: journal.note(event, **facts, slug=slug), robust=True)
