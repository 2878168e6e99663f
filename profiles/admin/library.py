"""The library of pictures: its list with thumbnails, and where each picture is shown."""

from django.contrib import admin
from django.db.models import Count
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from profiles.admin import list_cells
from profiles.admin.content import ContentAdmin
from profiles.editing.linked import entries_of
from profiles.models import Organisation
from profiles.publishing import may_view
from profiles.translation import translated_columns


def nouns_with(stored, user):
    """The entries that show it, and the organisation, as far as this person may read them."""
    keys = set(stored.uses.values_list("kind", "entry"))
    found = list(entries_of(keys).values())
    if own := [key for kind, key in keys if kind == Organisation.kind_slug]:
        found += Organisation.objects.filter(pk__in=own)
    return [noun for noun in found if may_view(user, type(noun))]


def form_of(noun):
    meta = noun._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[noun.pk])


def form_link(noun):
    kind = capfirst(noun._meta.verbose_name)
    return format_html('{}{} <a href="{}">{}</a>', kind, _(":"), form_of(noun), str(noun))


class LibraryPictureAdmin(ContentAdmin):
    inlines = []
    editor_media = Media()
    list_display = ("thumbnail", "__str__", "credit", "number_of_uses", "added")
    list_display_links = ("__str__",)
    list_per_page = 20
    empty_value_display = ""
    search_fields = (*translated_columns("alt"), "credit")
    fields = ("seen", *translated_columns("alt"), "credit", "shown_by")
    readonly_fields = ("seen", "shown_by")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(number=Count("uses"))

    def get_object(self, request, object_id, from_field=None):
        stored = super().get_object(request, object_id, from_field)
        if stored:
            stored.nouns = nouns_with(stored, request.user)
        return stored

    def get_deleted_objects(self, objs, request):
        """What shows one keeps it there: these entries, and not the rows that say so."""
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if protected:
            shown_by = [noun for stored in objs for noun in nouns_with(stored, request.user)]
            links = [form_link(noun) for noun in shown_by]
            protected = links or [_("an entry that you may not see")]
        return rows, counts, lacking, protected

    def get_fields(self, request, obj=None):
        """What shows a picture keeps it: another one is another picture."""
        return self.fields if obj else ("file", *self.fields[1:-1])

    @admin.display(description=_("picture"))
    def seen(self, stored):
        context = {"image": stored.file, "text": str(stored), "sizes": "320px", "shown": 320}
        return render_to_string("_picture.html", context)

    @admin.display(description=_("picture"))
    def thumbnail(self, stored):
        return list_cells.thumbnail(stored)

    @admin.display(description=_("shown by"), ordering="number")
    def number_of_uses(self, stored):
        return stored.number

    @admin.display(description=_("shown by"))
    def shown_by(self, stored):
        rows = ((form_of(noun), str(noun), noun._meta.verbose_name) for noun in stored.nouns)
        items = format_html_join("", '<li><a href="{}">{}</a> ({})</li>', rows)
        return format_html("<ul>{}</ul>", items) if items else mark_safe("–")
