"""The site as it is deployed: HTTPS on, behind a web server on this machine with a certificate."""

import http.client
import re
import ssl
import urllib.parse
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest

from tests.builders import a_clone, blamed, filled, lend_static_files, started
from tests.encrypted import HOST, SIGN_IN, Person, certificate_in

pytestmark = pytest.mark.server
FROM_THE_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.66"}
ORGANISATION = "/admin/profiles/organisation/"


class Proxy(BaseHTTPRequestHandler):
    """Passes on what it is asked, as nginx and Caddy do: the scheme is its own word, and the
    client's address stands last, behind whatever the client itself pretends."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        pretended, address = self.headers["X-Forwarded-For"], self.client_address[0]
        headers = dict(self.headers.items()) | {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"{pretended}, {address}" if pretended else address,
        }
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        with closing(http.client.HTTPConnection(HOST, self.server.behind)) as line:
            line.request(self.command, self.path, body, headers)
            self.hand_on(line.getresponse())

    do_POST = do_GET

    def hand_on(self, answer):
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name not in ("Transfer-Encoding", "Content-Length", "Connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", len(content))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def proxy_before(port, certificate):
    """The address of a web server that passes all on to a port of this machine."""
    with ThreadingHTTPServer((HOST, 0), Proxy) as server:
        server.behind = port
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever).start()
        yield f"https://{HOST}:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """What a volunteer starts: the port of the site, its public address, the first account."""
    folder = tmp_path_factory.mktemp("https")
    clone, certificate = a_clone(folder / "clone"), certificate_in(folder / "certificate.pem")
    lend_static_files(clone)
    # The last one is gunicorn's, and may stand in the environment of whoever starts the site.
    variables = {"HTTPS": "true", "REQUIRE_SECOND_FACTOR": "false", "FORWARDED_ALLOW_IPS": "*"}
    with started(clone, FROM_THE_PROXY, **variables) as (address, printed):
        port = urllib.parse.urlsplit(address).port
        password = re.search(r"password +(\S{20,})\n", printed.read_text())[1]
        with proxy_before(port, certificate) as public:
            yield SimpleNamespace(
                port=port,
                address=public,
                certificate=certificate,
                password=password,
                printed=printed,
                var=clone / "var",
            )


def straight_to(site, path, address=HOST, **headers):
    """What the site itself answers to somebody on this machine, past its web server."""
    line = http.client.HTTPConnection(HOST, site.port, timeout=20, source_address=(address, 0))
    with closing(line):
        line.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = line.getresponse()
        return answer.status, answer.headers["Location"]


def test_without_the_word_of_the_web_server_every_address_leads_to_https(site):
    for path in ("/", "/fr/papers/?page=2", "/media/papers/a.pdf", SIGN_IN):
        assert straight_to(site, path) == (301, f"https://{HOST}:{site.port}{path}")
    assert straight_to(site, "/fr/", X_Forwarded_Proto="http")[0] == 301


def test_only_the_web_server_on_this_machine_is_believed(site):
    assert straight_to(site, "/fr/", X_Forwarded_Proto="https") == (200, None)
    assert straight_to(site, "/fr/", "127.0.0.2", X_Forwarded_Proto="https")[0] == 301


def test_no_other_header_says_https(site):
    for word in ({"X_Forwarded_Ssl": "on"}, {"X_Forwarded_Protocol": "ssl"}):
        assert straight_to(site, "/fr/", **word)[0] == 301
    # A visitor's own such header is passed on too, and must not refuse the page.
    words = {"X_Forwarded_Proto": "https", "X_Forwarded_Ssl": "off"}
    assert straight_to(site, "/fr/", **words) == (200, None)


def test_behind_the_web_server_a_page_is_answered_at_once_and_asks_for_https_for_a_year(site):
    visitor = Person(site)
    page = visitor.open("/fr/", X_Forwarded_Proto="http")
    assert (page.status, page.url) == (200, f"{site.address}/fr/")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert f'<link rel="canonical" href="{site.address}/fr/">' in page.text
    assert list(visitor.cookies) == []


def test_staff_sign_in_and_save_over_https_with_cookies_that_never_leave_it(site):
    admin = Person(site)
    assert admin.sign_in(site.password).url == f"{site.address}/admin/"
    form = f"{ORGANISATION}{entry_number(admin)}/change/"
    saved = admin.open(form, filled(admin.open(form), acronym="IMRAP-ML"), Origin=site.address)
    assert saved.url == site.address + form
    assert "IMRAP-ML" in Person(site).open("/fr/").text
    cookies = {cookie.name: cookie for cookie in admin.cookies}
    assert set(cookies) == {"sessionid", "csrftoken", "saved_form", "known_device"}
    assert all(cookie.secure for cookie in cookies.values())
    assert cookies["sessionid"].has_nonstandard_attr("HttpOnly")


def test_a_form_sent_from_elsewhere_is_refused(site):
    admin = Person(site)
    admin.sign_in(site.password)
    form = f"{ORGANISATION}{entry_number(admin)}/change/"
    fields = filled(admin.open(form), acronym="X")
    for origin in ("https://evil.example", site.address.replace("https", "http")):
        assert admin.open(form, fields, Origin=origin).status == 403
    # Older browsers send no origin, but say which page they come from.
    assert admin.open(form, fields, Referer="https://evil.example/").status == 403
    assert admin.open(form, fields | {"acronym": "IMRAP"}).url == site.address + form


def test_wrong_passwords_close_the_door_to_the_place_they_truly_come_from(site):
    thief = Person(site, "127.0.0.66")
    for number in range(6):
        answer = thief.sign_in("faux", X_Forwarded_For=f"198.51.100.{number}")
    assert "Trop de tentatives de connexion échouées" in answer.text
    assert thief.sign_in(site.password, X_Forwarded_For="127.0.0.3").url != f"{site.address}/admin/"
    assert Person(site).sign_in(site.password).url == f"{site.address}/admin/"


def test_the_server_prints_whom_fail2ban_has_to_blame(site, fail2ban):
    known = len(site.printed.read_text().splitlines())
    hostile = 'x"\njournal: sign-in failed address=198.51.100.9 way=password name="\x1b[31m'
    Person(site, "127.0.0.67").sign_in("faux", X_Forwarded_For="198.51.100.8")
    Person(site, "127.0.0.68").sign_in("faux", hostile)
    Person(site, "127.0.0.69").sign_in(site.password)
    printed = site.printed.read_text().splitlines()[known:]
    said = [line for line in printed if not line.startswith("[")]  # less the log of requests
    assert said[0] == "journal: sign-in failed address=127.0.0.67 way=password name=admin"
    assert said[2] == "journal: sign-in address=127.0.0.69 way=password name=admin"
    assert len(said) == 3
    assert blamed(printed, fail2ban) == ["127.0.0.67", "127.0.0.68"]


def test_strangers_leave_no_session_on_the_server(site):
    before = sorted((site.var / "sessions").iterdir())
    for _time in range(20):
        line = http.client.HTTPConnection(HOST, site.port, timeout=20)
        with closing(line):
            headers = {**FROM_THE_PROXY, "X-Requested-With": "XMLHttpRequest"}
            line.request("GET", "/accounts/2fa/webauthn/login/", headers=headers)
            answer = line.getresponse()
            assert (answer.status, "sessionid=" in answer.headers["Set-Cookie"]) == (200, True)
    assert sorted((site.var / "sessions").iterdir()) == before


def test_where_sessions_can_not_be_kept_signing_in_says_so_and_works_again_after(site):
    inside = Person(site, "127.0.0.70")
    inside.sign_in(site.password)
    (site.var / "sessions").rename(site.var / "elsewhere")
    (site.var / "sessions").write_text("a file in the place of the folder")
    (site.var / "counters").unlink()
    refused = Person(site, "127.0.0.71").sign_in(site.password)
    assert refused.status == 503
    assert "Le serveur ne peut pas écrire sur son disque" in refused.text
    assert Person(site).open("/fr/").status == 200
    (site.var / "sessions").unlink()
    (site.var / "elsewhere").rename(site.var / "sessions")
    assert Person(site, "127.0.0.71").sign_in(site.password).url == f"{site.address}/admin/"
    assert inside.open("/admin/").url == f"{site.address}/admin/"


def entry_number(admin):
    """The number that the admin gave the organisation."""
    return re.search(rf"{ORGANISATION}(\d+)/change/", admin.open(ORGANISATION).text)[1]
