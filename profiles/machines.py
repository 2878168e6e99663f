"""What programs ask for: citations, feeds, maps, icons. Guard, fetch, write."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from profiles import addresses
from profiles.formats import cards, icons, takeaway
from profiles.formats.citations import STYLES, citation_of
from profiles.formats.feeds import EntryFeed
from profiles.formats.sitemaps import site_map
from profiles.formats.takeaway import COPIES
from profiles.lasting import true_until
from profiles.models import KINDS, Organisation

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"

feed = require_safe(EntryFeed())
sitemap = require_safe(site_map)


@require_safe
def cite(request, kind, slug, ending):
    """The file with which a program takes an entry into somebody's references."""
    style, entry = STYLES[ending], cited_entry(kind, slug)
    response = written(style, entry, request)
    response["Content-Disposition"] = addresses.content_disposition(f"{entry.slug}.{ending}")
    response["X-Robots-Tag"] = "noindex"
    return response


def cited_entry(kind, slug):
    """Drafts are cited by nobody, not even by staff."""
    if not kind.cited_as:
        raise Http404
    return get_object_or_404(kind.objects.published().with_related(), slug=slug)


def written(style, entry, request):
    citation = citation_of(entry, addresses.site_of(request))
    return HttpResponse(style.write(citation), content_type=f"{style.media_type}; charset=utf-8")


@require_safe
def unapi(request):
    """The protocol by which Zotero takes an entry as RIS, where bodies stay bodies (unAPI 1)."""
    name, ending = request.GET.get("id"), request.GET.get("format")
    if name is None:
        return formats_of(request)
    kind_slug, _slash, slug = name.partition("/")
    if kind_slug not in KINDS or "\0" in slug:
        raise Http404
    entry = cited_entry(KINDS[kind_slug], slug)
    if ending is None:
        return formats_of(request, name, status=300)
    if ending not in STYLES:
        return HttpResponse(status=406)
    return written(STYLES[ending], entry, request)


def formats_of(request, name="", status=200):
    context = {"styles": STYLES, "name": name}
    return render(request, "unapi.xml", context, content_type="application/xml", status=status)


@require_safe
def robots(request):
    site_map_address = addresses.absolute(addresses.site_of(request), reverse("sitemap"))
    return render(
        request,
        "robots.txt",
        {"sitemap": site_map_address},
        content_type="text/plain; charset=utf-8",
    )


@require_safe
def security(request):
    """Where who found a hole reports it (RFC 9116), if the server's keeper says so."""
    if not settings.SECURITY_CONTACT or is_over(settings.SECURITY_EXPIRES):
        raise Http404
    true_until(datetime.fromisoformat(settings.SECURITY_EXPIRES))
    context = {
        "contact": settings.SECURITY_CONTACT,
        "expires": settings.SECURITY_EXPIRES,
        "languages": ", ".join(dict(settings.LANGUAGES)),
        "address": addresses.absolute(addresses.site_of(request), request.path),
    }
    return render(request, "security.txt", context, content_type="text/plain; charset=utf-8")


def is_over(moment):
    return moment < timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")


@require_safe
def manifest(request):
    """What a phone shows of the site on its first screen, in the language that the page asks for."""
    organisation = shown_organisation()
    language = request.GET.get("lang")
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        content = on_first_screen(organisation)
    return JsonResponse(content, content_type="application/manifest+json")


def on_first_screen(organisation):
    return {
        "name": organisation.name,
        "short_name": str(organisation),
        "lang": organisation.name.language,
        "start_url": organisation.get_absolute_url(),
        "scope": "/",
        "id": "/",
        "display": "browser",
        "background_color": icons.PAPER,
        "theme_color": icons.MUD,
        "icons": [
            {
                "src": icons.icon_address(organisation, size),
                "sizes": f"{size}x{size}",
                "type": "image/png",
            }
            for size in icons.ON_FIRST_SCREEN
        ],
    }


@require_safe
def icon(request, version, size):
    """Only what the site itself names is drawn: the icon that is in use, in a size that is."""
    organisation = shown_organisation()
    if size not in icons.SIZES or version != icons.version_of(organisation.logo):
        raise Http404
    response = HttpResponse(icons.icon(organisation.logo, size), content_type="image/png")
    response["Cache-Control"] = FOR_EVER
    return response


@require_safe
def copy(request, kind, slug, form):
    """An entry in one file, to be kept and passed on without a network."""
    entry = get_object_or_404(kind.objects.published().with_related(), slug=slug)
    response = HttpResponse(COPIES[form].write(entry, request), COPIES[form].media_type)
    name = takeaway.file_name(entry, form)
    response["Content-Disposition"] = addresses.content_disposition(name)
    response["X-Robots-Tag"] = "noindex"  # the page itself is what engines shall find
    return response


@require_safe
def card_of_profile(request, version):
    return card(cards.card_of_profile(shown_organisation()), version)


@require_safe
def card_of_list(request, kind, version):
    return card(cards.card_of_list(shown_organisation(), kind), version)


@require_safe
def card_of_entry(request, kind, slug, version):
    found = get_object_or_404(kind.objects.published().with_related(), slug=slug)
    return card(cards.card_of_entry(found), version)


def shown_organisation():
    return get_object_or_404(Organisation.objects.all()[:1])


def card(shown, version):
    """Whoever asks for an older card of a page gets the one that the page names now."""
    if version != shown.version:
        return redirect(shown.address)
    response = HttpResponse(cards.jpeg(shown), content_type="image/jpeg")
    response["Cache-Control"] = FOR_A_DAY  # not for ever: an entry may be withdrawn
    return response


@require_safe
def favicon(request):
    """Where browsers look on pages that name no icon, such as the admin's."""
    organisation = Organisation.objects.first()
    has_logo = organisation is not None and organisation.logo
    return redirect(icons.icon_address(organisation, icons.TAB) if has_logo else static("icon.svg"))
