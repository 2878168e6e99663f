"""What the site tells browsers to forbid."""

import base64
import hashlib
import re


def directives(response):
    policy = response["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def test_a_public_page_allows_nothing_but_itself(client, starter):
    for address in ("/en/", "/fr/papers/", "/fr/nowhere/"):
        policy = directives(client.get(address))
        style = policy.pop("style-src")
        assert re.fullmatch(r"'self' 'sha256-[A-Za-z0-9+/]{43}='", style)
        assert policy == {
            "default-src": "'none'",
            "img-src": "'self'",
            "media-src": "'self'",
            "manifest-src": "'self'",
            "connect-src": "'self'",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }


def test_each_process_says_the_policy_in_the_same_order(client, staff_client, starter):
    for response in (client.get("/en/"), staff_client.get("/admin/"), client.get("/nowhere")):
        names = [part.split(" ")[0] for part in response["Content-Security-Policy"].split("; ")]
        assert names == sorted(names)
        assert names[:2] == ["base-uri", "connect-src"]


def test_a_staff_page_runs_only_scripts_with_its_nonce(staff_client, imrap):
    response = staff_client.get("/admin/profiles/paper/add/")
    nonce = re.search(r'<script[^>]*type="importmap"[^>]*nonce="([^"]+)"', response.text)[1]
    policy = directives(response)
    assert policy["script-src"] == f"'self' 'nonce-{nonce}'"
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["style-src"]


def test_a_page_that_is_missing_or_forbidden_among_staff_keeps_its_style(client, staff, imrap):
    staff.is_superuser = False
    staff.save()
    client.force_login(staff)
    for address, status in (("/accounts/nowhere/", 404), ("/admin/profiles/paper/", 403)):
        response = client.get(address)
        assert response.status_code == status
        style = re.search("<style>(.+?)</style>", response.text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in directives(response)["style-src"]


def test_each_answer_forbids_sniffing_framing_and_telling_others_the_address(client, starter):
    response = client.get("/en/")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_login_form_is_protected_against_forged_requests(db):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "awa", "password": "x"})
    assert response.status_code == 403
