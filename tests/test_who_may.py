"""Who reads what is not published: each kind of person at each address that answers them differently."""

import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from profiles.models import KINDS, Paper, PaperFile, Programme
from profiles.publishing import may_view
from tests.builders import OF_A_SESSION, a_pdf, a_recording, kept_photograph

# R is read, a dot is what visitors get of a draft (404), S is sent to where one signs in or adds a
# second factor, N is not allowed (403). In this order:
PUBLIC = ("draft", "scheduled", "file", "cover", "picture", "smaller", "audio")
STAFF = (
    "list",
    "form",
    "history",
    "export",
    "add",
    "sheet",
    "deletion",
    "deleted",
    "people",
    "groups",
    "audience",
)
VISITOR, SENT = ".......", "SSSSSSSSSSS"
MATRIX = {
    "no account": f"{VISITOR} {SENT}",
    "inactive": f"{VISITOR} {SENT}",
    "outside the team": f"{VISITOR} NNNNNNNNNNN",
    "without a right": f"{VISITOR} NNNNNNNNNNN",
    "Rédaction": "RRRRRRR RRRRRRNRNNR",
    "Responsable": "RRRRRRR RRRRRRRRNNR",
    "superuser": "RRRRRRR RRRRRRRRRRR",
    "views papers": "RRRRRRR RRRRNRNNNNR",
    "changes papers": "RRRRRRR RRRRNRNNNNR",
    "changes programmes": f"{VISITOR} NNNNNNNNNNN",
}
LETTERS = {200: "R", 302: "S", 403: "N", 404: "."}


@pytest.fixture
def paper(add_paper):
    paper = add_paper("Écouter Ménaka", is_draft=True, slug="menaka")
    paper.image.save("arbre.jpg", kept_photograph((800, 600)))
    PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(b"(un) Tj"), "rapport.pdf"))
    a_recording(paper)
    later = timezone.now() + datetime.timedelta(days=9)
    add_paper("Plus tard", publish_at=later, slug="plus-tard")
    return paper


def addresses(paper):
    file, picture = paper.files.get(), paper.image.url
    admin = "/admin/profiles/paper/"
    return {
        "draft": "/fr/papers/menaka/",
        "scheduled": "/fr/papers/plus-tard/",
        "file": file.file.url,
        "cover": file.cover.url,
        "picture": picture,
        "smaller": picture.replace(".jpg", ".w320.avif"),
        "audio": paper.audio.get().file.url,
        "list": admin,
        "form": f"{admin}{paper.pk}/change/",
        "history": f"{admin}{paper.pk}/history/",
        "export": f"{admin}sheet/csv/",
        "add": f"{admin}add/",
        "sheet": f"{admin}sheet/",
        "deletion": f"{admin}{paper.pk}/delete/",
        "deleted": f"{admin}deleted/",
        "people": "/admin/auth/user/",
        "groups": "/admin/auth/group/",
        "audience": f"/admin/audience/paper/{paper.pk}/",
    }


def a_person(who):
    fields = {"is_staff": who != "outside the team", "is_superuser": who == "superuser"}
    if who in ("inactive", "outside the team"):
        fields["is_superuser"] = True  # whatever rights there are
    person = User.objects.create_user("moussa", **fields)
    if who in ("Rédaction", "Responsable"):
        person.groups.add(Group.objects.get(name=who))
    if who.endswith(("papers", "programmes")):
        codename = f"{who.split()[0].removesuffix('s')}_{who.split()[1].removesuffix('s')}"
        person.user_permissions.add(Permission.objects.get(codename=codename))
    return person


def client_of(who, has_factor=True):
    client = Client()
    if who != "no account":
        person = a_person(who)
        if has_factor:
            Authenticator.objects.create(user=person, type="totp", data={})
        client.force_login(person)
        if who == "inactive":
            User.objects.update(is_active=False)
    return client


def letter(client, address):
    answer = client.get(address)
    answer.close()
    # Who is signed in and not of the team is told so behind a redirect.
    if answer.status_code == 302 and answer["Location"].startswith("/admin/login/"):
        answer = client.get(answer["Location"])
    return LETTERS[answer.status_code]


def row(client, paper):
    asked = addresses(paper)
    return " ".join(
        "".join(letter(client, asked[name]) for name in part) for part in (PUBLIC, STAFF)
    )


@pytest.mark.parametrize("who", MATRIX)
def test_each_person_opens_what_their_rights_say(groups, paper, settings, who):
    settings.REQUIRE_SECOND_FACTOR = True
    assert row(client_of(who), paper) == MATRIX[who]


@pytest.mark.parametrize("who", ["Rédaction", "superuser", "views papers", "outside the team"])
def test_without_the_second_factor_everybody_is_a_visitor(groups, paper, settings, who):
    settings.REQUIRE_SECOND_FACTOR = True
    assert row(client_of(who, has_factor=False), paper) == f"{VISITOR} {SENT}"


@pytest.mark.parametrize("who", ["without a right", "Rédaction", "superuser"])
def test_where_none_is_demanded_rights_alone_decide(groups, paper, settings, who):
    settings.REQUIRE_SECOND_FACTOR = False
    assert row(client_of(who, has_factor=False), paper) == MATRIX[who]


@pytest.mark.parametrize(
    ("who", "is_given"),
    [("Rédaction", True), ("superuser", True), ("changes papers", True), ("views papers", False)],
)
def test_an_address_for_others_is_given_to_those_who_may_write(groups, paper, who, is_given):
    page = client_of(who).get(f"/admin/profiles/paper/{paper.pk}/change/").text
    assert "Écouter Ménaka" in page
    assert ("?preview=" in page) is is_given


def test_nobody_keeps_what_they_may_read_before_others(groups, paper):
    client = client_of("Rédaction")
    for name in PUBLIC:
        answer = client.get(addresses(paper)[name])
        answer.close()
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", ")), name


def test_a_visitor_without_a_factor_is_told_nothing_of_staff(paper, settings):
    """No band, no menu, no cookie: the page is the one that everybody gets."""
    settings.REQUIRE_SECOND_FACTOR = True
    Paper.objects.filter(pk=paper.pk).update(is_draft=False)
    half, visitor = client_of("superuser", has_factor=False), Client()
    assert half.get("/fr/papers/menaka/").text == visitor.get("/fr/papers/menaka/").text


def test_a_draft_programme_is_no_choice_for_who_may_not_view_it(groups, paper):
    for title, is_draft in (("Ouvert", False), ("Caché", True), ("Choisi", True)):
        Programme.objects.create(
            organisation=paper.organisation, title_fr=title, slug=title, is_draft=is_draft
        )
    Paper.objects.filter(slug="menaka").update(programme=Programme.objects.get(slug="Choisi"))
    client = client_of("changes papers")
    page = client.get(f"/admin/profiles/paper/{paper.pk}/change/").text
    shown = [title in page for title in ("Ouvert", "Caché", "Choisi")]
    assert shown == [True, False, True]


@pytest.mark.parametrize("who", ["without a right", "Rédaction"])
def test_no_address_of_the_admin_tells_the_title_of_a_draft(groups, paper, who):
    kind = ContentType.objects.get_for_model(Paper)
    answer = client_of(who).get(f"/admin/r/{kind.pk}/{paper.pk}/")
    assert (answer.status_code, answer.get("Location")) == (404, None)


def test_a_form_leads_to_its_page(groups, paper):
    page = client_of("Rédaction").get(f"/admin/profiles/paper/{paper.pk}/change/").text
    assert '<a href="/en/papers/menaka/" class="viewsitelink">' in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_question_is_asked_of_each_kind_by_itself(groups, kind):
    model = KINDS[kind]
    others = [other for other in KINDS.values() if other is not model]
    person = User.objects.create_user("moussa", is_staff=True)
    codename = f"view_{model._meta.model_name}"
    person.user_permissions.add(Permission.objects.get(codename=codename))
    assert may_view(person, model)
    assert not any(may_view(person, other) for other in others)


@pytest.mark.parametrize("who", ["inactive", "outside the team"])
def test_whatever_rights_there_are_the_question_is_for_the_team(groups, who):
    person = a_person(who)
    person.is_active = who != "inactive"
    assert not may_view(person, Paper)


def test_a_visitors_question_costs_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not may_view(AnonymousUser(), Paper)


def test_a_page_asks_once_who_somebody_is(groups, paper, settings, django_assert_num_queries):
    """The person, their factor and whether their session was ended, in one query."""
    settings.REQUIRE_SECOND_FACTOR = True
    client = client_of("superuser")
    with django_assert_num_queries(1 + OF_A_SESSION + 4):
        client.get("/fr/papers/plus-tard/")
