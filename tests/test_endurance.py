"""Hard times for the server that `make run` starts: crowds, junk, kills, locks, full and lost disks."""

import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from imrap_site import start
from profiles.generated import add_papers
from profiles.models import Paper
from tests.builders import (
    PASSWORD,
    a_clone,
    a_copy_served,
    a_free_port,
    a_pdf,
    answer_to,
    csv_file,
    environment,
    filled,
    got,
    kept_photograph,
    lend_static_files,
    started,
    words,
)

pytestmark = [pytest.mark.endurance, pytest.mark.django_db(transaction=True)]
ADD = "/admin/profiles/paper/add/"
PUBLIC = [
    "/fr/",
    "/en/",
    "/fr/papers/",
    "/en/papers/?page=2",
    "/fr/search/?q=paix",
    "/fr/feed.atom",
]


def one_value(database, query):
    with closing(sqlite3.connect(database)) as copy:
        return copy.execute(query).fetchone()[0]


def copied_to(file):
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
    return file


# Strangers


def hostile_request(chance):
    """A request that no browser would send."""
    methods = [
        "GET",
        "POST",
        "HEAD",
        "PUT",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "PATCH",
        "get",
        "\0",
        "A" * 40,
    ]
    roots = [
        "/",
        "/fr/",
        "/en/papers/",
        "/media/",
        "/admin/",
        "/accounts/login/",
        "/static/",
        "/health/",
    ]
    tails = [
        "",
        "..%2f..%2fetc/passwd",
        "%00",
        "%ff%fe",
        "a" * 3000,
        "?page=" + "9" * 400,
        "?q=" + "%22" * 50,
    ]
    tails += [
        "?preview=a:b:c",
        "../" * 20,
        "sitemap.xml",
        "?page=-1&year=²",
        "papers/x/cite.bib",
        "%0d%0aX: y",
    ]
    tails += ["".join(chr(chance.randrange(33, 127)) for _ in range(chance.randrange(1, 60)))]
    names = [
        "Host",
        "Cookie",
        "Accept-Language",
        "Accept-Encoding",
        "Range",
        "If-None-Match",
        "X-Forwarded-For",
    ]
    names += [
        "X-Forwarded-Proto",
        "Content-Type",
        "If-Modified-Since",
        "X-Sendfile-Type",
        "Origin",
        "X-Sending",
    ]
    values = [
        "127.0.0.1",
        "sessionid=" + "a" * 32,
        "é" * 20,
        "bytes=0-,5-,-1",
        "a" * 4000,
        "\t",
        "*",
        "fr;q=x",
    ]
    values += [
        "multipart/form-data; boundary=" + "-" * 300,
        "multipart/form-data",
        "text/\xff",
        "X-Accel-Redirect",
    ]
    body = chance.randbytes(chance.choice([0, 0, 5, 500])) if chance.random() < 0.5 else b""
    lines = [f"{chance.choice(methods)} {chance.choice(roots)}{chance.choice(tails)} HTTP/1.1"]
    lines += ["Host: 127.0.0.1"] * (chance.random() < 0.9)
    lines += [
        f"{chance.choice(names)}: {chance.choice(values)}" for _ in range(chance.randrange(4))
    ]
    lines += [f"Content-Length: {chance.choice([len(body), len(body), 0, 10**9, -1])}"] * bool(body)
    lines += ["Transfer-Encoding: chunked"] * (chance.random() < 0.05)
    lines += ["Connection: close"]
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + body


def status_of(port, request):
    """The status of what is answered; None where the server only hung up."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as line,
        suppress(ConnectionError),
    ):
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        head = line.recv(100)
        return int(head.split()[1]) if head else None


def test_of_3000_hostile_requests_none_is_a_fault_and_none_closes_the_site(
    imrap, add_paper, tmp_path
):
    add_paper(slug="x")
    chance = random.Random(20261125)
    requests = [hostile_request(chance) for _number in range(3_000)]
    with a_copy_served(tmp_path) as (port, _database), ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda request: status_of(port, request), requests))
        assert got(port, "/fr/")[0] == 200
    faults = [one for one in zip(statuses, requests, strict=True) if (one[0] or 0) >= 500]
    # 501 is what a server says of a method or an encoding that it does not know.
    assert [one for one in faults if one[0] != 501] == []
    assert "Traceback" not in (tmp_path / "printed").read_text()


# Crowds


@pytest.fixture
def busy_site(staff_client, imrap, tmp_path):
    add_papers(60)
    with a_copy_served(tmp_path) as (port, database):
        keys = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
        yield SimpleNamespace(port=port, database=database, staff=staff_client, keys=keys)


class Crowd:
    """Visitors and editors who do what they do until they are told to stop; what they were answered."""

    def __init__(self, site):
        self.site, self.stop, self.statuses = site, threading.Event(), []

    def visit(self, number):
        chance = random.Random(number)
        while not self.stop.is_set():
            self.statuses.append(got(self.site.port, chance.choice(PUBLIC))[0])
            self.stop.wait(chance.random())  # they read

    def edit(self, number):
        form, saved = f"/admin/profiles/paper/{self.site.keys[number]}/change/", 0
        while not self.stop.is_set():
            opened = answer_to(self.site.staff, self.site.port, form)
            title = f"Titre {saved} de {number}"
            answer = answer_to(
                self.site.staff, self.site.port, form, filled(opened, title_fr=title)
            )
            assert opened.status == 200
            self.statuses.append(answer.status)
            saved += 1
            self.stop.wait(0.5)
        return title

    @contextmanager
    def at_work(self, visitors=40, editors=10):
        with ThreadPoolExecutor(visitors + editors) as pool:
            visits = [pool.submit(self.visit, number) for number in range(visitors)]
            edits = [pool.submit(self.edit, number) for number in range(editors)]
            try:
                yield
            finally:
                self.stop.set()
            for visit in visits:
                visit.result()
            self.titles = [edit.result() for edit in edits]

    def assert_well(self):
        assert set(self.statuses) == {200, 302}
        for number, title in enumerate(self.titles):
            query = f"select title_fr from profiles_paper where id = {self.site.keys[number]}"
            assert one_value(self.site.database, query) == title


def test_40_visitors_and_10_editors_are_answered_without_a_fault(busy_site):
    crowd = Crowd(busy_site)
    with crowd.at_work():
        time.sleep(15)
    crowd.assert_well()


def test_a_crowd_is_answered_beside_a_large_import_and_large_pictures(busy_site, tmp_path):
    crowd, staff, port = Crowd(busy_site), busy_site.staff, busy_site.port
    rows = [("title_fr", "date")] + [(f"Importé {number}", "2020") for number in range(2_000)]
    sheet = SimpleUploadedFile("papiers.csv", csv_file(*rows))
    picture = kept_photograph((5_000, 3_300)).read()
    with crowd.at_work(), ThreadPoolExecutor(2) as pool:
        importing = pool.submit(imported, staff, port, sheet)
        sending = pool.submit(
            lambda: [with_picture(staff, port, picture, number) for number in range(8)]
        )
        assert importing.result() == 302
        assert sending.result() == [302] * 8
    crowd.assert_well()
    count = "select count(*) from profiles_paper where title_fr like 'Importé %'"
    assert one_value(busy_site.database, count) == 2_000
    assert (
        one_value(busy_site.database, "select count(*) from profiles_video where image != ''") == 8
    )


def imported(staff, port, sheet):
    page = answer_to(
        staff, port, "/admin/profiles/paper/sheet/", {"file": sheet, "is_whole": "1"}, 300
    )
    assert "2,000" in page.text or "2000" in page.text
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    return answer_to(
        staff, port, "/admin/profiles/paper/sheet/import/", {"token": token}, 300
    ).status


def with_picture(staff, port, picture, number):
    add = "/admin/profiles/video/add/"
    typed = filled(answer_to(staff, port, add), title_fr=f"Film {number}", image_is_decorative="on")
    image = SimpleUploadedFile("photo.jpg", picture + number.to_bytes(2))
    return answer_to(staff, port, add, {**typed, "image": image}, 300).status


# Power cuts


def test_over_20_kills_every_save_that_was_answered_is_kept(staff_client, add_paper, tmp_path):
    papers = [add_paper("Avant", is_draft=True) for _number in range(2)]
    database = copied_to(tmp_path / "db.sqlite3")
    acknowledged = {paper.pk: "Avant" for paper in papers}
    tried = {paper.pk: {"Avant"} for paper in papers}

    def write(port, key, over):
        form = f"/admin/profiles/paper/{key}/change/"
        number = 0
        while not over.is_set():
            title = f"{key}-{port}-{number}"
            with suppress(OSError, HTTPException):
                typed = filled(answer_to(staff_client, port, form), title_fr=title)
                tried[key].add(title)
                if answer_to(staff_client, port, form, typed).status == 302:
                    acknowledged[key] = title
                    tried[key] = {title}
            number += 1

    chance = random.Random(14)
    for _kill in range(20):
        over = threading.Event()
        with killed_at_the_end(database, tmp_path) as (port, group), ThreadPoolExecutor(2) as pool:
            writing = [pool.submit(write, port, key, over) for key in acknowledged]
            time.sleep(0.3 + chance.random())
            os.killpg(group, signal.SIGKILL)
            over.set()
            for one in writing:
                one.result()
        assert one_value(database, "PRAGMA integrity_check") == "ok"
        for key in acknowledged:
            title = one_value(database, f"select title_fr from profiles_paper where id = {key}")
            # The last one answered, or one that was stored while the answer was on its way.
            assert title in {acknowledged[key], *tried[key]}
            acknowledged[key], tried[key] = title, {title}
    assert len(set(acknowledged.values())) == 2
    assert "Avant" not in acknowledged.values()


@contextmanager
def killed_at_the_end(database, folder):
    port = a_free_port()
    variables = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "PORT": str(port),
    }
    printed = (folder / "printed").open("a")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "imrap_site.wsgi:application"],
        cwd=start.ROOT,
        env=os.environ | variables,
        stderr=subprocess.STDOUT,
        stdout=printed,
        start_new_session=True,
    )
    try:
        for _ in range(300):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            time.sleep(0.1)
        yield port, server.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        printed.close()


# Locks


@contextmanager
def locked(database, how, seconds):
    """Somebody else holds the database for so long."""
    other = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    other.execute(f"BEGIN {how}")
    release = threading.Timer(seconds, other.execute, ["ROLLBACK"])
    release.start()
    try:
        yield
    finally:
        release.join()
        other.close()


def test_a_save_waits_for_a_short_lock_and_a_long_one_loses_nothing(
    staff_client, add_paper, tmp_path
):
    form = f"/admin/profiles/paper/{add_paper('Avant', is_draft=True).pk}/change/"
    with a_copy_served(tmp_path) as (port, database):
        got(port, "/fr/")
        typed = filled(answer_to(staff_client, port, form), title_fr="Après trois secondes")
        with locked(database, "IMMEDIATE", 3):
            assert got(port, "/fr/")[0] == 200
            assert answer_to(staff_client, port, form, typed).status == 302
        typed = filled(answer_to(staff_client, port, form), title_fr="Tapé pendant le verrou")
        with locked(database, "IMMEDIATE", 25):
            answer = answer_to(staff_client, port, form, typed)
        assert "The server was busy with another change. Nothing was saved." in words(answer)
        assert 'value="Tapé pendant le verrou"' in answer.text
        with locked(database, "EXCLUSIVE", 32):
            assert got(port, "/fr/")[0] == 200  # true still, or the last good one
            answer = answer_to(staff_client, port, form, typed)
        assert answer.status == 503
        assert 'name="title_fr" value="Tapé pendant le verrou"' in answer.text
        assert answer_to(staff_client, port, form, typed).status == 302


# Disks


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="Only root can make a disk of its own.")


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]).returncode:
        pytest.skip("No disk can be mounted here.")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk):
    with suppress(OSError), (disk / "fills").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 65_536)
    with suppress(OSError), (disk / "fills-too").open("wb", buffering=0) as file:
        while True:
            file.write(b"x")


def unsaved(answer):
    """The form came back, with its sentence and what was typed."""
    assert answer.status in (200, 503)
    assert re.search("The server’s disk is full|had no room for", words(answer))
    assert "Tapé avec soin" in answer.text
    assert "Traceback" not in answer.text


@needs_root
@pytest.mark.parametrize("place", ["database", "media", "tmp", "var"])
def test_a_full_disk_anywhere_loses_nothing(
    staff_client, add_paper, tmp_path, disk, settings, place
):
    paper = add_paper("Avant", slug="avant")
    form = f"/admin/profiles/paper/{paper.pk}/change/"
    large = SimpleUploadedFile("rapport.pdf", a_heavy_pdf())
    folder, variables = (disk if place == "database" else tmp_path), {}
    if place == "media":
        settings.MEDIA_ROOT = disk / "media"
        settings.MEDIA_ROOT.mkdir()
    if place == "var":
        settings.VAR_DIR = disk / "var"
    if place == "tmp":
        variables["TMPDIR"] = str(disk)
    with a_copy_served(folder, **variables) as (port, database):
        fill(disk)
        assert got(port, "/fr/papers/avant/")[0] == 200
        typed = filled(answer_to(staff_client, port, form), title_fr="Tapé avec soin")
        row = {"files-0-file": large, "files-0-language": "fr", "files-0-edition": "full"}
        with_file = {**typed, **row, "files-TOTAL_FORMS": "1"}
        if place == "database":
            unsaved(answer_to(staff_client, port, form, typed))
        elif place == "var":
            assert answer_to(staff_client, port, form, typed).status == 302
        else:
            unsaved(answer_to(staff_client, port, form, with_file))
        assert got(port, "/fr/papers/avant/")[0] == 200
        for name in ("fills", "fills-too"):
            (disk / name).unlink(missing_ok=True)
        typed = filled(answer_to(staff_client, port, form), title_fr="Après")
        assert answer_to(staff_client, port, form, typed).status == 302
        title = f"select title_fr from profiles_paper where id = {paper.pk}"
        assert one_value(database, title) == "Après"


def a_heavy_pdf():
    """Of 4 MB, most of them a remark."""
    head, end = a_pdf(b"(mots) Tj").split(b"startxref")
    return head + b"%" + 4_000_000 * b"x" + b"\nstartxref" + end


@needs_root
def test_a_disk_that_turns_read_only_is_told_and_read(staff_client, add_paper, tmp_path, disk):
    form = f"/admin/profiles/paper/{add_paper('Avant', slug='avant').pk}/change/"
    database = copied_to(disk / "db.sqlite3")
    with a_copy_served(tmp_path, DATABASE_URL=f"sqlite:///{database}") as (port, _other):
        typed = filled(answer_to(staff_client, port, form), title_fr="Tapé avec soin")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        assert got(port, "/fr/papers/avant/")[0] == 200
        answer = answer_to(staff_client, port, form, typed)
        assert "The server can’t write to its disk." in words(answer)
        assert "Tapé avec soin" in answer.text
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        assert answer_to(staff_client, port, form, typed).status == 302


# Restarts


@pytest.mark.parametrize("way", ["lost", "broken"])
def test_a_start_without_its_database_shows_the_last_good_pages(tmp_path, way):
    clone = a_clone(tmp_path / "clone")
    lend_static_files(clone)
    with started(clone) as (address, _printed):
        port = int(address.rpartition(":")[2])
        assert got(port, "/fr/")[0] == 200
    database = clone / "var/db.sqlite3"
    database.unlink() if way == "lost" else database.write_bytes(b"x" * 20_000)
    server = subprocess.Popen(
        [sys.executable, "-m", "imrap_site.start"],
        cwd=clone,
        env=environment(PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(300):
            with suppress(OSError):
                status, headers, page = got(port, "/fr/")
                break
            time.sleep(0.1)
        assert (status, headers["Cache-Status"]) == (200, "site; hit; detail=last-good")
        assert b"Institut Malien" in page
        assert got(port, "/accounts/login/")[0] in (200, 503)
        assert got(port, "/fr/papers/")[0] == 503
        assert database.exists() == (way == "broken")
    finally:
        server.send_signal(signal.SIGTERM)
        printed, _ = server.communicate(timeout=20)
    assert "The database can't be used: " in printed
    assert "Restore a backup" in printed
    assert PASSWORD not in printed
    assert "shown this once" not in printed
