"""The scripts of Django's lists and forms that something here needs.

Those that write a slug while a title is typed weigh 40 KB, of which most is a list of the world's
letters; the site makes its slugs itself. A list opens no window of a field and so needs no jQuery,
which weighs 27 KB.
"""

from django.conf import settings
from django.contrib import admin
from django.forms import Media

OF_LISTS = ("core.js", "actions.js")
OF_FORMS = ("jquery.init.js", "core.js", "admin/RelatedObjectLookups.js")


class LightAdmin(admin.ModelAdmin):
    @property
    def media(self):
        jquery = "vendor/jquery/jquery.js" if settings.DEBUG else "vendor/jquery/jquery.min.js"
        return scripts(jquery, *OF_FORMS)

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            formset = context["cl"].formset
            context["media"] = scripts(*OF_LISTS) + (formset.media if formset else Media())
        return response


def scripts(*names):
    return Media(js=[f"admin/js/{name}" for name in names])
