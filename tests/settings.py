"""The site's settings, with a secret that guards nothing and without what only slows tests."""

import os
import tempfile
from pathlib import Path

os.environ["SECRET_KEY"] = "only-for-tests-" + 50 * "x"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ.setdefault("KINDS_OFF", "")  # whatever .env says
# Never the site's own: whoever empties a database between tests must not come near it.
os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")

from imrap_site.settings import *  # noqa: F403
from imrap_site.settings import CACHES as PRODUCTION_CACHES
from imrap_site.settings import MIDDLEWARE, SESSION_FILE_PATH, STORAGES

if folder := os.environ.get("VAR_DIR"):  # of a server that a test starts
    VAR_DIR = Path(folder)
if journal := os.environ.get("SQLITE_JOURNAL"):  # as a later SQLite may have it
    DATABASES["default"]["OPTIONS"]["init_command"] = (  # noqa: F405
        f"PRAGMA journal_mode={journal}; PRAGMA synchronous=EXTRA;"
    )
# Static files as they lie in the project, so that no collected copy can be out of date.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# In the language that the browser of a test asks for; English where it asks for none.
STAFF_LANGUAGE = ""
SESSION_FILE_PATH = Path(os.environ.get("SESSION_FOLDER", SESSION_FILE_PATH))
# Each test process counts failed sign-ins for itself.
COUNTERS = tempfile.TemporaryDirectory()
CACHES = {"default": {**PRODUCTION_CACHES["default"], "LOCATION": f"{COUNTERS.name}/counters"}}
REACH_SECONDS = float(os.environ.get("REACH_SECONDS", 60))  # of a server that a test starts
# On the parts that hosts share, each test process has a database of Redis and a bucket of its own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
if url := os.environ.get("CACHE_URL"):
    CACHES["default"]["OPTIONS"] = {"url": f"{url.rpartition('/')[0]}/{WORKER}"}
if "OPTIONS" in STORAGES["default"]:
    STORAGES["default"]["OPTIONS"]["bucket_name"] += f"-{WORKER}"
