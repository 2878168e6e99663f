"""Atom feeds, as a feed reader takes them."""

import datetime
import re
import warnings

import pytest
from django.utils import timezone

from profiles.models import Mandate, Programme, Vacancy, Video

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import feedparser


def read(client, address, **extra):
    response = client.get(address, **extra)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


def days_ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def test_a_feed_of_all_kinds_and_one_of_each(client, add_paper):
    add_paper("Étude", slug="etude", publish_at=days_ago(1))
    Video.objects.create(title_fr="Film", slug="film", is_draft=False, publish_at=days_ago(2))
    Programme.objects.create(title_fr="Plan", slug="plan", is_draft=False, publish_at=days_ago(3))
    Mandate.objects.create(title_fr="Appui", slug="appui", is_draft=False, publish_at=days_ago(4))
    whole = read(client, "/fr/feed.atom")
    assert [entry.title for entry in whole.entries] == ["Étude", "Film", "Plan", "Appui"]
    assert whole.feed.title == "Institut Malien de Recherche Action pour la Paix"
    assert whole.feed.link == "http://testserver/fr/"
    papers = read(client, "/fr/papers/feed.atom")
    assert [entry.title for entry in papers.entries] == ["Étude"]
    assert papers.feed.title == "IMRAP – Publications"
    assert papers.entries[0].link == "http://testserver/fr/papers/etude/"
    assert read(client, "/fr/vacancies/feed.atom").entries == []


def test_each_page_names_its_feeds(client, add_paper):
    add_paper(slug="note")
    feeds = r'<link rel="alternate" type="application/atom\+xml" title="([^"]+)" href="([^"]+)">'
    whole = ("Institut Malien de Recherche Action pour la Paix", "/en/feed.atom")
    kind = ("IMRAP – Policy and Research Papers", "/en/papers/feed.atom")
    assert re.findall(feeds, client.get("/en/").text) == [whole]
    for page in ("/en/papers/", "/en/papers/note/"):
        assert re.findall(feeds, client.get(page).text) == [whole, kind]


def test_a_title_that_looks_like_html_is_read_as_it_was_typed(client, add_paper):
    add_paper("Paix <b>&amp;</b> dialogue", summary_fr="1 < 2 & <i>trois</i>")
    (entry,) = read(client, "/fr/feed.atom").entries
    assert entry.title_detail.type == "text/plain"
    assert (entry.title, entry.summary) == (
        "Paix <b>&amp;</b> dialogue",
        "1 &lt; 2 &amp; &lt;i&gt;trois&lt;/i&gt;",
    )


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\ufffe", "\x9f"])
def test_signs_that_xml_cannot_hold_break_no_feed(client, add_paper, sign):
    add_paper(f"Un{sign}deux", summary_fr=f"Un{sign}deux")
    (entry,) = read(client, "/fr/feed.atom").entries
    assert entry.title == "Un deux"


def test_the_language_of_a_title_is_said(client, add_paper):
    add_paper("Étude")
    (entry,) = read(client, "/en/feed.atom").entries
    assert entry.title_detail.language == "fr"


def ids(client, address="/fr/feed.atom", **extra):
    feed = read(client, address, **extra)
    return [feed.feed.id, *(entry.id for entry in feed.entries)]


def test_an_id_survives_another_title_another_address_and_https(client, add_paper, settings):
    settings.FIRST_HOST = "www.example.org"
    paper = add_paper(slug="note")
    before = ids(client)
    assert before == [
        "tag:www.example.org,2026-11-25:feed/all/fr",
        f"tag:www.example.org,2026-11-25:papers/{paper.pk}/fr",
    ]
    paper.title_fr, paper.slug = "Autre titre", "autre"
    paper.save()
    assert ids(client) == before
    assert ids(client, secure=True) == before


def test_each_language_and_kind_has_ids_of_its_own(client, add_paper):
    add_paper()
    Video.objects.create(title_fr="Film", is_draft=False)
    both = ids(client, "/fr/feed.atom") + ids(client, "/en/feed.atom")
    assert len(set(both)) == 6
    assert ids(client, "/fr/papers/feed.atom")[0] not in both


def test_a_scheduled_entry_is_new_when_it_appears(client, add_paper):
    add_paper("Ancienne", publish_at=days_ago(9))
    paper = add_paper("Programmée", publish_at=days_ago(1))
    type(paper).objects.filter(pk=paper.pk).update(updated=days_ago(5))
    newest, _older = read(client, "/fr/feed.atom").entries
    assert newest.title == "Programmée"
    assert newest.updated[:10] == newest.published[:10] == str(days_ago(1).date())


def test_a_closed_vacancy_leaves_the_feed(client, imrap):
    Vacancy.objects.create(title_fr="Poste", is_draft=False, deadline=days_ago(1))
    assert read(client, "/fr/feed.atom").entries == []


def test_a_feed_costs_the_same_at_any_number(client, add_paper, django_assert_num_queries):
    for number in (1, 3):
        for place in range(number):
            add_paper(f"Étude {number} {place}")
        with django_assert_num_queries(6):
            client.get("/fr/feed.atom")


def test_a_feed_holds_the_twenty_newest(client, add_paper):
    for day in range(22):
        add_paper(f"Étude {day}", publish_at=days_ago(day))
    entries = read(client, "/fr/papers/feed.atom").entries
    assert [entry.title for entry in entries] == [f"Étude {day}" for day in range(20)]


def test_there_is_no_feed_of_nothing(client, db):
    assert client.get("/fr/feed.atom").status_code == 404
