"""allauth's forms, with words for people who are not technicians."""

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

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


class AddPasskeyForm(AddWebAuthnForm):
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
