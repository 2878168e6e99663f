"""How often each entry is read, downloaded, played and taken away; by people, and without knowing whom."""

import os
import signal
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse

from imrap_site.serving.pages.store import Address
from imrap_site.serving.reach import CRAWLERS, Counted, nouns, tally
from imrap_site.serving.reach.store import FileStore, StoreFailed, store
from imrap_site.start import ROOT
from profiles import preview
from profiles.models import Video
from tests.builders import a_copy_served, a_file, a_recording, answer_to, empty_reach, got
from tests.films import mp4

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0"
CUBOT = (
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36"
)
PEOPLE = {"User_Agent": FIREFOX}


@pytest.fixture(autouse=True)
def nothing_read_yet(request):
    """On PostgreSQL the numbers lie beside the transaction of a test."""
    if connection.vendor == "postgresql":
        request.getfixturevalue("db")
        empty_reach()


def numbers(file=None):
    """{noun and act: number} of all days."""
    sql = "SELECT noun || ' ' || act, sum(number) FROM counts GROUP BY noun, act"
    return {words: int(number) for words, number in (file or store()).rows(sql)}


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, numbers()
        time.sleep(0.05)


class Site:
    """An application that answers everything, with the counting door before it."""

    def __init__(self, status="200 OK", headers=()):
        self.status, self.headers = status, list(headers)
        self.door = Counted(self.application)

    def application(self, environ, start_response):
        start_response(self.status, self.headers)
        return HttpResponse("…")

    def get(self, path="/fr/", query="", method="GET", **headers):
        environ = Address("http", "testserver", path, query, "fr").environ()
        environ |= {"REQUEST_METHOD": method, "HTTP_USER_AGENT": FIREFOX, **headers}
        self.door(environ, lambda *_head: None)

    def counted(self):
        """How many answers since the last time."""
        return sum(self.door.tally.take()[0].values())


# Through a real server


@contextmanager
def a_server(folder, seconds="0.3", **variables):
    with a_copy_served(folder, REACH_SECONDS=seconds, **variables) as (port, _database):
        yield port


@pytest.fixture
def paper(transactional_db, add_paper):
    paper = add_paper("Autoportrait du Mali", slug="autoportrait")
    a_file(paper)
    return paper


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
@pytest.mark.django_db(transaction=True)
def test_views_downloads_plays_and_takings_away_are_counted_apart(paper, tmp_path):
    recording = a_recording(paper)
    with a_server(tmp_path) as port:
        for path in (
            *("/fr/papers/autoportrait/", "/en/papers/autoportrait/", "/fr/papers/autoportrait/"),
            *("/fr/papers/autoportrait/cite.bib", "/fr/papers/autoportrait/copy.html"),
            *(paper.files.get().file.url, recording.file.url),
            *("/", "/fr/", "/fr/papers/", "/en/papers/?utm_source=mail", "/fr/search/?q=mali"),
            *("/fr/feed.atom", "/robots.txt", "/fr/papers/unknown/"),
        ):
            got(port, path, **PEOPLE)
        expected = {
            f"papers-{paper.pk} view": 3,
            f"papers-{paper.pk} download": 1,
            f"papers-{paper.pk} play": 1,
            f"papers-{paper.pk} copy": 2,
            "profile view": 2,
            "lists view": 2,
        }
        until(lambda: numbers() == expected)


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_page_given_out_of_memory_counts_and_one_that_the_reader_has_too(paper, tmp_path):
    with a_server(tmp_path) as port:
        _status, headers, _body = got(port, "/fr/papers/autoportrait/", **PEOPLE)
        for _time in range(4):
            got(port, "/fr/papers/autoportrait/", **PEOPLE)
        known = {"If-None-Match": headers["ETag"], **PEOPLE}
        assert got(port, "/fr/papers/autoportrait/", **known)[0] == 304
        got(port, "/fr/papers/autoportrait/", "HEAD", **PEOPLE)
        until(lambda: numbers() == {f"papers-{paper.pk} view": 6})


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
@pytest.mark.django_db(transaction=True)
def test_two_processes_add_up_and_an_end_loses_nothing(paper, tmp_path):
    """A minute goes by long after this server's end, which writes down what there is."""
    with a_server(tmp_path, seconds="600", WEB_CONCURRENCY="2") as port:
        for _time in range(40):
            got(port, "/fr/papers/autoportrait/", **PEOPLE)
        assert numbers() == {}
    assert numbers() == {f"papers-{paper.pk} view": 40}


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_killed_process_loses_what_came_since_the_last_batch(paper, tmp_path):
    with a_server(tmp_path) as port:
        got(port, "/fr/", **PEOPLE)
        until(lambda: numbers() == {"profile view": 1})
        with store().opened(writing=True):  # so that no batch comes in between
            got(port, "/fr/", **PEOPLE)
            time.sleep(0.5)
            for process in children_of(os.getpid()):
                for worker in children_of(process):
                    os.kill(worker, signal.SIGKILL)
        until(lambda: answered(port))
        until(lambda: numbers() == {"profile view": 2})


def answered(port):
    try:
        return got(port, "/fr/", **PEOPLE)[0] == 200
    except OSError:
        return False


def children_of(process):
    with open(f"/proc/{process}/task/{process}/children") as file:
        return [int(child) for child in file.read().split()]


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_locked_store_delays_no_answer_and_what_was_counted_waits(paper, tmp_path):
    store().rows("SELECT 1")
    with a_server(tmp_path) as port:
        with store().opened(writing=True):
            for _time in range(5):
                began = time.monotonic()
                assert got(port, "/fr/", **PEOPLE)[0] == 200
                assert time.monotonic() - began < 3
                time.sleep(0.3)
            assert numbers() == {}
        until(lambda: numbers() == {"profile view": 5})


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
@pytest.mark.django_db(transaction=True)
def test_who_has_signed_in_is_not_counted(paper, staff_client, tmp_path):
    with a_server(tmp_path) as port:
        assert answer_to(staff_client, port, "/fr/papers/autoportrait/").status == 200
        assert answer_to(staff_client, port, "/admin/").status == 200
        got(port, "/fr/", **PEOPLE)
        until(lambda: numbers() == {"profile view": 1})


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_preview_is_not_counted(paper, tmp_path):
    paper.is_draft = True
    paper.save()
    with a_server(tmp_path) as port:
        assert got(port, preview.address_for(paper), **PEOPLE)[0] == 200
        got(port, "/fr/", **PEOPLE)
        until(lambda: numbers() == {"profile view": 1})


# What the door leaves out


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "curl/8.14.1",
        "python-requests/2.32.5",
        "Wget/1.25.0",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
        "UptimeRobot/2.0",
        "",
    ],
)
def test_programs_that_read_are_left_out(agent):
    site = Site()
    site.get(HTTP_USER_AGENT=agent)
    assert site.counted() == 0


@pytest.mark.parametrize("agent", [FIREFOX, CUBOT, "Opera/9.80 (Android; Opera Mini/36.2)"])
def test_people_are_counted_whatever_their_telephone(agent):
    site = Site()
    site.get(HTTP_USER_AGENT=agent)
    assert site.counted() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_X_MOZ": "prefetch"},
        {"HTTP_COOKIE": "sessionid=abc"},
        {"query": "preview=papers-1:abc"},
        {"method": "HEAD"},
        {"method": "POST"},
    ],
)
def test_what_nobody_reads_is_left_out(headers):
    site = Site()
    site.get(**headers)
    assert site.counted() == 0


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "302 Found"])
def test_what_is_no_answer_is_not_counted(status):
    site = Site(status)
    site.get()
    assert site.counted() == 0


@pytest.mark.parametrize(
    ("wanted", "status", "number"),
    [
        ("bytes=0-", "206 Partial Content", 1),
        ("bytes=0-65535", "206 Partial Content", 1),
        ("bytes=0-1", "206 Partial Content", 0),  # Safari asks whether parts can be had
        ("bytes=65536-", "206 Partial Content", 0),
        ("bytes=-500", "206 Partial Content", 0),
        ("bytes=65536-", "200 OK", 1),  # the file is another one now: all of it
    ],
)
def test_a_film_asked_for_in_parts_counts_once(wanted, status, number):
    site = Site(status)
    site.get("/media/videos/abc/film.mp4", HTTP_RANGE=wanted)
    assert site.counted() == number


def test_so_does_one_that_the_web_server_hands_out():
    site = Site("200 OK")
    for wanted in ("bytes=0-", "bytes=65536-"):
        headers = {"HTTP_X_SENDFILE_TYPE": "X-Accel-Redirect", "HTTP_RANGE": wanted}
        site.get("/media/videos/abc/film.mp4", **headers)
    assert site.counted() == 1


def test_nothing_of_the_reader_is_kept():
    site = Site()
    site.get("/fr/papers/", query="q=secret", REMOTE_ADDR="203.0.113.7", HTTP_COOKIE="a=b")
    ((day, path),) = site.door.tally.numbers
    assert (day, path) == (datetime.now(UTC).date().isoformat(), "/fr/papers/")


# Days and bounds


def test_a_day_ends_at_midnight_where_the_site_is(settings):
    settings.TIME_ZONE = "Europe/Paris"  # an hour before UTC in winter
    site = Site()
    for moment in ("2026-01-31T22:59:59", "2026-01-31T23:00:00"):
        with time_machine.travel(f"{moment}+00:00", tick=False):
            site.get()
    assert site.door.tally.numbers == {("2026-01-31", "/fr/"): 1, ("2026-02-01", "/fr/"): 1}


def test_ten_thousand_addresses_are_kept_and_no_more(monkeypatch):
    site = Site()
    for number in range(10_050):
        site.get(f"/fr/papers/{number}/")
    assert len(site.door.tally.numbers) == 10_000
    site.get("/fr/papers/0/")
    assert site.door.tally.numbers[next(iter(site.door.tally.numbers))] == 2
    assert site.door.tally.take()[1] == 50


def test_what_could_not_be_written_down_is_bounded_too(monkeypatch):
    counts = tally.Tally()
    monkeypatch.setattr(tally, "MOST", 2)
    counts.add("/fr/", 1_800_000_000)
    taken, _left_over = counts.take()
    counts.add("/fr/", 1_800_000_000)
    counts.give_back(taken)
    assert counts.take() == ({("2027-01-15", "/fr/"): 2}, 0)


# Which entry a path is


def test_a_renamed_entry_keeps_its_figures_and_a_deleted_one_gets_none(add_paper):
    paper = add_paper("Ancien titre", slug="ancien")
    assert nouns.meaning("/fr/papers/ancien/") == (f"papers-{paper.pk}", "view")
    paper.title_fr, paper.slug = "Nouveau titre", "nouveau"
    paper.save()
    assert nouns.meaning("/fr/papers/nouveau/") == (f"papers-{paper.pk}", "view")
    paper.delete()
    assert nouns.meaning("/fr/papers/nouveau/") is None


def test_files_belong_to_the_entry_that_shows_them(add_paper, imrap):
    paper = add_paper()
    file = a_file(paper)
    video = Video.objects.create(organisation=imrap, title_fr="Film", is_draft=False)
    video.file.save("film.mp4", ContentFile(mp4()), save=False)
    Video.objects.filter(pk=video.pk).update(file=video.file.name)
    assert nouns.meaning(file.file.url) == (f"papers-{paper.pk}", "download")
    assert nouns.meaning(video.file.url) == (f"videos-{video.pk}", "play")
    assert nouns.meaning(a_recording(imrap).file.url) == ("profile", "play")
    assert nouns.meaning(file.cover.url) is None
    assert nouns.meaning("/media/papers/none/of-ours.pdf") is None


@pytest.mark.parametrize(
    "path", ["/fr/search/", "/fr/papers/card-abc.jpg", "/xx/", "/fr/\xff\xfe/"]
)
def test_other_paths_are_no_entry(path, db):
    assert nouns.meaning(path) is None


# The store


def test_numbers_are_added_to_what_is_there(tmp_path):
    file = FileStore(tmp_path / "reach.sqlite3")
    for _time in range(2):
        file.add({("2026-11-26", "papers-1", "view"): 3, ("2026-11-26", "profile", "view"): 1})
    assert numbers(file) == {"papers-1 view": 6, "profile view": 2}


def test_a_broken_store_is_put_aside_and_a_new_one_begun(tmp_path):
    file = FileStore(tmp_path / "reach.sqlite3")
    file.path.write_bytes(b"this was a database once" * 100)
    with pytest.raises(StoreFailed):
        file.add({("2026-11-26", "papers-1", "view"): 3})
    file.add({("2026-11-26", "papers-1", "view"): 3})
    assert numbers(file) == {"papers-1 view": 3}
    (aside,) = tmp_path.glob("reach-broken-*.sqlite3")
    assert aside.read_bytes().startswith(b"this was a database once")


def test_a_full_disk_is_told_and_what_was_counted_waits(db, caplog, monkeypatch):
    site = Site()
    site.get()
    connected = FileStore.connected

    def on_a_full_disk(self):
        database = connected(self)
        database.execute("PRAGMA max_page_count = 1")
        database.execute("CREATE TABLE more (text)")
        return database

    if connection.vendor == "sqlite":
        with monkeypatch.context() as patch:
            patch.setattr(FileStore, "connected", on_a_full_disk)
            site.door.write()
        assert "reach.sqlite3: database or disk is full" in caplog.text
    site.door.write()
    assert numbers() == {"profile view": 1}


def test_a_lost_store_begins_anew(tmp_path):
    file = FileStore(tmp_path / "reach.sqlite3")
    file.add({("2026-11-26", "papers-1", "view"): 3})
    file.path.unlink()
    file.add({("2026-11-26", "papers-1", "view"): 1})
    assert numbers(file) == {"papers-1 view": 1}


@pytest.mark.on_sqlite("see test_two_hosts and test_postgresql")
def test_a_batch_that_fails_is_told_and_tried_again(db, caplog):
    site = Site()
    site.get()
    settings.VAR_DIR.parent.mkdir(exist_ok=True)
    settings.VAR_DIR.write_text("no folder")
    site.door.write()
    assert "could not be written down" in caplog.text
    settings.VAR_DIR.unlink()
    site.door.write()
    assert numbers() == {"profile view": 1}


# What a web server answers by itself


def log_line(path="/fr/", moment="2026-11-26T10:00:00+00:00", status=200, method="GET"):
    return f"{moment} {method} {status} {path}\n"


@pytest.fixture
def log(db, settings, tmp_path):
    """One that is empty, and read already."""
    log = tmp_path / "reach.log"
    settings.REACH_LOG = str(log)
    log.touch()
    Site().door.write()
    return log


def test_lines_of_the_web_server_count_once(db, log):
    log.write_text(
        log_line() + log_line(method="HEAD") + log_line(status=404) + log_line("/fr/papers/")
    )
    site = Site()
    for _time in range(2):
        site.door.write()
    assert numbers() == {"profile view": 1, "lists view": 1}
    with log.open("a") as file:
        file.write(log_line() + log_line()[:-5])
    site.door.write()
    with log.open("a") as file:
        file.write(log_line()[-5:])
    assert numbers()["profile view"] == 2
    Site().door.write()
    assert numbers()["profile view"] == 3


def test_a_log_that_was_rotated_is_read_to_its_end(db, log):
    log.write_text(log_line())
    site = Site()
    site.door.write()
    with log.open("a") as file:
        file.write(2 * log_line(moment="2026-11-26T23:59:59+00:00"))
    log.rename(log.with_name("reach.log.1"))
    log.write_text(log_line(moment="2026-11-27T00:00:01+00:00"))
    site.door.write()
    assert store().rows("SELECT day, number FROM counts ORDER BY day") == [
        ("2026-11-26", 3),
        ("2026-11-27", 1),
    ]


def test_a_log_that_was_emptied_is_begun_anew(db, log):
    log.write_text(3 * log_line())
    site = Site()
    site.door.write()
    log.write_text(4 * log_line(moment="2026-11-27T10:00:00+00:00"))
    site.door.write()
    assert numbers() == {"profile view": 7}


@pytest.mark.parametrize("before", [0, 1])
def test_two_processes_read_the_same_lines_once(db, log, monkeypatch, before):
    log.write_text(before * log_line())
    Site().door.write()
    log.write_text(3 * log_line())
    former = FileStore.position

    def meanwhile(self, name):
        found = former(self, name)
        monkeypatch.setattr(FileStore, "position", former)
        Site().door.write()
        return found

    monkeypatch.setattr(FileStore, "position", meanwhile)
    Site().door.write()
    assert numbers() == {"profile view": 3}


def test_a_page_that_the_web_server_logs_is_not_counted_by_the_site_too(db, log):
    site = Site()
    site.get(HTTP_X_COUNTED_BY_LOG="yes")
    assert site.counted() == 0
    site.get("/media/papers/abc/rapport.pdf", HTTP_X_COUNTED_BY_LOG="yes")
    assert site.counted() == 1  # files pass through the site


def test_a_host_away_from_the_web_server_leaves_its_pages_to_one_that_reads_the_log(
    db, log, settings, monkeypatch
):
    """Of several, on one PostgreSQL; five minutes after nobody reads it any more, it counts itself."""
    settings.REACH_LOG = ""
    monkeypatch.setattr(FileStore, "is_shared", True)
    site = Site()
    site.get(HTTP_X_COUNTED_BY_LOG="yes")
    assert site.counted() == 1
    site.door.write()
    site.get(HTTP_X_COUNTED_BY_LOG="yes")
    assert site.counted() == 0
    site.get()  # asked without the web server
    assert site.counted() == 1
    with time_machine.travel(time.time() + 301):
        site.door.write()
    site.get(HTTP_X_COUNTED_BY_LOG="yes")
    assert site.counted() == 1


def test_a_log_that_cannot_be_read_is_told(db, log, caplog):
    site = Site()
    log.rename(log.with_name("away"))
    site.door.write()
    assert "REACH_LOG can't be read, so the site counts alone" in caplog.text
    site.get(HTTP_X_COUNTED_BY_LOG="yes")
    site.door.write()
    assert numbers() == {"profile view": 1}
    log.write_text(log_line() + "what the site has counted\n")
    site.door.write()
    with log.open("a") as file:
        file.write(log_line())
    site.door.write()
    assert numbers() == {"profile view": 2}


def test_what_was_logged_before_anybody_read_was_counted_by_the_site(db, settings, tmp_path):
    settings.REACH_LOG = str(tmp_path / "reach.log")
    (tmp_path / "reach.log").write_text(log_line())
    Site().door.write()
    Site().door.write()
    assert numbers() == {}


def test_nginx_leaves_out_the_same_programs():
    shipped = (ROOT / "deploy/nginx.conf").read_text()
    assert f'"~*{CRAWLERS}" 1;' in shipped
