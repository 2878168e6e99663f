"""A backup while the site is in use: `manage.py backup`.

The database comes first and the files after it. A file is stored before the entry that names it is
committed, and no file is swept meanwhile (`locks`), so what the copied database names is still
there when the files are read.
"""

import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from imrap_site.keeping import content, locks, sqlite
from imrap_site.keeping.archive import Archive, ArchiveWriter, begins_like
from imrap_site.keeping.manifest import DATABASES, ENV, KEY, MARKER, MEDIA, REACH, Manifest
from imrap_site.keeping.media import of_the_site
from imrap_site.keeping.refusals import Refused
from imrap_site.keeping.snapshot import Snapshot, SnapshotWriter, private
from imrap_site.keeping.verifying import check_content
from imrap_site.keeping.working import UNFINISHED, sync, unfinished

TRIES, PAUSE = 5, 0.2  # for a file that is just being stored anew under its name


def back_up_to_file(path, bar):
    """Write an archive and give its Manifest; the file has its name once it is known to be good."""
    must_be_outside_media(path.parent)
    with unfinished(path.parent) as folder:
        begun = folder / "backup.tar"
        with open(begun, "xb", opener=private) as file:
            writer = ArchiveWriter(file)
            writer.finish(fill(writer, folder, bar))
        with Archive(begun) as archive:
            check_content(archive, bar("Checking", archive.manifest.size).add, folder / "database")
            manifest = archive.manifest
        os.replace(begun, path)
        sync(path.parent)
    return manifest


def back_up_to_folder(folder, bar):
    """Lay a snapshot into a folder of its own in `folder`; gives (its path, the writer, the Manifest)."""
    must_be_outside_media(folder)
    with unfinished(folder) as scratch:
        begun, previous = scratch / "snapshot", latest_snapshot(folder)
        begun.mkdir(mode=0o700)
        writer = SnapshotWriter(begun, previous)
        manifest = fill(writer, scratch, bar)
        writer.finish(manifest)
        content.ENGINES[manifest.engine].check(scratch / "database")
        path = free_name(folder, "")
        os.sync()
        begun.rename(path)
        sync(folder)
    point_to(path)
    return path, writer, manifest


def fill(writer, scratch, bar):
    """Put everything through a writer, and give the Manifest."""
    engine, copied = content.engine(), scratch / "database"
    with locks.files_stay():
        moment, began = timezone.now(), time.time_ns()
        content.ENGINES[engine].copy(copied)
        named = content.ENGINES[engine].file_names(copied, content.file_columns())
        media = of_the_site()
        files = {
            name: found
            for name, found in media.files().items()
            # What nobody names yet and came after the database was copied belongs to a later backup.
            if name in named or found.mtime_ns < began
        }
        size = size_of(copied) + sum(found.size for found in files.values())
        progress = bar("Copying", size).add
        own = [added(writer, *one, progress) for one in own_files(scratch, copied, engine)]
        if None in own:
            raise Refused("The key or .env changed at this moment: try again.")
        kept = [media.copy(name, writer, scratch, progress) for name in files]
        late = named - names_of(kept)
        kept += [copied_late(media, name, writer, scratch, progress) for name in sorted(late)]
    members = [member for member in [*own, *kept] if member]
    return Manifest(
        site=content.site(),
        version=content.version(),
        date=moment.isoformat(),
        engine=engine,
        migrations=content.applied_migrations(),
        missing=sorted(named - names_of(kept)),
        members=members,
    )


def own_files(scratch, copied, engine):
    """(name, path) of all but the media."""
    marker, key = scratch / "marker", settings.VAR_DIR / "secret-key"
    write(marker, content.marker())
    yield MARKER, marker
    yield DATABASES[engine], copied
    if not key.exists() or key.read_text().strip() != settings.SECRET_KEY:
        key = scratch / "key"
        write(key, settings.SECRET_KEY.encode())
    yield KEY, key
    if (settings.BASE_DIR / ".env").exists():
        yield ENV, (settings.BASE_DIR / ".env").resolve()
    if engine == "sqlite" and (reach := copied_reach(scratch)):
        yield REACH, reach


def copied_reach(scratch):
    """What is counted; None where there is none. One that is broken keeps no content from its backup."""
    live, copied = settings.VAR_DIR / REACH, scratch / "reach"
    with suppress(Refused):
        if live.exists():
            sqlite.copy(copied, live)
            return copied
    return None


def write(path, text):
    path.write_bytes(text)
    os.utime(path, (0, 0))


def added(writer, name, path, progress):
    """The Member; None where the file went meanwhile."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return writer.add(name, path, progress)
    return None


def names_of(media):
    return {member.name.removeprefix(MEDIA) for member in media if member}


def size_of(path):
    with suppress(OSError):
        return path.lstat().st_size
    return 0


def copied_late(media, name, writer, scratch, progress):
    """A file that an entry names and that was not there a moment ago; None if it stays away."""
    for _try in range(TRIES):
        if member := media.copy(name, writer, scratch, progress):
            return member
        time.sleep(PAUSE)
    return None


# Names and places


def free_name(folder, ending):
    """`<date>-<time>`, and a number where two are made in a second."""
    stem = timezone.localtime().strftime("%Y-%m-%d-%H%M%S")
    for number in range(1, 1000):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{ending}"
        if not os.path.lexists(path):
            return path
    raise Refused(f"There is no free name for a backup in {folder}.")


def must_be_outside_media(folder):
    if folder.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise Refused("A backup inside media/ would hold itself: choose another place.")


# Those that are there


def archives(folder):
    """Paths of this site's archives, the oldest first."""
    marker = content.marker()
    found = [path for path in folder.glob("*.tar") if begins_like(path, marker)]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def snapshots(folder):
    """This site's whole snapshots, the oldest first."""
    found = []
    for path in folder.glob("????-??-??-??????*"):
        if path.is_dir() and not path.is_symlink():
            with suppress(Refused, OSError):
                found.append(Snapshot(path))
    own = [snapshot for snapshot in found if snapshot.manifest.site == content.site()]
    return sorted(own, key=lambda snapshot: snapshot.manifest.moment)


def latest_snapshot(folder):
    return next(reversed(snapshots(folder)), None)


def keep_newest(number, folder, is_folder):
    """Take older backups of this site away; gives their names."""
    known = [one.path for one in snapshots(folder)] if is_folder else archives(folder)
    surplus = known[:-number]
    for path in surplus:
        remove(path)
    return [path.name for path in surplus]


def remove(path):
    """What is only half removed must not look like a backup."""
    if path.is_dir():
        going = path.with_name(f"{UNFINISHED}{path.name}")
        path.rename(going)
        shutil.rmtree(going, ignore_errors=True)
    else:
        path.unlink()


def point_to(path):
    """`latest` beside it leads to it: a link, or its name in a file where there are no links."""
    pointer = path.with_name("latest")
    new = path.with_name(f".latest-{secrets.token_hex(4)}")
    try:
        new.symlink_to(path.name)
    except OSError:
        new.write_text(f"{path.name}\n")
    os.replace(new, pointer)
