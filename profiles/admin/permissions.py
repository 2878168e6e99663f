"""To publish is a permission of its own: who lacks it writes, and somebody else publishes."""

from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
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

    def may_restore(self, request, version):
        """A restored version brings back its own state, so it may publish or withdraw."""
        if self.has_publish_permission(request):
            return True
        was_draft = version.field_dict.get("is_draft", True)
        return (
            was_draft
            and not self.model.objects.filter(pk=version.object_id, is_draft=False).exists()
        )

    def _restored(self, request, version, way_back):
        if not self.may_restore(request, version):
            raise PermissionDenied
        return super()._restored(request, version, way_back)
