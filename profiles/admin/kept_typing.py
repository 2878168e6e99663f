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
APART = "#apart"  # behind the name of a form


class KeptTypingAdmin(admin.ModelAdmin):
    def get_urls(self):
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(require_POST(never_cache(self.keep_view)))
        return [
            path("add/typed/", view, name=f"{stem}_keep_new"),
            path("<path:object_id>/change/typed/", view, name=f"{stem}_keep"),
            path("<path:object_id>/apart/typed/", view, {"is_apart": True}, f"{stem}_keep_apart"),
            *super().get_urls(),
        ]

    def form_name(self, key="", once="", is_apart=False):
        """Corrections kept apart have a form of their own: what is typed there is not for visitors."""
        return f"{self.opts.model_name}:{key or NEW + once}{APART if is_apart else ''}"

    def keep_view(self, request, object_id="", is_apart=False):
        """Nothing is asked of the content, whose lock a save may hold: that judges rights anew."""
        once = request.POST.get(ONCE, "")
        may = self.has_change_permission if object_id else self.has_add_permission
        if not may(request):
            raise PermissionDenied
        if not (is_number(object_id) if object_id else TOKEN.fullmatch(once)):
            return HttpResponse(status=400)
        form = self.form_name(object_id, once, is_apart)
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
            is_apart = getattr(request, "is_apart", False)
            context["keep_address"] = self.keep_address("" if add else obj.pk, is_apart)
            if request.method != "POST":
                form = self.form_name("" if add else obj.pk, is_apart=is_apart)
                context["typed_texts"] = as_told(typed_texts.of_form(request.user, form))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def keep_address(self, key, is_apart):
        stem = f"admin:{self.opts.app_label}_{self.opts.model_name}_keep"
        if not key:
            return reverse(f"{stem}_new")
        return reverse(f"{stem}_apart" if is_apart else stem, args=[key])

    def response_add(self, request, obj, post_url_continue=None):
        if request.saving.once:
            typed_texts.forget(request.user, self.form_name(once=request.saving.once))
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        self.forget_typed(request, obj)
        return super().response_change(request, obj)

    def forget_typed(self, request, obj):
        is_apart = getattr(request, "is_apart", False)
        typed_texts.forget(request.user, self.form_name(obj.pk, is_apart=is_apart))


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
