"""What the settings ask of SQLite, asked of real connections to a file."""

import pytest
from django.db import ConnectionHandler, OperationalError

from imrap_site import settings
from imrap_site.sqlite.base import patience

pytestmark = pytest.mark.django_db


@pytest.fixture
def connect(tmp_path):
    """Opens one more connection to an empty database of the site."""
    opened = []

    def connect():
        (tmp_path / "db.sqlite3").touch()
        wanted = {**settings.DATABASES["default"], "NAME": tmp_path / "db.sqlite3"}
        opened.append(ConnectionHandler({"default": wanted})["default"])
        return opened[-1]

    yield connect
    for database in opened:
        database.close()


def answer(database, question):
    with database.cursor() as cursor:
        return cursor.execute(question).fetchone()[0]


@pytest.mark.on_sqlite("see test_two_hosts")
def test_what_was_saved_survives_a_power_cut(connect):
    database = connect()
    assert answer(database, "PRAGMA journal_mode") == "delete"
    assert answer(database, "PRAGMA synchronous") == 3  # EXTRA


@pytest.mark.on_sqlite("see test_two_hosts")
def test_a_save_waits_where_waiting_is_possible_at_its_start(connect):
    one, other = connect(), connect()
    assert answer(other, "PRAGMA busy_timeout") == 20_000
    answer(other, "PRAGMA busy_timeout = 0")
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert answer(other, "SELECT count(*) FROM sqlite_master") == 0  # reading goes on
    with pytest.raises(OperationalError, match="database is locked"):
        other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    one.rollback()


@pytest.mark.on_sqlite("see test_two_hosts")
def test_an_empty_database_never_takes_the_place_of_a_lost_one(connect, tmp_path):
    database = connect()
    (tmp_path / "db.sqlite3").unlink()
    with pytest.raises(OperationalError, match="unable to open database file"):
        database.ensure_connection()
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.on_sqlite("see test_two_hosts")
def test_a_database_is_found_whatever_its_folder_is_called(tmp_path):
    path = tmp_path / "été ? 50 % #1.sqlite3"
    path.touch()
    wanted = {**settings.DATABASES["default"], "NAME": path}
    database = ConnectionHandler({"default": wanted})["default"]
    assert answer(database, "PRAGMA database_list") == 0  # the number of its first
    database.close()
    assert path.exists()


@pytest.mark.on_sqlite("see test_two_hosts")
def test_who_waits_for_a_visitor_is_less_patient(connect):
    token = patience.set(5)
    try:
        assert answer(connect(), "PRAGMA busy_timeout") == 5_000
    finally:
        patience.reset(token)
