import datetime

import pytest
from django.core.exceptions import ValidationError

from profiles import dates


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2016", "2016"),
        ("2016-06", "2016-06"),
        ("2016-6", "2016-06"),
        ("2016-06-30", "2016-06-30"),
        ("30/06/2016", "2016-06-30"),
        ("6/2016", "2016-06"),
        (" 1.7.2014 ", "2014-07-01"),
    ],
)
def test_a_date_is_stored_as_precise_as_it_was_typed(typed, stored):
    assert dates.normalised(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["2016-13", "2016-00", "30/02/2016", "0000", "16", "juin 2016", "2016-06-30-01", "٢٠١٦"],
)
def test_what_is_no_date_is_refused_with_examples(typed):
    with pytest.raises(ValidationError) as refused:
        dates.PartialDateField().clean(typed, None)
    assert refused.value.messages == [
        f"“{typed}” is not a date. Type a year (2016), a month (06/2016) or a day (30/06/2016)."
    ]


def test_the_unknown_part_of_a_date_counts_in_favour_of_the_period():
    assert dates.last_day("2014-02") == datetime.date(2014, 2, 28)
    assert not dates.ends_before_start("2014-05", "2014")
    assert not dates.ends_before_start("", "2014")
    assert dates.ends_before_start("2014-05", "2014-04-30")
