"""The applications behind /accounts/."""

from allauth.account.apps import AccountConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "imrap_site.accounts"
    verbose_name = _("Accounts")
    default = True

    def ready(self):
        from imrap_site.accounts import events

        events.connect()


class StaffAccountConfig(AccountConfig):
    """allauth's own, which insists on a middleware that would run for visitors too."""

    default = False

    def ready(self):
        from allauth.account import checks  # noqa: F401
