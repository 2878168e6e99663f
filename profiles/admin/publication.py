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
from profiles.admin import list_answers
from profiles.admin.saving import APART, ASK, PUBLISH, SCHEDULE, WITHDRAW
from profiles.editing import reviews, visibility
from profiles.models import Review
from profiles.publishing import State, before_9999, show_from

MAY_NOT = _(
    "Your account writes and corrects, and a colleague publishes. Nothing is saved yet: save without "
    "publishing."
)


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


def moment_to_come(moment):
    if moment <= timezone.now():
        raise ValidationError(gettext("This moment is past. Give one that is still to come."))
    return moment


def schedule_input(label, **options):
    return times.MomentInput(
        label=label,
        help_text=_("The site’s own time, for example 30/06/2026 at 08:00."),
        initial=tomorrow_morning,
        widget=DateAndTime,
        validators=[before_9999],
        **options,
    )


class ScheduleForm(forms.Form):
    publish_at = schedule_input(_("Visible from"))

    def clean_publish_at(self):
        return moment_to_come(self.cleaned_data["publish_at"])


class StateForm(forms.ModelForm):
    """Carries out the button that was pressed, once all the form says is known.

    Around the form that looks for conflicts, which compares what is stored with what was typed.
    """

    saving = None
    schedule_for = schedule_input(_("Visitors see it from"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.state == State.SCHEDULED:
            self.initial["schedule_for"] = self.instance.publish_at

    def clean(self):
        cleaned = super().clean()
        pressed = self.saving.pressed
        if pressed != SCHEDULE:
            self.errors.pop("schedule_for", None)  # nobody asked for it
        elif "schedule_for" in cleaned:
            self.check_moment(cleaned["schedule_for"])
        if pressed not in ("", ASK, APART) and not self.saving.may_publish:
            self.add_error(None, MAY_NOT)
        elif not self.saving.conflict:
            self.carry_out(pressed)
        return cleaned

    def check_moment(self, moment):
        if moment is None:
            return self.add_error("schedule_for", gettext("Say from when on visitors see it."))
        try:
            moment_to_come(moment)
        except ValidationError as error:
            self.add_error("schedule_for", error)

    def carry_out(self, pressed):
        entry = self.instance
        self.saving.is_so_already = self.saving.asks_for_what_is(entry)
        if pressed == PUBLISH:
            show_from(entry)
        elif pressed == SCHEDULE and "schedule_for" in self.cleaned_data:
            show_from(entry, self.cleaned_data["schedule_for"])
        elif pressed == WITHDRAW:
            entry.is_draft = True


class PublicationAdmin(admin.ModelAdmin):
    """The server decides who publishes, whatever a form sends."""

    actions = ("publish", "schedule", "withdraw")

    def has_publish_permission(self, request, obj=None):
        codename = get_permission_codename("publish", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def get_form(self, request, obj=None, change=False, **kwargs):
        request.saving.may_publish = self.has_publish_permission(request, obj)
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (StateForm, form), {"saving": request.saving})

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
                publish(entry, moment)
            except ValidationError as error:
                refused.append((entry, error))
            else:
                reviews.answer(entry, request.user, Review.Outcome.PUBLISHED)
                done[State.PUBLISHED if entry.is_published else State.SCHEDULED].append(entry)
        list_answers.tell_refused(self, request, refused)
        number = len(done[State.PUBLISHED])
        message = ngettext("%d entry is published:", "%d entries are published:", number)
        list_answers.tell(self, request, message % number, done[State.PUBLISHED])
        number = len(done[State.SCHEDULED])
        message = ngettext(
            "%d entry is scheduled, visitors will see it from its date on:",
            "%d entries are scheduled, visitors will see them from their dates on:",
            number,
        )
        list_answers.tell(self, request, message % number, done[State.SCHEDULED])

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
        list_answers.tell(self, request, message % number, shown)
        number = len(drafts)
        message = ngettext(
            "%d entry was a draft already, and stays as it was:",
            "%d entries were drafts already, and stay as they were:",
            number,
        )
        list_answers.tell(self, request, message % number, drafts, messages.WARNING)


def publish(entry, moment):
    """Publish an entry, from now on if no moment is given; a ValidationError says what is missing."""
    show_from(entry, moment)
    entry.full_clean()
    entry.save()
