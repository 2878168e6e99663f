"""The first start, the second, and the refusals, as real processes in a copy of the project."""

import errno
import fcntl
import http.client
import http.cookiejar
import os
import re
import runpy
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing

import pytest
from django.contrib.auth import get_user_model

from imrap_site import start, turns
from tests.builders import a_clone, a_free_port, environment, lend_static_files, started, wait_for


@pytest.fixture
def copy(tmp_path):
    """The project as somebody has just cloned it."""

    return a_clone(tmp_path / "copy")


def refused(copy, *command, **more):
    """What a command that must fail says on stderr."""
    done = subprocess.run(
        command, cwd=copy, env=environment(**more), capture_output=True, text=True, timeout=30
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def start_refused(copy, **more):
    return refused(copy, sys.executable, "-m", "imrap_site.start", **more)


def log_in(address, password):
    """Log in as a browser does; gives the address where that ends."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies)
    login = address + "/accounts/login/?next=/admin/"
    with browser.open(login) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    form = {"login": "admin", "password": password, "csrfmiddlewaretoken": token}
    with browser.open(login, urllib.parse.urlencode(form).encode()) as page:
        return page.url


@pytest.mark.server
def test_the_first_start_prints_a_password_once_and_the_second_keeps_the_data(copy):
    lend_static_files(copy)
    with started(copy) as (address, printed):
        first = printed.read_text()
        assert "Loading the starter content…\n" in first
        told = address.replace("127.0.0.1", "localhost")  # on which passkeys work
        assert f"{told}/\n" in first
        assert f"{told}/admin/ " in first
        password = re.search(r"name +admin\n +password +(\S{20,})\n", first)[1]
        assert log_in(address, password) == f"{address}/admin/"
        assert len(list((copy / "var/icons").iterdir())) == 4  # before anybody has asked for one

    with started(copy) as (address, printed):
        second = printed.read_text()
        told = address.replace("127.0.0.1", "localhost")
        assert f"{told}/\n" in second
        assert "password" not in second
        assert "starter content" not in second
        assert log_in(address, password) == f"{address}/admin/"

    assert (copy / "var/secret-key").stat().st_mode & 0o777 == 0o600
    assert (copy / "var/db.sqlite3").stat().st_mode & 0o777 == 0o600
    assert rights_of_groups(copy / "var/db.sqlite3") == {"Responsable": 41, "Rédaction": 26}


def rights_of_groups(database):
    """How many permissions the groups have that migrations alone have made."""
    query = """
        select name, count(*) from auth_group join auth_group_permissions on group_id = auth_group.id
        group by name
    """
    with closing(sqlite3.connect(database)) as new:
        return dict(new.execute(query).fetchall())


@pytest.mark.server
def test_a_port_in_use_is_one_clear_sentence(copy):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        assert start_refused(copy, PORT=str(port)) == (
            f"The site can't start. Port {port} is in use. Stop what uses it, or choose another "
            f"one: make run PORT={port + 1}\n"
        )


@pytest.mark.server
def test_the_site_listens_where_it_is_told_and_believes_whom_it_is_told(copy):
    variables = {"LISTEN": "127.0.0.9", "TRUSTED_PROXY": "127.0.0.8, 127.0.7.0/24"}
    variables |= {"HTTPS": "true", "PORT": str(a_free_port()), "ACCESS_LOG": "no"}
    lend_static_files(copy)
    printed, command = copy.parent / "printed", [sys.executable, "-m", "imrap_site.start"]
    with printed.open("w") as file:
        site = subprocess.Popen(command, cwd=copy, env=environment(**variables), stdout=file)
    try:
        believed = [answer_to(address, variables) for address in ("127.0.0.8", "127.0.7.66")]
        assert believed == [200, 200]
        assert answer_to("127.0.0.1", variables) == 301
    finally:
        site.terminate()
        site.wait(20)
    assert f"http://127.0.0.9:{variables['PORT']}/\n" in printed.read_text()


def answer_to(source, variables, patience=30):
    """What the site answers to somebody at `source` who says that a visitor came by https."""
    end = time.monotonic() + patience
    while True:
        line = http.client.HTTPConnection(
            variables["LISTEN"], int(variables["PORT"]), timeout=10, source_address=(source, 0)
        )
        try:
            headers = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}
            line.request("GET", "/en/", headers=headers)
            return line.getresponse().status
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.2)
        finally:
            line.close()


WHERE = "The site can't start. LISTEN must be an address of this machine"
WHOM = (
    "The site can't start. TRUSTED_PROXY must be the address of the web server before the site, "
    "such as 127.0.0.1 or 172.30.14.2, or a network such as 172.30.14.0/24, not "
)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("LISTEN", "all", f"{WHERE}, such as 127.0.0.1 or 0.0.0.0, not 'all'."),
        ("LISTEN", "127.0.0.1:80", f"{WHERE}, such as 127.0.0.1 or 0.0.0.0, not '127.0.0.1:80'."),
        ("LISTEN", "192.0.2.1", f"{WHERE}, and 192.0.2.1 is none."),
        ("TRUSTED_PROXY", "*", f"{WHOM}'*'."),
        ("TRUSTED_PROXY", "127.0.0.1,caddy", f"{WHOM}'127.0.0.1,caddy'."),
    ],
)
def test_an_address_that_is_none_is_one_clear_sentence(
    variable, value, sentence, monkeypatch, tmp_path
):
    monkeypatch.setattr(start, "ROOT", tmp_path)  # without the .env of whoever runs the tests
    monkeypatch.setenv("PORT", str(a_free_port()))
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as refusal:
        start.main("check")
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "8000.5", "٨٠٠٠"])
def test_a_port_that_is_none_is_one_clear_sentence(port, monkeypatch, tmp_path):
    monkeypatch.setattr(start, "ROOT", tmp_path)  # without the .env of whoever runs the tests
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit) as refusal:
        start.main("check")
    assert str(refusal.value) == (
        f"The site can't start. PORT must be a number from 1 to 65535, not {port!r}."
    )


@pytest.mark.server
def test_a_folder_that_cannot_be_written_is_one_clear_sentence(copy):
    # A file in the folder's place: permissions would not stop the administrator.
    (copy / "var").touch()
    assert start_refused(copy) == (
        f"The site can't start. Nothing can be written into {copy}/var (File exists).\n"
    )


@pytest.mark.server
def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "VAR", tmp_path)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "secret-key.unfinished").write_text("cut by a power f")

    start.keep_secret_key()
    key = (tmp_path / "secret-key").read_text()
    start.keep_secret_key()

    assert len(key) > 50
    assert (tmp_path / "secret-key").read_text() == key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_a_secret_key_from_the_environment_makes_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "VAR", tmp_path)
    monkeypatch.setenv("SECRET_KEY", "long and random")
    start.keep_secret_key()
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_default_password(db, capsys):
    people = get_user_model().objects
    passwords = set()
    for _ in range(2):
        start.create_staff_account()
        password = re.search(r"password +(\S+)\n", capsys.readouterr().out)[1]
        assert people.get().check_password(password)
        assert people.get().is_superuser
        passwords.add(password)
        people.all().delete()
    assert len(passwords) == 2
    assert min(map(len, passwords)) >= 20


def test_no_account_is_made_where_somebody_has_one(db, capsys):
    people = get_user_model().objects
    people.create_user("awa")
    start.create_staff_account()
    assert [person.username for person in people.all()] == ["awa"]
    assert capsys.readouterr().out == ""


@pytest.mark.server
def test_a_fault_leaves_its_trace_in_what_the_server_prints(tmp_path):
    without_tables = tmp_path / "db.sqlite3"
    without_tables.touch()
    ask = (
        "import django; django.setup(); from django.test import Client; "
        "print(Client(raise_request_exception=False).get('/fr/').status_code)"
    )
    settings = {
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "testserver",
        "HTTPS": "false",
        "DATABASE_URL": f"sqlite:///{without_tables}",
        "DJANGO_SETTINGS_MODULE": "imrap_site.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=start.ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "503\n"
    assert "Service Unavailable: /fr/" in done.stderr
    assert "no such table: profiles_organisation" in done.stderr


@pytest.mark.server
def test_of_first_starts_at_once_one_prepares_and_a_port_is_given_once(copy):
    lend_static_files(copy)
    one, other = a_free_port(), a_free_port()
    printed = [copy.parent / f"printed-{number}" for number in range(3)]
    starts = [
        start_beside(copy, port, file)
        for port, file in zip((one, one, other), printed, strict=True)
    ]
    try:
        wait_for(f"http://127.0.0.1:{other}/fr/", starts[2], printed[2])
        while all(site.poll() is None for site in starts[:2]):
            time.sleep(0.1)
        refused, serving = sorted((0, 1), key=lambda number: starts[number].poll() is None)
        wait_for(f"http://127.0.0.1:{one}/fr/", starts[serving], printed[serving])
        # Nothing that they run on may be replaced now.
        with (copy / "var/running").open("w") as door, pytest.raises(BlockingIOError):
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        for site in starts:
            site.terminate()
            site.wait(timeout=20)

    assert printed[refused].read_text().endswith(f"make run PORT={one + 1}\n")
    together = "".join(file.read_text() for file in printed)
    assert len(re.findall("password  ", together)) == 1
    assert len(re.findall("Loading the starter content…", together)) == 1
    assert len(re.findall("Waiting for what is being set up in this folder…", together)) == 2
    assert "Traceback" not in together


def start_beside(copy, port, printed):
    """Start the site without waiting for it."""
    with printed.open("w") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "imrap_site.start"],
            cwd=copy,
            env=environment(PORT=str(port)),
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def test_a_running_site_keeps_the_static_files_that_it_knows(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(start, "VAR", tmp_path)
    monkeypatch.setattr(turns, "VAR", tmp_path)
    settings.STATIC_ROOT = tmp_path / "static"
    old = settings.STATIC_ROOT / "site.1f2e3d.css"

    old.parent.mkdir()
    old.touch()
    with (tmp_path / "running").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_SH)
        start.collect_static()
        assert old.exists()

    (tmp_path / "static-collected").unlink()
    start.collect_static()
    assert not old.exists()
    assert (settings.STATIC_ROOT / "site.css").exists()


@pytest.mark.parametrize("logo", ["", "organisation/lost.png"])
def test_icons_are_drawn_before_anybody_is_served(imrap, var_folder, logo):
    imrap.logo = logo
    imrap.save()
    start.draw_icons()
    drawn = sorted(path.name for path in (var_folder / "icons").iterdir())
    assert [name.partition("-")[2] for name in drawn] == ["180.png", "192.png", "48.png", "512.png"]


def test_a_port_in_the_file_env_is_not_known_before_the_installation(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as door:
        monkeypatch.setenv("PORT", str(door.getsockname()[1]))
        with pytest.raises(SystemExit):
            start.main("check")
        (tmp_path / ".env").touch()
        start.main("check")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EROFS, errno.ENOSPC])
def test_a_shared_memory_that_cannot_be_used_is_done_without(number, monkeypatch):
    real = tempfile.TemporaryFile

    def fails_there(dir=None):
        if dir == "/dev/shm":
            raise OSError(number, os.strerror(number))
        return real(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", fails_there)
    settings = runpy.run_path(str(start.ROOT / "gunicorn.conf.py"))
    assert settings["worker_tmp_dir"] == tempfile.gettempdir()


def test_without_a_library_of_playwrights_the_tests_say_so_in_one_sentence(copy):
    tools, python = copy.parent / "tools", copy / ".venv/bin/python"
    for folder in (tools, python.parent):
        folder.mkdir(parents=True)
    for tool in ("bash", "dirname", "env", "id"):
        (tools / tool).symlink_to(shutil.which(tool))
    python.write_text("#!/bin/sh\nexit 127\n")
    python.chmod(0o755)
    assert refused(copy, copy / ".ci/browser", PATH=str(tools)) == (
        "The tests need libatomic.so.1, for Playwright's node; on Debian: apt install libatomic1\n"
    )
