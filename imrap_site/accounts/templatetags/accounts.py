"""What the pages under /accounts/ say beside allauth's words."""

from django import template

from profiles.models import Organisation

register = template.Library()


@register.simple_tag
def whose_site():
    return Organisation.objects.first()
