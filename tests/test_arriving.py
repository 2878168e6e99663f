"""What arrives: bounded before it lies on the disk, answered in words, and never with a 500."""

import io
import shutil
import tempfile

import pytest
from django.test import RequestFactory

from profiles.files import arriving
from profiles.models import Paper
from tests.builders import a_pdf, content_of, paper_form, photograph

ADD = "/admin/profiles/paper/add/"
FRENCH = {"accept-language": "fr"}
TYPED = 'value="Autoportrait du Mali"'


def body(fields, files=(), end="--x--\r\n"):
    """A form as a browser sends it; `files` are (field, file name, content)."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for field, name, content in files:
        head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + end.encode()


def sent(client, content, kind="multipart/form-data; boundary=x", **more):
    return client.generic("POST", ADD, content, kind, headers=FRENCH, **more)


def form(**fields):
    rows = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    return paper_form(**rows) | fields


def plain(answer):
    return answer.text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.fixture
def small_bounds(settings):
    settings.UPLOAD_MB = {**settings.UPLOAD_MB, "document": 3, "picture": 3, "form": 5}


@pytest.fixture
def written(monkeypatch):
    """How many bytes were written to the disk for uploads."""
    sizes = []
    monkeypatch.setattr(arriving.BoundedUploadHandler, "_write", counting(sizes))
    return sizes


def counting(sizes):
    original = arriving.BoundedUploadHandler._write

    def counted(self, content):
        sizes.append(len(content))
        original(self, content)

    return counted


def test_a_file_that_is_too_large_is_refused_before_it_is_written(
    staff_client, imrap, small_bounds, written
):
    content = a_pdf().ljust(4_000_000, b" ")
    answer = sent(staff_client, body(form(), [("files-0-file", "gros.pdf", content)]))
    assert answer.status_code == 200
    assert "Ce fichier pèse 4,0 Mo ; la limite est de 3,0 Mo" in plain(answer)
    assert "« gros.pdf »" in plain(answer)
    assert TYPED in answer.text
    assert sum(written) < 3_000_001
    assert Paper.objects.count() == 0


def test_a_picture_has_its_own_bound(staff_client, imrap, settings, small_bounds, written):
    settings.UPLOAD_MB = {**settings.UPLOAD_MB, "picture": 1}
    content = content_of(photograph()).ljust(2_900_000, b" ")
    answer = sent(staff_client, body(form(), [("image", "photo.jpg", content)]))
    assert "la limite est de 1,0 Mo" in plain(answer)
    assert sum(written) <= 1_000_000


def test_all_files_together_have_a_bound(staff_client, imrap, small_bounds, written):
    rows = {f"files-{n}-{name}": "fr" for n in range(3) for name in ("language",)}
    files = [(f"files-{n}-file", f"{n}.pdf", a_pdf().ljust(2_000_000, b" ")) for n in range(3)]
    answer = sent(staff_client, body(form(**{"files-TOTAL_FORMS": "3"}) | rows, files))
    assert answer.status_code == 200
    assert "la limite est de 5,0 Mo" in plain(answer)
    assert sum(written) <= 5_000_000


def test_a_form_that_says_it_is_too_large_is_not_read(staff_client, imrap, small_bounds):
    class Unread(io.RawIOBase):
        def read(self, *args):
            raise AssertionError("It was read.")

    answer = sent(staff_client, b"x", CONTENT_LENGTH="900000000", **{"wsgi.input": Unread()})
    assert answer.status_code == 413
    assert "Les fichiers choisis pèsent 900,0 Mo" in plain(answer)
    assert f'href="{ADD}"' in answer.text


def test_each_field_for_a_file_says_how_large_it_may_be(staff_client, imrap, settings):
    settings.UPLOAD_MB = {**settings.UPLOAD_MB, "document": 77, "picture": 9, "recording": 33}
    page = staff_client.get(ADD, headers=FRENCH).text
    for number in (77, 9, 33):
        assert f"Au plus {number} Mo." in page
        assert f'data-most="{number}000000"' in page


# A full disk while the form arrives


@pytest.mark.parametrize("where", ["before", "while"])
def test_a_full_temporary_folder_is_said_and_nothing_typed_is_lost(
    staff_client, imrap, monkeypatch, where
):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    if where == "before":
        monkeypatch.setattr(arriving.TemporaryFileUploadHandler, "new_file", full)
    else:
        monkeypatch.setattr(tempfile, "_TemporaryFileWrapper", FullFile)
    content = a_pdf().ljust(3_000_000, b" ")
    answer = sent(staff_client, body(form(), [("files-0-file", "rapport.pdf", content)]))
    assert answer.status_code == 200
    assert "Le serveur n’avait plus de place pour ce fichier" in answer.text
    assert TYPED in answer.text
    assert Paper.objects.count() == 0


class FullFile(tempfile._TemporaryFileWrapper):
    def write(self, content):
        raise OSError(28, "No space left on device")


def test_uploads_leave_room_for_all_else(staff_client, imrap, monkeypatch):
    usage = shutil.disk_usage(tempfile.gettempdir())._replace(free=40_000_000)
    monkeypatch.setattr(arriving.shutil, "disk_usage", lambda path: usage)
    content = a_pdf().ljust(3_000_000, b" ")
    answer = sent(staff_client, body(form(), [("files-0-file", "rapport.pdf", content)]))
    assert "Le serveur n’avait plus de place pour ce fichier" in answer.text


# Hostile


MULTIPART = "multipart/form-data; boundary="


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (body(form(**{"files-TOTAL_FORMS": "1" + "0" * 30})), MULTIPART + "x"),
        (body(form(**{"files-TOTAL_FORMS": "99999"})), MULTIPART + "x"),
        (body(form(**{"files-INITIAL_FORMS": "1" + "0" * 30})), MULTIPART + "x"),
        (body({}, [(f"f{n}", "a.pdf", b"x") for n in range(5_000)]), MULTIPART + "x"),
        (body({f"f{n}": "x" for n in range(5_000)}), MULTIPART + "x"),
        (body({"n" * 1_000_000: "x"}), MULTIPART + "x"),
        (body({}, [("n" * 1_000_000, "a.pdf", b"x")]), MULTIPART + "x"),
        (body({}, [("image", "n" * 1_000_000, b"x")]), MULTIPART + "x"),
        (body(form()).replace(b"--x", b"--" + b"x" * 10_000), MULTIPART + "x" * 10_000),
        (body(form()), "multipart/form-data"),
        (body(form()), MULTIPART),
        (body(form()), MULTIPART + "é"),
        (body(form()), MULTIPART + "x; charset=klingon"),
        (body(form()), MULTIPART + "x; charset=utf-16"),
        (body(form()), "multipart/mixed; boundary=x"),
        (b"", MULTIPART + "x"),
        (b"--x", MULTIPART + "x"),
        (b"\xff" * 100_000, MULTIPART + "x"),
        (b"title_fr=%FF%FE", "application/x-www-form-urlencoded; charset=klingon"),
        (b"a=1&" * 5_000, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (body({"a\0b": "x"}), MULTIPART + "x"),
        (body({}, [("image", "a\0.jpg", b"x")]), MULTIPART + "x"),
        (body({}, [("image", "../../a.jpg", b"x")]), MULTIPART + "x"),
        (body(form(), end=""), MULTIPART + "x"),
        (
            body({}).replace(b"--x--", b"")
            + b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n",
            MULTIPART + "x",
        ),
    ],
)
def test_a_hostile_form_is_answered(staff_client, imrap, content, kind):
    staff_client.raise_request_exception = False
    answer = sent(staff_client, content, kind)
    assert answer.status_code < 500
    assert Paper.objects.count() in (0, 1)


def test_the_temporary_file_of_a_refused_upload_is_gone(small_bounds, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    content = a_pdf().ljust(4_000_000, b" ")
    request = RequestFactory().generic(
        "POST", "/", body({}, [("a", "a.pdf", content)]), MULTIPART + "x"
    )
    assert request.FILES["a"].refusal == "too_large"
    assert list(tmp_path.iterdir()) == []
    request.close()
