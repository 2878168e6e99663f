"""The public addresses behind the language prefix."""

from django.urls import path, register_converter

from profiles import views
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


register_converter(KindConverter, "kind")

urlpatterns = [
    path("", views.profile, name="profile"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("search/", views.search_results, name="search"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("<kind:kind>/", views.entry_list, name="list"),
    path("<kind:kind>/<slug:slug>/", views.entry, name="entry"),
]
