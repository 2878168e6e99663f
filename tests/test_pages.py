"""The public pages as a visitor's browser gets them."""

import datetime
import re
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from profiles.models import KINDS, Mandate, Organisation, Paper, Programme, Vacancy, Video
from tests.builders import STARTER

KIND_NAMES = ["programmes", "mandates", "vacancies", "videos", "papers"]


class Words(HTMLParser):
    """The text of a page, and under which languages each piece stands."""

    VOID = {"meta", "link", "img", "br", "source", "path", "rect", "input", "track", "wbr"}

    def __init__(self, html):
        super().__init__()
        self.languages, self.pieces = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.languages.append((tag, dict(attrs).get("lang")))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.languages.pop()[0] == tag

    def handle_data(self, data):
        inside = [tag for tag, _language in self.languages]
        if "style" not in inside:
            language = [language for _tag, language in self.languages if language][-1:]
            self.pieces.append((data, *language))

    @property
    def text(self):
        return squeezed("".join(piece[0] for piece in self.pieces))

    def text_in(self, language):
        return squeezed("".join(p[0] for p in self.pieces if p[1:] == (language,)))


def squeezed(text):
    """Without white space, typographic spaces included."""
    return re.sub(r"\s", "", text)


def lines_of_the_old_page():
    lines = STARTER.read_text("utf-8").splitlines()
    return [line for line in map(str.strip, lines) if line and line != "Capture1"]


def unfolded(page):
    """A page without what stands between the two halves of a text: what unfolds it, and jumps."""
    page = re.sub(r"<summary>.*?</summary>|<nav class=\"jump\".*?</nav>", "", page, flags=re.DOTALL)
    return Words(page)


def test_the_english_profile_says_every_line_of_the_old_page(client, starter):
    words = unfolded(client.get("/en/").text)
    lines = [
        line.replace(" , ", ", ").replace("d'IMRAP", "d’IMRAP") for line in lines_of_the_old_page()
    ]
    assert len(lines) == 21
    assert [line for line in lines if squeezed(line) not in words.text] == []


def test_the_parts_stand_in_the_old_page_s_order(client, starter):
    main = client.get("/en/").text.partition("</header>")[2]
    parts = [
        "L’Institut Malien de Recherche Action pour la Paix (IMRAP)</h1>",
        "est une association malienne créée en réponse à la crise de 2012",
        "No programmes have been added yet.",
        "No support mandates have been added yet.",
        "No vacancies have been added yet.",
        ">Videos</h2>",
        "Portraits croisés | Dynamiques de conflit &amp; résilience",
        "La région du Centre du Mali",
        ">Policy and Research Papers</h2>",
        "Renforcement de la confiance entre les populations civiles",
        "L’histoire du Mali, de l’époque précoloniale",
    ]
    places = [main.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_french_text_on_the_english_page_is_marked_as_french(client, starter):
    french = unfolded(client.get("/en/").text).text_in("fr")
    paragraphs = [
        line.replace("d'IMRAP", "d’IMRAP") for line in lines_of_the_old_page() if len(line) > 100
    ]
    assert len(paragraphs) == 12
    assert [line for line in paragraphs if squeezed(line) not in french] == []


def test_the_empty_lists_speak_the_page_s_language(client, starter):
    english, french = client.get("/en/").text, client.get("/fr/").text
    for sentence in (
        "No programmes have been added yet.",
        "No support mandates have been added yet.",
        "No vacancies have been added yet.",
    ):
        assert sentence in english
        assert sentence not in french
    assert "Aucun programme n’a encore été ajouté." in french
    assert "Aucun mandat d’appui n’a encore été ajouté." in french
    assert "Aucune offre d’emploi n’a encore été ajoutée." in french


def test_a_file_name_is_nobody_s_alternative_text(client, starter):
    assert "Capture1" not in client.get("/en/").text


@pytest.mark.parametrize(
    ("asked", "answered"),
    [(None, "en"), ("fr", "fr"), ("fr-ML,fr;q=0.9,en;q=0.8", "fr"), ("de", "en"), ("en", "en")],
)
def test_the_root_answers_in_the_reader_s_language(client, starter, asked, answered):
    response = client.get("/", headers={"accept-language": asked} if asked else {})
    assert response.status_code == 200
    assert f'<html lang="{answered}">' in response.text
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/en/nowhere/", "There is no page at this address."),
        ("/fr/nowhere/", "Il n’y a pas de page à cette adresse."),
        ("/en/papers/nothing/", "There is no page at this address."),
        ("/fr/papers/rien/", "Il n’y a pas de page à cette adresse."),
        ("/en/papers/?page=2", "There is no page at this address."),
        ("/en/papers/?page=0", "There is no page at this address."),
        ("/en/papers/?page=x", "There is no page at this address."),
        ("/en/papers/?page=99999999999999999999", "There is no page at this address."),
        ("/en/papers/?page=0000000019999999999999999999", "There is no page at this address."),
        ("/en/papers/?year=1900", "There is no page at this address."),
        ("/en/papers/?year=²", "There is no page at this address."),
    ],
)
def test_what_is_not_there_is_said_in_the_site_s_look(client, starter, address, sentence):
    response = client.get(address)
    assert response.status_code == 404
    assert sentence in response.text
    assert 'class="masthead"' in response.text


def test_an_unknown_address_without_language_speaks_the_reader_s(client, starter):
    response = client.get("/nulle-part", headers={"accept-language": "fr"})
    assert response.status_code == 404
    assert "Il n’y a pas de page à cette adresse." in response.text


def test_a_site_without_an_organisation_says_so(client, db):
    response = client.get("/en/")
    assert response.status_code == 404
    assert "This site has no organisation yet." in response.text


@pytest.mark.parametrize("papers", [1, 100])
def test_the_profile_costs_eight_queries_at_any_size(
    client, add_paper, papers, django_assert_num_queries
):
    for number in range(papers):
        add_paper(f"Note {number}")
    with django_assert_num_queries(8):
        client.get("/fr/")


@pytest.mark.parametrize("address", KIND_NAMES)
@pytest.mark.parametrize("number", [1, 3])
def test_a_list_costs_at_most_five_queries(
    client, imrap, address, number, django_assert_max_num_queries
):
    add_entries(KINDS[address], imrap, number)
    with django_assert_max_num_queries(5):
        assert client.get(f"/fr/{address}/").status_code == 200


@pytest.mark.parametrize("address", KIND_NAMES)
@pytest.mark.parametrize("number", [1, 3])
def test_an_entry_costs_at_most_six_queries(
    client, imrap, address, number, django_assert_max_num_queries
):
    programme = Programme.objects.create(organisation=imrap, title_fr="P", is_draft=False)
    entries = add_entries(KINDS[address], imrap, number)
    if address in ("videos", "papers"):
        KINDS[address].objects.update(programme=programme)
    with django_assert_max_num_queries(6):
        assert client.get(entries[-1].get_absolute_url()).status_code == 200


def add_entries(kind, organisation, number):
    return [
        kind.objects.create(organisation=organisation, title_fr=f"Fiche {n}", is_draft=False)
        for n in range(number)
    ]


def test_a_list_shows_twenty_entries_newest_first_and_the_way_to_older_ones(client, add_paper):
    for day in range(1, 26):
        add_paper(f"Note du {day:02}", date=f"2016-06-{day:02}")
    titles = re.findall(r"Note du (\d\d)</a>", client.get("/fr/papers/").text)
    assert titles == [f"{day:02}" for day in range(25, 5, -1)]
    assert 'href="?page=2"' in client.get("/fr/papers/").text
    titles = re.findall(r"Note du (\d\d)</a>", client.get("/fr/papers/?page=2").text)
    assert titles == [f"{day:02}" for day in range(5, 0, -1)]
    assert 'href="/fr/papers/"' in client.get("/fr/papers/?page=2").text


def test_a_list_is_divided_by_years(client, add_paper):
    add_paper("Ancienne", date="2015")
    add_paper("Nouvelle", date="2016-06")
    add_paper("Sans date")
    page = client.get("/en/papers/?year=2015").text
    assert "Ancienne" in page
    assert "Nouvelle" not in page
    titles = re.findall(r">(Ancienne|Nouvelle|Sans date)</a>", client.get("/en/papers/").text)
    assert titles == ["Nouvelle", "Ancienne", "Sans date"]


def test_the_position_decides_on_the_profile_only(client, add_paper):
    add_paper("Nouvelle", date="2017")
    add_paper("Épinglée", date="2015", position=1)
    titles = re.findall(r">(Nouvelle|Épinglée)</a>", client.get("/en/").text)
    assert titles == ["Épinglée", "Nouvelle"]
    titles = re.findall(r">(Nouvelle|Épinglée)</a>", client.get("/en/papers/").text)
    assert titles == ["Nouvelle", "Épinglée"]


def test_each_page_names_itself_in_both_languages(client, add_paper):
    add_paper(slug="note")
    page = client.get("/en/papers/note/").text
    assert '<link rel="canonical" href="http://testserver/en/papers/note/">' in page
    assert '<link rel="alternate" hreflang="fr" href="http://testserver/fr/papers/note/">' in page
    assert '<a href="/fr/papers/note/" lang="fr" hreflang="fr">Français</a>' in page
    assert (
        '<a href="/en/papers/note/" lang="en" hreflang="en" aria-current="true">English</a>' in page
    )


def test_an_entry_keeps_its_address_in_the_other_language_whatever_was_asked_with_it(
    client, add_paper
):
    add_paper(slug="note")
    page = client.get("/en/papers/note/?fbclid=abc").text
    assert '<link rel="alternate" hreflang="fr" href="http://testserver/fr/papers/note/">' in page
    assert "fbclid" not in page


def test_a_visitor_gets_no_cookie_even_where_there_is_no_page(client, add_paper):
    add_paper(slug="note")
    for address in ("/", "/en/", "/fr/papers/", "/fr/papers/note/", "/fr/nowhere/"):
        response = client.get(address)
        assert response.cookies == {}
        assert "Cookie" not in response["Vary"]


def test_a_page_takes_no_posts(client, starter):
    for address in ("/", "/en/", "/en/papers/", "/en/papers/renforcement-de-la-confiance/"):
        assert client.post(address).status_code == 405


def test_every_field_of_a_programme_is_shown(client, imrap):
    programme = Programme.objects.create(
        organisation=imrap, title_fr="Vestibule", slug="vestibule", summary_fr="Résumé.",
        body_fr="<p>Texte.</p>", start="2019", end="2024", places="Mopti\nGao",
        partners="Interpeace\nIDS", funders="Humanity United", website="https://example.org/v",
        is_draft=False,
    )  # fmt: skip
    Video.objects.create(
        organisation=imrap, title_fr="Film du programme", programme=programme, is_draft=False
    )
    Paper.objects.create(organisation=imrap, title_fr="Brouillon du programme", programme=programme)
    page = client.get("/fr/programmes/vestibule/").text
    for text in ("Vestibule", "Résumé.", "Texte.", "2019 – 2024", "Mopti, Gao", "Interpeace, IDS",
                 "Humanity United", 'href="https://example.org/v"', "Film du programme"):  # fmt: skip
        assert text in page
    assert "Brouillon du programme" not in page


def test_every_field_of_a_mandate_is_shown(client, imrap):
    Mandate.objects.create(
        organisation=imrap, title_en="Support", slug="support", body_en="<p>Text.</p>",
        mandators="Netherlands", countries="Mali", start="2014-07-01", end="2015-08-31",
        outputs_en="A report <draft>", intended_outcomes_en="More trust", is_draft=False,
    )  # fmt: skip
    page = client.get("/en/mandates/support/").text
    for text in ("Support", "Text.", "Netherlands mandate in Mali", "1 July 2014 – 31 August 2015",
                 "<p>A report &lt;draft&gt;</p>", "<p>More trust</p>"):  # fmt: skip
        assert text in page


def test_every_field_of_a_vacancy_is_shown(client, imrap):
    Vacancy.objects.create(
        organisation=imrap, title_en="Researcher", slug="researcher", body_en="<p>Text.</p>",
        location="Bamako", contact_name="Awa", contact_email="a@example.org",
        link="https://example.org/job", deadline=datetime.datetime(2099, 2, 7, 23, 59, tzinfo=datetime.UTC), is_draft=False,
    )  # fmt: skip
    page = client.get("/en/vacancies/researcher/").text
    for text in ("Text.", "Bamako", "Awa", "mailto:a@example.org", "https://example.org/job",
                 "7 February 2099 at 23:59 (Bamako time)", "Open"):  # fmt: skip
        assert text in page


def test_a_programme_s_works_name_one_another_and_at_most_twenty_of_a_kind(
    client, imrap, add_paper
):
    programme = Programme.objects.create(organisation=imrap, title_fr="P", is_draft=False)
    for number in range(21):
        add_paper(f"Note {number}", slug=f"note-{number}", programme=programme)
    Video.objects.create(organisation=imrap, title_fr="Film", programme=programme, is_draft=False)
    related = [other.title for other in client.get("/fr/papers/note-20/").context["related"]()]
    assert related == ["Film", *(f"Note {number}" for number in range(19, 0, -1))]


def test_another_organisation_s_entries_do_not_stand_on_this_one_s_profile(
    client, imrap, add_paper
):
    add_paper("La nôtre")
    other = Organisation.objects.create(name_fr="Autre", slug="autre")
    add_paper("La leur", organisation=other)
    Video.objects.create(organisation=other, title_fr="La leur", is_draft=False)
    for address in ("/fr/", "/fr/papers/"):
        page = client.get(address).text
        assert "La nôtre" in page
        assert "La leur" not in page
    numbers = {part.kind: part.number for part in client.get("/fr/").context["sections"]}
    assert (numbers[Paper], numbers[Video]) == (1, 0)


def test_search_engines_read_the_summary_or_the_beginning_of_the_text(client, add_paper):
    paper = add_paper(slug="note", body_fr="<p>Le début du texte.</p>")
    for description in ("Le début du texte.", "Le résumé."):
        page = client.get("/fr/papers/note/").text
        assert f'<meta name="description" content="{description}"' in page
        paper.summary_fr = "Le résumé."
        paper.save()


def test_a_vacancy_that_is_closed_is_not_counted(client, imrap):
    yesterday = timezone.now() - datetime.timedelta(days=1)
    fields = {"organisation": imrap, "is_draft": False, "deadline": yesterday}
    Vacancy.objects.create(title_fr="Poste", **fields)
    assert "No vacancies have been added yet." in client.get("/en/").text


def test_a_programme_that_is_a_draft_is_not_named_on_its_papers(client, imrap, add_paper):
    programme = Programme.objects.create(organisation=imrap, title_fr="Programme secret")
    add_paper(slug="note", programme=programme)
    assert "Programme secret" not in client.get("/fr/papers/note/").text


def test_crawlers_are_kept_from_staff_pages_only(client, db):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text == (
        "User-agent: *\nAllow: /media/\nDisallow: /admin/\nDisallow: /accounts/\n\n"
        "Sitemap: http://testserver/sitemap.xml\n"
    )


def test_an_error_of_ours_is_said_in_the_site_s_look(client, starter, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("profiles.views.section", None)
    response = client.get("/fr/")
    assert response.status_code == 500
    assert "L’erreur vient de nous, pas de vous." in response.text
    assert 'class="masthead"' in response.text


def test_a_request_for_another_host_is_refused_in_the_site_s_look(client, db):
    response = client.get("/fr/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert 'class="masthead"' in response.text
