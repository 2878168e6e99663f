"""What the site leans on elsewhere: PostgreSQL, Redis, an S3 server. Asked at the start, where what is
wrong with one stops it in a sentence that names the variable and shows no password."""

import re

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection

from imrap_site.keeping import notes
from imrap_site.keeping.content import site
from imrap_site.keeping.refusals import Refused
from imrap_site.places import UNREADABLE_REDIS

LEADS = "{variable} leads to {what} at {place}, which can't be used: {why}."
OTHER_KEY = (
    "SECRET_KEY of this host is not that of the first one, so neither would know who signed in at "
    "the other: set it to what var/secret-key says there, or copy that file to here."
)
IN_MEMORY = (
    "DATABASE_URL names no file, so all content would be lost with the process: say where it shall "
    "lie, as in sqlite:////srv/site/db.sqlite3."
)
KEY = "key"


def must_answer(with_database=True):
    """Refused where one does not, or not to this site."""
    if with_database:
        database_must_last()
        database_must_answer()
    redis_must_answer()
    bucket_must_answer()


def database_must_last():
    """Each process of the server would have one of its own."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        raise Refused(IN_MEMORY)


def database_must_answer():
    if connection.vendor != "postgresql":
        return
    wanted = settings.DATABASES["default"]
    place = f"{wanted.get('HOST') or 'this machine'}:{wanted.get('PORT') or 5432}"
    leads = {"variable": "DATABASE_URL", "what": "PostgreSQL", "place": place}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone()
    except (DatabaseError, ValueError) as problem:  # no host can have that name
        raise Refused(LEADS.format(**leads, why=in_short(problem))) from None
    if encoding != "UTF8":
        why = f"its encoding is {encoding}, make one with ENCODING 'UTF8'"
        raise Refused(LEADS.format(**leads, why=why))


def in_short(problem):
    """What a server says, on one line and without the way there."""
    text = str(problem).strip().splitlines()[0]
    if "HELLO must be called" in text or "NOAUTH" in text:
        return "it asks for a password"
    text = re.split(r"(?:FATAL|ERROR):\s*|\bfailed: |\bconnecting to \S+ ", text)[-1]
    return text.strip().rstrip(".") or type(problem).__name__


def redis_must_answer():
    url = settings.CACHES["default"].get("OPTIONS", {}).get("url")
    if not url:
        return
    from redis import RedisError
    from redis.connection import parse_url

    from imrap_site.accounts import shared_counters

    try:
        told = parse_url(url)
    except ValueError:
        raise Refused(UNREADABLE_REDIS) from None
    place = told.get("path") or f"{told.get('host', 'localhost')}:{told.get('port', 6379)}"
    try:
        shared_counters.must_answer(url)
    except (RedisError, ValueError, TypeError, OSError) as problem:  # TypeError of unknown options
        leads = {"variable": "CACHE_URL", "what": "Redis", "place": place}
        raise Refused(LEADS.format(**leads, why=in_short(problem))) from None


def bucket_must_answer():
    if not is_bucket():
        return
    from imrap_site.bucket.asking import Unusable, must_be_usable

    try:
        must_be_usable(default_storage, site())
    except Unusable as problem:
        place = f"{default_storage.endpoint_url} with the bucket {default_storage.bucket_name}"
        leads = {"variable": "MEDIA_URL", "what": "an S3 server", "place": place}
        raise Refused(LEADS.format(**leads, why=problem)) from None


def is_bucket():
    """Whether uploaded files lie on an S3 server."""
    return hasattr(default_storage, "bucket_name")


# One key for all hosts


def must_have_the_key():
    """The first host that serves from a database leaves the digest of its key there."""
    if notes.are_shared():
        known = notes.read(KEY)
        if known is None:
            notes.write(KEY, site())
        elif known != site():
            raise Refused(OTHER_KEY)


def forget_the_key():
    """The next host that starts says which it is from then on."""
    if notes.are_shared():
        notes.forget(KEY)
    if is_bucket():
        from imrap_site.bucket.asking import OWNER

        default_storage.delete(OWNER)
