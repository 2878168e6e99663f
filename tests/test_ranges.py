"""imrap_site/ranges.py, for the most part through a real gunicorn, since that sends the bytes."""

import http.client
import io
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.signals import request_finished
from django.middleware.gzip import GZipMiddleware
from django.test import RequestFactory

from imrap_site.serving.ranges import ranged_response

# Closing an answer makes Django look after its database connections.
pytestmark = [pytest.mark.django_db, pytest.mark.server]

SITE = """
import hashlib, os
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY="x", USE_TZ=True)

import django
django.setup()
from django.core.files.base import File
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.urls import path
from gunicorn.http import wsgi
from imrap_site.serving.ranges import ranged_response

FOLDER = Path(os.environ["SERVED_FOLDER"])
by_sendfile = []
gunicorns_own = wsgi.Response.sendfile

def sendfile(response, body):
    by_sendfile.append(gunicorns_own(response, body))
    return by_sendfile[-1]

wsgi.Response.sendfile = sendfile

def serve(request, name):
    content = (FOLDER / name).read_bytes()
    modified = datetime.fromtimestamp((FOLDER / name).stat().st_mtime, UTC)
    file = File((FOLDER / name).open("rb"))
    file.read(5)  # the operating system is now ahead of Python, which has filled its buffer
    return ranged_response(
        request,
        file,
        content_type="application/pdf",
        etag=hashlib.sha256(content).hexdigest()[:8],
        last_modified=modified,
    )

def sent_by_sendfile(request):
    return HttpResponse(str(by_sendfile))

def still_open(request):
    files = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    return HttpResponse(str(sum(file.startswith(str(FOLDER)) for file in files)))

urlpatterns = [
    path("sendfile", sent_by_sendfile),
    path("open", still_open),
    path("<name>", serve),
]
application = WSGIHandler()
"""
GUNICORN = [sys.executable, "-Xdev", "-mgunicorn", "-kgthread", "--no-control-socket"]
MODIFIED = datetime(2016, 6, 30, 12, 0, 0, tzinfo=UTC)


class Server:
    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def write(self, name, content):
        (self.folder / name).write_bytes(content)
        os.utime(self.folder / name, (MODIFIED.timestamp(), MODIFIED.timestamp()))

    def ask(self, name, method="GET", **headers):
        """All over one connection, so one byte too many would spoil the next answer."""
        headers = {key.replace("_", "-"): value for key, value in headers.items()}
        self.connection.request(method, f"/{name}", headers=headers)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder, work = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("site")
    (work / "served.py").write_text(SITE)
    root = Path(__file__).resolve().parent.parent
    with socket.create_server(("127.0.0.1", 0)) as listener, (work / "log").open("w+") as log:
        gunicorn = subprocess.Popen(
            [*GUNICORN, f"--bind=fd://{listener.fileno()}", f"--pythonpath={root}", "served"],
            cwd=work,
            env={**os.environ, "SERVED_FOLDER": str(folder)},
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )
        server = Server(folder, listener.getsockname()[1])
        server.write("ten.pdf", b"0123456789")
        yield server
        server.connection.close()
        gunicorn.terminate()
        gunicorn.wait(timeout=10)
        log.seek(0)
        lines = log.read()
    assert "unclosed file" not in lines
    assert "WARNING" not in lines
    assert "Traceback" not in lines


def test_a_whole_file_is_served_with_all_that_a_later_download_needs(server):
    status, headers, body = server.ask("ten.pdf")
    assert (status, body) == (200, b"0123456789")
    assert headers["Content-Length"] == "10"
    assert headers["Content-Type"] == "application/pdf"
    assert (
        headers["Content-Disposition"] == "inline; filename=\"ten.pdf\"; filename*=UTF-8''ten.pdf"
    )
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["ETag"] == '"84d89877"'
    assert headers["Last-Modified"] == "Thu, 30 Jun 2016 12:00:00 GMT"
    assert headers["Content-Range"] is None


@pytest.mark.parametrize("wanted", [{}, {"Range": "bytes=2-4"}, {"Range": "bytes=50-"}])
def test_head_answers_for_the_whole_file_without_a_body(server, wanted):
    status, headers, body = server.ask("ten.pdf", "HEAD", **wanted)
    assert (status, headers["Content-Length"], body) == (200, "10", b"")
    assert headers["ETag"] == '"84d89877"'


@pytest.mark.parametrize(
    ("wanted", "body", "place"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=5-", b"56789", "bytes 5-9/10"),
        ("bytes=-5", b"56789", "bytes 5-9/10"),
        ("bytes=-1", b"9", "bytes 9-9/10"),
        ("bytes=0-", b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=-99", b"0123456789", "bytes 0-9/10"),
        ("bytes=9-9", b"9", "bytes 9-9/10"),
        ("Bytes = 2-4 ", b"234", "bytes 2-4/10"),
    ],
)
def test_one_range_is_served_alone(server, wanted, body, place):
    status, headers, part = server.ask("ten.pdf", Range=wanted)
    assert (status, part) == (206, body)
    assert headers["Content-Range"] == place
    assert headers["Content-Length"] == str(len(body))
    assert headers["ETag"] == '"84d89877"'
    assert headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=10-12", "bytes=99-", "bytes=-0"])
def test_a_range_without_bytes_is_refused_with_the_size(server, wanted):
    status, headers, body = server.ask("ten.pdf", Range=wanted)
    assert (status, headers["Content-Range"], body) == (416, "bytes */10", b"")


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=0-1,4-5",
        "bytes=0-1,",
        "bytes=4-2",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=--5",
        "bytes=+1-2",
        "bytes=1_0-",
        "bytes=" + "9" * 5000 + "-",
        "bytes=²-",
        "lines=1-2",
        "0-1",
    ],
)
def test_several_ranges_or_nonsense_get_the_whole_file(server, wanted):
    status, headers, body = server.ask("ten.pdf", Range=wanted.encode("latin-1"))
    assert (status, headers["Content-Range"], body) == (200, None, b"0123456789")


def test_a_resumed_download_gets_the_rest_while_the_file_is_the_same(server):
    for proof in ('"84d89877"', "Thu, 30 Jun 2016 12:00:00 GMT"):
        status, _, body = server.ask("ten.pdf", Range="bytes=4-", If_Range=proof)
        assert (status, body) == (206, b"456789")


@pytest.mark.parametrize(
    "proof",
    [
        '"another"',
        'W/"84d89877"',
        "84d89877",
        "*",
        "Thu, 30 Jun 2016 12:00:01 GMT",
        "Thu, 30 Jun 2016 11:59:59 GMT",
        "yesterday",
    ],
)
def test_a_resumed_download_without_proof_of_sameness_starts_anew(server, proof):
    status, _, body = server.ask("ten.pdf", Range="bytes=4-", If_Range=proof)
    assert (status, body) == (200, b"0123456789")
    status, _, body = server.ask("ten.pdf", Range="bytes=50-", If_Range=proof)
    assert (status, body) == (200, b"0123456789")


def test_a_resumed_download_of_a_replaced_file_is_not_a_mixture(server):
    server.write("replaced.pdf", b"old old old")
    _, headers, start = server.ask("replaced.pdf", Range="bytes=0-3")
    server.write("replaced.pdf", b"new new new")
    status, _, body = server.ask("replaced.pdf", Range="bytes=4-", If_Range=headers["ETag"])
    assert (start, status, body) == (b"old ", 200, b"new new new")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "condition",
    [
        {"If_None_Match": '"84d89877"'},
        {"If_None_Match": 'W/"84d89877", "another"'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": "Thu, 30 Jun 2016 12:00:00 GMT"},
        {"If_None_Match": '"84d89877"', "Range": "bytes=2-4"},
        {"If_None_Match": '"84d89877"', "Range": "bytes=50-"},
    ],
)
def test_who_has_the_file_already_is_told_so(server, method, condition):
    status, headers, body = server.ask("ten.pdf", method, **condition)
    assert (status, body) == (304, b"")
    assert headers["ETag"] == '"84d89877"'
    assert headers["Last-Modified"] == "Thu, 30 Jun 2016 12:00:00 GMT"


@pytest.mark.parametrize(
    "condition",
    [
        {"If_None_Match": '"another"'},
        {"If_None_Match": '"another"', "If_Modified_Since": "Thu, 30 Jun 2016 12:00:00 GMT"},
        {"If_Modified_Since": "Thu, 30 Jun 2016 11:59:59 GMT"},
        {"If_Modified_Since": "yesterday"},
    ],
)
def test_who_has_another_file_gets_this_one(server, condition):
    status, _, body = server.ask("ten.pdf", **condition)
    assert (status, body) == (200, b"0123456789")


def test_a_part_of_another_file_is_refused_to_who_insists(server):
    assert server.ask("ten.pdf", Range="bytes=4-", If_Match='"another"')[0] == 412
    assert server.ask("ten.pdf", Range="bytes=4-", If_Match='"84d89877"')[0] == 206


@pytest.mark.parametrize("wanted", [{}, {"Range": "bytes=0-"}, {"Range": "bytes=-5"}])
def test_an_empty_file_is_served_whole(server, wanted):
    server.write("empty.pdf", b"")
    status, headers, body = server.ask("empty.pdf", **wanted)
    assert (status, headers["Content-Length"], body) == (200, "0", b"")


def test_large_parts_arrive_whole(server):
    content = os.urandom(3_000_000)
    server.write("large.pdf", content)
    assert server.ask("large.pdf")[2] == content
    assert server.ask("large.pdf", Range="bytes=1000000-1999999")[2] == content[1_000_000:2_000_000]


def test_the_operating_system_sends_whole_files_and_parts(server):
    before = server.ask("sendfile")[2].decode()
    server.ask("ten.pdf")
    server.ask("ten.pdf", Range="bytes=2-4")
    server.ask("ten.pdf", "HEAD")
    after = server.ask("sendfile")[2].decode()
    assert after.removesuffix("]") == before.removesuffix("]") + ", True, True"


def test_no_answer_leaves_a_file_open(server):
    server.ask("ten.pdf")
    server.ask("ten.pdf", "HEAD")
    server.ask("ten.pdf", Range="bytes=2-4")
    server.ask("ten.pdf", Range="bytes=50-")
    server.ask("ten.pdf", If_None_Match="*")
    server.ask("ten.pdf", If_Match='"another"')
    assert server.ask("open")[2] == b"0"


def test_a_reader_who_leaves_early_leaves_no_file_open(server):
    server.write("long.pdf", b"0" * 20_000_000)
    with socket.create_connection(("127.0.0.1", server.port)) as reader:
        reader.sendall(b"GET /long.pdf HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert reader.recv(12) == b"HTTP/1.1 200"
    for _ in range(50):
        if server.ask("open")[2] == b"0":
            return
        time.sleep(0.1)
    pytest.fail("the file is still open after five seconds")


# Without gunicorn


def answer(file, etag="abc", **headers):
    headers = {f"HTTP_{key.upper()}": value for key, value in headers.items()}
    request = RequestFactory().get("/a.pdf", **headers)
    return ranged_response(request, file, content_type="application/pdf", etag=etag)


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=0-8999", 206, b"0123456789" * 900),
        ("", 200, b"0123456789" * 1000),
    ],
)
def test_a_server_that_cannot_send_files_reads_no_further_than_the_part(wanted, status, body):
    response = answer(ContentFile(b"0123456789" * 1000), range=wanted)
    assert (response.status_code, b"".join(response)) == (status, body)
    response.close()


@pytest.mark.parametrize("condition", [{"range": "bytes=50-"}, {"if_none_match": '"abc"'}])
def test_the_file_of_an_answer_without_a_body_is_closed_at_once(condition):
    ends = []

    def note(sender, **kwargs):
        ends.append(sender)

    request_finished.connect(note)
    file = io.BytesIO(b"0123456789")
    answer(file, **condition)
    request_finished.disconnect(note)
    assert file.closed
    assert ends == []  # Django would close the database in the middle of the request


def test_a_part_is_never_compressed():
    """Most of the middleware stands above us: a compressed part has the wrong length and range."""
    content = b"0123456789" * 1000
    request = RequestFactory().get(
        "/a", headers={"Range": "bytes=0-4999", "Accept-Encoding": "gzip"}
    )
    response = GZipMiddleware(
        lambda request: ranged_response(
            request, ContentFile(content), content_type="text/vtt", etag="abc"
        )
    )(request)
    assert response.headers["Content-Length"] == "5000"
    assert response.headers["ETag"] == '"abc"'
    assert b"".join(response) == content[:5000]
    response.close()


def test_a_download_can_have_a_name_of_its_own():
    response = ranged_response(
        RequestFactory().get("/a"),
        File(io.BytesIO(b"0123456789"), name="papers/0123456789abcdef/la-paix.pdf"),
        content_type="application/pdf",
        etag='"abc"',
        filename="Étude.pdf",
        as_attachment=True,
    )
    both = "attachment; filename=\"etude.pdf\"; filename*=UTF-8''%C3%89tude.pdf"
    assert response.headers["Content-Disposition"] == both
    assert response.headers["ETag"] == '"abc"'
    assert "Last-Modified" not in response.headers
    response.close()


def test_a_date_is_no_proof_for_a_file_whose_date_is_unknown():
    response = answer(
        io.BytesIO(b"0123456789"), range="bytes=2-4", if_range="Thu, 30 Jun 2016 12:00:00 GMT"
    )
    assert response.status_code == 200
    response.close()


def test_a_weak_etag_is_no_proof_of_sameness():
    response = answer(
        io.BytesIO(b"0123456789"), etag='W/"abc"', range="bytes=2-4", if_range='W/"abc"'
    )
    assert response.status_code == 200
    response.close()
