"""One press puts back what was just deleted: one entry, or all that an action deleted together."""

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from reversion.errors import RevertError
from reversion.models import Version

from profiles.admin import list_answers
from profiles.admin.posted_rows import is_number
from profiles.editing import history
from profiles.publishing import State

MOST_AT_ONCE = 100  # a page of a list
VERSIONS = "versions"


class UndoAdmin(admin.ModelAdmin):
    """The button stands in the message, and the form that it sends at the foot of all messages."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_undo"
        view = self.admin_site.admin_view(self.undo_view)
        return [path("undo/", view, name=name), *super().get_urls()]

    def may_undo(self, request):
        """Who may delete, and bring back."""
        return (
            self.has_delete_permission(request)
            and self.has_add_permission(request)
            and self.has_change_permission(request)
        )

    def undo_button(self, request, keys):
        """What puts entries back that were deleted right now; "" where there is nothing to press."""
        gone = history.deleted(self.model).filter(object_id__in=[str(key) for key in keys])
        versions = [str(key) for key in gone.values_list("pk", flat=True)[: MOST_AT_ONCE + 1]]
        if not versions or len(versions) > MOST_AT_ONCE or not self.may_undo(request):
            return ""
        return format_html(
            '<button type="submit" form="undo" formaction="{}" name="{}" value="{}">{}</button>',
            self.with_filters(request, self.address_of("undo")),
            VERSIONS,
            ",".join(versions),
            _("Undo the deletion"),
        )

    def undo_view(self, request):
        if not self.may_undo(request):
            raise PermissionDenied
        if request.method != "POST":  # who had to sign in first
            return redirect(self.address_of("deleted"))
        keys = request.POST.get(VERSIONS, "").split(",")[:MOST_AT_ONCE]
        if not all(map(is_number, keys)):
            raise BadRequest
        versions = Version.objects.get_for_model(self.model).filter(pk__in=keys)
        self.tell_undone(request, [(one, *self.undone(request, one)) for one in versions])
        return redirect(self.with_filters(request, self.address_of("changelist")))

    def undone(self, request, version):
        """The entry that is back, or None and why it isn't."""
        history.read_ahead(version)
        may_publish = getattr(self, "has_publish_permission", None)
        try:
            entry = history.undo_deletion(
                version, request.user, bool(may_publish and may_publish(request))
            )
        except ValidationError as error:
            return None, " ".join(error.messages)
        except RevertError:
            return None, _("This version is too old to be read by today’s site.")
        if entry is not None:
            self.log_change(request, entry, _("Restored"))
        return entry, ""

    def tell_undone(self, request, done):
        back = [entry for _version, entry, _reason in done if entry]
        for sentence, entries in by_who_sees_them(back):
            list_answers.tell(self, request, sentence, entries)
        moved = [one for version, one, _reason in done if one and is_elsewhere(one, version)]
        sentence = _("The former address was given away meanwhile; a new one was made for:")
        list_answers.tell(self, request, sentence, moved, messages.WARNING)
        for version, entry, reason in done:
            if entry is None:
                self.message_user(request, self.why_not(version, reason), messages.WARNING)

    def why_not(self, version, reason):
        name = {"entry": version.object_repr, "reasons": reason}
        if reason:
            words = _("“%(entry)s” cannot come back as it is: %(reasons)s") % name
            address, label = self.address_of("recover", version.pk), _("Look at it")
        elif self.model._base_manager.filter(pk=version.object_id).exists():
            words = _("“%(entry)s” is back already.") % name
            address, label = self.address_of("change", version.object_id), _("Open its form")
        else:
            words = _("“%(entry)s” was brought back and deleted again meanwhile.") % name
            address, label = self.address_of("deleted"), _("Deleted entries")
        return format_html('{} <a href="{}">{}</a>', words, address, label)

    def address_of(self, name, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)


def by_who_sees_them(entries):
    """A sentence for those that visitors see again, that wait for their moment, that only staff see."""
    sentences = {
        State.PUBLISHED: _("Back as before, and seen by visitors:"),
        State.SCHEDULED: _("Back as before, and scheduled:"),
        State.DRAFT: _("Back as a draft, which nobody but the team sees:"),
        None: _("Back as before:"),
    }
    for state, sentence in sentences.items():
        yield sentence, [entry for entry in entries if state_of(entry) == state]


def state_of(entry):
    if not hasattr(entry, "is_draft"):
        return None
    return State.PUBLISHED if entry.is_published else entry.state


def is_elsewhere(entry, version):
    return getattr(entry, "slug", "") != version.field_dict.get("slug", "")
