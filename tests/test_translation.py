from django.utils.translation import override

from profiles.models import Paper


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
