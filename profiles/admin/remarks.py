"""Remarks above a form: each can be left as it is, and taken up again."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from profiles.editing import left_alone
from profiles.editing.completeness import with_files


class RemarksAdmin(admin.ModelAdmin):
    def get_urls(self):
        leave = self.admin_site.admin_view(self.leave_view)
        return [
            path("<path:object_id>/leave/", leave, name=self._leave_name),
            *super().get_urls(),
        ]

    @property
    def _leave_name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}_leave"

    def about_remarks(self, request, entry):
        (found,) = left_alone.judged([entry])
        left = left_alone.with_decisions(entry, found.left)
        may_leave = self.has_change_permission(request, entry)
        address = reverse(f"admin:{self._leave_name}", args=[entry.pk]) if may_leave else ""
        return {"remarks": found.remarks, "left_remarks": left, "leave_address": address}

    @method_decorator(require_POST)
    def leave_view(self, request, object_id):
        """Leave a remark as it is, or take it up again; then back to the form."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        entry = with_files(self.model.objects.filter(pk=found.pk)).get()
        mark = request.POST.get("leave", "")
        if not mark:
            left_alone.take_up(entry, request.POST.get("take_up", ""))
        elif not left_alone.leave(entry, mark, request.user):
            words = _("Meanwhile this remark is no longer there: the entry was changed.")
            self.message_user(request, words, messages.WARNING)
        address = reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[entry.pk]
        )
        return redirect(f"{address}#remarks")

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        left_alone.settle_stored(form.instance)
