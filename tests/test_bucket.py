"""Files on a real S3 server: read in parts, held on to, swept, backed up and brought back."""

import io
import os
import subprocess
import sys
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from imrap_site.bucket.storage import BucketStorage
from imrap_site.keeping.sweeping import sweep
from imrap_site.places import bucket_options
from profiles.files import storing
from profiles.files.waiting import WaitingRoom, uploads
from profiles.models import PaperFile
from tests import topology
from tests.builders import a_clone, a_free_port, a_pdf, environment

pytestmark = pytest.mark.server
NAME = "papers/0123456789abcdef/rapport.pdf"


@pytest.fixture(scope="module")
def server():
    if name := topology.lacking():
        pytest.skip(f"{name} is not installed")
    with topology.folder() as folder:
        part = topology.s3_server(folder / "s3")
        with topology.started(folder, part):
            yield part


@pytest.fixture
def bucket(server, settings):
    """The site's files lie in it; empty."""
    options = bucket_options(server.url)
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "imrap_site.bucket.storage.BucketStorage",
            "OPTIONS": options,
        }
    }
    for file in list(default_storage.listed()):
        default_storage.delete(file.name)
    return default_storage


def test_what_is_stored_is_read_back_in_whole_and_in_parts(bucket):
    content = os.urandom(700_000)
    assert bucket.save(NAME, ContentFile(content)) == NAME
    assert bucket.size(NAME) == 700_000
    with bucket.open(NAME) as file:
        assert file.size == 700_000
        assert file.read() == content
        file.seek(600_000)
        assert file.read(10) == content[600_000:600_010]
        assert file.seek(-5, os.SEEK_END) == 699_995
        assert file.read() == content[-5:]
    with file.open() as again:
        assert again.read(5) == content[:5]
    assert bucket.url(NAME) == f"/media/{NAME}"


def test_a_file_that_is_not_there_is_missing_as_on_a_disk(bucket):
    assert not bucket.exists(NAME)
    assert not storing.hold_on_to(bucket, NAME)
    for ask in (bucket.open, bucket.size, bucket.get_modified_time):
        with pytest.raises(FileNotFoundError):
            ask(NAME)
    bucket.delete(NAME)


def test_what_fails_at_the_server_is_what_a_disk_says(server):
    nobody = f"s3+http://key:secret@127.0.0.1:{a_free_port()}/files"
    for url in (nobody, server.url + "-elsewhere"):
        storage = BucketStorage(**bucket_options(url))
        with pytest.raises(OSError) as failure:
            storage.save(NAME, ContentFile(b"La paix"))
        assert "secret" not in str(failure.value)
    storage = BucketStorage(**bucket_options(nobody))
    for ask in (storage.exists, storage.open, storage.size, storage.delete):
        with pytest.raises(OSError):
            ask(NAME)


def test_who_holds_on_to_a_file_makes_it_new(bucket, db):
    bucket.save(NAME, ContentFile(b"La paix"))
    before = bucket.get_modified_time(NAME)
    time.sleep(1.1)
    assert storing.hold_on_to(bucket, NAME)
    assert bucket.get_modified_time(NAME) > before
    assert bucket.open(NAME).read() == b"La paix"


def test_a_sweep_takes_what_nobody_holds_for_a_day(bucket, add_paper, monkeypatch):
    paper = add_paper()
    held = PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(b"(un) Tj"), "un.pdf"))
    bucket.save(NAME, ContentFile(b"verwaist"))
    bucket.save("somebody/else.txt", ContentFile(b"not ours"))
    assert [one for one in sweep() if one.what == "file"] == []
    tomorrow = time.time() + 25 * 3600
    monkeypatch.setattr("imrap_site.keeping.sweeping.time.time", lambda: tomorrow)
    assert [one.name for one in sweep(is_dry=True) if one.what == "file"] == [NAME]
    assert bucket.exists(NAME)
    assert [one.name for one in sweep() if one.what == "file"] == [NAME]
    assert not bucket.exists(NAME)
    assert bucket.exists(held.file.name)
    assert bucket.exists("somebody/else.txt")


def test_a_sweep_leaves_what_somebody_holds_on_to_at_that_moment(bucket, db):
    bucket.save(NAME, ContentFile(b"La paix"))
    moment = time.time() - 1
    storing.hold_on_to(bucket, NAME)
    assert not bucket.delete_if_older(NAME, moment)
    assert bucket.exists(NAME)


def test_a_waiting_file_is_found_by_another_host(bucket, settings, tmp_path):
    token = uploads().keep(7, io.BytesIO(b"une feuille"), "feuille")
    settings.VAR_DIR = tmp_path / "var of another host"
    assert uploads().path_of(token).read_bytes() == b"une feuille"
    assert uploads().path_of("7.another") is None
    assert uploads().path_of("../7.feuille") is None
    uploads().drop(token)
    settings.VAR_DIR = tmp_path / "a third"
    assert uploads().path_of(token) is None
    assert list(bucket.listed()) == []


def test_what_nobody_came_back_for_goes_from_the_server_too(bucket, db, monkeypatch):
    uploads().keep(7, io.BytesIO(b"une feuille"), "feuille")
    tomorrow = time.time() + 25 * 3600
    for module in ("profiles.files.waiting", "imrap_site.keeping.sweeping"):
        monkeypatch.setattr(f"{module}.time.time", lambda: tomorrow)
    assert "waiting file" in [one.what for one in sweep()]
    assert list(bucket.listed()) == []


def test_nobody_reads_a_waiting_file_by_its_address(bucket, client, db):
    room = WaitingRoom("uploads", 5, 5, 10**6, 10**6)
    token = room.keep(7, io.BytesIO(a_pdf(b"(un) Tj")), "rapport")
    assert client.get(f"/media/.waiting/uploads/{token}").status_code == 404
    assert client.get(f"/media/.waiting/uploads/{token}.pdf").status_code == 404


# Backups


def manage(clone, url, *words, folder):
    variables = environment(
        SECRET_KEY=60 * "x",
        MEDIA_URL=url,
        DATABASE_URL=f"sqlite:///{folder}/site.db",
    )
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=clone,
        env=variables,
        capture_output=True,
        text=True,
    )


STORE = """
from django.core.files.base import ContentFile
from profiles.models import Organisation, Paper, PaperFile
from tests.builders import a_pdf
for number in range(3):
    paper = Paper.objects.create(organisation=Organisation.objects.get(), title_fr=f"Paix {number}")
    PaperFile.objects.create(
        paper=paper, file=ContentFile(a_pdf(b"(%d) Tj" % number), f"paix-{number}.pdf"))
"""


@pytest.mark.parametrize("how", ["archive", "folder"])
def test_files_of_a_bucket_are_backed_up_and_come_back_into_an_empty_one(server, tmp_path, how):
    clone = a_clone(tmp_path / "site")
    buckets = [f"{how}-{number}" for number in ("before", "after")]
    for name in buckets:
        server.client.create_bucket(Bucket=name)
    before, after = (server.url.rpartition("/")[0] + f"/{name}" for name in buckets)
    for words in (["migrate"], ["seed"], ["shell", "-c", STORE]):
        done = manage(clone, before, *words, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    stored = {file.name: file.size for file in BucketStorage(**bucket_options(before)).listed()}
    backup = tmp_path / "backups"
    where = [str(tmp_path / "one.tar")] if how == "archive" else ["--folder", str(backup)]
    assert len(stored) >= 3
    for _time in range(1 if how == "archive" else 2):
        done = manage(clone, before, "backup", *where, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    if how == "folder":
        assert f"{len(stored)} files unchanged, 0 copied." in done.stdout.replace(",  ", ", ")
    made = tmp_path / "one.tar" if how == "archive" else sorted(backup.glob("2*"))[-1]
    assert manage(clone, before, "verify_backup", str(made), folder=tmp_path).returncode == 0
    (tmp_path / "site.db").unlink()
    done = manage(clone, after, "restore", str(made), "--yes", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    there = {file.name: file.size for file in BucketStorage(**bucket_options(after)).listed()}
    assert there == stored
