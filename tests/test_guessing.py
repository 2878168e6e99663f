"""Guessing at passwords and codes is slowed, from one place and from many, and the owner gets in."""

import json
import re
import threading
import time
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client

from imrap_site.accounts import once
from tests.builders import PASSWORD, a_copy_served, sign_in_with, six_figures

SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
NEW = "une autre phrase longue"
PASSKEY = "/accounts/2fa/webauthn/login/"
FRENCH = {"HTTP_ACCEPT_LANGUAGE": "fr"}
SLOWED = "Quelqu’un a essayé beaucoup de mots de passe pour ce compte"


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    cache.clear()


def guess_from_everywhere(number=30, login="awa"):
    """As many guesses as there are places, so that no place is slowed."""
    for place in range(number):
        sign_in_with(Client(), "faux", login, REMOTE_ADDR=f"192.0.2.{place}")


def gets_in(client, password=PASSWORD, login="awa"):
    answer = sign_in_with(client, password, login, REMOTE_ADDR="198.51.100.7", **FRENCH)
    return answer.status_code == 302 or (SLOWED not in answer.text and "other")


# From many places -----------------------------------------------------------------------


def test_after_thirty_guesses_from_anywhere_an_account_waits_and_says_what_helps(staff):
    guess_from_everywhere()
    answer = sign_in_with(Client(), REMOTE_ADDR="198.51.100.7", **FRENCH)
    assert SLOWED in answer.text
    assert "Vous entrez tout de suite avec une clé d’accès" in answer.text


def test_one_guess_less_and_the_password_opens(staff):
    guess_from_everywhere(29)
    assert gets_in(Client()) is True


def test_after_an_hour_it_opens_again(staff):
    with time_machine.travel(time.time(), tick=False) as clock:
        guess_from_everywhere()
        clock.shift(timedelta(hours=1, seconds=1))
        assert gets_in(Client()) is True


def test_a_name_that_nobody_has_waits_as_well(staff):
    """So that nobody learns by guessing which accounts there are."""
    guess_from_everywhere(login="personne")
    assert SLOWED in sign_in_with(Client(), login="personne", **FRENCH).text


def test_who_guesses_behind_the_same_address_does_not_lock_a_known_device_out(staff):
    known, place = Client(), {"REMOTE_ADDR": "192.0.2.66"}
    sign_in_with(known, **place)
    known.post("/accounts/logout/")
    for _guess in range(6):
        sign_in_with(Client(), "faux", **place)
    assert sign_in_with(Client(), **place).status_code == 200
    assert sign_in_with(known, **place).status_code == 302


def test_another_account_is_not_slowed(staff):
    User.objects.create_user("moussa", password=PASSWORD, is_staff=True)
    guess_from_everywhere()
    assert gets_in(Client(), login="moussa") is True


def test_name_and_mail_address_are_one_account(staff):
    User.objects.update(email="awa@example.org")
    for login in ("awa", "AWA", "awa@example.org"):
        guess_from_everywhere(10, login)
    assert gets_in(Client()) is False


def test_a_device_on_which_somebody_signed_in_before_gets_in(staff):
    known = Client()
    sign_in_with(known)
    known.post("/accounts/logout/")
    guess_from_everywhere()
    assert gets_in(known) is True


def test_the_cookie_of_a_known_device_can_not_be_read_or_sent_elsewhere(client, staff, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = sign_in_with(client).cookies["known_device"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["max-age"]) == ("/accounts/", 365 * 24 * 3600)


def test_guessing_on_a_known_device_is_slowed_for_it_alone(staff):
    known, other = Client(), Client()
    for device in (known, other):
        sign_in_with(device)
        device.post("/accounts/logout/")
    for place in range(30):
        sign_in_with(known, "faux", REMOTE_ADDR=f"192.0.2.{place}")
    assert (gets_in(known) is True, gets_in(other)) == (False, True)


@pytest.mark.parametrize("end", ["password", "everywhere", "another account", "forged"])
def test_a_device_is_known_for_one_account_until_it_is_ended(staff, end):
    known = Client()
    sign_in_with(known)
    password, login = PASSWORD, "awa"
    if end == "password":
        password = NEW
        form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        known.post("/accounts/password/change/", form)
    if end == "everywhere":
        known.post("/accounts/everywhere/")
    if end == "another account":
        User.objects.create_user(login := "moussa", password=PASSWORD, is_staff=True)
    if end == "forged":
        known.cookies["known_device"] = known.cookies["known_device"].value[:-1] + "x"
    known.post("/accounts/logout/")
    guess_from_everywhere(login=login)
    assert gets_in(known, password, login) is False


def test_one_device_is_known_for_those_who_share_it(staff):
    User.objects.create_user("moussa", password=PASSWORD, is_staff=True)
    shared = Client()
    for login in ("awa", "moussa"):
        sign_in_with(shared, login=login)
        shared.post("/accounts/logout/")
    guess_from_everywhere()
    assert gets_in(shared) is True


def test_who_asks_for_a_new_password_by_mail_tries_it_at_once(staff):
    User.objects.update(email="awa@example.org")
    guess_from_everywhere()
    client = Client()
    client.post("/accounts/password/reset/", {"email": "awa@example.org"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert gets_in(client, NEW) is True


def test_a_network_of_ipv6_is_one_place(client, staff):
    for number in range(6):
        answer = sign_in_with(client, "faux", REMOTE_ADDR=f"2001:db8:1:2::{number}")
    assert "Too many failed login attempts" in answer.text
    assert sign_in_with(client, REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_an_address_of_ipv4_written_as_ipv6_is_a_place_of_its_own(client, staff):
    for _guess in range(6):
        sign_in_with(client, "faux", REMOTE_ADDR="::ffff:192.0.2.1")
    assert sign_in_with(client, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert sign_in_with(client, REMOTE_ADDR="::ffff:192.0.2.2").status_code == 302


# Not asked twice ------------------------------------------------------------------------


def test_who_has_just_signed_in_sets_up_a_second_factor_without_being_asked_again(client, staff):
    sign_in_with(client)
    for page in ("totp/activate/", "webauthn/add/"):
        assert client.get(f"/accounts/2fa/{page}").status_code == 200


def test_a_quarter_of_an_hour_later_they_are_asked(client, staff):
    with time_machine.travel(time.time(), tick=False) as clock:
        sign_in_with(client)
        clock.shift(timedelta(minutes=15, seconds=1))
        answer = client.get("/accounts/2fa/totp/activate/")
        assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_who_found_a_session_open_is_asked(staff_client):
    answer = staff_client.get("/accounts/2fa/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


# Once -----------------------------------------------------------------------------------


def give_code(code, client=None):
    """Whether the code opens the door after the password."""
    client = client or Client()
    sign_in_with(client)
    return client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302


@pytest.fixture
def noon(staff):
    with time_machine.travel("2026-11-25T12:00:05Z", tick=False) as clock:
        yield clock


def test_six_figures_open_the_door_once(noon, staff):
    TOTP.activate(staff, SECRET)
    figures = six_figures(SECRET)
    assert [give_code(figures) for _time in range(3)] == [True, False, False]
    cache.clear()  # whatever becomes of counters
    assert give_code(figures) is False


def test_figures_from_before_the_last_ones_open_nothing(noon, staff):
    """A phone may be half a minute late; who saw its figures then must not use them now."""
    TOTP.activate(staff, SECRET)
    before, now, after = (six_figures(SECRET, steps) for steps in (-1, 0, 1))
    assert [give_code(code) for code in (now, before, after)] == [True, False, True]
    noon.shift(timedelta(seconds=60))
    assert [give_code(code) for code in (after, six_figures(SECRET))] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_the_figures_that_set_the_app_up_do_not_open_the_door(noon, client, staff):
    sign_in_with(client)
    page = client.get("/accounts/2fa/totp/activate/").text
    secret = re.search(r'id="authenticator_secret"[^>]*>(\w+)<', page)[1]
    figures = six_figures(secret)
    client.post("/accounts/2fa/totp/activate/", {"code": figures})
    client.post("/accounts/logout/")
    assert give_code(figures) is False
    noon.shift(timedelta(seconds=30))
    assert give_code(six_figures(secret)) is True


def give_at_once(port, code, number=4):
    """Who gets in, of some that have given the password and now give one code at one moment."""
    moment, csrf, answers = threading.Barrier(number), "a" * 32, []

    def give(session):
        fields = urlencode({"code": code, "csrfmiddlewaretoken": csrf})
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={csrf}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        moment.wait()
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
            line.request("POST", "/accounts/2fa/authenticate/", fields, headers)
            answers.append(line.getresponse().status)

    clients = [Client() for _number in range(number)]
    for client in clients:
        sign_in_with(client)
    sessions = [client.cookies["sessionid"].value for client in clients]
    threads = [threading.Thread(target=give, args=[session]) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(answers)


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_of_four_who_give_one_code_at_one_moment_one_gets_in(staff, imrap, tmp_path):
    """Of the two processes of the server that `make run` starts."""
    TOTP.activate(staff, SECRET)
    codes = RecoveryCodes(RecoveryCodes.activate(staff).instance).generate_codes()
    with a_copy_served(tmp_path) as (port, _database):
        for code in (six_figures(SECRET), codes[0]):
            assert give_at_once(port, code) == [200, 200, 200, 302]


def test_a_recovery_code_opens_the_door_once(staff):
    TOTP.activate(staff, SECRET)
    code = RecoveryCodes(RecoveryCodes.activate(staff).instance).generate_codes()[0]
    assert [give_code(code) for _time in range(2)] == [True, False]


def test_an_answer_of_a_passkey_counts_in_a_session_younger_than_its_last_use(staff):
    key = Authenticator.objects.create(user=staff, type="webauthn", data={"name": "Téléphone"})
    session = {"_begun": time.time()}
    assert [once.spend_answer(session, key) for _time in range(2)] == [True, False]
    assert once.spend_answer({"_begun": time.time()}, key)


@pytest.mark.parametrize(
    "junk",
    ["{}", "[]", "1", '"x"', '{"id": 1}', "[" * 50_000, '{"rawId": null, "response": []}', "é"]
    + [
        json.dumps({"rawId": "AA", "id": "AA", "type": "x", "response": {"userHandle": value}})
        for value in (None, 1, "", "Zg", "____", "4pyT", [], {})
    ],
)
def test_whatever_is_sent_for_a_passkey_is_refused_in_words(client, staff, junk):
    client.get(PASSKEY, HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    answer = client.post(PASSKEY, {"credential": junk}, follow=True, **FRENCH)
    assert answer.status_code == 200
    assert "/admin/" not in answer.redirect_chain[-1][0]
