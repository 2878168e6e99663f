"""The public addresses behind the language prefix."""

from django.urls import path, register_converter

from profiles import machines, views
from profiles.formats.citations import STYLES
from profiles.formats.takeaway import COPIES
from profiles.models import ALL_KINDS, KINDS


class KindConverter:
    """The word that stands for a kind in addresses; anything else is no address."""

    regex = "|".join(ALL_KINDS)

    def to_python(self, value):
        if value not in KINDS:  # switched off
            raise ValueError
        return KINDS[value]

    def to_url(self, value):
        return value


class CitationConverter:
    """The ending of a citation's address."""

    regex = "|".join(STYLES)

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class CopyConverter(CitationConverter):
    """The ending of a copy to take away."""

    regex = "|".join(COPIES)


register_converter(KindConverter, "kind")
register_converter(CopyConverter, "copy")
register_converter(CitationConverter, "citation")

urlpatterns = [
    path("", views.profile, name="profile"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("feed.atom", machines.feed, name="feed"),
    path("unapi", machines.unapi, name="unapi"),
    path("<kind:kind>/feed.atom", machines.feed, name="feed-of-kind"),
    path("<kind:kind>/<slug:slug>/cite.<citation:ending>", machines.cite, name="cite"),
    path("search/", views.search_results, name="search"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("card-<slug:version>.jpg", machines.card_of_profile, name="card"),
    path("<kind:kind>/card-<slug:version>.jpg", machines.card_of_list, name="card"),
    path("<kind:kind>/<slug:slug>/card-<slug:version>.jpg", machines.card_of_entry, name="card"),
    path("<kind:kind>/<slug:slug>/copy.<copy:form>", machines.copy, name="copy"),
    path("<kind:kind>/", views.entry_list, name="list"),
    path("<kind:kind>/<slug:slug>/", views.entry, name="entry"),
]
