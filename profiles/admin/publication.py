"""Who may publish, and what they do with many entries at once: publish, schedule, withdraw.

To publish is a permission of its own: who lacks it writes, and somebody else publishes.
"""

import datetime

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, AdminForm
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from profiles import times
from profiles.admin import answers
from profiles.editing import visibility
from profiles.publishing import State, before_9999


class DateAndTime(AdminSplitDateTime):
    """Each of the two inputs says what it takes, which Django only writes beside them."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        for widget, name in zip(self.widgets, (_("Date"), _("Time")), strict=True):
            widget.attrs["aria-label"] = name

    def decompress(self, value):
        return times.as_typed(value) if value else ("", "")


def tomorrow_morning():
    tomorrow = timezone.localtime() + datetime.timedelta(days=1)
    return tomorrow.replace(hour=8, minute=0, second=0, microsecond=0)


class ScheduleForm(forms.Form):
    publish_at = times.MomentInput(
        label=_("Visible from"),
        help_text=_("The site’s own time, for example 30/06/2026 at 08:00."),
        initial=tomorrow_morning,
        widget=DateAndTime,
        validators=[before_9999],
    )

    def clean_publish_at(self):
        moment = self.cleaned_data["publish_at"]
        if moment <= timezone.now():
            raise ValidationError(gettext("This moment is past. Give one that is still to come."))
        return moment


class PublicationAdmin(admin.ModelAdmin):
    """The server decides who publishes, whatever a form sends."""

    publication_fields = ("is_draft", "publish_at")
    actions = ("publish", "schedule", "withdraw")

    def has_publish_permission(self, request, obj=None):
        codename = get_permission_codename("publish", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def readonly_without_publishing(self, request):
        return () if self.has_publish_permission(request) else self.publication_fields

    def publication_note(self, request):
        if self.has_publish_permission(request):
            return ""
        return _(
            "You write and correct; a colleague who may publish decides what visitors see. A new "
            "entry stays a draft, and your corrections to a published entry are seen at once."
        )

    @admin.action(description=_("Publish the selected entries"), permissions=["publish"])
    def publish(self, request, queryset):
        self.publish_all(request, queryset)

    @admin.action(description=_("Schedule the selected entries"), permissions=["publish"])
    def schedule(self, request, queryset):
        """Asks for the moment on a page of its own, which comes back here."""
        if not queryset:
            return self.publish_all(request, queryset)  # which says so
        is_answered = "publish_at_0" in request.POST
        form = ScheduleForm(request.POST if is_answered else None)
        if is_answered and form.is_valid():
            return self.publish_all(request, queryset, form.cleaned_data["publish_at"])
        request.current_app = self.admin_site.name
        context = self.admin_site.each_context(request) | {
            "title": _("Schedule the selected entries"),
            "opts": self.opts,
            "media": self.media + form.media,
            "adminform": AdminForm(form, [(None, {"fields": ["publish_at"]})], {}),
            "entries": queryset,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/profiles/schedule.html", context)

    def publish_all(self, request, queryset, moment=None):
        if not queryset:
            message = _("None of them is in this list any more.")
            self.message_user(request, message, messages.WARNING)
        done, refused = {State.PUBLISHED: [], State.SCHEDULED: []}, []
        for entry in queryset:
            try:
                publish(entry, moment or entry.publish_at)
            except ValidationError as error:
                refused.append((entry, error))
            else:
                done[State.PUBLISHED if entry.is_published else State.SCHEDULED].append(entry)
        answers.tell_refused(self, request, refused)
        number = len(done[State.PUBLISHED])
        message = ngettext("%d entry is published:", "%d entries are published:", number)
        answers.tell(self, request, message % number, done[State.PUBLISHED])
        number = len(done[State.SCHEDULED])
        message = ngettext(
            "%d entry is scheduled, visitors will see it from its date on:",
            "%d entries are scheduled, visitors will see them from their dates on:",
            number,
        )
        answers.tell(self, request, message % number, done[State.SCHEDULED])

    @admin.action(description=_("Withdraw the selected entries"), permissions=["publish"])
    def withdraw(self, request, queryset):
        drafts = list(queryset.filter(is_draft=True))
        shown = list(queryset.filter(is_draft=False))
        queryset.filter(is_draft=False).update(is_draft=True, updated=timezone.now())
        for entry in shown:  # which update() sends no signal for
            entry.is_draft = True
            visibility.tell(entry, "withdrawn")
        number = len(shown)
        message = ngettext("%d entry is withdrawn:", "%d entries are withdrawn:", number)
        answers.tell(self, request, message % number, shown)
        number = len(drafts)
        message = ngettext(
            "%d entry was a draft already, and stays as it was:",
            "%d entries were drafts already, and stay as they were:",
            number,
        )
        answers.tell(self, request, message % number, drafts, messages.WARNING)


def publish(entry, moment):
    """Publish an entry from a moment on; a ValidationError says what is missing."""
    entry.is_draft, entry.publish_at = False, moment
    entry.full_clean()
    entry.save()
