"""A page is made once and given out while it is true: an edit is seen by the next request."""

import gzip
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta

import brotli
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import F
from django.http import HttpResponse
from django.utils import timezone

from imrap_site import start
from imrap_site.serving import pages
from imrap_site.serving.pages import Pages, answers, stamp
from imrap_site.serving.pages.answers import Answers
from imrap_site.serving.pages.store import Address, Page
from profiles import lasting
from profiles.models import KINDS, Paper, PaperFile, Vacancy
from tests.builders import a_copy_served, a_pdf, ask_under_another_prefix, environment, got

FRENCH = {"HTTP_ACCEPT_LANGUAGE": "fr"}
TEXT = 'attr="' + 400 * "é" + '"'


class Site:
    """The door before an application that counts how often it is asked."""

    def __init__(self, folder):
        self.database = folder / "content.sqlite3"
        self.change("1")
        self.asked, self.answer = [], lambda: ("200 OK", [("Content-Type", "text/html")], TEXT)
        self.door = Pages(self.application)
        self.door.stamp = stamp.FileStamp(str(self.database))

    def application(self, environ, start_response):
        self.asked.append(environ["PATH_INFO"])
        status, headers, content = self.answer()
        start_response(status, headers)
        return HttpResponse(content)

    def change(self, content, age=5_000_000_000):
        """A write, `age` nanoseconds ago."""
        self.database.write_text(content)
        moment = time.time_ns() - age
        os.utime(self.database, ns=(moment, moment))

    def get(self, path="/fr/", query="", method="GET", **headers):
        """(status, headers, body)"""
        began = []
        environ = {**Address("http", "testserver", path, query, "fr").environ(), **headers}
        environ["REQUEST_METHOD"] = method
        answer = self.door(environ, lambda *head: began.append(head))
        body = b"".join(answer)
        getattr(answer, "close", int)()
        return began[0][0], dict(began[0][1]), body


@pytest.fixture
def site(db, tmp_path, var_folder):
    return Site(tmp_path)


# What is answered without asking the site


def test_a_page_is_made_once(site):
    first = site.get()
    assert first[0] == "200 OK"
    assert first[2] == TEXT.encode()
    for _number in range(3):
        assert site.get() == first
    assert site.asked == ["/fr/"]
    site.get("/en/")
    site.get("/fr/", "page=2")
    assert site.asked == ["/fr/", "/en/", "/fr/"]


@pytest.mark.parametrize("ending", ["", "-wal"])
def test_any_write_into_the_database_makes_it_anew(site, ending):
    site.get()
    file = site.database.with_name(site.database.name + ending)
    file.write_text("2")
    site.answer = lambda: ("200 OK", [("Content-Type", "text/html")], "another")
    assert site.get()[2] == b"another"


def test_a_write_of_as_many_bytes_shows_by_its_time_and_one_in_another_file_by_that(site):
    site.get()
    site.change("2", age=4_000_000_000)
    site.get()
    assert len(site.asked) == 2
    moment = site.database.stat().st_mtime_ns
    site.database.rename(f"{site.database}-before")
    site.change("3")
    os.utime(site.database, ns=(moment, moment))
    site.get()
    assert len(site.asked) == 3


@pytest.mark.parametrize(("age", "times"), [(0, 2), (-3600 * 10**9 - 7, 1), (10**9 + 7, 1)])
def test_a_page_made_in_the_tick_of_a_write_is_made_again(site, monkeypatch, age, times):
    """A second write in the same tick would not show. A clock that was wrong is no tick."""
    now = 1_800_000_000_123_456_789
    monkeypatch.setattr(time, "time_ns", lambda: now)
    os.utime(site.database, ns=(now - age, now - age))
    site.get()
    site.get()
    assert len(site.asked) == times


def test_where_a_disk_counts_whole_seconds_its_tick_is_longer(site):
    file = stamp.FileStamp(str(site.database))
    second = time.time_ns() // 10**9 * 10**9
    assert not file.is_rested((1, 1, second - 10**9))
    assert file.is_rested((1, 1, second - 4 * 10**9))
    assert not file.is_rested((1, 1, second - 4 * 10**9, 1, 1, time.time_ns()))


def test_without_a_database_nothing_counts_as_true(site):
    site.database.unlink()
    assert site.door.stamp() is None
    site.get()
    site.get()
    assert len(site.asked) == 2


def test_the_other_process_finds_the_page_that_one_has_made(site):
    first = site.get(HTTP_ACCEPT_ENCODING="gzip")
    other = Pages(site.application)
    other.stamp = site.door.stamp
    site.door = other
    assert site.get(HTTP_ACCEPT_ENCODING="gzip") == first
    assert len(site.asked) == 1


def test_each_language_that_a_browser_asks_for_has_its_page_where_the_address_does_not_say_it(site):
    for path, times in (("/", 2), ("/fr/", 3)):
        for accepted in ("fr", "en-GB,en;q=0.8", "bm, en;q=0.5"):
            site.get(path, HTTP_ACCEPT_LANGUAGE=accepted)
        assert len(site.asked) == times


@pytest.mark.parametrize(
    "answer",
    [
        ("404 Not Found", [("Content-Type", "text/html")], "x"),
        ("302 Found", [("Location", "/")], ""),
        ("200 OK", [("Cache-Control", "private, max-age=60")], "x"),
        ("200 OK", [("Cache-Control", "no-store")], "x"),
        ("200 OK", [("Set-Cookie", "a=b")], "x"),
        ("200 OK", [], (pages.LARGEST + 1) * "x"),
    ],
)
def test_what_is_not_the_same_for_all_is_asked_each_time(site, answer):
    site.answer = lambda: answer
    assert site.get()[0] == site.get()[0] == answer[0]
    assert len(site.asked) == 2


def test_whoever_carries_a_session_passes_by(site):
    site.get()
    site.get(HTTP_COOKIE="a=b; sessionid=x")
    site.get(HTTP_COOKIE="csrftoken=x")
    assert len(site.asked) == 2


def test_addresses_that_anybody_can_invent_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(answers, "ROOM", 40_000)
    monkeypatch.setattr(answers, "ROOM_OF_QUERIES", 10_000)
    kept = Answers()
    page = Page([], 1_000 * b"x", 0, (1,), time.time() + 60)
    profile = Address("http", "a", "/fr/", "", "")
    kept.add(profile, "", page)
    for number in range(100):
        kept.add(Address("http", "a", "/fr/", f"q={number}", ""), "", page)
    assert kept.find(profile, "", (1,), time.time())
    assert kept.queries.taken == 9_000
    assert len(kept.queries.answers) == 3
    assert not kept.find(profile, "", (1,), time.time() + 61)
    assert not kept.find(profile, "", (2,), time.time())


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_no_header_of_a_visitor_changes_what_others_get(imrap, tmp_path):
    with a_copy_served(tmp_path) as (port, _database):
        ask_under_another_prefix(port)
        page = got(port, "/fr/")[2].decode()
        assert 'href="/fr/"' in page
        assert "/en/fr/" not in page
        assert "evil" not in page


def test_a_page_under_another_prefix_is_not_kept(site):
    site.get(SCRIPT_NAME="/en")
    site.get()
    assert len(site.asked) == 2


# What goes over the line


def test_each_encoding_is_made_once_with_its_own_entity_tag(site):
    bodies = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
    tags = set()
    for accepted, unpacked in bodies.items():
        for _number in range(2):
            _status, headers, body = site.get(HTTP_ACCEPT_ENCODING=accepted)
            assert unpacked(body) == TEXT.encode()
            assert headers.get("Content-Encoding", "") == accepted
            assert headers["Vary"] == "Accept-Encoding"
            assert headers["Content-Length"] == str(len(body))
            tags.add(headers["ETag"])
    assert len(tags) == 3
    assert len({tag.strip('"').split("-")[0] for tag in tags}) == 1
    assert len(site.asked) == 1


@pytest.mark.parametrize("way", ["{}", "W/{}", '"other", {}', '"a,b" , W/{}', "*"])
def test_who_has_the_page_hears_that_it_has_not_changed(site, way):
    # Before it was ever made too.
    tag = '"' + "2" * 24 + '"'
    tag = site.get(HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=tag)[1]["ETag"]
    known = {"HTTP_ACCEPT_ENCODING": "br", "HTTP_IF_NONE_MATCH": way.format(tag)}
    status, headers, body = site.get(**known)
    assert (status, body) == ("304 Not Modified", b"")
    assert set(headers) == {"Cache-Control", "ETag", "Vary"}
    assert site.get(HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=tag)[0] == "200 OK"
    site.change("another")
    assert site.get(**known)[0] == "304 Not Modified"  # it was written, and says the same
    site.answer = lambda: ("200 OK", [("Content-Type", "text/html")], "another")
    site.change("a third")
    assert site.get(HTTP_IF_NONE_MATCH=tag)[0] == "200 OK"


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Thu, 26 Nov 2026 10:00:00 GMT", "304 Not Modified"),
        ("Thu, 26 Nov 2026 11:00:00 GMT", "304 Not Modified"),
        ("Thu, 26 Nov 2026 09:59:59 GMT", "200 OK"),
        ("yesterday", "200 OK"),
        ("", "200 OK"),
    ],
)
def test_a_moment_is_asked_for_where_the_page_has_one(site, since, status):
    headers = [("Content-Type", "text/html"), ("Last-Modified", "Thu, 26 Nov 2026 10:00:00 GMT")]
    site.answer = lambda: ("200 OK", headers, TEXT)
    assert site.get(HTTP_IF_MODIFIED_SINCE=since)[0] == status
    assert site.get(HTTP_IF_MODIFIED_SINCE=since)[0] == status
    # The entity tag decides where both are asked for.
    both = {"HTTP_IF_MODIFIED_SINCE": since, "HTTP_IF_NONE_MATCH": '"x"'}
    assert site.get(**both)[0] == "200 OK"


def test_head_gets_the_same_head(site):
    for _number in range(2):
        status, headers, body = site.get(method="HEAD")
        assert (status, body) == ("200 OK", b"")
        assert headers["Content-Length"] == str(len(TEXT.encode()))
    assert site.get(method="GET")[1] == headers
    assert len(site.asked) == 1


def test_caches_are_told_for_how_long(site):
    said = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=3600"
    assert site.get()[1]["Cache-Control"] == said
    site.answer = lambda: ("404 Not Found", [], "x")
    assert site.get("/fr/b/")[1]["Cache-Control"] == said
    site.answer = lambda: ("200 OK", [("Cache-Control", "public, max-age=86400")], "x")
    assert site.get("/fr/c/")[1]["Cache-Control"] == "public, max-age=86400"


def test_nginx_is_told_the_moment_at_which_its_copy_ends(site, time_machine):
    time_machine.move_to("2026-11-26 12:00:00.9+00:00", tick=False)
    site.change("1")
    behind = {"HTTP_X_SENDFILE_TYPE": "X-Accel-Redirect"}
    for _time in range(2):
        assert site.get(**behind)[1]["X-Accel-Expires"] == "@1795694400"
        assert "X-Accel-Expires" not in site.get()[1]
    for status, said in (("404 Not Found", True), ("302 Found", False), ("400 Bad Request", False)):
        site.answer = lambda status=status: (status, [], "x")
        assert ("X-Accel-Expires" in site.get("/fr/b/", **behind)[1]) == said
    site.answer = lambda: ("200 OK", [("Cache-Control", "no-store")], "x")
    assert "X-Accel-Expires" not in site.get("/fr/c/", **behind)[1]


def test_nobody_keeps_what_staff_get_for_others(staff_client, imrap):
    answer = staff_client.get("/fr/")
    assert answer["Cache-Control"] == "private, no-cache"


# Many at once


def at_once(number, ask):
    threads = [threading.Thread(target=ask) for _number in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_twenty_who_ask_at_once_one_has_it_made(site):
    found = []
    page = site.answer

    def slowly():
        time.sleep(0.2)
        return page()

    site.answer = slowly
    at_once(20, lambda: found.append(site.get()[2]))
    assert found == 20 * [TEXT.encode()]
    assert len(site.asked) == 1


def test_who_waits_too_long_gets_the_former_page_and_it_is_called_so(site, monkeypatch):
    site.get()
    monkeypatch.setattr(pages, "SECONDS", 0.1)
    site.change("another")
    goes_on, found = threading.Event(), []

    def slowly():
        goes_on.wait(20)
        return "200 OK", [], "another"

    site.answer = slowly
    maker = threading.Thread(target=lambda: found.append(site.get()[2]))
    maker.start()
    while len(site.asked) < 2:
        time.sleep(0.01)
    _status, headers, body = site.get()
    assert body == TEXT.encode()
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cache-Status"] == "site; hit; detail=former"
    goes_on.set()
    maker.join()
    assert found == [b"another"]
    assert site.get()[2] == b"another"


# What time alone changes


@pytest.fixture
def real(imrap, tmp_path, var_folder):
    """The door before the real site; nothing is written while it is asked."""
    from imrap_site.wsgi import site

    found = Site(tmp_path)
    found.application, found.door.application = None, site
    return found


def add_vacancy(imrap, deadline):
    Vacancy.objects.create(
        organisation=imrap,
        slug="poste",
        title_fr="Poste",
        is_draft=False,
        contact_email="rh@example.org",
        deadline=deadline,
    )


def test_a_program_that_asks_again_is_told_that_nothing_changed(real, add_paper):
    page = add_paper("Note").get_absolute_url()
    for address in (f"{page}cite.ris", "/fr/feed.atom", "/sitemap.xml", "/manifest.webmanifest"):
        tag = real.get(address)[1]["ETag"]
        assert real.get(address, HTTP_IF_NONE_MATCH=tag)[0] == "304 Not Modified", address


def is_read(site, path, word):
    page = site.get(path)[2].decode()
    assert site.get(path)[2].decode() == page
    return word in page


def test_a_scheduled_entry_comes_in_its_minute(real, add_paper, time_machine):
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    time_machine.move_to(now, tick=False)
    real.change("1")
    add_paper(slug="later", title_fr="Plus tard", publish_at=now + timedelta(minutes=7))
    add_paper(slug="tomorrow", title_fr="Demain", publish_at=now + timedelta(days=1))
    for path in ("/fr/", "/fr/papers/", "/fr/feed.atom"):
        assert not is_read(real, path, "Plus tard")
    time_machine.move_to(now + timedelta(minutes=6, seconds=59))
    assert not is_read(real, "/fr/", "Plus tard")
    time_machine.move_to(now + timedelta(minutes=7))
    for path in ("/fr/", "/fr/papers/", "/fr/feed.atom"):
        assert is_read(real, path, "Plus tard")
        assert not is_read(real, path, "Demain")


def test_a_vacancy_closes_in_its_minute_and_its_contact_goes(real, imrap, time_machine):
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    time_machine.move_to(now, tick=False)
    add_vacancy(imrap, now + timedelta(hours=3))
    real.change("1")
    said = [(0, "3 heures"), (61, "heure"), (120.5, "1 heure"), (121, "59 minutes")]
    said += [(122, "58 minutes"), (179.5, "1 minute"), (180.9, "1 minute")]
    for minutes, words in said:
        time_machine.move_to(now + timedelta(minutes=minutes))
        assert is_read(real, "/fr/vacancies/poste/", words), minutes
        assert is_read(real, "/fr/vacancies/poste/", "rh@"), minutes
        assert is_read(real, "/fr/", "Poste")
    time_machine.move_to(now + timedelta(minutes=181))
    assert not is_read(real, "/fr/vacancies/poste/", "rh@")
    assert not is_read(real, "/fr/", "Poste")


def test_a_day_that_begins_makes_each_page_anew(real, imrap, time_machine):
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    time_machine.move_to(noon, tick=False)
    add_vacancy(imrap, noon + timedelta(days=9))
    real.change("1")
    assert is_read(real, "/fr/vacancies/poste/", "9 jours")
    time_machine.move_to(noon.replace(hour=23, minute=59))
    assert is_read(real, "/fr/vacancies/poste/", "9 jours")
    time_machine.move_to(noon.replace(hour=0, minute=0) + timedelta(days=1))
    assert is_read(real, "/fr/vacancies/poste/", "8 jours")


# Another process writes


@pytest.mark.server
@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_of_pages_read_right_after_a_commit_none_is_old(imrap, add_paper, tmp_path, journal):
    add_paper(slug="seen")
    with a_copy_served(tmp_path, SQLITE_JOURNAL=journal) as (port, database):
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            assert other.execute(f"PRAGMA journal_mode={journal}").fetchone() == (journal.lower(),)
            for number in range(250):
                title = f"Titre {number:04}"
                other.execute("UPDATE profiles_paper SET title_fr = ?", [title])
                # Each of the two processes, from connections of their own.
                for _time in range(2):
                    assert title.encode() in got(port, "/fr/papers/seen/")[2]
                if number % 10 == 0:
                    time.sleep(0.03)
                    got(port, "/fr/papers/seen/")


HEAVY = ["openpyxl", "PIL", "pypdfium2", "pikepdf", "lxml", "pi_heif"]
ONLY_FOR_STAFF = ["allauth.account.views", "fido2.rpid", "cryptography", "imrap_site.urls"]
STEMMERS = ["snowballstemmer.german_stemmer", "snowballstemmer.russian_stemmer"]
VISIT = f"""
import sys
from imrap_site.wsgi import application
from imrap_site.serving.pages.store import Address

def visit(*paths):
    for path in paths:
        environ = Address("http", "testserver", path, "", "fr").environ()
        answer = application(environ, lambda status, headers: print(path, status))
        b"".join(answer)

visit("/", "/fr/", "/fr/papers/", "/fr/search/", "/fr/feed.atom", "/sitemap.xml",
      "/manifest.webmanifest", "/robots.txt", "/nowhere")
loaded = [name for name in {HEAVY + ONLY_FOR_STAFF + STEMMERS} if name in sys.modules]
visit("/accounts/login/")
print(loaded + [name for name in {HEAVY} if name in sys.modules])
"""


def test_what_only_staff_need_is_not_loaded_for_visitors(tmp_path):
    variables = environment(
        DJANGO_SETTINGS_MODULE="tests.settings",
        DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3",
        VAR_DIR=str(tmp_path / "var"),
    )
    for command in (["manage.py", "migrate", "-v0"], ["manage.py", "seed", "-v0"], ["-c", VISIT]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=start.ROOT,
            env=variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    *pages, loaded = done.stdout.splitlines()
    assert [page.split()[1] for page in pages] == 8 * ["200"] + ["404", "200"]
    assert loaded == "[]"


# What pages share


def addresses_of_everything():
    found = ["", "accessibility/", "search/?q=paix"]
    for slug, kind in KINDS.items():
        found += [f"{slug}/", f"{slug}/?page=1", f"{slug}/feed.atom"]
        found += [f"{slug}/?year={year}" for year in (2012, 2016, 2019)]
        found += [f"{slug}/{entry.slug}/" for entry in kind.objects.published()]
    return [f"/{language}/{path}" for language in ("fr", "en") for path in found]


def test_pages_that_share_parts_are_what_they_would_be_alone(real, db):
    call_command("seed", sample=True, verbosity=0)
    Paper.objects.update(position=F("id"))
    alone, paths = {}, addresses_of_everything()
    for path in paths:
        path, _mark, query = path.partition("?")
        real.door.stamp = stamp.FileStamp("nowhere")
        alone[path, query] = real.get(path, query)[::2]
    real.door.stamp = stamp.FileStamp(str(real.database))
    assert len({status for status, _body in alone.values()}) == 2  # some years have no entry
    for (path, query), page in [*alone.items(), *reversed(alone.items())]:
        assert real.get(path, f"{query}&a=b" if query else "a=b")[0] == page[0]
        assert real.get(path, query)[::2] == page, (path, query)
    assert len(real.door.content.memory.parts) > 40


def test_each_host_and_language_has_its_own_parts(real, add_paper):
    add_paper("Note", title_en="A note", slug="note")
    for host in ("testserver", "localhost"):
        assert "Note" in real.get("/fr/", HTTP_HOST=host)[2].decode()
        assert "A note" in real.get("/en/", HTTP_HOST=host)[2].decode()
        for address in ("/fr/papers/note/", "/en/papers/note/"):
            links = real.get(address, HTTP_HOST=host)[1]["Link"]
            assert links.startswith(f'<http://{host}{address}>; rel="cite-as"')
    hosts = {key[2] for key in real.door.content.memory.parts if key[0] == "markup"}
    assert hosts == {"http://testserver", "http://localhost"}


def test_staff_share_nothing_with_visitors(real, imrap, staff_client, add_paper):
    add_paper("Vu de tous")
    real.get("/fr/")
    before = dict(real.door.content.memory.parts)
    add_paper("Brouillon", is_draft=True)
    cookie = f"sessionid={staff_client.cookies['sessionid'].value}"
    real.get("/fr/papers/brouillon/", HTTP_COOKIE=cookie)
    assert real.door.content.memory.parts == before
    assert "Brouillon" not in repr(before)


@pytest.fixture
def file(add_paper):
    """The address of a published paper's file."""
    paper = add_paper(slug="rapport")
    content = ContentFile(a_pdf(b"(un) Tj"), "rapport.pdf")
    return PaperFile.objects.create(paper=paper, file=content).file.url


def test_whether_a_file_may_be_read_is_asked_once(real, file, django_assert_num_queries):
    real.change("1")
    assert real.get(file)[0] == "200 OK"
    with django_assert_num_queries(0):
        for _time in range(3):
            assert real.get(file)[2].startswith(b"%PDF")
        assert len(real.get(file, HTTP_RANGE="bytes=0-3")[2]) == 4


def test_a_withdrawn_file_is_gone_with_the_change(real, file):
    real.change("1")
    assert real.get(file)[0] == "200 OK"
    Paper.objects.update(is_draft=True)
    real.change("22")
    assert real.get(file)[0] == "404 Not Found"


def test_a_file_comes_with_its_entry(real, file, time_machine):
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    time_machine.move_to(now, tick=False)
    Paper.objects.update(publish_at=now + timedelta(minutes=7))
    real.change("1")
    assert real.get(file)[0] == "404 Not Found"
    time_machine.move_to(now + timedelta(minutes=7))
    assert real.get(file)[0] == "200 OK"


def test_that_staff_may_read_a_file_is_told_to_nobody_else(real, file, staff_client):
    Paper.objects.update(is_draft=True)
    real.change("1")
    cookie = f"sessionid={staff_client.cookies['sessionid'].value}"
    assert real.get(file, HTTP_COOKIE=cookie)[0] == "200 OK"
    assert real.get(file)[0] == "404 Not Found"


def test_names_of_files_that_anybody_can_invent_do_not_fill_the_memory(real, file):
    real.change("1")
    real.get(file)
    assert real.door.content.memory.room == lasting.ROOM - lasting.LETTERS_OF_ANSWER
    rooms = set()
    for number in range(30):
        assert real.get(f"/media/papers/{number}.pdf")[0] == "404 Not Found"
        rooms.add(real.door.content.memory.room)
    assert len(rooms) == 1  # what the answer shows is the same each time


def test_a_part_is_made_anew_when_its_time_is_over(time_machine):
    time_machine.move_to("2026-11-26 12:00+00:00", tick=False)
    memory, made, now = lasting.Memory(), [], timezone.now()

    def part():
        made.append(timezone.now())
        lasting.true_until(now + timedelta(hours=1))
        return len(made)

    def page():
        with lasting.keeping_in(memory), lasting.noting_ends() as ends:
            return lasting.kept("part", part), ends

    assert page() == page() == (1, [now + timedelta(hours=1)])
    time_machine.move_to("2026-11-26 13:00+00:00", tick=False)
    assert page()[0] == page()[0] == 2
    assert lasting.kept("part", part) == 3  # without a memory


def test_a_memory_has_bounds(monkeypatch):
    monkeypatch.setattr(lasting, "ROOM", 12_000)
    memory = lasting.Memory()
    with lasting.keeping_in(memory):
        for _time in range(2):
            assert lasting.kept("rows", lambda: ["row"]) == ["row"]
            assert [lasting.kept(number, lambda: 3_000 * "x") for number in range(9)][8]
    assert list(memory.parts) == ["rows", 0, 1]
