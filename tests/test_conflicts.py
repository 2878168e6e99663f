"""Two people at one entry: the later save is refused until its author has seen the earlier one."""

import re

import pytest
from playwright.sync_api import expect

from profiles.editing import history
from profiles.models import Organisation, Paper, PaperFile
from tests import builders
from tests.builders import a_file, file_row, seen_in, words

PAPERS = "/admin/profiles/paper"


def paper_form(**fields):
    return builders.paper_form(**{"slug": "un", "licence_en": "All rights reserved", **fields})


@pytest.fixture
def paper(add_paper):
    return add_paper("Un", is_draft=True)


@pytest.fixture
def form(paper):
    return f"{PAPERS}/{paper.pk}/change/"


def test_a_save_on_top_of_a_later_one_is_refused(staff_client, moussa, paper, form):
    seen = seen_in(staff_client.get(form))
    moussa.post(form, paper_form(title_fr="Deux"))
    typed = paper_form(title_fr="Trois", _seen=seen)
    answer = staff_client.post(form, typed)
    assert Paper.objects.get().title_fr == "Deux"
    page = words(answer)
    assert re.search(
        r"Moussa Ba saved this entry on \d{1,2} [A-Z][a-z]+ 20\d\d at \d\d:\d\d, while you were writing",
        page,
    )
    assert (
        '<dt>title (French)</dt> <dd><span class="safe-side">You</span> Trois</dd> '
        '<dd><span class="safe-side">Stored</span> Deux</dd> </dl>'
    ) in page
    assert 'value="Trois"' in page
    again = staff_client.post(form, {**typed, "_seen": seen_in(answer)})
    assert again.status_code == 302
    assert Paper.objects.get().title_fr == "Trois"


def test_a_third_save_between_is_refused_too(staff_client, moussa, paper, form):
    seen = seen_in(staff_client.get(form))
    moussa.post(form, paper_form(title_fr="Deux"))
    typed = paper_form(title_fr="Trois", _seen=seen)
    seen = seen_in(staff_client.post(form, typed))
    moussa.post(form, paper_form(title_fr="Quatre"))
    assert staff_client.post(form, {**typed, "_seen": seen}).status_code == 200
    assert Paper.objects.get().title_fr == "Quatre"


def test_another_mistake_does_not_hide_a_conflict(staff_client, moussa, paper, form):
    seen = seen_in(staff_client.get(form))
    typed = paper_form(title_fr="Trois", date="2016-13", _seen=seen)
    assert seen_in(staff_client.post(form, typed)) == seen
    moussa.post(form, paper_form(title_fr="Deux"))
    assert "Moussa Ba saved this entry" in staff_client.post(form, typed).text


def test_the_same_text_from_both_is_no_conflict(staff_client, moussa, paper, form):
    seen = seen_in(staff_client.get(form))
    moussa.post(form, paper_form(title_fr="Deux"))
    typed = paper_form(title_fr="Deux", _seen=seen)
    assert staff_client.post(form, typed).status_code == 302


def test_a_save_on_top_of_a_restored_version_is_refused(staff_client, moussa, paper, form):
    moussa.post(form, paper_form(title_fr="Deux"))
    seen = seen_in(staff_client.get(form))
    first = history.versions_of(Paper, paper.pk).last()
    version = f"{PAPERS}/{paper.pk}/history/{first.pk}/"
    moussa.post(version, {"_seen": seen_in(moussa.get(version))})
    typed = paper_form(title_fr="Trois", _seen=seen)
    assert "Moussa Ba saved this entry" in staff_client.post(form, typed).text
    assert Paper.objects.get().title_fr == "Un"


def test_a_file_changed_meanwhile_is_a_conflict(staff_client, moussa, paper, form):
    file = a_file(paper)
    seen = seen_in(staff_client.get(form))
    same = {"title_fr": "Un"}
    moussa.post(form, paper_form(**same, **file_row(file, language="ff")))
    answer = staff_client.post(
        form, paper_form(**same, **file_row(file, language="bm"), _seen=seen)
    )
    assert PaperFile.objects.get().language == "ff"
    assert "Fulfulde" in words(answer)
    assert "language</dt>" in words(answer)


def test_a_file_deleted_meanwhile_does_not_block_the_next_save(staff_client, moussa, paper, form):
    file = a_file(paper)
    seen = seen_in(staff_client.get(form))
    moussa.post(form, paper_form(**file_row(file, DELETE="on")))
    typed = paper_form(title_fr="Trois", **file_row(file), _seen=seen)
    answer = staff_client.post(form, typed)
    assert "Moussa Ba saved this entry" in answer.text
    again = staff_client.post(form, {**typed, "_seen": seen_in(answer)})
    assert again.status_code == 302
    assert Paper.objects.get().title_fr == "Trois"


def test_a_cut_form_still_knows_what_it_was_made_on(staff_client, moussa, paper, form):
    page = staff_client.get(form).text
    assert page.index('name="_seen"') < page.index('name="title_fr"')
    moussa.post(form, paper_form(title_fr="Deux"))
    seen = re.search(r'name="_seen" value="([^"]+)"', page)[1]
    cut = staff_client.post(form, {"csrfmiddlewaretoken": "a", "_seen": seen, "title_fr": "Tr"})
    typed = paper_form(title_fr="Trois", csrfmiddlewaretoken="a", _complete="1")
    answer = staff_client.post(form, {**typed, "_seen": seen_in(cut)})
    assert "Moussa Ba saved this entry on" in answer.text
    assert Paper.objects.get().title_fr == "Deux"


def test_a_form_cut_before_it_says_what_it_was_made_on_shows_both_texts(
    staff_client, moussa, paper, form
):
    moussa.post(form, paper_form(title_fr="Deux"))
    cut = staff_client.post(form, {"csrfmiddlewaretoken": "a"})
    typed = paper_form(title_fr="Trois", csrfmiddlewaretoken="a", _complete="1")
    answer = staff_client.post(form, {**typed, "_seen": seen_in(cut)})
    assert "Moussa Ba saved this entry on" in answer.text
    assert Paper.objects.get().title_fr == "Deux"


def test_what_was_typed_into_a_deleted_entry_is_kept(staff_client, moussa, paper, form):
    file = a_file(paper)
    seen = seen_in(staff_client.get(form))
    moussa.post(f"{PAPERS}/{paper.pk}/delete/", {"post": "yes"})
    typed = paper_form(title_fr="Trois", **file_row(file), _seen=seen)
    answer = staff_client.post(form, typed)
    assert answer.status_code == 200
    assert "Moussa Ba deleted this entry on" in answer.text
    assert 'value="Trois"' in answer.text
    again = staff_client.post(form, {**typed, "_seen": seen_in(answer)})
    assert again.status_code == 302
    assert Paper.objects.get().title_fr == "Trois"


def test_a_cut_form_of_a_deleted_entry_is_answered_with_what_arrived(
    staff_client, moussa, paper, form
):
    seen = seen_in(staff_client.get(form))
    moussa.post(f"{PAPERS}/{paper.pk}/delete/", {"post": "yes"})
    typed = paper_form(title_fr="Trois", _seen=seen)
    cut = staff_client.post(form, {"csrfmiddlewaretoken": "a", **typed})
    assert cut.status_code == 200
    assert "because the line was cut, so nothing was saved" in cut.text
    assert 'value="Trois"' in cut.text
    answer = staff_client.post(form, {**typed, "_seen": seen_in(cut)})
    assert "Moussa Ba deleted this entry on" in answer.text
    assert Paper.objects.count() == 0


def test_the_organisation_has_no_moment_and_is_guarded_too(staff_client, moussa, imrap):
    form = f"/admin/profiles/organisation/{imrap.pk}/change/"
    seen = seen_in(staff_client.get(form))
    fields = {"name_fr": "A", "slug": "imrap"}
    assert moussa.post(form, {**fields, "acronym": "DEUX"}).status_code == 302
    answer = staff_client.post(form, {**fields, "acronym": "TROIS", "_seen": seen})
    assert "Moussa Ba saved this entry" in answer.text
    assert Organisation.objects.get().acronym == "DEUX"


def rows(*papers, **positions):
    fields = {"form-TOTAL_FORMS": len(papers), "form-INITIAL_FORMS": len(papers), "_save": "1"}
    for number, (paper, seen, typed) in enumerate(papers):
        fields[f"form-{number}-id"] = paper.pk
        fields[f"form-{number}-position"] = typed
        fields[f"initial-form-{number}-position"] = seen
    return fields


def test_a_position_changed_meanwhile_is_not_overwritten(staff_client, moussa, add_paper):
    one, two, three = add_paper("Un"), add_paper("Deux"), add_paper("Trois")
    assert 'name="initial-form-0-position"' in staff_client.get(f"{PAPERS}/").text
    moussa.post(f"{PAPERS}/", rows((one, 100, 5), (two, 100, 6)))
    typed = rows((one, 100, 7), (two, 100, 100), (three, 100, 8))
    page = words(staff_client.post(f"{PAPERS}/", typed, follow=True))
    assert list(Paper.objects.order_by("pk").values_list("position", flat=True)) == [5, 6, 8]
    assert "Moussa Ba saved “Un” meanwhile. Stored: position 5; you typed: 7." in page
    assert "“Deux”" not in page


def test_a_row_deleted_meanwhile_does_not_block_the_list(staff_client, moussa, add_paper):
    one, two = add_paper("Un"), add_paper("Deux")
    moussa.post(f"{PAPERS}/{one.pk}/delete/", {"post": "yes"})
    page = words(staff_client.post(f"{PAPERS}/", rows((one, 100, 7), (two, 100, 8)), follow=True))
    assert Paper.objects.get().position == 8
    assert "Moussa Ba deleted “Un” meanwhile; what you typed was not saved: position 7." in page


@pytest.mark.django_db(transaction=True)
def test_two_browsers_at_one_entry(signed_in, live_server, paper):
    form = f"{live_server.url}{PAPERS}/{paper.pk}/change/"
    cookies = signed_in.context.cookies()
    other = signed_in.context.browser.new_context(locale="fr-FR")
    other.add_cookies(cookies)
    colleague = other.new_page()
    for page in (signed_in, colleague):
        page.goto(form)
    colleague.locator("#id_title_fr").fill("Le titre du collègue")
    colleague.locator(".field-body_fr .tiptap").fill("Texte du collègue.")
    colleague.locator("[name=_save]").first.click()
    expect(colleague.locator(".messagelist .success")).to_be_visible()
    other.close()

    page = signed_in
    page.locator("#id_title_fr").fill("Mon titre")
    page.locator(".field-body_fr .tiptap").fill("Mon texte.")
    page.locator("[name=_save]").first.click()
    conflict = page.locator(".safe-conflict")
    for text in ("Le titre du collègue", "Mon titre", "Texte du collègue.", "Mon texte."):
        expect(conflict).to_contain_text(text)
    expect(page.locator("#id_title_fr")).to_have_value("Mon titre")
    expect(page.locator(".field-body_fr .tiptap")).to_have_text("Mon texte.")
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Paper.objects.get(pk=paper.pk).body_fr == "<p>Mon texte.</p>"
