#!/usr/bin/env python
"""Django's commands for this site."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imrap_site.settings")
    if sys.argv[1:2] in (["restore"], ["verify_backup"]):
        from imrap_site.start import prepare_to_restore

        prepare_to_restore()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
