"""Two hosts behind nginx, on one PostgreSQL, Redis and S3 server: they are one site, and whatever is
killed, nothing that was stored is lost and visitors are answered."""

import json
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import SimpleNamespace

import psycopg
import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import topology
from tests.builders import a_pdf, filled, six_figures
from tests.encrypted import HOST, form_as_sent, token_of
from tests.passkeys import Passkey

pytestmark = [pytest.mark.server, pytest.mark.topology]
ADD, PAPERS, SIGN_IN = "/admin/profiles/paper/add/", "/admin/profiles/paper/", "/accounts/login/"
SANDBOX = "sandbox; default-src 'none'"
CODE, PASSKEY = "/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/login/"
PASSWORD, SECRET = "une longue phrase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0"
WITH_CODE = """
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
TOTP.activate(User.objects.create_superuser({!r}, "", {!r}), {!r})
"""
WITH_PASSKEY = """
import json
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib.auth.models import User
person = User.objects.create_superuser({!r}, "", {!r})
WebAuthn.add(person, "Phone", json.loads({!r}))
print(user_pk_to_url_str(person))
"""


@pytest.fixture(scope="module")
def site():
    if name := topology.lacking():
        pytest.skip(f"{name} is not installed")
    with topology.folder() as folder:
        with topology.topology(folder, REQUIRE_SECOND_FACTOR="false") as parts:
            yield parts


class Browser:
    """Somebody who asks one host by its own port, or nginx, and keeps the cookies of both."""

    def __init__(self, site, address="127.0.0.9"):
        self.site, self.address, self.cookies = site, address, {}

    def line(self, at, timeout):
        if at is not None:
            return HTTPConnection(HOST, at.port, timeout=timeout)
        trusted = ssl.create_default_context(cafile=self.site.certificate)
        return HTTPSConnection(
            HOST,
            self.site.public,
            timeout=timeout,
            context=trusted,
            source_address=(self.address, 0),
        )

    def ask(self, path, at=None, fields=None, method=None, timeout=30, **headers):
        """The answer itself, after no redirect; `at` a host, else by way of nginx."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Host": f"{HOST}:{self.site.public}"}
        if at is not None:
            headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": self.address}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        body = None
        if fields is not None:
            body, more = form_as_sent(fields, {})
            headers |= {"Content-Type": "application/x-www-form-urlencoded", **more}
            headers |= {"Origin": self.site.address}
        method = method or ("POST" if fields is not None else "GET")
        with closing(self.line(at, timeout)) as line:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _is, text = cookie.partition(";")[0].partition("=")
            self.cookies[name] = text
        return SimpleNamespace(
            status=answer.status,
            status_code=answer.status,
            headers=answer.headers,
            content=content,
            text=content.decode("utf-8", "replace"),
        )

    def sign_in(self, at=None, password=None, login="admin"):
        page = self.ask(SIGN_IN, at)
        fields = {"login": login, "password": password or self.site.password}
        fields["csrfmiddlewaretoken"] = token_of(page)
        return self.ask(SIGN_IN, at, fields)

    def give_code(self, at, code):
        fields = {"code": code, "csrfmiddlewaretoken": token_of(self.ask(CODE, at))}
        return self.ask(CODE, at, fields)

    def send_paper(self, at=None, **typed):
        """The answer to a new paper's form."""
        page = self.ask(ADD, at)
        assert page.status == 200, page.text
        fields = filled(page, **{"title_en": "", "image_is_decorative": "on"} | typed)
        return self.ask(ADD, at, fields | {"_complete": "1"})


@pytest.fixture(scope="module")
def admin(site):
    admin = Browser(site)
    assert admin.sign_in(site.one).status == 302
    return admin


def pdf(text=b"(La paix) Tj", name="rapport.pdf"):
    rows = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    return rows | {"files-0-file": SimpleUploadedFile(name, a_pdf(text))}


def rows(site, sql, *values):
    with psycopg.connect(site.postgresql.url, autocommit=True) as door:
        return door.execute(sql, values).fetchall()


def file_of(site, title):
    sql = "SELECT file FROM profiles_paperfile f JOIN profiles_paper p ON p.id = f.paper_id "
    return rows(site, sql + "WHERE p.title_fr = %s", title)[0][0]


# One site


def test_who_signed_in_at_one_host_is_signed_in_at_the_other(site, admin):
    for one in site.hosts:
        assert admin.ask("/admin/", one).status == 200
    stranger = Browser(site)
    assert stranger.ask("/admin/", site.two).status == 302


def test_who_signs_out_everywhere_at_one_is_out_at_the_other(site):
    made = ["createsuperuser", "--noinput", "--username=awa", "--email=awa@example.org"]
    assert manage(site.one, *made, DJANGO_SUPERUSER_PASSWORD="une longue phrase").returncode == 0
    phone, computer = Browser(site), Browser(site)
    for browser, at in ((phone, site.two), (computer, site.one)):
        assert browser.sign_in(at, "une longue phrase", "awa").status == 302
        assert browser.ask("/admin/", site.two).status == 200
    page = computer.ask("/accounts/everywhere/", site.one)
    computer.ask("/accounts/everywhere/", site.one, {"csrfmiddlewaretoken": token_of(page)})
    assert phone.ask("/admin/", site.two).status == 302


def test_an_edit_through_one_is_seen_through_the_other_by_the_next_request(site, admin):
    """Also where both have just shown, and may have kept, the pages before it."""
    visitor = Browser(site)
    for number in range(10):
        for one in site.hosts:
            visitor.ask("/fr/papers/", one)
        first, other = site.hosts if number % 2 else reversed(site.hosts)
        title = f"Vu aussitôt {number}"
        assert admin.send_paper(first, title_fr=title, _publish="1").status == 302
        assert title in visitor.ask("/fr/papers/", other).text
        assert title in visitor.ask("/fr/papers/", first).text


def test_an_edit_is_seen_behind_nginx_within_a_second(site, admin):
    visitor = Browser(site)
    for number in range(5):
        visitor.ask("/fr/papers/")
        title = f"Vu derrière nginx {number}"
        assert admin.send_paper(site.one, title_fr=title, _publish="1").status == 302
        since = time.monotonic()
        while title not in visitor.ask("/fr/papers/").text:
            assert time.monotonic() < since + 1.2
            time.sleep(0.02)


def test_guesses_at_one_host_are_counted_at_the_other(site):
    guesser = Browser(site, "127.0.0.21")
    for number in range(5):
        page = guesser.sign_in(site.hosts[number % 2], "un mot de passe", "fatou")
        assert "do not go together" in page.text or "ne vont pas ensemble" in page.text
    for one in site.hosts:
        page = guesser.sign_in(one, "un mot de passe", "fatou")
        assert "do not go together" not in page.text
        assert "ne vont pas ensemble" not in page.text


def test_a_code_that_was_used_at_one_is_refused_at_the_other(site):
    """The password given at one host, the code at the other; and whoever saw it comes too late."""
    made = manage(site.one, *SHELL, WITH_CODE.format("fanta", PASSWORD, SECRET))
    assert made.returncode == 0, made.stderr
    fanta, looker = Browser(site), Browser(site, "127.0.0.12")
    for browser, at in ((fanta, site.one), (looker, site.two)):
        assert browser.sign_in(at, PASSWORD, "fanta").headers["Location"] == CODE
    code = six_figures(SECRET)
    assert fanta.give_code(site.two, code).status == 302
    redis.Redis.from_url(site.redis.url).flushall()  # which knows it too, while it is there
    refused = looker.give_code(site.one, code)
    assert refused.status == 200
    assert "Code incorrect." in refused.text
    for one in site.hosts:
        assert looker.give_code(one, code).status == 200
        assert looker.ask("/admin/", one).status == 302
        assert fanta.ask("/admin/", one).status == 200


def test_a_passkey_asked_at_one_answers_at_the_other_and_once(site):
    passkey = Passkey(HOST, site.address)
    registered = json.dumps(passkey.registration())
    made = manage(site.two, *SHELL, WITH_PASSKEY.format("sira", PASSWORD, registered))
    assert made.returncode == 0, made.stderr
    sira = Browser(site)
    token = token_of(sira.ask(SIGN_IN, site.one))
    asked = sira.ask(PASSKEY, site.one, X_Requested_With="XMLHttpRequest")
    question = json.loads(asked.text)["request_options"]
    answer = {"credential": passkey.answer(question, made.stdout.split()[-1])}
    answer["csrfmiddlewaretoken"] = token
    thief = Browser(site, "127.0.0.13")
    thief.cookies = dict(sira.cookies)
    assert sira.ask(PASSKEY, site.two, answer).headers["Location"] == "/admin/"
    for one in site.hosts:
        assert sira.ask("/admin/", one).status == 200
        assert thief.ask(PASSKEY, one, answer).headers["Location"] == SIGN_IN
        assert thief.ask("/admin/", one).status == 302


def test_a_draft_is_previewed_at_both_with_one_address(site, admin):
    admin.send_paper(site.one, title_fr="Un brouillon")
    (key,) = rows(site, "SELECT id FROM profiles_paper WHERE title_fr = %s", "Un brouillon")[0]
    form = admin.ask(f"{PAPERS}{key}/change/", site.one)
    found = re.search(r'id="preview-address"[^>]*value="https://[^/"]+([^"]+)"', form.text)[1]
    stranger, address = Browser(site), found.replace("&amp;", "&")
    for one in (*site.hosts, None):
        assert "Un brouillon" in stranger.ask(address, one).text
        assert stranger.ask(address.partition("?")[0], one).status == 404


def test_a_file_that_came_to_one_is_handed_out_by_both_and_by_nginx(site, admin):
    content = a_pdf(b"(La paix) Tj")
    admin.send_paper(site.one, title_fr="Avec fichier", _publish="1", **pdf())
    address = f"/media/{file_of(site, 'Avec fichier')}"
    visitor = Browser(site)
    for one in (*site.hosts, None):
        whole = visitor.ask(address, one)
        assert (whole.status, whole.content) == (200, content)
        assert whole.headers["Content-Type"] == "application/pdf"
        assert whole.headers["Content-Disposition"].startswith('attachment; filename="rapport.pdf"')
        assert whole.headers["Content-Security-Policy"] == SANDBOX
        assert whole.headers["X-Content-Type-Options"] == "nosniff"
        assert whole.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert [name for name in whole.headers if name.lower().startswith("x-accel")] == []
        part = visitor.ask(address, one, Range="bytes=10-19")
        assert (part.status, part.content) == (206, content[10:20])
        assert part.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
        assert part.headers["Content-Security-Policy"] == SANDBOX
        head = visitor.ask(address, one, method="HEAD")
        assert (head.status, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(content))


def test_a_draft_s_file_is_reached_by_nobody_but_staff(site, admin):
    admin.send_paper(site.two, title_fr="Caché", **pdf(b"(secret) Tj"))
    name = file_of(site, "Caché")
    stranger = Browser(site)
    for one in (*site.hosts, None):
        assert stranger.ask(f"/media/{name}", one).status == 404
        assert admin.ask(f"/media/{name}", one).content == a_pdf(b"(secret) Tj")
    assert stranger.ask(f"/protected-bucket/{topology.BUCKET}/{name}").status == 404
    assert site.s3.client.head_object(Bucket=topology.BUCKET, Key=name)
    with closing(HTTPConnection(HOST, site.s3.port, timeout=10)) as line:
        line.request("GET", f"/{topology.BUCKET}/{name}")
        assert line.getresponse().status == 403


def test_a_file_that_waits_at_one_is_taken_by_the_other(site, admin):
    refused = admin.send_paper(site.one, title_fr="", title_en="", **pdf(b"(w) Tj"))
    assert refused.status == 200
    tokens = dict(re.findall(r'name="([\w-]+-kept)" value="([^"]+)"', refused.text))
    assert set(tokens) == {"files-0-file-kept"}
    fields = filled(refused, title_fr="Attendu", **tokens) | {"_complete": "1"}
    fields.pop("files-0-file", None)
    assert admin.ask(ADD, site.two, fields).status == 302
    assert file_of(site, "Attendu").endswith("/rapport.pdf")
    names = [
        one["Key"] for one in site.s3.client.list_objects_v2(Bucket=topology.BUCKET)["Contents"]
    ]
    assert [name for name in names if name.startswith(".waiting/")] == []


def test_a_host_with_another_key_refuses_to_start(site, tmp_path):
    other = topology.host(tmp_path, site, SECRET_KEY=60 * "z")
    with pytest.raises(AssertionError) as failure, topology.started(tmp_path, other):
        pass
    said = str(failure.value)
    assert "SECRET_KEY" in said
    assert "Traceback" not in said


def test_a_backup_of_one_is_known_at_the_other(site):
    def readiness(one):
        with closing(HTTPConnection(HOST, one.port, timeout=10)) as line:
            line.request("GET", "/health/ready")
            return json.loads(line.getresponse().read())["checks"]["backup"]

    done = manage(site.one, "backup")
    assert done.returncode == 0, done.stderr
    time.sleep(5.1)
    for one in site.hosts:
        assert readiness(one)["status"] == "ok"


SHELL = ("shell", "--no-imports", "-c")


def manage(one, *words, **more):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=one.clone,
        env=one.variables | more,
        capture_output=True,
        text=True,
    )


# What is read


def test_what_is_read_at_both_hosts_and_from_nginx_adds_up_on_the_screen_of_staff(site, admin):
    """nginx answers of its own memory and logs it, a host reads the log, staff see the sum."""
    admin.send_paper(site.one, title_fr="Beaucoup lu", _publish="1")
    (key, slug) = rows(
        site, "SELECT id, slug FROM profiles_paper WHERE title_fr = %s", "Beaucoup lu"
    )[0]
    reader, path = Browser(site), f"/fr/papers/{slug}/"

    def read(at, number):
        for _time in range(number):
            assert reader.ask(path, at, User_Agent=FIREFOX).status == 200

    read(site.one, 3)
    read(site.two, 4)
    asked = site.logged(path)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        read(None, 20)
    by_nginx = site.logged(path) - asked
    assert by_nginx >= 20
    # A crawler, staff and somebody who has a preview are left out by nginx too.
    assert reader.ask(path, User_Agent="Googlebot/2.1").status == 200
    assert admin.ask(path, User_Agent=FIREFOX).status == 200
    assert reader.ask(f"{path}?preview=x", User_Agent=FIREFOX).status in (200, 404)
    total = 3 + 4 + by_nginx

    def counted():
        sql = "SELECT sum(number) FROM reach.counts WHERE noun = %s AND act = 'view'"
        return int(rows(site, sql, f"papers-{key}")[0][0] or 0)

    until = time.monotonic() + 20
    while counted() < total:
        assert time.monotonic() < until, (counted(), total)
        time.sleep(0.2)
    time.sleep(2.5 * topology.REACH_SECONDS)
    assert counted() == total
    for one in site.hosts:
        page = admin.ask(f"/admin/audience/paper/{key}/", one).text
        cells = re.findall(r"<td[^>]*>\s*([\d\s,]+?)\s*</td>", page)
        assert f"{total:,}".replace(",", "") in [re.sub(r"\D", "", cell) for cell in cells], page
        assert "Beaucoup lu" in admin.ask("/admin/", one).text


# What is killed


class Load:
    """Visitors who read and staff who save, all the time; what was answered."""

    def __init__(self, site, admin):
        self.site, self.admin = site, admin
        self.stored, self.read, self.failed = [], 0, []
        self.is_over = threading.Event()

    def visit(self):
        visitor = Browser(self.site)
        paths = ("/fr/", "/fr/papers/", "/en/", "/en/papers/")
        while not self.is_over.is_set():
            for path in paths:
                try:
                    status = visitor.ask(path).status
                except (OSError, HTTPException) as problem:
                    status = repr(problem)
                if status == 200:
                    self.read += 1
                else:
                    self.failed.append((path, status))
                time.sleep(0.01)

    def save(self, who):
        colleague = Browser(self.site)
        colleague.cookies = dict(self.admin.cookies)
        number = 0
        while not self.is_over.is_set():
            title, number = f"Sous charge {who} {id(self)} {number}", number + 1
            try:
                page = colleague.ask(ADD)
                if page.status != 200:
                    time.sleep(0.05)
                    continue
                fields = filled(page, title_fr=title, image_is_decorative="on")
                if colleague.ask(ADD, fields=fields | {"_complete": "1"}).status == 302:
                    self.stored.append(title)
            except (OSError, HTTPException):
                time.sleep(0.05)


@contextmanager
def load(site, admin):
    load = Load(site, admin)
    threads = [threading.Thread(target=load.visit) for _visitor in range(3)]
    threads += [threading.Thread(target=load.save, args=[who]) for who in ("awa", "moussa")]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.is_over.set()
        for thread in threads:
            thread.join()


def wait_for_saves(load, number):
    wanted, until = len(load.stored) + number, time.monotonic() + 30
    while len(load.stored) < wanted:
        assert time.monotonic() < until, "Nobody can save any more."
        time.sleep(0.05)


def must_all_be_there(site, load):
    there = {title for (title,) in rows(site, "SELECT title_fr FROM profiles_paper")}
    assert set(load.stored) - there == set()
    assert len(load.stored) >= 2


@pytest.mark.parametrize("which", [0, 1])
def test_killing_a_host_loses_no_save_and_visitors_are_answered(site, admin, which):
    with load(site, admin) as found:
        wait_for_saves(found, 2)
        site.hosts[which].end(signal.SIGKILL)
        wait_for_saves(found, 4)
        site.hosts[which].start()
        wait_for_saves(found, 2)
    must_all_be_there(site, found)
    assert found.failed == []
    assert found.read > 20


def test_killing_redis_loses_nothing_and_guesses_stay_limited(site, admin):
    with load(site, admin) as found:
        wait_for_saves(found, 1)
        site.redis.end(signal.SIGKILL)
        wait_for_saves(found, 2)
        assert Browser(site, "127.0.0.31").sign_in().status == 302
        guesser = Browser(site, "127.0.0.32")
        for _guess in range(5):
            assert guesser.sign_in(site.one, "un mot de passe", "oumar").status == 200
        page = guesser.sign_in(site.one, "un mot de passe", "oumar").text
        assert "do not go together" not in page
        assert "ne vont pas ensemble" not in page
        site.redis.start()
        wait_for_saves(found, 1)
    must_all_be_there(site, found)
    assert found.failed == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_killing_postgresql_loses_no_save_and_visitors_are_answered(site, admin, how):
    """SIGINT is its quick stop, as for a restart."""
    with load(site, admin) as found:
        wait_for_saves(found, 2)
        read = found.read
        site.postgresql.end(how)
        time.sleep(3)
        assert found.read > read + 10
        if how == signal.SIGKILL:
            (site.postgresql.folder / "data/postmaster.pid").unlink(missing_ok=True)
        site.postgresql.start()
        wait_for_saves(found, 3)
    must_all_be_there(site, found)
    assert found.failed == []


def test_each_host_shows_what_it_kept_while_postgresql_is_gone(site):
    """By itself, without what nginx kept."""
    visitor = Browser(site)
    for one in site.hosts:
        assert visitor.ask("/fr/papers/", one).status == 200
    site.postgresql.end(signal.SIGKILL)
    try:
        for one in site.hosts:
            page = visitor.ask("/fr/papers/", one)
            assert page.status == 200
            assert page.headers["Cache-Status"] == "site; hit; detail=last-good"
            assert "Le site est en réparation." in page.text
    finally:
        (site.postgresql.folder / "data/postmaster.pid").unlink(missing_ok=True)
        site.postgresql.start()
    for one in site.hosts:
        assert (
            visitor.ask("/fr/papers/", one).headers["Cache-Status"] != page.headers["Cache-Status"]
        )


def test_a_host_that_can_answer_only_some_is_not_taken_for_dead(site, admin):
    """What staff ask for needs PostgreSQL; what a visitor asks for next, a host has kept."""
    visitor = Browser(site)
    for one in site.hosts:
        assert visitor.ask("/en/videos/", one).status == 200
    site.postgresql.end(signal.SIGKILL)
    try:
        for _time in range(10):
            assert admin.ask(PAPERS).status == 503
            page = visitor.ask("/en/videos/")
            assert page.status == 200
        assert "The site is being repaired." in page.text
    finally:
        (site.postgresql.folder / "data/postmaster.pid").unlink(missing_ok=True)
        site.postgresql.start()


def test_visitors_read_on_when_both_hosts_are_gone(site):
    """nginx shows what it kept, for a day."""
    visitor = Browser(site)
    assert visitor.ask("/fr/").status == 200
    for one in site.hosts:
        one.end(signal.SIGKILL)
    time.sleep(3)
    try:
        assert visitor.ask("/fr/").status == 200
    finally:
        for one in site.hosts:
            one.start()
