"""What the public templates say about entries, in the page's language."""

from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, ngettext, pgettext
from django.utils.translation import gettext as _

from profiles import dates, images, richtext, typography
from profiles.models import KINDS
from profiles.stylesheet import stylesheet
from profiles.translation import FILE_LANGUAGES, TranslatedText, direction_of

register = template.Library()
register.filter("in_words", dates.in_words)
register.filter("excerpt", richtext.excerpt)
register.filter("picture", images.picture)


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
def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.filter
def listed(text):
    """The lines of a field as one line: "Interpeace, IDS"."""
    return ", ".join(lines(text))


@register.filter
def telephone_address(number):
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")


@register.filter
def period(entry):
    return dates.period_in_words(entry.start, entry.end)


@register.filter
def language_name(code):
    return FILE_LANGUAGES.get(code, code)


@register.filter
def host(address):
    """The site an address leads to: "interpeace.org"."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


@register.filter
def size_in_words(size):
    """A size in bytes as people say it: "2.4 MB", "2,4 Mo"."""
    if size < 1_000_000:
        kilobytes = number_format(max(1, round(size / 1000)), 0)
        return _("%(size)s KB") % {"size": kilobytes}
    return _("%(size)s MB") % {"size": number_format(size / 1_000_000, 1)}


@register.filter
def cost(file):
    """What a tap on a paper's file costs: "French, PDF, light edition, 64 pages, 2.4 MB"."""
    parts = [file.get_language_display(), file.format.upper()]
    if file.edition == file.Edition.LIGHT:
        parts.append(_("light edition"))
    if pages := file.page_count:
        parts.append(ngettext("%(number)d page", "%(number)d pages", pages) % {"number": pages})
    return ", ".join([*map(str, parts), size_in_words(file.size)])


@register.filter
def format_and_size(file):
    """The same of an uploaded file of which nothing is stored but itself: "PDF, 0.2 MB"."""
    format = file.name.rpartition(".")[2].upper()
    try:
        return f"{format}, {size_in_words(file.size)}"
    except OSError:  # The file is missing; its link says so soon enough.
        return format


@register.filter
def duration_in_words(duration):
    """ "1 h 05 min", "12 min 30 s", "45 s"."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    if minutes:
        return f"{minutes} min {seconds:02} s" if seconds else f"{minutes} min"
    return f"{seconds} s"


def moment_in_words(moment):
    """A date and time with the zone it is in: "7 February 2027, 23:59 (Bamako time)"."""
    local = timezone.localtime(moment)
    return _("%(date)s at %(time)s (%(place)s time)") % {
        "date": dates.in_words(local.date().isoformat()),
        "time": date_format(local, pgettext("time of day", "H:i")),
        "place": settings.TIME_ZONE.rpartition("/")[2].replace("_", " "),
    }


def time_left(moment):
    """ "6 days left", counted in calendar days of the site's time zone."""
    days = (timezone.localdate(moment) - timezone.localdate()).days
    if days < 1:
        return _("last day")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.filter
def deadline_in_words(vacancy):
    moment = moment_in_words(vacancy.deadline)
    if vacancy.is_closed:
        return _("Closed since %(moment)s") % {"moment": moment}
    left = time_left(vacancy.deadline)
    return _("Until %(moment)s, %(left)s") % {"moment": moment, "left": left}


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
    prefix, _slash, page = request.path_info.lstrip("/").partition("/")
    codes = dict(settings.LANGUAGES)
    if prefix not in codes or context.get("is_error"):
        page = ""
    query = f"?{request.GET.urlencode()}" if request.GET and page else ""
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "address": f"/{code}/{page}{query}",
            "is_current": code == get_language(),
        }
        for code in codes
    ]


@register.filter
def default_address(languages):
    """Where a reader of no interface language is sent: `/` chooses, other pages are English."""
    home = f"/{settings.LANGUAGE_CODE}/"
    address = next(link["address"] for link in languages if link["address"].startswith(home))
    return "/" if address == home else address


@register.simple_tag(takes_context=True)
def absolute(context, address):
    return context["request"].build_absolute_uri(str(address))


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
def separate_lines(text):
    return format_html_join(mark_safe("<br>"), "{}", ([line] for line in lines(text)))


@register.filter
def paragraphs(text):
    """Plain text as HTML paragraphs, with its language's typography."""
    return mark_safe(linebreaks(typeset(text), autoescape=True))  # noqa: S308


@register.filter
def previous_page(page):
    """The page before; None for the first, whose address has no number."""
    return page - 1 if page > 2 else None
