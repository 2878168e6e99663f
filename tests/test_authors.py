"""Authors as staff type them: people by family name and given name, bodies whole."""

import random
import re
import time

import pytest
from django.utils.translation import override

from profiles.authors import COMMA, author_of, looks_like_a_person
from profiles.editing.left_alone import remarks_on
from profiles.models import Paper
from tests.builders import errors_of, filled

NEW_PAPER = "/admin/profiles/paper/add/"


@pytest.mark.parametrize(
    ("line", "family", "given", "name"),
    [
        ("Ag Assarid, Moussa", "Ag Assarid", "Moussa", "Moussa Ag Assarid"),
        ("traoré, aminata", "traoré", "aminata", "aminata traoré"),
        ("Traoré ,A.", "Traoré", "A.", "A. Traoré"),
        ("van der Berg, Jan", "van der Berg", "Jan", "Jan van der Berg"),
        ("Bureau, Jean", "Bureau", "Jean", "Jean Bureau"),
        ("أغ المثال، محمد", "أغ المثال", "محمد", "محمد أغ المثال"),
    ],
)
def test_a_comma_parts_the_names_of_a_person(line, family, given, name):
    author = author_of(line)
    assert (author.family, author.given, author.name) == (family, given, name)


@pytest.mark.parametrize(
    "line",
    [
        "IMRAP",
        "Aminata Traoré",
        "Institut Malien de Recherche Action pour la Paix",
        "Ministère de l’Agriculture, de l’Élevage et de la Pêche",
        "Ministère de l’Agriculture, de l’Élevage, de la Pêche",
        "Université des lettres, Bamako",
        "Centre for Peace, Bamako",
        "محمد أغ المثال",
    ],
)
def test_all_else_stays_whole(line):
    author = author_of(line)
    assert (author.family, author.given, author.is_person) == (line, "", False)


@pytest.mark.parametrize(
    ("line", "is_person"),
    [
        ("Moussa Ag Assarid", True),
        ("Moussa Ongoïba", True),
        ("A. Keïta", True),
        ("Ag Assarid, Moussa", False),
        ("IMRAP", False),
        ("ONG Mali", False),
        ("Interpeace", False),
        ("Institut d’exemple pour la paix", False),
        ("Banque mondiale", False),
        ("Les habitants de Mopti", False),
    ],
)
def test_a_name_without_a_comma_is_told_from_a_body(line, is_person):
    assert looks_like_a_person(line) is is_person


def test_a_page_shows_people_as_they_are_called(client, add_paper):
    add_paper(slug="note", authors="Ag Assarid, Moussa\nInstitut d’exemple")
    assert "<li>Moussa Ag Assarid, Institut d’exemple</li>" in client.get("/fr/papers/note/").text


@pytest.mark.parametrize("line", ["Ag Assarid,", ", Moussa", "Ag Assarid، "])
def test_half_a_name_is_refused_in_words_and_stays_in_the_form(staff_client, imrap, line):
    staff_client.cookies["django_language"] = "fr"
    form = filled(staff_client.get(NEW_PAPER), title_fr="Note", authors=f"Ba, Awa\n{line}")
    answer = staff_client.post(NEW_PAPER, form, headers={"accept-language": "fr"})
    assert errors_of(answer) == {
        "authors": [
            f"«\u00a0{line.strip()}\u00a0»\u00a0: une virgule sépare le nom de famille du prénom, comme dans "
            "«\u00a0Ag Assarid, Moussa\u00a0». Ajoutez ce qui manque, ou enlevez la virgule."
        ]
    }
    assert line.strip() in answer.text
    assert not Paper.objects.exists()


def test_a_name_without_a_comma_is_a_remark_on_a_paper(imrap, add_paper):
    paper = add_paper(
        title_en="Portrait",
        body_fr="<p>Un.</p>",
        body_en="<p>One.</p>",
        partners="Point Sud",
        authors="Moussa Ag Assarid\nBa, Awa\nPoint Sud\nIMRAP\nInstitut Malien",
    )
    with override("fr"):
        assert [(remark.field, remark.text) for remark in remarks_on(paper)] == [
            (
                "authors",
                "«\u00a0Moussa Ag Assarid\u00a0» n’a pas de virgule\u00a0: écrivez le nom de famille, une "
                "virgule, le prénom.",
            )
        ]


def test_the_desk_lists_the_remark(staff_client, imrap, add_paper):
    add_paper(title_en="Portrait", body_fr="<p>Un.</p>", body_en="<p>One.</p>", authors="Awa Ba")
    assert "“Awa Ba” has no comma" in staff_client.get("/admin/").text


def test_thousands_of_blanks_in_a_name_take_no_time():
    start = time.process_time()
    assert author_of(f"Awa{' ' * 30_000}x, Y").inverted.endswith("x, Y")
    assert not looks_like_a_person(f"Awa{' ' * 30_000}x")
    assert time.process_time() - start < 1


def test_commas_part_names_with_whatever_blanks_around_them():
    chance = random.Random(1)
    for _time in range(2_000):
        line = "".join(chance.choices("a ,،\t", k=12))
        assert COMMA.split(line) == re.split(r"\s*[,،，]\s*", line)
