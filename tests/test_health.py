"""/health/: whether the site works, for whoever watches it; no detail for strangers."""

import datetime
import json

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from imrap_site.keeping import health
from imrap_site.keeping.records import note_good_backup
from tests.builders import a_copy_served, got


@pytest.fixture
def healthy(db, var_folder, media_folder, monkeypatch):
    for folder in (var_folder, media_folder):
        folder.mkdir(exist_ok=True)
    note_good_backup(timezone.now() - datetime.timedelta(hours=5))
    monkeypatch.setattr(health, "FRESH_FOR", -1)


def statuses(client, **headers):
    answer = client.get("/health/ready", **headers)
    found = answer.json()
    checks = {name: check["status"] for name, check in found.get("checks", {}).items()}
    return answer.status_code, found["status"], checks


WELL = dict.fromkeys(["database", "migrations", "media", "disk", "search_index", "backup"], "ok")


def test_a_site_that_works_says_so_whatever_the_host_is_called(client, healthy, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["www.example.org"], True
    assert statuses(client, HTTP_HOST="10.0.0.1") == (200, "ok", WELL)
    answer = client.get("/health/live", HTTP_HOST="x")
    assert (answer.status_code, answer.content) == (200, b'{"status": "ok"}')
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "stranger",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=x"},
    ],
)
def test_strangers_learn_no_detail(client, healthy, stranger):
    assert client.get("/health/ready", **stranger).content == b'{"status": "ok"}'


def test_what_is_late_or_short_is_a_warning(client, healthy, monkeypatch):
    note_good_backup(timezone.now() - datetime.timedelta(hours=73))
    assert statuses(client) == (200, "warning", {**WELL, "backup": "warning"})
    monkeypatch.setattr(health, "LOW_BYTES", 10**18)
    assert statuses(client)[2] == {**WELL, "backup": "warning", "disk": "warning"}


def test_a_full_disk_is_a_failure(client, healthy, monkeypatch):
    monkeypatch.setattr(health, "LOW_BYTES", 10**18)
    monkeypatch.setattr(health, "NEEDED_BYTES", 10**18)
    assert statuses(client) == (503, "failing", {**WELL, "disk": "failing"})


def test_a_database_of_another_version_is_a_failure_and_named(client, healthy):
    MigrationRecorder.Migration.objects.filter(app="profiles", name__startswith="0011").delete()
    found = client.get("/health/ready").json()["checks"]["migrations"]
    assert found == {"status": "failing", "lacking": ["profiles.0011_search_pages"]}


@pytest.mark.on_a_folder("see test_bucket")
def test_media_that_cannot_be_written_are_a_failure(client, healthy, media_folder):
    media_folder.rmdir()
    media_folder.write_text("no folder")
    assert statuses(client)[2]["media"] == "failing"


def test_an_old_index_is_a_warning(client, healthy, monkeypatch):
    monkeypatch.setattr("profiles.search.indexing.scheme", lambda: "another")
    assert statuses(client)[2] == {**WELL, "search_index": "warning"}


def test_it_looks_into_itself_once_in_a_while(client, healthy, monkeypatch):
    monkeypatch.setattr(health, "FRESH_FOR", 60)
    seen = []
    monkeypatch.setitem(health.CHECKS, "disk", lambda: seen.append(1) or {"status": "ok"})
    for _time in range(3):
        client.get("/health/ready")
    assert len(seen) == 1


@pytest.mark.parametrize("path", ["/health/", "/health/x", "/health/ready/"])
def test_nothing_else_is_there(client, db, path):
    assert client.get(path).status_code == 404
    assert client.post("/health/ready").status_code == 405


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_site_lives_and_is_not_ready(imrap, tmp_path):
    with a_copy_served(tmp_path) as (port, database):
        database.unlink()
        assert got(port, "/health/live")[0] == 200
        status, _headers, found = got(port, "/health/ready")
        assert status == 503
        assert json.loads(found)["checks"]["database"] == {
            "status": "failing",
            "error": "unable to open database file",
        }
