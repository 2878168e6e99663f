"""Signing out on all devices at once: for whoever left a session open, or lost a machine."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from imrap_site.accounts import events, people


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def everywhere(request):
    if request.method != "POST":
        return render(request, "account/everywhere.html")
    end_everywhere(request.user)
    logout(request)
    messages.success(
        request, _("You are signed out on all devices. Sign in again where you need it.")
    )
    return redirect("account_login")


def end_everywhere(person):
    people.sign_out_everywhere(person)
    events.tell("signed out everywhere", person)
