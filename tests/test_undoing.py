"""The message after a deletion undoes it with one press."""

import datetime
import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from profiles.editing import history
from profiles.models import LibraryPicture, Paper, Programme
from tests.builders import a_file, content_of, filled, photograph, words
from tests.looks import nothing, violations

LIST = "/admin/profiles/paper/"
UNDO = f"{LIST}undo/"
WCAG = ["wcag2a", "wcag2aa", "wcag22aa"]


@pytest.fixture
def in_group(groups):
    """Makes a person of a group, and gives their French client."""

    def in_group(name, person):
        user = User.objects.create_user(person, is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        client = Client(headers={"Accept-Language": "fr"})
        client.force_login(user)
        return client

    return in_group


@pytest.fixture
def oumar(in_group):
    return in_group("Responsable", "oumar")


def deleted(client, entry, query=""):
    address = f"/admin/profiles/{entry._meta.model_name}/{entry.pk}/delete/{query}"
    return client.post(address, {"post": "yes"}, follow=True)


def deleted_together(client, *entries):
    keys = [entry.pk for entry in entries]
    fields = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    return client.post(LIST, fields, follow=True)


def button(page):
    """(address, versions) of the button that undoes a deletion; None where there is none."""
    pattern = r'form="undo" formaction="([^"]+)" name="versions" value="([\d,]+)">Annuler la sup'
    found = re.search(pattern, page.text)
    return found and found.groups()


def undo(client, page):
    address, versions = button(page)
    return client.post(address.replace("&amp;", "&"), {"versions": versions}, follow=True)


def told(page):
    text = words(page).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    return re.search(r'<ul class="messagelist">(.*?)</ul>', text)[1]


def form_of(entry):
    return f'<a href="/admin/profiles/{entry._meta.model_name}/{entry.pk}/change/">{entry}</a>'


def test_one_press_puts_back_what_was_deleted(oumar, add_paper):
    paper = add_paper("Note", slug="note", body_fr="<p>Texte</p>")
    a_file(paper)
    before = Paper.objects.get()
    page = deleted(oumar, paper)
    assert "« Note » : suppression faite" in told(page)
    assert Paper.objects.count() == 0
    page = undo(oumar, page)
    assert f"De retour sur le site, comme avant : {form_of(paper)}</li>" in told(page)
    back = Paper.objects.get()
    assert (back.pk, back.slug, back.body_fr) == (paper.pk, "note", "<p>Texte</p>")
    assert (back.is_draft, back.publish_at) == (False, before.publish_at)
    assert back.files.get().text == "mots"
    assert history.versions_of(Paper, paper.pk)[0].revision.user.username == "oumar"


def test_a_draft_comes_back_as_a_draft_and_what_is_scheduled_waits_again(oumar, add_paper):
    draft = add_paper("Brouillon", is_draft=True)
    assert "De retour en brouillon, que seule l’équipe voit : " + form_of(draft) in told(
        undo(oumar, deleted(oumar, draft))
    )
    assert Paper.objects.get().is_draft
    moment = timezone.now().replace(microsecond=0) + datetime.timedelta(days=2)
    coming = add_paper("Demain", publish_at=moment)
    assert "De retour, avec la même date de publication : " + form_of(coming) in told(
        undo(oumar, deleted(oumar, coming))
    )
    assert not Paper.objects.published().exists()
    assert Paper.objects.get(pk=coming.pk).publish_at == moment


def test_several_that_were_deleted_together_come_back_together(oumar, add_paper):
    papers = [add_paper("Un"), add_paper("Deux", is_draft=True)]
    page = deleted_together(oumar, *papers)
    assert "Supprimé : Deux, Un." in told(page)
    assert told(page).count("<li") == 1
    assert '<a href="/admin/profiles/paper/deleted/">Fiches supprimées</a>' in told(page)
    message = told(undo(oumar, page))
    assert "De retour sur le site, comme avant : " + form_of(papers[0]) in message
    assert "De retour en brouillon, que seule l’équipe voit : " + form_of(papers[1]) in message
    assert [paper.is_draft for paper in Paper.objects.order_by("pk")] == [False, True]


def test_what_is_gone_already_is_not_deleted_again(oumar, add_paper):
    gone = add_paper("Un")
    key = gone.pk
    gone.delete()
    for post in ({}, {"post": "yes"}):
        fields = {"action": "delete_selected", "_selected_action": [key], **post}
        page = oumar.post(LIST, fields, follow=True)
        assert "Aucune de ces fiches n’est plus dans cette liste." in told(page)


def test_the_list_is_the_one_from_which_somebody_deleted(oumar, add_paper):
    page = deleted(oumar, add_paper(), "?_changelist_filters=state%3Dpublished")
    assert undo(oumar, page).redirect_chain == [(f"{LIST}?state=published", 302)]


def test_what_was_tied_to_it_is_tied_again(oumar, add_paper, imrap):
    dialogue = Programme.objects.create(organisation=imrap, title_fr="Dialogue", slug="dialogue")
    add_paper("Note", programme=dialogue)
    undo(oumar, deleted(oumar, dialogue))
    assert Paper.objects.get().programme == dialogue


def test_whoever_presses_late_is_told_why_nothing_happens(oumar, add_paper):
    paper = add_paper("Note")
    page = deleted(oumar, paper)
    undo(oumar, page)
    answer = told(undo(oumar, page))
    assert "« Note » est déjà de retour." in answer
    assert f'<a href="/admin/profiles/paper/{paper.pk}/change/">Ouvrir la fiche</a>' in answer
    assert Paper.objects.count() == 1
    deleted(oumar, paper)
    assert "supprimée de nouveau entre-temps" in told(undo(oumar, page))
    assert Paper.objects.count() == 0


def test_an_address_that_was_given_away_is_told_of(oumar, add_paper):
    paper = add_paper("Note", slug="note")
    page = deleted(oumar, paper)
    add_paper("Autre", slug="note")
    answer = told(undo(oumar, page))
    assert "L’ancienne adresse a été reprise entre-temps ; une nouvelle a été donnée à : " in answer
    assert answer.count(form_of(paper)) == 2
    assert Paper.objects.get(pk=paper.pk).slug == "note-2"


def test_what_can_stand_no_more_is_told_with_its_reason_and_the_others_come_back(oumar, add_paper):
    paper, other = add_paper("Note"), add_paper("Autre")
    Paper.objects.filter(pk=paper.pk).update(type="thèse")
    page = deleted_together(oumar, paper, other)
    answer = told(undo(oumar, page))
    assert "« Note » ne peut pas revenir en l’état : " in answer
    assert re.search(r'<a href="/admin/profiles/paper/deleted/\d+/">Regarder</a>', answer)
    assert Paper.objects.get() == other


def test_a_picture_of_the_library_comes_back_too(oumar, imrap):
    photo = SimpleUploadedFile("IMG_0001.jpg", content_of(photograph()))
    address = "/admin/profiles/librarypicture/add/"
    oumar.post(address, {**filled(oumar.get(address), alt_fr="Deux anciens"), "file": photo})
    picture = LibraryPicture.objects.get()
    answer = told(undo(oumar, deleted(oumar, picture)))
    assert "De retour, comme avant : " + form_of(picture) in answer
    assert LibraryPicture.objects.get().file.name == picture.file.name


def test_who_may_not_delete_undoes_nothing_by_hand_either(oumar, in_group, add_paper):
    _address, versions = button(deleted(oumar, add_paper()))
    fatou = in_group("Rédaction", "fatou")
    assert fatou.post(UNDO, {"versions": versions}).status_code == 403
    assert Client().post(UNDO, {"versions": versions}).status_code == 302
    assert Paper.objects.count() == 0


def test_who_may_delete_but_not_publish_publishes_nothing(client, oumar, add_paper):
    person = User.objects.create_user("fanta", is_staff=True)
    rights = [f"{right}_paper" for right in ("add", "change", "delete")]
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(person)
    _address, versions = button(deleted(oumar, add_paper()))
    client.post(UNDO, {"versions": versions})
    assert Paper.objects.get().is_draft


def test_who_may_delete_and_not_write_is_offered_nothing(client, add_paper):
    person = User.objects.create_user("fanta", is_staff=True)
    rights = ["view_paper", "delete_paper"]
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    page = deleted(client, add_paper("Note"))
    assert "« Note » : suppression faite" in told(page)
    assert button(page) is None


@pytest.mark.parametrize("versions", ["", "1,x", "١", "1;2", 30 * "9"])
def test_a_request_made_by_hand_is_refused(oumar, versions):
    assert oumar.post(UNDO, {"versions": versions}).status_code == 400


def test_versions_of_something_else_bring_nothing_back(oumar, add_paper, imrap):
    programme = Programme.objects.create(organisation=imrap, title_fr="Dialogue", slug="dialogue")
    _address, versions = button(deleted(oumar, programme))
    oumar.post(UNDO, {"versions": versions})
    assert Programme.objects.count() == 0


def test_who_had_to_sign_in_first_finds_what_was_deleted(oumar):
    assert oumar.get(UNDO).url == "/admin/profiles/paper/deleted/"


def test_more_than_a_page_of_the_list_is_brought_back_from_what_was_deleted(oumar, add_paper):
    papers = [add_paper(f"Note {number}", is_draft=True) for number in range(101)]
    page = deleted_together(oumar, *papers)
    assert button(page) is None
    assert "Fiches supprimées" in told(page)
    assert Paper.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_deletion_is_undone_in_the_browser(signed_in, live_server, add_paper):
    page, paper = signed_in, add_paper("Note")
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{live_server.url}{LIST}{paper.pk}/delete/")
    page.locator("#content [type=submit]").click()
    nothing(violations(page, "deleted", runOnly=WCAG, preload=False))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Annuler la suppression").click()
    expect(page.locator(".messagelist .success")).to_contain_text("De retour sur le site")
    page.locator(".messagelist a", has_text="Note").click()
    page.wait_for_url(f"{live_server.url}{LIST}{paper.pk}/change/")
    assert Paper.objects.get().title_fr == "Note"
