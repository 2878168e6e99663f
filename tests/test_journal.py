"""The journal: a line for each sign-in, each change of rights, and each entry that is shown or hidden."""

import logging
import re
import subprocess

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command

from imrap_site import settings as production
from profiles import journal
from profiles.models import Paper
from tests.builders import PASSWORD, blamed, paper_form, sign_in_with, six_figures

PASSKEY = "/accounts/2fa/webauthn/login/"
SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
NEW = "une autre phrase longue"
HOSTILE = [
    "awa\njournal: sign-in failed address=198.51.100.9 way=password name=x",
    "awa\r\nsign-in failed address=198.51.100.9",
    'awa" address=198.51.100.9 name="',
    " address=198.51.100.9 ",
    "\x1b[31mawa\x1b]0;title\x07",
    "awa\u202ejournal\u2028sign-in failed address=198.51.100.9 ",
    "a" * 254,
]


@pytest.fixture
def lines():
    """What the journal says, line by line, as it is printed."""

    class Kept(logging.Handler):
        def emit(self, record):
            said.append(self.format(record))

    said, handler = [], Kept()
    handler.setFormatter(logging.Formatter(**FORMAT))
    logging.getLogger("journal").addHandler(handler)
    cache.clear()
    yield said
    logging.getLogger("journal").removeHandler(handler)


FORMAT = {"fmt": "{name}: {message}", "style": "{"}


def test_the_journal_is_printed_with_its_name_first():
    formatter = production.LOGGING["formatters"]["journal"]
    assert (formatter["format"], formatter["style"]) == (FORMAT["fmt"], FORMAT["style"])
    assert production.LOGGING["loggers"]["journal"]["level"] == "INFO"


# Coming in ------------------------------------------------------------------------------


def test_who_comes_in_and_who_does_not(client, staff, lines):
    del lines[:]
    sign_in_with(client, "faux", REMOTE_ADDR="203.0.113.7")
    sign_in_with(client, "faux", "personne", REMOTE_ADDR="2001:db8::7")
    sign_in_with(client)
    assert lines == [
        "journal: sign-in failed address=203.0.113.7 way=password name=awa",
        "journal: sign-in failed address=2001:db8::7 way=password name=personne",
        "journal: sign-in address=127.0.0.1 way=password name=awa",
    ]


def test_the_second_factor_stands_beside_the_password(client, staff, lines):
    TOTP.activate(staff, SECRET)
    code = RecoveryCodes(RecoveryCodes.activate(staff).instance).generate_codes()[0]
    del lines[:]
    for given in ("000000", six_figures(SECRET)):
        sign_in_with(client)
        client.post("/accounts/2fa/authenticate/", {"code": given})
    client.post("/accounts/logout/")
    sign_in_with(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert lines == [
        "journal: sign-in failed address=127.0.0.1 way=totp name=awa",
        "journal: sign-in address=127.0.0.1 way=password+totp name=awa",
        "journal: sign-in address=127.0.0.1 way=password+recovery_codes name=awa",
    ]


def test_a_passkey_that_is_none_and_a_guess_too_many(client, staff, lines):
    del lines[:]
    client.post(PASSKEY, {"credential": '{"id": 1}'})
    for _guess in range(6):
        sign_in_with(client, "faux")
    assert lines[0] == 'journal: sign-in failed address=127.0.0.1 way=passkey name=""'
    assert lines[1:6] == ["journal: sign-in failed address=127.0.0.1 way=password name=awa"] * 5
    assert lines[6] == 'journal: sign-in failed address=127.0.0.1 way="too many"'


def test_who_confirms_that_it_is_them(client, staff, lines, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    sign_in_with(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert lines[-1] == "journal: confirmed address=127.0.0.1 way=password name=awa"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_makes_a_line_of_its_own_or_blames_another_address(client, db, lines, name):
    sign_in_with(client, "faux", name, REMOTE_ADDR="203.0.113.7")
    (line,) = lines
    assert line.startswith("journal: sign-in failed address=203.0.113.7 way=password name=")
    assert line.isprintable()
    assert len(line) < 1_000


def test_a_name_in_any_script_can_be_read(lines):
    journal.note("sign-in", name="Aïssata ɲɛ 𞤀𞤣𞤤𞤢𞤥 علي")
    assert lines == ['journal: sign-in name="Aïssata ɲɛ 𞤀𞤣𞤤𞤢𞤥 علي"']


def test_no_password_stands_in_any_line(client, staff, staff_client, lines):
    sign_in_with(client, "un secret faux")
    sign_in_with(client)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    staff_client.post("/accounts/password/change/", form)
    assert "journal: account changed what=password by=awa name=awa" in lines
    assert not any(word in line for line in lines for word in (PASSWORD, NEW, "secret"))


# Accounts and rights --------------------------------------------------------------------


def test_accounts_and_rights_are_told_with_who_gave_them(staff_client, lines):
    admin = "/admin/auth/user/"
    del lines[:]
    staff_client.post(f"{admin}add/", {"username": "moussa", "email": "m@example.org"})
    moussa, group = User.objects.get(username="moussa"), Group.objects.create(name="Équipe")
    form = {"username": "moussa", "is_active": "on", "is_superuser": "on", "groups": [group.pk]}
    staff_client.post(f"{admin}{moussa.pk}/change/", form)
    staff_client.post(f"{admin}{moussa.pk}/way-in/", follow=True)
    staff_client.post(f"{admin}{moussa.pk}/delete/", {"post": "yes"})
    assert lines == [
        "journal: account made by=awa name=moussa",
        "journal: way in given what=mail by=awa name=moussa",
        'journal: group made from=command name="Équipe"',
        "journal: account changed what=email+is_staff+is_superuser by=awa name=moussa",
        'journal: rights changed what="User_groups add" by=awa name=moussa',
        "journal: way in given what=link by=awa name=moussa",
        "journal: account deleted by=awa name=moussa",
    ]


def test_second_factors_and_signing_out_everywhere_are_told(client, staff, lines):
    sign_in_with(client)
    del lines[:]
    secret = re.search(
        r'id="authenticator_secret"[^>]*>(\w+)<', client.get("/accounts/2fa/totp/activate/").text
    )[1]
    client.post("/accounts/2fa/totp/activate/", {"code": six_figures(secret)})
    client.post("/accounts/2fa/totp/deactivate/")
    call_command("lost_phone", "awa", yes=True)
    client.post("/accounts/everywhere/")
    assert lines == [
        "journal: second factor added what=totp by=awa name=awa",
        "journal: second factor added what=recovery_codes by=awa name=awa",
        "journal: second factor removed what=totp by=awa name=awa",
        "journal: second factor removed what=recovery_codes by=awa name=awa",
        "journal: signed out everywhere by=awa name=awa",
    ]


def test_a_password_that_came_by_mail_is_told(client, staff, lines):
    User.objects.update(email="awa@example.org")
    client.post("/accounts/password/reset/", {"email": "awa@example.org"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert lines[-1] == "journal: account changed what=password from=mail name=awa"


# What visitors see ----------------------------------------------------------------------

stored = pytest.mark.django_db(transaction=True)


@stored
def test_what_is_published_scheduled_and_withdrawn_is_told(staff_client, add_paper, lines):
    paper = add_paper("Ménaka", is_draft=True, slug="menaka")
    del lines[:]

    def act(name, **fields):
        fields |= {"action": name, "_selected_action": [paper.pk]}
        staff_client.post("/admin/profiles/paper/", fields)

    act("publish")
    act("publish")  # it is already
    act("withdraw")
    act("schedule", publish_at_0="2031-06-30", publish_at_1="08:00")
    address = f"/admin/profiles/paper/{paper.pk}/change/"
    staff_client.post(address, paper_form(slug="menaka", _withdraw="1"))
    staff_client.post(address, paper_form(slug="menaka", title_fr="Corrigé"))
    staff_client.post(address, paper_form(slug="menaka", _publish="1"))
    staff_client.post(f"/admin/profiles/paper/{paper.pk}/delete/", {"post": "yes"})
    stem = f"kind=papers key={paper.pk}"
    assert lines == [
        f"journal: published {stem} state=published by=awa slug=menaka",
        f"journal: withdrawn {stem} state=draft by=awa slug=menaka",
        f"journal: scheduled {stem} state=scheduled by=awa slug=menaka",
        f"journal: withdrawn {stem} state=draft by=awa slug=menaka",
        f"journal: published {stem} state=published by=awa slug=menaka",
        f"journal: deleted {stem} state=published by=awa slug=menaka",
    ]


@stored
def test_what_a_script_publishes_is_told_too_and_a_draft_is_not(imrap, add_paper, lines):
    add_paper("Brouillon", is_draft=True)
    paper = add_paper("Ouvert", slug="ouvert")
    assert lines == [
        f"journal: published kind=papers key={paper.pk} state=published from=command slug=ouvert"
    ]


def test_reading_an_entry_asks_nothing_more_for_the_journal(add_paper, django_assert_num_queries):
    add_paper()
    with django_assert_num_queries(1):
        (paper,) = Paper.objects.only("pk")
    assert paper.stored_as == (None, None)


# fail2ban -------------------------------------------------------------------------------


def test_fail2ban_counts_whom_the_journal_names(client, staff, lines, fail2ban):
    sign_in_with(client, "faux", REMOTE_ADDR="203.0.113.7")
    sign_in_with(client, "faux", "Aïssata", REMOTE_ADDR="2001:db8::7")
    client.post(PASSKEY, {"credential": '{"id": 1}'}, REMOTE_ADDR="203.0.113.8")
    sign_in_with(client)
    assert lines[-1].startswith("journal: sign-in address=127.0.0.1 ")
    assert blamed(lines, fail2ban) == ["203.0.113.7", "2001:db8::7", "203.0.113.8"]


def test_no_name_makes_fail2ban_blame_another_address(client, db, lines, fail2ban):
    for name in HOSTILE:
        sign_in_with(client, "faux", name, REMOTE_ADDR="203.0.113.7")
    assert blamed(lines, fail2ban) == ["203.0.113.7"] * len(HOSTILE)


def test_fail2ban_takes_filter_and_jail(fail2ban):
    command = ["fail2ban-client", "-c", fail2ban, "-d"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    assert "['add', 'profile-site', 'systemd']" in told.stdout
    assert "['set', 'profile-site', 'maxretry', 20]" in told.stdout
    assert "_SYSTEMD_UNIT=profile-site.service" in told.stdout
