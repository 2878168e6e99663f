"""What fields have to say together, and how long their texts may be."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from profiles.models import Mandate, Organisation, Paper, Programme, Vacancy
from tests.builders import errors_of, filled

ADMIN = "/admin/profiles"
VACANCY = f"{ADMIN}/vacancy/add/"


def mistakes(noun, **exclude):
    with pytest.raises(ValidationError) as refused:
        noun.full_clean(**exclude)
    return refused.value.message_dict


def send(client, address, **typed):
    return client.post(address, filled(client.get(address), **typed))


# Together


def test_an_unreadable_date_beside_a_readable_one_is_refused_alone(staff_client, imrap):
    for fields in ({"start": "2019", "end": "bientôt"}, {"start": "bientôt", "end": "2019"}):
        answer = send(staff_client, f"{ADMIN}/programme/add/", title_fr="Dialogue", **fields)
        wrong = next(name for name, text in fields.items() if text == "bientôt")
        assert list(errors_of(answer)) == [wrong]
    assert Programme.objects.count() == 0


def test_what_cannot_be_read_is_not_compared_without_a_form_either(imrap):
    mandate = Mandate(organisation=imrap, title_fr="Appui", start="2019", end="bientôt")
    assert list(mistakes(mandate)) == ["end"]
    mandate.end = "2018"
    assert mistakes(mandate) == {"end": ["The end lies before the start."]}
    mandate.end = ""
    mandate.full_clean()


def test_all_mistakes_are_said_at_once(imrap):
    mandate = Mandate(organisation=imrap, start="2019", end="2018")
    assert mistakes(mandate) == {
        "title_fr": ["Type a title in at least one language."],
        "end": ["The end lies before the start."],
    }


def test_a_title_that_was_refused_is_not_asked_for_as_well(imrap):
    assert list(mistakes(Paper(organisation=imrap, title_en="a" * 301))) == ["title_en"]


def test_a_refused_picture_is_not_asked_for_its_words_as_well(staff_client, add_paper):
    paper = add_paper(image="papers/a.jpg", image_is_decorative=True)
    address = f"{ADMIN}/paper/{paper.pk}/change/"
    fields = filled(staff_client.get(address), image_is_decorative=None)
    assert list(errors_of(staff_client.post(address, fields))) == ["image_alt_fr"]
    fields["image"] = "x" * 300  # no file at all
    assert list(errors_of(staff_client.post(address, fields))) == ["image_alt_fr"]


def test_a_vacancy_does_not_close_before_it_opens(staff_client, imrap):
    moments = {
        "schedule_for_0": "2031-07-01",
        "schedule_for_1": "08:00",
        "deadline_0": "2031-06-30",
        "deadline_1": "23:59",
    }
    answer = send(staff_client, VACANCY, title_fr="Offre", _schedule="1", **moments)
    assert errors_of(answer) == {
        "deadline": [
            "The deadline lies before the publication, so that nobody could apply. Correct it, or "
            "publish earlier."
        ]
    }
    send(staff_client, VACANCY, title_fr="Offre", **moments)
    assert Vacancy.objects.get().is_draft


def test_a_deadline_that_cannot_be_read_is_not_compared_with_the_stored_one(staff_client, imrap):
    vacancy = Vacancy.objects.create(title_fr="Offre", deadline=timezone.now())
    address = f"{ADMIN}/vacancy/{vacancy.pk}/change/"
    later = {"schedule_for_0": "2031-07-01", "schedule_for_1": "08:00", "_schedule": "1"}
    assert list(errors_of(send(staff_client, address, **later))) == ["deadline"]
    answer = send(staff_client, address, **later, deadline_0="bientôt")
    assert len(errors_of(answer)["deadline"]) == 1
    assert "lies before" not in errors_of(answer)["deadline"][0]


def test_a_vacancy_may_close_with_the_minute_in_which_it_opens(imrap):
    moment = timezone.now().replace(second=0, microsecond=0)
    vacancy = Vacancy(organisation=imrap, title_fr="Offre", is_draft=False, publish_at=moment)
    vacancy.deadline = moment
    vacancy.full_clean()
    vacancy.deadline = moment - datetime.timedelta(minutes=1)
    assert list(mistakes(vacancy)) == ["deadline"]


def test_an_emptied_address_beside_a_mistake_is_answered_with_the_form(staff_client, add_paper):
    address = f"{ADMIN}/paper/{add_paper(is_draft=True, slug='note').pk}/change/"
    answer = send(staff_client, address, slug="", date="bientôt")
    assert list(errors_of(answer)) == ["date"]
    assert "/en/papers/note/?" in answer.text  # where the draft can be looked at


# Length


@pytest.mark.parametrize("name", ["authors", "partners"])
def test_a_plain_text_has_at_most_200_000_letters(staff_client, imrap, name):
    address = f"{ADMIN}/paper/add/"
    answer = send(staff_client, address, title_fr="Note", **{name: "a" * 200_001})
    sentence = "This text has 200,001 letters; at most 200,000 fit here."
    assert errors_of(answer) == {name: [sentence]}
    assert send(staff_client, address, title_fr="Note", **{name: "é" * 200_000}).status_code == 302
    assert mistakes(Paper(organisation=imrap, title_fr="Note", **{name: "a" * 200_001})) == {
        name: [sentence]
    }


def test_the_length_of_a_summary_holds_without_a_form_too(imrap):
    with override("fr"):
        wrong = mistakes(Paper(organisation=imrap, title_fr="Note", summary_fr="a" * 1401))
    assert wrong == {
        "summary_fr": ["Ce texte a 1\u00a0401 lettres\u00a0; 400 au plus tiennent ici."]
    }
    Paper(organisation=imrap, title_fr="Note", summary_fr="a\r\n" * 200).full_clean()


def test_a_text_that_the_form_does_not_ask_for_is_not_weighed(imrap):
    organisation = Organisation(name_fr="A", postal_address="a" * 200_001)
    assert list(mistakes(organisation)) == ["postal_address"]
    organisation.full_clean(exclude={"postal_address"})


def test_a_title_of_more_than_300_letters_is_refused_with_its_length(staff_client, imrap):
    answer = send(staff_client, f"{ADMIN}/paper/add/", title_fr="a" * 312)
    assert errors_of(answer)["title_fr"] == [
        "Ensure this value has at most 300 characters (it has 312)."
    ]
    assert 'value="' + "a" * 312 in answer.text


@pytest.mark.parametrize(
    "kind", ["organisation", "programme", "mandate", "vacancy", "video", "paper"]
)
def test_no_input_cuts_what_is_typed(staff_client, imrap, kind):
    assert "maxlength" not in staff_client.get(f"{ADMIN}/{kind}/add/").text


def test_a_title_that_nobody_sees_is_none_and_signs_that_turn_a_line_are_left_out(imrap):
    with pytest.raises(ValidationError):
        Paper(organisation=imrap, title_fr="\u200b\u2060").full_clean()
    paper = Paper.objects.create(
        organisation=imrap, title_fr="\u202eRapport\u202c de \u2067paix\u2069", authors="\u202eA, B"
    )
    assert (paper.title_fr, paper.authors) == ("Rapport de paix", "A, B")
