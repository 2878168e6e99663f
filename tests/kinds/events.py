"""What the organisation invites to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from profiles.dates import PartialDateField
from profiles.models.entry import Entry


class Event(Entry):
    place = models.CharField(_("place"), max_length=200, blank=True)
    day = PartialDateField(_("day"), blank=True)

    kind_slug = "events"
    section_title = _("Events")
    empty_sentence = _("No events have been added yet.")
    task_sentence = _("Add an event")
    dated_by = "day"

    class Meta(Entry.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
