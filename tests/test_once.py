"""One add form makes one entry, however often it arrives, and nothing that was sent is lost."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from profiles.models import Organisation, Paper, PaperFile, Programme, SentForm
from tests.builders import a_pdf, filled, words

ADD = "/admin/profiles/paper/add/"
PAPERS = "/admin/profiles/paper/"


def opened(client, **typed):
    return filled(client.get(ADD), title_fr="Note", **typed)


def titles():
    return sorted(Paper.objects.values_list("title_fr", flat=True))


def test_each_add_form_has_a_token_of_its_own(staff_client, imrap, add_paper):
    one, other = (opened(staff_client)["_once"] for _time in range(2))
    assert one != other
    assert re.fullmatch(r"[\w-]{16}", one)
    assert "_once" not in staff_client.get(f"{PAPERS}{add_paper().pk}/change/").text


def test_a_form_that_arrives_twice_makes_one_entry(staff_client, imrap):
    form = opened(staff_client)
    answers = [staff_client.post(ADD, {**form, "_save": "Save"}) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert {answer.url for answer in answers} == {f"{PAPERS}{Paper.objects.get().pk}/change/"}
    assert titles() == ["Note"]
    assert SentForm.objects.get().entry_key == Paper.objects.get().pk


def test_another_button_of_the_same_form_leads_on_from_the_same_entry(staff_client, imrap):
    form = opened(staff_client)
    staff_client.post(ADD, {**form, "_save": "Save"})
    answer = staff_client.post(ADD, {**form, "_continue": "Save and continue"})
    assert answer.url == f"{PAPERS}{Paper.objects.get().pk}/change/"


def test_a_file_that_arrives_twice_is_stored_once(staff_client, imrap):
    row = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    form = opened(staff_client, **row)
    for _time in range(2):
        file = SimpleUploadedFile("rapport.pdf", a_pdf(b"(mots) Tj"))
        assert staff_client.post(ADD, {**form, "files-0-file": file}).status_code == 302
    assert (Paper.objects.count(), PaperFile.objects.count()) == (1, 1)


def test_what_arrives_with_another_text_is_shown_beside_what_was_saved(staff_client, imrap):
    form = opened(staff_client, authors="Awa")
    staff_client.post(ADD, form)
    answer = staff_client.post(ADD, {**form, "title_fr": "Note corrigée"})
    page = words(answer)
    assert answer.status_code == 200
    assert "This form made “Note” already, a moment ago, with other texts." in page
    assert '<span class="safe-side">You</span> Note corrigée' in page
    assert '<span class="safe-side">Stored</span> Note' in page
    assert titles() == ["Note"]
    again = filled(answer)
    assert (again["title_fr"], again["_once"]) == ("Note corrigée", form["_once"])
    assert staff_client.post(ADD, again).status_code == 302
    assert titles() == ["Note corrigée"]


def test_another_file_under_the_same_name_is_another_content(staff_client, imrap):
    row = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    form = opened(staff_client, **row)
    statuses = [
        staff_client.post(ADD, {**form, "files-0-file": SimpleUploadedFile("a.pdf", a_pdf(text))})
        for text in (b"(un) Tj", b"(deux) Tj")
    ]
    assert [answer.status_code for answer in statuses] == [302, 200]
    assert PaperFile.objects.get().text == "un"


def test_it_can_be_saved_as_another_entry_as_well(staff_client, imrap):
    form = opened(staff_client)
    staff_client.post(ADD, form)
    again = filled(staff_client.post(ADD, {**form, "title_fr": "Autre note"}))
    for _time in range(2):
        assert staff_client.post(ADD, {**again, "_another": "1"}).status_code == 302
    assert titles() == ["Autre note", "Note"]


def test_a_refused_form_keeps_its_token_and_stores_nothing(staff_client, imrap):
    form = opened(staff_client, date="bientôt")
    answer = staff_client.post(ADD, form)
    assert filled(answer)["_once"] == form["_once"]
    assert SentForm.objects.count() == 0
    assert staff_client.post(ADD, {**form, "date": "2016"}).status_code == 302
    assert titles() == ["Note"]


def test_a_form_whose_entry_was_deleted_makes_it_anew(staff_client, imrap):
    form = opened(staff_client)
    staff_client.post(ADD, form)
    Paper.objects.all().delete()
    assert staff_client.post(ADD, form).status_code == 302
    assert titles() == ["Note"]


def test_who_may_add_but_not_change_loses_nothing(client, imrap):
    person = get_user_model().objects.create_user("ali", is_staff=True)
    person.user_permissions.add(
        *Permission.objects.filter(codename__in=["add_paper", "view_paper"])
    )
    client.force_login(person)
    form = opened(client)
    client.post(ADD, form)
    client.post(ADD, form)
    assert titles() == ["Note"]
    client.post(ADD, {**form, "title_fr": "Autre"})
    assert titles() == ["Autre", "Note"]


def test_a_token_is_no_other_kinds_token(staff_client, imrap):
    once = {"_once": "abc"}
    staff_client.post(ADD, opened(staff_client, **once))
    address = "/admin/profiles/programme/add/"
    form = filled(staff_client.get(address), title_fr="Dialogue", **once)
    programme = staff_client.post(address, form).url
    assert programme == f"/admin/profiles/programme/{Programme.objects.get().pk}/change/"


@pytest.mark.parametrize("token", ["", "é", "a" * 61, "a b", "\0"])
def test_what_is_no_token_is_ignored(staff_client, imrap, token):
    form = opened(staff_client) | {"_once": token}
    assert staff_client.post(ADD, form).status_code == 302
    assert SentForm.objects.count() == 0


def test_an_organisation_is_made_once_too(staff_client):
    address = "/admin/profiles/organisation/add/"
    form = filled(staff_client.get(address), name_fr="IMRAP")
    for _time in range(2):
        assert staff_client.post(address, form).status_code == 302
    assert Organisation.objects.count() == 1


def test_tokens_are_forgotten_after_a_month(staff_client, imrap, time_machine):
    time_machine.move_to("2026-11-25", tick=False)
    staff_client.post(ADD, opened(staff_client))
    time_machine.move_to("2026-12-26", tick=False)
    staff_client.force_login(get_user_model().objects.get())
    staff_client.post(ADD, opened(staff_client))
    assert SentForm.objects.count() == 1


def test_nobody_is_offered_rights_on_tokens(db):
    assert not Permission.objects.filter(content_type__model="sentform").exists()
