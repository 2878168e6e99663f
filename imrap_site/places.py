"""Where content, files and counters lie: DATABASE_URL, MEDIA_URL, CACHE_URL.

What can't be so is refused in one sentence that names the variable, and never shows a password.
"""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

LOCK = "requirements-scale.txt"
POSTGRESQL = ("postgres", "postgresql", "pgsql", "psql")
REDIS = ("redis", "rediss", "unix")
S3 = {"s3": "https", "s3+http": "http"}
WRITTEN = "with / ? # % in a password written as %2F %3F %23 %25"
# Hosts that are asked wait this long, in seconds, for one that has gone.
CONNECT_SECONDS = 3
# What a form may wait for a lock that somebody else holds, and any one question for its answer.
LOCK_SECONDS, STATEMENT_SECONDS = 20, 60


def must_have(variable, what, *modules):
    try:
        is_there = all(map(find_spec, modules))
    except ImportError:  # of psycopg.pq, where a library of the system is missing
        is_there = False
    if not is_there:
        raise ImproperlyConfigured(
            f"{variable} names {what}, for which {LOCK} has to be installed too: `make install` does it."
        )


def told(env, variable):
    """What it says; "" where nothing. Whoever pastes an address often takes a space along."""
    return env(variable, default="").strip()


def scheme_of(url):
    return url.partition("://")[0].lower() if "://" in url else ""


def database(env, var):
    """Django's DATABASES["default"]."""
    return database_at(told(env, "DATABASE_URL") or f"sqlite:///{var}/db.sqlite3")


def database_at(url):
    scheme = scheme_of(url)
    if scheme not in (*POSTGRESQL, "sqlite"):
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with sqlite:/// or postgresql://, as in "
            "postgresql://name:password@127.0.0.1:5432/site."
        )
    try:
        parts = urlsplit(url)
        # Whoever forgets a stroke of sqlite:/// has named a host, and the file would lie elsewhere.
        is_file_of_host = scheme == "sqlite" and parts.netloc not in ("", ":memory:")
        is_cut = scheme != "sqlite" and "@" in parts.path + parts.query
        found = {} if is_file_of_host or is_cut else Env.db_url_config(url)
    except (ValueError, KeyError, ImproperlyConfigured):
        found = {}
    if not found.get("NAME"):
        raise ImproperlyConfigured(UNREADABLE_DATABASE)
    return sqlite(found) if scheme == "sqlite" else postgresql(found)


UNREADABLE_DATABASE = (
    "DATABASE_URL can't be read: it must be as sqlite:////srv/site/db.sqlite3, or as "
    f"postgresql://name:password@127.0.0.1:5432/site, {WRITTEN}."
)


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
    must_have("DATABASE_URL", "PostgreSQL", "psycopg.pq")
    must_be_options(found)
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


def must_be_options(found):
    """Of PostgreSQL's own; what Django has beside them is ours to choose."""
    from psycopg.pq import Conninfo

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    of_django = set(found) - {"ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"}
    if of_django or set(found.get("OPTIONS", {})) - known:
        raise ImproperlyConfigured(
            "DATABASE_URL has an option behind its ? that PostgreSQL does not know: it has to be as "
            "in postgresql://name:password@127.0.0.1:5432/site?sslmode=require."
        )


def counters(env, var):
    """Django's CACHES["default"]."""
    location = {"LOCATION": var / "counters"}
    url = told(env, "CACHE_URL")
    if not url:
        return {"BACKEND": "imrap_site.accounts.counters.CountersCache", **location}
    if scheme_of(url) not in REDIS:
        raise ImproperlyConfigured(
            "CACHE_URL must begin with redis:// or rediss://, as in redis://:password@127.0.0.1:6379/0."
        )
    must_have("CACHE_URL", "Redis", "redis")
    if not is_of_redis(url):
        raise ImproperlyConfigured(UNREADABLE_REDIS)
    backend = "imrap_site.accounts.shared_counters.SharedCountersCache"
    return {"BACKEND": backend, **location, "OPTIONS": {"url": url}}


UNREADABLE_REDIS = (
    f"CACHE_URL can't be read: it must be as redis://:password@127.0.0.1:6379/0, {WRITTEN}."
)


def is_of_redis(url):
    """A / ? or # that a password has as it is would cut the address, and it would lead elsewhere."""
    try:
        parts = urlsplit(url)
        number, _port = parts.path.strip("/"), parts.port
    except ValueError:
        return False
    is_number = scheme_of(url) == "unix" or not number or (number.isascii() and number.isdigit())
    return is_number and not parts.fragment and "@" not in parts.path + parts.query


def media(env):
    """Django's STORAGES["default"]."""
    url = told(env, "MEDIA_URL")
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = bucket_options(url)
    must_have("MEDIA_URL", "an S3 server", "storages", "boto3")
    return {"BACKEND": "imrap_site.bucket.storage.BucketStorage", "OPTIONS": options}


def media_folder(env, base, var):
    """Django's MEDIA_ROOT: what lies in it and belongs to no entry is swept away."""
    folder = Path(told(env, "MEDIA_ROOT") or base / "media").absolute()
    for ours in (base, var):
        if ours.resolve().is_relative_to(folder.resolve()):
            raise ImproperlyConfigured(
                f"MEDIA_ROOT must be a folder for uploaded files alone, and {folder} holds the site: "
                "name another one, such as /srv/site-media."
            )
    return folder


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
    is_known &= wished.get("addressing", "path") in ("path", "virtual")
    is_more = "/" in bucket or parts.fragment
    if is_more or not (is_known and host and parts.username and parts.password and bucket):
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
    "?region=… where the server wants one, or s3+http://… where there is no encryption, "
    f"{WRITTEN.replace('a password', 'KEY and SECRET')}."
)
