"""Uploaded files to another folder or bucket: `manage.py move_to … --media`. Each is read back there."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from imrap_site.keeping import parts
from imrap_site.keeping.archive import CHUNK
from imrap_site.keeping.content import site
from imrap_site.keeping.media import Bucket, Folder, of_the_site
from imrap_site.keeping.refusals import Refused, in_words
from imrap_site.places import bucket_options, must_have, scheme_of

SAME = "The files are there already."
NOT_EMPTY = "There are other files in {} already, {} for one: name an empty place."


def place_of(text):
    """A Bucket of its address, or a Folder; Refused where it can't be used."""
    if scheme_of(text):
        return bucket_at(text)
    path = Path(text).absolute()
    if path == Path(settings.MEDIA_ROOT).absolute() and not parts.is_bucket():
        raise Refused(SAME)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Refused(in_words(problem)) from None
    return Folder(path)


def bucket_at(url):
    options = bucket_options(url)
    must_have("MEDIA_URL", "an S3 server", "storages", "boto3")
    from imrap_site.bucket.asking import Unusable, must_be_usable
    from imrap_site.bucket.storage import BucketStorage

    storage = BucketStorage(**options)
    same = ("endpoint_url", "bucket_name")
    if parts.is_bucket() and all(
        getattr(storage, name) == getattr(default_storage, name) for name in same
    ):
        raise Refused(SAME)
    try:
        must_be_usable(storage, site())
    except Unusable as problem:
        raise Refused(f"The bucket there can't be used: {problem}.") from None
    return Bucket(storage)


def move_files(there, bar):
    """(number, bytes) of what is there then, as it is here; an earlier try's files are compared too."""
    here = of_the_site()
    files, known = here.files(), there.files()
    if strangers := sorted(set(known) - set(files)):
        raise Refused(NOT_EMPTY.format(there, strangers[0]))
    total = sum(found.size for found in files.values())
    progress = bar("Copying files", 2 * total).add
    for name, found in files.items():
        move_file(here, there, name, found.size, known.get(name), progress)
    return len(files), total


def move_file(here, there, name, size, known, progress):
    try:
        wanted = digest_of(here, name, progress)
        if known is None or known.size != size or digest_of(there, name) != wanted:
            with here.opened(name) as file:
                there.take(name, file)
            if digest_of(there, name) != wanted:
                raise Refused(f"{name} did not arrive as it was sent.")
    except OSError as problem:
        raise Refused(f"{name} can't be copied: {in_words(problem)}") from None
    progress(size)


def digest_of(place, name, progress=lambda number: None):
    digest = hashlib.sha256()
    with place.opened(name) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            progress(len(chunk))
    return digest.hexdigest()
