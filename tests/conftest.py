"""What every test starts from: folders of its own, the content it asks for, a browser."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.servers.basehttp import ServerHandler
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, testcases
from django.test import client as test_client
from django.urls import clear_script_prefix
from django.utils import translation
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from imrap_site import start
from imrap_site.keeping.parts import is_bucket
from profiles.files import documents, pictures, sandbox
from profiles.models import ALL_KINDS, Organisation, Paper
from tests.builders import a_free_port, environment, served
from tests.firefox import firefox as firefox_without_window

# Playwright keeps an event loop in the test's thread, where Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# Django's test server would hand out uploads past the view that guards them.
pytest.MonkeyPatch().setattr(testcases, "_MediaFilesHandler", lambda application: application)

# The test client copies the context of each template that it makes, and every widget of a form is
# one: a tenth of the time of all tests, for what none of them asks.
copy_context = test_client.store_rendered_templates


def copy_context_of_pages(store, signal, sender, template, context, **more):
    if not (template.name or "").startswith("django/forms/"):
        copy_context(store, signal, sender, template, context, **more)


test_client.store_rendered_templates = copy_context_of_pages


# A response that a test ends by itself must not end the connection, in whose transaction the test is.
close_if_unusable_or_obsolete = BaseDatabaseWrapper.close_if_unusable_or_obsolete


def close_unless_in_a_test(connection):
    if not connection.in_atomic_block:
        close_if_unusable_or_obsolete(connection)


pytest.MonkeyPatch().setattr(
    BaseDatabaseWrapper, "close_if_unusable_or_obsolete", close_unless_in_a_test
)


# What the test server is answering at the moment.
under_way = set()
run_to_its_end = ServerHandler.run


def run_seen(handler, application):
    under_way.add(handler)
    try:
        run_to_its_end(handler, application)
    finally:
        under_way.discard(handler)


pytest.MonkeyPatch().setattr(ServerHandler, "run", run_seen)


def pytest_xdist_auto_num_workers():
    """One process more than there are cores: some tests only wait for a server."""
    return os.cpu_count() + 1


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker("browser")
        asks = asks_for_the_database(item)
        # What such a site is kept in is said by the test, or is what a newcomer's is.
        if (
            item.get_closest_marker("server") or "real_life_site" in item.fixturenames
        ) and not asks:
            item.add_marker("own_parts")
        # Its server needs the test's database, which pytest makes for those that ask for one only.
        if "context" in item.fixturenames and not asks:
            item.add_marker("django_db")


def asks_for_the_database(item):
    fixtures = {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    return bool(fixtures or item.get_closest_marker("django_db"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request):
    """Each test process has a database of its own: by its name, where it is not in memory."""
    if connection.vendor != "sqlite":
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


def pytest_runtest_setup(item):
    """What is about the files of one host is not asked where hosts share a server, and names the
    test of that."""
    if (mark := item.get_closest_marker("on_sqlite")) and connection.vendor != "sqlite":
        pytest.skip(f"About SQLite and its files; {mark.args[0]}")
    if (mark := item.get_closest_marker("on_a_folder")) and is_bucket():
        pytest.skip(f"About the folder media/; {mark.args[0]}")


@pytest.fixture(autouse=True)
def media_folder(request, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    if is_bucket():
        request.getfixturevalue("db")  # whose locks it needs
        empty_bucket()
    return tmp_path / "media"


def empty_bucket():
    """A private one, as somebody made it by hand."""
    storage = default_storage
    try:
        for file in list(storage.listed()):
            storage.delete(file.name)
    except OSError:
        storage.client.create_bucket(Bucket=storage.bucket_name)


@pytest.fixture(autouse=True)
def var_folder(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path / "var"
    settings.SESSION_FILE_PATH = tmp_path / "var/sessions"
    # Who is signed in here is so at a server that a test starts, too.
    monkeypatch.setenv("SESSION_FOLDER", str(settings.SESSION_FILE_PATH))
    return tmp_path / "var"


@pytest.fixture(autouse=True)
def foreign_bytes_are_read_here(request, monkeypatch):
    """Without a child process, which takes a tenth of a second; `child_processes` wants them."""
    if "child_processes" not in request.fixturenames:
        for module in (pictures, documents):
            monkeypatch.setattr(module, "read_in_child", read_here)


def read_here(reader, file, **options):
    with sandbox._on_disk(file) as source:
        return import_module(f"profiles.files.{reader}").read(source, **options)


@pytest.fixture
def child_processes():
    """For tests of what is read as the site reads it."""


@pytest.fixture(autouse=True)
def nothing_left_over():
    """A request leaves its language in the thread, and where its addresses began."""
    translation.deactivate()
    clear_script_prefix()


@pytest.fixture
def imrap(db):
    # As a server knows them after its first page, so that each test counts the same queries.
    ContentType.objects.get_for_models(Organisation, *ALL_KINDS.values())
    return Organisation.objects.create(
        name_fr="Institut Malien de Recherche Action pour la Paix", acronym="IMRAP", slug="imrap"
    )


@pytest.fixture
def starter(db, media_folder):
    call_command("seed", verbosity=0)


@pytest.fixture
def groups(db):
    """The migration's groups, which a test in the browser takes away with all other rows."""
    editor = SimpleNamespace(connection=connection)
    import_module("profiles.migrations.0004_groups").make_groups(apps, editor)
    import_module("profiles.migrations.0019_picture_library").give_rights(apps, editor)


@pytest.fixture
def fail2ban(tmp_path):
    """A folder of settings as Debian's package brings it, with our two files."""
    if shutil.which("fail2ban-regex") is None:
        pytest.skip("fail2ban is not installed: apt install fail2ban")
    folder = shutil.copytree("/etc/fail2ban", tmp_path / "fail2ban")
    return shutil.copytree(start.ROOT / "deploy/fail2ban", folder, dirs_exist_ok=True)


@pytest.fixture
def add_paper(imrap):
    """Stores a published paper unless told otherwise."""

    def add(title="Autoportrait du Mali", **fields):
        wanted = {"organisation": imrap, "title_fr": title, "is_draft": False, **fields}
        return Paper.objects.create(**wanted)

    return add


@pytest.fixture
def staff(db):
    return get_user_model().objects.create_superuser("awa", password="une longue phrase")


@pytest.fixture
def staff_client(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def moussa(db):
    """A colleague's client."""
    client = Client()
    user = get_user_model().objects.create_superuser("moussa", first_name="Moussa", last_name="Ba")
    client.force_login(user)
    return client


@pytest.fixture
def signed_in(page, live_server, staff_client):
    """A browser page of the superuser awa."""
    key = staff_client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    return page


@pytest.fixture
def sign_in(page, live_server, staff):
    """Sign in as the superuser awa, in the browser, and be in the admin."""

    def sign_in():
        page.goto(f"{live_server.url}/admin/")
        page.locator("#id_login").fill("awa")
        page.locator("#id_password").fill("une longue phrase")
        page.locator("main [type=submit]").first.click()
        page.wait_for_url(f"{live_server.url}/admin/")
        return page

    return sign_in


@pytest.fixture(scope="session")
def firefox_browser(request, tmp_path_factory):
    request.getfixturevalue("live_server")  # begins before it, and ends after
    with firefox_without_window(tmp_path_factory.mktemp("firefox")) as browser:
        yield browser
    wait_for_the_last_connection()


@pytest.fixture
def firefox(firefox_browser, live_server):
    """Firefox as somebody finds it who was never here."""
    firefox_browser.visit(live_server.url)
    yield firefox_browser
    firefox_browser.goto("about:blank")
    wait_for_what_is_under_way()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The installed browser; `make test` finds one and says where it is."""
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("BROWSER_PATH") or None,
        "args": ["--no-sandbox", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "fr-FR"}


@pytest.fixture(scope="session")
def context(request, browser, browser_context_args):
    """One French visitor's browser for all tests: a new one takes most of a second each time."""
    # Its connections stay open, so the server has to end after it, and to begin before.
    request.getfixturevalue("live_server")
    context = browser.new_context(**browser_context_args)
    yield context
    context.close()
    wait_for_the_last_connection()


def wait_for_the_last_connection():
    """Each thread of the server closes its database, which it may not do once the server ended."""
    deadline = time.monotonic() + 10
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)


@pytest.fixture
def preview_beside():
    """For tests of the preview that stands beside forms on wide screens; others close it, so that
    nothing asks the server when a test has ended."""


@pytest.fixture
def page(page, request):
    """A window that remembers nothing, and fails the test for any error in its console."""
    if "preview_beside" not in request.fixturenames:
        page.add_init_script("try { localStorage.setItem('see:closed', '1') } catch {}")
    page.context.new_cdp_session(page).send(
        "Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"}
    )
    page.set_default_timeout(10_000)
    expect.set_options(timeout=10_000)  # as all else in a browser
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    complaints = [*page.complaints]
    page.context.set_offline(False)
    for window in page.context.pages:
        leave(window)
    assert complaints == []


def leave(window):
    """A form that is left sends what is typed there, which the server has to get in the same test."""
    with suppress(PlaywrightError):  # it closes itself
        is_form = "/admin/" in window.url
        if is_form:
            window.goto("about:blank")
        window.close()
        if is_form:
            wait_for_what_is_under_way()


def wait_for_what_is_under_way():
    time.sleep(0.05)
    deadline = time.monotonic() + 10
    while under_way and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture(scope="session")
def real_life_site(tmp_path_factory):
    """The address of a server that runs as `make run` runs it, on data of its own: the real-life example."""
    folder = tmp_path_factory.mktemp("real-life")
    port, printed = a_free_port(), folder / "printed"
    variables = environment(
        PORT=str(port),
        SECRET_KEY="only-for-tests-" + 50 * "x",
        DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
        MEDIA_ROOT=str(folder / "media"),
        # Stronger than what a developer's .env may say.
        ALLOWED_HOSTS="127.0.0.1",
        HTTPS="false",
        DEBUG="false",
    )
    manage = [sys.executable, "manage.py"]
    # Before the start, which would bring the organisation's own profile to an empty site.
    for step in (["migrate"], ["seed", "--real-life"]):
        command = [*manage, *step, "--verbosity=0"]
        subprocess.run(command, cwd=start.ROOT, env=variables, check=True)
    # Ended without waiting for the browser's open connections.
    how = {"cwd": start.ROOT, "env": variables, "stop": signal.SIGINT}
    with served([sys.executable, "-m", "imrap_site.start"], printed, port, **how):
        yield f"http://127.0.0.1:{port}"
