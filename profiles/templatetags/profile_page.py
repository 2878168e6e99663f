"""What the public templates say about entries, in the page's language."""

import re
from typing import NamedTuple

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join, linebreaks
from django.utils.safestring import mark_safe
from django.utils.text import get_text_list
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation import gettext as _

from profiles import (
    addresses,
    entry_links,
    lasting,
    openings,
    publishing,
    richtext,
    typography,
    words,
)
from profiles.authors import authors_in
from profiles.files import pictures
from profiles.markup import caption_alone, on_pages, with_figures, without_notes
from profiles.models import KINDS, names_of
from profiles.stylesheet import stylesheet
from profiles.translation import CONTENT_LANGUAGES, TranslatedText, direction_of, script_runs

INDENTS = re.compile(r"\n\s+")
MARKED = "<mark>{}</mark>"
HEADING = re.compile(r"(</?h)([3-6])(?=>)")
MEASURE = 560  # pixels in which a line of text stands on a large screen, and so its pictures
FIGURE = 1_000  # letters of a picture's markup that a stored text does not have yet

register = template.Library()
register.filter("address_of_doi", addresses.address_of_doi)
register.filter("cost", words.cost)
register.filter("date_in_words", words.date_in_words)
register.filter("duration_in_words", words.duration_in_words)
register.filter("format_and_size", words.format_and_size)
register.filter("host", addresses.host)
register.filter("is_soon", words.is_soon)
register.filter("language_name", words.language_name)
register.filter("lines", words.lines)
register.filter("moment_in_words", words.moment_in_words)
register.filter("picture", pictures.picture)
register.filter("recordings_in_words", words.recordings_in_words)
register.filter("size_in_words", words.size_in_words)
register.filter("spoken_name", words.spoken_name)
register.filter("telephone_address", addresses.telephone_address)
register.filter("is_counted", lambda number: number <= words.MOST_COUNTED)
register.filter("number_in_words", words.number_in_words)
register.filter("period", lambda entry: words.period_in_words(entry.start, entry.end))
register.filter(
    "last_moment_in_words", lambda vacancy: words.last_moment_in_words(vacancy.deadline)
)
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
def rich(text, level):
    """HTML that was sanitised when it was stored, with its language's typography.

    Its headings, h3 and below, begin at the level that follows the heading above it on the page.
    """
    language = language_of(text)
    numbered = on_pages.numbered(entry_links.resolved(str(text)), language)
    html = on_pages.tables_on_page(numbered.text, language)
    html += on_pages.list_of(numbered.notes, language)
    html = with_figures(html, caption_alone)  # of those that nobody put into it
    html = HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) - 3 + level}", html)
    return mark_safe(typography.typeset_html(html, language))  # noqa: S308


@register.filter
def illustrated(text, noun):
    """A text with the pictures of the library that it names; of one that is gone, the caption."""
    return with_pictures(text, "profiles/_figure.html", lambda: noun.text_pictures)


@register.filter
def illustrated_with(text, copies):
    """The same with copies of them, for a file of its own."""
    return with_pictures(text, "profiles/takeaway/figure.html", lambda: copies)


def with_pictures(text, template, pictures):
    """Words of pictures are in the language of the text, as far as the library has them."""
    if "<figure" not in text:
        return text
    language, known = language_of(text), pictures()

    def shown(number, caption):
        picture = known.get(number)
        if picture is None:
            return caption_alone(number, caption)
        context = {"picture": picture, "number": number, "caption": mark_safe(caption)}  # noqa: S308
        return INDENTS.sub("\n", render_to_string(template, context)).strip()

    with override(language):
        return TranslatedText(with_figures(text, shown), language)


class Opening(NamedTuple):
    """What of a text stands open, and the rest of it; both HTML that knows its language."""

    first: str
    rest: str

    @property
    def is_folded(self):
        """Whether the rest may unfold on the spot; a very long one is read on its own page."""
        weight = len(self.rest) + FIGURE * self.rest.count("<figure")
        return 0 < weight <= openings.UNFOLDED


def opening_of(html, summary="", length=openings.OPENING):
    """The summary and all of a text, or the beginning of the text and what follows it."""
    if summary:
        first = TranslatedText(linebreaks(summary, autoescape=True), language_of(summary))
        return Opening(first, html)
    parts = openings.opening_and_rest(html, length)
    return Opening(*(TranslatedText(part, language_of(html)) for part in parts))


def with_notes(text, key=""):
    """Both parts with the marks of their footnotes, which stand at the end."""
    language = language_of(text.rest or text.first)
    start = on_pages.numbered(text.first, language, key)
    go_on = on_pages.numbered(text.rest, language, key, first=start.number + 1)
    notes = on_pages.list_of(start.notes + go_on.notes, language)
    first, rest = (start.text, go_on.text + notes) if text.rest else (start.text + notes, "")
    return Opening(TranslatedText(first, language_of(text.first)), TranslatedText(rest, language))


@register.filter
def opening(entry, whole):
    text = opening_of(entry.body, entry.summary)
    if text.rest and not (whole and text.is_folded):  # the rest is read elsewhere, and its notes
        return text._replace(
            first=TranslatedText(without_notes(text.first), language_of(text.first))
        )
    return with_notes(text, f"{entry.kind_slug}-{entry.pk}-")


@register.filter
def presentation(organisation):
    """The organisation in one sentence, and its description or what is left of that."""
    return with_notes(opening_of(organisation.description, organisation.sentence, openings.LEAD))


@register.filter
def description(text):
    """Plain text for search engines, in which it is not cut in the middle of a word."""
    return typeset(TranslatedText(openings.shortened(richtext.prose(text)), language_of(text)))


@register.filter
def separate_lines(text):
    lines = ([name_of(line)] for line in words.lines(text))
    return format_html_join(mark_safe("<br>"), "{}", lines)


@register.filter
def paragraphs(text):
    """Plain text as HTML paragraphs, with its language's typography."""
    return mark_safe(linebreaks(typeset(text), autoescape=True))  # noqa: S308


@register.filter
def names(entry, attribute):
    """The names in a field as one line: "Interpeace, IDS", each marked where its script differs."""
    lines = words.lines(names_of(entry, attribute))
    return format_html_join(", ", "{}", ([name_of(line)] for line in lines))


@register.filter
def author_names(entry):
    """As people say them: "Moussa Ag Assarid, IMRAP"."""
    names = ([name_of(author.name)] for author in authors_in(entry.authors))
    return format_html_join(", ", "{}", names)


@register.filter
def name_of(text):
    """A name, title or address, typeset; words in another script are told apart by `<bdi>`."""
    language = language_of(text)
    pieces = [
        format_html('<bdi lang="{}">{}</bdi>', script, piece)
        if script and script != language
        else conditional_escape(piece)
        for piece, script in script_runs(typeset(text))
    ]
    return format_html_join("", "{}", ([piece] for piece in pieces))


@register.filter
def mandate_sentence(mandate):
    """As one sentence: "Netherlands mandate in Mali, 1 July 2014 – 31 August 2015"."""
    parts = {
        "mandators": names(mandate, "mandators"),
        "countries": in_countries(words.lines(names_of(mandate, "countries"))),
        "period": words.period_in_words(mandate.start, mandate.end),
    }
    sentence = _("%(mandators)s mandate %(countries)s, %(period)s")
    if not parts["period"]:
        sentence = _("%(mandators)s mandate %(countries)s")
    return format_html(sentence.replace("%(", "{").replace(")s", "}"), **parts)


def in_countries(countries):
    return name_of(get_text_list([words.in_country(country) for country in countries], _("and")))


@register.filter
def own_name(code):
    """A language as its speakers call it."""
    # Those of the texts stand in the list of all under their names in the page's language.
    is_ours = code in CONTENT_LANGUAGES
    name = get_language_info(code)["name_local"] if is_ours else words.language_name(code)
    return TranslatedText(name.capitalize(), code)


@register.filter
def in_its_language(text, code):
    return TranslatedText(text, code)


@register.filter
def uncapitalised(text):
    return text[:1].lower() + text[1:]


@register.filter
def marked(snippet):
    """A stretch of text, typeset, in which what was searched for is marked."""
    return format_html_join(
        "",
        "{}",
        (
            [format_html(MARKED if piece.is_marked else "{}", typeset_as(piece.text, snippet))]
            for piece in snippet.pieces
        ),
    )


def typeset_as(text, snippet):
    return typography.typeset(text, snippet.language)


@register.filter
def foreign_language(entry):
    """ "In French", where all that an entry offers is in another language than the page."""
    return words.in_language(entry.offered_languages)


@register.filter
def is_same(entry, other):
    return entry == other


@register.filter
def breakable(address):
    """An address that breaks behind its signs, if it must break at all: info@<wbr>imrap-mali.<wbr>org."""
    pieces = re.split(r"(?<=[@./_?&=-])(?=.)", str(address))
    return format_html_join(mark_safe("<wbr>"), "{}", ([piece] for piece in pieces))


@register.filter
def height_at(picture, width):
    """The height of a picture that is shown so wide; without styles, browsers show it just so."""
    return max(1, round(picture.height * width / picture.width))


@register.filter
def width_in_text(image):
    found = pictures.picture(image)
    return min(MEASURE, found.width) if found else MEASURE


@register.simple_tag
def today():
    return words.date_in_words(timezone.localdate().isoformat())


@register.simple_tag
def filled_kinds(organisation):
    """The kinds of which the organisation shows any."""
    return [kind for kind in KINDS.values() if is_filled(organisation, kind.kind_slug)]


def is_filled(organisation, slug):
    number = getattr(organisation, f"number_of_{slug}", 0)
    return bool(number or getattr(organisation, f"has_{slug}", False))


class Unindented(template.Node):
    def __init__(self, nodes):
        self.nodelist = nodes

    def render(self, context):
        return mark_safe(INDENTS.sub("\n", self.nodelist.render(context)))  # noqa: S308


@register.tag
def unindented(parser, token):
    """{% unindented %}…{% endunindented %}: without the blanks at the beginnings of lines.

    They help whoever reads a template, and are a thirtieth of a compressed page.
    """
    nodes = parser.parse(("endunindented",))
    parser.delete_first_token()
    return Unindented(nodes)


class Kept(template.Node):
    def __init__(self, nodes, parts):
        self.nodelist, self.parts = nodes, parts

    def render(self, context):
        request = context.get("request")
        # Of a host that is refused too, whose page is kept by nobody.
        site = f"{request.scheme}://{request.headers.get('Host', '')}" if request else ""
        parts = (part.resolve(context) for part in self.parts)
        return lasting.kept(
            ("markup", get_language(), site, *parts), lambda: self.nodelist.render(context)
        )


@register.tag
def kept(parser, token):
    """{% kept "name" … %}…{% endkept %}: markup that many pages share, made once while the content
    stays as it is. What else it depends on stands behind the name."""
    parts = [parser.compile_filter(part) for part in token.split_contents()[1:]]
    nodes = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(nodes, parts)


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
    # What is kept of a published entry's page holds these addresses, whatever was asked with it.
    is_permanent = context.get("is_entry") and context["entry"].is_published
    query = "" if is_permanent else request.GET.urlencode()
    by_language = addresses.in_each_language(path, query)
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "address": address,
            "is_current": code == get_language(),
        }
        for code, address in by_language.items()
    ]


@register.simple_tag(takes_context=True)
def ways_of_staff(context):
    """(words, address) of where whoever is signed in changes what this page shows; visitors, and
    pages that are kept for them, have none."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not (user.is_active and user.is_staff):
        return []
    return [*ways_to_forms(context, user), (_("Administration"), reverse("admin:index"))]


def ways_to_forms(context, user):
    kind, shown = context.get("kind"), context.get("entry")
    if shown is None and "sections" in context:
        shown = context["organisation"]
    if shown and publishing.may_change(user, type(shown)):
        yield _("Change this page"), address_in_admin(shown, "change", shown.pk)
    elif kind and not shown and publishing.may_view(user, kind):
        yield _("This list, for the team"), address_in_admin(kind, "changelist")


def address_in_admin(noun, page, *args):
    return reverse(f"admin:{noun._meta.app_label}_{noun._meta.model_name}_{page}", args=args)


@register.filter
def default_address(languages):
    return addresses.default_of({link["code"]: link["address"] for link in languages})


@register.simple_tag(takes_context=True)
def absolute(context, address):
    return addresses.absolute(addresses.site_of(context["request"]), address)


@register.simple_tag(takes_context=True)
def printed_address(context, address):
    """What paper says of a link to a file; a stylesheet only knows the address within the site."""
    return format_html('<span class="printed" hidden>{}</span>', absolute(context, address))


@register.simple_tag(takes_context=True)
def with_parameter(context, name, value):
    """The first page of the same query with one parameter changed; None takes it away."""
    return with_query(context, page=None, **{name: value})


@register.simple_tag(takes_context=True)
def with_query(context, **changes):
    """The query of this page with some parameters changed; None takes one away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}" if query else context["request"].path


@register.simple_tag(takes_context=True)
def narrowed_to(context, choice):
    """The query of a list's first page with another choice of its kind's filter; None for all."""
    return with_query(context, page=None, **{context["kind"].list_filter: choice})


@register.filter
def previous_page(page):
    """The page before; None for the first, whose address has no number."""
    return page - 1 if page > 2 else None
