"""How somebody new comes in: an account in one form, a link, a second factor, and the page they wanted."""

import re
from smtplib import SMTPException

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect

from imrap_site import start
from tests.builders import PASSWORD, sign_in_with, six_figures
from tests.looks import nothing, too_small, too_wide_or_cut, violations

ADD = "/admin/auth/user/add/"
NEW = "une toute nouvelle phrase"
NO_MAIL = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    cache.clear()


def link_in(text):
    return re.search(r"https?://[^/]+(/accounts/password/reset/key/[^\s\"<]+)", text)[1]


def choose(link, password=NEW):
    """By a link, with a browser of one's own; the last answer."""
    client = Client(headers={"accept-language": "fr"})
    form = client.get(link, follow=True)
    if not form.redirect_chain:
        return form
    fields = {"password1": password, "password2": password}
    return client.post(form.redirect_chain[-1][0], fields, follow=True)


def make_account(client, **fields):
    typed = {"username": "fanta", "first_name": "Fanta", "email": "fanta@example.org", **fields}
    return client.post(ADD, typed, follow=True, HTTP_ACCEPT_LANGUAGE="fr")


def test_a_person_gets_a_mail_and_chooses_a_password_once(staff_client, groups):
    group = Group.objects.get(name="Rédaction")
    page = make_account(staff_client, groups=[group.pk])
    assert "Un message part à fanta@example.org" in page.text
    fanta = User.objects.get(username="fanta")
    assert (fanta.is_staff, fanta.is_superuser, list(fanta.groups.all())) == (True, False, [group])
    assert not fanta.has_usable_password()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (
        ["fanta@example.org"],
        "Votre compte\N{NO-BREAK SPACE}: choisissez un mot de passe",
    )
    assert "Votre nom d’utilisateur est fanta" in sent.body
    link = link_in(sent.body)
    assert link not in page.text
    assert choose(link).status_code == 200
    assert sign_in_with(Client(), NEW, "fanta")["Location"] == "/admin/"
    assert "Ce lien n’ouvre plus rien" in choose(link, PASSWORD).text
    assert sign_in_with(Client(), NEW, "fanta@example.org")["Location"] == "/admin/"


def test_of_two_who_choose_by_one_link_at_once_one_does(staff_client, staff, monkeypatch):
    make_account(staff_client)
    link, set_password = link_in(mail.outbox[0].body), User.set_password

    def after_somebody_else(person, password):
        monkeypatch.undo()
        assert choose(link).status_code == 200
        set_password(person, password)

    monkeypatch.setattr(User, "set_password", after_somebody_else)
    assert "Ce lien n’ouvre plus rien" in choose(link, PASSWORD).text
    assert User.objects.get(username="fanta").check_password(NEW)


@pytest.mark.parametrize("cause", ["no mail set up", "no address", "the mail fails"])
def test_else_a_link_to_hand_over_is_shown_once(staff_client, settings, monkeypatch, cause):
    if cause == "no mail set up":
        settings.EMAIL_BACKEND = NO_MAIL
    if cause == "the mail fails":

        def fail(*args, **kwargs):
            raise SMTPException("No")

        monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    page = make_account(staff_client, **({"email": ""} if cause == "no address" else {}))
    link = link_in(page.text)
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    again = staff_client.get(page.redirect_chain[-1][0])
    assert "/accounts/password/reset/key/" not in again.text
    assert choose(link).status_code == 200
    assert sign_in_with(Client(), NEW, "fanta")["Location"] == "/admin/"


def test_a_link_is_valid_for_three_days(staff_client, staff, settings):
    settings.EMAIL_BACKEND = NO_MAIL
    with time_machine.travel("2026-11-26 10:00Z", tick=False):
        link = link_in(make_account(staff_client).text)
    for moment, is_open in (("2026-11-29 09:59Z", True), ("2026-11-29 10:01Z", False)):
        with time_machine.travel(moment, tick=False):
            page = Client(headers={"accept-language": "fr"}).get(link, follow=True).text
        assert ("Ce lien n’ouvre plus rien" not in page) is is_open, moment


def test_an_address_that_somebody_has_is_refused_and_nothing_typed_is_lost(staff_client):
    User.objects.create_user("moussa", email="Fanta@example.org")
    page = make_account(staff_client)
    assert "Quelqu’un d’autre a déjà cette adresse" in page.text
    assert 'value="fanta@example.org"' in page.text
    assert not User.objects.filter(username="fanta").exists()


def test_no_hash_and_no_field_for_a_password_stands_on_a_person_s_form(staff_client, staff):
    stem = f"/admin/auth/user/{staff.pk}"
    page = staff_client.get(f"{stem}/change/", HTTP_ACCEPT_LANGUAGE="fr").text
    assert "Choisi." in page
    assert f'href="{stem}/way-in/"' in page
    for word in ("algorithm", "pbkdf2", "argon2", "salage", 'type="password"'):
        assert word not in page.lower()
    assert 'type="password"' not in staff_client.get(ADD).text
    gone = staff_client.get(f"{stem}/password/", follow=True)
    assert (gone.redirect_chain[-1][0], 'type="password"' in gone.text) == ("/admin/", False)


@pytest.mark.parametrize("role", ["Rédaction", "Responsable", ""])
def test_nobody_but_a_superuser_makes_accounts_or_links(groups, staff, role):
    person = User.objects.create_user("moussa", is_staff=True)
    if role:
        person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    assert make_account(client).status_code == 403
    for answer in (client.get, client.post):
        assert answer(f"/admin/auth/user/{staff.pk}/way-in/").status_code == 403
    assert not mail.outbox
    assert User.objects.count() == 2


def test_a_link_changes_nothing_until_it_is_used(staff_client, staff):
    page = staff_client.post(f"/admin/auth/user/{staff.pk}/way-in/", follow=True)
    assert "/accounts/password/reset/key/" in page.text
    assert sign_in_with(Client())["Location"] == "/admin/"  # with the present password


# Where one wanted to go


WANTED = "/admin/profiles/paper/?state=draft"


def app_of(person):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(person, secret)
    return secret


def test_one_lands_where_one_wanted_after_password_and_code(client, staff, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    secret = app_of(staff)
    asked = client.get(WANTED, follow=True).redirect_chain[-1][0]
    # The first one is that of the choice of a language, which comes back here.
    _here, *fields = re.findall(r'name="next" value="([^"]*)"', client.get(asked).text)
    assert fields == [WANTED, WANTED]  # with a password, and with a passkey
    typed = {"login": "awa", "password": PASSWORD, "next": WANTED}
    assert WANTED in client.post("/accounts/login/", typed | {"password": "faux"}).text
    answer = client.post("/accounts/login/", typed, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    # A slip on the way, and on again.
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": six_figures(secret)})
    assert answer["Location"] == WANTED


def test_a_passkey_that_is_refused_forgets_nothing(client, db):
    fields = {"credential": "{}", "next": WANTED}
    answer = client.post("/accounts/2fa/webauthn/login/", fields)
    assert (
        answer["Location"] == "/accounts/login/?next=%2Fadmin%2Fprofiles%2Fpaper%2F%3Fstate%3Ddraft"
    )
    fields["next"] = "https://evil.example/"
    assert client.post("/accounts/2fa/webauthn/login/", fields)["Location"] == "/accounts/login/"


@pytest.mark.parametrize("wanted", [WANTED, "/admin/"])
def test_one_lands_where_one_wanted_after_the_forced_second_factor(client, staff, settings, wanted):
    settings.REQUIRE_SECOND_FACTOR = True
    fields = {"login": "awa", "password": PASSWORD, "next": wanted}
    chain = client.post("/accounts/login/", fields, follow=True).redirect_chain
    assert chain[-1][0] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/totp/activate/").text
    secret = re.search(r'id="authenticator_secret"[^>]*>(\w+)<', page)[1]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": six_figures(secret)}, follow=True)
    assert f'<a href="{wanted}">' in answer.text
    assert client.get(wanted).status_code == 200
    codes = client.get("/accounts/2fa/recovery-codes/").text
    assert f'<a href="{WANTED}">' not in codes  # it was reached


@pytest.mark.parametrize(
    "foreign",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"],
)
def test_nobody_is_led_to_another_site(client, staff, foreign):
    fields = {"login": "awa", "password": PASSWORD, "next": foreign}
    assert client.post("/accounts/login/", fields)["Location"] == "/admin/"


def test_who_has_no_group_reads_whom_to_ask(client, staff, imrap):
    User.objects.filter(pk=staff.pk).update(first_name="Awa", last_name="Diarra")
    client.force_login(User.objects.create_user("moussa", is_staff=True))
    page = client.get("/admin/", HTTP_ACCEPT_LANGUAGE="fr").text
    assert "Votre compte n’a pas encore de groupe" in page
    assert "Vous pouvez vous adresser à : Awa Diarra." in " ".join(page.split())
    assert "À compléter" not in page
    client.force_login(staff)
    assert "pas encore de groupe" not in client.get("/admin/", HTTP_ACCEPT_LANGUAGE="fr").text


def test_the_address_that_is_told_is_one_on_which_passkeys_work(settings, monkeypatch):
    monkeypatch.setenv("PORT", "8003")
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    assert start.shown_host() == "localhost:8003"
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert start.shown_host() == "127.0.0.1:8003"
    settings.ALLOWED_HOSTS = ["example.org", "localhost"]
    monkeypatch.setenv("LISTEN", "0.0.0.0")
    assert start.shown_host() == "0.0.0.0:8003"


# In the browser


def test_an_account_is_made_and_comes_in_on_a_phone(
    signed_in, live_server, groups, settings, imrap, browser, browser_context_args
):
    settings.EMAIL_BACKEND = NO_MAIL
    page, site = signed_in, live_server.url
    page.goto(f"{site}{ADD}")
    page.get_by_label("Nom d’utilisateur").fill("fanta")
    page.get_by_label("Adresse électronique").fill("fanta@example.org")
    page.get_by_label("Rédaction").check()
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    link = page.get_by_label("Remettez ce lien").input_value()

    settings.REQUIRE_SECOND_FACTOR = True
    phone = browser.new_context(**browser_context_args, viewport={"width": 360, "height": 740})
    hers = phone.new_page()
    hers.goto(link)
    hers.locator("#id_password1").fill(NEW)
    hers.locator("#id_password2").fill(NEW)
    hers.locator("main [type=submit]").first.click()
    hers.goto(f"{site}/admin/profiles/paper/add/")
    hers.locator("#id_login").fill("fanta")
    hers.locator("#id_password").fill(NEW)
    hers.locator("main [type=submit]").first.click()
    hers.get_by_role("link", name="Relier l’application").click()
    app = hers.get_by_role("link", name="L’application est sur ce téléphone")
    secret = hers.locator("#authenticator_secret").inner_text()
    assert app.get_attribute("href").startswith("otpauth://totp/")
    assert f"secret={secret}" in app.get_attribute("href")
    phone.grant_permissions(["clipboard-read", "clipboard-write"])
    hers.get_by_role("button", name="Copier").click()
    expect(hers.get_by_text("Copié")).to_be_visible()
    assert hers.evaluate("navigator.clipboard.readText()") == secret
    found = too_wide_or_cut(hers, "activate") + too_small(hers, "activate")
    hers.locator("#id_code").fill(six_figures(secret))
    hers.get_by_role("button", name="Confirmer").click()
    hers.get_by_role("link", name="à l’administration").click()
    expect(hers).to_have_url(f"{site}/admin/profiles/paper/add/")
    phone.close()
    nothing(found)
    assert Authenticator.objects.filter(user__username="fanta").exists()


def test_axe_finds_nothing_on_pages_of_new_people(signed_in, live_server, staff, imrap):
    other = User.objects.create_user("moussa", email="m@example.org", is_staff=True)
    context = signed_in.context.browser.new_context(bypass_csp=True, locale="fr-FR")
    context.add_cookies(signed_in.context.cookies())
    page, found = context.new_page(), []
    for scheme, width in (("light", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for address in (
            ADD,
            f"/admin/auth/user/{other.pk}/way-in/",
            "/accounts/2fa/totp/activate/",
        ):
            page.goto(f"{live_server.url}{address}")
            found += violations(page, address) + too_small(page, address)
            found += too_wide_or_cut(page, address)
        page.goto(f"{live_server.url}/admin/auth/user/{other.pk}/way-in/")
        page.get_by_role("button", name="Afficher un lien").click()
        found += violations(page, "link")
    context.close()
    nothing(found)


@pytest.mark.firefox
def test_a_link_is_shown_in_firefox(firefox, live_server, staff_client, staff, imrap):
    firefox.sign_in(staff_client.cookies["sessionid"].value)
    firefox.goto(f"{live_server.url}/admin/auth/user/{staff.pk}/way-in/")
    firefox.click("#content-main form button:last-of-type")
    firefox.see("#way-in")
    assert "/accounts/password/reset/key/" in firefox.value("#way-in")
