"""The public pages: guard, fetch, show."""

from itertools import groupby
from typing import NamedTuple

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from profiles import preview
from profiles.models import KINDS, OfProgramme, Organisation, Programme, is_switched_off

ON_PROFILE = 3
ON_PAGE = 20
LAST_PAGE = 10_000


class Section(NamedTuple):
    """What the profile shows of one kind."""

    kind: type
    number: int
    entries: list


@require_safe
def profile(request):
    organisation = Organisation.objects.with_counts(KINDS.values()).first()
    if organisation is None:
        return render(request, "profiles/no_organisation.html", status=404)
    sections = [section(organisation, kind) for kind in KINDS.values()]
    blocks = [
        (is_filled, list(group)) for is_filled, group in groupby(sections, lambda s: s.number > 0)
    ]
    context = {"organisation": organisation, "sections": sections, "blocks": blocks}
    return render(request, "profiles/profile.html", context)


def section(organisation, kind):
    number = getattr(organisation, f"number_of_{kind.kind_slug}")
    entries = kind.objects.filter(organisation=organisation).on_profile().with_related()
    return Section(kind, number, list(entries[:ON_PROFILE]))


@require_safe
def entry_list(request, kind):
    organisation = get_object_or_404(Organisation.objects.all()[:1])
    entries = kind.objects.filter(organisation=organisation).listed()
    year, page = number(request, "year"), number(request, "page") or 1
    shown = entries.in_year(year) if year else entries
    start = (page - 1) * ON_PAGE
    # One more than is shown tells whether there is a next page, without counting all.
    found = list(shown.with_related()[start : start + ON_PAGE + 1])
    if not found and (page > 1 or year):
        raise Http404
    context = {
        "organisation": organisation,
        "kind": kind,
        "entries": found[:ON_PAGE],
        "years": [int(year) for year in entries.years()],
        "year": year,
        "page": page,
        "has_next": len(found) > ON_PAGE,
    }
    return render(request, "profiles/list.html", context)


def number(request, name):
    """A whole number from the query, None if it is not there."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= LAST_PAGE):
        raise Http404
    return int(text)


@require_safe
def entry(request, kind, slug):
    token = request.GET.get(preview.PARAMETER)
    draft = preview.opens(token, kind, slug)
    if draft and not draft.is_published:
        return preview_page(request, draft, token)
    found = get_object_or_404(kind.objects.visible_to(request.user).with_related(), slug=slug)
    show = entry_page if found.is_published else never_cache(entry_page)
    return show(request, found)


@never_cache
def preview_page(request, draft, token):
    """A draft as somebody without an account reads it, whose files open with the same token."""
    page = entry_page(request, draft, preview_until=preview.valid_until(token))
    page.content = preview.with_token(page.text, token)
    return page


def entry_page(request, found, **context):
    context = {
        "organisation": found.organisation,
        "entry": found,
        "related": related(found),
        **context,
    }
    return render(request, "profiles/entry.html", context)


def related(found):
    """Published entries of the same programme, of all kinds that come out of one."""
    programme = found if isinstance(found, Programme) else getattr(found, "programme", None)
    if programme is None or is_switched_off(Programme):
        return []
    return [
        other
        for kind in KINDS.values()
        if issubclass(kind, OfProgramme)
        for other in kind.objects.listed().filter(programme=programme)[:ON_PAGE]
        if other != found
    ]


@require_safe
def accessibility(request):
    organisation = get_object_or_404(Organisation.objects.all()[:1])
    return render(request, "profiles/accessibility.html", {"organisation": organisation})


def page_not_found(request, exception):
    context = {"organisation": Organisation.objects.first(), "is_error": True}
    return render(request, "404.html", context, status=404)
