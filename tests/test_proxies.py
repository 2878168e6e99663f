"""The site behind a real Caddy and a real nginx, with the files of deploy/: what visitors meet."""

import http.client
import re
import socket
import ssl
import time
import urllib.parse
from contextlib import closing, suppress
from functools import partial
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import proxies
from tests.builders import (
    a_clone,
    a_pdf,
    filled,
    lend_static_files,
    six_figures,
    started,
    wait_until,
)
from tests.encrypted import HOST, Person, certificate_in, token_of
from tests.slow import a_crowd, a_slow_reader, a_trickled_form, half_a_head

pytestmark = pytest.mark.server
FROM_THE_PROXY = {"X-Forwarded-Proto": "https"}
ACTIVATE, PAPERS = "/accounts/2fa/totp/activate/", "/admin/profiles/paper/"
SANDBOX = "sandbox; default-src 'none'"
CROWD, LARGE = 150, 60_000_000


@pytest.fixture(scope="module", params=["caddy", "nginx"])
def site(request, tmp_path_factory):
    """A new site behind a proxy: where both are, and the account that the first start made."""
    if not proxies.is_installed(request.param):
        pytest.skip(f"{request.param} is not installed here")
    folder = tmp_path_factory.mktemp(request.param)
    clone, certificate = a_clone(folder / "clone"), certificate_in(folder / "certificate.pem")
    lend_static_files(clone)
    variables = {"HTTPS": "true", "ACCESS_LOG": "addresses"}
    with started(clone, FROM_THE_PROXY, **variables) as (address, printed):
        site = SimpleNamespace(clone=clone, certificate=certificate, printed=printed)
        site.folder, site.proxy = folder, request.param
        site.port = urllib.parse.urlsplit(address).port
        site.password = re.search(r"password +(\S{20,})\n", printed.read_text())[1]
        with proxies.serving(request.param, folder, site) as (site.plain, site.public):
            site.address = f"https://{HOST}:{site.public}"
            yield site


@pytest.fixture(scope="module")
def admin(site):
    """Who has just set up a second factor, as a new account has to."""
    admin = Person(site)
    assert admin.sign_in(site.password).url == f"{site.address}/accounts/2fa/"
    page = admin.open(ACTIVATE)
    site.secret = re.search(r'id="authenticator_secret"[^>]*>(\w+)<', page.text)[1]
    fields = {"code": six_figures(site.secret), "csrfmiddlewaretoken": token_of(page)}
    assert admin.open(ACTIVATE, fields, Origin=site.address).url.endswith("/recovery-codes/")
    return admin


def trusting(site):
    return ssl.create_default_context(cafile=site.certificate)


def asked(site, path, method="GET", **headers):
    """The answer of the proxy itself, without following anything."""
    line = http.client.HTTPSConnection(HOST, site.public, timeout=20, context=trusting(site))
    with closing(line):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        answer.content = answer.read()
        return answer


def send_paper(site, admin, content=None, **typed):
    """A paper with a PDF through the form; the address of its file."""
    form = f"{PAPERS}add/"
    page = admin.open(form)
    content = content or a_pdf(b"(mots) Tj")
    fields = filled(page, title_fr="Paix à Ségou", title_en="Peace in Ségou", **typed)
    fields |= {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    fields["files-0-file"] = SimpleUploadedFile("Étude, 100 % paix.pdf", content)
    answer = admin.open(form, fields | {"_continue": "1"}, Origin=site.address)
    assert "/change/" in answer.url, re.findall(r'class="error[^<]*<[^<]*<[^<]*', answer.text)
    return re.search(r'href="(/media/papers/[^"?]+\.pdf)', answer.text)[1]


@pytest.fixture(scope="module")
def draft(site, admin):
    return send_paper(site, admin, content=a_pdf(b"(brouillon) Tj"))


@pytest.fixture(scope="module")
def document(site, admin):
    """A published file of 60 MB: what was uploaded, longer since."""
    address = send_paper(site, admin, _publish="1")
    path = site.clone / urllib.parse.unquote(address[1:])
    with path.open("ab") as file:
        file.truncate(LARGE)
    return SimpleNamespace(address=address, content=path.read_bytes()[:1000])


# Who comes, and how


def test_plain_http_leads_to_https(site):
    with closing(http.client.HTTPConnection(HOST, site.plain, timeout=20)) as line:
        line.request("GET", "/fr/papers/?page=2", headers={"X-Forwarded-Proto": "https"})
        answer = line.getresponse()
    assert answer.status in (301, 308)
    assert answer.headers["Location"].replace(f":{site.public}", "") == (
        f"https://{HOST}/fr/papers/?page=2"
    )


def test_a_page_comes_at_once_with_the_headers_of_the_site(site):
    page = asked(site, "/fr/", X_Forwarded_Proto="http", X_Forwarded_Host="evil.example")
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "default-src 'none';" in page.headers["Content-Security-Policy"]
    assert page.headers["Set-Cookie"] is None
    assert f'<link rel="canonical" href="{site.address}/fr/">'.encode() in page.content


def test_what_is_read_is_counted_once_whoever_answers(site):
    if site.proxy != "nginx":
        pytest.skip("Caddy keeps no pages, so the site counts what passes through.")
    people = {"User_Agent": "Mozilla/5.0 Firefox/143.0"}
    for _time in range(5):
        assert asked(site, "/fr/papers/", **people).status == 200
    asked(site, "/fr/papers/", User_Agent="Mozilla/5.0 (compatible; Googlebot/2.1)")
    asked(site, "/fr/papers/", Sec_Purpose="prefetch", **people)
    asked(site, "/fr/papers/", Cookie="sessionid=abc", **people)
    asked(site, "/fr/papers/?preview=papers-1:abc", **people)
    asked(site, "/fr/papers/", "HEAD", **people)
    asked(site, "/fr/papers/?q=kidal", **people)
    log = site.folder / "reach.log"
    # nginx writes a line once the answer is on its way.
    wait_until(lambda: log.read_text().count("\n") >= 6)
    pattern = r"(\S+T\S+ GET 200 /fr/papers/\n){6}"
    assert re.fullmatch(pattern, log.read_text()), log.read_text()


def test_http_2_is_spoken(site):
    context = trusting(site)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection((HOST, site.public)) as line:
        with context.wrap_socket(line, server_hostname=HOST) as encrypted:
            assert encrypted.selected_alpn_protocol() == "h2"


def test_the_site_knows_where_a_visitor_truly_comes_from(site):
    thief = Person(site, "127.0.0.66")
    for _ in range(6):
        answer = thief.sign_in("faux", X_Forwarded_For="198.51.100.7", Forwarded="for=198.51.100.7")
    assert "Trop de tentatives de connexion échouées" in answer.text
    said = site.printed.read_text()
    assert "127.0.0.66 [" in said
    assert "journal: sign-in failed address=127.0.0.66 " in said
    assert "198.51.100.7" not in said


def printed_by(site):
    """All that the site has printed of earlier requests: the line of a later one stands below it."""
    last = f"/fr/{time.monotonic_ns()}/"
    assert asked(site, last).status == 404
    wait_until(lambda: last in site.printed.read_text())
    return site.printed.read_text()


def test_what_tells_of_health_is_not_for_strangers(site):
    for path in ("/health/ready", "/health/live", "/%68ealth/ready"):
        assert asked(site, path).status == 404
    assert " /health/" not in printed_by(site)
    assert asked(site, "//health/ready").status == 404


def test_a_style_with_a_digest_in_its_name_is_kept_for_good(site):
    name = next((site.clone / "var/static").glob("site.????????????.css")).name
    style = asked(site, f"/static/{name}", Accept_Encoding="gzip")
    assert (style.status, style.headers["Content-Encoding"]) == (200, "gzip")
    assert style.headers["Content-Type"].startswith("text/css")
    assert style.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    assert f"/static/{name} " not in printed_by(site)
    assert asked(site, "/static/site.000000000000.css").status == 404


# Staff


def test_staff_sign_in_with_a_second_factor(site, admin):
    person = Person(site)
    page = person.sign_in(site.password)
    assert page.url.startswith(f"{site.address}/accounts/2fa/authenticate/")
    fields = {"code": six_figures(site.secret, steps=1), "csrfmiddlewaretoken": token_of(page)}
    path = page.url.removeprefix(site.address)
    assert person.open(path, fields, Origin=site.address).url == f"{site.address}/admin/"
    assert all(cookie.secure for cookie in person.cookies)


def test_the_file_of_a_draft_is_for_staff_alone(site, admin, draft):
    assert asked(site, draft).status == 404
    assert asked(site, draft, X_Sendfile_Type="X-Accel-Redirect").status == 404
    answer = admin.open(draft)
    assert (answer.status, answer.content[:5]) == (200, b"%PDF-")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_nobody_gets_past_the_site_to_a_file(site, draft):
    name = draft.removeprefix("/media/")
    for path in (f"/protected-media/{name}", f"/fr/..%2fprotected-media/{name}"):
        assert asked(site, path).status == 404
        assert asked(site, path, X_Accel_Redirect=path).status == 404
    for path in ("/static/../db.sqlite3", "/static/%2e%2e/db.sqlite3", "/protected-media../.env"):
        assert asked(site, path).status in (400, 404)


def test_a_file_comes_with_the_headers_of_the_site_and_is_no_page(site, document):
    for method in ("GET", "HEAD"):
        answer = asked(site, document.address, method)
        assert answer.status == 200
        assert answer.headers["Content-Length"] == str(LARGE)
        assert answer.headers.get_all("Content-Type") == ["application/pdf"]
        assert answer.headers.get_all("Content-Security-Policy") == [SANDBOX]
        assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers.get_all("Cache-Control") == ["private, max-age=31536000, immutable"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert answer.headers["X-Accel-Redirect"] is None
    assert asked(site, document.address + "?inline").headers["Content-Security-Policy"] != SANDBOX


def test_the_proxy_hands_out_files_itself(site, document):
    tag = asked(site, document.address, "HEAD").headers["ETag"]
    assert tag
    assert "papers" not in tag  # as the site's own has


def test_a_cut_download_goes_on(site, document):
    part = asked(site, document.address, Range="bytes=10-99")
    assert (part.status, part.content) == (206, document.content[10:100])
    assert part.headers["Content-Range"] == f"bytes 10-99/{LARGE}"
    assert part.headers["Content-Security-Policy"] == SANDBOX
    assert asked(site, document.address, Range=f"bytes={LARGE}-").status == 416
    tag, moment = part.headers["ETag"], part.headers["Last-Modified"]
    for seen in (tag, moment):
        again = asked(site, document.address, Range="bytes=10-99", If_Range=seen)
        assert (again.status, again.content) == (206, part.content)
    for seen in ('"another"', "Wed, 01 Jan 2020 00:00:00 GMT"):
        assert (
            asked(site, document.address, "HEAD", Range="bytes=10-99", If_Range=seen).status == 200
        )
        whole = asked(site, document.address, Range="bytes=10-99", If_Range=seen)
        assert (whole.status, len(whole.content)) == (200, LARGE)
    assert asked(site, document.address, If_None_Match=tag).status == 304


# Slow people, and large ones


@pytest.mark.parametrize("path", ["/accounts/login/", "/fr/search/"])
def test_what_is_longer_than_a_sign_in_form_is_refused_before_it_comes(site, path):
    with closing(announced(site, path)) as line:
        assert line.getresponse().status == 413


def test_an_upload_of_a_stranger_is_refused_while_it_comes(site):
    with closing(announced(site, "/admin/profiles/paper/add/")) as line:
        sent, answer = send_until_answered(line.sock)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert sent < 10_000_000


def announced(site, path):
    """A connection on which somebody has said that 400 MB will follow."""
    line = http.client.HTTPSConnection(HOST, site.public, timeout=10, context=trusting(site))
    line.putrequest("POST", path)
    line.putheader("Content-Length", "400000000")
    line.endheaders()
    return line


def send_until_answered(line):
    """How many bytes were taken of a body that never ends, and what came back."""
    line.settimeout(0.1)
    sent, answer = 0, b""
    while not answer and sent < 10_000_000:
        with suppress(TimeoutError, ConnectionError):
            sent += line.send(b"x" * 16_000)
        with suppress(TimeoutError):
            answer = line.recv(1000)
    return sent, answer


def seconds_for_a_page(site):
    begun = time.monotonic()
    for _ in range(4):  # whichever process answers
        page = asked(site, "/fr/papers/")
        assert page.status == 200
        assert b"IMRAP" in page.content
    return (time.monotonic() - begun) / 4


@pytest.mark.parametrize(
    ("opening", "how"),
    [
        (half_a_head(), {}),
        (a_trickled_form(), {}),
        (a_trickled_form(length=400_000_000), {}),
        (a_trickled_form(length=400_000_000, path="/admin/profiles/paper/add/"), {}),
        (None, {"trickle": b"", "reads": 10_000}),
    ],
    ids=["half heads", "forms", "large forms", "uploads of strangers", "readers of 60 MB"],
)
def test_slow_people_keep_nobody_waiting(site, document, opening, how):
    opening = opening or a_slow_reader(document.address)
    with a_crowd(site.public, CROWD, opening, encrypted=trusting(site), **how):
        seconds = seconds_for_a_page(site)
    print(f"{seconds:.3f} s for a page")
    assert seconds < 2


def test_a_slow_upload_arrives(site, admin):
    """25 seconds, as on a line of 256 kbit/s; longer than any head may take."""
    slow = partial(http.client.HTTPSConnection.send)

    def at_32_kilobytes_a_second(line, data):
        data = data if isinstance(data, bytes) else data.read()
        for begin in range(0, len(data), 16_000):
            slow(line, data[begin : begin + 16_000])
            time.sleep(0.5 if len(data) > 100_000 else 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http.client.HTTPSConnection, "send", at_32_kilobytes_a_second, raising=False)
        begun = time.monotonic()
        address = send_paper(site, admin, a_pdf(b"(lent) Tj" + b" " * 800_000), _publish="1")
    assert time.monotonic() - begun > 20
    assert len(asked(site, address).content) > 800_000
