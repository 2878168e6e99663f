"""The profile as a Django application."""

from django.apps import AppConfig
from django.core.checks import Warning, register
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "profiles"
    verbose_name = _("Profile")

    def ready(self):
        from profiles import signals
        from profiles.editing import history

        register(letters_are_joined, "cards")
        history.register()
        signals.connect(self)


def letters_are_joined(app_configs, **options):
    """Without the library that it needs, Pillow draws all the same: Arabic letters stand apart."""
    from profiles.formats.cards.setting import WITH_RAQM

    sentence = "The cards of links show Arabic letters unjoined: Pillow finds no libfribidi."
    hint = "On Debian: apt install libfribidi0"
    return [] if WITH_RAQM else [Warning(sentence, hint, id="profiles.W001")]
