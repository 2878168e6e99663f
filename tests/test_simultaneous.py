"""Two saves at the same moment, by the server that `make run` starts, with its two processes."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.builders import (
    a_copy_served,
    answer_to,
    filled,
    paper_form,
    rows_of_the_copy,
    words,
)
from tests.hostile import nested_forms

pytestmark = pytest.mark.server


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_wins(staff_client, moussa, add_paper, tmp_path):
    papers = [add_paper("Un", is_draft=True) for _number in range(3)]
    people = {"awa": staff_client, "Moussa Ba": moussa}
    with a_copy_served(tmp_path) as (port, database), ThreadPoolExecutor(2) as pool:
        # With its first save, a paper also gets the version that says what stood there before.
        for number, paper in enumerate(papers + papers):
            form, moment = f"/admin/profiles/paper/{paper.pk}/change/", Barrier(2)
            opened = {name: answer_to(people[name], port, form) for name in people}
            titles = {name: f"Titre {number} de {name}" for name in people}

            def save(name, form=form, moment=moment, opened=opened, titles=titles):
                typed = filled(opened[name], title_fr=titles[name])
                moment.wait()
                return answer_to(people[name], port, form, typed)

            answers = dict(zip(people, pool.map(save, people), strict=True))
            winner, loser = sorted(people, key=lambda name: -answers[name].status)
            assert [answers[winner].status, answers[loser].status] == [302, 200]
            assert f"{winner} saved this entry" in words(answers[loser])
            assert f'value="{titles[loser]}"' in answers[loser].text
            title = f"select title_fr from profiles_paper where id = {paper.pk}"
            assert rows_of_the_copy(database, title) == [(titles[winner],)]
        versions = "select count(*) from reversion_version group by object_id"
        assert rows_of_the_copy(database, versions) == [(3,), (3,), (3,)]


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_the_same_moment_makes_one_entry(staff_client, imrap, tmp_path):
    add = "/admin/profiles/paper/add/"
    with a_copy_served(tmp_path) as (port, database), ThreadPoolExecutor(2) as pool:
        for number in range(4):
            title, is_same = f"Note {number}", number % 2 == 0
            form, moment = filled(answer_to(staff_client, port, add), title_fr=title), Barrier(2)
            second = form if is_same else {**form, "authors": "Awa"}

            def send(fields, moment=moment):
                moment.wait()
                return answer_to(staff_client, port, add, fields)

            answers = list(pool.map(send, (form, second)))
            assert sorted(answer.status for answer in answers) == (
                [302, 302] if is_same else [200, 302]
            )
            if not is_same:
                refused = next(answer for answer in answers if answer.status == 200)
                assert f"This form made “{title}” already" in words(refused)
            made = f"select count(*) from profiles_paper where title_fr = '{title}'"
            assert rows_of_the_copy(database, made) == [(1,)]
        assert rows_of_the_copy(database, "select count(*) from profiles_sentform") == [(4,)]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_a_hostile_file_is_read(staff_client, moussa, add_paper, tmp_path):
    paper = add_paper("Un", is_draft=True)
    form, add = f"/admin/profiles/paper/{paper.pk}/change/", "/admin/profiles/paper/add/"
    hostile = paper_form(title_fr="Un titre tapé avec soin") | {"files-TOTAL_FORMS": "1"}
    hostile |= {"files-0-language": "fr", "files-0-edition": "full", "_complete": "1"}
    hostile["files-0-file"] = SimpleUploadedFile("rapport.pdf", nested_forms())
    with a_copy_served(tmp_path) as (port, database), ThreadPoolExecutor(1) as pool:
        opened = answer_to(moussa, port, form)
        upload = pool.submit(answer_to, staff_client, port, add, hostile)
        time.sleep(0.2)  # it has arrived
        title = 0
        while not upload.done():
            title += 1
            typed = filled(opened, title_fr=f"Titre {title}")
            assert answer_to(moussa, port, form, typed).status == 302
            assert answer_to(moussa, port, "/en/").status == 200
            opened = answer_to(moussa, port, form)
        assert "asks for more work than a server can give" in words(upload.result())
        assert rows_of_the_copy(database, "select title_fr from profiles_paper") == [
            (f"Titre {title}",)
        ]
    assert title > 2  # who waited for the file would have saved once
