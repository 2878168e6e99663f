"""What only others changed since a form was opened stays; what both changed is shown."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect
from reversion.models import Version

from profiles.editing import history
from profiles.models import Organisation, Paper, PaperFile, Programme, Vacancy
from profiles.words import moment_for_staff
from tests.builders import a_file, a_pdf, content_of, errors_of, filled, photograph, seen_in, words

ADMIN = "/admin/profiles"


def save(client, address, **typed):
    response = client.post(address, filled(client.get(address), **typed))
    assert response.status_code == 302, response.context["errors"]


def listed(response, heading):
    """What the page lists below a heading: by label the two texts."""
    part = words(response).partition(f">{heading}</h2>")[2].partition("</dl>")[0]
    changes = re.findall(
        r"<dt>(.*?)</dt> <dd><span.*?</span> (.*?)</dd> <dd><span.*?</span> (.*?)</dd>", part
    )
    return {label: texts for label, *texts in changes}


def both(response):
    return listed(response, "What you typed, and what is stored now")


def theirs(response):
    return listed(response, "What others changed, and you did not")


@pytest.fixture
def paper(add_paper):
    return add_paper(
        "Un", is_draft=True, summary_fr="Court.", body_fr="<p>Un.</p>\n<p>Deux.</p>", authors="A\nB"
    )


@pytest.fixture
def form(paper):
    return f"{ADMIN}/paper/{paper.pk}/change/"


def test_what_only_a_colleague_changed_stays(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form, summary_fr="Le résumé de Moussa.")
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert theirs(answer) == {"summary (French)": ["Court.", "Le résumé de Moussa."]}
    assert both(answer) == {}
    again = filled(answer)
    assert (again["title_fr"], again["summary_fr"]) == ("Mon titre", "Le résumé de Moussa.")
    assert staff_client.post(form, again).status_code == 302
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.summary_fr) == ("Mon titre", "Le résumé de Moussa.")
    assert (stored.body_fr, stored.authors) == ("<p>Un.</p>\n<p>Deux.</p>", "A\nB")


def test_what_both_changed_stands_apart(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form, title_fr="Titre de Moussa", summary_fr="Le résumé de Moussa.")
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre", isbn="978-9966-1666-6-1"))
    assert both(answer) == {"title (French)": ["Mon titre", "Titre de Moussa"]}
    assert list(theirs(answer)) == ["summary (French)"]
    again = filled(answer)
    assert (again["title_fr"], again["isbn"]) == ("Mon titre", "978-9966-1666-6-1")


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("image_is_decorative", "on", True),
        ("type", "audit", "audit"),
        ("date", "06/2016", "2016-06"),
        ("position", "7", 7),
        ("authors", "A\r\nB\r\nC", "A\nB\nC"),
        ("body_fr", "<p>Un.</p><p><strong>Deux.</strong></p>", None),
        ("summary_fr", "", ""),
    ],
)
def test_a_field_of_any_kind_stays(staff_client, moussa, form, field, typed, stored):
    opened = staff_client.get(form)
    save(moussa, form, **{field: typed})
    stored = typed if stored is None else stored
    assert getattr(Paper.objects.get(), field) == stored
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert (len(theirs(answer)), both(answer)) == (1, {})
    assert staff_client.post(form, filled(answer)).status_code == 302
    assert getattr(Paper.objects.get(), field) == stored
    assert Paper.objects.get().title_fr == "Mon titre"


def test_a_moment_that_a_colleague_scheduled_stays(staff_client, moussa, form):
    opened = staff_client.get(form)
    moment = {"schedule_for_0": "2030-01-02", "schedule_for_1": "08:30:00"}
    save(moussa, form, _schedule="1", **moment)
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert theirs(answer) == {"state": ["draft", "published from 2 January 2030 at 08:30 on"]}
    staff_client.post(form, filled(answer))
    assert Paper.objects.get().publish_at.isoformat() == "2030-01-02T08:30:00+00:00"


def test_a_withdrawal_from_the_list_stays(staff_client, moussa, paper, form):
    Paper.objects.update(is_draft=False)
    opened = staff_client.get(form)
    moussa.post(f"{ADMIN}/paper/", {"action": "withdraw", "_selected_action": [paper.pk]})
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    since = moment_for_staff(paper.publish_at)
    assert theirs(answer) == {"state": [f"published from {since} on", "draft"]}
    assert staff_client.post(form, filled(answer)).status_code == 302
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.is_draft, stored.slug) == ("Mon titre", True, "un")


def test_a_chosen_programme_stays(staff_client, moussa, form, imrap):
    programme = Programme.objects.create(organisation=imrap, title_fr="Paix")
    opened = staff_client.get(form)
    save(moussa, form, programme=programme.pk)
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert theirs(answer) == {"programme": ["–", "Paix"]}
    staff_client.post(form, filled(answer))
    assert Paper.objects.get().programme == programme


def test_formatting_alone_is_a_change_too(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form, body_fr="<p>Un.</p><p><strong>Deux.</strong></p>")
    typed = filled(opened, body_fr="<p>Un.</p><p><em>Deux.</em></p>")
    assert list(both(staff_client.post(form, typed))) == ["text (French) (formatting)"]
    assert "<strong>" in Paper.objects.get().body_fr


def test_a_new_picture_stays_and_is_told(staff_client, moussa, form):
    opened = staff_client.get(form)
    picture = SimpleUploadedFile("photo.jpg", content_of(photograph()))
    save(moussa, form, image=picture)
    stored = Paper.objects.get().image.name
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert theirs(answer) == {"picture": ["–", stored.rpartition("/")[2]]}
    assert stored in answer.text
    staff_client.post(form, filled(answer))
    assert Paper.objects.get().image.name == stored


def test_what_a_colleague_mended_is_no_mistake_of_the_author(staff_client, moussa, add_paper):
    form = f"{ADMIN}/paper/{add_paper().pk}/change/"
    opened = staff_client.get(form)
    picture = SimpleUploadedFile("photo.jpg", content_of(photograph()))
    save(moussa, form, image=picture, image_alt_fr="Un arbre.")
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert list(errors_of(answer)) == ["__all__"]


def test_a_mistake_of_ones_own_does_not_undo_a_colleague(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form, summary_fr="Le résumé de Moussa.")
    answer = staff_client.post(form, filled(opened, date="2016-13"))
    assert "is not a date" in answer.text
    assert filled(answer)["summary_fr"] == "Le résumé de Moussa."
    assert filled(answer)["date"] == "2016-13"


def test_a_restored_version_stays(staff_client, moussa, paper, form):
    save(moussa, form, summary_fr="Le résumé de Moussa.")
    opened = staff_client.get(form)
    first = history.versions_of(Paper, paper.pk).last()
    version = f"{ADMIN}/paper/{paper.pk}/history/{first.pk}/"
    moussa.post(version, {"_seen": seen_in(moussa.get(version))})
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert theirs(answer) == {"summary (French)": ["Le résumé de Moussa.", "Court."]}
    staff_client.post(form, filled(answer))
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.summary_fr) == ("Mon titre", "Court.")


def test_a_third_save_between_stays_too(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form, summary_fr="Le résumé de Moussa.")
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    save(moussa, form, authors="Moussa Ba")
    answer = staff_client.post(form, filled(answer))
    assert theirs(answer) == {"authors": ["A<br>B", "Moussa Ba"]}
    staff_client.post(form, filled(answer))
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.summary_fr) == ("Mon titre", "Le résumé de Moussa.")
    assert stored.authors == "Moussa Ba"


def test_where_no_version_was_kept_everything_is_shown(staff_client, paper, form):
    opened = staff_client.get(form)
    paper.summary_fr = "D’un programme."
    paper.save()
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert both(answer) == {
        "title (French)": ["Mon titre", "Un"],
        "summary (French)": ["Court.", "D’un programme."],
    }
    assert theirs(answer) == {}


def test_where_versions_are_too_old_to_be_read_everything_is_shown(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form, summary_fr="Le résumé de Moussa.")
    unreadable = '[{"model": "profiles.paper", "pk": 1, "fields": {"position": "x"}}]'
    Version.objects.update(serialized_data=unreadable)
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert list(both(answer)) == ["title (French)", "summary (French)"]


def test_who_may_not_publish_is_told_that_a_colleague_did(client, moussa, form):
    fatou = get_user_model().objects.create_user("fatou", is_staff=True)
    fatou.user_permissions.add(Permission.objects.get(codename="change_paper"))
    client.force_login(fatou)
    opened = client.get(form)
    save(moussa, form, _publish="1")
    answer = client.post(form, filled(opened, title_fr="Mon titre"))
    since = moment_for_staff(Paper.objects.get().publish_at)
    assert theirs(answer) == {"state": ["draft", f"published from {since} on"]}
    assert client.post(form, filled(answer)).status_code == 302
    assert not Paper.objects.get().is_draft


def test_a_colleague_who_changed_nothing_is_in_nobodys_way(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form)
    assert staff_client.post(form, filled(opened, title_fr="Mon titre")).status_code == 302


def test_the_organisation_keeps_what_a_colleague_changed(staff_client, moussa, imrap):
    form = f"{ADMIN}/organisation/{imrap.pk}/change/"
    opened = staff_client.get(form)
    save(moussa, form, telephones="+223 1\r\n+223 2")
    answer = staff_client.post(form, filled(opened, acronym="IMRAP-IPRA"))
    assert theirs(answer) == {"telephones": ["–", "+223 1<br>+223 2"]}
    staff_client.post(form, filled(answer))
    stored = Organisation.objects.get()
    assert (stored.acronym, stored.telephones) == ("IMRAP-IPRA", "+223 1\n+223 2")


def test_a_deadline_stays(staff_client, moussa, imrap):
    vacancy = Vacancy.objects.create(organisation=imrap, title_fr="Poste")
    form = f"{ADMIN}/vacancy/{vacancy.pk}/change/"
    opened = staff_client.get(form)
    save(moussa, form, deadline_0="2030-01-02", deadline_1="23:59:00")
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    staff_client.post(form, filled(answer))
    assert Vacancy.objects.get().deadline.isoformat() == "2030-01-02T23:59:00+00:00"


# The files of a paper


def test_a_file_changed_by_both_in_two_places_has_both_changes(staff_client, moussa, paper, form):
    a_file(paper)
    opened = staff_client.get(form)
    save(moussa, form, **{"files-0-language": "ff"})
    answer = staff_client.post(form, filled(opened, **{"files-0-edition": "light"}))
    assert theirs(answer) == {"Fulfulde, PDF, language": ["French", "Fulfulde"]}
    staff_client.post(form, filled(answer))
    stored = PaperFile.objects.get()
    assert (stored.language, stored.edition) == ("ff", "light")


def test_a_file_replaced_meanwhile_is_not_deleted_unseen(staff_client, moussa, paper, form):
    a_file(paper)
    opened = staff_client.get(form)
    save(moussa, form, **{"files-0-file": SimpleUploadedFile("neuf.pdf", a_pdf(b"(neuf) Tj"))})
    answer = staff_client.post(form, filled(opened, **{"files-0-DELETE": "on"}))
    assert both(answer) == {"French, PDF": ["deleted", "neuf.pdf, French, full"]}
    assert PaperFile.objects.get().text == "neuf"
    assert staff_client.post(form, filled(answer)).status_code == 302
    assert not PaperFile.objects.exists()


def test_a_file_added_meanwhile_stays_and_is_told(staff_client, moussa, paper, form):
    opened = staff_client.get(form)
    added = SimpleUploadedFile("neuf.pdf", a_pdf(b"(neuf) Tj"))
    save(moussa, form, **{"files-0-file": added})
    answer = staff_client.post(form, filled(opened, title_fr="Mon titre"))
    assert theirs(answer) == {"French, PDF": ["–", "neuf.pdf, French, full"]}
    assert both(answer) == {}
    assert staff_client.post(form, filled(answer)).status_code == 302
    assert PaperFile.objects.get().text == "neuf"


def test_a_file_of_ones_own_is_no_conflict(staff_client, moussa, form):
    opened = staff_client.get(form)
    save(moussa, form, summary_fr="Le résumé de Moussa.")
    chosen = SimpleUploadedFile("neuf.pdf", a_pdf(b"(neuf) Tj"))
    answer = staff_client.post(form, filled(opened, **{"files-0-file": chosen}))
    assert (list(theirs(answer)), both(answer)) == (["summary (French)"], {})


def test_a_file_chosen_for_one_that_was_deleted_becomes_a_new_one(
    staff_client, moussa, paper, form
):
    a_file(paper)
    opened = staff_client.get(form)
    save(moussa, form, **{"files-0-DELETE": "on"})

    def typed(page):  # as the script sends it, which leaves the chosen file where it is
        chosen = SimpleUploadedFile("neuf.pdf", a_pdf(b"(neuf) Tj"))
        return filled(opened, **{"files-0-file": chosen, "_seen": seen_in(page)})

    answer = staff_client.post(form, typed(opened))
    assert theirs(answer) == {"French, PDF": ["rapport.pdf, French, full", "deleted"]}
    assert staff_client.post(form, typed(answer)).status_code == 302
    assert PaperFile.objects.get().text == "neuf"


# In the browser


MOUSSA = {
    "summary_fr": "Le résumé de Moussa.",
    "body_fr": "<p>Le texte de Moussa.</p>",
    "type": "audit",
}


def press_save(page):
    page.locator("[name=_save]").first.click()


def is_saved(page):
    expect(page.locator(".messagelist .success")).to_be_visible()


def shows_moussa(page):
    expect(page.locator(".safe-conflict")).to_contain_text("Le résumé de Moussa.")
    expect(page.locator("#id_title_fr")).to_have_value("Mon titre")
    expect(page.locator("#id_summary_fr")).to_have_value("Le résumé de Moussa.")
    expect(page.locator(".field-body_fr .tiptap")).to_have_text("Le texte de Moussa.")
    expect(page.locator("#id_type")).to_have_value("audit")


def both_are_stored():
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.summary_fr) == ("Mon titre", "Le résumé de Moussa.")
    assert (stored.body_fr, stored.type) == ("<p>Le texte de Moussa.</p>", "audit")


@pytest.mark.django_db(transaction=True)
def test_two_browsers_change_two_fields(signed_in, live_server, form):
    page, address = signed_in, live_server.url + form
    other = page.context.browser.new_context(locale="fr-FR")
    other.add_cookies(page.context.cookies())
    colleague = other.new_page()
    page.goto(address)
    colleague.goto(address)
    summary = colleague.locator("#id_summary_fr")
    colleague.locator("details", has=summary).locator("summary").click()
    summary.fill("Le résumé de Moussa.")
    colleague.locator(".field-body_fr .tiptap").fill("Le texte de Moussa.")
    colleague.locator("#id_type").select_option("audit")
    press_save(colleague)
    is_saved(colleague)
    other.close()

    page.locator("#id_title_fr").fill("Mon titre")
    press_save(page)
    headings = page.locator(".safe-conflict h2")
    expect(headings).to_have_text(["Ce que d’autres ont modifié, et pas vous"])
    shows_moussa(page)
    expect(page.locator(".safe-offer")).to_have_count(0)
    press_save(page)
    is_saved(page)
    both_are_stored()


@pytest.mark.django_db(transaction=True)
def test_a_refused_upload_takes_over_what_a_colleague_changed(
    signed_in, moussa, live_server, paper, form, tmp_path
):
    _gone, left = a_file(paper), a_file(paper)
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(content_of(photograph()))
    page = signed_in
    page.goto(live_server.url + form)
    save(moussa, form, summary_fr="Un premier résumé.")
    page.locator("#id_title_fr").fill("Mon titre")
    page.locator("#id_image").set_input_files(picture)
    press_save(page)
    expect(page.locator("#id_summary_fr")).to_have_value("Un premier résumé.")
    save(moussa, form, **MOUSSA, **{"files-0-DELETE": "on", "files-1-language": "ff"})
    press_save(page)
    shows_moussa(page)
    # The picture waits on the server since the first refusal, so this answer is a whole page.
    expect(page.locator("#id_files-0-id")).to_have_value(str(left.pk))
    expect(page.locator("#id_files-0-language")).to_have_value("ff")
    press_save(page)
    is_saved(page)
    both_are_stored()
    assert list(PaperFile.objects.values_list("pk", "language")) == [(left.pk, "ff")]
    assert Paper.objects.get().image


@pytest.mark.django_db(transaction=True)
def test_what_is_typed_during_an_upload_is_not_replaced(
    signed_in, moussa, live_server, form, tmp_path
):
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(content_of(photograph()))
    page = signed_in
    page.goto(live_server.url + form)
    save(moussa, form, **MOUSSA)
    page.locator("#id_image").set_input_files(picture)
    page.evaluate("""() => {
      document.querySelector("[name=_save]").click();
      document.querySelector("#id_summary_fr").value = "Mon résumé.";
    }""")
    expect(page.locator("#id_type")).to_have_value("audit")
    expect(page.locator("#id_summary_fr")).to_have_value("Mon résumé.")
    press_save(page)
    panel = page.locator(".safe-conflict", has_text="Votre saisie")
    expect(panel).to_contain_text("Mon résumé.")
    assert Paper.objects.get().summary_fr == "Le résumé de Moussa."


@pytest.mark.django_db(transaction=True)
def test_what_a_browser_remembers_does_not_undo_a_colleague(signed_in, moussa, live_server, form):
    page = signed_in
    page.goto(live_server.url + form)
    page.locator("#id_title_fr").fill("Mon titre")
    page.goto(f"{live_server.url}/admin/")
    save(moussa, form, **MOUSSA)
    page.go_back()
    expect(page.locator("#id_type")).to_have_value("audit")
    page.locator("[data-keep=restore]").click()
    expect(page.locator("#id_type")).to_have_value("research")
    expect(page.locator("#id_title_fr")).to_be_focused()
    press_save(page)
    shows_moussa(page)
    expect(page.locator(".safe-offer")).to_have_count(0)
    press_save(page)
    is_saved(page)
    both_are_stored()
