"""The environment and .env: a variable that says nothing is as one that is not there, and one that
can't be meant stops the site in a sentence that names it."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from imrap_site.places import WRITTEN

YES, NO = ("true", "yes", "on", "1", "ok", "y"), ("false", "no", "off", "0", "n")
MOST = 1_000_000
UNREADABLE_MAIL = (
    "EMAIL_URL can't be read: it must be as smtp+tls://name:password@mail.example.org:587, "
    f"{WRITTEN}."
)


class Variables(Env):
    def told(self, name):
        return str(self(name, default="")).strip()

    def bool(self, name, default):
        """A slip such as HTTPS=ture must not pass for no."""
        word = self.told(name).lower()
        if not word or word in (*YES, *NO):
            return word in YES if word else default
        raise ImproperlyConfigured(f"{name} must be true or false, not {self.told(name)!r}.")

    def int(self, name, default):
        text = self.told(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and int(text) <= MOST):
            raise ImproperlyConfigured(
                f"{name} must be a whole number from 0 to {MOST}, not {text!r}."
            )
        return int(text)

    def list(self, name, default):
        """Between commas, with or without spaces."""
        return [one for text in self.told(name).split(",") if (one := text.strip())] or default

    def email_url(self, name, default):
        url = self.told(name) or default
        try:
            if "@" in urlsplit(url).path:  # a / in the password has cut it
                raise ImproperlyConfigured
            return self.email_url_config(url)
        except (ValueError, ImproperlyConfigured):
            raise ImproperlyConfigured(UNREADABLE_MAIL) from None
