"""What is typed into a form is kept on the server too, for whoever types it, until it is saved."""

import json

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from profiles.admin.posted_rows import is_number
from profiles.admin.saving import ONCE, TOKEN
from profiles.editing import typed_texts
from profiles.editing.typed_texts import NEW

CONTENT, FORGET = "content", "forget"  # what the script sends


class KeptTypingAdmin(admin.ModelAdmin):
    def get_urls(self):
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(require_POST(never_cache(self.keep_view)))
        return [
            path("add/typed/", view, name=f"{stem}_keep_new"),
            path("<path:object_id>/change/typed/", view, name=f"{stem}_keep"),
            *super().get_urls(),
        ]

    def form_name(self, key="", once=""):
        return f"{self.opts.model_name}:{key or NEW + once}"

    def keep_view(self, request, object_id=""):
        """Nothing is asked of the content, whose lock a save may hold: that judges rights anew."""
        once = request.POST.get(ONCE, "")
        may = self.has_change_permission if object_id else self.has_add_permission
        if not may(request):
            raise PermissionDenied
        if not (is_number(object_id) if object_id else TOKEN.fullmatch(once)):
            return HttpResponse(status=400)
        form = self.form_name(object_id, once)
        if FORGET in request.POST:
            typed_texts.forget(request.user, form)
            return HttpResponse(status=204)
        content = request.POST.get(CONTENT, "")
        if not typed_texts.is_content(content):
            return HttpResponse(status=413 if len(content) > typed_texts.LARGEST else 400)
        try:
            typed_texts.keep(request.user, form, content)
        except (OSError, DatabaseError):  # a full disk: the browser keeps it
            return HttpResponse(status=507)
        return HttpResponse(status=204)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        may = self.has_add_permission if add else self.has_change_permission
        if may(request):
            stem = f"admin:{self.opts.app_label}_{self.opts.model_name}_keep"
            context["keep_address"] = (
                reverse(f"{stem}_new") if add else reverse(stem, args=[obj.pk])
            )
            if request.method != "POST":
                form = self.form_name("" if add else obj.pk)
                context["typed_texts"] = as_told(typed_texts.of_form(request.user, form))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(self, request, obj, post_url_continue=None):
        if request.saving.once:
            typed_texts.forget(request.user, self.form_name(once=request.saving.once))
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        typed_texts.forget(request.user, self.form_name(obj.pk))
        return super().response_change(request, obj)


def as_told(texts):
    """For the script: when, in which form that makes an entry, and what."""
    return [
        {
            "at": one.moment.isoformat(),
            "once": one.form.partition(NEW)[2],
            "content": json.loads(one.content),
        }
        for one in texts
    ]
