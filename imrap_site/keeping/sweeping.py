"""What nobody holds any more: found, and taken away, beside whoever saves.

Files of media/ go only where their names say that this site made them. Each is put aside before it
is looked at for the last time, as somebody may upload the same content at that moment: whoever
finds a stored file and holds on to it makes it new again (`storing.hold_on_to`), and what is new
goes back to its place.
"""

import json
import re
import time
from collections import defaultdict
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import FileField, Sum
from django.db.models.functions import Length
from reversion.models import Revision, Version

from imrap_site.keeping.content import files_below
from imrap_site.keeping.locks import files_may_go
from imrap_site.keeping.parts import is_bucket
from profiles.editing import history, typed_texts
from profiles.editing.spreadsheets.waiting import SHEETS
from profiles.files.variants import stem_of
from profiles.files.waiting import thumbnails, uploads
from profiles.models import ALL_KINDS, LIBRARY, KeptApart, Organisation

DAY = 24 * 3600  # seconds: an upload is stored before the entry that names it
LONGEST_DRAWN = 90 * DAY  # cards, icons, thumbnails: drawn again when somebody asks for them
DRAWN = ("cards", "icons", "makers", "thumbnails-drawn")  # in var/
DOCUMENT = re.compile(r"[^/]+/[0-9a-f]{16}/[^/]+\.[a-z0-9]{2,5}")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
ASIDE = ".swept-"
PORTION = 100  # revisions in one transaction, between which others save


class Surplus(NamedTuple):
    what: str
    name: str
    size: int


def sweep(is_dry=False, is_patient=False):
    """Yield each Surplus once it is gone; with `is_dry` what would go.

    Beside a backup Refused, or `is_patient`: files go when it is done.
    """
    yield from sessions(is_dry)
    yield from typed(is_dry)
    yield from gone(overdue_in_var(), is_dry)
    if is_dry:
        yield from dry_media()
    else:
        with files_may_go(is_patient):
            # Before the versions: what they let go of stays until the next sweep.
            yield from (bucket() if is_bucket() else media())
    yield from versions(is_dry)


# What lies in var/


def sessions(is_dry):
    folder = Path(settings.SESSION_FILE_PATH)
    before = sizes(folder)
    if not is_dry:
        number = import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
        gone = before.items() - sizes(folder).items()
        yield from (Surplus("expired session", name, size) for name, size in gone)
        rows = number - len(gone)  # in the database
        yield from (Surplus("expired session", "a row", 0) for _row in range(rows))


def sizes(folder):
    return {path.name: path.lstat().st_size for path in files_below(folder)}


def typed(is_dry):
    """What people typed, and did not come back for."""
    found = list(typed_texts.overdue())
    if not is_dry:
        typed_texts.forget_overdue()
    yield from (Surplus("text not saved", name, size) for name, size in found)


def waiting_rooms():
    return SHEETS, uploads(), thumbnails()


def overdue_in_var():
    """(what, path) of what waits, was drawn or was left behind for too long."""
    for room in waiting_rooms():
        yield from (("waiting file", path) for path in room.overdue())
    for name in DRAWN:
        folder = settings.VAR_DIR / name
        yield from (
            ("drawing", path) for path in files_below(folder) if is_old(path, LONGEST_DRAWN)
        )
        # Half a drawing, of a process that was killed.
        yield from (("drawing", path) for path in folder.rglob(".*") if is_old(path, DAY))


def is_old(path, seconds):
    if isinstance(path, tuple):  # Stored on an S3 server
        return path.modified < time.time() - seconds
    try:
        return path.lstat().st_mtime < time.time() - seconds
    except OSError:
        return False


def gone(found, is_dry):
    for what, path in list(found):
        size = path.lstat().st_size
        if not is_dry:
            path.unlink(missing_ok=True)
            with suppress(OSError):  # others are in it
                path.parent.rmdir()
        yield Surplus(what, str(path.relative_to(settings.VAR_DIR)), size)


# Files


def media():
    top = Path(settings.MEDIA_ROOT)
    held = Held()
    for path in left_aside():
        come_to_an_end(path, held)
    for paths in surplus_files(held):
        for path in paths:
            size = path.stat().st_size
            if not take_away(path):
                break  # somebody holds it now
            yield Surplus("file", str(path.relative_to(top)), size)
    remove_empty_folders()


def bucket():
    """The same on an S3 server: who holds on to a file and who takes one away take turns there."""
    for files in surplus_files(Held()):
        for file in files:
            with suppress(FileNotFoundError):
                if not default_storage.delete_if_older(file.name, time.time() - DAY):
                    break  # somebody holds it now
                yield Surplus("file", file.name, file.size)
    for room in waiting_rooms():
        for file in room.overdue_elsewhere():
            default_storage.delete(file.name)
            yield Surplus("waiting file", file.name, file.size)


def dry_media():
    if is_bucket():
        for files in surplus_files(Held()):
            yield from (Surplus("file", file.name, file.size) for file in files)
        return
    top = Path(settings.MEDIA_ROOT)
    for paths in surplus_files(Held()):
        for path in paths:
            yield Surplus("file", str(path.relative_to(top)), path.stat().st_size)


class Held:
    """The names that entries and kept versions hold; a picture holds its variants."""

    def __init__(self):
        self.names = {*names_of_entries(), *names_in_versions(), *names_kept_apart()}
        self.stems = {stem_of(name) for name in self.names} - {None}

    def __contains__(self, name):
        return name in self.names or stem_of(name) in self.stems


def names_of_entries():
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                names = model._base_manager.order_by().values_list(field.attname, flat=True)
                yield from filter(None, names.distinct())


def names_in_versions():
    """All texts in versions that could be names: of kinds that are no more, too."""
    versions = Version.objects.order_by("pk").values_list("serialized_data", flat=True)
    for data in versions.iterator(chunk_size=500):
        yield from texts_in(data)


def names_kept_apart():
    """Those of corrections that are not online."""
    for texts in KeptApart.objects.values_list("rows", "base").iterator(chunk_size=100):
        for data in texts:
            yield from texts_in(data)


def texts_in(data):
    try:
        rows = [row["fields"].values() for row in json.loads(data)]
        texts = [text for row in rows for text in row if isinstance(text, str)]
    except (ValueError, TypeError, KeyError, AttributeError):  # whatever it is: hold on
        texts = TEXT.findall(data)
    return [text for text in texts if "/" in text and len(text) <= 200]


def surplus_files(held):
    """Lists of paths that belong together: a picture, first what entries name, and its variants."""
    together = defaultdict(list)
    for name, path in known_files():
        if name not in held:
            together[stem_of(name) or name].append(path)
    for paths in together.values():
        if all(is_old(path, DAY) for path in paths):
            yield sorted(paths, key=lambda path: (".w" in path.name, path.name))


def is_name_of_ours(name):
    return stem_of(name) or DOCUMENT.fullmatch(name)


def known_files():
    """(name, path) of all that bears a name of ours, in folders of ours."""
    top = Path(settings.MEDIA_ROOT)
    for folder in (Organisation.kind_slug, LIBRARY, *ALL_KINDS):
        if is_bucket():
            found = default_storage.listed(f"{folder}/")
            yield from ((one.name, one) for one in found if is_name_of_ours(one.name))
            continue
        for path in sorted(files_below(top / folder)):
            name = path.relative_to(top).as_posix()
            if is_name_of_ours(name):
                yield name, path


def take_away(path):
    """Whether it went: not if somebody has just stored the same content and holds on to it."""
    aside = path.with_name(ASIDE + path.name)
    path.rename(aside)
    if is_old(aside, DAY):
        aside.unlink()
        return True
    put_back(aside, path)
    return False


def put_back(aside, path):
    if path.exists():  # stored anew meanwhile, with the same content
        aside.unlink()
    else:
        aside.rename(path)


def left_aside():
    """Of a sweep that was killed between the two."""
    top = Path(settings.MEDIA_ROOT)
    for folder in (Organisation.kind_slug, LIBRARY, *ALL_KINDS):
        yield from list((top / folder).rglob(f"{ASIDE}*"))


def come_to_an_end(aside, held):
    path = aside.with_name(aside.name.removeprefix(ASIDE))
    is_held = path.relative_to(settings.MEDIA_ROOT).as_posix() in held
    if is_held or not is_old(aside, DAY):
        put_back(aside, path)
    else:
        aside.unlink()


def remove_empty_folders():
    """Those of documents, a day after what was in them went: somebody may be storing into one."""
    top = Path(settings.MEDIA_ROOT)
    for folder in ALL_KINDS:
        for path in (top / folder).glob("*/"):
            if not path.is_symlink() and is_old(path, DAY):
                with suppress(OSError):
                    path.rmdir()


# Versions


def versions(is_dry):
    """Revisions go that hold only versions beyond those that each entry keeps."""
    surplus = surplus_revisions()
    for start in range(0, len(surplus), PORTION):
        portion = Version.objects.filter(revision__in=surplus[start : start + PORTION])
        found = portion.aggregate(size=Sum(Length("serialized_data")))
        number = portion.count()
        if not is_dry:
            Revision.objects.filter(pk__in=surplus[start : start + PORTION]).delete()
        yield Surplus("old version", f"{number} of {len(surplus)} saves", found["size"] or 0)


def surplus_revisions():
    """Primary keys; the newest versions of each noun stay, and the first, deleted nouns' as well."""
    if settings.REVISIONS_KEPT < 1:
        return []
    nouns = history.content_types_of_nouns()
    rows = Version.objects.filter(content_type__in=nouns).order_by("-pk")
    counted, first, revisions = defaultdict(int), {}, {}
    for revision, *noun in rows.values_list("revision", "content_type", "object_id").iterator():
        noun = tuple(noun)
        counted[noun] += 1
        first[noun] = revision
        is_kept = counted[noun] <= settings.REVISIONS_KEPT
        revisions[revision] = revisions.get(revision, False) or is_kept
    firsts = set(first.values())
    return sorted(
        revision
        for revision, is_kept in revisions.items()
        if not is_kept and revision not in firsts
    )
