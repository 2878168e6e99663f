"""allauth's forms, with words for people who are not technicians."""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordKeyForm
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from imrap_site.accounts import once
from profiles import journal

KEY_NAME = _("Name of the passkey")
KEY_NAME_HELP = _("So that you recognise it later. Example: Awa's phone.")


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # the way out stands below the buttons
        self.fields["login"].label = _("User name or e-mail")
        # As long as an address may be; with 50,000 letters SQLite refuses to compare.
        self.fields["login"].validators.append(MaxLengthValidator(254))
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ChoosePasswordForm(ResetPasswordKeyForm):
    """One link, one password: of two who choose at one moment, the later one finds it used."""

    def save(self):
        self.user.set_password(self.cleaned_data["password1"])  # takes a while, so before the lock
        generator = app_settings.PASSWORD_RESET_TOKEN_GENERATOR()
        with transaction.atomic():
            people = type(self.user)._default_manager.select_for_update()
            stored = people.filter(pk=self.user.pk).first()
            if stored is None or not generator.check_token(stored, self.temp_key):
                raise ImmediateHttpResponse(redirect(context.request.path))
            self.user.save()


class OnceForm:
    """Mixin: the six figures of an app count once, whoever sends them at the same moment."""

    def clean_code(self):
        code = super().clean_code()
        is_app = self.authenticator.type == Authenticator.Type.TOTP
        if is_app and not once.spend_code(self.authenticator, code):
            tell_refusal("totp", self.user)
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceForm, AuthenticateForm):
    pass


class CodeAgainForm(OnceForm, ReauthenticateForm):
    pass


class AnswerField(forms.JSONField):
    def to_python(self, value):
        try:
            return super().to_python(value)
        except RecursionError:  # brackets in brackets
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class AnswerForm(forms.Form):
    """Mixin: an answer of a passkey counts once; one that does not count is told to the journal."""

    credential = AnswerField(widget=forms.HiddenInput)

    def clean_credential(self):
        session = context.request.session
        try:
            passkey = refuse_junk(super().clean_credential)
            if not self.reauthenticated and not once.spend_answer(session, passkey):
                session.flush()
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            tell_refusal("passkey", self.user)
            raise
        return passkey


def tell_refusal(way, person):
    address = get_adapter().get_client_ip(context.request)
    name = person.get_username() if person else ""
    journal.note("sign-in failed", address=address, way=way, name=name)


def refuse_junk(clean):
    """allauth and fido2 trust the form of what a browser answers; anything can be sent."""
    try:
        return clean()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        raise get_adapter().validation_error("incorrect_code") from problem


class PasskeySignInForm(AnswerForm, LoginWebAuthnForm):
    pass


class PasskeyForm(AnswerForm, AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(AnswerForm, ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(AddWebAuthnForm):
    credential = AnswerField(widget=forms.HiddenInput)

    def clean(self):
        return refuse_junk(super().clean)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = KEY_NAME
        self.fields["name"].help_text = KEY_NAME_HELP
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label_suffix = ""
        passwordless.label = _("Sign in with it alone, without the password")
        passwordless.help_text = _(
            "Your phone or computer then asks for your fingerprint, your face or its code. "
            "Untick it for a security key that has neither."
        )


class RenamePasskeyForm(EditWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = KEY_NAME
        self.fields["name"].help_text = KEY_NAME_HELP
