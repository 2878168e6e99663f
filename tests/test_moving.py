"""`manage.py move_to`: a whole site to PostgreSQL and a bucket, and back; the old one stays as it is."""

import hashlib
import json
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from tests import topology
from tests.builders import a_clone, environment

pytestmark = pytest.mark.server
FILL = """
import reversion
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from profiles.models import Organisation, Paper, PaperFile, Video
from tests.builders import a_pdf, content_of, photograph
awa = User.objects.create_superuser("awa", "awa@example.org", "une longue phrase")
awa.groups.set(Group.objects.all())
Authenticator.objects.create(user=awa, type="webauthn", data={"credential": {"é": [1, None]}})
imrap = Organisation.objects.get()
for number in range(5):
    with reversion.create_revision():
        paper = Paper.objects.create(organisation=imrap, title_fr=f"Écouter Ménaka {number}",
            is_draft=number % 2 == 0, date="2019-03", body_fr="<p>Ansongo 𞤀 · L’«\\u00a0eau\\u00a0»</p>")
        reversion.set_user(awa)
        reversion.set_comment("Première version")
    with reversion.create_revision():
        paper.summary_fr = f"Résumé {number}"
        paper.save()
    PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(b"(%d) Tj" % number), f"{number}.pdf"))
paper.delete()
Video.objects.create(organisation=imrap, title_fr="Film",
    image=ContentFile(content_of(photograph()), "photo.jpg"))
"""
EVERYTHING = """
import json
from django.apps import apps
from django.contrib.sessions.models import Session
for model in sorted(apps.get_models(include_auto_created=True), key=str):
    if model is not Session:
        rows = model._base_manager.order_by("pk").values_list()
        print(model._meta.label, json.dumps([list(map(str, row)) for row in rows]))
"""
FOUND = """
from profiles import search
print([(hit.kind, hit.key) for hit in search.search("ménaka ansongo").hits])
"""
NEXT = """
from profiles.models import Organisation, Paper
print(Paper.objects.create(organisation=Organisation.objects.get(), title_fr="Encore").pk)
"""


@pytest.fixture(scope="module")
def stores():
    if name := topology.lacking():
        pytest.skip(f"{name} is not installed")
    with topology.folder() as folder, topology.stores(folder) as parts:
        yield parts


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return a_clone(tmp_path_factory.mktemp("clone") / "site")


class Site:
    """Of a clone, with the variables that say where all lies."""

    def __init__(self, clone, **where):
        self.clone, self.where = clone, where

    def begin(self, *words):
        variables = environment(SECRET_KEY=60 * "k", **self.where)
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=self.clone,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *words, code=0):
        process = self.begin(*words)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, out + err
        assert "Traceback" not in err
        return out if code == 0 else err

    def everything(self):
        lines = self.manage("shell", "--no-imports", "-c", EVERYTHING).splitlines()
        return dict(line.split(" ", 1) for line in lines)


COUNT = """
from imrap_site.serving.reach.store import store
store().add({("2026-11-26", "papers-1", "view"): 7}, ("log", None, 5))
"""
COUNTED = """
from imrap_site.serving.reach.store import store
print(store().rows("SELECT number FROM counts"))
"""


@pytest.fixture
def old(clone, tmp_path):
    """A site with all that there is, on SQLite and in a folder."""
    site = Site(clone, DATABASE_URL=f"sqlite:///{tmp_path}/old.db", MEDIA_ROOT=f"{tmp_path}/media")
    for words in (["migrate"], ["seed"], ["shell", "-c", FILL]):
        site.manage(*words)
    return site


@pytest.fixture
def empty(stores, request):
    """A new database and a new bucket: their addresses."""
    name = f"new{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"
    with psycopg.connect(stores.postgresql.url, autocommit=True) as door:
        door.execute(f"CREATE DATABASE {name}")
    stores.s3.client.create_bucket(Bucket=name)
    return (
        f"{stores.postgresql.url.rpartition('/')[0]}/{name}",
        f"{stores.s3.url.rpartition('/')[0]}/{name}",
    )


def digests_in(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def stamp_in(database):
    with psycopg.connect(database) as door:
        return door.execute("SELECT stamp FROM content_stamp").fetchone()


def test_a_site_arrives_whole_on_postgresql_and_in_a_bucket_and_comes_back(
    old, clone, empty, tmp_path
):
    old.manage("shell", "--no-imports", "-c", COUNT)
    before = digests_in(tmp_path)
    new = Site(clone, DATABASE_URL=empty[0], MEDIA_URL=empty[1])
    new.manage("migrate")
    stamp = stamp_in(empty[0])
    said = old.manage("move_to", empty[0], "--media", empty[1])
    assert "and the same." in said
    # Whoever kept pages of the empty site has none of this content.
    assert stamp_in(empty[0]) != stamp
    assert "Now write DATABASE_URL and MEDIA_URL into .env" in said
    assert digests_in(tmp_path) == before
    assert new.everything() == old.everything()
    assert new.manage("shell", "--no-imports", "-c", COUNTED) == "[(7,)]\n"
    rows = json.loads(new.everything()["reversion.Version"])
    assert len(rows) >= 10
    found = ["shell", "--no-imports", "-c", FOUND]
    assert new.manage(*found) == old.manage(*found)
    assert "('papers', 5)" in new.manage(*found)
    new.manage("move_to", f"sqlite:///{tmp_path}/back.db", "--media", f"{tmp_path}/back")
    back = Site(clone, DATABASE_URL=f"sqlite:///{tmp_path}/back.db", MEDIA_ROOT=f"{tmp_path}/back")
    assert back.everything() == old.everything()
    assert digests_in(tmp_path / "back") == digests_in(tmp_path / "media")
    assert back.manage(*found) == old.manage(*found)
    assert back.manage("shell", "--no-imports", "-c", COUNTED) == "[(7,)]\n"
    # The number of the paper that was deleted is never given again.
    numbers = {site.manage("shell", "--no-imports", "-c", NEXT) for site in (old, new, back)}
    assert len(numbers) == 1


MAKES_TABLES = "SELECT to_regclass('django_migrations') IS NOT NULL"
COPIES = """
SELECT count(*) > 0 FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation = (
    SELECT oid FROM pg_class WHERE relname = 'reversion_version')
"""
HAS_CONTENT = "SELECT count(*) > 0 FROM auth_user"


def killed_when(process, database, question):
    """As soon as the database there says so; the children of the killed one go on."""
    with psycopg.connect(database, autocommit=True) as door:
        until = time.monotonic() + 60
        while not answered(door, question):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL


def answered(door, question):
    try:
        return door.execute(question).fetchone()[0]
    except psycopg.errors.UndefinedTable:
        return False


@pytest.mark.parametrize("question", [MAKES_TABLES, COPIES, HAS_CONTENT])
def test_a_move_that_was_killed_is_begun_anew_by_the_same_command(old, clone, empty, question):
    """While tables are made, while rows are copied, and once all is there but for the index."""
    old.manage("shell", "--no-imports", "-c", COUNT)
    killed_when(old.begin("move_to", empty[0], "--media", empty[1]), empty[0], question)
    said = old.manage("move_to", empty[0], "--media", empty[1])
    assert "and the same." in said
    new = Site(clone, DATABASE_URL=empty[0], MEDIA_URL=empty[1])
    assert new.everything() == old.everything()
    assert new.manage("shell", "--no-imports", "-c", COUNTED) == "[(7,)]\n"
    found = ["shell", "--no-imports", "-c", FOUND]
    assert new.manage(*found) == old.manage(*found)


def test_a_place_that_is_taken_is_refused(old, clone, empty, tmp_path):
    old.manage("move_to", empty[0])
    with psycopg.connect(empty[0]) as door:  # somebody works there already
        door.execute("UPDATE profiles_organisation SET acronym = 'NEW'")
    before = digests_in(tmp_path)
    said = old.manage("move_to", empty[0], code=1)
    assert said == (
        "CommandError: Nothing was moved. The database there is not empty, it has 1 × organisations: "
        "name another one.\n"
    )
    with psycopg.connect(empty[0]) as door:
        found = door.execute("SELECT acronym FROM profiles_organisation").fetchall()
        assert found == [("NEW",)]
    assert digests_in(tmp_path) == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").touch()
    said = old.manage(
        "move_to", f"sqlite:///{tmp_path}/new.db", "--media", f"{tmp_path}/other", code=1
    )
    assert "There are other files in" in said
    assert "notes.txt for one: name an empty place." in said
    assert "DATABASE_URL says the same" in old.manage(
        "move_to", f"sqlite:///{tmp_path}/old.db", code=1
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://site@127.0.0.1/site", "DATABASE_URL must begin with sqlite:/// or postgresql://"),
        ("postgresql://site:Geheim@127.0.0.1:1/site", "The database there can't be used: "),
        ("sqlite:////nowhere/at/all.db", "The database there can't be made: No such file"),
        ("sqlite:///", "DATABASE_URL names no file, so all content would be lost with the process"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_in_words(old, url, sentence):
    said = old.manage("move_to", url, code=1)
    assert said.startswith(f"CommandError: Nothing was moved. {sentence}")
    assert "Geheim" not in said


def test_what_the_other_database_can_t_hold_is_named_and_nothing_stays_there(
    old, clone, empty, tmp_path
):
    old.manage(
        "shell", "-c", "from profiles.models import Video; Video.objects.update(title_fr='a\\0b')"
    )
    said = old.manage("move_to", empty[0], code=1)
    assert "The database there does not take what is in videos, number " in said
    with psycopg.connect(empty[0]) as door:
        assert door.execute("SELECT count(*) FROM auth_user").fetchone() == (0,)
