"""What strangers may send: no more than a sign-in form."""

import pytest

FORM = {"content_type": "application/x-www-form-urlencoded"}
LONG = "login=" + 70_000 * "x"


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/admin/", "/fr/", "/media/papers/a.pdf", "/x"]
)
def test_a_stranger_may_not_send_more_than_a_sign_in_form(client, db, path):
    assert client.post(path, LONG, **FORM).status_code == 413


def test_a_cookie_that_is_no_session_changes_nothing(client, db):
    client.cookies["sessionid"] = "0123456789abcdefghijklmnopqrstuv"
    assert client.post("/accounts/login/", LONG, **FORM).status_code == 413


def test_nobody_sends_without_saying_how_much_who_is_not_signed_in(client, db):
    answer = client.post("/accounts/login/", "login=awa", **FORM, HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "ten", "²", "9" * 5000, "000000000000400000000"])
def test_a_length_that_is_none_is_too_long(client, db, length):
    answer = client.generic("POST", "/accounts/login/", b"x", CONTENT_LENGTH=length)
    assert answer.status_code == 413


def test_a_sign_in_form_is_read(client, db):
    answer = client.post("/accounts/login/", {"login": "awa", "password": "x"})
    assert answer.status_code == 200


def test_staff_send_long_texts(staff_client, add_paper):
    paper = add_paper()
    answer = staff_client.post(f"/admin/profiles/paper/{paper.pk}/change/", LONG, **FORM)
    assert answer.status_code == 200


def test_it_is_said_in_french(client, db):
    answer = client.post("/fr/", LONG, **FORM)
    assert answer.content.decode() == "C’est plus qu’on ne peut envoyer sans se connecter."
