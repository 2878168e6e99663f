"""To publish is a permission of its own: who lacks it writes, and somebody else publishes."""

from django.contrib.auth import get_permission_codename
from django.utils.translation import gettext as _


class PublishPermission:
    """Mixin of a ModelAdmin: the server decides, whatever a form sends."""

    publication_fields = ("is_draft", "publish_at")

    def has_publish_permission(self, request, obj=None):
        codename = get_permission_codename("publish", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def readonly_without_publishing(self, request):
        return () if self.has_publish_permission(request) else self.publication_fields

    def publication_note(self, request):
        if self.has_publish_permission(request):
            return ""
        return _(
            "You write and correct; a colleague who may publish decides what visitors see. A new "
            "entry stays a draft, and your corrections to a published entry are seen at once."
        )
