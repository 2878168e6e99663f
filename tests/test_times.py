"""Times of day, moments and durations as people type them, and as they are shown again."""

import datetime
import re

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import expect

from profiles import times
from profiles.models import Vacancy, Video
from tests.builders import errors_of, filled, words

ADMIN = "/admin/profiles"
VACANCY, VIDEO = f"{ADMIN}/vacancy/add/", f"{ADMIN}/video/add/"


def moment(*typed, day_alone=times.END_OF_DAY):
    """The moment in words, in the site's own time, which is UTC."""
    return f"{times.moment(*typed, day_alone=day_alone):%Y-%m-%d %H:%M:%S}"


def refusal(read, *typed):
    with pytest.raises(ValidationError) as refused:
        read(*typed)
    return refused.value.messages[0]


def send(client, address, **typed):
    fields = {"title_fr": "Offre", **typed}
    return client.post(address, filled(client.get(address), **fields))


# Moments


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("8h", "08:00:00"),
        ("17h00", "17:00:00"),
        ("17 H 00", "17:00:00"),
        ("8\u00a0h\u202f30", "08:30:00"),
        ("8 h 30 min", "08:30:00"),
        ("8h5", "08:05:00"),
        ("8 heures 30", "08:30:00"),
        ("8", "08:00:00"),
        ("8:00 pm", "20:00:00"),
        ("8 PM", "20:00:00"),
        ("8.30 p.m.", "20:30:00"),
        ("12 am", "00:00:00"),
        ("12 pm", "12:00:00"),
        ("midi", "12:00:00"),
        ("Noon", "12:00:00"),
        ("minuit", "23:59:00"),
        ("24h00", "23:59:00"),
        ("17:00:30", "17:00:30"),
        ("17h00 GMT", "17:00:00"),
        ("17h (TU)", "17:00:00"),
        ("", "23:59:00"),
    ],
)
def test_a_time_of_day_is_read_as_people_write_it(typed, read):
    assert moment("30/06/2016", typed) == f"2016-06-30 {read}"


@pytest.mark.parametrize(
    "typed",
    [
        "30/06/2016 17h",
        "30 juin 2016 à 17h00",
        "Jeudi 30 juin 2016, 17 h 00",
        "30 June 2016 at 5 pm",
        "June 30, 2016, 5:00 p.m.",
        "30-06-16 - 17:00",
        "2016-06-30 17:00:00",
        "2016-06-30T17:00",
    ],
)
def test_a_time_may_stand_behind_its_day(typed):
    assert moment(typed) == moment(typed, "17h") == "2016-06-30 17:00:00"


def test_a_day_alone_ends_or_begins_with_what_is_asked_for():
    assert moment("30 juin 2016") == "2016-06-30 23:59:00"
    assert moment("30 juin 2016", day_alone=times.START_OF_DAY) == "2016-06-30 00:00:00"
    assert moment("30 juin 2016", "minuit", day_alone=times.START_OF_DAY) == "2016-06-30 00:00:00"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("bientôt", "8h"), "“bientôt” is not a day. Type it like 30/06/2016 or 30 June 2016."),
        (("juin 2016",), "“juin 2016” is not a day. Type it like 30/06/2016 or 30 June 2016."),
        (("30/02/2016",), "“30/02/2016” is not a day. Type it like 30/06/2016 or 30 June 2016."),
        (
            ("30/06/2016 8",),
            "“30/06/2016 8” is not a day. Type it like 30/06/2016 or 30 June 2016.",
        ),
        (
            ("30/06/2016", "tard"),
            "“tard” is not a time of day. Type it like 17:00, 17h or 8:30 pm.",
        ),
        (("30/06/2016", "25h"), "“25h” is not a time of day. Type it like 17:00, 17h or 8:30 pm."),
        (
            ("30/06/2016", "13 pm"),
            "“13 pm” is not a time of day. Type it like 17:00, 17h or 8:30 pm.",
        ),
        (("", "17h"), "Type the day too, like 30/06/2016 or 30 June 2016."),
        (("30/06/2016 17h", "18h"), "“17h” and “18h” are two times of day. Leave one of them."),
    ],
)
def test_what_is_no_moment_is_refused_with_an_example(typed, sentence):
    assert refusal(times.moment, *typed) == sentence


def test_24h_is_no_start_of_a_day():
    assert "is not a time" in refusal(times.moment, "30/06/2016", "24h")


def test_a_time_of_greenwich_is_one_elsewhere_too():
    with timezone.override("Europe/Paris"):
        assert f"{times.moment('30/06/2016', '17h GMT'):%H:%M %z}" == "17:00 +0000"
        assert f"{times.moment('30/06/2016', '17h'):%H:%M %z}" == "17:00 +0200"


def test_an_hour_that_a_clock_leaps_over_is_refused():
    with timezone.override("Europe/Paris"):
        assert "couldn’t be interpreted" in refusal(times.moment, "29/03/2026", "2h30")


def test_a_deadline_without_a_time_is_the_end_of_its_day(staff_client, imrap):
    send(staff_client, VACANCY, deadline_0="30 juin 2031", deadline_1="")
    vacancy = Vacancy.objects.get()
    assert f"{vacancy.deadline:%Y-%m-%d %H:%M}" == "2031-06-30 23:59"
    form = staff_client.get(f"{ADMIN}/vacancy/{vacancy.pk}/change/")
    shown = filled(form)
    assert (shown["deadline_0"], shown["deadline_1"]) == ("30/06/2031", "23:59")
    assert staff_client.post(form.wsgi_request.path, shown).status_code == 302
    assert Vacancy.objects.get().deadline == vacancy.deadline


def test_a_publication_without_a_time_begins_with_its_day(staff_client, imrap):
    moment = {"schedule_for_0": "30/06/2031 ", "schedule_for_1": ""}
    send(staff_client, VACANCY, _schedule="1", **moment)
    assert f"{Vacancy.objects.get().publish_at:%Y-%m-%d %H:%M}" == "2031-06-30 00:00"


def test_a_new_entry_is_published_from_a_whole_minute_on(staff_client, imrap):
    send(staff_client, VACANCY, _publish="1")
    assert Vacancy.objects.get().publish_at.second == 0


def test_a_stored_second_is_shown_and_kept(staff_client, imrap):
    moment = timezone.now().replace(second=37, microsecond=0)
    vacancy = Vacancy.objects.create(title_fr="Offre", deadline=moment)
    form = staff_client.get(f"{ADMIN}/vacancy/{vacancy.pk}/change/")
    staff_client.post(form.wsgi_request.path, filled(form))
    assert Vacancy.objects.get().deadline == moment


def test_a_refused_moment_stands_in_the_form_as_it_was_typed(staff_client, imrap):
    answer = send(staff_client, VACANCY, deadline_0="fin juin", deadline_1="8 h 30")
    assert list(errors_of(answer)) == ["deadline"]
    assert (filled(answer)["deadline_0"], filled(answer)["deadline_1"]) == ("fin juin", "8 h 30")


def test_many_entries_are_scheduled_in_words(staff_client, add_paper):
    paper = add_paper("Note", is_draft=True)
    fields = {"action": "schedule", "_selected_action": [paper.pk]}
    moment = {"publish_at_0": "1er juin 2031 à 8h", "publish_at_1": ""}
    staff_client.post(f"{ADMIN}/paper/", fields | moment)
    paper.refresh_from_db()
    assert f"{paper.publish_at:%Y-%m-%d %H:%M}" == "2031-06-01 08:00"


def test_the_day_stands_first_in_english_too(staff_client, imrap):
    send(staff_client, VACANCY, deadline_0="06/12/2031", deadline_1="8:00 pm")
    vacancy = Vacancy.objects.get()
    assert f"{vacancy.deadline:%Y-%m-%d %H:%M}" == "2031-12-06 20:00"
    send(staff_client, f"{ADMIN}/vacancy/{vacancy.pk}/change/", deadline_1="21h")
    page = words(staff_client.get(f"{ADMIN}/vacancy/{vacancy.pk}/history/"))
    assert "<del>6 December 2031 at 20:00</del> → <ins>6 December 2031 at 21:00</ins>" in page


@pytest.mark.django_db(transaction=True)
def test_calendar_and_clock_write_what_is_read(signed_in, live_server, imrap):
    page = signed_in
    page.goto(live_server.url + VACANCY)
    page.locator("#id_title_fr").fill("Offre")
    page.locator(".field-deadline .datetimeshortcuts a").first.click()
    expect(page.locator("#id_deadline_0")).to_have_value(re.compile(r"^\d\d/\d\d/20\d\d$"))
    page.locator(".field-deadline .datetimeshortcuts a").nth(2).click()
    expect(page.locator("#id_deadline_1")).to_have_value(re.compile(r"^\d\d:\d\d$"))
    page.locator("#id_deadline_1").fill("")
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert f"{Vacancy.objects.get().deadline:%H:%M}" == "23:59"


# Durations


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("12 min 30", "12 min 30 s"),
        ("12 min 30 s", "12 min 30 s"),
        ("12mn30", "12 min 30 s"),
        ("12:30", "12 min 30 s"),
        ("00:12:30", "12 min 30 s"),
        ("12'30", "12 min 30 s"),
        ("12′30″", "12 min 30 s"),
        ("12’30”", "12 min 30 s"),
        ("1h05", "1 h 05 min"),
        ("1\u00a0h\u00a005\u00a0min", "1 h 05 min"),
        ("1 heure et 5 minutes", "1 h 05 min"),
        ("1:05:00", "1 h 05 min"),
        ("1 h 30 s", "1 h 30 s"),
        ("90 min", "1 h 30 min"),
        ("2 heures", "2 h"),
        ("45 s", "45 s"),
        ("0:45", "45 s"),
    ],
)
def test_a_duration_is_read_as_people_write_it(typed, shown):
    duration = times.duration(typed)
    assert times.duration_as_typed(duration) == shown
    assert times.duration(shown) == duration


@pytest.mark.parametrize(
    "typed",
    [
        *("12", "12 30", "-12:30", "h", "1h75", "1:75", "99999999999 h", "100 h", "1,5 h", "5 s 3"),
        *("30 s 12 min", "12 min 30 min", "longtemps", "٣ h", "a" * 100),
    ],
)
def test_what_is_no_duration_is_refused_with_examples(typed):
    sentence = refusal(times.DurationField().to_python, typed)
    assert sentence.endswith(
        "” is not a duration. Type minutes and seconds like 12:30 or 12 min 30, "
        "or hours and minutes like 1 h 05."
    )
    assert sentence.startswith(f"“{typed[:60]}")


def test_a_film_lasts_what_was_typed_and_the_history_says_so(staff_client, imrap):
    send(staff_client, VIDEO, duration="1h05")
    video = Video.objects.get()
    assert video.duration == datetime.timedelta(hours=1, minutes=5)
    address = f"{ADMIN}/video/{video.pk}/change/"
    assert filled(staff_client.get(address))["duration"] == "1 h 05 min"
    send(staff_client, address, duration="12 min 30")
    page = words(staff_client.get(f"{ADMIN}/video/{video.pk}/history/"))
    assert "<del>1 h 05 min</del> → <ins>12 min 30 s</ins>" in page


# Dates in forms and history


def test_a_date_in_words_is_stored_and_shown_again(staff_client, add_paper):
    paper = add_paper("Note", is_draft=True, date="2016")
    address = f"{ADMIN}/paper/{paper.pk}/change/"
    for typed, shown in (("juin 2016", "06/2016"), ("June 1, 2016", "01/06/2016")):
        assert send(staff_client, address, date=typed).status_code == 302
        assert filled(staff_client.get(address))["date"] == shown
    page = words(staff_client.get(f"{ADMIN}/paper/{paper.pk}/history/"))
    assert "<del>June 2016</del> → <ins>1 June 2016</ins>" in page
    assert "<del>2016</del> → <ins>June 2016</ins>" in page


def test_the_same_date_in_other_words_is_no_change(staff_client, moussa, add_paper):
    paper = add_paper("Note", is_draft=True, date="2016-06")
    address = f"{ADMIN}/paper/{paper.pk}/change/"
    mine, theirs = (filled(client.get(address)) for client in (staff_client, moussa))
    moussa.post(address, theirs | {"title_fr": "Titre de Moussa"})
    answer = staff_client.post(address, mine | {"title_fr": "Titre de Moussa", "date": "juin 2016"})
    assert answer.status_code == 302


def test_the_database_knows_no_fields_but_djangos():
    for model, name, path in (
        (Vacancy, "deadline", "django.db.models.DateTimeField"),
        (Vacancy, "publish_at", "django.db.models.DateTimeField"),
        (Video, "duration", "django.db.models.DurationField"),
    ):
        assert model._meta.get_field(name).deconstruct()[1] == path


def test_a_stored_version_is_read_to_the_microsecond():
    field = Vacancy._meta.get_field("deadline")
    moment = datetime.datetime(2016, 6, 30, 17, 0, 1, 250_000, tzinfo=datetime.UTC)
    assert field.to_python(moment.isoformat()) == moment
    assert field.to_python("30/06/2016") == datetime.datetime(
        2016, 6, 30, 23, 59, tzinfo=datetime.UTC
    )


def test_refusals_are_french_on_a_french_page():
    with override("fr"):
        assert refusal(times.moment, "30/06/2016", "tard") == (
            "«\u00a0tard\u00a0» n’est pas une heure. Écrivez-la comme 17:00, 17h ou 8 h 30."
        )
