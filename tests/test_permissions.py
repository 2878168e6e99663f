"""What each member of the team may do, whatever a form or an address is made to say."""

import re
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.utils import timezone

from profiles.editing import history
from profiles.models import KINDS, Organisation, Paper, PaperFile
from tests.builders import a_pdf

ENTRIES = [kind._meta.model_name for kind in KINDS.values()]
NOTHING = {"list": 403, "add": 403, "change": 403, "delete": 403, "history": 403}
EVERYTHING = {"list": 200, "add": 200, "change": 200, "delete": 200, "history": 200}
MATRIX = {
    "nobody": {**dict.fromkeys([*ENTRIES, "organisation"], NOTHING)},
    "Rédaction": {
        **{key: {**EVERYTHING, "delete": 403} for key in ENTRIES},
        "organisation": {**EVERYTHING, "add": 403, "delete": 403},
    },
    "Responsable": dict.fromkeys([*ENTRIES, "organisation"], EVERYTHING),
    "superuser": dict.fromkeys([*ENTRIES, "organisation"], EVERYTHING),
}


migration = import_module("profiles.migrations.0004_groups")


@pytest.fixture
def sign_in_as(client, groups):
    """The client of a member of staff in one group, or of a superuser."""

    def sign_in(role):
        person = User.objects.create_user("moussa", is_staff=True, is_superuser=role == "superuser")
        if role in ("Rédaction", "Responsable"):
            person.groups.add(Group.objects.get(name=role))
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def one_of_each(imrap):
    entries = {
        name: kind.objects.create(organisation=imrap, title_fr="Essai", slug="essai")
        for name, kind in zip(ENTRIES, map(model_named, ENTRIES), strict=True)
    }
    return {**entries, "organisation": imrap}


def model_named(name):
    return next(kind for kind in KINDS.values() if kind._meta.model_name == name)


def addresses(name, row):
    stem = f"/admin/profiles/{name}/"
    return {
        "list": stem,
        "add": f"{stem}add/",
        "change": f"{stem}{row.pk}/change/",
        "delete": f"{stem}{row.pk}/delete/",
        "history": f"{stem}{row.pk}/history/",
    }


@pytest.mark.parametrize("role", ["nobody", "Rédaction", "Responsable", "superuser"])
def test_each_role_opens_what_the_matrix_says(sign_in_as, one_of_each, role):
    client = sign_in_as(role)
    found = {
        name: {
            page: client.get(address, follow=True).status_code
            for page, address in addresses(name, row).items()
        }
        for name, row in one_of_each.items()
    }
    assert found == MATRIX[role]


def test_what_is_refused_is_refused_in_words(sign_in_as, add_paper):
    address = f"/admin/profiles/paper/{add_paper().pk}/delete/"
    page = sign_in_as("Rédaction").get(address, HTTP_ACCEPT_LANGUAGE="en").text
    assert "Your account has no right to do this." in page


@pytest.mark.parametrize("role", ["nobody", "Rédaction", "Responsable"])
@pytest.mark.parametrize("model", ["user", "group"])
def test_only_superusers_manage_people_and_groups(sign_in_as, role, model):
    client = sign_in_as(role)
    stem = f"/admin/auth/{model}/"
    assert {client.get(f"{stem}{page}").status_code for page in ("", "add/")} == {403}
    assert stem not in client.get("/admin/").text


@pytest.mark.parametrize(
    ("role", "published"),
    [("nobody", False), ("Rédaction", False), ("Responsable", True), ("superuser", True)],
)
@pytest.mark.parametrize("name", ENTRIES)
def test_only_some_publish_by_the_action(sign_in_as, one_of_each, name, role, published):
    fields = {"action": "publish", "_selected_action": [one_of_each[name].pk]}
    sign_in_as(role).post(f"/admin/profiles/{name}/", fields)
    assert model_named(name).objects.published().exists() is published


@pytest.mark.parametrize(("role", "state"), [("Rédaction", "draft"), ("Responsable", "scheduled")])
def test_only_some_schedule_by_the_action(sign_in_as, one_of_each, role, state):
    fields = {"action": "schedule", "_selected_action": [one_of_each["paper"].pk]}
    fields |= {"publish_at_0": "2031-06-30", "publish_at_1": "08:00"}
    sign_in_as(role).post("/admin/profiles/paper/", fields)
    assert Paper.objects.get().state == state


@pytest.mark.parametrize(("role", "withdrawn"), [("Rédaction", False), ("Responsable", True)])
def test_only_some_withdraw_by_the_action(sign_in_as, add_paper, role, withdrawn):
    fields = {"action": "withdraw", "_selected_action": [add_paper().pk]}
    sign_in_as(role).post("/admin/profiles/paper/", fields)
    assert Paper.objects.get().is_draft is withdrawn


@pytest.mark.parametrize(("role", "left"), [("Rédaction", 1), ("Responsable", 0)])
def test_only_some_delete(sign_in_as, add_paper, role, left):
    paper, client = add_paper(), sign_in_as(role)
    client.post(f"/admin/profiles/paper/{paper.pk}/delete/", {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [paper.pk], "post": "yes"}
    client.post("/admin/profiles/paper/", action)
    assert Paper.objects.count() == left


def form(**fields):
    return {
        "title_fr": "Autoportrait du Mali",
        "type": "research",
        "licence_fr": "Tous droits réservés",
        "position": "100",
        "publish_at_0": "2016-06-30",
        "publish_at_1": "12:00",
        "files-TOTAL_FORMS": "0",
        "files-INITIAL_FORMS": "0",
        **fields,
    }


def test_what_redaction_adds_stays_a_draft_from_today(sign_in_as, imrap):
    response = sign_in_as("Rédaction").post("/admin/profiles/paper/add/", form())
    assert response.status_code == 302
    assert Paper.objects.get().is_draft
    assert timezone.now() - Paper.objects.get().publish_at < timezone.timedelta(minutes=1)


def test_redaction_corrects_a_draft_and_can_not_publish_it(sign_in_as, add_paper):
    paper = add_paper("Brouillon", is_draft=True)
    address = f"/admin/profiles/paper/{paper.pk}/change/"
    assert sign_in_as("Rédaction").post(address, form(title_fr="Corrigé")).status_code == 302
    assert Paper.objects.get().title_fr == "Corrigé"
    assert Paper.objects.get().is_draft


def test_redaction_corrects_what_is_published_and_can_not_withdraw_it(sign_in_as, add_paper):
    since = datetime(2020, 1, 2, tzinfo=UTC)
    paper = add_paper("Publié", publish_at=since)
    address = f"/admin/profiles/paper/{paper.pk}/change/"
    fields = form(title_fr="Corrigé", is_draft="on", publish_at_0="2099-01-01")
    assert sign_in_as("Rédaction").post(address, fields).status_code == 302
    paper = Paper.objects.get()
    assert (paper.title_fr, paper.is_draft, paper.publish_at) == ("Corrigé", False, since)


def test_responsable_publishes_by_the_form(sign_in_as, add_paper):
    paper = add_paper("Brouillon", is_draft=True)
    client = sign_in_as("Responsable")
    client.post(f"/admin/profiles/paper/{paper.pk}/change/", form(_publish="1"))
    assert list(Paper.objects.published()) == [paper]


@pytest.mark.parametrize(("role", "number"), [("Rédaction", 1), ("Responsable", 0)])
def test_who_may_not_delete_restores_no_version_without_a_file(sign_in_as, add_paper, role, number):
    paper = add_paper("Rapport")
    with history.revision():
        paper.save()
    first = history.versions_of(Paper, paper.pk).get()
    PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(b"(mots) Tj"), "rapport.pdf"))
    client, address = sign_in_as(role), f"/admin/profiles/paper/{paper.pk}/history/{first.pk}/"
    seen = re.search(r'name="_seen" value="([^"]+)"', client.get(address).text)[1]
    client.post(address, {"_seen": seen})
    assert PaperFile.objects.count() == number


def test_a_list_is_not_read_for_who_may_not_change_it(sign_in_as, add_paper):
    fields = {"_save": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"}
    fields |= {"form-0-id": add_paper().pk, "initial-form-0-position": "77", "form-0-position": "5"}
    client = sign_in_as("nobody")
    assert client.post("/admin/profiles/paper/", fields).status_code == 403
    assert "Stored" not in client.get("/admin/").text
    assert history.versions_of(Paper, Paper.objects.get().pk).count() == 0


def test_the_form_says_who_publishes_to_those_who_do_not(sign_in_as, imrap):
    note = "a colleague who may publish decides what visitors see"
    assert note in sign_in_as("Rédaction").get("/admin/profiles/paper/add/").text


def test_the_form_says_nothing_of_it_to_those_who_publish(sign_in_as, imrap):
    page = sign_in_as("Responsable").get("/admin/profiles/paper/add/").text
    assert "a colleague who may publish" not in page
    assert 'name="_publish"' in page


def test_a_list_of_people_has_its_name_and_no_link_that_counts(sign_in_as):
    page = sign_in_as("superuser").get("/admin/auth/user/", HTTP_ACCEPT_LANGUAGE="fr").text
    assert "<h1>Utilisateurs</h1>" in page
    assert "_facets" not in page


def test_whoever_deletes_a_group_reads_its_name_and_no_rows_of_the_database(sign_in_as):
    group, client = Group.objects.get(name="Rédaction"), sign_in_as("superuser")
    fields = {"action": "delete_selected", "_selected_action": [group.pk]}
    one = client.get(f"/admin/auth/group/{group.pk}/delete/")
    many = client.post("/admin/auth/group/", fields)
    for page in (one, many):
        assert "Rédaction" in page.text
        assert "Group_permissions object" not in page.text
        assert list(page.context["model_count"]) == [("groups", 1)]


def test_the_permissions_of_a_group_are_told_in_french(sign_in_as):
    group = Group.objects.get(name="Rédaction")
    client = sign_in_as("superuser")
    page = client.get(f"/admin/auth/group/{group.pk}/change/", HTTP_ACCEPT_LANGUAGE="fr").text
    assert "Can add" not in page
    assert "Vidéo – " in page
    assert "Utilisateur – " not in page  # superusers alone manage people


def test_a_new_account_belongs_to_the_team(sign_in_as):
    fields = {"username": "fanta", "email": "fanta@example.org"}
    assert sign_in_as("superuser").post("/admin/auth/user/add/", fields).status_code == 302
    fanta = User.objects.get(username="fanta")
    assert (fanta.is_staff, fanta.is_superuser, fanta.email) == (True, False, "fanta@example.org")


def test_the_organisation_is_not_deleted_by_who_may_only_correct_it(sign_in_as, imrap):
    address = f"/admin/profiles/organisation/{imrap.pk}/delete/"
    sign_in_as("Rédaction").post(address, {"post": "yes"})
    assert Organisation.objects.count() == 1


def test_the_migration_takes_its_groups_away_again(groups):
    migration.remove_groups(apps, None)
    assert Group.objects.count() == 0
