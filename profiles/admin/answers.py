"""What staff are answered once a form is saved or an entry deleted: who sees what, and the way back."""

from django.contrib import messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from profiles.admin.list_answers import names
from profiles.admin.reviews import asked_in_words
from profiles.admin.saving import ADD_ANOTHER, ASK, PUBLISH, RETURN, SCHEDULE, WITHDRAW
from profiles.admin.undoing import UndoAdmin
from profiles.publishing import State
from profiles.words import moment_for_staff


def answer_to_save(entry, saving):
    """What was done, and who sees the entry from when on."""
    words = answer_to_button(entry, saving)
    if words is None:
        saved = _("“%(entry)s” is saved.")
        words = f"{saved} {who_sees(entry)}"
    if saving.pressed == ASK:
        words = f"{words} {asked_in_words(saving.mailed)}"
    return words % {"entry": entry, "moment": moment_for_staff(entry.publish_at)}


def answer_to_button(entry, saving):
    """None where no button was pressed that does more than save."""
    if saving.pressed == PUBLISH and saving.is_so_already:
        return _("“%(entry)s” was online already: visitors see it since %(moment)s.")
    if saving.pressed == WITHDRAW and saving.is_so_already:
        return _("“%(entry)s” was a draft already: nobody but the team sees it.")
    return {
        ASK: _("A reading of “%(entry)s” is asked for."),
        RETURN: _("“%(entry)s” is returned with your note."),
        PUBLISH: _("“%(entry)s” is online: visitors see this page from now on."),
        SCHEDULE: _("“%(entry)s” goes online on %(moment)s. Until then, only the team sees it."),
        WITHDRAW: _(
            "“%(entry)s” is a draft again: visitors no longer see this page. “Publish” shows it again."
        ),
    }.get(saving.pressed)


def who_sees(entry):
    if entry.state == State.DRAFT:
        return _("It is a draft: nobody but the team sees it.")
    if entry.state == State.SCHEDULED:
        return _("Visitors will see it on %(moment)s.")
    return _("Visitors see the changes from now on.")


def delete_named(model_admin, request, queryset):
    """Django's action, without its answer, which would count what ours names."""
    if not queryset:
        message = _("None of them is in this list any more.")
        model_admin.message_user(request, message, messages.WARNING)
        return None
    *_rows, lacking, protected = model_admin.get_deleted_objects(queryset, request)
    if "post" not in request.POST or lacking or protected:
        return delete_selected(model_admin, request, queryset)
    model_admin.log_deletions(request, queryset)
    model_admin.delete_queryset(request, queryset)
    return None


class AnsweringAdmin(UndoAdmin):
    """After a save one stays at the form, whose head says the state; a popup goes its own way."""

    def get_actions(self, request):
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            _act, *name_and_words = actions["delete_selected"]
            actions["delete_selected"] = (delete_named, *name_and_words)
        return actions

    def response_add(self, request, obj, post_url_continue=None):
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return self.answered(request, obj)

    def response_change(self, request, obj):
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        return self.answered(request, obj)

    def answered(self, request, obj):
        if request.saving.is_apart:  # whose own answer follows
            return redirect(self.address_of("apart", obj.pk))
        self.message_user(request, self.answer_with_link(request, obj), messages.SUCCESS)
        return redirect(self.next_address(request, obj))

    def answer_with_link(self, request, obj):
        if not hasattr(obj, "publish_at"):
            words = _("“%(entry)s” is saved. Visitors see the changes from now on.")
            return words % {"entry": obj}
        words = answer_to_save(obj, request.saving)
        label = _("See the page") if obj.is_published else _("See the page as it will be")
        return format_html('{} <a href="{}">{}</a>', words, obj.get_absolute_url(), label)

    def next_address(self, request, obj):
        if ADD_ANOTHER in request.POST and self.has_add_permission(request):
            address = self.address_of("add")
        elif self.has_view_or_change_permission(request, obj):
            address = self.address_of("change", obj.pk)
        else:
            return reverse("admin:index")
        return self.with_filters(request, address)

    def with_filters(self, request, address):
        """With those of the list from which somebody came."""
        filters = self.get_preserved_filters(request)
        return add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, address)

    def response_delete(self, request, obj_display, obj_id):
        if IS_POPUP_VAR in request.POST:
            return super().response_delete(request, obj_display, obj_id)
        self.message_user(request, self.answer_to_deletion(request, obj_display, obj_id))
        may_see = self.has_view_or_change_permission(request)
        if not may_see:
            return redirect("admin:index")
        return redirect(self.with_filters(request, self.address_of("changelist")))

    def answer_to_deletion(self, request, name, key):
        words = _("“%(entry)s” is deleted.") % {"entry": name}
        return format_html("{} {}", words, self.undo_button(request, [key]))

    def delete_queryset(self, request, queryset):
        gone = list(queryset)
        super().delete_queryset(request, queryset)
        words = _("Deleted: %(names)s.") % {"names": names(gone)}
        button = self.undo_button(request, [entry.pk for entry in gone])
        self.message_user(
            request, format_html("{} {} {}", words, button, self.way_to_deleted(request))
        )

    def way_to_deleted(self, request):
        """Where one of many can be brought back alone."""
        if not self.may_undo(request):
            return ""
        return format_html('<a href="{}">{}</a>', self.address_of("deleted"), _("Deleted entries"))
