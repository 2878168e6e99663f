"""What the settings ask of SQLite, asked of real connections to a file."""

import pytest
from django.db import ConnectionHandler, OperationalError

from imrap_site import settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def connect(tmp_path):
    """Opens one more connection to an empty database of the site."""
    opened = []

    def connect():
        wanted = {**settings.DATABASES["default"], "NAME": tmp_path / "db.sqlite3"}
        opened.append(ConnectionHandler({"default": wanted})["default"])
        return opened[-1]

    yield connect
    for database in opened:
        database.close()


def answer(database, question):
    with database.cursor() as cursor:
        return cursor.execute(question).fetchone()[0]


def test_what_was_saved_survives_a_power_cut(connect):
    database = connect()
    assert answer(database, "PRAGMA journal_mode") == "delete"
    assert answer(database, "PRAGMA synchronous") == 3  # EXTRA


def test_a_save_waits_where_waiting_is_possible_at_its_start(connect):
    one, other = connect(), connect()
    assert answer(other, "PRAGMA busy_timeout") == 20_000
    answer(other, "PRAGMA busy_timeout = 0")
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert answer(other, "SELECT count(*) FROM sqlite_master") == 0  # reading goes on
    with pytest.raises(OperationalError, match="database is locked"):
        other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    one.rollback()
