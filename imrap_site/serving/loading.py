"""What every worker needs, loaded once before gunicorn makes them, so that they share its memory."""

from django.conf import settings
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from imrap_site.serving.staff import URLS_OF_VISITORS

PAGES = ["profiles/profile.html", "profiles/list.html", "profiles/entry.html"]


def load():
    static("icon.svg")  # the names of all static files
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("Home")
            reverse("profile", URLS_OF_VISITORS)  # and what all their addresses lead to
    for page in PAGES:
        get_template(page)
