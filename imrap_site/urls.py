"""Every address of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import TemplateView

from imrap_site.serving.media import media
from profiles import views


def favicon(request):
    """Where browsers look on pages that name no icon, such as the admin's."""
    return redirect(static("icon.svg"))


urlpatterns = [
    path("", views.profile),
    path("favicon.ico", favicon),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain; charset=utf-8"),
    ),
    path("admin/", include("imrap_site.accounts.admin_urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("imrap_site.accounts.urls")),
    path("media/<path:name>", media, name="media"),
    *i18n_patterns(path("", include("profiles.urls"))),
]
handler404 = "profiles.views.page_not_found"
