"""What staff see of the reach, and what they may hand out of it."""

import csv
import io
import re

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client

from imrap_site.audience import handed_out
from imrap_site.audience.handed_out import Figure
from imrap_site.serving.reach.store import store
from tests.builders import empty_reach, words
from tests.looks import english_in, too_wide_or_cut, violations

TODAY = "2026-11-26T12:00:00+00:00"


@pytest.fixture
def today():
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.fixture(autouse=True)
def nothing_read_yet(request):
    """On PostgreSQL the numbers lie beside the transaction of a test."""
    if connection.vendor == "postgresql":
        request.getfixturevalue("db")
        empty_reach()


def count(noun, act="view", **days):
    """count("profile", november_26=3)"""
    months = {"october": "2026-10", "november": "2026-11"}
    for name, number in days.items():
        month, day = name.split("_")
        store().add({(f"{months[month]}-{day.zfill(2)}", noun, act): number})


@pytest.fixture
def read(add_paper, today):
    """A paper that was read on some days."""
    paper = add_paper("Autoportrait du Mali", slug="autoportrait")
    noun = f"papers-{paper.pk}"
    count(noun, october_30=7, november_24=12, november_25=3, november_26=40)
    count(noun, "download", november_26=6)
    return paper


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=","))


def test_the_form_of_an_entry_leads_to_its_audience(staff_client, read):
    form = staff_client.get(f"/admin/profiles/paper/{read.pk}/change/")
    assert f'<a href="/admin/audience/paper/{read.pk}/">Audience</a>' in form.content.decode()


def test_an_entry_has_a_plot_in_words_and_a_table(staff_client, read):
    page = staff_client.get(f"/admin/audience/paper/{read.pk}/").content.decode()
    text = "Views, 30/10/2026 to 26/11/2026: 62 in all, most on 26/11/2026 (40)."
    assert f'role="img" aria-label="{text}"' in page
    assert page.count('<svg viewBox="0 0 360') == 2  # views and downloads; nothing was played
    assert "style=" not in page.partition("<main")[2]
    assert '25/11/2026</th><td role="cell">3</td><td role="cell">0</td>' in page


def test_months_are_told_together(staff_client, read):
    for period in ("12-months", "all"):
        page = staff_client.get(f"/admin/audience/paper/{read.pk}/?period={period}")
        assert (
            'November 2026</th><td role="cell">55</td><td role="cell">6</td>'
            in page.content.decode()
        )
        assert (
            'October 2026</th><td role="cell">7</td><td role="cell">0</td>' in page.content.decode()
        )


def test_a_period_that_is_none_is_thirty_days(staff_client, read):
    page = staff_client.get(f"/admin/audience/paper/{read.pk}/?period=%00")
    assert 'aria-current="page">30 days' in page.content.decode()


def test_the_desk_tells_what_is_read_this_month(staff_client, add_paper, read):
    for number in range(12):
        other = add_paper(f"Rapport {number}")
        count(f"papers-{other.pk}", november_3=100 + number)
    count("profile", november_3=999)
    page = staff_client.get("/admin/").content.decode()
    section = page[page.index('id="read"') : page.index('id="attention"')]
    titles = re.findall(
        r'<a href="/admin/audience/paper/\d+/">([^<]+)</a></th><td role="cell">(\d+)', section
    )
    assert len(titles) == 10
    assert titles[0] == ("Rapport 11", "111")


def test_a_renamed_entry_keeps_its_figures_and_a_deleted_one_has_no_name(staff_client, read):
    read.title_fr = "Autoportrait du Sahel"
    read.save()
    assert "Autoportrait du Sahel" in staff_client.get("/admin/audience/").content.decode()
    read.delete()
    page = staff_client.get("/admin/audience/").content.decode()
    assert 'Deleted entry</th><td role="cell">62</td>' in page
    assert "Deleted entry" not in staff_client.get("/admin/").content.decode()


def test_the_profile_has_an_audience_too(staff_client, imrap, today):
    count("profile", november_26=17)
    page = staff_client.get(f"/admin/audience/organisation/{imrap.pk}/").content.decode()
    assert '26/11/2026</th><td role="cell">17</td>' in page


@pytest.mark.parametrize("address", ["paper/999/", "user/1/", "nothing/1/"])
def test_what_is_not_there_is_not_found(staff_client, imrap, address):
    assert staff_client.get(f"/admin/audience/{address}").status_code == 404


@pytest.mark.on_sqlite("see test_postgresql")
def test_a_store_that_fails_is_told_and_the_desk_goes_on(staff_client, read, var_folder):
    (var_folder / "reach.sqlite3").unlink()
    (var_folder / "reach.sqlite3").mkdir()
    assert "can’t be read at the moment" in words(staff_client.get("/admin/audience/"))
    assert staff_client.get("/admin/").status_code == 200


# What leaves the house


def test_fewer_than_five_are_not_told(staff_client, read):
    for ending in ("csv", "report"):
        answer = staff_client.get(f"/admin/audience/paper/{read.pk}/{ending}/")
        assert answer.status_code == 200
    rows = rows_of(staff_client.get(f"/admin/audience/paper/{read.pk}/csv/"))
    assert rows[0] == ["Day", "Views", "Downloads", "Plays", "Copies taken away"]
    assert rows[-2] == ["26/11/2026", "40", "6", "< 5", "< 5"]
    assert rows[-3] == ["25/11/2026", "< 5", "< 5", "< 5", "< 5"]
    assert rows[-1] == ["All together", "59 to 63", "6 to 10", "< 5", "< 5"]


def test_no_sum_gives_away_a_day_that_is_hidden():
    assert str(handed_out.of_days([12, 3])) == "12 to 16"
    assert handed_out.of_days([12, 3]) == handed_out.of_days([12, 0])
    assert handed_out.of_days([10, 20, 3, 4]) == Figure(30, 38)
    assert handed_out.of_days([10, 4, 4, 4, 4, 4]) == Figure(15, 30)  # all of them four
    assert str(handed_out.of_days([1])) == "< 5"


def test_a_sum_is_exact_where_it_says_nothing_of_a_day():
    assert handed_out.of_days([10, 20]) == Figure(30, 30)
    assert handed_out.of_days([10, 20, 3, 1, 0, 2, 0]) == Figure(36, 36)
    assert handed_out.of_days([1, 4, 0, 2, 0]) == Figure(7, 7)


def test_a_sum_with_few_hidden_says_that_they_are_few():
    assert str(handed_out.of_days([10, 1, 0, 0, 0, 0])) == "10 to 14"
    assert str(handed_out.of_days([1, 0, 2, 0, 0, 0])) == "< 5"
    assert str(handed_out.of_days(30 * [0])) == "< 5"


def test_a_title_is_no_formula_in_a_sheet_and_a_french_one_opens_in_excel(staff_client, read):
    read.title_fr = "=HYPERLINK(1)"
    read.save()
    answer = staff_client.get("/admin/audience/csv/", HTTP_ACCEPT_LANGUAGE="fr")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.decode("utf-8-sig").splitlines()[1].startswith("'=HYPERLINK(1);59")


def test_a_report_stands_with_its_method(staff_client, read):
    report = words(staff_client.get(f"/admin/audience/paper/{read.pk}/report/"))
    assert "up to a minute is lost" in report
    assert "which may be none" in report
    of_all = staff_client.get("/admin/audience/report/").text
    assert '<p class="audience-noun">IMRAP' in of_all


# Who may, and how it looks


def test_who_may_view_entries_may_see_their_audience(read, groups):
    for group, status in ((None, 403), ("Rédaction", 200)):
        person = User.objects.create_user(f"p-{status}", is_staff=True)
        if group:
            person.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(person)
        for address in ("", f"paper/{read.pk}/", "csv/", f"paper/{read.pk}/report/"):
            assert client.get(f"/admin/audience/{address}").status_code == status
    assert Client().get("/admin/audience/").status_code == 302


def test_who_may_view_programmes_alone_reads_no_title_of_a_paper(read):
    person = User.objects.create_user("programmes", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_programme"))
    client = Client()
    client.force_login(person)
    for address in ("audience/", "audience/csv/", "audience/report/", ""):
        answer = client.get(f"/admin/{address}")
        assert answer.status_code == 200
        assert "Autoportrait" not in answer.content.decode()
        assert "Deleted entry" not in answer.content.decode()


def test_everything_is_said_in_french(staff_client, read):
    for address in ("", f"paper/{read.pk}/", f"paper/{read.pk}/report/"):
        page = staff_client.get(f"/admin/audience/{address}", HTTP_ACCEPT_LANGUAGE="fr")
        assert english_in(page.content.decode()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it_on_a_telephone_too(signed_in, live_server, read, scheme):
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    for address in ("", f"paper/{read.pk}/", f"paper/{read.pk}/report/"):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}/admin/audience/{address}")
            assert violations(page, address) == []
            assert too_wide_or_cut(page, address) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_on_the_first_page_no_word_of_its_head_is_broken(signed_in, live_server, read, width):
    signed_in.set_viewport_size({"width": width, "height": 800})
    signed_in.set_extra_http_headers({"Accept-Language": "fr"})
    signed_in.goto(f"{live_server.url}/admin/")
    heads = signed_in.locator(".audience-table thead th")
    assert heads.all_inner_texts()[1:] == [
        "Consultations",
        "Téléchargements",
        "Lectures et écoutes",
    ]
    for head in heads.all():
        assert head.evaluate("element => element.scrollWidth <= element.clientWidth")
        assert head.bounding_box()["height"] < 60
