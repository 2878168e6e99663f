"""The admin's own ways in and out, which lead to /accounts/."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.urls import path, reverse


def admin_login(request):
    """Staff sign in at /accounts/; who is signed in and not staff is told so, not sent round."""
    if request.user.is_authenticated and not request.user.is_staff:
        return render(request, "account/not_staff.html", status=403)
    wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    return redirect_to_login(wanted, reverse("account_login"))


def admin_password_change(request):
    return redirect("account_change_password")


urlpatterns = [
    path("login/", admin_login),
    path("password_change/", admin_password_change),
]
