"""That `make test-scale` is what it says: whoever loses one of its variables hears of it here."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from redis import Redis

pytestmark = [pytest.mark.shared_parts, pytest.mark.django_db]


def test_the_tests_are_on_postgresql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()")
        assert cursor.fetchone()[0].startswith("PostgreSQL ")


def test_the_tests_count_in_redis():
    server = Redis.from_url(settings.CACHES["default"]["OPTIONS"]["url"])
    server.flushdb()
    cache.set("a guess", [1.0])
    assert server.dbsize() == 1


def test_the_tests_keep_files_in_a_bucket():
    name = default_storage.save("papers/note.txt", ContentFile(b"Kept in S3."))
    bucket, client = default_storage.bucket_name, default_storage.client
    assert client.get_object(Bucket=bucket, Key=name)["Body"].read() == b"Kept in S3."
