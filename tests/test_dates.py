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
        ("juin 2016", "2016-06"),
        ("1er juin 2016", "2016-06-01"),
        ("1ᵉʳ\u00a0juin\u202f2016", "2016-06-01"),
        ("le 1er juin 2016.", "2016-06-01"),
        ("jeudi 30 juin 2016", "2016-06-30"),
        ("12-03-2016", "2016-03-12"),
        ("12/3/16", "2016-03-12"),
        ("12/3/75", "1975-03-12"),
        ("2016/06", "2016-06"),
        ("06/2016", "2016-06"),
        ("30 06 2016", "2016-06-30"),
        ("janv. 2016", "2016-01"),
        ("févr. 2016", "2016-02"),
        ("fevrier 2016", "2016-02"),
        ("FÉVRIER 2016", "2016-02"),
        ("2 AOÛT 1999", "1999-08-02"),
        ("2 aout 1999", "1999-08-02"),
        ("sept 2016", "2016-09"),
        ("déc. 2016", "2016-12"),
        ("June 2016", "2016-06"),
        ("1st June 2016", "2016-06-01"),
        ("the 1st of June 2016", "2016-06-01"),
        ("June 1, 2016", "2016-06-01"),
        ("Thursday, June 30, 2016", "2016-06-30"),
        ("2nd Feb. 2016", "2016-02-02"),
        # As spreadsheets write them
        ("2016-06-30 00:00:00", "2016-06-30"),
        ("2016-06-30T00:00:00", "2016-06-30"),
        ("30/06/2016 00:00", "2016-06-30"),
        ("juin-16", "2016-06"),
        ("Jun-16", "2016-06"),
        ("30-juin-16", "2016-06-30"),
        ("\u200e30/06/2016", "2016-06-30"),
        ("２０１６", "2016"),
    ],
)
def test_a_date_is_stored_as_precise_as_it_was_typed(typed, stored):
    assert dates.normalised(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *("2016-13", "2016-00", "30/02/2016", "0000", "16", "2016-06-30-01", "٢٠١٦"),
        # A month that begins two names; a year that may be a day; month first; no year; no date.
        *(
            "jui 2016",
            "juin 16",
            "6/30/2016",
            "30 juin",
            "bientôt",
            "été 2016",
            "2016-2017",
            "0016",
        ),
        *("1/2/3", "-2016", "1.500", "2016 00:00", "juin juin 2016", "juin 2016 2017", "00/2016"),
    ],
)
def test_what_is_no_date_is_refused_with_examples(typed):
    with pytest.raises(ValidationError) as refused:
        dates.PartialDateField().clean(typed, None)
    assert refused.value.messages == [
        f"“{typed}” is not a date. Type a year (2016), a month (06/2016 or June 2016) "
        "or a day (30/06/2016 or 30 June 2016)."
    ]


def test_a_long_text_is_shortened_in_its_refusal():
    with pytest.raises(ValidationError) as refused:
        dates.PartialDateField().clean("a" * 100_000, None)
    assert refused.value.messages[0].startswith(f"“{'a' * 60}…” is not a date.")


def test_a_date_is_read_without_a_form_whatever_its_type():
    assert dates.PartialDateField().clean(2016, None) == "2016"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("2016", "2016"), ("2016-06", "06/2016"), ("2016-06-30", "30/06/2016"), ("", ""), ("a", "a")],
)
def test_a_date_is_shown_as_it_may_be_typed_again(stored, shown):
    assert dates.as_typed(stored) == shown


def test_what_was_refused_is_shown_as_it_was_typed():
    assert dates.as_typed("2016-13") == "2016-13"


def test_the_unknown_part_of_a_date_counts_in_favour_of_the_period():
    assert dates.last_day("2014-02") == datetime.date(2014, 2, 28)
    assert not dates.ends_before_start("2014-05", "2014")
    assert not dates.ends_before_start("", "2014")
    assert dates.ends_before_start("2014-05", "2014-04-30")
