"""Facts as people say them."""

import datetime

import pytest
import time_machine
from django.utils.translation import override

from profiles import words


@pytest.mark.parametrize(
    ("date", "french", "english"),
    [
        ("2016", "2016", "2016"),
        ("2016-06", "juin 2016", "June 2016"),
        ("2016-06-30", "30 juin 2016", "30 June 2016"),
        ("2014-07-01", "1er juillet 2014", "1 July 2014"),
        ("", "", ""),
    ],
)
def test_a_date_in_words_says_no_more_than_is_known(date, french, english):
    with override("fr"):
        assert words.date_in_words(date) == french
    with override("en"):
        assert words.date_in_words(date) == english


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        ("2019", "2024", "2019 – 2024", "2019 – 2024"),
        ("2021", "", "depuis 2021", "since 2021"),
        ("2015-01", "", "depuis janvier 2015", "since January 2015"),
        ("2019-02-28", "", "depuis le 28 février 2019", "since 28 February 2019"),
        ("2099", "", "à partir de 2099", "from 2099"),
        ("2099-02-28", "", "à partir du 28 février 2099", "from 28 February 2099"),
        ("", "2014-12", "jusqu’en décembre 2014", "until December 2014"),
        ("", "2014-12-01", "jusqu’au 1er décembre 2014", "until 1 December 2014"),
        ("", "", "", ""),
    ],
)
def test_a_period_may_lack_an_end(start, end, french, english):
    with override("fr"):
        assert words.period_in_words(start, end) == french
    with override("en"):
        assert words.period_in_words(start, end) == english


@pytest.mark.parametrize(
    ("now", "french", "english"),
    [
        ("2027-02-01 12:00", "encore 6 jours", "6 days left"),
        ("2027-02-06 23:00", "encore 1 jour", "1 day left"),
        ("2027-02-07 14:50", "plus que 9 heures", "9 hours left"),
        ("2027-02-07 22:30", "plus que 1 heure", "1 hour left"),
        ("2027-02-07 23:18:30", "plus que 41 minutes", "41 minutes left"),
        ("2027-02-07 23:58:59", "plus que 1 minute", "1 minute left"),
    ],
)
def test_the_time_left_is_told_the_closer_the_nearer_it_is(now, french, english):
    deadline = datetime.datetime(2027, 2, 7, 23, 59, tzinfo=datetime.UTC)
    with time_machine.travel(now, tick=False):
        with override("fr"):
            assert words.time_left(deadline) == french
        with override("en"):
            assert words.time_left(deadline) == english


def test_the_last_three_days_catch_the_eye():
    deadline = datetime.datetime(2027, 2, 7, 23, 59, tzinfo=datetime.UTC)
    with time_machine.travel("2027-02-04 23:58", tick=False):
        assert not words.is_soon(deadline)
    with time_machine.travel("2027-02-05 00:00", tick=False):
        assert words.is_soon(deadline)


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [
        (1, "1\u00a0Ko", "1 KB"),
        (999_499, "999\u00a0Ko", "999 KB"),
        (999_999, "1,0\u00a0Mo", "1.0 MB"),
        (2_437_000, "2,4\u00a0Mo", "2.4 MB"),
        (104_857_600, "104,9\u00a0Mo", "104.9 MB"),
    ],
)
def test_a_size_is_told_in_thousands(size, french, english):
    with override("fr"):
        assert words.size_in_words(size) == french
    with override("en"):
        assert words.size_in_words(size) == english


@pytest.mark.parametrize(
    ("seconds", "told"), [(45, "45 s"), (720, "12 min"), (750, "12 min 30 s"), (3900, "1 h 05 min")]
)
def test_a_duration_is_told_in_its_two_largest_units(seconds, told):
    assert words.duration_in_words(datetime.timedelta(seconds=seconds)) == told


@pytest.mark.parametrize(
    ("country", "in_french"),
    [
        ("Mali", "au Mali"),
        ("Burkina Faso", "au Burkina Faso"),
        ("Mauritanie", "en Mauritanie"),
        ("Côte d’Ivoire", "en Côte d’Ivoire"),
        ("Guinée-Bissau", "en Guinée-Bissau"),
        ("Ouganda", "en Ouganda"),
        ("Pays-Bas", "aux Pays-Bas"),
        ("États-Unis", "aux États-Unis"),
        ("Mozambique", "au Mozambique"),
        ("Madagascar", "à Madagascar"),
    ],
)
def test_a_country_has_its_preposition(country, in_french):
    with override("fr"):
        assert words.in_country(country) == in_french
    with override("en"):
        assert words.in_country("Mali") == "in Mali"
