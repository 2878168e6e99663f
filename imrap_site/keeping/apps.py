"""What keeps the site, as an application: its commands."""

from django.apps import AppConfig


class KeepingConfig(AppConfig):
    name = "imrap_site.keeping"
