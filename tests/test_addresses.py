"""Addresses: whole, in each language, and of people and sites."""

import pytest

from profiles import addresses


def test_an_address_is_made_whole_and_safe_to_write_anywhere():
    site = "https://www.example.org"
    assert addresses.absolute(site, "/fr/") == "https://www.example.org/fr/"
    assert addresses.absolute(site, "/fr/?q=é") == "https://www.example.org/fr/?q=%C3%A9"


@pytest.mark.parametrize(
    ("path", "query", "french", "english"),
    [
        ("/fr/papers/", "year=2016", "/fr/papers/?year=2016", "/en/papers/?year=2016"),
        ("/en/", "", "/fr/", "/en/"),
        ("/", "x=1", "/fr/", "/en/"),
        ("/admin/", "", "/fr/", "/en/"),
    ],
)
def test_a_page_has_an_address_in_each_language(path, query, french, english):
    assert addresses.in_each_language(path, query) == {"fr": french, "en": english}


def test_the_profile_alone_lets_the_site_choose_the_language():
    assert addresses.default_of({"fr": "/fr/", "en": "/en/"}) == "/"
    assert addresses.default_of({"fr": "/fr/papers/", "en": "/en/papers/"}) == "/en/papers/"


def test_the_site_behind_a_link_is_named_without_ornament():
    assert addresses.host("https://www.interpeace.org/resource/x") == "interpeace.org"
    assert addresses.host("no address") == "no address"


def test_a_telephone_number_is_dialled_without_its_spaces():
    assert addresses.telephone_address("+223 20 22 18 48") == "tel:+22320221848"
