"""The public pages: guard, fetch, show."""

from functools import partial
from itertools import groupby
from typing import NamedTuple

from django.http import Http404
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from profiles import addresses, listing, preview, search
from profiles.formats.links import link_header
from profiles.lasting import kept
from profiles.models import KINDS, Programme, is_switched_off, with_recordings, with_text_pictures
from profiles.publishing import may_view
from profiles.translation import FILE_LANGUAGES
from profiles.words import language_name

LAST_PAGE = 10_000
HITS_ON_PAGE = 10
# Each way to narrow a search, and whether a value is one of its.
NARROWINGS = {
    "kind": lambda value: value in KINDS,
    "year": lambda value: value.isascii() and value.isdigit() and len(value) == 4,
    "language": lambda value: value in FILE_LANGUAGES,
}


class Section(NamedTuple):
    """What the profile shows of one kind."""

    kind: type
    number: int
    entries: list


@require_safe
def profile(request):
    organisation, sections = kept("profile", organisation_and_sections)
    if organisation is None:
        return render(request, "profiles/no_organisation.html", status=404)
    return profile_page(request, organisation, sections)


def profile_page(request, organisation, sections, **context):
    blocks = [
        (is_filled, list(group)) for is_filled, group in groupby(sections, lambda s: s.number > 0)
    ]
    shown = [] if organisation.logo else entries_in(sections)
    context = {
        "organisation": organisation,
        "sections": sections,
        "blocks": blocks,
        "first_seen": first_with_picture(shown),
        **context,
    }
    return render(request, "profiles/profile.html", context)


def organisation_and_sections():
    organisation = listing.organisation_with_counts()
    if organisation is None:
        return None, []
    sections = sections_of(organisation)
    with_text_pictures(with_recordings([organisation, *entries_in(sections)]))
    return organisation, sections


def sections_of(organisation):
    return [section(organisation, kind) for kind in KINDS.values()]


def entries_in(sections):
    return [entry for part in sections for entry in part.entries]


def first_with_picture(entries):
    """The entry whose picture a browser has to load first; all others can wait."""
    return next((entry for entry in entries if entry.image or entry.cover), None)


def section(organisation, kind):
    number = getattr(organisation, f"number_of_{kind.kind_slug}")
    return Section(kind, number, listing.on_profile(organisation, kind))


@require_safe
def entry_list(request, kind):
    year, page, choice = (
        number(request, "year"),
        number(request, "page") or 1,
        chosen(request, kind),
    )
    asked = listing.Narrowing(kind, year, choice)
    facts = kept(("list", kind.kind_slug, year, choice, page), lambda: asked.page(page))
    organisation, found = there(facts.organisation), facts.entries
    if not found and (page > 1 or year or choice):
        raise Http404
    shown = found[: listing.ON_PAGE]
    context = {
        "organisation": organisation,
        "kind": kind,
        "by_year": [(name, list(group)) for name, group in groupby(shown, year_of)],
        "first_seen": first_with_picture(shown),
        "year": year,
        "choice": choice,
        "page": page,
        "has_next": len(found) > len(shown),
        "number": organisation.number,
        "years": facts.years,
        "choices": asked.choices(organisation),
    }
    return render(request, "profiles/list.html", context)


def there(found):
    if found is None:
        raise Http404
    return found


def year_of(entry):
    return entry.dated[:4]


def chosen(request, kind):
    """What the list is narrowed to: a value of the kind's filter, "" for all."""
    choice = request.GET.get(kind.list_filter, "") if kind.list_filter else ""
    if choice and choice not in listing.labels_of(kind):
        raise Http404
    return choice


def number(request, name):
    """A whole number from the query, None if it is not there."""
    text = request.GET.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= LAST_PAGE):
        raise Http404
    return int(text)


@require_safe
def search_results(request):
    organisation = there(listing.organisation())
    query = request.GET.get("q", "").strip()
    narrowed = {name: narrowed_by(request, name) for name in NARROWINGS}
    page = number(request, "page") or 1
    results = search.search(query, **narrowed) if query else search.Results()
    hits = results.hits[(page - 1) * HITS_ON_PAGE : page * HITS_ON_PAGE]
    if page > 1 and not hits:
        raise Http404
    is_first = query and page == 1 and not any(narrowed.values())
    profile = search.answer(query, organisation) if is_first else None
    context = {
        "organisation": organisation,
        "query": search.readable(query),
        "results": results,
        "shown": [*([profile] if profile else []), *search.shown(hits, results.words)],
        "number": len(results.hits) + bool(profile),
        "filters": filters(results, narrowed),
        "page": page,
        "has_next": len(results.hits) > page * HITS_ON_PAGE,
    }
    return render(request, "profiles/search.html", context)


def narrowed_by(request, name):
    """What a search is narrowed to, "" for all."""
    value = request.GET.get(name, "")
    if value and not NARROWINGS[name](value):
        raise Http404
    return value


class Filter(NamedTuple):
    """One way to narrow a search: for each value its name and how many hits have it."""

    name: str
    label: str
    all: str
    value: str
    choices: list


def filters(results, narrowed):
    kinds = [
        (slug, kind.section_title, results.by_kind[slug])
        for slug, kind in KINDS.items()
        if results.by_kind.get(slug)
    ]
    years = [(year, year, results.by_year[year]) for year in sorted(results.by_year, reverse=True)]
    languages = [
        (code, capfirst(language_name(code)), results.by_language[code])
        for code in FILE_LANGUAGES
        if results.by_language.get(code)
    ]
    return [
        Filter("kind", _("Kinds"), _("All kinds"), narrowed["kind"], kinds),
        Filter("year", _("Years"), _("All years"), narrowed["year"], years),
        Filter(
            "language",
            _("Languages of the texts"),
            _("All languages"),
            narrowed["language"],
            languages,
        ),
    ]


@require_safe
def opensearch(request):
    """How a browser or a reader's program searches this site (OpenSearch 1.1)."""
    organisation = there(listing.organisation())
    site = addresses.site_of(request)
    context = {
        "organisation": organisation,
        "results": addresses.absolute(site, reverse("search")),
        "icon": addresses.absolute(site, static("icon.svg")),
    }
    media_type = "application/opensearchdescription+xml; charset=utf-8"
    return render(request, "profiles/opensearch.xml", context, content_type=media_type)


@require_safe
def entry(request, kind, slug):
    if token := request.GET.get(preview.PARAMETER):
        given = preview.given(token)
        if given and given.kind == kind:
            return given_page(request, given, slug, token)
    return found_page(request, kind, slug)


def found_page(request, kind, slug):
    found = there(listing.entry(kind, slug, request.user))
    show = entry_page if found.is_published else never_cache(entry_page)
    return show(request, found)


@never_cache
def given_page(request, given, slug, token):
    """What somebody finds at an address that they were given to read a draft."""
    entry = given.entry
    is_open = entry and (entry.is_published or may_view(request.user, given.kind))
    if entry and entry.slug != slug and (is_open or not given.refusal):
        return redirect(preview.address_for(entry, token))
    if entry and not entry.is_published and not given.refusal:
        return preview_page(request, entry, token)
    if is_open:
        return found_page(request, given.kind, slug)
    context = {"organisation": listing.organisation(), "given": given, "is_error": True}
    return render(request, "profiles/preview_over.html", context, status=410)


@never_cache
def preview_page(request, draft, token):
    """A draft as somebody without an account reads it, whose files open with the same token."""
    page = entry_page(request, draft, preview_until=preview.valid_until(token))
    page.content = preview.with_token(page.text, token)
    return page


def entry_page(request, found, **context):
    organisation = listing.organisation_of(found)
    listing.known_to(organisation, [found])
    context = {
        "organisation": organisation,
        "kind": type(found),
        "is_entry": True,
        "first_seen": found,
        "entry": found,
        "related": partial(related, found),
        **context,
    }
    page = render(request, "profiles/entry.html", context)
    if found.is_published:
        page["Link"] = links_of(found, addresses.site_of(request))
    return page


def links_of(found, site):
    return kept(("links", site, found.get_absolute_url()), lambda: link_header(found, site))


def related(found):
    """Published entries of the same programme, of all kinds that come out of one."""
    programme = found if isinstance(found, Programme) else getattr(found, "programme", None)
    if programme is None or is_switched_off(Programme):
        return []
    return [other for other in listing.of_programme(programme) if other != found]


@require_safe
def accessibility(request):
    organisation = there(listing.organisation())
    return render(request, "profiles/accessibility.html", {"organisation": organisation})


def page_not_found(request, exception):
    context = {"organisation": listing.organisation(), "is_error": True}
    return render(request, "404.html", context, status=404)
