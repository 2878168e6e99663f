"""One bit anywhere, and whatever a stranger can make of an archive: refused before it is unpacked."""

import errno
import hashlib
import io
import json
import os
import random
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from imrap_site.keeping import backing_up, content, switching
from imrap_site.keeping.archive import (
    END,
    LIST,
    SEAL,
    Archive,
    ArchiveWriter,
    head,
    open_regular,
    whole_entry,
)
from imrap_site.keeping.manifest import Manifest, Member, read_manifest, seal_of
from imrap_site.keeping.media import of_the_site
from imrap_site.keeping.refusals import Refused
from imrap_site.keeping.snapshot import Snapshot, SnapshotWriter
from imrap_site.keeping.verifying import opened, verify
from profiles.models import PaperFile


def no_progress(number):
    pass


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "packed").mkdir()
    return tmp_path / "packed"


@pytest.fixture
def database(folder):
    path = folder / "database"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE django_migrations (app)")
        made.execute("CREATE TABLE profiles_paperfile (file)")
        made.execute("INSERT INTO profiles_paperfile VALUES ('papers/0123456789abcdef/été.pdf')")
        made.commit()
    return path


def a_manifest(members, **more):
    facts = {"site": "s", "version": "0.1.0", "date": "2026-11-25T03:00:00+00:00"}
    return Manifest(
        **{**facts, "engine": "sqlite", "migrations": [], "missing": [], "members": members, **more}
    )


@pytest.fixture
def archive(folder, database):
    """A small one, with a name too long for an old tar."""
    (folder / "file").write_bytes(b"%PDF " + bytes(700))
    path = folder / "backup.tar"
    with path.open("wb") as file:
        writer = ArchiveWriter(file)
        names = {
            "READ-ME.txt": folder / "file",
            "database.sqlite3": database,
            "secret-key": folder / "file",
            "media/papers/0123456789abcdef/été.pdf": folder / "file",
            f"media/papers/0123456789abcdef/{'long-' * 30}.pdf": folder / "file",
        }
        writer.finish(a_manifest([writer.add(*one, no_progress) for one in names.items()]))
    return path


def verified(path):
    with opened(path) as backup:
        verify(backup, no_progress)
        return backup.manifest


def test_what_was_written_is_whole_and_any_tar_reads_it(archive):
    manifest = verified(archive)
    with tarfile.open(archive) as tar:
        assert tar.getnames() == [*(one.name for one in manifest.members), LIST, SEAL]


def test_one_bit_anywhere_is_refused(archive):
    whole, chance = archive.read_bytes(), random.Random(14)
    # Every kind of place: heads, the list, the seal, what fills up a block, the end.
    places = [0, 100, 148, 156, 257, 511, len(whole) - 1, len(whole) - 1024, len(whole) - 1100]
    places += [whole.index(b"%PDF") + 706, whole.index(b'"date"'), whole.index(b"SQLite")]
    places += [chance.randrange(len(whole)) for _number in range(300)]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        archive.write_bytes(changed)
        with pytest.raises(Refused):
            verified(archive)
    archive.write_bytes(whole)
    verified(archive)


def test_what_was_cut_or_goes_on_is_refused(archive):
    whole = archive.read_bytes()
    for content_ in (
        whole[:-1],
        whole[:-1024],
        whole[: len(whole) // 2],
        whole[:512],
        whole + b"\0",
    ):
        archive.write_bytes(content_)
        with pytest.raises(Refused, match="The backup is damaged"):
            verified(archive)


def sealed(archive, change):
    """The same archive with another list, as somebody makes it who knows how."""
    with Archive(archive) as known:
        manifest, end = known.manifest, known.end
    body = archive.read_bytes()[:end]
    listed = change(manifest) if callable(change) else change
    listed = listed if isinstance(listed, bytes) else listed.to_bytes()
    archive.write_bytes(body + whole_entry(LIST, listed) + whole_entry(SEAL, seal_of(listed)) + END)
    return archive


def with_member(manifest, **more):
    last = manifest.members[-1]
    return replace(manifest, members=[*manifest.members[:-1], replace(last, **more)])


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "media/../../etc/passwd",
        "media/./x",
        "media//x",
        "media/",
        "media",
        "media/a\0b",
        "manage.py",
        ".git/hooks/post-checkout",
        "media/papers/0123456789abcdef",
        "media/papers/0123456789abcdef/été.pdf",
        "READ-ME.txt",
        "media/" + 5000 * "x",
        "",
        7,
        None,
        ["media/x"],
    ],
)
def test_a_name_that_leads_elsewhere_or_stands_twice_is_refused(archive, name):
    sealed(archive, lambda manifest: with_member(manifest, name=name))
    with pytest.raises(Refused, match="damaged"):
        verified(archive)


@pytest.mark.parametrize(
    "change",
    [
        {"size": 10**15},
        {"size": -1},
        {"size": True},
        {"size": "705"},
        {"mtime_ns": -1},
        {"mtime_ns": 10**30},
        {"sha256": "0" * 63},
        {"sha256": None},
    ],
)
def test_a_size_or_time_that_can_not_be_is_refused(archive, change):
    sealed(archive, lambda manifest: with_member(manifest, **change))
    with pytest.raises(Refused):
        verified(archive)


@pytest.mark.parametrize(
    "listed",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"format": 1}',
        b'{"format": true, "members": []}',
        b"[" * 100_000,
        b'{"format": 1, "members": [{}]}',
        b'{"format": 1, "members": 5}',
        b"\xff\xfe",
    ],
)
def test_a_list_that_is_none_is_refused(archive, listed):
    with pytest.raises(Refused):
        verified(sealed(archive, listed))


@pytest.mark.parametrize(
    "facts",
    [
        {"engine": "oracle"},
        {"date": "yesterday"},
        {"date": "2026-11-25"},
        {"migrations": "profiles.0001"},
        {"migrations": [1]},
        {"missing": [None]},
        {"members": []},
        {"site": 1},
        {"extra": 1},
    ],
)
def test_facts_that_can_not_be_are_refused(facts):
    member = Member("READ-ME.txt", 0, 0, "0" * 64)
    database = Member("database.sqlite3", 0, 0, "0" * 64)
    known = json.loads(a_manifest([member, database]).to_bytes())
    assert read_manifest(json.dumps(known).encode()).members == [member, database]
    with pytest.raises(Refused, match="damaged"):
        read_manifest(json.dumps(known | facts).encode())


def test_a_newer_form_is_refused_by_its_own_sentence():
    with pytest.raises(Refused, match="made by a newer version of the site"):
        read_manifest(b'{"format": 2, "something": "else"}')


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_a_link_or_a_device_in_the_place_of_a_file_is_refused(archive, kind):
    with Archive(archive) as known:
        member, place = known.manifest.members[2], known.places["secret-key"]
    info = tarfile.TarInfo(member.name)
    info.size, info.mtime, info.mode = member.size, member.mtime_ns // 10**9, 0o600
    info.type, info.linkname = kind, "/etc/shadow"
    content_ = bytearray(archive.read_bytes())
    start = place - len(head(member.name, member.size, member.mtime_ns))
    content_[start:place] = info.tobuf(tarfile.USTAR_FORMAT)[:512]
    archive.write_bytes(content_)
    with pytest.raises(Refused, match="it changed around secret-key"):
        verified(archive)


def test_a_tar_of_links_is_none_of_ours(folder):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        link = tarfile.TarInfo("media/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(link)
    (folder / "links.tar").write_bytes(stream.getvalue())
    with pytest.raises(Refused, match="This is no backup of such a site"):
        verified(folder / "links.tar")


def test_a_database_that_is_none_is_refused_although_its_checksum_is_right(archive):
    whole = bytearray(archive.read_bytes())
    with Archive(archive) as known:
        member, place = known.manifest.database, known.places["database.sqlite3"]
    whole[place : place + member.size] = bytes(member.size)
    archive.write_bytes(whole)
    digest = hashlib.sha256(bytes(member.size)).hexdigest()
    sealed(
        archive,
        lambda manifest: replace(
            manifest,
            members=[
                replace(one, sha256=digest) if one == member else one for one in manifest.members
            ],
        ),
    )
    with pytest.raises(Refused, match="its database"):
        verified(archive)


def test_a_file_that_an_entry_names_and_nobody_packed_is_refused(archive, folder, database):
    with closing(sqlite3.connect(database)) as made:
        made.execute("INSERT INTO profiles_paperfile VALUES ('papers/lost.pdf')")
        made.commit()
    with archive.open("wb") as file:
        writer = ArchiveWriter(file)
        names = {"READ-ME.txt": folder / "file", "database.sqlite3": database}
        names["media/papers/0123456789abcdef/été.pdf"] = folder / "file"
        writer.finish(a_manifest([writer.add(*one, no_progress) for one in names.items()]))
    with pytest.raises(Refused, match=r"it lacks papers/lost\.pdf, which an entry names"):
        verified(archive)


def test_the_columns_of_files_are_those_of_every_model():
    columns = {f"{table}.{column}" for table, column in content.file_columns()}
    assert columns == {
        "profiles_organisation.logo",
        "profiles_librarypicture.file",
        "profiles_audiosummary.file",
        "profiles_paperfile.file",
        "profiles_paperfile.cover",
        "profiles_vacancy.file",
        "profiles_video.file",
        "profiles_video.captions",
        *(
            f"profiles_{kind}.image"
            for kind in ("programme", "mandate", "vacancy", "video", "paper")
        ),
    }
    assert PaperFile._meta.db_table == "profiles_paperfile"


# From one state to the other


def test_moves_that_stopped_anywhere_are_finished_by_a_second_run(tmp_path, monkeypatch):
    real = switching.move
    for stops_at in range(1, 7):
        var = tmp_path / str(stops_at)
        for name in ("db", "media", "new-db", "new-media"):
            (var / "restoring").mkdir(parents=True, exist_ok=True)
            (var / name).write_text(name)
        plan = {
            "away": [[str(var / name), str(var / "former" / name)] for name in ("db", "media")],
            "here": [[str(var / f"new-{name}"), str(var / name)] for name in ("db", "media")],
        }
        switching.write_plan(plan, var)
        made = []

        def move(source, target, made=made, stops_at=stops_at):
            made.append(source)
            if len(made) == stops_at:
                raise KeyboardInterrupt
            real(source, target)

        monkeypatch.setattr(switching, "move", move)
        try:
            switching.carry_out(var)
        except KeyboardInterrupt:
            assert switching.is_interrupted(var)
        switching.carry_out(var)
        switching.forget_plan(var)
        found = {
            path.relative_to(var).as_posix(): path.read_text()
            for path in var.rglob("*")
            if path.is_file()
        }
        assert found == {
            "db": "new-db", "media": "new-media", "former/db": "db", "former/media": "media"
        }  # fmt: skip


def test_moves_are_undone_where_the_database_refuses(tmp_path):
    (tmp_path / "restoring").mkdir()
    (tmp_path / "media").write_text("old")
    (tmp_path / "new").write_text("new")
    plan = {
        "away": [[str(tmp_path / "media"), str(tmp_path / "former")]],
        "here": [[str(tmp_path / "new"), str(tmp_path / "media")]],
    }
    switching.write_plan(plan, tmp_path)
    switching.carry_out(tmp_path)
    assert (tmp_path / "media").read_text() == "new"
    switching.undo(tmp_path)
    assert (tmp_path / "media").read_text() == "old"
    assert (tmp_path / "new").read_text() == "new"
    assert not switching.is_interrupted(tmp_path)


def test_names_and_times_as_no_program_should_write_them_come_through(folder, database):
    names = ["media/a\nb.pdf", "media/\udce9.pdf", "media/" + 200 * "long/" + "x", "media/ .pdf"]
    times = [(0, -5), (0, 2**34 * 10**9), (0, 1_000_000_007), (0, 0)]
    (folder / "file").write_bytes(b"%PDF")
    path = folder / "backup.tar"
    with path.open("wb") as file:
        writer = ArchiveWriter(file)
        members = [writer.add("READ-ME.txt", folder / "file", no_progress)]
        members.append(writer.add("database.sqlite3", database, no_progress))
        for name, moment in zip(names, times, strict=True):
            os.utime(folder / "file", ns=moment)
            members.append(writer.add(name, folder / "file", no_progress))
        writer.finish(a_manifest(members, missing=["papers/0123456789abcdef/été.pdf"]))
    assert [member.name for member in verified(path).media] == names


# Files that change, and disks that can't do everything


def writes_into(folder, previous=None):
    folder.mkdir()
    return SnapshotWriter(folder, previous)


def a_snapshot(folder, source, previous=None):
    writer = writes_into(folder, previous)
    names = {"READ-ME.txt": source, "database.sqlite3": source, "media/papers/a.pdf": source}
    writer.finish(a_manifest([writer.add(*one, no_progress) for one in names.items()]))
    return writer


def test_where_there_are_no_links_everything_is_copied(tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.write_bytes(b"content")
    a_snapshot(tmp_path / "1", source)
    previous = Snapshot(tmp_path / "1")
    assert a_snapshot(tmp_path / "2", source, previous).linked == 1

    def link(*_names, **_options):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    writer = a_snapshot(tmp_path / "3", source, previous)
    assert (writer.linked, writer.copied, writer.can_link) == (0, 1, False)
    assert (tmp_path / "3/media/papers/a.pdf").read_bytes() == b"content"


def test_what_changed_by_a_byte_or_a_moment_is_copied(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"content")
    a_snapshot(tmp_path / "1", source)
    os.utime(source, ns=(0, 1))
    assert a_snapshot(tmp_path / "2", source, Snapshot(tmp_path / "1")).linked == 0
    (tmp_path / "2/media/papers/a.pdf").write_bytes(b"torn")
    assert a_snapshot(tmp_path / "3", source, Snapshot(tmp_path / "2")).linked == 0
    (tmp_path / "3/media/papers/a.pdf").unlink()
    assert a_snapshot(tmp_path / "4", source, Snapshot(tmp_path / "3")).linked == 0
    assert (tmp_path / "4/media/papers/a.pdf").read_bytes() == b"content"


@pytest.mark.parametrize("kind", ["archive", "snapshot"])
def test_a_file_that_gets_shorter_meanwhile_leaves_no_trace(folder, kind, monkeypatch):
    source = folder / "source"
    source.write_bytes(b"content")
    real = os.fstat

    def longer(number):
        found = real(number)
        size = found.st_size + 5
        return SimpleNamespace(st_size=size, st_mode=found.st_mode, st_mtime_ns=found.st_mtime_ns)

    with (folder / "backup.tar").open("wb") as file:
        writer = ArchiveWriter(file) if kind == "archive" else writes_into(folder / "snapshot")
        monkeypatch.setattr(f"imrap_site.keeping.{kind}.os.fstat", longer)
        assert writer.add("media/papers/a.pdf", source, no_progress) is None
        monkeypatch.undo()
        assert writer.add("media/papers/a.pdf", source, no_progress).size == 7
        if kind == "archive":
            assert file.tell() == len(head("media/papers/a.pdf", 7)) + 512


def test_a_link_or_a_pipe_is_never_read(tmp_path):
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(OSError):
            open_regular(tmp_path / name)


@pytest.mark.on_a_folder("see test_bucket")
def test_a_file_that_is_stored_anew_at_that_moment_is_waited_for(media_folder, monkeypatch):
    media_folder.mkdir()
    monkeypatch.setattr(backing_up.time, "sleep", lambda _seconds: (media_folder / "a.pdf").touch())
    with_it = (writes_into(media_folder.parent / "snapshot"), media_folder.parent, no_progress)
    media = of_the_site()
    assert backing_up.copied_late(media, "a.pdf", *with_it).name == "media/a.pdf"
    monkeypatch.setattr(backing_up.time, "sleep", lambda _seconds: None)
    assert backing_up.copied_late(media, "b.pdf", *with_it) is None


def test_the_newest_is_named_where_there_are_no_links(tmp_path, monkeypatch):
    for name in ("2026-11-24-030000", "2026-11-25-030000"):
        backing_up.point_to(tmp_path / name)
        assert os.readlink(tmp_path / "latest") == name

    def symlink_to(*_names):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", symlink_to)
    backing_up.point_to(tmp_path / "2026-11-26-030000")
    assert (tmp_path / "latest").read_text() == "2026-11-26-030000\n"
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]
