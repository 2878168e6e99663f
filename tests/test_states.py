"""The line on top of a form: who sees the entry, and the buttons that change that."""

import csv
import datetime
import io
import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import expect

from profiles.models import KINDS, Paper, Vacancy
from tests.builders import (
    a_pdf,
    content_of,
    errors_of,
    filled,
    imported,
    paper_form,
    photograph,
    words,
)
from tests.looks import english_in, nothing, violations

ADD = "/admin/profiles/paper/add/"
TO_COME = {"schedule_for_0": "01/12/2031", "schedule_for_1": "08:00"}


def address_of(entry):
    return f"/admin/profiles/{entry._meta.model_name}/{entry.pk}/change/"


def client_of(group, name="fatou"):
    client = Client(headers={"Accept-Language": "fr"})
    person = User.objects.create_user(name, first_name=name.capitalize(), is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client.force_login(person)
    return client


@pytest.fixture
def redaction(groups):
    return client_of("Rédaction")


@pytest.fixture
def responsable(groups):
    return client_of("Responsable", "oumar")


def pressed(client, entry, button, **typed):
    address = address_of(entry)
    fields = filled(client.get(address), **typed)
    return client.post(address, {**fields, button: "1"}, follow=True)


def buttons(response):
    found = re.findall(r'<button type="submit" name="(_\w+)"[^>]*>([^<]+)<', response.text)
    return {name: label for name, label in found if name != "_addanother"}


def sentence(response):
    return (
        words(response).split('aria-hidden="true">')[1].split("<strong>")[1].split("</strong>")[0]
    )


# What stands there


@pytest.mark.parametrize(
    ("fields", "said", "offered"),
    [
        (
            {"is_draft": True},
            "Brouillon : personne d’autre que l’équipe ne voit cette page.",
            {
                "_save": "Enregistrer le brouillon",
                "_publish": "Publier",
                "_schedule": "Programmer",
            },
        ),
        (
            {"publish_at": "2031-12-01T08:00Z"},
            "Programmée pour le 1er décembre 2031 à 8 h 00 : d’ici là, personne d’autre que l’équipe "
            "ne voit cette page.",
            {
                "_save": "Enregistrer",
                "_publish": "Publier maintenant",
                "_schedule": "Programmer",
                "_withdraw": "Remettre en brouillon",
            },
        ),
        (
            {"publish_at": "2026-03-12T08:00Z"},
            "Publiée depuis le 12 mars 2026.",
            {
                "_save": "Enregistrer",
                "_apart": "Garder à part, sans publier",
                "_withdraw": "Retirer du site",
            },
        ),
    ],
)
def test_the_form_says_the_state_and_offers_what_fits_it(
    responsable, add_paper, fields, said, offered
):
    page = responsable.get(address_of(add_paper("Note", **fields)))
    assert sentence(page) == said
    assert buttons(page) == offered
    assert 'name="is_draft"' not in page.text
    assert 'name="publish_at_0"' not in page.text


def test_a_closed_vacancy_says_so(responsable, imrap):
    past = timezone.now() - datetime.timedelta(days=3)
    vacancy = Vacancy.objects.create(
        title_fr="Poste", is_draft=False, publish_at="2026-03-01T08:00Z", deadline=past
    )
    said = sentence(responsable.get(address_of(vacancy)))
    assert said.startswith("Publiée depuis le 1er mars 2026, et close")


def test_a_new_form_has_no_state_yet_and_the_focus_is_in_its_title(responsable, imrap):
    for kind in KINDS.values():
        page = responsable.get(f"/admin/profiles/{kind._meta.model_name}/add/")
        assert "rien n’est encore enregistré" in sentence(page)
        assert re.findall(r'name="(\w+)"[^>]* autofocus', page.text) == ["title_fr"]


def test_the_organisation_is_always_public(responsable, imrap):
    page = responsable.get(f"/admin/profiles/organisation/{imrap.pk}/change/")
    assert sentence(page) == "Les visiteurs voient vos changements dès que vous enregistrez."
    assert buttons(page) == {"_save": "Enregistrer"}


def test_there_is_one_row_of_buttons(responsable, add_paper):
    assert responsable.get(address_of(add_paper())).text.count('name="_save"') == 1


def test_files_stand_before_what_is_seldom_touched(responsable, add_paper):
    page = responsable.get(address_of(add_paper())).text
    assert page.index('id="state"') < page.index('name="files-TOTAL_FORMS"')
    assert page.index('name="files-TOTAL_FORMS"') < page.index('name="position"')


def test_redaction_is_offered_no_publication_and_told_who_publishes(redaction, add_paper):
    page = redaction.get(address_of(add_paper("Note", is_draft=True)))
    offered = {"_save": "Enregistrer le brouillon", "_ask": "Demander une relecture"}
    assert buttons(page) == offered
    assert "un collègue qui peut publier décide de ce que voient les visiteurs" in page.text
    published = redaction.get(address_of(add_paper("Autre")))
    offered = {"_apart": "Garder à part, sans publier", "_save": "Enregistrer"}
    assert buttons(published) == offered
    assert "ce que vous gardez à part attend un collègue" in published.text


def test_who_only_looks_reads_the_state_and_has_no_button(groups, add_paper):
    client = client_of("Rédaction")
    Group.objects.get(name="Rédaction").permissions.remove(
        *Group.objects.get(name="Rédaction").permissions.filter(codename="change_paper")
    )
    page = client.get(address_of(add_paper("Note", publish_at="2026-03-12T08:00Z")))
    assert sentence(page) == "Publiée depuis le 12 mars 2026."
    assert buttons(page) == {}


# What the buttons do


def test_publish_shows_it_from_now_on_and_says_so(responsable, add_paper):
    created = timezone.now() - datetime.timedelta(days=30)
    paper = add_paper("Note", is_draft=True, publish_at=created, slug="note")
    page = pressed(responsable, paper, "_publish", title_fr="Note revue")
    paper.refresh_from_db()
    assert (paper.title_fr, paper.is_published) == ("Note revue", True)
    assert timezone.now() - paper.publish_at < datetime.timedelta(minutes=2)
    assert "« Note revue » est en ligne : les visiteurs voient cette page dès maintenant." in (
        page.text.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert '<a href="/fr/papers/note/">Voir la page</a>' in page.text
    assert page.redirect_chain == [(address_of(paper), 302)]
    assert Client().get("/fr/papers/note/").status_code == 200


def test_a_new_entry_is_published_at_once(responsable, imrap):
    fields = filled(responsable.get(ADD), title_fr="Note")
    assert "est en ligne" in responsable.post(ADD, {**fields, "_publish": "1"}, follow=True).text
    assert Paper.objects.get().is_published


def test_a_saved_draft_stays_one(responsable, add_paper):
    paper = add_paper("Note", is_draft=True)
    page = pressed(responsable, paper, "_save", title_fr="Revue").text
    assert "C’est un brouillon" in page
    assert "Voir la page telle qu’elle sera" in page
    assert Paper.objects.get().state == "draft"


def test_what_is_published_is_saved_for_all_and_keeps_its_date(responsable, add_paper):
    paper = add_paper("Note", publish_at="2026-03-12T08:00Z")
    page = pressed(responsable, paper, "_save", title_fr="Revue").text
    assert "Les visiteurs voient les changements dès maintenant." in page
    paper.refresh_from_db()
    assert (paper.title_fr, paper.publish_at.day, paper.state) == ("Revue", 12, "published")


def test_a_moment_is_proposed_and_scheduled(responsable, add_paper, time_machine):
    time_machine.move_to("2026-11-26T15:00Z", tick=False)
    paper = add_paper("Note", is_draft=True)
    fields = filled(responsable.get(address_of(paper)))
    assert (fields["schedule_for_0"], fields["schedule_for_1"]) == ("27/11/2026", "08:00")
    page = responsable.post(address_of(paper), {**fields, "_schedule": "1"}, follow=True).text
    assert "sera en ligne le 27 novembre 2026 à 8\u00a0h\u00a000" in page
    assert Paper.objects.get().publish_at.isoformat() == "2026-11-27T08:00:00+00:00"
    assert Paper.objects.get().state == "scheduled"


def test_what_is_scheduled_is_published_now_moved_or_put_back(responsable, add_paper):
    paper = add_paper("Note", publish_at="2031-12-01T08:00Z")
    fields = filled(responsable.get(address_of(paper)))
    assert (fields["schedule_for_0"], fields["schedule_for_1"]) == ("01/12/2031", "08:00")
    pressed(responsable, paper, "_schedule", schedule_for_0="02/12/2031")
    assert Paper.objects.get().publish_at.isoformat() == "2031-12-02T08:00:00+00:00"
    assert "de nouveau un brouillon" in pressed(responsable, paper, "_withdraw").text
    assert Paper.objects.get().state == "draft"
    Paper.objects.update(is_draft=False)
    pressed(responsable, paper, "_publish")
    assert Paper.objects.get().is_published


def test_a_withdrawn_entry_is_gone_at_once(responsable, add_paper):
    paper = add_paper("Note", slug="note")
    assert (
        "les visiteurs ne voient plus cette page" in pressed(responsable, paper, "_withdraw").text
    )
    assert Client().get("/fr/papers/note/").status_code == 404


# What is refused


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"schedule_for_0": "", "schedule_for_1": ""}, "Dites à partir de quand"),
        ({"schedule_for_0": "bientôt"}, "« bientôt » n’est pas un jour"),
        ({"schedule_for_0": "12/03/2016"}, "Ce moment est passé."),
        ({"schedule_for_0": "31/12/9999", "schedule_for_1": "23:59"}, "Donnez une année"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_beside_its_inputs(
    responsable, add_paper, typed, refusal
):
    paper = add_paper("Note", is_draft=True)
    answer = pressed(responsable, paper, "_schedule", title_fr="Revue", **typed)
    page = answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert list(errors_of(answer)) == ["schedule_for"]
    assert refusal in page
    assert '<details class="state-schedule" name="state" open>' in page
    assert "puis appuyez de nouveau sur « Programmer… »" in page
    assert 'value="Revue"' in page
    assert Paper.objects.get().title_fr == "Note"


def test_nobody_asks_for_the_moment_where_another_button_is_pressed(responsable, add_paper):
    paper = add_paper("Note", is_draft=True)
    pressed(responsable, paper, "_save", schedule_for_0="bientôt", title_fr="Revue")
    assert (Paper.objects.get().title_fr, Paper.objects.get().state) == ("Revue", "draft")


def test_a_refused_publication_says_which_button_to_press_again(responsable, add_paper):
    paper = add_paper("Note", is_draft=True, image="papers/a.jpg")
    answer = pressed(responsable, paper, "_publish")
    assert list(errors_of(answer)) == ["image_alt_fr"]
    page = answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "Rien n’est encore enregistré. Corrigez ce qui suit, puis appuyez de nouveau sur « Publier » :"
        in page
    )
    assert sentence(answer).startswith("Brouillon")  # as it is stored
    assert "_withdraw" not in buttons(answer)


@pytest.mark.parametrize("button", ["_publish", "_schedule", "_withdraw"])
@pytest.mark.parametrize("is_draft", [True, False])
def test_redaction_changes_nobodys_view_by_a_hand_made_request(
    redaction, add_paper, button, is_draft
):
    paper = add_paper("Note", is_draft=is_draft)
    fields = paper_form(title_fr="Revue", is_draft="", publish_at_0="2016-06-30", **TO_COME)
    answer = redaction.post(address_of(paper), {**fields, button: "1"})
    assert errors_of(answer) == {
        "__all__": [
            "Votre compte écrit et corrige, et c’est un collègue qui publie. Rien n’est encore "
            "enregistré\N{NO-BREAK SPACE}: enregistrez sans publier."
        ]
    }
    assert 'value="Revue"' in answer.text
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.is_draft, stored.publish_at) == (
        "Note",
        is_draft,
        paper.publish_at,
    )


@pytest.mark.parametrize("button", ["_publish", "_schedule", "_withdraw"])
def test_redaction_adds_nothing_public_by_a_hand_made_request(redaction, imrap, button):
    fields = {**filled(redaction.get(ADD)), "title_fr": "Note", **TO_COME, button: "1"}
    assert redaction.post(ADD, fields).status_code == 200
    assert Paper.objects.count() == 0


def test_the_former_fields_of_a_form_publish_nothing(responsable, add_paper):
    paper = add_paper("Note", is_draft=True)
    responsable.post(address_of(paper), paper_form(publish_at_0="2016-06-30", publish_at_1="8h"))
    assert Paper.objects.get().publish_at == paper.publish_at
    assert Paper.objects.get().is_draft


# Two at once


def test_two_who_publish_at_once_are_both_told_that_it_is_online(responsable, moussa, add_paper):
    paper = add_paper("Note", is_draft=True)
    opened = filled(responsable.get(address_of(paper)))
    pressed(moussa, paper, "_publish")
    since = Paper.objects.get().publish_at
    answer = responsable.post(address_of(paper), {**opened, "_publish": "1"}, follow=True)
    assert "était déjà en ligne" in answer.text
    assert (Paper.objects.get().is_published, Paper.objects.get().publish_at) == (True, since)


def test_two_who_withdraw_at_once_agree_too(responsable, moussa, add_paper):
    paper = add_paper("Note")
    opened = filled(responsable.get(address_of(paper)))
    pressed(moussa, paper, "_withdraw")
    answer = responsable.post(address_of(paper), {**opened, "_withdraw": "1"}, follow=True)
    assert "était déjà un brouillon" in answer.text


def test_who_saves_a_draft_is_told_that_it_was_published_meanwhile(responsable, moussa, add_paper):
    """Else they would correct in public without knowing."""
    paper = add_paper("Note", is_draft=True)
    opened = filled(responsable.get(address_of(paper)), title_fr="Revue")
    pressed(moussa, paper, "_publish")
    answer = responsable.post(address_of(paper), {**opened, "_save": "1"})
    assert answer.status_code == 200
    assert "<dt>état</dt>" in answer.text
    assert Paper.objects.get().title_fr == "Note"


def test_who_publishes_over_other_words_is_shown_both(responsable, moussa, add_paper):
    paper = add_paper("Note", is_draft=True)
    opened = filled(responsable.get(address_of(paper)), title_fr="La mienne")
    pressed(moussa, paper, "_publish", title_fr="La sienne")
    answer = responsable.post(address_of(paper), {**opened, "_publish": "1"})
    assert answer.status_code == 200
    assert "La sienne" in answer.text
    assert Paper.objects.get().title_fr == "La sienne"


def test_who_publishes_what_was_put_back_meanwhile_decides_again(responsable, moussa, add_paper):
    paper = add_paper("Note", publish_at="2031-12-01T08:00Z")
    opened = filled(responsable.get(address_of(paper)))
    pressed(moussa, paper, "_withdraw")
    answer = responsable.post(address_of(paper), {**opened, "_publish": "1"})
    assert answer.status_code == 200
    assert not Paper.objects.get().is_published
    again = responsable.post(address_of(paper), {**filled(answer), "_publish": "1"})
    assert again.status_code == 302
    assert Paper.objects.get().is_published


def test_who_publishes_what_was_deleted_meanwhile_is_told(responsable, moussa, add_paper):
    paper = add_paper("Note", is_draft=True)
    opened = filled(responsable.get(address_of(paper)))
    moussa.post(f"/admin/profiles/paper/{paper.pk}/delete/", {"post": "yes"})
    answer = responsable.post(address_of(paper), {**opened, "_publish": "1"})
    assert "Moussa Ba a supprimé cette fiche" in answer.text
    assert Paper.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "said"), [("_save", "C’est un brouillon"), ("_publish", "est en ligne")]
)
def test_a_new_form_that_arrives_twice_says_what_is_stored(responsable, imrap, first, said):
    fields = filled(responsable.get(ADD), title_fr="Note")
    responsable.post(ADD, {**fields, first: "1"})
    assert said in responsable.post(ADD, {**fields, "_publish": "1"}, follow=True).text
    assert Paper.objects.count() == 1


# Deletion


def test_a_deletion_says_that_it_can_be_undone_and_offers_it(responsable, add_paper):
    paper = add_paper("Note", slug="note")
    asked = responsable.get(f"/admin/profiles/paper/{paper.pk}/delete/").text
    assert "Cela peut s’annuler" in asked
    page = responsable.post(
        f"/admin/profiles/paper/{paper.pk}/delete/", {"post": "yes"}, follow=True
    ).text
    assert ">Annuler la suppression</button>" in page


def test_a_deletion_of_many_leads_to_what_can_be_brought_back(responsable, add_paper):
    keys = [add_paper(f"Note {n}").pk for n in range(2)]
    fields = {"action": "delete_selected", "_selected_action": keys}
    asked = responsable.post("/admin/profiles/paper/", fields).text
    assert "Cela peut s’annuler" in asked
    page = responsable.post("/admin/profiles/paper/", {**fields, "post": "yes"}, follow=True).text
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Supprimé : Note 1, Note 0. <button" in page
    assert '<a href="/admin/profiles/paper/deleted/">' in page


# In a sheet


def test_a_sheet_tells_the_state_and_changes_none(redaction, add_paper):
    paper = add_paper("Note", is_draft=True, slug="note")
    add_paper("Autre", slug="autre", publish_at="2026-03-12T08:00Z")
    with translation.override("fr"):
        sheet = redaction.get("/admin/profiles/paper/sheet/csv/").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(sheet), delimiter=";"))
        assert rows[0][-1] == "État"
        assert [row[-1] for row in rows[1:]] == [
            "brouillon",
            "publiée à partir du 12 mars 2026 à 8\u00a0h\u00a000",
        ]
        changed = sheet.replace("brouillon", "publiée").replace("Note", "Note revue")
        report = imported(changed.encode("utf-8-sig"))
    assert (report.warnings, report.changed) == ([], 1)
    paper.refresh_from_db()
    assert (paper.title_fr, paper.is_draft) == ("Note revue", True)


# In a browser


@pytest.fixture
def desk(signed_in, live_server, imrap):
    signed_in.site = live_server.url
    return signed_in


@pytest.mark.django_db(transaction=True)
def test_a_video_is_published_from_the_desk_in_few_clicks(desk, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(content_of(photograph()))
    clicks = []
    desk.goto(f"{desk.site}/admin/")
    for words_of_link in ("Ajouter une vidéo",):
        desk.get_by_role("link", name=words_of_link).first.click()
        clicks.append(words_of_link)
    fields = {
        "#id_title_fr": "Portraits croisés",
        "#id_watch_url": "https://example.org/film",
        "#id_image_alt_fr": "Deux anciens sous un arbre",
    }
    expect(desk.locator("#id_title_fr")).to_be_focused()
    for place, text in fields.items():
        desk.locator(place).fill(text)
    desk.locator(".field-body_fr .tiptap").fill("Un premier paragraphe.")
    desk.locator("#id_image").set_input_files(photo)
    desk.get_by_role("button", name="Publier").click()
    message = desk.locator(".messagelist .success")
    expect(message).to_contain_text("est en ligne")
    message.get_by_role("link", name="Voir la page").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Portraits croisés")
    assert len(fields) + 2 <= 6
    assert len(clicks) + 2 <= 8


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_scheduled_put_back_and_published_by_its_buttons(desk, add_paper):
    paper = add_paper("Note", is_draft=True)
    desk.goto(desk.site + address_of(paper))
    desk.locator("summary", has_text="Programmer…").click()
    desk.get_by_label("Date", exact=True).last.fill("1er décembre 2031")
    desk.get_by_role("button", name="Programmer", exact=True).click()
    bar = desk.locator(".state-bar")
    expect(bar).to_contain_text("Programmée pour le 1er décembre 2031 à 8\u00a0h\u00a000")
    bar.get_by_role("button", name="Remettre en brouillon").click()
    expect(bar).to_contain_text("Brouillon")
    bar.get_by_role("button", name="Publier").click()
    expect(bar).to_contain_text("Publiée depuis le")
    desk.mouse.wheel(0, 2000)
    expect(bar.get_by_role("button", name="Retirer du site")).to_be_in_viewport()
    bar.get_by_role("button", name="Retirer du site").click()
    expect(desk.locator(".messagelist .success")).to_contain_text("ne voient plus cette page")


@pytest.mark.django_db(transaction=True)
def test_a_moment_refused_beside_a_chosen_file_is_shown_in_its_place(desk, add_paper, tmp_path):
    report = tmp_path / "rapport.pdf"
    report.write_bytes(a_pdf(b"(un) Tj"))
    desk.goto(desk.site + address_of(add_paper("Note", is_draft=True)))
    desk.locator("#id_files-0-file").set_input_files(report)
    desk.locator("summary", has_text="Programmer…").click()
    desk.locator("#id_schedule_for_0").fill("12/03/2016")
    desk.get_by_role("button", name="Programmer", exact=True).click()
    expect(desk.locator(".desk-errors")).to_contain_text("Ce moment est passé.")
    expect(desk.locator(".state-panel .errorlist")).to_contain_text("Ce moment est passé.")
    expect(desk.locator(".file-kept")).to_contain_text("rapport.pdf")


@pytest.mark.django_db(transaction=True)
def test_enter_in_a_field_saves_and_publishes_nothing(desk, add_paper):
    paper = add_paper("Note", is_draft=True)
    desk.goto(desk.site + address_of(paper))
    desk.locator("#id_title_fr").fill("Revue")
    desk.keyboard.press("Enter")
    expect(desk.locator(".messagelist .success")).to_contain_text("C’est un brouillon")
    assert Paper.objects.get().title_fr == "Revue"


@pytest.mark.django_db(transaction=True)
def test_the_line_fits_a_phone_in_french_and_axe_finds_nothing(desk, add_paper):
    context = desk.context.browser.new_context(bypass_csp=True, locale="fr-FR")
    context.add_cookies(desk.context.cookies())
    page, found = context.new_page(), []
    for fields in ({"is_draft": True}, {"publish_at": "2031-12-01T08:00Z"}, {}):
        page.goto(desk.site + address_of(add_paper("Note", slug="", **fields)))
        for width, scheme in ((1280, "light"), (360, "dark")):
            page.set_viewport_size({"width": width, "height": 740})
            page.emulate_media(color_scheme=scheme)
            for summary in page.locator(".state-bar summary").all():
                summary.click()
                found += violations(
                    page,
                    f"{fields} {width}",
                    runOnly=["wcag2a", "wcag2aa", "wcag22aa"],
                    preload=False,
                )
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert english_in(page.locator(".state-bar").evaluate("bar => bar.outerHTML")) == []
    context.close()
    nothing(found)


@pytest.mark.django_db(transaction=True)
def test_without_scripts_a_moment_is_scheduled_and_an_entry_published(
    desk, add_paper, browser_context_args
):
    context = desk.context.browser.new_context(**browser_context_args, java_script_enabled=False)
    context.add_cookies(desk.context.cookies())
    page = context.new_page()
    page.goto(desk.site + address_of(add_paper("Note", is_draft=True)))
    page.locator("summary", has_text="Programmer…").click()
    page.locator("#id_schedule_for_1").fill("9h30")
    page.locator("[name=_schedule]").click()
    expect(page.locator(".state-bar")).to_contain_text("à 9\u00a0h\u00a030")
    page.locator("[name=_publish]").click()
    expect(page.locator(".state-bar")).to_contain_text("Publiée depuis le")
    context.close()


@pytest.mark.django_db(transaction=True)
def test_the_keyboard_alone_publishes(desk, add_paper):
    desk.goto(desk.site + address_of(add_paper("Note", is_draft=True)))
    expect(desk.locator(".tiptap").first).to_be_visible()
    jump = desk.locator(".state-jump")
    jump.focus()
    expect(jump).to_be_in_viewport()
    desk.keyboard.press("Enter")
    for _time in range(2):
        desk.keyboard.press("Tab")
    expect(desk.get_by_role("button", name="Publier")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator(".state-bar")).to_contain_text("Publiée depuis le")
