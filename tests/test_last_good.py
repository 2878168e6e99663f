"""The database is lost, broken or locked: visitors read on, staff are told, nothing is lost."""

import os
import sqlite3
import threading
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.http import HttpResponse

from imrap_site.serving.apps import empty_store
from imrap_site.serving.pages import Pages, store
from imrap_site.serving.pages.compression import compressed, encoding_for
from imrap_site.serving.pages.store import Address, Page, Store
from profiles import failures
from profiles.models import Paper
from tests.builders import a_copy_served, ask_under_another_prefix, got

BAND = b'<p class="draft-band" role="status">'


def missing(database):
    database.unlink()


def corrupt(database):
    database.write_bytes(b"x" * 8192)


def half_overwritten(database):
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(database.stat().st_size - 4096))


def emptied(database):
    database.write_bytes(b"")


BROKEN = [missing, corrupt, half_overwritten, emptied]


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", BROKEN)
def test_without_a_database_visitors_get_the_last_good_page(imrap, add_paper, tmp_path, broken):
    add_paper(slug="seen")
    add_paper(slug="never-seen")
    with a_copy_served(tmp_path) as (port, database):
        assert got(port, "/fr/papers/seen/")[0] == 200
        broken(database)
        status, headers, page = got(port, "/fr/papers/seen/")
        assert (status, headers["Cache-Control"]) == (200, "no-store")
        assert headers["Cache-Status"] == "site; hit; detail=last-good"
        assert b"Autoportrait du Mali" in page
        assert BAND + "Le site est en réparation. Vous lisez cette page".encode() in page
        assert got(port, "/fr/papers/seen/", "HEAD")[0] == 200
        status, headers, page = got(port, "/fr/papers/never-seen/")
        assert (status, headers["Retry-After"]) == (503, "60")
        assert "Réessayez dans quelques minutes".encode() in page
        assert b"Traceback" not in page
        assert broken is not missing or not database.exists()
    printed = (tmp_path / "printed").read_text()
    # Once a minute in each of the two processes.
    assert 1 <= printed.count("Visitors get the last good page") <= 2


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_staff_are_told_what_is_wrong_and_get_back_what_they_typed(staff_client, imrap, tmp_path):
    with a_copy_served(tmp_path) as (port, database):
        missing(database)
        cookie = f"sessionid={staff_client.cookies['sessionid'].value}; csrftoken={'a' * 32}"
        typed = "title_fr=Un+titre+%3Cb%3E+que+personne+ne+veut+perdre&_complete=1&password=geheim"
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
            form = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            line.request("POST", "/admin/profiles/paper/add/?x=1", typed, form)
            answer = line.getresponse()
            page = answer.read().decode()
        assert answer.status == 503
        assert "The site’s database can’t be reached." in page
        assert 'action="/admin/profiles/paper/add/?x=1"' in page
        text = "Un titre &lt;b&gt; que personne ne veut perdre"
        assert f'<input type="hidden" name="title_fr" value="{text}">' in page
        assert f"<p>{text}</p>" in page
        assert "geheim" not in page


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_locked_database_keeps_visitors_waiting_for_seconds_only(imrap, add_paper, tmp_path):
    add_paper(slug="seen")
    with a_copy_served(tmp_path) as (port, database):
        page = got(port, "/fr/papers/seen/")[2]
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            begun = time.monotonic()
            assert got(port, "/fr/papers/seen/")[::2] == (200, page)  # nothing has changed
            assert time.monotonic() - begun < 1
            other.execute("ROLLBACK")
            other.execute("PRAGMA user_version = 7")
            other.execute("BEGIN EXCLUSIVE")
            begun = time.monotonic()
            status, _headers, old = got(port, "/fr/papers/seen/")
            assert time.monotonic() - begun < 15  # a save would wait for 20
            assert (status, BAND in old) == (200, True)
            release = threading.Timer(3, other.execute, ["ROLLBACK"])
            other.execute("ROLLBACK")
        assert got(port, "/fr/papers/seen/")[2] == page
        release.cancel()


@pytest.fixture
def site(imrap, var_folder):
    """The site as gunicorn calls it, with its store of pages."""
    from imrap_site.wsgi import site

    return Pages(site)


def answer_of(site, path, query="", method="GET", **more):
    address = Address("http", "testserver", path, query, more.pop("language", "fr"))
    began = []
    environ = {**address.environ(), "REQUEST_METHOD": method, **more}
    answer = site(environ, lambda *head: began.append(head))
    return began[0][0], dict(began[0][1]), b"".join(answer)


def kept(var_folder):
    return sorted(file.name for file in (var_folder / "pages/kept").glob("*"))


def fail(site, monkeypatch):
    answer_with(site, monkeypatch, "503 Service Unavailable")


def answer_with(site, monkeypatch, status, *headers):
    def application(environ, start_response):
        start_response(status, [("Content-Type", "text/html"), *headers])
        return HttpResponse("answered")

    monkeypatch.setattr(site, "application", application)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "cookie"),
    [
        (("Cache-Control", "private, max-age=60"), ""),
        (("Cache-Control", "no-store"), ""),
        (("Set-Cookie", "a=b"), ""),
        (("Vary", "Cookie"), "csrftoken=x; sessionid=abc"),
    ],
)
def test_an_answer_for_one_person_is_not_kept(site, monkeypatch, var_folder, header, cookie):
    answer_with(site, monkeypatch, "200 OK", header)
    assert answer_of(site, "/fr/", HTTP_COOKIE=cookie)[0] == "200 OK"
    assert kept(var_folder) == []
    answer_with(site, monkeypatch, "200 OK")
    answer_of(site, "/fr/", HTTP_COOKIE="csrftoken=x")
    assert len(kept(var_folder)) == 1


@pytest.mark.on_sqlite("see test_page_cache")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_no_header_of_a_visitor_changes_what_is_kept_for_others(imrap, tmp_path):
    with a_copy_served(tmp_path) as (port, database):
        ask_under_another_prefix(port)
        missing(database)
        assert got(port, "/fr/")[0] == 503


@pytest.mark.django_db
def test_a_page_under_another_prefix_is_not_kept(site, var_folder):
    assert answer_of(site, "/fr/", SCRIPT_NAME="/en")[0] == "200 OK"
    assert kept(var_folder) == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("database is locked"), failures.BUSY),
        (OperationalError("database or disk is full"), failures.FULL),
        (OperationalError("attempt to write a readonly database"), failures.READ_ONLY),
        (OperationalError("unable to open database file"), failures.MISSING),
        (OperationalError("connection to server failed: Connection refused"), failures.MISSING),
        (DatabaseError("database disk image is malformed"), failures.DAMAGED),
        (DatabaseError("file is not a database"), failures.DAMAGED),
        (OperationalError("no such table: profiles_paper"), failures.DAMAGED),
        (OperationalError("disk I/O error"), failures.READ_ONLY),
        (OSError(28, "No space left on device"), failures.FULL),
        (OSError(122, "Disk quota exceeded"), failures.FULL),
        (OSError(30, "Read-only file system"), failures.READ_ONLY),
        (IntegrityError("UNIQUE constraint failed"), None),
        (DatabaseError("of another kind"), None),
        (OSError("of another kind"), None),
        (ValueError("a fault of ours"), None),
        (None, None),
    ],
)
def test_what_fails_below_the_site_has_its_sentence(error, sentence):
    assert failures.failure_of(error) == sentence


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["draft", "later", "deleted", "all at once", "text"])
def test_what_was_withdrawn_is_in_no_kept_page(site, add_paper, var_folder, monkeypatch, way):
    paper = add_paper(slug="seen")
    for path in ("/fr/", "/fr/papers/", "/fr/papers/seen/", "/fr/feed.atom"):
        assert answer_of(site, path)[0] == "200 OK"
    assert len(kept(var_folder)) == 4
    if way == "deleted":
        paper.delete()
    elif way == "all at once":
        Paper.objects.update(is_draft=True)
    else:
        paper.is_draft = way == "draft"
        paper.publish_at = (
            paper.publish_at.replace(year=2050) if way == "later" else paper.publish_at
        )
        paper.title_fr = "Autre" if way == "text" else paper.title_fr
        paper.save()
    assert kept(var_folder) == []
    left = [file for file in (var_folder / "pages").rglob("*") if file.is_file()]
    assert [file.name for file in left] == ["again"]
    assert b"Autoportrait" not in left[0].read_bytes()
    site.ask_anew()  # not at once: people often save again
    assert kept(var_folder) == []
    fail(site, monkeypatch)
    assert answer_of(site, "/fr/")[0] == "503 Service Unavailable"


@pytest.mark.django_db(transaction=True)
def test_after_a_change_the_site_asks_its_pages_anew(site, add_paper, var_folder, monkeypatch):
    monkeypatch.setattr(store, "QUIET_SECONDS", 0)
    paper = add_paper(slug="seen")
    answer_of(site, "/fr/papers/seen/")
    answer_of(site, "/", language="en-GB,en")
    paper.title_fr = "Autre titre"
    paper.save()
    site.ask_anew()
    assert len(kept(var_folder)) == 2
    fail(site, monkeypatch)
    assert "Autre titre" in answer_of(site, "/fr/papers/seen/")[2].decode()
    assert b'<html lang="en">' in answer_of(site, "/", language="en")[2]
    assert answer_of(site, "/", language="fr")[0] == "503 Service Unavailable"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_of_a_change_that_was_undone(site, add_paper, var_folder):
    paper = add_paper(slug="seen")
    answer_of(site, "/fr/papers/seen/")
    with transaction.atomic():
        paper.save()
        transaction.set_rollback(True)
    assert len(kept(var_folder)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_page_that_was_begun_before_a_change_is_not_kept_after_it(site, add_paper, var_folder):
    paper = add_paper(slug="seen")
    place = site.store.open()
    paper.save()
    site.store.keep(place, Address("http", "a", "/fr/", "", ""), Page([], b"old", time.time()))
    os.close(place)
    assert kept(var_folder) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_not_for_everybody_is_not_kept(site, add_paper, var_folder):
    add_paper(slug="hidden", is_draft=True)
    assert answer_of(site, "/fr/papers/hidden/")[0] == "404 Not Found"
    answer_of(site, "/fr/", HTTP_COOKIE="sessionid=abc")
    answer_of(site, "/accounts/login/")
    answer_of(site, "/media/papers/a.pdf")
    assert kept(var_folder) == []


@pytest.mark.django_db(transaction=True)
def test_addresses_that_anybody_can_invent_do_not_push_out_the_others(var_folder, monkeypatch):
    monkeypatch.setattr(store, "ROOM", 16_000)
    monkeypatch.setattr(store, "ROOM_OF_QUERIES", 4_000)
    pages = Store(var_folder / "pages")
    page = Page([], 500 * b"x", time.time())
    place = pages.open()
    pages.keep(place, Address("http", "a", "/fr/", "", ""), page)
    for number in range(100):
        pages.keep(place, Address("http", "a", "/fr/search/", f"q={number}", ""), page)
    os.close(place)
    assert pages.find(Address("http", "a", "/fr/", "", "")) == page
    assert sum(file.stat().st_size for file in (var_folder / "pages/kept").iterdir()) < 16_000


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\0\xff", b"[]\nx", b'{"address": 3}\n', b"{" * 99_999]
)
def test_a_torn_page_is_none(var_folder, content):
    pages = Store(var_folder / "pages")
    address = Address("http", "a", "/fr/", "", "")
    os.close(pages.open())
    (pages.folder / address.file_name).write_bytes(content)
    assert pages.find(address) is None
    pages.forget()
    os.utime(pages.again, (0, 0))
    assert pages.take_forgotten() == []


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.django_db
def test_without_a_place_to_write_pages_are_answered(site, var_folder):
    var_folder.mkdir(exist_ok=True)
    (var_folder / "pages").write_text("no folder")
    assert answer_of(site, "/fr/")[0] == "200 OK"
    empty_store()
    site.ask_anew()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("GZIP;q=1.0", "gzip"),
        ("identity", ""),
        ("", ""),
        ("gzip;q=0.0", ""),
        ("xgzip", ""),
        (";;,,q=", ""),
    ],
)
def test_a_body_is_compressed_as_the_browser_takes_it(accepted, encoding):
    assert encoding_for(accepted) == encoding


def test_a_compressed_body_is_another_sequence_of_bytes():
    headers = [("Content-Type", "text/html"), ("ETag", '"a"'), ("Content-Length", "900")]
    headers, body = compressed(headers, 900 * b"x", "gzip")
    assert dict(headers) == {
        "Content-Type": "text/html",
        "ETag": '"a-gzip"',
        "Vary": "Accept-Encoding",
        "Content-Length": str(len(body)),
        "Content-Encoding": "gzip",
    }
    headers = [("Content-Type", "image/jpeg")]
    assert compressed(headers, 900 * b"x", "gzip") == (
        [*headers, ("Content-Length", "900")],
        900 * b"x",
    )
