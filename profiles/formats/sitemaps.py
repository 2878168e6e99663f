"""The map of the site for search engines: every page in every language, and when it changed."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index, sitemap
from django.core.paginator import Paginator
from django.urls import reverse

from profiles.addresses import default_of
from profiles.models import KINDS, Organisation

ON_ONE_MAP = 2_000  # addresses, a second's work; engines take 50,000 and 50 MB


NEEDED = ("slug", "updated", "is_draft", "publish_at")


class InEachLanguage(Paginator):
    """Of a long list only what stands on the page is fetched, and told in each language."""

    def page(self, number):
        page = super().page(number)
        languages = [code for code, _name in settings.LANGUAGES]
        page.object_list = [(item, code) for item in page.object_list for code in languages]
        return page


class PagesInEachLanguage(Sitemap):
    i18n = True
    alternates = True

    @property
    def paginator(self):
        return InEachLanguage(self.items(), ON_ONE_MAP // len(settings.LANGUAGES))

    def get_urls(self, page=1, site=None, protocol=None):
        """With the address for readers of no language of ours, as pages name it themselves."""
        urls = super().get_urls(page, site, protocol)
        for url in urls:
            start = f"{url['location'].split('://')[0]}://{site.domain}"
            by_language = {
                other["lang_code"]: other["location"].removeprefix(start)
                for other in url["alternates"]
            }
            default = {"lang_code": "x-default", "location": start + default_of(by_language)}
            url["alternates"].append(default)
        return urls


class EntryMap(PagesInEachLanguage):
    def __init__(self, kind):
        self.kind = kind

    def items(self):
        return self.kind.objects.published().only(*NEEDED).order_by("publish_at", "pk")

    def lastmod(self, entry):
        return entry.changed

    def get_latest_lastmod(self):
        """By two indexes; unknown where all that was changed last waits for its moment."""
        changed = self.kind.objects.filter(is_draft=False).order_by("-updated")
        newest = [*changed.only(*NEEDED)[:100], *self.items().order_by("-publish_at")[:1]]
        return max((entry.changed for entry in newest if entry.is_published), default=None)


class OtherPagesMap(PagesInEachLanguage):
    """What is made of many entries; when it changed last, nobody can say."""

    def items(self):
        organisation = Organisation.objects.with_filled(KINDS.values()).first()
        if organisation is None:
            return []
        filled = [slug for slug in KINDS if getattr(organisation, f"has_{slug}")]
        return [("profile",), ("accessibility",), *(("list", slug) for slug in filled)]

    def location(self, page):
        name, *arguments = page
        return reverse(name, args=arguments)


def site_map(request, section=None):
    """All pages on one map; where they are too many, a list of maps."""
    sections = {"pages": OtherPagesMap(), **{slug: EntryMap(kind) for slug, kind in KINDS.items()}}
    entries = sum(
        kind.objects.published().order_by()[: ON_ONE_MAP + 1].count() for kind in KINDS.values()
    )
    if section or entries * len(settings.LANGUAGES) <= ON_ONE_MAP:
        return sitemap(request, sections, section)
    return index(request, sections, sitemap_url_name="sitemap-section")
