"""What pages say to programs: structured data, citation tags, links to feeds and icons."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import to_locale

from profiles.addresses import site_of
from profiles.formats import cards, citations, feeds, structured_data
from profiles.formats.citations.facts import one_line
from profiles.formats.icons import APPLE, TAB, icon_address
from profiles.formats.links import citation_address
from profiles.formats.takeaway import most_bytes

register = template.Library()
register.simple_tag(feeds.feed_title)
register.simple_tag(feeds.feed_address)
register.filter(most_bytes)
register.filter(one_line)
register.filter(cards.card_of_entry)
register.filter(cards.card_of_list)
register.filter(cards.card_of_profile)
# Open Graph wants a country; where readers share links, nobody looks at it.
OPEN_GRAPH_LOCALES = {"fr": "fr_FR", "en": "en_US", "ar": "ar_AR"}


def site_in(context):
    return site_of(context["request"])


@register.simple_tag(takes_context=True)
def data_of_profile(context, organisation):
    return script(structured_data.of_profile(organisation, site_in(context)))


@register.simple_tag(takes_context=True)
def data_of_list(context, organisation, kind):
    return script(structured_data.of_list(organisation, kind, site_in(context)))


@register.simple_tag(takes_context=True)
def data_of_entry(context, entry):
    return script(structured_data.of_entry(entry, site_in(context)))


def script(things):
    # Data, which no browser runs. json_ld() leaves no "<" in it that could end the element.
    content = mark_safe(structured_data.json_ld(things))  # noqa: S308
    return format_html('<script type="application/ld+json">{}</script>', content)


@register.simple_tag(takes_context=True)
def citation(context, entry):
    return citations.citation_of(entry, site_in(context))


@register.filter
def reference(citation, genre):
    return citations.reference(citation, genre)


@register.filter
def citation_tags(citation):
    return format_html_join("\n", '<meta name="{}" content="{}">', citations.tags(citation))


@register.filter
def citation_files(entry):
    """(name of the form, address of the file) for each program's form."""
    return [(style.name, citation_address(entry, end)) for end, style in citations.STYLES.items()]


@register.filter
def open_graph_locale(code):
    return OPEN_GRAPH_LOCALES.get(code, to_locale(code))


@register.filter
def apple_icon(organisation):
    return icon_address(organisation, APPLE)


@register.filter
def tab_icon(organisation):
    return icon_address(organisation, TAB)
