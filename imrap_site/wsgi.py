"""The door through which gunicorn calls the site."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imrap_site.settings")
site = get_wsgi_application()

from imrap_site.serving import loading  # noqa: E402 (needs the settings)
from imrap_site.serving.pages import Pages  # noqa: E402
from imrap_site.serving.reach import Counted  # noqa: E402
from imrap_site.serving.slow_readers import without_connection  # noqa: E402

loading.load()
application = Counted(Pages(without_connection(site)))
