"""What is typed is kept on the server, for the person alone, until it is saved."""

import datetime
import json
import os
import time

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import expect

from imrap_site.serving.pages import triggers
from profiles.editing import history, typed_texts
from profiles.models import Paper, TypedText
from tests.builders import filled, paper_form

FRENCH = {"accept-language": "fr"}
ADD = "/admin/profiles/paper/add/"
TEXT = json.dumps({"title_fr": "Écouter Gao", "is_draft": True, "_seen": "x"})


def form_of(noun):
    return f"/admin/profiles/{noun._meta.model_name}/{noun.pk}/change/"


@pytest.fixture
def paper(add_paper):
    return add_paper("Écouter Ménaka", slug="menaka")


def keep(client, address, content=TEXT, **fields):
    return client.post(f"{address}typed/", {"content": content, **fields})


def offered(client, address):
    """What the form offers to restore."""
    return client.get(address, headers=FRENCH).context.get("typed_texts")


def test_what_is_typed_is_offered_to_the_same_person_elsewhere(staff_client, staff, paper):
    assert keep(staff_client, form_of(paper)).status_code == 204
    elsewhere = Client()
    elsewhere.force_login(staff)
    (text,) = offered(elsewhere, form_of(paper))
    assert text["content"] == {"title_fr": "Écouter Gao", "is_draft": True, "_seen": "x"}
    assert datetime.datetime.fromisoformat(text["at"]) > timezone.now() - datetime.timedelta(1)
    page = elsewhere.get(form_of(paper), headers=FRENCH).text
    assert '<script id="typed-texts" type="application/json">' in page


def test_nothing_is_changed_published_or_recorded_by_it(staff_client, paper):
    keep(staff_client, form_of(paper))
    assert Paper.objects.get().title_fr == "Écouter Ménaka"
    assert list(history.versions_of(Paper, paper.pk)) == []


def test_what_is_typed_last_takes_its_place(staff_client, paper):
    keep(staff_client, form_of(paper))
    keep(staff_client, form_of(paper), json.dumps({"title_fr": "Écouter Mopti"}))
    (text,) = offered(staff_client, form_of(paper))
    assert text["content"] == {"title_fr": "Écouter Mopti"}


def test_forms_that_add_are_told_apart_by_their_tokens(staff_client, imrap):
    for once in ("un", "deux"):
        keep(staff_client, ADD, json.dumps({"title_fr": once}), _once=once)
    assert {text["once"] for text in offered(staff_client, ADD)} == {"un", "deux"}
    assert offered(staff_client, "/admin/profiles/video/add/") == []
    assert keep(staff_client, ADD).status_code == 400


def test_it_is_forgotten_once_it_is_saved(staff_client, paper):
    keep(staff_client, form_of(paper))
    fields = filled(staff_client.get(form_of(paper)), title_fr="Écouter Gao")
    assert staff_client.post(form_of(paper), fields).status_code == 302
    assert offered(staff_client, form_of(paper)) == []
    keep(staff_client, ADD, _once="form-of-this-test")
    assert staff_client.post(ADD, paper_form(_once="form-of-this-test")).status_code == 302
    assert offered(staff_client, ADD) == []


def test_what_is_typed_into_corrections_is_not_offered_to_the_form_that_visitors_see(
    staff_client, paper
):
    fields = filled(staff_client.get(form_of(paper)), title_fr="Écouter Gao")
    staff_client.post(form_of(paper), {**fields, "_apart": "1"})
    apart = f"/admin/profiles/paper/{paper.pk}/apart/"
    page = staff_client.get(apart).text
    assert f'data-address="{apart}typed/"' in page
    assert f'data-address="{form_of(paper)}typed/"' in staff_client.get(form_of(paper)).text
    keep(staff_client, apart, json.dumps({"title_fr": "À part"}))
    keep(staff_client, form_of(paper), json.dumps({"title_fr": "Pour tous"}))
    assert [text["content"] for text in offered(staff_client, apart)] == [{"title_fr": "À part"}]
    (text,) = offered(staff_client, form_of(paper))
    assert text["content"] == {"title_fr": "Pour tous"}
    assert staff_client.post(apart, filled(staff_client.get(apart))).status_code == 302
    assert offered(staff_client, apart) == []
    assert len(offered(staff_client, form_of(paper))) == 1


def test_a_refused_form_forgets_nothing(staff_client, paper):
    keep(staff_client, form_of(paper))
    fields = filled(staff_client.get(form_of(paper)), title_fr="", title_en="")
    assert staff_client.post(form_of(paper), fields).status_code == 200
    assert len(offered(staff_client, form_of(paper))) == 1


def test_whoever_wants_it_no_more_says_so(staff_client, paper):
    keep(staff_client, form_of(paper))
    assert keep(staff_client, form_of(paper), forget="1").status_code == 204
    assert offered(staff_client, form_of(paper)) == []


def test_nobody_else_sees_it_no_superuser_either(staff_client, moussa, paper):
    keep(staff_client, form_of(paper))
    assert offered(moussa, form_of(paper)) == []
    assert keep(moussa, form_of(paper), forget="1").status_code == 204
    assert len(offered(staff_client, form_of(paper))) == 1
    assert "typed" not in moussa.get("/admin/").text.lower()


def test_it_goes_with_the_account(staff_client, staff, paper, django_capture_on_commit_callbacks):
    keep(staff_client, form_of(paper))
    number = staff.pk
    with django_capture_on_commit_callbacks(execute=True):
        staff.delete()
    assert typed_texts.place().of_person(number) == []


def test_without_the_right_to_change_there_is_nothing(client, paper):
    client.force_login(User.objects.create_user("ali", is_staff=True))
    assert keep(client, form_of(paper)).status_code == 403
    assert keep(client, ADD, _once="a").status_code == 403
    client.logout()
    assert keep(client, form_of(paper))["Location"].startswith("/admin/login/")


def test_without_the_token_of_the_form_there_is_nothing(staff, paper):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert keep(client, form_of(paper)).status_code == 403


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("", 400),
        ("[]", 400),
        ('{"a": 1}', 400),
        ('{"a": {"b": "c"}}', 400),
        ("{" * 100_000, 400),
        (json.dumps({f"f{n}": "" for n in range(2_501)}), 400),
        (json.dumps({"body_fr": "a" * 1_000_000}), 413),
    ],
)
def test_what_is_none_of_our_forms_or_too_large_is_refused(staff_client, paper, content, status):
    assert keep(staff_client, form_of(paper), content).status_code == status
    assert offered(staff_client, form_of(paper)) == []


def test_markup_in_it_ends_no_element(staff_client, paper):
    keep(staff_client, form_of(paper), json.dumps({"title_fr": "</script><b>"}))
    page = staff_client.get(form_of(paper)).text
    assert "</script><b>" not in page
    assert "\\u003C/script\\u003E\\u003Cb\\u003E" in page


def test_the_oldest_of_thirty_forms_gives_way(staff_client, staff, paper):
    for number in range(31):
        typed_texts.keep(staff, f"paper:{number}", TEXT)
        if connection.vendor == "sqlite":  # a file's time is its age
            file = typed_texts.place().file_of(staff.pk, f"paper:{number}")
            os.utime(file, (time.time() - 100 + number,) * 2)
    forms = {one.form for one in typed_texts.place().of_person(staff.pk)}
    assert forms == {f"paper:{number}" for number in range(1, 31)}


def test_it_is_swept_after_thirty_days(staff_client, staff, paper, time_machine):
    keep(staff_client, form_of(paper))
    time_machine.move_to(timezone.now() + datetime.timedelta(days=29))
    call_command("sweep", verbosity=0)
    form = f"paper:{paper.pk}"
    assert len(typed_texts.of_form(staff, form)) == 1
    time_machine.move_to(timezone.now() + datetime.timedelta(days=2))
    assert typed_texts.of_form(staff, form) == []
    call_command("sweep", verbosity=0)
    assert typed_texts.place().of_person(staff.pk) == []


@pytest.mark.on_sqlite("see the next test")
def test_on_sqlite_the_content_is_not_touched_and_its_pages_stay_kept(staff_client, paper):
    staff_client.get(form_of(paper))
    with CaptureQueriesContext(connection) as asked:
        keep(staff_client, form_of(paper))
    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}
    assert TypedText.objects.count() == 0


def test_on_postgresql_no_page_is_made_of_its_table():
    assert TypedText._meta.db_table in triggers.NOT_CONTENT


def test_a_full_disk_is_told_to_the_script_and_loses_nothing(staff_client, paper, monkeypatch):
    keep(staff_client, form_of(paper))

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(typed_texts.place(), "write", full)
    assert keep(staff_client, form_of(paper), json.dumps({"a": "b"})).status_code == 507
    assert len(offered(staff_client, form_of(paper))) == 1


@pytest.mark.on_sqlite("files of var/")
def test_a_torn_file_is_passed_over(staff_client, staff, paper, var_folder):
    keep(staff_client, form_of(paper))
    (file,) = (var_folder / "typed").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text(file.read_text()[:20])
    assert offered(staff_client, form_of(paper)) == []


# In a browser


@pytest.fixture
def form(signed_in, live_server, transactional_db, paper):
    signed_in.goto(f"{live_server.url}{form_of(paper)}")
    return signed_in


@pytest.fixture
def another_computer(form, browser, live_server, staff):
    """Another browser of the same person."""
    client = Client()
    client.force_login(staff)
    context = browser.new_context(locale="fr-FR")
    key = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def type_and_let_it_be_kept(form, text):
    with form.expect_response("**/typed/") as answer:
        form.locator("#id_title_fr").fill(text)
    assert answer.value.status == 204


def test_another_computer_offers_what_was_typed_here(form, another_computer, paper, live_server):
    form.locator(".field-body_fr .tiptap").fill("Un long texte.")
    type_and_let_it_be_kept(form, "Écouter Gao")
    there = another_computer
    there.goto(f"{live_server.url}{form_of(paper)}")
    expect(there.locator("#keep-question")).to_contain_text(
        "sur un autre appareil, ou dans un autre navigateur"
    )
    expect(there.locator(".safe-offer .keep-older")).to_be_hidden()
    there.get_by_role("button", name="Restaurer").click()
    expect(there.locator("#id_title_fr")).to_have_value("Écouter Gao")
    expect(there.locator(".field-body_fr .tiptap")).to_have_text("Un long texte.")
    there.locator("[name=_save]").first.click()
    expect(there.locator(".messagelist .success")).to_be_visible()
    there.goto(f"{live_server.url}{form_of(paper)}")
    expect(there.locator(".safe-offer")).to_have_count(0)
    assert Paper.objects.get().title_fr == "Écouter Gao"


def test_where_the_entry_was_saved_since_that_is_said(form, another_computer, paper, live_server):
    type_and_let_it_be_kept(form, "Écouter Gao")
    stored = Paper.objects.get()
    stored.title_fr = "Écouter Mopti"
    stored.save()
    there = another_computer
    there.goto(f"{live_server.url}{form_of(paper)}")
    expect(there.locator(".safe-offer .keep-older")).to_be_visible()
    there.get_by_role("button", name="Restaurer").click()
    there.locator("[name=_save]").first.click()
    expect(there.locator(".safe-conflict")).to_contain_text("Écouter Mopti")
    expect(there.locator("#id_title_fr")).to_have_value("Écouter Gao")


def test_what_is_forgotten_there_is_offered_no_more(form, another_computer, paper, live_server):
    type_and_let_it_be_kept(form, "Écouter Gao")
    there = another_computer
    there.goto(f"{live_server.url}{form_of(paper)}")
    with there.expect_response("**/typed/"):
        there.get_by_role("button", name="Oublier").click()
    there.reload()
    expect(there.locator(".safe-offer")).to_have_count(0)


def test_here_it_is_offered_once(form, paper, live_server):
    """By the browser, whose copy is the newer one."""
    type_and_let_it_be_kept(form, "Écouter Gao")
    form.locator("#id_title_fr").fill("Écouter Gao et Mopti")
    form.wait_for_timeout(600)
    form.goto(f"{live_server.url}{form_of(paper)}")
    expect(form.locator(".safe-offer .keep-here")).to_be_visible()
    form.get_by_role("button", name="Oublier").click()
    expect(form.locator(".safe-offer")).to_have_count(0)


def test_who_signs_out_here_finds_it_again(form, paper, live_server, staff):
    type_and_let_it_be_kept(form, "Écouter Gao")
    form.locator("#logout-form button").click()
    form.wait_for_load_state()
    form.goto(f"{live_server.url}/admin/")
    form.locator("#id_login").fill("awa")
    form.locator("#id_password").fill("une longue phrase")
    form.locator("main [type=submit]").first.click()
    form.wait_for_url("**/admin/**")
    form.goto(f"{live_server.url}{form_of(paper)}")
    expect(form.locator(".safe-offer p.keep-elsewhere")).to_be_visible()
    form.get_by_role("button", name="Restaurer").click()
    expect(form.locator("#id_title_fr")).to_have_value("Écouter Gao")


def test_a_new_entry_typed_on_one_computer_is_finished_on_another(
    form, another_computer, live_server
):
    form.goto(f"{live_server.url}{ADD}")
    type_and_let_it_be_kept(form, "Tout neuf")
    there = another_computer
    there.goto(f"{live_server.url}{ADD}")
    there.get_by_role("button", name="Restaurer").click()
    expect(there.locator("#id_title_fr")).to_have_value("Tout neuf")
    there.locator("[name=_save]").first.click()
    expect(there.locator(".messagelist .success")).to_be_visible()
    there.goto(f"{live_server.url}{ADD}")
    expect(there.locator(".safe-offer")).to_have_count(0)


def test_what_is_on_its_way_to_be_saved_is_not_kept_behind_it(form, paper, live_server):
    form.locator("#id_title_fr").fill("Écouter Gao")
    form.wait_for_timeout(600)
    form.locator("[name=_save]").first.click()
    expect(form.locator(".messagelist .success")).to_be_visible()
    assert typed_texts.place().of_person(get_user_model().objects.get().pk) == []
