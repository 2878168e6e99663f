"""Signing in while the disk or the database below it gives trouble: one sentence, never a trace."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection

from imrap_site.accounts.languages import CHOSEN
from tests.builders import PASSWORD, sign_in_with, six_figures

SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SENTENCE = {
    "fr": "Indisponible pour le moment",
    "en": "Not available at the moment",
}


@pytest.fixture(autouse=True)
def answers_are_those_of_the_server(client):
    cache.clear()
    client.raise_request_exception = False


@contextmanager
def failing(begins_with, error=None):
    error = error or OperationalError("attempt to write a readonly database")

    def refuse(execute, sql, params, many, context):
        if sql.startswith(begins_with):
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


WRITING = ("INSERT", "UPDATE", "DELETE")


@pytest.mark.on_sqlite("see the next")
@pytest.mark.django_db(transaction=True)
def test_a_database_that_can_not_be_written_keeps_nobody_out(client, staff):
    client.cookies[CHOSEN] = "en"  # which would be kept with the account
    with failing(WRITING):
        assert sign_in_with(client)["Location"] == "/admin/"
        assert client.get("/accounts/2fa/").status_code == 200
    assert User.objects.get().last_login is None


@pytest.mark.skipif(connection.vendor == "sqlite", reason="Sessions are files there.")
@pytest.mark.django_db(transaction=True)
def test_where_sessions_are_rows_who_can_not_come_in_is_told(client, staff):
    with failing(WRITING):
        answer = sign_in_with(client)
    assert (answer.status_code, "sessionid" in answer.cookies) == (503, False)
    assert SENTENCE["en"] in answer.text
    assert sign_in_with(client)["Location"] == "/admin/"


def test_who_is_signed_in_goes_on_reading_where_nothing_can_be_written(staff_client, imrap):
    later = datetime.now(UTC) + timedelta(minutes=6)  # when a session moves on
    with failing(WRITING), time_machine.travel(later):
        assert staff_client.get("/admin/").status_code == 200
        session = staff_client.session
        session["language"] = "fr"
        session.save()  # is not kept, and nobody is signed out
        assert staff_client.get("/admin/").status_code == 200


def test_six_figures_that_can_not_be_noted_open_nothing(client, staff):
    TOTP.activate(staff, SECRET)
    sign_in_with(client)
    with failing(WRITING):
        code = {"code": six_figures(SECRET)}
        answer = client.post("/accounts/2fa/authenticate/", code, HTTP_ACCEPT_LANGUAGE="fr")
    assert answer.status_code == 503
    assert SENTENCE["fr"] in answer.text
    assert client.get("/admin/").status_code == 302
    code = {"code": six_figures(SECRET, steps=1)}
    assert client.post("/accounts/2fa/authenticate/", code).status_code == 302


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "error", [OperationalError("unable to open"), DatabaseError("file is not a database")]
)
def test_without_a_database_signing_in_is_one_sentence(client, staff, language, error):
    fields = {"login": "awa", "password": PASSWORD}
    with failing("", error):
        page = client.post("/accounts/login/", fields, HTTP_ACCEPT_LANGUAGE=language)
    assert page.status_code == 503
    assert SENTENCE[language] in page.text
    assert "Traceback" not in page.text
    assert page.text.count("<h1>") == 1


def test_who_is_signed_in_is_told_the_same_and_stays_signed_in(staff_client, imrap):
    staff_client.raise_request_exception = False
    with failing(""):
        answers = [staff_client.get(page).status_code for page in ("/accounts/2fa/", "/admin/")]
    assert answers == [503, 503]
    assert staff_client.get("/admin/").status_code == 200


def test_a_fault_of_the_program_is_told_as_one(client, monkeypatch, db):
    monkeypatch.setattr("imrap_site.accounts.adapters.place_of", lambda address: 1 / 0)
    page = sign_in_with(client, HTTP_ACCEPT_LANGUAGE="en")
    assert (page.status_code, "The fault is ours" in page.text) == (500, True)
