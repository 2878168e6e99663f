"""When the last good backup was made: written down, read back, and told on the desk."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from imrap_site.keeping.records import last_good_backup, note_good_backup
from tests.builders import words

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_what_was_noted_is_read_back(var_folder):
    assert last_good_backup() is None
    note_good_backup(NOW - timedelta(hours=9))
    assert last_good_backup() == datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"yesterday",
        b"\xff\xfe",
        b"2026-11-25",
        b"2026-11-25T03:00:00",
        b"2099-01-01T00:00:00+00:00",
        9000 * b"1",
    ],
)
def test_a_note_that_can_not_be_is_none(var_folder, content):
    var_folder.mkdir(exist_ok=True)
    (var_folder / "last-backup").write_bytes(content)
    assert last_good_backup() is None


def test_a_note_that_is_a_folder_is_none(var_folder):
    (var_folder / "last-backup").mkdir(parents=True)
    assert last_good_backup() is None


def desk(user, language="en"):
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return words(client.get("/admin/"))


@pytest.fixture
def chief(db):
    """Somebody whose account is as old as the site."""
    return User.objects.create_superuser("awa", date_joined=NOW - timedelta(days=10))


LATE = "too long ago. If something breaks now, all that was written since is lost."
NEVER = "There is no good backup yet. If something breaks now, everything is lost."


def test_the_desk_says_when_it_was_and_in_red_after_three_days(chief, imrap):
    note_good_backup(NOW - timedelta(days=3))
    assert (
        '<p class="desk-backup"> The last good backup is from 22 November 2026 at 12:00. </p>'
        in desk(chief)
    )
    assert "desk-errors" not in desk(chief)
    note_good_backup(NOW - timedelta(days=3, minutes=1))
    page = desk(chief)
    assert (
        '<p class="desk-errors"> The last good backup is from 22 November 2026 at 11:59: ' in page
    )
    assert LATE in page
    assert "desk-backup" not in page


def test_the_desk_says_it_in_french(chief, imrap):
    note_good_backup(NOW - timedelta(days=1))
    assert "La dernière sauvegarde réussie date du 24 novembre 2026" in desk(chief, "fr")
    note_good_backup(NOW - timedelta(days=30))
    assert "c’est trop vieux. Si quelque chose casse maintenant" in desk(chief, "fr")


def test_a_site_on_its_first_days_does_not_shout(chief, imrap):
    assert NEVER in desk(chief)
    assert "Il n’y a encore aucune sauvegarde réussie." in desk(chief, "fr")
    User.objects.update(date_joined=NOW - timedelta(days=3))
    page = desk(chief)
    assert NEVER not in page
    assert '<p class="desk-backup"> There is no backup yet. </p>' in page
    assert "Il n’y a pas encore de sauvegarde." in desk(chief, "fr")


def test_who_writes_only_is_not_told_and_who_publishes_is(chief, imrap, groups):
    note_good_backup(NOW - timedelta(days=30))
    for name, is_told in (("Rédaction", False), ("Responsable", True)):
        user = User.objects.create(username=name, is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        assert (LATE in desk(user)) is is_told


def test_a_backup_that_fails_notes_nothing(db, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUP_DIR.write_text("A file, where the folder has to be.")
    with pytest.raises(CommandError):
        call_command("backup")
    assert last_good_backup() is None
