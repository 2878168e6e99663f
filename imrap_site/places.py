"""Where content, files and counters lie: DATABASE_URL, MEDIA_URL, CACHE_URL.

What can't be so is refused in one sentence that names the variable, and never shows a password.
"""

from importlib.util import find_spec
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

LOCK = "requirements-scale.txt"
POSTGRESQL = ("postgres", "postgresql", "pgsql", "psql")
REDIS = ("redis", "rediss", "unix")
S3 = {"s3": "https", "s3+http": "http"}
# Hosts that are asked wait this long, in seconds, for one that has gone.
CONNECT_SECONDS = 3
# What a form may wait for a lock that somebody else holds, and any one question for its answer.
LOCK_SECONDS, STATEMENT_SECONDS = 20, 60


def must_have(variable, module, what):
    if find_spec(module) is None:
        raise ImproperlyConfigured(
            f"{variable} names {what}, for which {LOCK} has to be installed too: `make install` does it."
        )


def scheme_of(url):
    return url.partition("://")[0].lower() if "://" in url else ""


def database(env, var):
    """Django's DATABASES["default"]."""
    return database_at(env("DATABASE_URL", default="") or f"sqlite:///{var}/db.sqlite3")


def database_at(url):
    scheme = scheme_of(url)
    if scheme not in (*POSTGRESQL, "sqlite"):
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with sqlite:/// or postgresql://, as in "
            "postgresql://name:password@127.0.0.1:5432/site."
        )
    try:
        found = Env.db_url_config(url)
    except (ValueError, KeyError, ImproperlyConfigured):
        found = {}
    if not found.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL can't be read: it must be as sqlite:////srv/site/db.sqlite3, or as "
            "postgresql://name:password@127.0.0.1:5432/site."
        )
    return sqlite(found) if scheme == "sqlite" else postgresql(found)


def sqlite(found):
    # No write-ahead log: SQLite before 3.51.3 can corrupt a database with it. EXTRA also
    # survives a power cut between commit and the journal's removal. IMMEDIATE takes the
    # lock at the start, where waiting for it is possible.
    options = {
        "timeout": LOCK_SECONDS,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;",
    }
    return {**found, "ENGINE": "imrap_site.sqlite", "OPTIONS": options}


def postgresql(found):
    must_have("DATABASE_URL", "psycopg", "PostgreSQL")
    # How long anything waits is told to the server at each use (imrap_site/postgresql). A host that
    # is gone without a word is given up after ten seconds instead of the system's fifteen minutes.
    options = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        **found.get("OPTIONS", {}),
    }
    # Given back after each request to those that lie ready, which are bounded and looked at first.
    more = {"CONN_MAX_AGE": 0, "ENGINE": "imrap_site.postgresql", "OPTIONS": options}
    return {**found, **more}


def counters(env, var):
    """Django's CACHES["default"]."""
    location = {"LOCATION": var / "counters"}
    url = env("CACHE_URL", default="")
    if not url:
        return {"BACKEND": "imrap_site.accounts.counters.CountersCache", **location}
    if scheme_of(url) not in REDIS:
        raise ImproperlyConfigured(
            "CACHE_URL must begin with redis:// or rediss://, as in redis://:password@127.0.0.1:6379/0."
        )
    must_have("CACHE_URL", "redis", "Redis")
    backend = "imrap_site.accounts.shared_counters.SharedCountersCache"
    return {"BACKEND": backend, **location, "OPTIONS": {"url": url}}


def media(env):
    """Django's STORAGES["default"]."""
    url = env("MEDIA_URL", default="")
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = bucket_options(url)
    must_have("MEDIA_URL", "storages", "an S3 server")
    return {"BACKEND": "imrap_site.bucket.storage.BucketStorage", "OPTIONS": options}


def bucket_options(url):
    """s3://KEY:SECRET@s3.example.org/bucket?region=eu-west-3; s3+http:// on a line of one's own."""
    try:
        parts = urlsplit(url)
        wished = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ImproperlyConfigured(UNREADABLE_BUCKET) from None
    bucket = parts.path.strip("/")
    is_known = parts.scheme in S3 and set(wished) <= {"region", "addressing"}
    if not (is_known and host and parts.username and parts.password and bucket) or "/" in bucket:
        raise ImproperlyConfigured(UNREADABLE_BUCKET)
    netloc = f"[{host}]" if ":" in host else host
    return {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "endpoint_url": f"{S3[parts.scheme]}://{netloc}{f':{port}' if port else ''}",
        "bucket_name": bucket,
        "region_name": wished.get("region", "us-east-1"),
        "addressing_style": wished.get("addressing", "path"),
    }


UNREADABLE_BUCKET = (
    "MEDIA_URL can't be read: it must be as s3://KEY:SECRET@s3.example.org/bucket, with "
    "?region=… where the server wants one, or s3+http://… where there is no encryption."
)
