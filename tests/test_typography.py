import ast
import json
import re
from pathlib import Path

import pytest

from profiles.typography import typeset, typeset_html


def test_french_signs_get_their_no_break_space():
    assert typeset("Pourquoi ? Parce que: voilà!", "fr") == (
        "Pourquoi\u202f? Parce que\u00a0: voilà\u202f!"
    )
    assert typeset("« oui » et «non»", "fr") == "«\u202foui\u202f» et «\u202fnon\u202f»"


def test_what_is_set_once_stays_as_it_is():
    once = typeset("Quoi ?! « Rien » : voilà ; bien", "fr")
    assert typeset(once, "fr") == once


def test_times_and_addresses_are_no_punctuation():
    assert typeset("à 12:30, https://example.org/?a=b;c", "fr") == (
        "à 12:30, https://example.org/?a=b;c"
    )


def test_english_signs_get_no_space():
    assert typeset("Why? Because: so", "en") == "Why? Because: so"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("l'amélioration", "l’amélioration"),
        ("Women's voices don't count", "Women’s voices don’t count"),
        ("aujourd'hui, l'« autre » et l'1", "aujourd’hui, l’« autre » et l’1"),
        ("5' 30'' et 'mot' ou 'autre chose'", "5' 30'' et 'mot' ou 'autre chose'"),
        ("et puis...", "et puis…"),
        ("un....", "un...."),
        ("la paix , mis au jour", "la paix, mis au jour"),
        ("1 ,5", "1 ,5"),
    ],
)
def test_apostrophes_dots_and_commas_are_set_in_both_languages(typed, set_, language):
    assert typeset(typed, language).replace("\u202f", " ") == set_


def test_other_languages_are_left_alone():
    assert typeset("K'a fɔ...", "bm") == "K'a fɔ..."


def test_an_apostrophe_before_an_element_is_set_too():
    assert typeset_html("l'<strong>eau</strong>", "fr") == "l’<strong>eau</strong>"


def test_tags_and_character_references_are_no_text():
    html = '<a href="https://example.org/?a=1" title="a > b ?">R&amp;D : quoi ?</a>'
    assert typeset_html(html, "fr") == (
        '<a href="https://example.org/?a=1" title="a > b ?">R&amp;D\u00a0: quoi\u202f?</a>'
    )


def test_no_sign_of_a_french_sentence_of_staff_can_begin_a_line():
    catalogue = Path("locale/fr/LC_MESSAGES/django.po").read_text()
    sentences = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', catalogue, re.MULTILINE)
    assert len(sentences) > 800
    assert [one for one in sentences if re.search(r"\S [:;!?»]|« ", one)] == []


def calls_of_sentences():
    """(file, sentence) of each call that has a sentence of our Python code translated."""
    names = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
    for root in ("profiles", "imrap_site"):
        for file in Path(root).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                if is_call and node.func.id in names and isinstance(node.args[0], ast.Constant):
                    yield str(file), node.args[0].value


def test_every_sentence_that_is_to_be_translated_is_in_the_catalogue():
    """What collects them passes over some places, such as the braces of a formatted string."""
    catalogue = Path("locale/fr/LC_MESSAGES/django.po").read_text()
    lines = re.findall(r'^msgid "(.*)"((?:\n".*")*)', catalogue, re.MULTILINE)
    known = {
        json.loads('"' + "".join(re.findall('"(.*)"', f'"{one}"{more}')) + '"')
        for one, more in lines
    }
    found = set(calls_of_sentences())
    assert len(found) > 600
    assert [(file, one) for file, one in found if one not in known] == []
