"""Signing in with a passkey: where one wanted to go is kept, also where the passkey is refused."""

from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.shortcuts import redirect
from django.urls import reverse


class PasskeySignInView(LoginWebAuthnView):
    def form_invalid(self, form):
        super().form_invalid(form)  # which tells why
        login = reverse("account_login")
        return redirect(passthrough_next_redirect_url(self.request, login, REDIRECT_FIELD_NAME))
