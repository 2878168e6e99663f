"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from imrap_site import public_urls

urlpatterns = [
    path("admin/", include("imrap_site.accounts.admin_urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("imrap_site.accounts.urls")),
    *public_urls.urlpatterns,
]
handler404 = public_urls.handler404
handler500 = public_urls.handler500
