"""Addresses: whole, in each language, and of people and sites; names that can stand in them."""

import pytest

from profiles import addresses
from profiles.models import Paper
from tests.builders import case


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


# Names


def titles_and_addresses():
    lines = case("titles-to-addresses.tsv").decode().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("title", "address"), titles_and_addresses())
def test_the_address_of_an_entry_keeps_the_letters_of_its_title(add_paper, title, address):
    assert add_paper(title).slug == address


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("L'école", "l-ecole"),
        ("Aujourd'hui, l'eau", "aujourd-hui-l-eau"),
        ("Straße, smørrebrød, Ærø", "strasse-smorrebrod-aero"),
        ("Kɛ̀lɛ́ ni hɛ́rɛ", "kele-ni-here"),
        ("Ɲɛtaa Ɛ Ɔ", "nyetaa-e-o"),
        ("Soŋay, Ŋ", "songay-ng"),
        ("Ɓaawo ɗon ƴiyal", "baawo-don-yiyal"),
        ("Tamasheq: əɣrəm Ɣ", "tamasheq-eghrem-gh"),
        ("Мир в Мали", "mir-v-mali"),
        ("المصالحة", "lmslhh"),
        ("Kati/Koulikoro : n° 5 (2016–2017)", "kati-koulikoro-n-5-2016-2017"),
        ("F.D.S. et P.N.U.D.", "fds-et-pnud"),
        ("½ an", "1-2-an"),
        ("Paix & sécurité_locale", "paix-securite-locale"),
        ("\u202eabc\0\u00ad\ufeff", "abc"),
        ("« ??? » — …", ""),
        ("a" * 79 + " b", "a" * 79),
    ],
)
def test_a_name_is_readable_whatever_it_was_written_with(text, name):
    assert addresses.readable_name(text) == name


def test_an_address_that_stands_does_not_change(add_paper):
    paper = add_paper("Au cœur du conflit", slug="au-cur-du-conflit")
    paper.title_fr = "Au cœur de la paix"
    paper.save()
    assert Paper.objects.get().slug == "au-cur-du-conflit"


def test_a_download_is_named_in_both_forms():
    name = 'Offres d’emploi, cœur "2026".xlsx'
    assert addresses.content_disposition(name) == (
        'attachment; filename="offres-demploi-coeur-2026.xlsx"; '
        "filename*=UTF-8''Offres%20d%E2%80%99emploi%2C%20c%C5%93ur%20%222026%22.xlsx"
    )
    assert addresses.content_disposition("???.mp4", is_attachment=False) == (
        "inline; filename=\"document.mp4\"; filename*=UTF-8''%3F%3F%3F.mp4"
    )
