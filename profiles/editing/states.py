"""Who sees an entry, and since or until when, in words: above its form, in its history, in answers."""

from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.publishing import State
from profiles.words import date_in_words, moment_for_staff


def day_of(moment):
    return date_in_words(timezone.localdate(moment).isoformat())


def state_in_full(entry):
    """One sentence, for the top of its form."""
    if entry.state == State.DRAFT:
        return _("Draft: nobody but the team sees this page.")
    if entry.state == State.SCHEDULED:
        words = _("Scheduled for %(moment)s: until then, nobody but the team sees this page.")
        return words % {"moment": moment_for_staff(entry.publish_at)}
    if entry.state == State.CLOSED:
        words = _("Published since %(day)s, and closed: the page stays, lists no longer show it.")
        return words % {"day": day_of(entry.publish_at)}
    return _("Published since %(day)s.") % {"day": day_of(entry.publish_at)}


def state_in_brief(entry):
    """Behind the name of its kind; the words for a state are about an entry, whatever its kind is."""
    if entry.is_draft:
        return entry.state.label
    return _("entry %(state)s") % {"state": entry.state.label}


def state_as_kept(entry):
    """The same whenever it is read: what a version of the history says of it."""
    if entry.is_draft:
        return _("draft")
    return _("published from %(moment)s on") % {"moment": moment_for_staff(entry.publish_at)}
