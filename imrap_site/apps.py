"""The admin as an application: Django's own, with a desk of ours as its site."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "imrap_site.audience.desk.AudienceAdminSite"
