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


def test_english_is_left_alone():
    assert typeset("Why? Because: so", "en") == "Why? Because: so"


def test_tags_and_character_references_are_no_text():
    html = '<a href="https://example.org/?a=1" title="a > b ?">R&amp;D : quoi ?</a>'
    assert typeset_html(html, "fr") == (
        '<a href="https://example.org/?a=1" title="a > b ?">R&amp;D\u00a0: quoi\u202f?</a>'
    )
