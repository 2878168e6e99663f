"""The bucket as Django's storage. Addresses of files stay the site's own, which asks who may see them.

Nothing here is readable by the public: objects get no access list of their own, `bucket.asking` looks
at the start whether the server gives them to strangers, and an address with a signature goes to our
own web server alone, for a minute.
"""

import errno
import io
import shutil
import threading
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from django.conf import settings
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from imrap_site.bucket.reading import Reading, as_of_a_disk
from imrap_site.places import CONNECT_SECONDS
from imrap_site.postgresql.turns import turn

AT_ONCE = 256 * 1024  # bytes that are fetched ahead
LENT, LENT_SECONDS = "/protected-bucket", 60
HELD = "files"  # who holds on to a stored file, and who takes files away, take turns


class Stored(NamedTuple):
    name: str
    size: int
    modified: float  # seconds since 1970


class BucketFile(File):
    """Opened once more after it was closed, as a file of a disk can be."""

    def __init__(self, storage, name):
        self.storage = storage
        super().__init__(self.begun(name), name)

    def begun(self, name):
        reading = Reading(self.storage.client, self.storage.bucket_name, name)
        self.size = reading.size
        return io.BufferedReader(reading, AT_ONCE)

    def open(self, mode=None):
        if self.closed:
            self.file = self.begun(self.name)
        self.seek(0)
        return self


class BucketStorage(S3Storage):
    opening = threading.RLock()

    def __init__(self, **options):
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=20,
            retries={"total_max_attempts": 2, "mode": "standard"},
            max_pool_connections=50,
            signature_version="s3v4",
            s3={"addressing_style": options.get("addressing_style", "path")},
            # Servers other than Amazon's don't know its newest checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        transfer = TransferConfig(use_threads=False)
        super().__init__(client_config=config, transfer_config=transfer, **options)

    @property
    def connection(self):
        """One for all threads: making one costs a tenth of a second, and megabytes."""
        with self.opening:
            return self.shared_connection

    @cached_property
    def shared_connection(self):
        session = boto3.Session(
            aws_access_key_id=self.access_key, aws_secret_access_key=self.secret_key
        )
        where = {"region_name": self.region_name, "endpoint_url": self.endpoint_url}
        return session.resource("s3", **where, config=self.client_config)

    @property
    def client(self):
        return self.connection.meta.client

    # What Django asks of a storage

    def url(self, name, *_signed, **_more):
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name).lstrip("/"))

    def _open(self, name, mode="rb"):
        if mode != "rb":
            raise OSError(errno.EROFS, "Files of an S3 server are stored whole")
        return BucketFile(self, name)

    def _save(self, name, content):
        with as_of_a_disk():
            return super()._save(name, content)

    def delete(self, name):
        with as_of_a_disk():
            super().delete(name)

    def exists(self, name):
        with as_of_a_disk():
            return super().exists(name)

    def size(self, name):
        with as_of_a_disk():
            return super().size(name)

    def get_modified_time(self, name):
        with as_of_a_disk():
            return super().get_modified_time(name)

    # What only a bucket can, or has to

    def must_be_there(self):
        with as_of_a_disk():
            self.client.head_bucket(Bucket=self.bucket_name)

    def listed(self, prefix=""):
        """Each Stored, in the order of their names."""
        pages = self.client.get_paginator("list_objects_v2")
        with as_of_a_disk():
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix):
                for one in page.get("Contents", ()):
                    yield Stored(one["Key"], one["Size"], one["LastModified"].timestamp())

    def renew(self, name):
        """Whether it is there; it counts as new from now on, so that no sweep takes it away."""
        same = {"Bucket": self.bucket_name, "Key": name}
        with turn(HELD, is_shared=True):
            try:
                with as_of_a_disk():
                    kind = self.client.head_object(**same)["ContentType"]
                    replaced = {"MetadataDirective": "REPLACE", "ContentType": kind}
                    self.client.copy_object(**same, CopySource=same, **replaced)
            except FileNotFoundError:
                return False
        return True

    def delete_if_older(self, name, moment):
        """Whether it went: not if somebody has held on to it since."""
        with turn(HELD), as_of_a_disk():
            head = self.client.head_object(Bucket=self.bucket_name, Key=name)
            if head["LastModified"].timestamp() >= moment:
                return False
            super().delete(name)
        return True

    def fetch(self, name, path):
        """Copy it to a new file of this machine."""
        with self.open(name) as source, path.open("xb") as target:
            shutil.copyfileobj(source, target, AT_ONCE)

    def lent(self, name, content_type, disposition):
        """The way for the web server before the site, which fetches it there at once and alone."""
        asked = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        what = {"Bucket": self.bucket_name, "Key": name, **asked}
        address = urlsplit(
            self.client.generate_presigned_url("get_object", Params=what, ExpiresIn=LENT_SECONDS)
        )
        return f"{LENT}{address.path}?{address.query}"
