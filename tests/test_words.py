"""Facts as people say them."""

import datetime

import pytest
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


def test_a_period_may_lack_an_end():
    with override("en"):
        assert words.period_in_words("2019", "2024") == "2019 – 2024"
        assert words.period_in_words("2015-01", "") == "from January 2015"
        assert words.period_in_words("", "2014-12") == "until December 2014"
        assert words.period_in_words("", "") == ""


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
