"""The sweep takes away what nobody holds, and nothing that anybody could still ask for."""

import fcntl
import io
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from reversion.models import Revision, Version

from imrap_site.accounts import session_files
from imrap_site.accounts.sessions import SessionStore, place
from imrap_site.keeping import quietly, sweeping
from imrap_site.keeping.locks import LOCK
from imrap_site.keeping.parts import is_bucket
from profiles.editing import history
from profiles.editing.spreadsheets.waiting import SHEETS
from profiles.models import LibraryPicture, Paper, PaperFile, PictureUse, Programme, Video
from tests.builders import VTT, a_file, a_pdf, a_recording, kept_photograph

LONG_AGO = time.time() - 2 * 24 * 3600


def grow_old(folder, seconds=2 * 24 * 3600):
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - seconds,) * 2)


def names_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def kept():
    """{name: size} of the files of entries."""
    if is_bucket():
        return {file.name: file.size for file in default_storage.listed()}
    top = settings.MEDIA_ROOT
    return {name: (top / name).stat().st_size for name in names_in(top)}


@pytest.fixture
def two_days_pass(media_folder, monkeypatch):
    """For the files of entries; an S3 server says itself when one came, so the sweep's clock goes on."""

    def two_days_pass():
        later = time.time() + 2 * 24 * 3600
        if is_bucket():
            monkeypatch.setattr("imrap_site.keeping.sweeping.time.time", lambda: later)
        else:
            grow_old(media_folder)

    return two_days_pass


def swept(**options):
    return [surplus.name for surplus in sweeping.sweep(**options) if surplus.what == "file"]


@pytest.fixture
def one_of_everything(imrap, add_paper, two_days_pass):
    """A file in each place that can hold one."""
    imrap.logo = kept_photograph((320, 200))
    imrap.save()
    paper = add_paper(image=kept_photograph((400, 300)))
    a_file(paper)
    film = Video.objects.create(
        title_fr="Film", organisation=imrap, captions=ContentFile(VTT, "sous-titres.vtt")
    )
    a_recording(film)
    a_recording(imrap)
    two_days_pass()
    return set(kept())


def test_what_an_entry_holds_stays_with_its_variants(one_of_everything):
    assert {name.partition("/")[0] for name in one_of_everything} == {
        "organisation", "papers", "videos"
    }  # fmt: skip
    assert any(".w320.avif" in name for name in one_of_everything)
    assert swept() == []
    assert set(kept()) == one_of_everything


def test_what_nobody_holds_goes_with_its_variants(one_of_everything, imrap):
    others = {name for name in one_of_everything if not name.startswith("papers/")}
    Paper.objects.all().delete()
    LibraryPicture.objects.filter(uses=None).delete()
    assert set(swept(is_dry=True)) == one_of_everything - others
    assert set(kept()) == one_of_everything
    assert set(swept()) == one_of_everything - others
    assert set(kept()) == others
    assert swept() == []


def test_what_a_kept_version_holds_stays(add_paper, two_days_pass, staff):
    paper = add_paper(image=kept_photograph((400, 300)))
    a_file(paper)
    history.keep_last([paper], staff)
    paper.delete()
    two_days_pass()
    before = set(kept())
    assert len(before) > 3
    assert swept() == []
    version = history.deleted(Paper).get()
    restored = history.restore(version, staff)
    with restored.files.get().file.open() as file:
        assert file.read().startswith(b"%PDF")
    assert set(kept()) == before


def test_a_picture_stays_in_the_library_until_it_is_taken_out_there(add_paper, two_days_pass):
    paper = add_paper(image=kept_photograph((400, 300)))
    name = paper.image.name
    paper.delete()
    two_days_pass()
    assert swept() == []
    LibraryPicture.objects.get(file=name).delete()
    assert name in swept()
    assert set(kept()) == set()


def test_a_version_that_nobody_can_read_holds_on_all_the_same(add_paper, two_days_pass, staff):
    paper = add_paper(image=kept_photograph((400, 300)))
    name = paper.image.name
    history.keep_last([paper], staff)
    paper.delete()
    LibraryPicture.objects.all().delete()
    Version.objects.update(serialized_data=f'[{{"model": "profiles.gone", "x": "{name}", broken')
    two_days_pass()
    assert swept() == []
    Version.objects.update(serialized_data='[{"model": "profiles.gone", "fields": null}]')
    assert name in swept()


def test_a_picture_goes_once_the_library_its_history_and_all_entries_let_it_go(
    add_paper, two_days_pass, staff
):
    stored = LibraryPicture.objects.create(file=kept_photograph((400, 300)))
    names = set(kept())
    assert all(name.startswith("pictures/") for name in names)
    assert len(names) > 4
    text = f'<figure data-picture="{stored.pk}"><figcaption></figcaption></figure>'
    paper = add_paper(image=stored.file.name, body_fr=text)
    two_days_pass()
    assert swept() == []
    history.keep_last([stored], staff)
    paper.delete()
    stored.delete()
    assert swept() == []
    Version.objects.all().delete()
    assert set(swept()) == names


def test_an_upload_before_its_commit_stays(two_days_pass, add_paper):
    paper = add_paper()
    file = a_file(paper)
    stored = file.file.name
    PaperFile.objects.all().delete()
    assert swept() == []
    assert stored in set(kept())
    two_days_pass()
    assert stored in swept()


@pytest.mark.parametrize("is_picture", [True, False])
@pytest.mark.on_a_folder("see test_bucket")
def test_the_same_content_uploaded_again_makes_its_file_new(add_paper, media_folder, is_picture):
    paper = add_paper(image=kept_photograph((400, 300)))
    a_file(paper)
    PaperFile.objects.all().delete()
    Paper.objects.update(image="")
    PictureUse.objects.all().delete()
    LibraryPicture.objects.all().delete()
    grow_old(media_folder)
    if is_picture:
        Paper(title_fr="Autre").image.save("IMG.jpg", kept_photograph((400, 300)), save=False)
    else:
        PaperFile(paper=paper).file.save(
            "rapport.pdf", ContentFile(a_pdf(b"(mots) Tj")), save=False
        )
    swept()
    left = names_in(media_folder)
    assert any(name.endswith("400x300.jpg") for name in left) is is_picture
    assert any(name.endswith("rapport.pdf") for name in left) is not is_picture


@pytest.mark.on_a_folder("see test_bucket")
def test_a_file_that_somebody_takes_at_the_last_moment_comes_back(
    add_paper, media_folder, monkeypatch
):
    file = a_file(add_paper())
    path, real = media_folder / file.file.name, Path.rename
    PaperFile.objects.all().delete()
    grow_old(media_folder)

    def rename(self, target):
        os.utime(self)  # somebody stores the same content, and finds it
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    assert str(path.relative_to(media_folder)) not in swept()
    assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.on_a_folder("see test_bucket")
def test_what_it_does_not_know_stays(imrap, media_folder, tmp_path):
    outside = tmp_path / "outside"
    (outside / "0123456789abcdef").mkdir(parents=True)
    (outside / "0123456789abcdef/secret.pdf").write_bytes(b"outside")
    (media_folder / "papers/0123456789abcdef").mkdir(parents=True)
    strangers = [
        media_folder / "papers/notes.txt",
        media_folder / "papers/0123456789abcdef.pdf",
        media_folder / "papers/0123456789abcdef/.hidden.pdf",
        media_folder / "somebody/0123456789abcdef/rapport.pdf",
        media_folder / "0123456789abcdef-400x300.jpg",
        media_folder / ".before-restore-1/papers/0123456789abcdef/rapport.pdf",
    ]
    for path in strangers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"somebody's")
    (media_folder / "papers/fedcba9876543210").symlink_to(outside / "0123456789abcdef")
    (media_folder / "videos").symlink_to(outside)
    (media_folder / "papers/0123456789abcdef/link.pdf").symlink_to(strangers[0])
    for path in media_folder.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    before = names_in(media_folder)
    assert swept() == []
    assert names_in(media_folder) == before
    assert (outside / "0123456789abcdef/secret.pdf").exists()


@pytest.mark.on_a_folder("see test_bucket")
def test_a_sweep_that_was_killed_between_is_brought_to_an_end(add_paper, media_folder):
    held, lost = a_file(add_paper()), a_file(add_paper("Deux"), language="en")
    other = ContentFile(a_pdf(b"(autres mots) Tj"), "autre.pdf")
    lost = PaperFile.objects.create(paper=lost.paper, file=other)
    paths = [Path(held.file.path), Path(lost.file.path)]
    for path in paths:
        path.rename(path.with_name(f".swept-{path.name}"))
    lost.delete()
    grow_old(media_folder)
    swept()
    assert [path.exists() for path in paths] == [True, False]
    assert [name for name in names_in(media_folder) if ".swept-" in name] == []


@pytest.mark.on_a_folder("see test_bucket")
def test_an_empty_folder_goes_a_day_later(add_paper, media_folder):
    file = a_file(add_paper())
    folder = Path(file.file.path).parent
    PaperFile.objects.all().delete()
    grow_old(media_folder)
    swept()
    assert folder.exists()
    grow_old(media_folder)
    swept()
    assert not folder.exists()


# Versions


@pytest.fixture
def saved(settings, add_paper, staff):
    """A paper with 8 versions, of which 3 are kept."""
    settings.REVISIONS_KEPT = 3
    paper = add_paper()
    for number in range(8):
        with history.revision(staff):
            paper.title_fr = f"Titre {number}"
            paper.save()
    return paper


def titles(paper_key):
    return [version.field_dict["title_fr"] for version in history.versions_of(Paper, paper_key)]


def test_the_newest_versions_stay_and_the_first(saved):
    list(sweeping.sweep(is_dry=True))
    assert len(titles(saved.pk)) == 8
    list(sweeping.sweep())
    assert titles(saved.pk) == ["Titre 7", "Titre 6", "Titre 5", "Titre 0"]
    assert Revision.objects.count() == 4


def test_a_revision_stays_for_the_sake_of_one_of_its_entries(saved, staff):
    quiet = Programme.objects.create(title_fr="Programme", organisation=saved.organisation)
    with history.revision(staff):
        saved.title_fr = "Ensemble"
        saved.save()
        quiet.save()
    for number in range(5):
        with history.revision(staff):
            saved.title_fr = f"Suite {number}"
            saved.save()
    list(sweeping.sweep())
    assert titles(saved.pk) == ["Suite 4", "Suite 3", "Suite 2", "Ensemble", "Titre 0"]
    assert history.versions_of(Programme, quiet.pk).count() == 1


def test_a_deleted_entry_can_be_brought_back_however_long_ago(saved, staff):
    history.keep_last([saved], staff)
    saved.delete()
    list(sweeping.sweep())
    assert history.restore(history.deleted(Paper).get(), staff).title_fr == "Titre 7"


def test_the_file_of_a_version_that_goes_stays_until_the_next_sweep(saved, staff, two_days_pass):
    first = saved.pk
    paper = Paper.objects.create(title_fr="Autre", organisation=saved.organisation)
    with history.revision(staff):
        paper.save()
    with history.revision(staff):
        file = a_file(paper)
        paper.save()
    for number in range(5):
        with history.revision(staff):
            if not number:
                file.delete()
            paper.title_fr = f"Sans fichier {number}"
            paper.save()
    two_days_pass()
    assert swept() == []
    assert any(name.endswith(".pdf") for name in swept())
    assert len(titles(first)) == 4


# In var/


def test_what_waited_or_was_drawn_too_long_goes(db, var_folder):
    token = SHEETS.keep(1, io.BytesIO(b"feuille"))
    old, new = var_folder / "cards/papers-1/old.jpg", var_folder / "cards/papers-2/new.jpg"
    for path in (old, new, var_folder / "icons/old.png", var_folder / "cards/papers-2/.tmpx"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")
    for name in ("before-restore-2026-01-01", "somebody"):
        (var_folder / name).mkdir()
        (var_folder / name / "x.jpg").write_bytes(b"kept")
    grow_old(var_folder, 100 * 24 * 3600)
    os.utime(new)
    young = SHEETS.keep(1, io.BytesIO(b"feuille"))
    list(sweeping.sweep(is_dry=True))
    assert old.exists()
    names = {surplus.name for surplus in sweeping.sweep()}
    assert names == {"cards/papers-1/old.jpg", "icons/old.png", "cards/papers-2/.tmpx"}
    assert names_in(var_folder) == {
        "cards/papers-2/new.jpg", "before-restore-2026-01-01/x.jpg", "somebody/x.jpg",
        f"sheets/{young}", LOCK,
    }  # fmt: skip
    assert token != young


def test_expired_sessions_go(db):
    living, expired = SessionStore(), SessionStore()
    for session in (living, expired):
        session["_auth_user_id"] = "1"
        session.save()
    if place() is session_files:
        os.utime(session_files.file_of(expired.session_key), (LONG_AGO, LONG_AGO))
    else:
        long_ago = {"expire_date": datetime.fromtimestamp(LONG_AGO, UTC)}
        Session.objects.filter(session_key=expired.session_key).update(**long_ago)
    found = [surplus for surplus in sweeping.sweep() if surplus.what == "expired session"]
    assert len(found) == 1
    assert living.exists(living.session_key)
    assert SessionStore(living.session_key)["_auth_user_id"] == "1"
    assert not expired.exists(expired.session_key)


# The command, and the quiet one


def test_it_says_what_went_and_how_much(add_paper, two_days_pass, capsys):
    file = a_file(add_paper())
    size = file.size
    PaperFile.objects.all().delete()
    two_days_pass()
    number, total = len(kept()), sum(kept().values())
    call_command("sweep", "--dry-run")
    printed = capsys.readouterr().out
    assert f"file: {file.file.name} ({size} bytes)\n" in printed
    assert f"Would remove {number} × file: {total} bytes.\n" in printed
    call_command("sweep")
    assert capsys.readouterr().out == f"Removed {number} × file: {total} bytes.\n"
    call_command("sweep")
    assert capsys.readouterr().out == "Nothing was removed.\n"


def test_it_leaves_files_alone_beside_a_backup(add_paper, two_days_pass, var_folder):
    file = a_file(add_paper())
    PaperFile.objects.all().delete()
    two_days_pass()
    var_folder.mkdir(exist_ok=True)
    with (var_folder / LOCK).open("w") as door:
        fcntl.flock(door, fcntl.LOCK_SH)
        with pytest.raises(CommandError, match="A backup, a sweep or a restore is at work here"):
            call_command("sweep")
    assert file.file.name in kept()


def test_of_all_workers_one_sweeps_once_a_day(tmp_path, monkeypatch):
    runs = []

    def run():
        runs.append(1)
        assert not quietly.sweep_if_it_is_time(tmp_path)  # another worker, at the same time

    monkeypatch.setattr(quietly, "run", run)
    assert quietly.sweep_if_it_is_time(tmp_path)
    assert not quietly.sweep_if_it_is_time(tmp_path)
    os.utime(tmp_path / "last-sweep", (LONG_AGO, LONG_AGO))
    assert quietly.sweep_if_it_is_time(tmp_path)
    assert len(runs) == 2


def test_a_sweep_that_fails_harms_no_worker_and_is_logged(tmp_path, monkeypatch, caplog):
    def fail(*_arguments, **_options):
        return subprocess.CompletedProcess([], 1, "", "CommandError: The disk is full.")

    monkeypatch.setattr(quietly.subprocess, "run", fail)
    assert quietly.sweep_if_it_is_time(tmp_path)
    assert "The quiet sweep failed: CommandError: The disk is full." in caplog.text
    caplog.clear()
    looks = []

    def sleep(seconds):
        looks.append(seconds)
        if len(looks) > 2:
            raise SystemExit

    monkeypatch.setattr(quietly.time, "sleep", sleep)
    with pytest.raises(SystemExit):
        quietly.watch(tmp_path / "not there", 7)
    assert looks == [7, 1800, 1800]
    assert caplog.text.count("The quiet sweep failed.") == 2
