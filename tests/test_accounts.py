"""Who may enter, and how: password, second factor, lost password, lost phone."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import translation
from playwright.sync_api import expect

from imrap_site.accounts.adapters import StaffAccountAdapter
from imrap_site.accounts.languages import CHOSEN
from imrap_site.accounts.sessions import SessionStore
from tests.builders import PASSWORD, sign_in_with, six_figures
from tests.looks import nothing, too_small, too_wide_or_cut, violations

ENGLISH = re.compile(
    r"\b(the|your|sign|key|keys|code|codes|password|enter|used|add|remove|name|email|please)\b",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    cache.clear()


# The doors --------------------------------------------------------------------------


def test_the_admin_sends_strangers_to_the_sign_in_page(client, db):
    response = client.get("/admin/profiles/paper/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=/admin/profiles/paper/"
    assert sign_in_with(client).status_code == 200


def test_the_right_password_opens_the_admin(client, staff):
    response = sign_in_with(client)
    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_an_e_mail_address_serves_as_well_as_the_name(client, staff):
    User.objects.update(email="awa@example.org")
    assert sign_in_with(client, login="awa@example.org")["Location"] == "/admin/"


@pytest.mark.parametrize("login", ["awa", "awa@example.org"])
def test_a_wrong_password_is_told_in_one_sentence(client, staff, login):
    User.objects.update(email="awa@example.org")
    response = sign_in_with(client, "faux", login, headers={"Accept-Language": "en"})
    assert "This name and this password do not go together." in response.text


def test_sign_in_leads_to_no_other_site(client, staff):
    fields = {"login": "awa", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/accounts/login/", fields)["Location"] == "/admin/"


def test_an_account_outside_the_team_is_told_so_and_not_sent_round(client, db):
    client.force_login(User.objects.create_user("passant"))
    response = client.get("/admin/", follow=True, HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 403
    assert "does not belong to the team" in response.text


def test_nobody_makes_an_account_for_themselves(client, db):
    fields = {"username": "x", "email": "x@example.org", "password1": PASSWORD}
    response = client.post("/accounts/signup/", {**fields, "password2": PASSWORD})
    assert "Accounts are for the team." in response.text
    assert User.objects.count() == 0


def test_only_addresses_that_are_meant_stand_under_accounts():
    accounts = next(p for p in get_resolver().url_patterns if str(p.pattern) == "accounts/")
    assert sorted(str(p.pattern) for p in accounts.url_patterns) == [
        "",
        "2fa/",
        "2fa/webauthn/login/",
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        "everywhere/",
        "inactive/",
        "language/",
        "login/",
        "logout/",
        "password/change/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/done/",
        "password/set/",
        "reauthenticate/",
        "signup/",
    ]


def test_a_visitor_meets_no_account_code(client, imrap):
    response = client.get("/fr/")
    assert response.cookies == {}
    assert not hasattr(response.wsgi_request, "allauth")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/admin/password_change/", "/accounts/password/change/"),
        ("/accounts/", "/accounts/2fa/"),
    ],
)
def test_the_account_has_one_place(staff_client, address, place):
    assert staff_client.get(address)["Location"] == place


# Guessing ---------------------------------------------------------------------------


def test_guessing_is_stopped_and_the_person_still_gets_in_from_elsewhere(client, staff):
    for _guess in range(6):
        response = sign_in_with(client, "faux", REMOTE_ADDR="192.0.2.66")
    assert "Too many failed login attempts" in response.text
    assert sign_in_with(client, REMOTE_ADDR="192.0.2.66").status_code == 200
    assert sign_in_with(client, REMOTE_ADDR="198.51.100.7")["Location"] == "/admin/"


def test_behind_the_web_server_each_visitor_counts_alone(client, staff, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _guess in range(12):
        sign_in_with(client, "faux", HTTP_X_FORWARDED_FOR="198.51.100.7, 192.0.2.66")
    assert sign_in_with(client, HTTP_X_FORWARDED_FOR="198.51.100.7")["Location"] == "/admin/"


def test_a_failed_guess_writes_nothing_into_the_database(client, staff):
    with CaptureQueriesContext(connection) as queries:
        client.get("/accounts/login/")
        sign_in_with(client, "faux")
    reads = ("SELECT", 'DECLARE "_django')  # that is how PostgreSQL reads row by row
    written = [query["sql"] for query in queries if not query["sql"].startswith(reads)]
    assert written == []


def test_too_many_requests_are_answered_in_french(client, db):
    for _request in range(31):
        response = sign_in_with(client, HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 429
    assert "Wait a minute, then try again." in response.text


# The second factor is demanded ------------------------------------------------------


def test_without_a_second_factor_no_admin_page_opens(staff_client, imrap, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    for address in ("/admin/", "/admin/profiles/paper/", "/admin/profiles/paper/add/"):
        response = staff_client.get(address)
        assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/")
    assert staff_client.post("/admin/profiles/paper/add/", {})["Location"] == "/accounts/2fa/"
    page = staff_client.get("/accounts/2fa/", HTTP_ACCEPT_LANGUAGE="en").text
    assert "Before you enter the admin, add a second factor below." in page


@pytest.mark.parametrize(("kind", "status"), [("totp", 200), ("webauthn", 200)])
def test_with_one_the_admin_opens(staff_client, staff, settings, kind, status):
    settings.REQUIRE_SECOND_FACTOR = True
    Authenticator.objects.create(user=staff, type=kind, data={})
    assert staff_client.get("/admin/").status_code == status


def test_recovery_codes_alone_are_no_second_factor(staff_client, staff, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    Authenticator.objects.create(user=staff, type="recovery_codes", data={})
    assert staff_client.get("/admin/").status_code == 302


def test_one_can_still_leave_without_a_second_factor(staff_client, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    assert staff_client.post("/admin/logout/").status_code == 200
    assert "_auth_user_id" not in staff_client.session


def test_the_ways_to_confirm_who_one_is_bear_the_names_of_the_other_pages(staff):
    for kind in ("totp", "webauthn"):
        Authenticator.objects.create(user=staff, type=kind, data={})
    with translation.override("fr"):
        ways = StaffAccountAdapter().get_reauthentication_methods(staff)
        assert [str(way["description"]) for way in ways] == [
            "Utiliser le mot de passe",
            "Utiliser l’application ou un code de récupération",
            "Utiliser une clé d’accès",
        ]


def test_a_link_that_was_used_leads_to_another(client, db):
    page = client.get("/accounts/password/reset/key/1-used/", HTTP_ACCEPT_LANGUAGE="fr").text
    assert "Ce lien n’ouvre plus rien" in page
    assert '<a href="/accounts/password/reset/">Demander un autre lien</a>' in page


# Lost password, lost phone ----------------------------------------------------------


def test_a_mail_leads_to_a_new_password(client, staff):
    User.objects.update(email="awa@example.org")
    french = {"HTTP_ACCEPT_LANGUAGE": "fr"}
    client.post("/accounts/password/reset/", {"email": "awa@example.org"}, **french)
    message = mail.outbox[0]
    assert message.to == ["awa@example.org"]
    assert not ENGLISH.search(re.sub(r"http\S+", "", message.subject + message.body))
    link = re.search(r"http://testserver(\S+)", message.body)[1]
    form = client.get(link, follow=True)
    new = {"password1": "une autre phrase longue", "password2": "une autre phrase longue"}
    client.post(form.redirect_chain[-1][0], new)
    client.logout()
    assert sign_in_with(client).status_code == 200
    assert sign_in_with(client, "une autre phrase longue")["Location"] == "/admin/"


def test_an_unknown_address_gets_no_mail_and_the_same_answer(client, staff):
    User.objects.update(email="awa@example.org")
    known, unknown = (
        client.post("/accounts/password/reset/", {"email": address}, follow=True)
        for address in ("awa@example.org", "personne@example.org")
    )
    texts = [re.sub(r'(?<=csrfmiddlewaretoken" value=")\w+', "", a.text) for a in (known, unknown)]
    assert texts[0] == texts[1]
    assert [message.to for message in mail.outbox] == [["awa@example.org"]]


def test_a_lost_phone_is_forgotten_after_confirmation(staff, monkeypatch, capsys):
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=staff, type=kind, data={})
    other = User.objects.create_user("moussa")
    Authenticator.objects.create(user=other, type="totp", data={})

    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was removed"):
        call_command("lost_phone", "awa")
    assert staff.authenticator_set.count() == 2

    monkeypatch.setattr("builtins.input", lambda question: "awa")
    call_command("lost_phone", "awa")
    assert staff.authenticator_set.count() == 0
    assert other.authenticator_set.count() == 1
    assert "awa now signs in with the password alone" in capsys.readouterr().out


def test_a_lost_phone_of_nobody_is_one_sentence(db):
    with pytest.raises(CommandError, match="Nobody signs in as “personne”"):
        call_command("lost_phone", "personne")


# In a browser -----------------------------------------------------------------------

in_browser = pytest.mark.django_db(transaction=True)


def is_french(page):
    words = page.locator("body").inner_text()
    assert not ENGLISH.findall(re.sub(r"[Cc]odes?\b", "", words)), words
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def is_french_and_accessible(page):
    is_french(page)
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []


def leave(page, site):
    page.goto(f"{site}/accounts/logout/")
    page.get_by_role("button", name="Se déconnecter").click()


def give_password(page, site):
    page.goto(f"{site}/accounts/login/")
    page.locator("#id_login").fill("awa")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()


@in_browser
def test_the_app_and_its_codes_open_the_door(page, live_server, sign_in, imrap, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    site = live_server.url
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/admin/")
    is_french_and_accessible(page)
    give_password(page, site)

    expect(page).to_have_url(f"{site}/accounts/2fa/")
    is_french_and_accessible(page)
    page.get_by_role("link", name="Relier l’application").click()
    # Who has just given the password is not asked for it again.
    expect(page).to_have_url(f"{site}/accounts/2fa/totp/activate/")
    is_french_and_accessible(page)
    secret = page.locator("#authenticator_secret").inner_text()
    page.locator("#id_code").fill("000000")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator(".errorlist")).to_have_text("Code incorrect.")
    secret = page.locator("#authenticator_secret").inner_text()
    page.locator("#id_code").fill(six_figures(secret))
    page.get_by_role("button", name="Confirmer").click()
    page.wait_for_url(f"{site}/accounts/2fa/recovery-codes/")
    is_french_and_accessible(page)
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="à l’administration").click()
    expect(page).to_have_url(f"{site}/admin/")

    leave(page, site)
    give_password(page, site)
    is_french(page)
    page.locator("#id_code").fill("000000")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator(".errorlist")).to_have_text("Code incorrect.")
    page.locator("#id_code").fill(six_figures(secret, steps=1))
    page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(f"{site}/admin/")

    leave(page, site)
    for _time in range(2):
        give_password(page, site)
        page.locator("#id_code").fill(codes[0])
        page.get_by_role("button", name="Se connecter").click()
        if _time == 0:
            expect(page).to_have_url(f"{site}/admin/")
            leave(page, site)
    expect(page.locator(".errorlist")).to_have_text("Code incorrect.")


@pytest.fixture
def passkey(page):
    """A phone's passkey, as the browser plays it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def will_be_given(given):
        wanted = {"authenticatorId": added["authenticatorId"], "isUserVerified": given}
        session.send("WebAuthn.setUserVerified", wanted)

    return will_be_given


@in_browser
def test_a_passkey_opens_the_door_without_the_password(page, live_server, sign_in, imrap, passkey):
    site = live_server.url
    sign_in()
    page.goto(f"{site}/accounts/2fa/")
    page.get_by_role("link", name="Ajouter une clé d’accès").click()
    expect(page).to_have_url(f"{site}/accounts/2fa/webauthn/add/")
    is_french_and_accessible(page)
    passkey(False)
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_text("Cela n’a pas marché.")).to_be_visible()
    passkey(True)
    page.locator("#id_name").fill("Téléphone d’Awa")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    page.wait_for_url(f"{site}/accounts/2fa/recovery-codes/")
    page.goto(f"{site}/accounts/2fa/webauthn/")
    expect(page.get_by_text("Téléphone d’Awa")).to_be_visible()
    is_french(page)

    leave(page, site)
    page.goto(f"{site}/accounts/login/?next=/admin/profiles/paper/")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page).to_have_url(f"{site}/admin/profiles/paper/")

    leave(page, site)
    give_password(page, site)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page).to_have_url(f"{site}/admin/")


def choose(page, site, language):
    """As the choice at the top of each page does, for whoever is signed in and for who is not."""
    page.context.add_cookies([{"name": CHOSEN, "value": language, "url": site}])
    for file in settings.SESSION_FILE_PATH.glob("*"):
        session = SessionStore(file.name)
        session[CHOSEN] = language
        session.save()


def look_at(page, site, address):
    """Whatever a page of the account can lack, in both languages and both schemes of colours."""
    found = []
    for language in ("en", "fr"):
        choose(page, site, language)
        page.goto(f"{site}/accounts/{address}")
        assert page.locator("html").get_attribute("lang") == language
        found += too_small(page, address) + too_wide_or_cut(page, address)
    is_french(page)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += violations(page, f"{address} {scheme}", preload=False)
    return found


@pytest.mark.sweep
@in_browser
def test_every_page_of_the_account_suits_everybody_and_a_phone(
    page, live_server, sign_in, staff, imrap, client
):
    User.objects.update(email="awa@example.org")
    client.post("/accounts/password/reset/", {"email": "awa@example.org"})
    key = re.search(r"/accounts/(password/reset/key/\S+)", mail.outbox[0].body)[1]
    page.set_viewport_size({"width": 360, "height": 740})
    found = []

    def look(*addresses):
        for address in addresses:
            found.extend(look_at(page, live_server.url, address))

    look("login/", "password/reset/", "password/reset/done/", key, "password/reset/key/x-y/")
    look("password/reset/key/done/", "signup/", "inactive/")
    sign_in()
    look(
        "2fa/",
        "2fa/totp/activate/",
        "2fa/webauthn/add/",
        "password/change/",
        "everywhere/",
        "logout/",
    )
    TOTP.activate(staff, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    RecoveryCodes.activate(staff)
    key = Authenticator.objects.create(user=staff, type="webauthn", data={"name": "Téléphone"})
    keys = "2fa/webauthn/"
    look("2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/")
    look(keys, f"{keys}keys/{key.pk}/edit/", f"{keys}keys/{key.pk}/remove/")
    look("reauthenticate/", "2fa/reauthenticate/")
    nothing(found)


def test_a_name_of_any_length_is_answered(client, db):
    fields = {"login": "a" * 50_000, "password": PASSWORD}
    page = client.post("/accounts/login/", fields, HTTP_ACCEPT_LANGUAGE="en")
    assert page.status_code == 200
    assert "at most 254 characters" in page.text


@in_browser
def test_every_page_of_the_account_is_french(page, live_server, sign_in, staff, imrap):
    site = live_server.url
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("password/reset/", "password/reset/done/", "signup/", "inactive/"):
        page.goto(f"{site}/accounts/{address}")
        is_french(page)
    sign_in()
    for address in ("password/change/", "logout/"):
        page.goto(f"{site}/accounts/{address}")
        is_french(page)
