"""What the server writes down: what failed, and what was asked for, but not by whom."""

import logging
from http.client import HTTPConnection

import pytest
from django.core import mail

from imrap_site.serving.logs import MailHandler, Seldom
from tests.builders import a_copy_served


def asked(port, path, **headers):
    line = HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    line.getresponse().read()
    line.close()


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_the_access_log_has_no_address_no_query_and_one_line_each(imrap, tmp_path):
    with a_copy_served(tmp_path) as (port, _database):
        asked(port, "/fr/search/?q=secret", X_Forwarded_For="203.0.113.7")
        asked(port, "/fr/a%0A%5B25/Nov/2026%5D%20GET%20/forged/")
        asked(port, "/accounts/password/reset/key/3-secret/")
    printed = (tmp_path / "printed").read_text()
    assert "GET /fr/search/ 200 " in printed
    assert "GET /fr/a%0A%5B25/Nov/2026%5D%20GET%20/forged/ 404 " in printed
    assert "GET /accounts/password/reset/key/… " in printed
    for secret in ("secret", "203.0.113.7", "127.0.0.1 "):
        assert secret not in printed.replace("Listening at: http://127.0.0.1", "")


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("wish", "shown"), [("addresses", True), ("no", False)])
def test_addresses_are_written_down_where_that_is_wished(imrap, tmp_path, wish, shown):
    with a_copy_served(tmp_path, ACCESS_LOG=wish) as (port, _database):
        asked(port, "/fr/", X_Forwarded_For="198.51.100.1, 203.0.113.7")
    printed = (tmp_path / "printed").read_text()
    assert ("GET /fr/ 200 " in printed) == shown
    assert ("\n203.0.113.7 [" in printed) == shown
    assert "198.51.100.1" not in printed


def fault(text="full"):
    try:
        raise OSError(text)
    except OSError as error:
        return logging.LogRecord(
            "django",
            logging.ERROR,
            __file__,
            1,
            "It failed: %s",
            ("/fr/",),
            (OSError, error, error.__traceback__),
        )


def test_the_same_fault_is_told_once_in_a_while(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    seldom = Seldom(60)
    assert [seldom.filter(fault()) for _ in range(3)] == [True, False, False]
    assert seldom.filter(fault("another")) is True
    now[0] += 61
    assert seldom.filter(fault()) is True


def test_who_keeps_the_server_gets_the_trace_by_mail(monkeypatch):
    monkeypatch.setattr("threading.Thread.start", lambda thread: thread.run())
    MailHandler("awa@example.org").emit(fault())
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("The site: It failed: /fr/", ["awa@example.org"])
    assert "OSError: full" in sent.body


def test_a_mail_server_that_is_gone_stops_nothing(monkeypatch, settings, capsys):
    monkeypatch.setattr("threading.Thread.start", lambda thread: thread.run())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    MailHandler("awa@example.org").emit(fault())
    assert (
        capsys.readouterr().out
        == "This could not be mailed to awa@example.org: The site: It failed: /fr/\n"
    )
