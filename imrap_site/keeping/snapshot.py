"""A backup as a folder, in which what has not changed is a hard link into the one before."""

import errno
import os
from contextlib import suppress

from imrap_site.keeping.archive import CHUNK, LIST, LONGEST_LIST, SEAL, copy, open_regular, time_of
from imrap_site.keeping.manifest import DAMAGED, FOREIGN, MEDIA, Member, read_manifest, seal_of
from imrap_site.keeping.refusals import Refused

CANNOT_LINK = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EACCES}


class SnapshotWriter:
    """Puts members into a folder of its own; `previous` is a Snapshot or None."""

    def __init__(self, folder, previous):
        self.folder, self.previous = folder, previous
        known = previous.manifest.media if previous else []
        self.known = {(one.name, one.size, one.mtime_ns): one for one in known}
        self.linked, self.copied, self.can_link = 0, 0, True

    def add(self, name, path, progress):
        """The Member; None if the file went or changed meanwhile, and nothing of it is kept."""
        with open_regular(path) as source:
            found = os.fstat(source.fileno())
            size, mtime_ns = found.st_size, time_of(found)
            if same := self.again(name, size, mtime_ns, progress):
                return same
            return self.copy(name, source, size, mtime_ns, progress)

    def again(self, name, size, mtime_ns, progress):
        """The Member, if the former snapshot has the same, whose file is this one's too then."""
        same = self.known.get((name, size, mtime_ns))
        if same is None or not self.link(same, self.target(name)):
            return None
        progress(size)
        return same

    def target(self, name):
        target = self.folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return target

    def link(self, member, target):
        """Whether the former snapshot's file is this one's too."""
        former = self.previous.folder / member.name
        try:
            if not self.can_link or former.lstat().st_size != member.size:
                return False
            os.link(former, target, follow_symlinks=False)
        except OSError as problem:
            if problem.errno in CANNOT_LINK:
                self.can_link = False
            elif problem.errno != errno.ENOENT:
                raise
            return False
        self.linked += 1
        return True

    def copy(self, name, source, size, mtime_ns, progress):
        target = self.target(name)
        with open(target, "xb", opener=private) as file:
            digest, copied = copy(source, file, size, progress)
            file.flush()
            os.fsync(file.fileno())
        if copied != size:
            target.unlink()
            return None
        os.utime(target, ns=(mtime_ns, mtime_ns))
        self.copied += name.startswith(MEDIA)
        return Member(name, size, mtime_ns, digest)

    def finish(self, manifest):
        content = manifest.to_bytes()
        for name, text in ((LIST, content), (SEAL, seal_of(content))):
            with open(self.folder / name, "xb", opener=private) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())


def private(path, flags):
    return os.open(path, flags, 0o600)


class Snapshot:
    """A backup in a folder: its `manifest`, and the `chunks` of each member."""

    def __init__(self, folder):
        self.folder = self.path = folder
        self.manifest = read_manifest(self.read_list())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def read_list(self):
        try:
            with open_regular(self.folder / LIST) as file:
                content = file.read(LONGEST_LIST)
        except FileNotFoundError:
            raise Refused(FOREIGN.format(f"the folder has no {LIST}")) from None
        with suppress(OSError), open_regular(self.folder / SEAL) as file:
            if file.read(1_000) == seal_of(content):
                return content
        raise Refused(DAMAGED.format(f"{LIST} is not the one that was written"))

    def check_frame(self):
        known = {member.name for member in self.manifest.members} | {LIST, SEAL}
        for path in self.folder.rglob("*"):
            if path.is_symlink() or not path.is_dir():
                name = path.relative_to(self.folder).as_posix()
                if name not in known:
                    raise Refused(DAMAGED.format(f"it holds {name}, which its list does not name"))

    def chunks(self, member):
        left = member.size + 1  # one more would show that it is longer
        with suppress(FileNotFoundError), open_regular(self.folder / member.name) as file:
            while left and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
