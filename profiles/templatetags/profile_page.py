"""What the public templates say about entries, in the page's language."""

from django import template
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info

from profiles import addresses, richtext, typography, words
from profiles.files import pictures
from profiles.models import KINDS
from profiles.stylesheet import stylesheet
from profiles.translation import TranslatedText, direction_of

register = template.Library()
register.filter("cost", words.cost)
register.filter("date_in_words", words.date_in_words)
register.filter("duration_in_words", words.duration_in_words)
register.filter("excerpt", richtext.excerpt)
register.filter("format_and_size", words.format_and_size)
register.filter("host", addresses.host)
register.filter("language_name", words.language_name)
register.filter("lines", words.lines)
register.filter("listed", words.listed)
register.filter("moment_in_words", words.moment_in_words)
register.filter("picture", pictures.picture)
register.filter("telephone_address", addresses.telephone_address)
register.filter("period", lambda entry: words.period_in_words(entry.start, entry.end))
register.filter(
    "deadline_in_words",
    lambda vacancy: words.deadline_in_words(vacancy.deadline, vacancy.is_closed),
)


def language_of(text):
    return getattr(text, "language", None) or get_language()


@register.filter
def lang(text):
    """The attributes of an element whose text is in another language than the page."""
    language = language_of(text)
    if language == get_language():
        return ""
    if direction_of(language) == direction_of(get_language()):
        return format_html(' lang="{}"', language)
    return format_html(' lang="{}" dir="{}"', language, direction_of(language))


@register.filter
def typeset(text):
    return typography.typeset(str(text), language_of(text))


@register.filter
def rich(text):
    """HTML that was sanitised when it was stored, with its language's typography."""
    return mark_safe(typography.typeset_html(str(text), language_of(text)))  # noqa: S308


@register.filter
def opening(text):
    return TranslatedText(richtext.opening_and_rest(text)[0], language_of(text))


@register.filter
def rest(text):
    return TranslatedText(richtext.opening_and_rest(text)[1], language_of(text))


@register.filter
def separate_lines(text):
    return format_html_join(mark_safe("<br>"), "{}", ([line] for line in words.lines(text)))


@register.filter
def paragraphs(text):
    """Plain text as HTML paragraphs, with its language's typography."""
    return mark_safe(linebreaks(typeset(text), autoescape=True))  # noqa: S308


@register.simple_tag
def all_kinds():
    return list(KINDS.values())


@register.simple_tag
def site_style():
    # No "<" can end the element early: it is our own stylesheet, not what staff type.
    return mark_safe(f"<style>{stylesheet().text}</style>")  # noqa: S308


@register.simple_tag(takes_context=True)
def language_links(context):
    """This page in each interface language: code, own name, address, whether it is this one."""
    request = context.get("request")
    if request is None:  # Django makes the pages for 400 and 500 without one.
        return []
    path = "" if context.get("is_error") else request.path_info
    by_language = addresses.in_each_language(path, request.GET.urlencode())
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "address": address,
            "is_current": code == get_language(),
        }
        for code, address in by_language.items()
    ]


@register.filter
def default_address(languages):
    return addresses.default_of({link["code"]: link["address"] for link in languages})


@register.simple_tag(takes_context=True)
def absolute(context, address):
    return addresses.absolute(addresses.site_of(context["request"]), address)


@register.simple_tag(takes_context=True)
def with_query(context, **changes):
    """The query of this page with some parameters changed; None takes one away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}" if query else context["request"].path


@register.filter
def previous_page(page):
    """The page before; None for the first, whose address has no number."""
    return page - 1 if page > 2 else None
