"""What the admin takes, refuses and says."""

import datetime

import pytest
from django.contrib import admin
from django.utils import timezone

from profiles.editing import history
from profiles.models import KINDS, Mandate, Organisation, Paper, Vacancy, Video
from profiles.models.fields import free_slug
from tests.builders import errors_of, filled, paper_form


def test_every_kind_and_the_organisation_have_their_forms():
    assert {Organisation, *KINDS.values()} <= set(admin.site._registry)


def test_the_organisation_is_not_asked_for_while_there_is_one(staff_client, imrap):
    assert 'name="organisation"' not in staff_client.get("/admin/profiles/paper/add/").text
    response = staff_client.post("/admin/profiles/paper/add/", paper_form())
    assert response.status_code == 302
    assert Paper.objects.get().organisation == imrap


def test_the_organisation_is_asked_for_where_there_are_two(staff_client, imrap):
    Organisation.objects.create(name_fr="Autre", slug="autre")
    assert 'name="organisation"' in staff_client.get("/admin/profiles/paper/add/").text
    response = staff_client.post("/admin/profiles/paper/add/", paper_form())
    assert list(errors_of(response)) == ["organisation"]


def test_an_address_is_made_from_the_title(staff_client, imrap):
    for _time in range(2):
        staff_client.post("/admin/profiles/paper/add/", paper_form(title_fr="L’été à Gao !"))
    assert sorted(Paper.objects.values_list("slug", flat=True)) == ["lete-a-gao", "lete-a-gao-2"]


def test_an_address_keeps_the_letters_of_every_script(staff_client, imrap):
    staff_client.post("/admin/profiles/paper/add/", paper_form(title_fr="ⵜⴰⵎⴰⵛⴰⵇ"))
    assert Paper.objects.get().slug == "tamacaq"


def test_an_entry_without_a_letter_in_its_titles_is_addressed_by_kind_and_date(
    staff_client, imrap, time_machine
):
    time_machine.move_to("2026-11-25", tick=False)
    for date in ("2016-06", "", ""):
        fields = paper_form(title_fr="« ??? »", date=date)
        staff_client.post("/admin/profiles/paper/add/", fields)
    slugs = sorted(Paper.objects.values_list("slug", flat=True))
    assert slugs == ["paper-2016-06", "paper-2026-11-25", "paper-2026-11-25-2"]


def test_the_other_language_gives_the_address_where_one_has_no_letters(db):
    paper = Paper(organisation_id=1, title_fr="…", title_en="Peace")
    assert free_slug(paper, [paper.title_fr, paper.title_en]) == "peace"


def test_an_organisation_needs_no_short_name_of_its_own(staff_client):
    form = staff_client.get("/admin/profiles/organisation/add/")
    assert "data-prepopulated-fields" not in form.text
    staff_client.post("/admin/profiles/organisation/add/", filled(form, name_fr="Cœur d'or"))
    form = staff_client.get("/admin/profiles/organisation/add/")
    staff_client.post(
        "/admin/profiles/organisation/add/", filled(form, acronym="Œ.M.", name_fr="O")
    )
    assert list(Organisation.objects.values_list("slug", flat=True)) == ["coeur-d-or", "oem"]


def test_two_entries_cannot_have_one_address(staff_client, add_paper):
    add_paper(slug="note")
    response = staff_client.post("/admin/profiles/paper/add/", paper_form(slug="note"))
    assert list(errors_of(response)) == ["slug"]
    assert Paper.objects.count() == 1


def test_the_address_of_a_published_entry_is_fixed(staff_client, add_paper):
    paper = add_paper(slug="note")
    staff_client.post(f"/admin/profiles/paper/{paper.pk}/change/", paper_form(slug="autre"))
    assert Paper.objects.get().slug == "note"


def test_a_mistake_while_withdrawing_is_answered_with_the_form(staff_client, add_paper):
    fields = paper_form(title_fr="Mon titre", date="2016-13", _withdraw="1")
    response = staff_client.post(f"/admin/profiles/paper/{add_paper().pk}/change/", fields)
    assert list(errors_of(response)) == ["date"]
    assert 'value="Mon titre"' in response.text


def test_a_mistake_while_publishing_keeps_the_typed_address(staff_client, add_paper):
    fields = paper_form(slug="mon-adresse", date="2016-13", _publish="1")
    paper = add_paper(is_draft=True)
    response = staff_client.post(f"/admin/profiles/paper/{paper.pk}/change/", fields)
    assert 'name="slug" value="mon-adresse"' in response.text


def test_an_entry_needs_a_title_in_one_language(staff_client, imrap):
    response = staff_client.post("/admin/profiles/paper/add/", paper_form(title_fr=""))
    assert errors_of(response) == {"title_fr": ["Type a title in at least one language."]}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,a", "ftp://a.org/b"])
def test_an_address_that_is_no_web_address_is_refused(staff_client, imrap, address):
    response = staff_client.post("/admin/profiles/paper/add/", paper_form(source_url=address))
    assert errors_of(response) == {"source_url": ["Enter a valid URL."]}


def test_a_social_network_that_is_no_web_address_is_refused(staff_client, imrap):
    fields = {
        "name_fr": "A",
        "slug": "imrap",
        "social_links": "https://a.org/\njavascript:alert(1)",
    }
    response = staff_client.post(f"/admin/profiles/organisation/{imrap.pk}/change/", fields)
    assert errors_of(response) == {"social_links": ["Enter a valid URL."]}


def test_a_date_that_does_not_exist_is_refused(staff_client, imrap):
    response = staff_client.post("/admin/profiles/paper/add/", paper_form(date="2016-13"))
    assert list(errors_of(response)) == ["date"]


def test_a_mandate_that_ends_before_it_starts_is_refused(staff_client, imrap):
    fields = paper_form(start="2015-08", end="2014")
    response = staff_client.post("/admin/profiles/mandate/add/", fields)
    assert errors_of(response) == {"end": ["The end lies before the start."]}
    assert Mandate.objects.count() == 0


def test_a_picture_without_words_keeps_an_entry_from_being_published(add_paper, imrap):
    paper = Paper(organisation=imrap, title_fr="Note", image="papers/a.jpg", is_draft=True)
    paper.full_clean()
    paper.is_draft = False
    with pytest.raises(Exception, match="say what the picture shows"):
        paper.full_clean()
    paper.image_is_decorative = True
    paper.full_clean()


def test_actions_publish_and_withdraw_many(staff_client, add_paper):
    keys = [add_paper(f"Note {n}", is_draft=True).pk for n in range(3)]
    listing = "/admin/profiles/paper/"
    staff_client.post(listing, {"action": "publish", "_selected_action": keys})
    assert Paper.objects.published().count() == 3
    staff_client.post(listing, {"action": "withdraw", "_selected_action": keys[:2]})
    assert Paper.objects.published().count() == 1


def test_the_action_publishes_nothing_that_lacks_something(staff_client, add_paper):
    whole = add_paper("Note", is_draft=True)
    lacking = add_paper("Sans légende", is_draft=True, image="papers/a.jpg")
    keys = [whole.pk, lacking.pk]
    fields = {"action": "publish", "_selected_action": keys}
    page = staff_client.post("/admin/profiles/paper/", fields, follow=True).text
    assert list(Paper.objects.published()) == [whole]
    assert "1 entry is published:" in page
    assert "Stays as it was: Before this entry is published, say what the picture shows" in page


def schedule(client, keys, date="2031-06-30", time="08:00"):
    fields = {"action": "schedule", "_selected_action": keys}
    fields |= {"publish_at_0": date, "publish_at_1": time}
    return client.post("/admin/profiles/paper/", fields, follow=True).text


def test_many_are_scheduled_for_one_moment_and_hidden_until_then(staff_client, add_paper):
    papers = [add_paper("Brouillon", is_draft=True), add_paper("Publiée"), add_paper("Autre")]
    fields = {"action": "schedule", "_selected_action": [paper.pk for paper in papers[:2]]}
    asked = staff_client.post("/admin/profiles/paper/", fields).text
    assert "<li>Brouillon (draft)</li>" in asked
    assert "<li>Publiée (published)</li>" in asked
    assert Paper.objects.published().count() == 2

    answer = schedule(staff_client, [paper.pk for paper in papers[:2]])
    assert "2 entries are scheduled, visitors will see them from their dates on:" in answer
    assert list(Paper.objects.published()) == [papers[2]]
    moments = {paper.publish_at.isoformat() for paper in Paper.objects.in_state("scheduled")}
    assert moments == {"2031-06-30T08:00:00+00:00"}
    for paper in papers[:2]:
        assert history.versions_of(Paper, paper.pk)[0].revision.user.username == "awa"


@pytest.mark.parametrize(
    ("date", "time", "sentence"),
    [
        ("2016-06-30", "08:00", "This moment is past."),
        ("", "", "This field is required."),
        ("2031-06-31", "08:00", "“2031-06-31” is not a day."),
        ("2031-06-30", "25:00", "“25:00” is not a time of day."),
        ("9999-12-31", "23:59", "Give a year before 9999."),
    ],
)
def test_a_moment_that_cannot_be_leaves_all_as_it_was(
    staff_client, add_paper, date, time, sentence
):
    paper = add_paper("Note", is_draft=True)
    page = schedule(staff_client, [paper.pk], date, time)
    assert sentence in page
    assert f'value="{date}"' in page or not date
    assert Paper.objects.get().updated == paper.updated


@pytest.mark.parametrize("action", ["publish", "schedule"])
def test_what_left_the_list_meanwhile_is_told(staff_client, add_paper, action):
    published = add_paper("Publiée")
    fields = {"action": action, "_selected_action": [published.pk]}
    page = staff_client.post("/admin/profiles/paper/?state=draft", fields, follow=True).text
    assert "None of them is in this list any more." in page


# A figure that Python takes for a number and int() does not, and one that no database holds.
@pytest.mark.parametrize("key", ["²", "9" * 30, "abc", ""])
def test_a_forged_key_is_refused_without_a_fault(staff_client, add_paper, key):
    add_paper()
    listing = "/admin/profiles/paper/"
    for action in ("publish", "schedule", "withdraw", "delete_selected"):
        response = staff_client.post(listing, {"action": action, "_selected_action": key})
        assert response.status_code == 400
    for total, initial in ((key, "1"), ("1", key), (key, key)):
        fields = {"form-TOTAL_FORMS": total, "form-INITIAL_FORMS": initial, "form-0-id": "1"}
        assert staff_client.post(listing, {"_save": "1", **fields}).status_code == 400
    fields = {"_save": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": key}
    staff_client.post(listing, fields)
    if key:
        staff_client.post(f"{listing}{key}/change/", paper_form(_complete="1"))
    paper = Paper.objects.get()
    fields = paper_form(**{"files-TOTAL_FORMS": "1", "files-INITIAL_FORMS": key})
    staff_client.post(f"{listing}{paper.pk}/change/", fields)
    assert Paper.objects.get().updated == paper.updated


def test_what_an_entry_lacks_is_told_in_the_list_too(staff_client, add_paper):
    paper = add_paper("Sans légende", image="papers/a.jpg")  # as a script may have stored it
    row = {"form-0-id": paper.pk, "form-0-position": "7", "initial-form-0-position": "100"}
    fields = {"_save": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", **row}
    page = staff_client.post("/admin/profiles/paper/", fields).text
    assert "Before this entry is published, say what the picture shows" in page
    assert 'value="7"' in page
    assert Paper.objects.get().position == 100


def test_a_list_of_endless_rows_is_answered_all_the_same(staff_client, add_paper):
    """Without a bound, counting them would take years."""
    paper = add_paper()
    rows = {"form-TOTAL_FORMS": "9" * 17, "form-INITIAL_FORMS": "9" * 17, "form-0-id": paper.pk}
    fields = {"_save": "1", "form-0-position": "7", **rows}
    assert staff_client.post("/admin/profiles/paper/", fields).status_code == 200
    assert Paper.objects.get().position == 100


def test_nothing_that_lacks_something_is_scheduled(staff_client, add_paper):
    lacking = add_paper("Sans légende", is_draft=True, image="papers/a.jpg")
    page = schedule(staff_client, [lacking.pk])
    assert "Stays as it was: Before this entry is published, say what the picture shows" in page
    assert Paper.objects.get().state == "draft"


def test_all_pages_of_a_list_are_scheduled_and_stand_in_the_history(staff_client, add_paper):
    papers = [add_paper(f"Note {n}", is_draft=True) for n in range(101)]
    fields = {"action": "schedule", "select_across": "1", "_selected_action": [papers[0].pk]}
    asked = staff_client.post("/admin/profiles/paper/", fields).text
    assert asked.count('name="_selected_action"') == 101
    fields = {"action": "withdraw", "select_across": "1", "_selected_action": [papers[0].pk]}
    Paper.objects.update(is_draft=False)
    staff_client.post("/admin/profiles/paper/", fields)
    assert Paper.objects.published().count() == 0
    assert history.versions_of(Paper, papers[100].pk).count() == 2


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("draft", ["Brouillon"]),
        ("scheduled", ["Prévue"]),
        ("published", ["Ouverte"]),
        ("closed", ["Clôturée"]),
        ("nonsense", ["Brouillon", "Clôturée", "Ouverte", "Prévue"]),
    ],
)
def test_the_list_filters_by_state(staff_client, imrap, state, titles):
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    yesterday = tomorrow - datetime.timedelta(days=2)
    for title, fields in {
        "Brouillon": {"deadline": yesterday},
        "Prévue": {"is_draft": False, "publish_at": tomorrow, "deadline": yesterday},
        "Ouverte": {"is_draft": False, "deadline": tomorrow},
        "Clôturée": {"is_draft": False, "deadline": yesterday},
    }.items():
        Vacancy.objects.create(**{"organisation": imrap, "title_fr": title, **fields})
    answer = staff_client.get(f"/admin/profiles/vacancy/?state={state}")
    found = answer.context["cl"].result_list
    assert sorted(vacancy.title for vacancy in found) == titles
    assert {vacancy.state for vacancy in found} == {state} or state == "nonsense"


def test_papers_are_never_closed(staff_client, add_paper):
    add_paper()
    stem = "/admin/profiles/paper/"
    assert "state=closed" not in staff_client.get(stem).text
    answer = staff_client.get(f"{stem}?state=closed")
    assert list(answer.context["cl"].result_list) == []


def test_every_form_and_list_of_the_admin_opens(staff_client, imrap):
    for model in [Organisation, *KINDS.values()]:
        stem = f"/admin/profiles/{model._meta.model_name}/"
        assert staff_client.get(stem).status_code == 200
        assert staff_client.get(f"{stem}add/").status_code == 200


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("isbn", ["978", "978-9966-16666-6-1", "ISBN 978-9966-1666-6"], "978-9966-1666-6-1"),
        (
            "doi",
            ["https://doi.org/10.1000/182", "10.1/182", "10.1000/", "10.1000 182"],
            "10.1000/182",
        ),
    ],
)
def test_a_number_that_is_none_is_refused_with_an_example(staff_client, imrap, field, wrong, right):
    add = "/admin/profiles/paper/add/"
    for number in wrong:
        answer = staff_client.post(add, paper_form(**{field: number}))
        assert errors_of(answer) == {field: [f"Example: {right}."]}
    assert staff_client.post(add, paper_form(**{field: right})).status_code == 302


def test_an_address_left_empty_is_made_from_the_title_again(staff_client, add_paper):
    add_paper("Bilan", slug="bilan")
    paper = add_paper("Note", slug="note", is_draft=True)
    for title, slug in (("Note", "note"), ("Bilan", "bilan-2")):
        fields = paper_form(title_fr=title, slug="")
        staff_client.post(f"/admin/profiles/paper/{paper.pk}/change/", fields)
        paper.refresh_from_db()
        assert paper.slug == slug


@pytest.mark.parametrize("address", ["programme", "mandate"])
def test_an_end_may_be_known_less_exactly_than_the_start(staff_client, imrap, address):
    add, dates = f"/admin/profiles/{address}/add/", {"start": "2016-06-30", "end": "2015"}
    refused = staff_client.post(add, paper_form(**dates))
    assert errors_of(refused) == {"end": ["The end lies before the start."]}
    assert staff_client.post(add, paper_form(**dates | {"end": "2016"})).status_code == 302


def test_every_field_has_a_help_text():
    generated = {"id", "created", "updated", "paper"}
    for model in [Organisation, *KINDS.values()]:
        for field in model._meta.fields:
            if field.editable and field.name not in generated:
                assert field.help_text, f"{model.__name__}.{field.name}"


def test_a_film_must_be_a_film(staff_client, imrap, tmp_path):
    file = tmp_path / "film.mp4"
    file.write_text("<html>")
    with file.open("rb") as film:
        fields = paper_form(file=film)
        response = staff_client.post("/admin/profiles/video/add/", fields)
    assert list(errors_of(response)) == ["file"]
    assert Video.objects.count() == 0


def test_line_ends_are_stored_as_one_sign(staff_client, imrap):
    staff_client.post("/admin/profiles/paper/add/", paper_form(partners="Interpeace\r\nIDS"))
    assert Paper.objects.get().partners == "Interpeace\nIDS"
