"""The applications behind /accounts/."""

from allauth.account.apps import AccountConfig
from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "imrap_site.accounts"
    verbose_name = _("Accounts")
    default = True

    def ready(self):
        from imrap_site.accounts.languages import remember

        user_logged_in.connect(remember, dispatch_uid="the language of a person")


class StaffAccountConfig(AccountConfig):
    """allauth's own, which insists on a middleware that would run for visitors too."""

    default = False

    def ready(self):
        from allauth.account import checks  # noqa: F401
