"""The scripts of Django's lists and forms, but those that write a slug while a title is typed.

They weigh 40 KB, of which most is a list of the world's letters; the site makes its slugs itself.
"""

from django.conf import settings
from django.contrib import admin
from django.forms import Media

SCRIPTS = ("jquery.init.js", "core.js", "admin/RelatedObjectLookups.js", "actions.js")


class LightAdmin(admin.ModelAdmin):
    @property
    def media(self):
        jquery = "vendor/jquery/jquery.js" if settings.DEBUG else "vendor/jquery/jquery.min.js"
        return Media(js=[f"admin/js/{name}" for name in (jquery, *SCRIPTS)])
