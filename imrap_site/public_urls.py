"""Every address that visitors have: whoever asks for these needs nothing of what staff use."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from imrap_site.serving.media import media
from profiles import machines, views

urlpatterns = [
    path("", views.profile),
    path("favicon.ico", machines.favicon),
    path("icons/<slug:version>-<int:size>.png", machines.icon, name="icon"),
    path("manifest.webmanifest", machines.manifest, name="manifest"),
    path("robots.txt", machines.robots),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", machines.sitemap, name="sitemap-section"),
    path(".well-known/security.txt", machines.security),
    path("media/<path:name>", media, name="media"),
    *i18n_patterns(path("", include("profiles.urls"))),
]
handler404 = "profiles.views.page_not_found"
handler500 = "imrap_site.serving.failing.server_error"
