"""An entry as the start of another one: its form, filled in; nothing is stored until it is saved."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import FileField
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from profiles.admin import list_answers

# What makes an entry that one: its address, whether and when it is seen, and its place.
ITS_OWN = {"slug", "is_draft", "publish_at", "position"}
COPIED = "copy"  # in the address of the form: the key of the entry


class CopyAdmin(admin.ModelAdmin):
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and self.has_add_permission(request):
            address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
            context["copy_address"] = f"{address}?{COPIED}={obj.pk}"
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_changeform_initial_data(self, request):
        if COPIED not in request.GET:
            return super().get_changeform_initial_data(request)
        entry = self.get_object(request, request.GET[COPIED])
        if entry is None:
            raise Http404
        if not self.has_view_or_change_permission(request, entry):
            raise PermissionDenied
        words = _(
            "This form begins with what “%s” says. Nothing is stored until you save; picture, files and "
            "recordings are chosen anew."
        )
        way, label = list_answers.form_of(entry), _("Open its form")
        link = format_html('<a href="{}">{}</a>', way, label)
        self.message_user(request, format_html("{} {}", words % entry, link))
        return start_from(entry)


def start_from(entry):
    """What another entry's form begins with; no files, which belong to one entry each."""
    fields = [
        field
        for field in entry._meta.concrete_fields
        if field.editable and field.name not in ITS_OWN and not isinstance(field, FileField)
    ]
    return {field.name: field.value_from_object(entry) for field in fields if field.name != "id"}
