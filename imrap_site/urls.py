"""Every address of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
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
    path("admin/", include("imrap_site.accounts.admin_urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("imrap_site.accounts.urls")),
    path("media/<path:name>", media, name="media"),
    *i18n_patterns(path("", include("profiles.urls"))),
]
handler404 = "profiles.views.page_not_found"
handler500 = "imrap_site.serving.failing.server_error"
