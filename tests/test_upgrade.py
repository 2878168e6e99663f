"""A site of an earlier version, taken over by this one: `make run` on its database and files.

`tests/upgrade/freeze.py` made each of them; docs/upgrading.md says when another one is added.
"""

import datetime
import http.cookiejar
import io
import json
import re
import shutil
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.signing import TimestampSigner
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from openpyxl import load_workbook

from tests.builders import (
    PASSWORD,
    a_clone,
    a_free_port,
    environment,
    lend_static_files,
    served,
    six_figures,
    words,
)

FROZEN = Path(__file__).parent / "upgrade"
VERSIONS = sorted(path.name for path in FROZEN.iterdir() if (path / "site.sql").exists())
PAPERS = "/admin/profiles/paper"

pytestmark = pytest.mark.server


@pytest.fixture(scope="module", params=VERSIONS)
def site(request, tmp_path_factory):
    """This version of the site on what an earlier one left: folders, address, what is known."""
    frozen, clone = FROZEN / request.param, a_clone(tmp_path_factory.mktemp("upgrade") / "clone")
    known = json.loads((frozen / "known.json").read_text())
    take_over(frozen, clone, known["secret_key"])
    port, printed = a_free_port(), clone.parent / "printed"
    command = [sys.executable, "-m", "imrap_site.start"]
    variables = environment(PORT=str(port))
    with served(command, printed, port, cwd=clone, env=variables):
        yield SimpleNamespace(
            address=f"http://127.0.0.1:{port}", clone=clone, frozen=frozen, printed=printed, **known
        )


def take_over(frozen, clone, key):
    """What somebody who upgrades has beside the new code: var/ and media/."""
    shutil.copytree(frozen / "sessions", clone / "var/sessions")
    shutil.copytree(frozen / "media", clone / "media")
    (clone / "var/secret-key").write_text(key)
    with closing(sqlite3.connect(clone / "var/db.sqlite3")) as database:
        database.executescript((frozen / "site.sql").read_text())
    lend_static_files(clone)


class Browser:
    """One person's browser, in English."""

    def __init__(self, site):
        self.address, self.jar = site.address, http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(cookies)
        self.opener.addheaders = [("Accept-Language", "en")]

    def get(self, path, **options):
        request = urllib.request.Request(self.address + path, **options)
        try:
            answer = self.opener.open(request)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            content = answer.read()
        return SimpleNamespace(
            status=answer.status,
            path=urllib.parse.urlsplit(answer.url).path,
            content=content,
            text=content.decode("utf-8", "replace"),
        )

    def post(self, path, fields):
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        fields = {**fields, "csrfmiddlewaretoken": token}
        data = encode_multipart(BOUNDARY, fields)
        return self.get(path, data=data, headers={"Content-Type": MULTIPART_CONTENT})

    def sign_in(self, name, **second_factor):
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", {"login": name, "password": PASSWORD})
        return self.post(answer.path, second_factor) if second_factor else answer


def a_cookie(name, value):
    """As the site's answer would have set it."""
    place = {"domain": "127.0.0.1", "domain_specified": False, "domain_initial_dot": False}
    place |= {"path": "/", "path_specified": True, "port": None, "port_specified": False}
    return http.cookiejar.Cookie(
        0, name, value, secure=False, expires=None, discard=True, comment=None,
        comment_url=None, rest={}, **place,
    )  # fmt: skip


@pytest.fixture
def visitor(site):
    return Browser(site)


@pytest.fixture(scope="module")
def awa(site):
    """Signed in once: the same six figures open no door twice."""
    browser = Browser(site)
    assert browser.sign_in("awa", code=six_figures(site.totp_secret)).path == "/admin/"
    return browser


def stored(site, query):
    with closing(sqlite3.connect(site.clone / "var/db.sqlite3")) as database:
        return database.execute(query).fetchall()


# What visitors meet


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/", "Ségou House of Peace"),
        ("/fr/", "Des chercheurs et des médiatrices au bord du fleuve."),
        ("/fr/programmes/dialogues-du-fleuve/", "Dialogues du fleuve"),
        ("/fr/mandates/appui-aux-mediatrices/", "Ministère de la Réconciliation"),
        ("/en/vacancies/chargee-de-suivi/", "emploi@example.org"),
        ("/fr/videos/la-parole-aux-anciens/", "https://example.org/film"),
        ("/en/papers/conflits-fonciers/", "Land conflicts in Ségou"),
        ("/fr/papers/", "Conflits fonciers"),
    ],
)
def test_pages_answer_where_they_did(visitor, path, sentence):
    answer = visitor.get(path)
    assert answer.status == 200
    assert sentence in answer.text


def test_what_was_hidden_stays_hidden(visitor):
    draft, scheduled, deleted = "brouillon-sur-menaka", "bilan-a-paraitre", "note-retiree"
    for slug in (draft, scheduled, deleted):
        assert visitor.get(f"/fr/papers/{slug}/").status == 404
    listed = visitor.get("/fr/papers/").text + visitor.get("/fr/").text
    assert "Ménaka" not in listed
    assert "Bilan" not in listed


def test_files_are_served_as_they_were_and_a_drafts_are_not(site, visitor):
    files = [path for path in (site.frozen / "media").rglob("*.*") if path.is_file()]
    hidden = {"brouillon.odt", "note.odt"}
    assert hidden < {file.name for file in files}
    for file in files:
        answer = visitor.get(f"/media/{file.relative_to(site.frozen / 'media')}")
        assert answer.status == (404 if file.name in hidden else 200)
        assert (answer.content == file.read_bytes()) == (file.name not in hidden)


def test_an_address_that_shows_a_draft_goes_on_showing_it(site, visitor):
    ((updated,),) = stored(site, "SELECT updated FROM profiles_paper WHERE id = 2")
    moment = datetime.datetime.fromisoformat(f"{updated}+00:00").timestamp()
    signed = TimestampSigner(key=site.secret_key, salt="profiles.preview")
    address = f"/fr/papers/brouillon-sur-menaka/?preview={signed.sign(f'papers-2-{moment:.6f}')}"
    assert "Brouillon sur Ménaka" in visitor.get(address).text


# Accounts


def test_the_password_is_asked_for_and_the_second_factor_after_it(site):
    assert Browser(site).sign_in("awa").path == "/accounts/2fa/authenticate/"
    assert Browser(site).sign_in("awa", code="000000").path == "/accounts/2fa/authenticate/"
    assert Browser(site).sign_in("moussa").path == "/admin/"


def test_a_recovery_code_opens_the_door_once(site):
    code = site.recovery_codes[0]
    assert Browser(site).sign_in("awa", code=code).path == "/admin/"
    assert Browser(site).sign_in("awa", code=code).path == "/accounts/2fa/authenticate/"


def test_groups_keep_what_they_may(site):
    moussa, fatou = Browser(site), Browser(site)
    moussa.sign_in("moussa")
    fatou.sign_in("fatou")
    forms = [person.get(f"{PAPERS}/add/").text for person in (moussa, fatou)]
    assert ['name="_publish"' in form for form in forms] == [False, True]
    deletions = [person.get(f"{PAPERS}/1/delete/").status for person in (moussa, fatou)]
    assert deletions == [403, 200]


def test_who_was_signed_in_signs_in_anew_and_a_waiting_sheet_is_told_about(site, awa, visitor):
    """A session lasts for a week at most; one of an older version is a stranger's."""
    visitor.jar.set_cookie(a_cookie("sessionid", site.session))
    assert visitor.get("/admin/").path == "/accounts/login/"
    awa.jar.set_cookie(a_cookie("csrftoken", "a" * 32))
    answer = awa.post(f"{PAPERS}/sheet/import/", {"token": site.waiting_sheet})
    assert "Choisissez de nouveau le fichier." in answer.text


# What staff keep


def test_the_history_can_be_read_and_a_version_comes_back(awa, visitor):
    history = words(awa.get(f"{PAPERS}/1/history/"))
    assert "Conflits fonciers à Ségou" in history
    assert re.search("moussa.*fatou", history)
    version = re.findall(rf"{PAPERS}/1/history/\d+/", history)[-1]
    page = awa.get(version)
    assert "Land conflicts in Ségou" in page.text
    seen = re.search(r'name="_seen" value="([^"]+)"', page.text)[1]
    assert "est de retour" in awa.post(version, {"_seen": seen}).text
    restored = visitor.get("/fr/papers/conflits-fonciers/").text
    assert re.search(r"<h1[^>]*>\s*Conflits fonciers\s*</h1>", restored)
    assert "rapport.pdf" in restored


def test_a_deleted_entry_comes_back_with_its_file(site, awa):
    deleted = awa.get(f"{PAPERS}/deleted/").text
    assert "Note retirée" in deleted
    recovery = re.search(rf"{PAPERS}/deleted/\d+/", deleted)[0]
    assert "est de retour" in awa.post(recovery, {}).text
    assert "note.odt" in awa.get("/fr/papers/note-retiree/").text
    (file,) = site.frozen.glob("media/papers/*/note.odt")
    name = file.relative_to(site.frozen)
    assert awa.get(f"/{name}").content == file.read_bytes()


@pytest.mark.parametrize(
    ("kind", "query", "title"),
    [
        ("paper", "foncière", "conflits-fonciers"),
        ("paper", "menaka", "Brouillon sur Ménaka"),
        ("mandate", "mediatrice reconciliations", "Appui aux médiatrices"),
    ],
)
def test_search_finds_what_was_there(awa, kind, query, title):
    found = awa.get(f"/admin/profiles/{kind}/?q={urllib.parse.quote(query)}").text
    assert title in found
    assert "Bilan" not in found


def test_a_form_that_was_open_meanwhile_is_saved(site, awa):
    ((updated,),) = stored(site, "SELECT updated FROM profiles_paper WHERE id = 3")
    seen = f"{updated[:-3].replace(' ', 'T')}+00:00"
    page = awa.get(f"{PAPERS}/3/change/").text
    assert f'name="_seen" value="{seen}"' in page


def test_a_spreadsheet_that_was_exported_is_imported(site, awa):
    book = load_workbook(site.frozen / "papers.xlsx")
    (cell,) = [c for row in book.active for c in row if c.value == "Bilan à paraître"]
    cell.value = "Bilan de dix ans"
    file = io.BytesIO()
    book.save(file)
    file.name = "papers.xlsx"
    file.seek(0)
    preview = awa.post(f"{PAPERS}/sheet/", {"file": file, "is_whole": "1"}).text
    token = re.search(r'name="token" value="([^"]+)"', preview)
    assert token, words(SimpleNamespace(text=re.sub("<[^>]+>", " ", preview)))
    imported = awa.post(f"{PAPERS}/sheet/import/", {"token": token[1]})
    assert imported.path == f"{PAPERS}/"
    assert stored(site, "SELECT title_fr FROM profiles_paper WHERE id = 3") == [
        ("Bilan de dix ans",)
    ]


def test_nothing_failed_on_the_way(site):
    assert "Traceback" not in site.printed.read_text()
