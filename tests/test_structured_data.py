"""What search engines and reader views take from the pages: JSON-LD, valid for what Google asks."""

import datetime
import json
import re

import pytest
from django.utils import timezone

from profiles.models import Mandate, Programme, Vacancy, Video
from tests.builders import a_file, a_recording, kept_photograph

LIST_OF_STEPS = "BreadcrumbList"
VACANCY = {
    "title_fr": "Chargé de projet",
    "slug": "poste",
    "is_draft": False,
    "location": "Mopti",
    "country": "Mali",
    "body_fr": "<p>Vous parlez <strong>peul</strong>.</p>",
    "publish_at": datetime.datetime(2026, 1, 10, 8, tzinfo=datetime.UTC),
}


def said_on(client, address):
    """What a page says, by its type."""
    (script,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', client.get(address).text, re.DOTALL
    )
    data = json.loads(script)
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


def empties(value):
    """What is said without saying anything."""
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return [value] if value in ("", None) else []
    return ([value] if not value else []) + [found for part in parts for found in empties(part)]


def with_picture(entry):
    entry.image.save("a.jpg", kept_photograph((640, 360)), save=False)
    entry.image_is_decorative = True
    entry.save()
    return entry


@pytest.fixture
def vacancy(imrap):
    def add(**fields):
        return Vacancy.objects.create(**VACANCY | fields)

    return add


def test_the_profile_says_whose_it_is(client, imrap):
    imrap.founded = "2013-10"
    imrap.telephones = "+223 20 22 18 48\n+223 76 02 42 80"
    imrap.postal_address = "Badalabougou Est\nBamako, Mali"
    imrap.social_links = "https://example.org/imrap"
    imrap.sentence_fr = "Une association pour la paix."
    imrap.save()
    said = said_on(client, "/fr/")
    assert set(said) == {"NGO", "WebSite"}
    assert said["NGO"] == {
        "@type": "NGO",
        "@id": "http://testserver/#organisation",
        "name": "Institut Malien de Recherche Action pour la Paix",
        "url": "http://testserver/fr/",
        "alternateName": "IMRAP",
        "description": "Une association pour la paix.",
        "foundingDate": "2013-10",
        "telephone": "+223 20 22 18 48",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "Badalabougou Est, Bamako, Mali",
        },
        "sameAs": ["https://example.org/imrap"],
    }
    assert said["WebSite"]["url"] == "http://testserver/"


def test_nothing_is_said_of_what_is_empty(client, imrap, add_paper, vacancy):
    add_paper(slug="note")
    vacancy()
    Programme.objects.create(title_fr="Dialogue", slug="dialogue", is_draft=False)
    for page in ("", "papers/", "papers/note/", "vacancies/poste/", "programmes/dialogue/"):
        assert empties(list(said_on(client, f"/fr/{page}").values())) == []
    assert "sameAs" not in said_on(client, "/fr/")["NGO"]
    assert "author" not in said_on(client, "/fr/papers/note/")["ScholarlyArticle"]


def test_a_research_paper_is_a_scholarly_article_and_others_are_reports(client, add_paper):
    paper = add_paper(
        slug="note",
        date="2016-06",
        authors="Ag Assarid, Moussa\nInstitut d’exemple",
        licence_fr="CC BY 4.0",
        doi="10.5555/note",
        summary_fr="Un résumé.",
    )
    file = a_file(paper)
    article = said_on(client, "/fr/papers/note/")["ScholarlyArticle"]
    assert article["headline"] == "Autoportrait du Mali"
    assert article["datePublished"] == "2016-06"
    assert article["author"] == [
        {
            "@type": "Person",
            "name": "Moussa Ag Assarid",
            "givenName": "Moussa",
            "familyName": "Ag Assarid",
        },
        {"@type": "Organization", "name": "Institut d’exemple"},
    ]
    assert article["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert article["encoding"][0]["contentUrl"] == f"http://testserver{file.file.url}"
    assert (article["inLanguage"], article["description"]) == ("fr", "Un résumé.")
    paper.type = "audit"
    paper.save()
    assert set(said_on(client, "/fr/papers/note/")) == {"Report", LIST_OF_STEPS}


def test_the_way_to_an_entry_is_said(client, add_paper):
    add_paper(slug="note")
    steps = said_on(client, "/en/papers/note/")[LIST_OF_STEPS]["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "IMRAP", "http://testserver/en/"),
        (2, "Policy and Research Papers", "http://testserver/en/papers/"),
        (3, "Autoportrait du Mali", "http://testserver/en/papers/note/"),
    ]
    assert set(said_on(client, "/en/papers/")) == {LIST_OF_STEPS}


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "<!-- <script>", "a & b"])
def test_no_title_ends_the_element_early(client, add_paper, title):
    add_paper(title, slug="note")
    assert said_on(client, "/fr/papers/note/")["ScholarlyArticle"]["headline"] == title


# Videos


def test_a_video_is_said_with_its_own_poster_only(client, imrap):
    video = Video.objects.create(
        title_fr="Portraits", slug="film", is_draft=False, duration=datetime.timedelta(seconds=750)
    )
    assert set(said_on(client, "/fr/videos/film/")) == {LIST_OF_STEPS}
    with_picture(video)
    said = said_on(client, "/fr/videos/film/")["VideoObject"]
    assert said["name"] == "Portraits"
    assert (
        b"".join(client.get(said["thumbnailUrl"].removeprefix("http://testserver")))[8:12]
        == b"WEBP"
    )
    assert said["duration"] == "PT12M30S"


@pytest.mark.parametrize(
    ("date", "uploaded"),
    [
        ("2016-09-26", "2016-09-26"),
        ("2016-09", "2026-03-02T07:30:00+00:00"),
        ("2016", "2026-03-02T07:30:00+00:00"),
        ("", "2026-03-02T07:30:00+00:00"),
    ],
)
def test_a_video_without_a_day_has_that_of_its_publication(client, imrap, date, uploaded):
    moment = datetime.datetime(2026, 3, 2, 7, 30, tzinfo=datetime.UTC)
    with_picture(
        Video(title_fr="Portraits", slug="film", date=date, is_draft=False, publish_at=moment)
    )
    assert said_on(client, "/fr/videos/film/")["VideoObject"]["uploadDate"] == uploaded


# Vacancies


def test_an_open_vacancy_is_a_job_offer(client, vacancy):
    deadline = datetime.datetime(2126, 12, 31, 17, tzinfo=datetime.UTC)
    vacancy(deadline=deadline)
    said = said_on(client, "/fr/vacancies/poste/")["JobPosting"]
    assert said["title"] == "Chargé de projet"
    assert said["description"] == "<p>Vous parlez <strong>peul</strong>.</p>"
    assert said["datePosted"] == "2026-01-10"
    assert said["validThrough"] == "2126-12-31T17:00:00+00:00"
    assert said["hiringOrganization"]["name"] == "Institut Malien de Recherche Action pour la Paix"
    assert said["jobLocation"]["address"] == {
        "@type": "PostalAddress",
        "addressLocality": "Mopti",
        "addressCountry": "Mali",
    }


@pytest.mark.parametrize("lack", ["country", "body_fr"])
def test_a_vacancy_without_what_engines_require_is_no_job_offer(client, vacancy, lack):
    vacancy(**{lack: ""})
    assert set(said_on(client, "/fr/vacancies/poste/")) == {LIST_OF_STEPS}


def test_a_closed_vacancy_is_no_job_offer(client, vacancy):
    vacancy(deadline=timezone.now() - datetime.timedelta(hours=1))
    assert set(said_on(client, "/fr/vacancies/poste/")) == {LIST_OF_STEPS}


@pytest.mark.parametrize(
    ("location", "country", "shown"),
    [
        ("Mopti", "Mali", "Mopti, Mali"),
        ("Bamako, Mali", "Mali", "Bamako, Mali"),
        ("", "Mali", "Mali"),
        ("Mopti", "", "Mopti"),
    ],
)
def test_a_country_is_shown_once(client, vacancy, location, country, shown):
    vacancy(location=location, country=country)
    assert f"<li>{shown}</li>" in client.get("/fr/vacancies/poste/").text


# Other kinds


@pytest.mark.parametrize("kind", [Programme, Mandate])
def test_any_other_kind_is_an_article_with_its_moment_of_publication(client, imrap, kind):
    moment = datetime.datetime(2026, 3, 2, 7, 30, tzinfo=datetime.UTC)
    kind.objects.create(
        title_fr="Dialogue", slug="dialogue", start="2019", is_draft=False, publish_at=moment
    )
    said = said_on(client, f"/fr/{kind.kind_slug}/dialogue/")["Article"]
    assert said["datePublished"] == "2026-03-02T07:30:00+00:00"
    assert said["publisher"]["name"] == "Institut Malien de Recherche Action pour la Paix"


def test_the_search_of_the_site_is_said_as_soon_as_there_is_one(client, imrap):
    page = client.get("/fr/search/")
    action = said_on(client, "/fr/")["WebSite"].get("potentialAction", {})
    expected = "http://testserver/fr/search/?q={words}" if page.status_code == 200 else None
    assert action.get("target") == expected


# Reader views


def test_a_reader_view_is_told_what_stands_beside_the_text(client, add_paper):
    """They leave out asides, and what is hidden; looked at with Mozilla's Readability."""
    paper = add_paper(slug="note", authors="Ba, Awa", body_fr="<p>Le texte.</p>", isbn="9782070")
    a_file(paper)
    page = client.get("/fr/papers/note/").text
    article = re.search(r"<article.*</article>", page, re.DOTALL)[0]
    beside = re.sub(r"<(aside|h1)\b.*?</\1>", "", article, flags=re.DOTALL)
    beside = re.sub(r"<picture>.*?</picture>", "", beside, flags=re.DOTALL)
    assert " ".join(re.sub("<[^>]+>", " ", beside).split()) == "Le texte."
    assert page.count('class="printed" hidden') == page.count('class="printed"')


def test_what_there_is_to_listen_to_is_said_beside_what_there_is_to_read(client, add_paper, imrap):
    paper = add_paper(publish_at=datetime.datetime(2026, 1, 10, 8, tzinfo=datetime.UTC))
    one = a_recording(paper, seconds=125, transcript="I ni ce.")
    assert said_on(client, paper.get_absolute_url())["AudioObject"] == {
        "@type": "AudioObject",
        "name": "Autoportrait du Mali",
        "contentUrl": f"http://testserver{one.file.url}",
        "encodingFormat": "audio/ogg",
        "duration": "PT2M5S",
        "inLanguage": "bm",
        "transcript": "I ni ce.",
        "uploadDate": "2026-01-10T08:00:00+00:00",
    }
    assert "AudioObject" not in said_on(client, "/fr/")
    a_recording(imrap)
    assert said_on(client, "/fr/")["AudioObject"]["name"] == "IMRAP"
