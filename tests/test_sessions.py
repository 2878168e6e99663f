"""How long somebody stays signed in, what ends it, and what strangers leave on the server."""

import datetime
import os
import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.management import call_command
from django.test import Client

from imrap_site import settings as production
from imrap_site.accounts.sessions import LARGEST_COOKIE, SessionStore
from tests.builders import PASSWORD, sign_in_with
from tests.looks import violations

START = datetime.datetime(2026, 11, 25, 8, tzinfo=datetime.UTC)
NEW = "une autre phrase longue"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def files(settings):
    return sorted(settings.SESSION_FILE_PATH.glob("*"))


def is_in(client):
    return client.get("/admin/").status_code == 200


def a_thief_of(client):
    """Somebody else's browser with the same cookie."""
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    return thief


def signed_in_as(person):
    client = Client()
    client.force_login(person)
    return client


# How long -----------------------------------------------------------------------------


def test_a_session_ends_twelve_hours_after_something_was_done_last(clock, staff_client):
    for _time in range(3):
        clock.shift(datetime.timedelta(hours=11, minutes=59))
        assert is_in(staff_client)
    clock.shift(datetime.timedelta(hours=12, seconds=1))
    assert not is_in(staff_client)


def test_a_session_ends_seven_days_after_signing_in_however_busy(clock, staff_client):
    for _time in range(16):
        clock.shift(datetime.timedelta(hours=10, minutes=29))
        assert is_in(staff_client)
    clock.shift(datetime.timedelta(minutes=17))
    assert not is_in(staff_client)


@pytest.mark.on_sqlite("see test_two_hosts")
def test_a_session_is_written_every_five_minutes_at_most(clock, staff_client, settings):
    (file,) = files(settings)
    seen = file.stat().st_mtime_ns
    for _page in range(4):
        clock.shift(datetime.timedelta(minutes=1))
        staff_client.get("/admin/")
    assert file.stat().st_mtime_ns == seen
    clock.shift(datetime.timedelta(minutes=2))
    staff_client.get("/admin/")
    assert file.stat().st_mtime == time.time()


def test_the_browser_keeps_the_cookie_for_seven_days(clock, client, staff):
    cookie = sign_in_with(client).cookies["sessionid"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (604_800, True, "Lax")


# What ends it -------------------------------------------------------------------------


def test_after_signing_out_a_stolen_cookie_opens_nothing(staff_client, settings):
    thief = a_thief_of(staff_client)
    assert is_in(thief)
    staff_client.post("/accounts/logout/")
    assert not is_in(thief)
    assert files(settings) == []


def test_another_password_ends_all_other_sessions(staff, staff_client):
    other = signed_in_as(staff)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert staff_client.post("/accounts/password/change/", form).status_code == 302
    assert (is_in(staff_client), is_in(other)) == (True, False)


def test_signing_out_everywhere_asks_and_then_ends_each_session(staff, staff_client, settings):
    other, stolen = signed_in_as(staff), a_thief_of(staff_client)
    page = staff_client.get("/accounts/everywhere/", HTTP_ACCEPT_LANGUAGE="fr").text
    assert "Me déconnecter partout" in page
    assert is_in(other)
    answer = staff_client.post("/accounts/everywhere/", follow=True, HTTP_ACCEPT_LANGUAGE="fr")
    assert "La déconnexion est faite sur tous les appareils." in answer.text
    assert [is_in(one) for one in (staff_client, other, stolen)] == [False, False, False]
    assert files(settings) == []
    assert sign_in_with(staff_client)["Location"] == "/admin/"


@pytest.mark.on_sqlite("see test_two_hosts")
def test_a_session_whose_file_comes_back_stays_ended(staff, staff_client, settings):
    """As from a backup, or where the disk could be read only."""
    (file,) = files(settings)
    content = file.read_text()
    staff_client.post("/accounts/everywhere/")
    file.write_text(content)
    thief = Client()
    thief.cookies["sessionid"] = file.name
    assert not is_in(thief)


def test_nobody_signs_anybody_out_from_another_page(staff):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff)
    assert strict.post("/accounts/everywhere/").status_code == 403
    assert is_in(strict)


def test_a_superuser_signs_others_out(staff, staff_client):
    other = User.objects.create_user("moussa", is_staff=True)
    client = signed_in_as(other)
    assert is_in(client)
    action = {"action": "sign_out", "_selected_action": [other.pk]}
    page = staff_client.post("/admin/auth/user/", action, follow=True, HTTP_ACCEPT_LANGUAGE="fr")
    assert "Les sessions de moussa ont pris fin sur tous les appareils." in page.text
    assert (is_in(staff_client), is_in(client)) == (True, False)


def test_a_superuser_who_signs_everybody_out_is_out_as_well(staff, staff_client):
    action = {"action": "sign_out", "_selected_action": [staff.pk]}
    answer = staff_client.post("/admin/auth/user/", action, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_another_password_begins_no_new_week(clock, staff, staff_client):
    clock.shift(datetime.timedelta(hours=11))
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    staff_client.post("/accounts/password/change/", form)
    assert staff_client.cookies["sessionid"]["max-age"] == 7 * 24 * 3600 - 11 * 3600


@pytest.mark.parametrize("taken", ["is_active", "is_staff", "is_superuser", "group", "right"])
def test_who_loses_a_right_signs_in_anew_even_when_it_comes_back(db, taken):
    person = User.objects.create_superuser("moussa")
    group = Group.objects.create(name="Équipe")
    person.groups.add(group)
    right = group.permissions.model.objects.first()
    person.user_permissions.add(right)
    client = signed_in_as(person)
    assert is_in(client)
    if taken.startswith("is_"):
        setattr(person, taken, False)
        person.save()
        User.objects.update(**{taken: True})
    elif taken == "group":
        person.groups.remove(group)
    else:
        person.user_permissions.remove(right)
    assert not is_in(client)


def test_what_is_given_ends_no_session(db):
    person = User.objects.create_user("moussa", is_staff=True)
    client = signed_in_as(person)
    person.groups.add(Group.objects.create(name="Équipe"))
    person.is_superuser = True
    person.save()
    Authenticator.objects.create(user=person, type="totp", data={})
    assert is_in(client)


def test_a_lost_phone_ends_the_sessions_of_whoever_found_it(staff, staff_client):
    Authenticator.objects.create(user=staff, type="totp", data={})
    call_command("lost_phone", "awa", yes=True)
    assert not is_in(staff_client)


def test_who_does_without_the_app_stays_in_here_and_not_elsewhere(client, staff):
    sign_in_with(client)
    Authenticator.objects.create(user=staff, type="totp", data={})
    other = signed_in_as(staff)
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert (is_in(client), is_in(other)) == (True, False)


def test_an_account_is_deleted_with_its_factors_and_sessions(staff, staff_client, settings):
    Authenticator.objects.create(user=staff, type="totp", data={})
    staff.delete()
    assert files(settings) == []
    assert not is_in(staff_client)


def test_each_sign_in_has_a_session_of_a_new_name(client, staff):
    names = set()
    for _time in range(3):
        client.get("/accounts/2fa/webauthn/login/", HTTP_X_REQUESTED_WITH="XMLHttpRequest")
        names.add(client.cookies["sessionid"].value)
        sign_in_with(client)
        names.add(client.cookies["sessionid"].value)
        client.post("/accounts/logout/")
    assert len(names) == 6


# Strangers ----------------------------------------------------------------------------


def test_strangers_leave_nothing_on_the_disk(client, staff, settings):
    User.objects.update(email="awa@example.org")
    client.post("/accounts/password/reset/", {"email": "awa@example.org"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    for _time in range(3):
        client = Client()
        client.get("/accounts/login/?next=/admin/profiles/paper/")
        client.get("/accounts/2fa/webauthn/login/", HTTP_X_REQUESTED_WITH="XMLHttpRequest")
        client.post("/accounts/2fa/webauthn/login/", {"credential": "{}"})
        client.post("/accounts/language/", {"language": "fr"})
        sign_in_with(client, "faux")
        client.get(link)
    assert files(settings) == []
    assert "sessionid" in client.cookies


def test_between_password_and_second_factor_nothing_lies_on_the_disk(client, staff, settings):
    Authenticator.objects.create(user=staff, type="totp", data={})
    assert sign_in_with(client)["Location"] == "/accounts/2fa/authenticate/"
    assert files(settings) == []
    assert client.get("/accounts/2fa/authenticate/").status_code == 200


def test_a_strangers_cookie_counts_for_an_hour_from_its_beginning(clock):
    session = SessionStore()
    session["way"] = "/admin/"
    session.save()
    clock.shift(datetime.timedelta(minutes=59))
    again = SessionStore(session.session_key)
    assert again["way"] == "/admin/"
    again["more"] = 1
    again.save()
    clock.shift(datetime.timedelta(minutes=2))
    assert SessionStore(again.session_key).get("way") is None


def test_a_strangers_cookie_makes_nobody_a_person(staff, client):
    """Also where it was signed by us: a person's session has to lie here."""
    forged = SessionStore().encode({"_auth_user_id": str(staff.pk), "_begun": time.time()})
    for value in (forged, forged[:-2], "x", "", f"{staff.pk}x{'a' * 32}", "../../etc/passwd", "é"):
        client.cookies["sessionid"] = value
        assert client.get("/admin/").status_code == 302


def test_what_no_browser_would_keep_is_left_out():
    session = SessionStore()
    session["way"] = os.urandom(LARGEST_COOKIE).hex()
    session.save()
    assert len(session.session_key) < 200
    assert SessionStore(session.session_key).get("way") is None


# Files --------------------------------------------------------------------------------


@pytest.mark.on_sqlite("see test_two_hosts")
def test_sessions_are_files_that_others_of_the_machine_can_not_read(staff_client, settings):
    assert production.SESSION_ENGINE == "imrap_site.accounts.sessions"
    (file,) = files(settings)
    assert settings.SESSION_FILE_PATH.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"half of it:1", b"{}", None])
def test_a_torn_or_foreign_file_is_signed_out(staff_client, moussa, settings, content):
    mine, other = (
        settings.SESSION_FILE_PATH / one.cookies["sessionid"].value
        for one in (staff_client, moussa)
    )
    mine.write_bytes(other.read_bytes() if content is None else content)
    assert staff_client.get("/admin/").status_code == 302
    assert not mine.exists()


@pytest.mark.on_sqlite("see test_two_hosts")
def test_a_folder_in_the_place_of_a_file_is_signed_out(staff_client, settings):
    (file,) = files(settings)
    file.unlink()
    file.mkdir()
    assert staff_client.get("/admin/").status_code == 302


@pytest.mark.on_sqlite("see test_two_hosts")
def test_one_person_has_thirty_sessions_at_most(clock, staff, settings):
    first = signed_in_as(staff)
    for _time in range(30):
        clock.shift(datetime.timedelta(seconds=1))
        last = signed_in_as(staff)
    assert len(files(settings)) == 30
    assert (is_in(first), is_in(last)) == (False, True)


@pytest.mark.on_sqlite("see test_two_hosts")
def test_what_is_over_is_swept_quickly_and_what_is_not_stays(staff_client, settings):
    SessionStore.clear_expired()
    (file,) = files(settings)
    folder, long_ago = settings.SESSION_FILE_PATH, time.time() - 13 * 3600
    for number in range(20_000):
        old = os.open(folder / f"sessionid{number}", os.O_CREAT | os.O_WRONLY)
        os.utime(old, (long_ago, long_ago))
        os.close(old)
    begun = time.monotonic()
    SessionStore.clear_expired()
    assert time.monotonic() - begun < 5
    assert files(settings) == [file]
    assert is_in(staff_client)


@pytest.mark.on_sqlite("see test_two_hosts")
def test_the_sweep_needs_no_folder(settings, tmp_path):
    settings.SESSION_FILE_PATH = tmp_path / "never made"
    SessionStore.clear_expired()


def test_on_a_full_disk_who_is_signed_in_goes_on_reading(staff_client, imrap, full_disk):
    assert is_in(staff_client)
    session = staff_client.session
    session["language"] = "fr"
    session.save()  # is not kept, and nobody is signed out
    assert is_in(staff_client)


@pytest.mark.on_sqlite("see test_two_hosts")
def test_on_a_full_disk_signing_in_answers_one_sentence(client, staff, full_disk):
    client.raise_request_exception = False
    answer = client.post(
        "/accounts/login/", {"login": "awa", "password": PASSWORD}, HTTP_ACCEPT_LANGUAGE="fr"
    )
    assert answer.status_code == 503
    assert "Le disque du serveur est plein" in answer.text
    assert "sessionid" not in answer.cookies


@pytest.fixture
def full_disk(monkeypatch):
    def no_room(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("imrap_site.accounts.session_files.tempfile.mkstemp", no_room)


@pytest.mark.django_db(transaction=True)
def test_the_button_signs_out_everywhere_and_says_so(page, live_server, sign_in, staff, imrap):
    sign_in()
    other = signed_in_as(staff)
    page.goto(f"{live_server.url}/accounts/2fa/")
    page.get_by_role("link", name="Se déconnecter partout").click()
    assert violations(page, "everywhere") == []
    page.get_by_role("button", name="Me déconnecter partout").click()
    page.wait_for_url(f"{live_server.url}/accounts/login/")
    assert "La déconnexion est faite sur tous les appareils." in page.locator("main").inner_text()
    assert violations(page, "signed out everywhere") == []
    assert not is_in(other)
