"""Where a text can stop: its opening, and what follows it, word for word."""

import time

import pytest

from profiles.openings import blocks_of, opening_and_rest, shortened
from profiles.richtext import plain

LONG = "<p>" + "La paix se prépare dans chaque village et dans chaque famille. " * 8 + "Fin.</p>"


def test_a_short_text_has_no_rest():
    assert opening_and_rest("<p>Documentaire.</p>") == ("<p>Documentaire.</p>", "")
    assert opening_and_rest("") == ("", "")


def test_whole_paragraphs_stand_open_as_far_as_they_fit():
    first, second = f"<p>{'Un mot. ' * 20}</p>", f"<p>{'Un autre. ' * 20}</p>"
    assert opening_and_rest(first + second + LONG) == (first, second + LONG)


def test_a_long_paragraph_stops_at_the_end_of_a_sentence():
    opening, rest = opening_and_rest(LONG)
    assert opening.endswith("chaque famille.</p>")
    assert 280 < len(plain(opening)) <= 350
    assert rest.startswith("<p>La paix se prépare")
    assert f"{plain(opening)} {plain(rest)}" == plain(LONG)


def test_a_sentence_that_is_a_little_too_long_is_shown_whole():
    text = "Une phrase qui ne finit pas " * 16
    opening, rest = opening_and_rest(f"<p>{text.strip()}. Voilà la suite du texte.</p>")
    assert opening == f"<p>{text.strip()}.</p>"
    assert rest == "<p>Voilà la suite du texte.</p>"


def test_a_sentence_without_end_is_cut_at_a_word_and_repeated_whole():
    html = f"<p>{'mot ' * 400}</p>"
    opening, rest = opening_and_rest(html)
    assert opening.endswith("mot…</p>")
    assert len(plain(opening)) <= 350
    assert rest == html


def test_elements_open_at_the_cut_are_closed_and_opened_again():
    text = "Voici ce que disent les habitants de la zone à propos de la paix. " * 3
    html = (
        f'<p><strong>{text}<a href="https://example.org/?a=1&amp;b=2">{text * 2}</a></strong></p>'
    )
    opening, rest = opening_and_rest(html)
    assert opening.endswith("la paix.</a></strong></p>")
    assert rest.startswith('<p><strong><a href="https://example.org/?a=1&amp;b=2">Voici')
    assert f"{plain(opening)} {plain(rest)}" == plain(html)


@pytest.mark.parametrize(
    "stop", ["M. Keïta", "l’art. 5", "p. ex. Gao", "J. Ba", "n. 12", "Mme. Ba"]
)
def test_an_abbreviation_ends_no_sentence(stop):
    sentence = "Les anciens du village ont longuement écouté ce que pensait du conflit"
    text = f"{sentence} {stop} pendant la rencontre. {sentence} {'la commune ' * 20}."
    opening, _rest = opening_and_rest(f"<p>{text}</p>", 120)
    assert opening == f"<p>{sentence} {stop} pendant la rencontre.</p>"


def test_a_heading_never_stands_alone_at_the_foot():
    html = f"<p>{'Un mot. ' * 20}</p><h3>Contexte</h3>{LONG}"
    opening, rest = opening_and_rest(html)
    assert opening == f"<p>{'Un mot. ' * 20}</p>"
    assert rest == f"<h3>Contexte</h3>{LONG}"


def test_a_heading_before_a_long_paragraph_stands_with_its_opening():
    opening, rest = opening_and_rest(f"<h3>Contexte</h3>{LONG}")
    assert opening.startswith("<h3>Contexte</h3><p>La paix")
    assert opening.endswith("famille.</p>")
    assert rest.startswith("<p>La paix")


def test_a_long_list_is_not_divided_but_its_first_words_are_shown():
    html = "<ul>" + "<li><p>Un point de la liste.</p></li>" * 40 + "</ul>"
    opening, rest = opening_and_rest(html)
    assert opening.startswith("<p>Un point de la liste. Un point")
    assert rest == html


def test_the_blocks_of_a_text_are_told_apart():
    html = '<p>a<br>b</p>\n<ul><li><p>c</p></li></ul>bare<h3 title="x > y">d</h3>'
    assert [tuple(block) for block in blocks_of(html)] == [
        ("p", "<p>a<br>b</p>"),
        ("ul", "<ul><li><p>c</p></li></ul>"),
        ("", "bare"),
        ("h3", '<h3 title="x > y">d</h3>'),
    ]


def test_half_a_megabyte_is_opened_at_once():
    opening, rest = opening_and_rest(LONG * 1_000)
    assert len(plain(opening)) <= 350
    assert len(rest) > 500_000


@pytest.mark.parametrize("blank", [" ", "\N{NO-BREAK SPACE}", "\n"])
def test_blanks_behind_a_stop_take_no_time(blank):
    html = f"<p>{'Un mot suit l’autre. ' * 5}{blank * 1_500}et encore un{' mot' * 120}</p>"
    start = time.process_time()
    opening, rest = opening_and_rest(html)
    assert time.process_time() - start < 1
    assert opening.count("suit") == 4
    assert rest.endswith(" mot mot</p>")


def test_a_description_stops_at_a_sentence_or_at_a_word():
    sentence = "L’institut écoute les villages du centre du pays depuis de longues années."
    assert shortened(f"{sentence} {sentence} {sentence}") == f"{sentence} {sentence}"
    assert shortened("mot " * 60) == ("mot " * 38).strip() + "…"
    assert shortened("x" * 300) == "x" * 154 + "…"
    assert shortened("Court.") == "Court."
