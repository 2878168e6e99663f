"""Slow people do not keep others waiting: the server that `make run` starts, met directly."""

import time
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from imrap_site.bucket.storage import BucketStorage
from imrap_site.keeping.parts import is_bucket
from imrap_site.serving.worker import missing
from imrap_site.wsgi import application
from tests.builders import a_copy_served, a_file
from tests.slow import a_crowd, a_slow_reader, a_trickled_form, half_a_head

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
CROWD = 150


LARGE = 60_000_000


@pytest.fixture
def large(add_paper, media_folder):
    """The address of a published document of 60 MB."""
    file = a_file(add_paper())
    if is_bucket():
        with file.file.open() as document:
            content = document.read().ljust(LARGE, b"\0")
        default_storage.delete(file.file.name)
        default_storage.save(file.file.name, ContentFile(content))
    else:
        with open(file.file.path, "ab") as document:
            document.truncate(LARGE)
    return file.file.url


@pytest.fixture
def port(imrap, tmp_path):
    with a_copy_served(tmp_path) as (port, _database):
        yield port


def page_from(port, path="/fr/"):
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read()


def assert_a_visitor_gets_a_page(port):
    begun = time.monotonic()
    for _ in range(4):  # whichever process answers
        status, page = page_from(port)
        assert status == 200
        assert b"IMRAP" in page
    print(f"{(time.monotonic() - begun) / 4:.3f} s for a page")


def test_half_heads_keep_nobody_waiting(port):
    with a_crowd(port, CROWD, half_a_head()):
        assert_a_visitor_gets_a_page(port)


def test_trickled_forms_keep_nobody_waiting(port):
    with a_crowd(port, CROWD, a_trickled_form()):
        assert_a_visitor_gets_a_page(port)


def test_trickled_forms_as_large_as_strangers_may_not_send_keep_nobody_waiting(port):
    with a_crowd(port, CROWD, a_trickled_form(length=400_000_000)):
        assert_a_visitor_gets_a_page(port)


def test_a_long_form_of_a_stranger_is_refused_before_it_is_read(port):
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as line:
        line.putrequest("POST", "/accounts/login/")
        line.putheader("Content-Length", "400000000")
        line.endheaders()
        assert line.getresponse().status == 413


def test_slow_readers_of_a_large_file_keep_nobody_waiting(large, port):
    with a_crowd(port, CROWD, a_slow_reader(large), trickle=b"", reads=10_000):
        assert_a_visitor_gets_a_page(port)


def test_who_never_finishes_is_sent_away(port):
    with a_crowd(port, 3, half_a_head()) as people:
        time.sleep(17)
        for line in people:
            line.setblocking(True)
            assert line.recv(1) == b""


@pytest.mark.parametrize(
    ("received", "bytes_missing"),
    [
        (b"", None),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", None),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", 3),
        (b"POST / HTTP/1.1\r\ncontent-LENGTH:3\r\n\r\nab", 1),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 400000000\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\n", 0),
    ],
)
def test_a_request_goes_to_a_thread_once_it_has_arrived(received, bytes_missing):
    assert missing(received) == bytes_missing


@pytest.mark.shared_parts
def test_who_waits_for_a_file_holds_no_connection(add_paper, rf, monkeypatch):
    address, held = a_file(add_paper()).file.url, []
    fetched = BucketStorage.get_modified_time

    def fetch(storage, name):
        held.append(connection.connection)
        return fetched(storage, name)

    monkeypatch.setattr(BucketStorage, "get_modified_time", fetch)
    connection.ensure_connection()
    answer = application(rf.get(address).environ, lambda *_head: None)
    assert (held, connection.connection) == ([None], None)
    assert b"".join(answer).startswith(b"%PDF")
    answer.close()


@pytest.mark.shared_parts
def test_a_member_of_staff_who_reads_slowly_holds_no_connection(staff_client, imrap, rf):
    cookie = f"sessionid={staff_client.cookies['sessionid'].value}"
    answer = application(rf.get("/fr/", headers={"cookie": cookie}).environ, lambda *_head: None)
    assert connection.connection is None
    assert b"IMRAP" in b"".join(answer)
    answer.close()
