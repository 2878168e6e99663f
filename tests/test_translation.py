from django.utils.translation import override

from profiles.models import Paper
from profiles.translation import script_runs


def test_a_text_in_the_page_s_language_comes_first():
    paper = Paper(title_fr="Résilience", title_en="Resilience")
    with override("fr"):
        assert (paper.title, paper.title.language) == ("Résilience", "fr")
    with override("en"):
        assert (paper.title, paper.title.language) == ("Resilience", "en")


def test_a_missing_text_falls_back_and_says_which_language_it_is_in():
    paper = Paper(title_fr="Résilience")
    with override("en"):
        assert (paper.title, paper.title.language) == ("Résilience", "fr")


def test_no_text_at_all_is_empty_in_the_page_s_language():
    with override("en"):
        assert (Paper().summary, Paper().summary.language) == ("", "en")


def test_the_scripts_of_a_name_are_told_apart():
    assert list(script_runs("Mali")) == [("Mali", None)]
    assert list(script_runs("وزارة المصالحة الوطنية")) == [("وزارة المصالحة الوطنية", "ar")]
    assert list(script_runs("L’accord « السلام » (Мир)")) == [
        ("L’accord « ", None),
        ("السلام", "ar"),
        (" » (", None),
        ("Мир", "ru"),
        (")", None),
    ]
