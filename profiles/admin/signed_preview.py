"""The address by which somebody without an account reads a draft: until when, and how to end it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from profiles import preview
from profiles.admin.posted_rows import is_number


class SignedPreviewAdmin(admin.ModelAdmin):
    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_take_back"
        view = self.admin_site.admin_view(require_POST(self.take_back_view))
        return [path("<path:object_id>/change/take-back/", view, name=name), *super().get_urls()]

    def about_preview(self, request, entry):
        """It shows the draft to others, so it is for those who write it."""
        if entry.is_published or not self.has_change_permission(request, entry):
            return {}
        token = preview.token_for(entry)
        way_back = f"admin:{self.opts.app_label}_{self.opts.model_name}_take_back"
        return {
            "preview_address": request.build_absolute_uri(preview.address_for(entry, token)),
            "preview_until": preview.valid_until(token),
            "take_back_address": reverse(way_back, args=[entry.pk]),
        }

    def take_back_view(self, request, object_id):
        entry = self.get_object(request, object_id) if is_number(object_id) else None
        if entry is None:
            raise Http404
        if not self.has_change_permission(request, entry):
            raise PermissionDenied
        preview.take_back(entry)
        sentence = _(
            "Nobody reads this draft any more by an address that was given out before. Below stands "
            "a new one."
        )
        self.message_user(request, sentence, messages.SUCCESS)
        form = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return redirect(reverse(form, args=[entry.pk]))
