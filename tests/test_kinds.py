"""A kind of entries more, or one less: in real processes, in a copy of the project."""

import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from profiles import signals
from profiles.models import KINDS
from tests.builders import a_clone, environment

SCRIPTS = Path(__file__).parent / "kinds"


class Site:
    """A copy of the project with a database and a media folder of its own."""

    def __init__(self, folder):
        self.copy, self.folder = a_clone(folder / "copy"), folder

    def process(self, *command, **settings):
        variables = environment(
            DJANGO_SETTINGS_MODULE="tests.settings",
            DATABASE_URL=f"sqlite:///{self.folder}/db.sqlite3",
            MEDIA_ROOT=f"{self.folder}/media",
            **settings,
        )
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.copy,
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def run(self, *command, **settings):
        """What a Python command prints that must not fail."""
        done = self.process(*command, **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *command, **settings):
        """What one says that must fail."""
        done = self.process(*command, **settings)
        assert done.returncode != 0
        return done.stderr

    def walk(self, name, **settings):
        """What a script of tests/kinds/ prints."""
        script = (SCRIPTS / name).read_text("utf-8")
        return self.run("-c", f"import django; django.setup()\n{script}", **settings)

    def change(self, name, old, new):
        file = self.copy / name
        text = file.read_text("utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


# One more


def add_events(site):
    """The steps of ARCHITECTURE's section "A sixth kind"."""
    shutil.copy(SCRIPTS / "events.py", site.copy / "profiles/models")
    site.change(
        "profiles/models/__init__.py",
        "from profiles.models.organisation",
        "from profiles.models.events import Event\nfrom profiles.models.organisation",
    )
    site.change(
        "profiles/models/__init__.py",
        "for model in (Programme, ",
        "for model in (Event, Programme, ",
    )
    site.run("manage.py", "makemigrations", "profiles", "-n", "events")
    with (site.copy / "profiles/admin/__init__.py").open("a") as admin:
        admin.write(
            "\n\nfrom profiles.models.events import Event\n\n\n@admin.register(Event)\n"
            'class EventAdmin(EntryAdmin):\n    first_facts = ("place", "day")\n'
        )
    (site.copy / "templates/profiles/events").mkdir()
    shutil.copy(SCRIPTS / "details.html", site.copy / "templates/profiles/events")
    site.run("manage.py", "migrate", "--verbosity=0")


def take_events_away(site):
    (migration,) = (site.copy / "profiles/migrations").glob("*_events.py")
    before = sorted(path.stem for path in migration.parent.glob("0*.py"))[-2]
    site.run("manage.py", "migrate", "profiles", before, "--verbosity=0")
    shutil.rmtree(site.copy)
    a_clone(site.copy)


@pytest.mark.server
def test_a_sixth_kind_at_the_front_is_used_by_all_and_taken_away_again(site):
    site.walk("prepare.py")
    add_events(site)
    assert json.loads(site.walk("with_events.py")) == {
        "Rédaction": ["add_event", "change_event", "change_paper", "view_event", "view_paper"],
        "Responsable": [
            f"{action}_{kind}"
            for action in ("add", "change", "delete", "publish", "view")
            for kind in ("event", "paper")
        ],
        "entries from before": [1, 1],
        "edited": {
            "tasks": [
                "Add a video",
                "Add a vacancy",
                "Add a programme",
                "Add a support mandate",
                "Add an event",
            ],
            "headings of the form": [
                "French",
                "More texts in French",
                "English",
                "Facts",
                "Picture",
                "If the picture says nothing",
                "Address and position",
            ],
            "takes recordings": True,
            "is added": True,
            "is a draft": True,
            "may delete": False,
            "draft to visitors": 404,
        },
        "published": {
            "is a draft": False,
            "sections": ["events", "videos", "papers"],
            "link with the number": "Events 1",
            "on the profile": True,
            "in the list": True,
            "facts": "Event March 2026 In French",
            "details": "Place Mopti",
        },
        "machines": {
            "told by": [
                "/en/feed.atom",
                "/fr/events/feed.atom",
                "/sitemap.xml",
                "/sitemap-events.xml",
            ],
            "is a": ["Article", "BreadcrumbList"],
            "has a card": "image/jpeg",
            "taken away": ["Forum de Mopti", "application/epub+zip"],
            "links": 'rel="cite-as"',
            "citation": 404,
            "carried": [
                "fr/events/forum-de-mopti/imrap-forum-de-mopti.html",
                "fr/events/forum-de-mopti/index.html",
                "fr/events/index.html",
                True,
            ],
        },
        "found": {
            "events": ["Forum de Mopti"],
            "by visitors": True,
            "papers": [],
            "old papers": [
                "Renforcement de la confiance entre les populations civiles et les forces de "
                "défense et de sécurité: diagnostic et solutions pour une paix durable au Mali"
            ],
            "to complete": [
                "A link in the text does not begin with https://.",
            ],
        },
        "brought back": {"left": 0, "back": ["Forum de Mopti", "2026-03", True]},
        "files": {"in backups": True, "swept": True, "left": True},
    }
    take_events_away(site)
    assert json.loads(site.walk("without_events.py")) == {
        "pages": [200, 200, 404, 200, 404, 200],
        "sections": ["videos", "papers"],
        "papers found": 1,
    }


@pytest.mark.parametrize("kind", ["mandate", "paper"])
def test_rights_on_a_new_kind_are_given_once_to_the_groups_that_are_there(db, kind):
    Group.objects.all().delete()
    redaction = Group.objects.create(name="Rédaction")
    rights = Permission.objects.filter(content_type__model__startswith=kind)
    rights.delete()
    migrated = partial(signals.give_rights, apps.get_app_config("profiles"))
    migrated()
    given = set(redaction.permissions.values_list("codename", flat=True))
    files = {"add_paperfile", "change_paperfile", "view_paperfile"}
    assert given == {f"add_{kind}", f"change_{kind}", f"view_{kind}"} | (
        files if kind == "paper" else set()
    )
    assert rights.filter(codename=f"publish_{kind}").exists()
    redaction.permissions.clear()
    migrated()
    assert redaction.permissions.count() == 0
    assert Group.objects.count() == 1


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_says_what_pages_and_desk_ask_of_it(kind):
    assert kind.kind_slug
    assert kind.section_title
    assert kind.empty_sentence
    assert kind.task_sentence
    assert "publish" in kind._meta.default_permissions


# One less

SHOWN = {
    "jump link": True,
    "on the profile": True,
    "in the footer": True,
    "list": 200,
    "entry": 200,
    "draft": 404,
    "preview": 200,
    "file": 200,
    "file of a preview": 200,
    "admin": [200, 200, 200, 200],
    "entry for staff": 200,
    "task": True,
    "in the list of lists": True,
    "last action": True,
    "to complete": True,
    "among the rights": True,
}
GONE = {
    "jump link": False,
    "on the profile": False,
    "in the footer": False,
    "list": 404,
    "entry": 404,
    "draft": 404,
    "preview": 404,
    "file": 404,
    "file of a preview": 404,
    "admin": [404, 404, 404, 404],
    "entry for staff": 404,
    "task": False,
    "in the list of lists": False,
    "last action": False,
    "to complete": False,
    "among the rights": False,
}
OF_PROGRAMME = ["on the page", "related", "in the form", "in the history"]
WHOLE = {
    **dict.fromkeys(["programmes", "mandates", "vacancies", "videos", "papers"], SHOWN),
    "programme of a paper": dict.fromkeys(OF_PROGRAMME, True),
    "rights on programmes": 3,
    "navigation": 3,
    "notes on accessibility": ["Papers", "Videos"],
    "migrations": "No changes detected\n",
}


def seen(site, off=""):
    return json.loads(site.walk("seen.py", KINDS_OFF=off))


@pytest.mark.server
def test_what_is_switched_off_is_gone_and_comes_back_as_it_was(site):
    site.walk("one_of_each.py")
    off = {"programmes": GONE, "programme of a paper": dict.fromkeys(OF_PROGRAMME, False)}
    assert seen(site, " programmes,") == WHOLE | off
    assert json.loads(site.walk("edited.py", KINDS_OFF="programmes,videos")) == [302, 302, 3]
    off |= dict.fromkeys(["mandates", "vacancies", "videos"], GONE)
    off["notes on accessibility"] = ["Papers"]
    assert seen(site, "videos,programmes, vacancies,mandates") == WHOLE | off
    # Without any, the bar leads to the contact, and there are the languages.
    off |= {"papers": GONE, "notes on accessibility": [], "navigation": 2}
    assert seen(site, "programmes,mandates,vacancies,videos,papers") == WHOLE | off
    assert seen(site) == WHOLE


@pytest.mark.server
@pytest.mark.parametrize(("off", "wrong"), [("mandats", "mandats"), ("videos, Papers", "Papers")])
def test_a_kind_that_is_none_stops_the_start_with_one_sentence(site, off, wrong):
    sentence = (
        f"KINDS_OFF names “{wrong}”, which is no kind of entries; "
        "possible are programmes, mandates, vacancies, videos, papers.\n"
    )
    started = site.refused("-m", "imrap_site.start", KINDS_OFF=off)
    assert started == f"The site can't start. {sentence}"
    assert site.refused("manage.py", "migrate", KINDS_OFF=off) == sentence
