"""Foreign bytes in a child process: limits, refusals in words, and nobody else who waits."""

import io
import json
import random
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from profiles.editing import history
from profiles.files import child, documents, pictures, sandbox
from profiles.files.documents import DocumentValidator
from profiles.models import Paper, PaperFile
from tests.builders import PDF, a_pdf, content_of, mutilated, paper_form, photograph, wait_until
from tests.films import mp4
from tests.hostile import HOSTILE, nested_forms, tiling_pattern

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.server, pytest.mark.usefixtures("child_processes")]


def refusal_of(content, name="rapport.pdf"):
    with pytest.raises(ValidationError) as refusal:
        DocumentValidator(("pdf", "mp4")).check(SimpleUploadedFile(name, content), name)
    return refusal.value.messages[0]


TOO_HEAVY = (
    "This file asks for more work than a server can give, because it is damaged or unusually "
    "built: “rapport.pdf”. Open it, print it into a new file (“Save as PDF”) and choose that."
)


# What is read


def test_pictures_pdfs_and_films_are_read_by_a_child_process():
    picture = pictures.reencode(SimpleUploadedFile("photo.png", content_of(photograph(), "PNG")))
    assert picture.name.endswith("-300x200.jpg")
    assert len(picture.variants) == 2
    document = documents.read(SimpleUploadedFile("rapport.pdf", PDF))
    assert (document.page_count, document.text) == (1, "La paix au Mali")
    assert document.cover.name.endswith("-848x1200.jpg")
    film = documents.read(SimpleUploadedFile("film.mp4", mp4()))
    assert (film.format, film.flaw, film.size) == ("mp4", "", len(mp4()))


def test_a_file_on_the_disk_is_read_where_it_lies_and_its_reader_is_not_moved(tmp_path):
    (tmp_path / "a.pdf").write_bytes(PDF)
    with (tmp_path / "a.pdf").open("rb") as file:
        assert file.read(5) == b"%PDF-"
        with sandbox._on_disk(file) as source:
            assert source.name == str(tmp_path / "a.pdf")
        assert documents.read(file).text == "La paix au Mali"
        file.seek(5)
        assert file.read(3) == b"1.4"


def test_an_upload_is_read_once_whoever_asks(monkeypatch):
    upload = SimpleUploadedFile("rapport.pdf", PDF)
    first = documents.read(upload)
    monkeypatch.setattr(documents, "read_in_child", None)
    assert documents.read(upload) is first


def test_the_child_knows_neither_django_nor_a_secret(monkeypatch):
    program = (
        "import sys; from profiles.files import child, pdf, pixels, films\n"
        "print([name for name in sys.modules if name.startswith(('django', 'imrap_site'))])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=sandbox._environment(), capture_output=True
    )
    assert (answer.stdout, answer.stderr) == (b"[]\n", b"")
    monkeypatch.setenv("SECRET_KEY", "guards everything")
    monkeypatch.setenv("DATABASE_URL", "postgres://user:password@host/name")
    assert not {"SECRET_KEY", "DATABASE_URL", "HOME"} & sandbox._environment().keys()


def test_threads_get_what_each_asked_for_one_after_the_other(monkeypatch):
    status_of_child, counting = sandbox._status_of_child, Lock()
    at_once = []

    def counted(*args):
        with counting:
            at_once.append(len(running) + 1)
            running.append(args)
        status = status_of_child(*args)
        running.remove(args)
        return status

    running = []
    monkeypatch.setattr(sandbox, "_status_of_child", counted)
    contents = [a_pdf(b"(Page %d) Tj" % number) for number in range(6)]
    with ThreadPoolExecutor(max_workers=6) as threads:
        texts = threads.map(lambda content: documents.read(io.BytesIO(content)).text, contents)
        assert list(texts) == [f"Page {number}" for number in range(6)]
    assert at_once == [1] * 6


def test_a_process_forked_from_one_that_reads_can_read():
    """As gunicorn does with --preload, and again when it replaces a worker."""
    program = """
import io, os, sys
from profiles.files import sandbox

content = sys.stdin.buffer.read()
def text():
    return sandbox.read_in_child("pdf", io.BytesIO(content))[0]["text"]
for turn in range(2):
    child = os.fork()
    if child == 0:
        os._exit(0 if text() == "La paix au Mali" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert text() == "La paix au Mali"
"""
    subprocess.run([sys.executable, "-c", program], input=PDF, cwd=ROOT, check=True)


# What is refused


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_what_asks_for_hours_or_for_all_memory_is_refused_in_words(make, monkeypatch):
    """The limits of time are shorter here, that of memory is the real one."""
    monkeypatch.setattr(sandbox, "CPU_SECONDS", 2)
    monkeypatch.setattr(sandbox, "SECONDS", 12)
    content = make()
    before = time.perf_counter()
    assert refusal_of(content) == TOO_HEAVY
    assert time.perf_counter() - before < 15
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1.2 * 2**20  # kilobytes


def test_the_limits_are_those_that_a_small_server_bears():
    assert (sandbox.CPU_SECONDS, sandbox.SECONDS, child.MEMORY) == (20, 22, 1_073_741_824)


def test_time_on_the_wall_is_limited_too(monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    before = time.perf_counter()
    assert refusal_of(tiling_pattern()) == TOO_HEAVY
    assert time.perf_counter() - before < 6


def test_what_breaks_the_program_that_reads_it_is_refused(monkeypatch):
    monkeypatch.setattr(sandbox, "_status_of_child", lambda *args: -11)  # a segmentation fault
    assert refusal_of(PDF) == TOO_HEAVY


def test_a_fault_of_ours_costs_one_file_and_is_told_to_whoever_keeps_the_site(monkeypatch, caplog):
    def failing(reader, source, answer, options):
        answer.write(json.dumps([{"flaw": "too_heavy", "trace": "KeyError: 'x'"}, {}]).encode())
        return 0

    monkeypatch.setattr(sandbox, "_status_of_child", failing)
    assert refusal_of(PDF) == TOO_HEAVY
    assert "KeyError: 'x'" in caplog.text


def test_who_has_waited_too_long_is_told_so(monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE", 0.01)
    with sandbox.CHILDREN:
        assert refusal_of(PDF) == (
            "The server was busy with other files and did not come to this one: “rapport.pdf”. "
            "Choose it again in a moment."
        )
        photo = SimpleUploadedFile("photo.png", content_of(photograph(), "PNG"))
        with pytest.raises(ValidationError, match=r"did not come to this one: “photo\.png”"):
            pictures.reencode(photo)
    assert documents.read(io.BytesIO(PDF)).flaw == ""  # the turn has come back


def test_a_full_disk_is_no_fault_of_the_file(tmp_path):
    (tmp_path / "a.pdf").write_bytes(PDF)
    with (tmp_path / "a.pdf").open("rb") as source, Path("/dev/full").open("wb") as answer:
        status = sandbox._status_of_child("pdf", source, answer, {})
        with pytest.raises(OSError, match="No space left on device"):
            sandbox._require_success(status)


def test_mutilated_pdfs_are_read_or_refused_by_the_child_too():
    chance = random.Random(2016)
    for _attempt in range(5):
        found, _files = sandbox.read_in_child("pdf", io.BytesIO(mutilated(bytearray(PDF), chance)))
        assert found.get("flaw") in (None, "damaged", "locked", "too_heavy")
        assert "trace" not in found


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its limits end it")
def test_the_child_ends_with_the_process_that_waits_for_it():
    program = "import io, sys; from profiles.files import sandbox\n"
    program += "sandbox.read_in_child('pdf', io.BytesIO(sys.stdin.buffer.read()))"
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, cwd=ROOT)
    parent.stdin.write(tiling_pattern())
    parent.stdin.close()
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    wait_until(lambda: children.read_text())
    (pid,) = children.read_text().split()
    wait_until(lambda: b"profiles.files.child" in Path(f"/proc/{pid}/cmdline").read_bytes())
    time.sleep(0.5)  # it has begun to read
    parent.kill()
    parent.wait()
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


# In the form


def test_a_paper_with_a_hostile_pdf_is_refused_in_words_and_nothing_typed_is_lost(
    staff_client, imrap, media_folder
):
    fields = paper_form(title_fr="Un titre tapé avec soin") | {"files-TOTAL_FORMS": "1"}
    fields |= {"files-0-language": "fr", "files-0-edition": "full"}
    file = SimpleUploadedFile("rapport.pdf", nested_forms())
    answer = staff_client.post(
        "/admin/profiles/paper/add/",
        fields | {"files-0-file": file},
        headers={"accept-language": "fr"},
    )
    assert "Ce fichier demande plus de travail qu’un serveur ne peut en donner" in answer.text
    assert 'value="Un titre tapé avec soin"' in answer.text
    assert Paper.objects.count() == 0
    assert not media_folder.exists()


@pytest.fixture
def transactions(monkeypatch):
    """Whether a transaction was open, for each file that was read."""
    found = []

    def watched(*args, **options):
        found.append(connection.in_atomic_block)
        return sandbox.read_in_child(*args, **options)

    for module in (pictures, documents):
        monkeypatch.setattr(module, "read_in_child", watched)
    return found


@pytest.mark.django_db(transaction=True)
def test_files_of_a_form_are_read_before_its_transaction_begins(
    staff_client, imrap, transactions, media_folder
):
    fields = paper_form() | {"files-TOTAL_FORMS": "1", "files-0-language": "fr"}
    fields |= {"files-0-edition": "full", "image_alt_fr": "Une photo"}
    fields["files-0-file"] = SimpleUploadedFile("rapport.pdf", PDF)
    fields["image"] = SimpleUploadedFile("photo.jpg", content_of(photograph()))
    assert staff_client.post("/admin/profiles/paper/add/", fields).status_code == 302
    assert transactions == [False, False]
    file = PaperFile.objects.get()
    assert (file.page_count, file.text) == (1, "La paix au Mali")
    assert default_storage.exists(file.cover.name)
    assert default_storage.exists(Paper.objects.get().image.name)


@pytest.mark.django_db(transaction=True)
def test_files_of_a_version_are_read_before_its_transaction_begins(
    staff_client, add_paper, transactions
):
    fields = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    fields["files-0-file"] = SimpleUploadedFile("rapport.pdf", PDF)
    staff_client.post("/admin/profiles/paper/add/", paper_form(**fields))
    paper = Paper.objects.get()
    paper.files.get().delete()
    (version,) = history.versions_of(Paper, paper.pk)
    page = f"/admin/profiles/paper/{paper.pk}/history/{version.pk}/"
    seen = staff_client.get(page).context["seen"]
    transactions.clear()
    assert staff_client.post(page, {"_seen": seen}).status_code == 302
    assert transactions == [False]
    assert paper.files.get().text == "La paix au Mali"


@pytest.mark.django_db(transaction=True)
def test_files_of_the_seed_are_read_before_its_transaction_begins(transactions, media_folder):
    call_command("seed", "--sample", verbosity=0)
    assert transactions
    assert set(transactions) == {False}
