"""The page of results, and the ways to it."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from profiles import search
from profiles.models import AudioSummary, Organisation, Paper, PaperFile, Programme, Vacancy
from tests.builders import a_pdf, a_recording
from tests.corpus import add_pages, store_corpus


@pytest.fixture
def corpus(imrap):
    store_corpus(imrap)


def words_in(html):
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def hits(client, query, **further):
    page = client.get("/fr/search/", {"q": query, **further}).text
    return [words_in(title) for title in re.findall(r'<h2 class="card-title".*?</h2>', page)]


def test_words_are_marked_and_a_page_of_a_pdf_is_led_to(client, corpus):
    page = client.get("/fr/search/?q=redevance+irrigation").text
    assert "L’<mark>irrigation</mark> et la <mark>redevance</mark> hydraulique" in page
    assert 'foncier.pdf?inline#page=2" hreflang="fr">Page 2<' in page


def test_a_text_in_another_language_says_so(client, corpus):
    page = client.get("/fr/search/", {"q": "العدالة"}).text
    assert '<p lang="ar" dir="rtl">' in page
    assert "<mark>العدالةَ</mark>" in page


def test_results_are_for_no_search_engine(client, corpus):
    assert '<meta name="robots" content="noindex">' in client.get("/en/search/?q=school").text


def test_what_was_typed_stands_in_the_field_as_text(client, corpus):
    page = client.get("/fr/search/", {"q": '"><script>x</script>'}).text
    assert "&quot;&gt;&lt;script&gt;x" in page
    assert "<script" not in page


def test_results_are_narrowed_by_links_with_numbers(client, corpus):
    page = client.get("/fr/search/?q=formation").text
    assert re.search(r'kind=programmes"><bdi>Programmes</bdi> <span class="number">1<', page)
    assert re.search(r'year=2021"><bdi>2021</bdi> <span class="number">1<', page)
    assert hits(client, "formation", kind="programmes") == [
        "Radios communautaires pour l’apaisement"
    ]
    assert hits(client, "formation", language="ar", year="1999") == []
    for wrong in ("kind=x", "year=20", "year=abcd", "language=xx", "page=0", "page=99"):
        assert client.get(f"/fr/search/?q=formation&{wrong}").status_code == 404


def test_the_second_page_goes_on_where_the_first_ended(client, imrap, add_paper):
    for number in range(12):
        add_paper(f"Essai {number:02}")
    search.rebuild()
    first, second = hits(client, "essai"), hits(client, "essai", page=2)
    assert (len(first), len(second)) == (10, 2)
    assert len({*first, *second}) == 12
    assert 'rel="next"' in client.get("/fr/search/?q=essai").text


def test_nothing_found_leads_on(client, corpus):
    page = client.get("/fr/search/?q=qzwxv").text
    assert "Rien n’a été trouvé pour « qzwxv »." in words_in(page)
    assert '<a href="#contact">Ou écrivez-nous</a>' in page
    assert '<a href="/fr/videos/">' in page


def test_a_mended_slip_is_said(client, corpus):
    assert "pour <em>irrigation</em>" in client.get("/fr/search/?q=irigation").text
    page = client.get("/fr/search/", {"q": "éleveurs chèvres Antarctique"}).text
    assert "Aucune page ne contient tous ces mots." in page


@pytest.mark.parametrize("address", ["/fr/", "/fr/papers/", "/fr/nothing/"])
def test_every_page_has_the_field(client, corpus, address):
    page = client.get(address).text
    assert page.count('role="search"') == 1
    assert 'action="/fr/search/"' in page


def test_a_page_is_light_and_asks_few_questions(client, corpus, django_assert_max_num_queries):
    client.get("/fr/search/?q=conflit")
    with django_assert_max_num_queries(40):
        page = client.get("/fr/search/?q=paix")
    assert len(page.content) < 40_000
    assert "<script" not in page.text


def test_browsers_are_told_how_to_search_here(client, corpus):
    page = client.get("/fr/").text
    assert 'type="application/opensearchdescription+xml" title="IMRAP"' in page
    answer = client.get("/fr/opensearch.xml")
    assert answer["Content-Type"].startswith("application/opensearchdescription+xml")
    description = ElementTree.fromstring(answer.content)
    url = description.find("{http://a9.com/-/spec/opensearch/1.1/}Url")
    assert url.get("template") == "http://testserver/fr/search/?q={searchTerms}"


# Who may see what


def test_visibility_is_asked_when_somebody_searches(client, corpus):
    papers = Paper.objects.filter(slug="climat")
    title = "Changement climatique et mobilités pastorales"
    assert hits(client, "climatique") == [title]
    papers.update(is_draft=True)
    assert hits(client, "climatique") == []
    tomorrow = timezone.now() + timedelta(days=1)
    papers.update(is_draft=False, publish_at=tomorrow)
    assert hits(client, "climatique") == []
    with time_machine.travel(tomorrow + timedelta(minutes=1)):
        assert hits(client, "climatique") == [title]


def test_the_title_of_a_hidden_programme_finds_nothing_of_it(client, add_paper, imrap):
    programme = Programme.objects.create(organisation=imrap, title_fr="Baobab secret")
    add_paper("Note", programme=programme)
    search.rebuild()
    assert hits(client, "baobab") == []
    Programme.objects.update(is_draft=False)
    assert sorted(hits(client, "baobab")) == ["Baobab secret", "Note"]


def test_a_contact_that_is_hidden_after_the_deadline_is_not_found(client, imrap):
    fields = {"title_fr": "Poste", "contact_name": "Zénaïde", "contact_email": "z@example.org"}
    imrap.vacancy_set.create(is_draft=False, **fields)
    search.rebuild()
    assert hits(client, "Zénaïde") == []
    assert hits(client, "poste") == ["Poste"]


# PDFs in the browser


def test_a_pdf_opens_in_the_browser_only_where_it_is_asked_for(client, add_paper):
    paper = add_paper()
    file = PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(), "essai.pdf"))
    download, inline = client.get(file.file.url), client.get(f"{file.file.url}?inline")
    assert download["Content-Disposition"].startswith("attachment;")
    assert inline["Content-Disposition"].startswith("inline;")
    assert download["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert inline["Content-Security-Policy"].startswith("default-src 'none'; object-src 'self';")
    assert inline["X-Content-Type-Options"] == "nosniff"
    assert inline["Content-Type"] == "application/pdf"
    download.close(), inline.close()
    Paper.objects.update(is_draft=True)
    assert client.get(f"{file.file.url}?inline").status_code == 404


def test_pages_are_counted_as_a_reader_counts_them(client, add_paper):
    paper = add_paper()
    pages = a_pdf(b"(Un) Tj"), a_pdf(b"(Un) Tj", b"", b"(Le griot parle) Tj")
    PaperFile.objects.create(paper=paper, file=ContentFile(pages[1], "essai.pdf"))
    search.rebuild()
    assert "?inline#page=3" in client.get("/fr/search/?q=griot").text


# Keeping the index


@pytest.mark.django_db(transaction=True)
def test_a_long_pdf_is_indexed_after_the_answer(add_paper):
    paper = add_paper("Long")
    search.begin_request()
    add_pages(paper, [f"page{number} ".ljust(1000, "z") for number in range(200)])
    assert search.search("Long").hits
    assert not search.search("page150").hits
    search.end_request()
    assert search.search("page150").hits


@pytest.mark.django_db(transaction=True)
def test_whoever_is_stopped_before_is_made_good_at_the_next_start(add_paper):
    search.rebuild()
    paper = add_paper("Long")
    search.begin_request()
    add_pages(paper, ["griot " + "z" * 30_000])
    search.begin_request()  # as if the process had been another one
    search.end_request()
    assert not search.search("griot").hits
    search.rebuild_if_stale()
    assert search.search("griot").hits


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_taken_away_is_found_no_more(add_paper):
    file = add_pages(add_paper("Note"), ["griot"])
    assert search.search("griot").hits
    file.delete()
    assert not search.search("griot").hits


def test_texts_of_an_earlier_version_are_divided_into_pages(add_paper):
    file = PaperFile.objects.create(
        paper=add_paper(), file=ContentFile(a_pdf(b"(Un) Tj", b"(Deux) Tj"), "essai.pdf")
    )
    PaperFile.objects.filter(pk=file.pk).update(text="Un\n\nDeux")
    search.rebuild()
    assert PaperFile.objects.get().text == "Un\fDeux"


def test_what_is_said_in_a_recording_is_found_and_shown(
    client, add_paper, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        a_recording(add_paper(), transcript="An bɛ hɛrɛ ɲini Mali kɔnɔ.")
    assert '<p lang="bm">An bɛ <mark>hɛrɛ</mark> ɲini' in client.get("/fr/search/?q=here").text
    with django_capture_on_commit_callbacks(execute=True):
        AudioSummary.objects.all().delete()
    assert "<mark>" not in client.get("/fr/search/?q=here").text


def test_the_profile_answers_who_it_is_and_how_to_reach_it(client, imrap, add_paper):
    Organisation.objects.update(
        description_fr="<p>Une association qui aide au vivre-ensemble.</p>",
        telephones="+223 20 22 18 48",
    )
    name = "Institut Malien de Recherche Action pour la Paix"
    for query in (
        "vivre ensemble",
        "téléphone de l’IMRAP",
        "IMRAP",
        "associations",
        "institut paix",
    ):
        assert hits(client, query) == [name], query
    page = client.get("/fr/search/?q=ensemble").text
    assert "qui aide au vivre-<mark>ensemble</mark>." in page
    assert "1 résultat" in page
    for query in ("adresse", "Kidal", "téléphone Kidal"):
        assert hits(client, query) == [], query
    assert hits(client, "IMRAP", kind="papers") == []


def test_what_is_closed_stands_last_and_says_so(client, imrap):
    for title, days in (("Offre", -3), ("Une autre offre ouverte", 9)):
        deadline = timezone.now() + timedelta(days=days)
        published = deadline - timedelta(days=30)
        fields = {"title_fr": title, "deadline": deadline, "publish_at": published}
        Vacancy.objects.create(organisation=imrap, is_draft=False, **fields)
    search.rebuild()
    for query in ("offre", "comment postuler", "how to apply"):
        assert hits(client, query) == ["Une autre offre ouverte", "Offre"], query
    page = words_in(client.get("/fr/search/?q=offre").text)
    assert "Offre Offre d’emploi Clôturée" in page
    assert "offre ouverte Offre d’emploi Ouverte" in page


def test_recordings_are_found_by_what_people_call_them_and_their_language(client, add_paper):
    a_recording(add_paper("Le puits"), language="bm")
    add_paper("Un audit")
    search.rebuild()
    for query in ("audio", "podcast", "à écouter", "bambara", "en bamanankan"):
        assert hits(client, query) == ["Le puits"], query


def test_who_we_are_is_answered_by_the_profile(client, imrap, add_paper):
    add_paper("Qui êtes-vous, vous qui partez ?")
    Organisation.objects.update(founded="2013-10-31", social_links="https://www.facebook.com/imrap")
    search.rebuild()
    for query in ("qui êtes-vous ?", "who are you?", "31 octobre 2013", "facebook"):
        assert hits(client, query)[0] == "Institut Malien de Recherche Action pour la Paix", query


def test_titles_and_passages_are_typeset(client, add_paper):
    add_paper("L'eau: un rapport d'audit", body_fr="<p>Ce qu'on dit de l'eau...</p>")
    search.rebuild()
    page = client.get("/fr/search/?q=audit").text
    assert "L’eau\xa0: un rapport d’<mark>audit</mark>" in page
    assert "Ce qu’on dit de l’eau…" in page


def test_no_passage_is_shown_that_has_none_of_the_words(client, imrap):
    Programme.objects.create(
        organisation=imrap, title_fr="Le vestibule", partners="Interpeace\nIDS", is_draft=False
    )
    search.rebuild()
    page = client.get("/fr/search/?q=vestibule").text
    assert page.count("Interpeace") == 1  # among the facts


def test_an_empty_parameter_is_none(client, add_paper):
    add_paper("Paix")
    for address in (
        "/fr/search/?q=paix&page=&kind=&year=&language=",
        "/fr/papers/?type=&year=&page=",
    ):
        assert client.get(address).status_code == 200


def test_a_browser_reads_in_its_language_what_it_can_search(client, imrap):
    Organisation.objects.update(name_fr="Institut\x0b de paix")
    document = client.get("/fr/opensearch.xml").text
    assert "<Description>Rechercher dans le site\u00a0: Institut de paix</Description>" in document
    ElementTree.fromstring(document.encode())


# PostgreSQL is told how to look, where it would read each row.
OF_ITS_PLAN = 1 if connection.vendor == "postgresql" else 0


def test_ten_hits_cost_as_many_queries_as_one(client, imrap, add_paper, django_assert_num_queries):
    add_paper("Un puits")
    for number in range(10):
        add_paper(f"Une paix {number}")
    search.rebuild()
    for query, number in (("puits", 13), ("paix", 12)):
        client.get("/fr/search/", {"q": query})
        with django_assert_num_queries(number + OF_ITS_PLAN):
            client.get("/fr/search/", {"q": query})
