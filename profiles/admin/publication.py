"""Who may publish, and what they do with many entries at once: publish and withdraw.

To publish is a permission of its own: who lacks it writes, and somebody else publishes.
"""

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from profiles.publishing import State


class DateAndTime(AdminSplitDateTime):
    """Each of the two inputs says what it takes, which Django only writes beside them."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        for widget, name in zip(self.widgets, (_("Date"), _("Time")), strict=True):
            widget.attrs["aria-label"] = name


class PublicationAdmin(admin.ModelAdmin):
    """The server decides who publishes, whatever a form sends."""

    publication_fields = ("is_draft", "publish_at")
    actions = ("publish", "withdraw")

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
        done = {State.PUBLISHED: 0, State.SCHEDULED: 0}
        for entry in queryset:
            if publish(entry):
                done[State.PUBLISHED if entry.is_published else State.SCHEDULED] += 1
            else:
                message = _("“%s” stays a draft: open its form to see what is missing.")
                self.message_user(request, message % entry, messages.WARNING)
        if number := done[State.PUBLISHED]:
            message = ngettext("%d entry is published.", "%d entries are published.", number)
            self.message_user(request, message % number)
        if number := done[State.SCHEDULED]:
            message = ngettext(
                "%d entry is scheduled: visitors will see it from its date on.",
                "%d entries are scheduled: visitors will see them from their dates on.",
                number,
            )
            self.message_user(request, message % number)

    @admin.action(description=_("Withdraw the selected entries"), permissions=["publish"])
    def withdraw(self, request, queryset):
        number = queryset.update(is_draft=True, updated=timezone.now())
        message = ngettext("%d entry is withdrawn.", "%d entries are withdrawn.", number)
        self.message_user(request, message % number)


def publish(entry):
    """Publish an entry where nothing is missing; whether it was."""
    entry.is_draft = False
    try:
        entry.full_clean()
    except ValidationError:
        return False
    entry.save()
    return True
