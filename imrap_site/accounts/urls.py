"""The addresses under /accounts/: those of allauth that staff need, and the choice of a language."""

from allauth.account import views
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from imrap_site.accounts.everywhere import everywhere
from imrap_site.accounts.languages import choose_language
from imrap_site.accounts.passkey_sign_in import PasskeySignInView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="mfa_index")),
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("everywhere/", everywhere, name="sign_out_everywhere"),
    path("language/", choose_language, name="staff_language"),
    path("2fa/webauthn/login/", PasskeySignInView.as_view()),  # before allauth's, under its name
    path("2fa/", include("allauth.mfa.urls")),
]
