"""Whether the bucket can be used, and by nobody else: asked at the start."""

import secrets
import urllib.error
import urllib.request

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from django.core.files.base import ContentFile

from imrap_site.places import CONNECT_SECONDS

REFUSES = {
    "403": "the key or its secret is wrong, or may not use it",
    "AccessDenied": "the key may not use it",
    "InvalidAccessKeyId": "it does not know this key",
    "SignatureDoesNotMatch": "the secret is wrong",
    "404": "there is no such bucket",
    "NoSuchBucket": "there is no such bucket",
}
OWNER = ".site"  # in the bucket: which site's it is


class Unusable(Exception):
    """What is wrong with it, to stand behind a colon."""


def must_be_usable(storage, site):
    """Unusable where it is not there, can't be written, is another site's or anybody's to read."""
    try:
        storage.client.head_bucket(Bucket=storage.bucket_name)
        must_be_writable(storage)
        must_be_of(storage, site)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code"))
        raise Unusable(REFUSES.get(code, f"it answers {code}")) from None
    except (ParamValidationError, ValueError):  # before anything is asked
        raise Unusable("no server, bucket or region can have such a name") from None
    except BotoCoreError:
        raise Unusable("it does not answer") from None
    except OSError as error:
        raise Unusable(error.strerror or str(error)) from None


def must_be_writable(storage):
    probe = f".probe-{secrets.token_hex(8)}"
    storage.save(probe, ContentFile(b"Nobody may read this."))
    try:
        if is_open_to_all(storage, probe):
            raise Unusable("anybody can read what is in it: make the bucket private")
    finally:
        storage.delete(probe)


def is_open_to_all(storage, name):
    what = {"Bucket": storage.bucket_name, "Key": name}
    signed = storage.client.generate_presigned_url("get_object", Params=what)
    address = signed.partition("?")[0]
    try:
        with urllib.request.urlopen(address, timeout=CONNECT_SECONDS):  # noqa: S310 # nosec B310 (the server of MEDIA_URL)
            return True
    except (urllib.error.URLError, OSError):
        return False


def must_be_of(storage, site):
    """The first site that uses it writes its name there: another's sweep would empty it."""
    if not storage.exists(OWNER):
        storage.save(OWNER, ContentFile(site.encode()))
    with storage.open(OWNER) as file:
        if file.read().decode("ascii", "replace") != site:
            raise Unusable(
                "it has the files of another site, or of this one with another SECRET_KEY"
            )
