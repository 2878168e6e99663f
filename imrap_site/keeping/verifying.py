"""Whether a backup is whole, and one that this site can take: asked before anything is touched."""

import hashlib
import tempfile
from pathlib import Path

from django.conf import settings

from imrap_site.keeping import content
from imrap_site.keeping.archive import Archive
from imrap_site.keeping.manifest import DAMAGED, FOREIGN, MEDIA, NEWER
from imrap_site.keeping.refusals import Refused
from imrap_site.keeping.snapshot import Snapshot


def opened(path):
    """The Archive or Snapshot of a path; Refused for anything else."""
    try:
        if path.is_dir():
            return Snapshot(path)
        if not path.is_file():
            raise Refused(f"There is no backup at {path}.")
        return Archive(path)
    except OSError as problem:
        raise Refused(f"{path} can't be read: {problem.strerror}.") from None


def verify(backup, progress):
    """Refused unless everything in an opened backup is as it was written, and fits together."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=".verifying-") as folder:
        unpack(backup, backup.manifest.database, Path(folder, "database"), lambda number: None)
        check_content(backup, progress, Path(folder, "database"))


def check_content(backup, progress, database):
    """The same, where the copied database lies unpacked already."""
    backup.check_frame()
    for member in backup.manifest.members:
        check_member(backup, member, progress)
    engine = content.ENGINES[backup.manifest.engine]
    engine.check(database)
    held = {member.name.removeprefix(MEDIA) for member in backup.manifest.media}
    named = engine.file_names(database, content.file_columns())
    if lost := named - held - set(backup.manifest.missing):
        raise Refused(DAMAGED.format(f"it lacks {min(lost)}, which an entry names"))


def check_member(backup, member, progress):
    digest, size = hashlib.sha256(), 0
    for chunk in backup.chunks(member):
        digest.update(chunk)
        size += len(chunk)
        progress(len(chunk))
    if (digest.hexdigest(), size) != (member.sha256, member.size):
        raise Refused(DAMAGED.format(f"{member.name} is not as it was written"))


def unpack(backup, member, target, progress):
    """Write a member to a new file, checked on its way."""
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        for chunk in backup.chunks(member):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            progress(len(chunk))
    if (digest.hexdigest(), size) != (member.sha256, member.size):
        raise Refused(DAMAGED.format(f"{member.name} is not as it was written"))


def must_fit(manifest):
    """Refused where this version of the site, on its database, could not take it."""
    if manifest.engine != content.engine():
        raise Refused(
            FOREIGN.format(
                f"its database is of {manifest.engine}, this one's of {content.engine()}"
            )
        )
    if unknown := set(manifest.migrations) - content.known_migrations():
        raise Refused(NEWER.format(f"{manifest.version}, with {min(unknown)}"))
