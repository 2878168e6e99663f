"""The list of what a backup holds: written last, believed of nobody."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from imrap_site.keeping.refusals import Refused

FORMAT = 1
MARKER = "READ-ME.txt"
KEY, ENV, MEDIA = "secret-key", ".env", "media/"
REACH = "reach.sqlite3"  # beside SQLite; a dump of PostgreSQL holds it
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FOREIGN = "This is no backup of such a site: {}."
DAMAGED = "The backup is damaged: {}."
NEWER = "The backup was made by a newer version of the site ({}): upgrade this one first."
LATEST_TIME = 2**33  # seconds: what the head of a tar file can say


@dataclass(frozen=True)
class Member:
    name: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    site: str  # the same for all backups of one site
    version: str
    date: str
    engine: str
    migrations: list
    missing: list  # files that entries named and that were not there
    members: list
    format: int = FORMAT

    def to_bytes(self):
        return json.dumps(asdict(self), indent=1).encode()

    @property
    def moment(self):
        return datetime.fromisoformat(self.date)

    @property
    def size(self):
        """Bytes in all contents."""
        return sum(member.size for member in self.members)

    @property
    def database(self):
        return next(one for one in self.members if one.name == DATABASES[self.engine])

    @property
    def media(self):
        return [one for one in self.members if one.name.startswith(MEDIA)]

    def member(self, name):
        return next((one for one in self.members if one.name == name), None)


def read_manifest(content):
    """The Manifest in some bytes; Refused where anything of it could not be ours."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused(DAMAGED.format("its list can't be read")) from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise Refused(DAMAGED.format("its list can't be read"))
    if found["format"] > FORMAT:
        raise Refused(NEWER.format(f"format {found['format']}"))
    try:
        members = [Member(**member) for member in found.pop("members")]
        manifest = Manifest(**found, members=members)
        check_texts(manifest)
        check_members(manifest)
    except (TypeError, KeyError, ValueError) as problem:
        raise Refused(DAMAGED.format(f"its list says what can't be ({problem})")) from None
    return manifest


def check_texts(manifest):
    kinds = {field.name: field.type for field in fields(Manifest)}
    for name, kind in kinds.items():
        must(isinstance(getattr(manifest, name), kind), name)
    must(manifest.engine in DATABASES, "the database")
    must(manifest.moment.tzinfo is not None, "the date")
    for text in (*manifest.migrations, *manifest.missing):
        must(isinstance(text, str), "names")


def check_members(manifest):
    names = [member.name for member in manifest.members]
    must(all(isinstance(name, str) for name in names), "names")
    must(len(set(names)) == len(names), "a name that stands twice")
    known = {MARKER, DATABASES[manifest.engine], KEY, ENV, REACH}
    for member in manifest.members:
        must(member.name in known or is_safe(member.name), f"the name {member.name[:200]!r}")
        must(is_whole(member.size) and is_whole(member.mtime_ns), "a size or a time")
        must(member.mtime_ns < LATEST_TIME * 10**9, "a time")
        must(re.fullmatch(r"[0-9a-f]{64}", member.sha256), "a checksum")
    must({MARKER, DATABASES[manifest.engine]} <= set(names), "no database")
    folders = {parent for name in names for parent in parents(name)}
    must(not folders & set(names), "a file that is a folder too")


def is_safe(name):
    """Whether it stays inside media/, whoever unpacks it."""
    parts = name.split("/")
    is_below = len(parts) > 1 and parts[0] == MEDIA[:-1] and not {"", ".", ".."} & set(parts)
    return is_below and "\0" not in name and len(name) < 4_096


def parents(name):
    return [name[:place] for place, sign in enumerate(name) if sign == "/"]


def is_whole(number):
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0


def must(is_so, what):
    if not is_so:
        raise ValueError(what)


def seal_of(content):
    """What stands behind the list and says that the list is whole."""
    return f"{hashlib.sha256(content).hexdigest()}  manifest.json {len(content):>20}\n".encode()
