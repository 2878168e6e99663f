"""Every screen of staff in French, read as an editor would."""

import json
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver

from profiles.editing import history, letters
from profiles.models import KINDS, LibraryPicture, Paper, Programme, Video
from tests.builders import a_file, a_recording, content_of, filled, photograph
from tests.looks import PLAIN_SIGN, english_in, nothing, slip_in, slips_in

# What is no page, asks for something that is taken away, or ends the session.
FRENCH = {"Accept-Language": "fr"}
KINDS_BY_NAME = [kind._meta.model_name for kind in KINDS.values()]
NO_SCREEN = {
    "logout/",
    "r/",
    "autocomplete/",
    "jsi18n/",
    "entries/",
    "pictures/",
    "done/",
    "typed/",
}


def patterns(resolver=None, before=""):
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield f"/{route}"
        else:
            yield from patterns(one, route)


def addresses(start):
    found = [route for route in patterns() if route.startswith(start) and "(?P" not in route]
    return [one for one in found if not any(f"/{part}" in one for part in NO_SCREEN)]


def filled_in(route, nouns):
    """The address of what there is; None where there is nothing of the kind."""
    noun = nouns.get(route.split("/")[3] if route.count("/") > 3 else "")
    keys = {"<int:person_id>": User.objects.get(username="fatou").pk, "<str:kind>": "csv"}
    keys |= {"<slug:model>": "paper", "<int:pk>": nouns["paper"].pk}
    if noun is not None:
        keys["<path:object_id>"] = noun.pk
    if "<int:version_id>" in route:
        gone = history.deleted(type(noun)).first()
        version = gone if "deleted/<" in route else history.last_version(type(noun), noun.pk)
        keys["<int:version_id>"] = version.pk if version else "<"
    for name, key in keys.items():
        route = route.replace(name, str(key))
    return None if "<" in route else route


def client_of(person):
    client = Client(headers=FRENCH)
    client.force_login(person)
    return client


@pytest.fixture
def team(groups):
    """The client of a superuser, of one who publishes, and of one who does not."""
    awa = User.objects.create_superuser("awa", "awa@example.org", "une longue phrase")
    clients = {"awa": client_of(awa)}
    for name, group in (("oumar", "Responsable"), ("fatou", "Rédaction")):
        person = User.objects.create_user(name, f"{name}@example.org", is_staff=True)
        person.groups.add(Group.objects.get(name=group))
        clients[name] = client_of(person)
    return clients


@pytest.fixture
def nouns(team, imrap):
    """One of everything, with a version, a picture, a file and a recording, and a deleted paper."""
    image = ContentFile(content_of(photograph()), "a.jpg")
    fields = {"organisation": imrap, "title_fr": "Écouter Ménaka", "slug": "menaka"}
    fields |= {"image": image, "image_alt_fr": "Deux anciens", "is_draft": False}
    gone = Paper.objects.create(organisation=imrap, title_fr="Perdue", slug="perdue")
    nouns = [kind.objects.create(**fields) for kind in KINDS.values()]
    a_file(Paper.objects.get(slug="menaka"), language="fr")
    a_recording(nouns[0])
    Video.objects.update(programme=Programme.objects.get())
    for noun in (imrap, LibraryPicture.objects.get(), *nouns):
        with history.revision():
            history.record(noun)
    team["oumar"].post(f"/admin/profiles/paper/{gone.pk}/delete/", {"post": "yes"})
    every = [*nouns, imrap, LibraryPicture.objects.get()]
    named = {noun._meta.model_name: noun for noun in every}
    return named | {"user": User.objects.get(username="fatou"), "group": Group.objects.first()}


def faults(answer):
    if not answer.headers["Content-Type"].startswith("text/html") or answer.streaming:
        return []
    return slips_in(answer.text) + english_in(answer.text)


def nothing_found(answers):
    """Fails with each slip once, and where it stands first."""
    found = {}
    for name, answer in answers:
        for slip in faults(answer):
            found.setdefault(slip, f"{name}: {slip}")
    nothing(found.values())


def test_every_screen_of_the_administration_reads_well(team, nouns):
    asked = [filled_in(route, nouns) for route in addresses("/admin/")]
    asked = [address for address in asked if address]
    assert len(asked) > 90
    nothing_found((address, team["awa"].get(address)) for address in asked)


@pytest.mark.parametrize("who", ["oumar", "fatou"])
def test_every_screen_of_each_group_reads_well(team, nouns, who):
    stems = [f"/admin/profiles/{name}/" for name in ("paper", "vacancy")]
    asked = [
        filled_in(route, nouns) for route in addresses("/admin/") if route.startswith((*stems,))
    ]
    nothing_found((one, team[who].get(one)) for one in ["/admin/", *filter(None, asked)])


def test_every_screen_of_an_account_reads_well(team):
    someone = Client(headers=FRENCH)
    asked = [one for one in addresses("/accounts/") if "<" not in one]
    nothing_found((one, client.get(one)) for client in (someone, team["awa"]) for one in asked)
    nothing_found((one, client.post(one)) for client in (someone, team["awa"]) for one in asked)


def test_the_screens_of_a_second_factor_read_well(team):
    awa, client = User.objects.get(username="awa"), team["awa"]
    asked = [one for one in addresses("/accounts/2fa/") if "webauthn/" not in one or ">" in one]
    for kind, data in {"totp": {}, "webauthn": {"name": "Téléphone"}}.items():
        Authenticator.objects.create(user=awa, type=kind, data=data)
    RecoveryCodes.activate(awa)
    say_who_it_is(client)
    key = Authenticator.objects.get(type="webauthn").pk
    asked = [one.replace("<int:pk>", str(key)) for one in asked]
    assert len(asked) > 8
    nothing_found((one, client.get(one)) for one in asked)
    Authenticator.objects.all().delete()
    nothing_found((one, client.get(one)) for one in asked)


def say_who_it_is(client):
    """Just now, so that what is important may be changed."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()


def sent(client, noun, button, page="change/", **typed):
    address = f"/admin/profiles/{noun._meta.model_name}/{noun.pk}/{page}"
    form = filled(client.get(address), **typed)
    return client.post(address, {**form, button: "1"}, follow=True)


BUTTONS = ("_apart", "_ask", "_save", "_withdraw", "_ask", "_schedule", "_publish")


@pytest.mark.parametrize("who", ["oumar", "fatou"])
@pytest.mark.parametrize("kind", ["vacancy", "paper"])
def test_what_follows_a_button_reads_well(team, nouns, who, kind):
    noun, client = nouns[kind], team[who]
    nothing_found((button, sent(client, noun, button)) for button in BUTTONS)
    wrong = {"schedule_for_0": "hier", "schedule_for_1": "tôt", "title_fr": "", "title_en": ""}
    nothing_found([("refused", sent(client, noun, "_schedule", **wrong))])
    apart = f"/admin/profiles/{kind}/{noun.pk}/apart/"
    nothing_found((page, client.get(f"{apart}{page}")) for page in ("", "compare/", "page/"))
    nothing_found([("desk", client.get("/admin/"))])


@pytest.mark.parametrize("kind", KINDS_BY_NAME)
def test_refusals_read_well(team, nouns, kind):
    address, client = f"/admin/profiles/{kind}/add/", team["oumar"]
    form = filled(client.get(address))
    junk = {name: "!!" for name in form if name and "FORMS" not in name and name[0] != "_"}
    files = ("image", "file", "captions", "files-0-file", "audio-0-file")
    wrong = {name: SimpleUploadedFile("rapport.exe", b"MZ") for name in files}
    for name, typed in {"empty": {}, "junk": junk, "files": wrong}.items():
        nothing_found([(name, client.post(address, {**form, **typed, "_save": "1"}))])
    del form["_complete"]
    nothing_found([("cut", client.post(address, form))])


def test_a_conflict_reads_well(team, nouns):
    address = f"/admin/profiles/paper/{nouns['paper'].pk}/change/"
    opened = filled(team["oumar"].get(address), title_fr="Mien")
    sent(team["awa"], nouns["paper"], "_save", title_fr="Sien")
    nothing_found([("conflict", team["oumar"].post(address, {**opened, "_save": "1"}))])


@pytest.mark.parametrize("kind", ["vacancy", "video"])
def test_what_lists_offer_and_answer_reads_well(team, nouns, kind):
    stem, client = f"/admin/profiles/{kind}/", team["oumar"]
    asked = ("?q=rien", "?state=draft", "?lacks=en", "?q=menaka")
    nothing_found((query, client.get(stem + query)) for query in asked)
    chosen = {"_selected_action": [nouns[kind].pk]}
    for action in ("publish", "schedule", "withdraw", "delete_selected", ""):
        nothing_found([(action, client.post(stem, {"action": action, **chosen}, follow=True))])
        nothing_found([(action, client.post(stem, {"action": action}, follow=True))])
    gone = {"action": "delete_selected", "post": "yes", **chosen}
    deleted = client.post(stem, gone, follow=True)
    versions = re.search(r'name="versions" value="([\d,]+)"', deleted.text)[1]
    back = [client.post(f"{stem}undo/", {"versions": versions}, follow=True) for _time in "12"]
    nothing_found([("deleted", deleted), *zip(("back", "again"), back, strict=True)])


def test_lists_that_are_empty_say_so(team, imrap):
    client = team["oumar"]
    page = client.get("/admin/profiles/video/").text
    assert "Aucune vidéo n’a encore été ajoutée." in page
    assert (
        "Rien ne correspond à ce que vous cherchez."
        in client.get("/admin/profiles/video/?q=a").text
    )
    assert "0 vidéos" not in page


def test_what_scripts_of_django_say_reads_well(team):
    catalogue = json.loads(
        team["awa"].get("/admin/jsi18n/").text.split("newcatalog = ")[1].split(";\n")[0]
    )
    words = [
        one
        for value in catalogue.values()
        for one in ([value] if isinstance(value, str) else value)
    ]
    assert "Aujourd’hui" in words
    assert set(catalogue["%(sel)s of %(cnt)s selected"]) == {"Sélection\u00a0: %(sel)s sur %(cnt)s"}
    assert [one for one in words if PLAIN_SIGN.search(one)] == []


def test_errors_read_well(team, nouns):
    strict = Client(enforce_csrf_checks=True, headers=FRENCH)
    strict.force_login(User.objects.get(username="oumar"))
    found = {
        "400": team["oumar"].post("/admin/profiles/paper/undo/"),
        "403": team["fatou"].post("/admin/profiles/paper/undo/"),
        "403 csrf": strict.post("/admin/profiles/paper/add/"),
        "404": team["oumar"].get("/admin/rien/"),
    }
    assert [answer.status_code for answer in found.values()] == [400, 403, 403, 404]
    nothing_found(found.items())


def test_letters_read_well(team, nouns, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(letters.threading.Thread, "start", lambda thread: thread.run())
    with django_capture_on_commit_callbacks(execute=True):
        sent(team["fatou"], nouns["paper"], "_ask")
        sent(team["oumar"], nouns["paper"], "_return", review_answer="Plus court.")
    team["awa"].post(f"/admin/auth/user/{nouns['user'].pk}/way-in/", {"mail": "1"})
    Client(headers=FRENCH).post("/accounts/password/reset/", {"email": "awa@example.org"})
    lines = [line for letter in mail.outbox for line in (letter.subject, *letter.body.splitlines())]
    assert len(mail.outbox) == 4
    assert [line for line in lines if slip_in(line)] == []
