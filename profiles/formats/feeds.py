"""Atom feeds of what was published last: of all kinds or of one, in each language."""

from heapq import nlargest
from itertools import chain
from typing import NamedTuple

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import F
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language

from profiles.formats.citations.facts import one_line
from profiles.formats.structured_data import in_short
from profiles.models import KINDS, Organisation
from profiles.translation import TranslatedText

IN_FEED = 20
# A tag URI names who had its host on some day; the host alone can change its owner.
SINCE = "2026-11-25"


def tag_uri(*parts):
    """A name that stays when titles, slugs, ports and http change."""
    return f"tag:{settings.FIRST_HOST},{SINCE}:{'/'.join(map(str, parts))}"


class AtomInItsLanguages(Atom1Feed):
    """Each entry says in which language its title really is."""

    def item_attributes(self, item):
        return {**super().item_attributes(item), "xml:lang": item["title_language"]}


class Shown(NamedTuple):
    organisation: Organisation
    kind: type | None  # None for all


class EntryFeed(Feed):
    """Of the kind in the address, or of all."""

    feed_type = AtomInItsLanguages

    def get_object(self, request, kind=None):
        return Shown(get_object_or_404(Organisation.objects.all()[:1]), kind)

    def title(self, shown):
        return feed_title(*shown)

    def link(self, shown):
        kind = shown.kind
        return reverse("list", args=[kind.kind_slug]) if kind else reverse("profile")

    def feed_url(self, shown):
        return feed_address(shown.kind)

    def feed_guid(self, shown):
        return tag_uri("feed", shown.kind.kind_slug if shown.kind else "all", get_language())

    def subtitle(self, shown):
        return one_line(in_short(shown.organisation))

    def author_name(self, shown):
        return one_line(shown.organisation.name)

    def items(self, shown):
        kinds = [shown.kind] if shown.kind else KINDS.values()
        newest = chain.from_iterable(newest_of(kind, shown.organisation) for kind in kinds)
        return nlargest(IN_FEED, newest, key=lambda entry: (entry.publish_at, entry.pk))

    def item_title(self, entry):
        return one_line(entry.title)

    def item_description(self, entry):
        return escape(one_line(entry.lead))

    def item_guid(self, entry):
        return tag_uri(entry.kind_slug, entry.pk, get_language())

    def item_pubdate(self, entry):
        return entry.publish_at

    def item_updateddate(self, entry):
        return entry.changed

    def item_categories(self, entry):
        return [entry.kind_label]

    def item_extra_kwargs(self, entry):
        return {"title_language": entry.title.language}


def newest_of(kind, organisation):
    # Written so that the moments' index is taken: nearly always there is one organisation.
    theirs = kind.objects.alias(of=F("organisation_id") + 0).filter(of=organisation.pk)
    return theirs.listed().order_by("-publish_at", "-pk")[:IN_FEED]


def feed_title(organisation, kind=None):
    title = f"{organisation} – {kind.section_title}" if kind else organisation.name
    return TranslatedText(one_line(title), get_language())


def feed_address(kind=None):
    return reverse("feed-of-kind", args=[kind.kind_slug]) if kind else reverse("feed")
