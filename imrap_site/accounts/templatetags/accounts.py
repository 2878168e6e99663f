"""What the pages under /accounts/ say beside allauth's words."""

from django import template
from django.conf import settings
from django.utils.translation import get_language, get_language_info

from profiles.models import Organisation

register = template.Library()


@register.simple_tag
def whose_site():
    return Organisation.objects.first()


@register.simple_tag
def other_languages():
    """Code and own name of each interface language but the page's."""
    return [
        {"code": code, "name": get_language_info(code)["name_local"].capitalize()}
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]
