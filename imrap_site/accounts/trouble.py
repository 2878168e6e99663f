"""What is answered on the way inside while the disk or the database gives trouble."""

import sys

from django.db import DatabaseError
from django.shortcuts import render
from django.views.defaults import server_error as something_went_wrong

from imrap_site.serving.staff import is_staff_path


def server_error(request):
    """One plain sentence where the machine is at fault, not the program."""
    if is_staff_path(request) and isinstance(sys.exception(), DatabaseError | OSError):
        return render(request, "503.html", status=503)
    return something_went_wrong(request)
