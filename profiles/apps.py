"""The profile as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "profiles"
    verbose_name = _("Profile")

    def ready(self):
        from profiles import signals
        from profiles.editing import history

        history.register()
        signals.connect(self)
