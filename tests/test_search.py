"""Finding entries whatever their accents and endings."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from profiles import search
from profiles.models import Paper, Video


@pytest.fixture
def indexed(add_paper):
    """Stores papers and indexes them, as the end of a transaction does."""

    def add(title, **fields):
        paper = add_paper(title, **fields)
        search.index(paper)
        return paper

    return add


def titles(query):
    return sorted(search.found(Paper.objects.all(), query).values_list("title_fr", flat=True))


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Les conflits à Mopti", "conflit"),
        ("Un conflit à Mopti", "conflits"),
        ("Sécurité des villages", "securite"),
        ("Securite des villages", "SÉCURITÉ"),
        ("Réseaux locaux", "reseau"),
        ("L’eau et la paix", "eau"),
        ("Jeux d’enfants", "jeu"),
        ("Le cœur du Mali", "coeur"),
        ("Dialogues communautaires", "communautaire dialogue"),
        ("Soŋay", "songay"),
        ("السلام في مالي", "السلام"),
        ("Réconciliation nationale", "re\u0301conciliation"),
    ],
)
def test_a_word_is_found_whatever_its_accents_and_ending(indexed, title, query):
    indexed(title)
    indexed("Tout autre chose")
    assert titles(query) == [title]


def test_every_word_must_be_there(indexed):
    indexed("La paix à Gao")
    indexed("La paix à Mopti")
    assert titles("paix Gao") == ["La paix à Gao"]
    assert titles("paix") == ["La paix à Gao", "La paix à Mopti"]
    assert titles("paix Kidal") == []


def test_texts_names_and_both_languages_are_found(indexed):
    indexed(
        "Note",
        title_en="Listening to villages",
        body_fr="<p>Un <strong>baobab</strong></p>",
        authors="Aminata Traoré",
    )
    for query in ("village", "baobabs", "traore", "listen"):
        assert titles(query) == ["Note"]
    assert titles("strong") == []


def test_a_word_in_the_title_comes_first(indexed):
    indexed("Autre", body_fr="<p>La paix.</p>")
    best = indexed("La paix")
    assert search.select(Paper, search.expression("paix"))[0] == best.pk


@pytest.mark.parametrize(
    "query",
    ['"', '"paix', "paix OR", "NEAR(", "paix*", "title:paix", "^", "'; --", "a b", "%", "\0"],
)
def test_no_query_is_syntax(indexed, query):
    indexed("Autoportrait")
    assert titles(query) == []


def test_signs_around_a_word_do_not_matter(indexed):
    indexed("La paix")
    assert titles('"paix*') == ["La paix"]


def test_kinds_are_told_apart(indexed, imrap):
    indexed("La paix")
    assert search.found(Video.objects.all(), "paix").count() == 0


def test_saving_indexes_after_commit(django_capture_on_commit_callbacks, add_paper):
    with django_capture_on_commit_callbacks(execute=True):
        paper = add_paper("La paix")
        assert titles("paix") == []
    assert titles("paix") == ["La paix"]
    with django_capture_on_commit_callbacks(execute=True):
        paper.title_fr = "La guerre"
        paper.save()
    assert (titles("paix"), titles("guerre")) == ([], ["La guerre"])
    with django_capture_on_commit_callbacks(execute=True):
        paper.delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM profiles_search")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_what_was_undone_is_not_found(add_paper):
    try:
        with transaction.atomic():
            add_paper("La paix")
            raise KeyError
    except KeyError:
        pass
    assert search.select(Paper, search.expression("paix")) == []


def test_the_index_may_be_lost(add_paper):
    add_paper("La paix")
    search.drop()
    assert titles("paix") == ["La paix"]


def test_a_command_makes_the_index_anew(add_paper, imrap, capsys):
    Paper.objects.bulk_create([Paper(organisation=imrap, title_fr="La paix", slug="paix")])
    assert titles("paix") == []
    call_command("rebuild_search")
    assert titles("paix") == ["La paix"]
    assert capsys.readouterr().out == "1 entries can be found.\n"


def test_migrating_completes_the_index(imrap):
    Paper.objects.bulk_create([Paper(organisation=imrap, title_fr="La paix", slug="paix")])
    search.rebuild_if_incomplete()
    assert titles("paix") == ["La paix"]


def test_staff_search_the_list(staff_client, indexed):
    indexed("Les conflits à Mopti")
    indexed("Autre")
    page = staff_client.get("/admin/profiles/paper/?q=CONFLIT").text
    assert ">Les conflits à Mopti</a>" in page
    assert ">Autre</a>" not in page
    assert staff_client.get("/admin/profiles/paper/", {"q": '"'}).status_code == 200
