"""The text of PDFs: words divided at a line end, and scripts that run from right to left."""

import io

import pytest

from profiles.files.documents import read
from profiles.files.pdf_text import tidy
from tests.builders import a_pdf, case


def text_of(content):
    return read(io.BytesIO(content)).text


# Divided words


def lines(*texts):
    """The text that comes of lines in a PDF."""
    shown = b" Tj T* ".join(b"(" + text.encode("cp1252") + b")" for text in texts) + b" Tj"
    font = a_pdf(shown).replace(b"/ToUnicode 4 0 R", b"")
    return text_of(font)


@pytest.mark.parametrize(
    ("divided", "whole"),
    [
        (("La respon-", "sabilité de tous"), "La responsabilité de tous"),
        (("LA RESPON-", "SABILITÉ"), "LA RESPONSABILITÉ"),
        (("Le Burkina-", "Faso"), "Le Burkina-Faso"),
        (("un cessez-le-", "feu"), "un cessez-le-feu"),
        (("un cessez-", "le-feu"), "un cessez-le-feu"),
        (("de 2015-", "2016"), "de 2015-2016"),
        (("Soundjata-", "Keïta, Ibrahim-", "Boubacar"), "Soundjata-Keïta, Ibrahim-Boubacar"),
        (("une co-", "opération"), "une coopération"),
        (("La paix, la récon-", "ciliation, la paix"), "La paix, la réconciliation, la paix"),
    ],
)
def test_a_divided_word_is_joined_and_a_real_hyphen_stays(divided, whole):
    assert lines(*divided) == whole


def test_another_place_in_the_text_tells_which_of_the_two_a_word_is():
    assert (
        lines("Le multi-acteurs et le multi-", "acteurs") == "Le multi-acteurs et le multi-acteurs"
    )
    assert lines("Un entretien, des entre-", "tiens, des entretiens").endswith(
        "des entretiens, des entretiens"
    )


def test_where_a_compound_and_a_word_fit_alike_both_are_found():
    assert lines("Le porte-", "parole") == "Le porteparole porte-parole"
    assert lines("Peut-", "être") == "Peutêtre Peut-être"


def test_a_word_divided_between_two_pages_is_joined():
    assert tidy(["La respon-\r\n", "sabilité"]) == "La responsabilité\f"
    assert tidy(["La respon-\r\n", "sabilité de tous"]) == "La responsabilité\fde tous"
    assert tidy(["Fin de page -\r\n", "Suite"]) == "Fin de page -\fSuite"


def test_pages_can_be_counted_also_where_one_is_blank():
    assert tidy(["", "Deux", " ", "Quatre"]) == "\fDeux\f\fQuatre"
    assert tidy(["Un", "", ""]) == "Un\f\f"
    assert tidy(["", " "]) == ""


def test_words_of_a_pdf_are_there_whole_and_in_parts():
    text = text_of(case("text-hyphen-at-line-end.pdf"))
    assert text == "Burkina-Faso et cessez-le-feu. La responsabilite de tous."


# From right to left


def arabic_pdf(text):
    """A PDF that draws these letters from left to right, one behind the other."""
    codes = {letter: 33 + number for number, letter in enumerate(sorted(set(text)))}
    table = " ".join(
        f"<{code:02x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange "
        f"<00> <FF> endcodespacerange {len(codes)} beginbfchar {table} endbfchar endcmap end end"
    )
    shown = bytes(codes[letter] for letter in text).hex().encode()
    return a_pdf(b"<" + shown + b"> Tj", to_unicode=cmap.encode())


PEACE = "السلام في مالي والمصالحة الوطنية"


def test_arabic_drawn_as_it_looks_is_read_as_it_is_spoken():
    assert text_of(arabic_pdf(PEACE[::-1])) == PEACE
    shaped = "ﺍﻟﺴﻼﻡ ﻓﻲ ﻣﺎﻟﻲ"  # each letter in the form that it has in its word
    assert text_of(arabic_pdf(shaped[::-1])) == "السلام في مالي"


def test_letters_in_the_form_of_their_place_become_letters():
    assert tidy(["ﺍﻟﺴﻼﻡ ﻓﻲ ﻣﺎﻟﻲ"]) == "السلام في مالي"


def test_arabic_that_comes_out_reversed_is_left_out():
    assert text_of(arabic_pdf(PEACE)) == ""


def test_words_that_a_browser_drew_either_way_come_out_right():
    """Chromium writes some words from the left and others from the right."""
    content = case("arabic-from-chromium.pdf")
    assert text_of(content) == (
        "السلام في مالي والمصالحة الوطنية هي مسؤولية الجميع\n"
        "الحكومة والمجتمع المدني، تقرير سنة 2016 حول Kidal والحوار\n"
        "لا إله إلا الله قبل الآن إلى الإسلام الأمة"
    )


@pytest.mark.parametrize(
    "line",
    [
        PEACE[::-1],
        "يلام يف مالسلا",
        "\ue012\ue034\ue056 \ue078\ue09a",
        "الس\ufffdلام في مالي",
        "الس$لام في م#الي",
        "ا ل س ل ا م ف ي م ا ل ي",
        "ااااا ااااا",
        "ÇáÓáÇã Ýí ãÇáí",
    ],
)
def test_a_line_that_only_its_own_font_explains_is_left_out_and_its_neighbours_stay(line):
    assert tidy([f"La paix au Mali\r\n{line}\r\n{PEACE}"]) == f"La paix au Mali\n{PEACE}"


@pytest.mark.parametrize(
    "line",
    [
        PEACE,
        "أولا وقبل كل شيء",
        "تقرير USAID حول Kidal سنة 2016",
        "السَّلامُ عَلَيْكُمْ",
        "Été à Ségou : l’événement",
        "• La paix",
        "\uf0b7 La paix",
        "Sɔɔri kɛra Bamakɔ, 2016",
        "ߒߞߏ ߞߊ߲",
        "12",
        "é",
    ],
)
def test_sound_lines_stay(line):
    assert tidy([line]) == line


def test_a_short_line_follows_the_rest_of_its_text():
    assert tidy([f"{PEACE}\nمالي"]) == f"{PEACE}\nمالي"
    assert tidy([f"{PEACE[::-1]}\nيلام"]) == ""
