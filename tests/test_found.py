"""What people find: queries as they type them, over a small site; none may be a special case."""

import random

import pytest

from profiles import search
from profiles.models import Paper
from tests.corpus import queries, slugs_of, store_corpus


@pytest.fixture
def corpus(imrap):
    store_corpus(imrap)


def found(query, **narrowed):
    return slugs_of(search.search(query, **narrowed).hits)


def test_people_find_what_they_mean_among_the_first_three(corpus):
    asked = queries()
    missed = [(query, slug) for query, slug in asked if slug not in found(query)[:3]]
    assert len(asked) >= 280
    assert len(missed) <= 0.05 * len(asked), missed


def test_the_exact_form_stands_before_others(imrap, corpus):
    other = Paper.objects.create(organisation=imrap, title_fr="Une marche", is_draft=False)
    search.index("papers", other.pk)
    Paper.objects.filter(slug="marches").update(title_fr="Un marché")
    search.index("papers", Paper.objects.get(slug="marches").pk)
    assert found("marché")[:2] == ["marches", "une-marche"]
    assert found("marche")[:2] == ["une-marche", "marches"]


def test_a_phrase_in_quotes_is_a_phrase(corpus):
    assert found('"forces de défense"') == ["police"]
    assert found('"défense forces"') == []
    assert found('"redevance hydraulique"') == ["foncier"]  # on a page of its PDF
    assert found('"hydraulique redevance"') == []
    assert found("« flamme de la paix »") == ["kidal-1990"]


def test_most_of_the_words_are_enough_and_it_is_said(corpus):
    results = search.search("éleveurs chèvres Antarctique")
    assert (slugs_of(results.hits)[0], results.is_partial) == ("climat", True)
    assert not search.search("éleveurs chèvres").is_partial


def test_a_slip_is_mended_and_said_only_in_a_long_word_found_nowhere(corpus):
    assert search.search("dessarmement").corrected == "désarmement"
    assert search.search("désinfrmation").corrected == "désinformation"
    assert search.search("rumeur").corrected == ""
    assert found("mrae") == []
    assert found("ecxle") == ["ecoles"]
    assert found("qzwxv") == []


def test_no_word_of_a_draft_mends_a_slip(corpus):
    Paper.objects.filter(slug="kidal-1990").update(is_draft=True)
    results = search.search("rebelllion")
    assert (results.hits, results.corrected) == ([], "")


def test_an_answer_whatever_is_typed(corpus, client):
    odd = ['"', '""', "paix*", "NEAR(", "title:paix", "\0", "a\0b", "😀", "   ", "\u202epaix\u202c"]
    odd += ["x" * 5000, "paix " * 1000, "AND", "OR NOT", "l’", "''''", "«", "¤", "¶", "%s", "\\"]
    letters = random.Random(3)
    signs = "abé\"*()«»’'-_¤¶:^{}~\0\u200f\u0640 السلامɲŋ😀%\\|&!<>1234 "
    odd += ["".join(letters.choices(signs, k=letters.randint(1, 40))) for _ in range(60)]
    for query in odd:
        assert client.get("/fr/search/", {"q": query}).status_code == 200, query
    assert search.search("\u202eforcément des forces\u202c").hits
