"""Rédaction asks for a reading; whoever may publish does so, or returns it with a note."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from playwright.sync_api import expect

from profiles.editing import letters
from profiles.models import Paper, Review, Video
from tests.builders import OF_A_SESSION, errors_of, filled
from tests.looks import english_in, nothing, violations

ADD = "/admin/profiles/paper/add/"
MARKUP = "<b>Page 3</b> & <script>alert(1)</script>"
ESCAPED = "&lt;b&gt;Page 3&lt;/b&gt; &amp; &lt;script&gt;alert(1)&lt;/script&gt;"


def address_of(entry):
    return f"/admin/profiles/{entry._meta.model_name}/{entry.pk}/change/"


def a_person(group, name):
    person = User.objects.create_user(
        name, f"{name}@example.org", first_name=name.capitalize(), is_staff=True
    )
    person.groups.add(Group.objects.get(name=group))
    return person


def client_of(person):
    client = Client(headers={"Accept-Language": "fr"})
    client.force_login(person)
    return client


@pytest.fixture
def fatou(groups):
    return client_of(a_person("Rédaction", "fatou"))


@pytest.fixture
def oumar(groups):
    return client_of(a_person("Responsable", "oumar"))


@pytest.fixture
def paper(add_paper):
    return add_paper("Note de Ménaka", is_draft=True, slug="menaka")


def pressed(client, entry, button, **typed):
    address = address_of(entry)
    fields = filled(client.get(address), **typed)
    return client.post(address, {**fields, button: "1"}, follow=True)


def plain(response):
    return response.text.replace("\N{NO-BREAK SPACE}", " ")


def test_who_may_not_publish_is_told_what_to_do_and_asks(fatou, oumar, paper):
    page = plain(fatou.get(address_of(paper)))
    assert "Quand c’est prêt, demandez une relecture" in page
    answer = pressed(fatou, paper, "_ask", title_fr="Note revue", review_note=MARKUP)
    assert "Relecture demandée pour « Note revue »." in plain(answer)
    assert "Elle attend sur le bureau de ceux qui publient." in plain(answer)
    assert Paper.objects.get().title_fr == "Note revue"
    desk = oumar.get("/admin/").text
    assert desk.index("À relire") < desk.index("Ajouter une vidéo")
    assert f'<a href="{address_of(paper)}">Note revue</a>' in desk
    assert "Fatou, " in desk
    for text in (desk, oumar.get(address_of(paper)).text):
        assert ESCAPED in text
        assert "<script>alert" not in text


def test_a_new_entry_is_handed_over_at_once(fatou, oumar, imrap):
    fields = filled(fatou.get(ADD), title_fr="Note", review_note="Merci de vérifier la date.")
    assert fatou.post(ADD, {**fields, "_ask": "1"}).status_code == 302
    assert "Merci de vérifier la date." in oumar.get("/admin/").text
    assert Paper.objects.get().is_draft


def test_who_asks_again_changes_the_note_and_waits_once(fatou, paper):
    pressed(fatou, paper, "_ask", review_note="Une.")
    assert filled(fatou.get(address_of(paper)))["review_note"] == "Une."
    pressed(fatou, paper, "_ask", review_note="Deux.")
    assert [review.note for review in Review.objects.all()] == ["Deux."]


def test_to_publish_answers_and_nothing_waits_any_more(fatou, oumar, paper):
    pressed(fatou, paper, "_ask")
    pressed(oumar, paper, "_publish")
    review = Review.objects.get()
    assert (review.outcome, review.answered_by.username) == ("published", "oumar")
    assert "À relire" not in oumar.get("/admin/").text
    assert "Demander une relecture" not in fatou.get(address_of(paper)).text


@pytest.mark.parametrize("action", ["publish", "schedule"])
def test_so_does_an_action_of_the_list(fatou, oumar, paper, action):
    pressed(fatou, paper, "_ask")
    fields = {"action": action, "_selected_action": [paper.pk]}
    fields |= (
        {"publish_at_0": "2031-06-30", "publish_at_1": "08:00"} if action == "schedule" else {}
    )
    oumar.post("/admin/profiles/paper/", fields)
    assert Review.objects.get().outcome == "published"


def test_what_is_returned_stands_above_the_form_until_it_is_asked_for_again(fatou, oumar, paper):
    pressed(fatou, paper, "_ask", review_note="Prêt.")
    answer = pressed(oumar, paper, "_return", review_answer=MARKUP)
    assert "« Note de Ménaka » est renvoyée avec votre note." in plain(answer)
    form, desk = fatou.get(address_of(paper)).text, fatou.get("/admin/").text
    for page in (form, desk):
        assert ESCAPED in page
    assert "Renvoyée avec une note" in form
    assert "Oumar l’a renvoyée le" in form
    assert "À relire" not in oumar.get("/admin/").text
    pressed(fatou, paper, "_ask", review_note="Corrigé.")
    assert ESCAPED not in fatou.get(address_of(paper)).text
    assert "Renvoyées" not in fatou.get("/admin/").text
    assert "Corrigé." in oumar.get("/admin/").text


def test_a_note_ends_with_the_publication(fatou, oumar, paper):
    pressed(fatou, paper, "_ask")
    pressed(oumar, paper, "_return", review_answer="Plus court.")
    pressed(oumar, paper, "_publish")
    assert "Plus court." not in fatou.get(address_of(paper)).text
    assert "Plus court." not in fatou.get("/admin/").text


def test_a_row_of_a_list_is_saved_while_its_entry_waits(fatou, oumar, paper):
    pressed(fatou, paper, "_ask")
    stored = Paper.objects.get()
    row = {"form-0-id": stored.pk, "initial-form-0-position": "100", "form-0-position": "7"}
    fields = {"_save": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", **row}
    assert oumar.post("/admin/profiles/paper/", fields).status_code == 302
    assert (Paper.objects.get().position, Review.objects.get().is_open) == (7, True)


def test_nothing_is_returned_without_a_word(fatou, oumar, paper):
    pressed(fatou, paper, "_ask")
    answer = pressed(oumar, paper, "_return", review_answer=" ", title_fr="Revue")
    assert errors_of(answer) == {"review_answer": ["Dites ce qu’il y a à faire."]}
    assert 'class="state-return" name="state" open' in answer.text
    assert Review.objects.get().is_open


@pytest.mark.parametrize("button", ["_return", "_publish"])
def test_of_two_readers_at_once_the_later_one_is_told(fatou, oumar, moussa, paper, button):
    pressed(fatou, paper, "_ask")
    opened = filled(oumar.get(address_of(paper)), review_answer="La mienne.", title_fr="Ma version")
    pressed(moussa, paper, "_return", review_answer="La sienne.")
    answer = oumar.post(address_of(paper), {**opened, button: "1"})
    assert answer.status_code == 200
    assert "Moussa Ba a renvoyé cette fiche le" in plain(answer)
    assert "La sienne." in answer.text
    assert 'value="Ma version"' in answer.text
    assert (Review.objects.get().answer, Paper.objects.get().is_draft) == ("La sienne.", True)
    again = oumar.post(address_of(paper), {**filled(answer), "_publish": "1"})
    assert again.status_code == 302


def test_who_returns_what_was_published_meanwhile_is_told(fatou, oumar, moussa, paper):
    pressed(fatou, paper, "_ask")
    opened = filled(oumar.get(address_of(paper)), review_answer="Non.")
    pressed(moussa, paper, "_publish")
    answer = oumar.post(address_of(paper), {**opened, "_return": "1"})
    assert "Moussa Ba a publié cette fiche le" in plain(answer)
    assert Review.objects.get().outcome == "published"


def test_redaction_answers_no_request_by_hand(fatou, paper):
    pressed(fatou, paper, "_ask")
    fields = filled(fatou.get(address_of(paper)), review_answer="Moi.")
    answer = fatou.post(address_of(paper), {**fields, "_return": "1"})
    assert answer.status_code == 200
    assert Review.objects.get().is_open


def test_a_note_that_is_too_long_is_refused_and_stays(fatou, paper):
    answer = pressed(fatou, paper, "_ask", review_note="a" * 1001)
    assert list(errors_of(answer)) == ["review_note"]
    assert "a" * 1001 in answer.text
    assert Review.objects.count() == 0


def test_a_browser_cuts_no_note(fatou, paper):
    fields = re.findall(r"<textarea[^>]+name=.review_\w+.[^>]*>", fatou.get(address_of(paper)).text)
    assert fields
    assert "maxlength" not in "".join(fields)


def test_what_waits_goes_with_a_deleted_entry(fatou, oumar, paper):
    pressed(fatou, paper, "_ask")
    oumar.post(f"/admin/profiles/paper/{paper.pk}/delete/", {"post": "yes"})
    assert Review.objects.count() == 0
    assert "À relire" not in oumar.get("/admin/").text


def test_no_visitor_reads_a_note(fatou, oumar, paper):
    pressed(fatou, paper, "_ask", review_note="Secret de bureau")
    pressed(oumar, paper, "_publish")
    for address in ("/fr/papers/menaka/", "/fr/", "/fr/papers/", "/fr/feed.atom"):
        assert "Secret de bureau" not in Client().get(address).text


@pytest.mark.parametrize("number", [1, 30])
def test_the_desk_asks_as_little_for_many(
    fatou, oumar, add_paper, number, django_assert_max_num_queries
):
    person = User.objects.get(username="fatou")
    for n in range(number):
        letters_of = add_paper(f"Note {n}", is_draft=True)
        Review.objects.create(
            content_type_id=content_type_of(letters_of), entry_key=letters_of.pk, asked_by=person
        )
    oumar.get("/admin/")
    with django_assert_max_num_queries(16 + OF_A_SESSION):
        page = oumar.get("/admin/").text
    assert page.count("Fatou, ") == min(number, 20)


def content_type_of(entry):
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.get_for_model(entry).pk


# Mails


@pytest.fixture
def mails(monkeypatch):
    """What is sent, at once."""
    monkeypatch.setattr(letters.threading.Thread, "start", lambda thread: thread.run())
    return mail.outbox


@pytest.mark.django_db(transaction=True)
def test_those_who_publish_get_a_mail_each_and_the_answer_goes_back(fatou, oumar, paper, mails):
    a_person("Responsable", "kadi")
    User.objects.create_superuser("root", "root@example.org")
    answer = pressed(fatou, paper, "_ask", review_note="Ligne\n" + MARKUP)
    assert "2 collègues reçoivent un courriel." in plain(answer)
    assert sorted(to for one in mails for to in one.to) == ["kadi@example.org", "oumar@example.org"]
    assert mails[0].subject == "À relire : Note de Ménaka".replace(" :", "\N{NO-BREAK SPACE}:")
    assert MARKUP in mails[0].body
    assert f"http://testserver{address_of(paper)}" in mails[0].body
    del mails[:]
    pressed(oumar, paper, "_return", review_answer="Page 3.")
    assert [(one.to, "Page 3." in one.body) for one in mails] == [(["fatou@example.org"], True)]


@pytest.mark.django_db(transaction=True)
def test_superusers_are_written_to_where_nobody_else_publishes(fatou, paper, mails):
    User.objects.create_superuser("root", "root@example.org")
    pressed(fatou, paper, "_ask")
    assert [one.to for one in mails] == [["root@example.org"]]


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_fails_keeps_nobody_from_asking(fatou, oumar, paper, monkeypatch, mails):
    def fail(*args):
        raise OSError("no mail server")

    monkeypatch.setattr(letters.mail, "send_mail", fail)
    answer = pressed(fatou, paper, "_ask")
    assert "Relecture demandée" in answer.text
    assert Review.objects.get().is_open


def test_nothing_is_said_of_mails_where_none_is_set_up(fatou, oumar, paper, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "mail" not in plain(pressed(fatou, paper, "_ask")).split("Relecture demandée")[1][:200]


# In a browser


@pytest.mark.django_db(transaction=True)
def test_fatou_asks_oumar_returns_fatou_asks_again_oumar_publishes(
    page, live_server, groups, imrap
):
    fatou, oumar = (
        client_of(a_person("Rédaction", "fatou")),
        client_of(a_person("Responsable", "oumar")),
    )

    def window_of(client):
        context = page.context.browser.new_context(bypass_csp=True, locale="fr-FR")
        key = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
        window = context.new_page()
        window.set_default_timeout(10_000)
        return window

    hers, his, found = window_of(fatou), window_of(oumar), []
    his.set_viewport_size({"width": 360, "height": 740})
    hers.goto(f"{live_server.url}/admin/profiles/video/add/")
    hers.locator("#id_title_fr").fill("Portraits croisés")
    hers.locator("summary", has_text="Demander une relecture").click()
    hers.get_by_label("Note pour qui relira").fill("La date est-elle juste ?")
    hers.keyboard.press("Escape")
    expect(hers.get_by_label("Note pour qui relira")).to_be_hidden()
    expect(hers.locator("summary", has_text="Demander une relecture")).to_be_focused()
    hers.keyboard.press("Enter")
    found += violations(hers, "ask", runOnly=["wcag2a", "wcag2aa", "wcag22aa"], preload=False)
    hers.get_by_role("button", name="Demander une relecture", exact=True).click()
    expect(hers.locator(".messagelist .success")).to_contain_text("Relecture demandée")

    his.goto(f"{live_server.url}/admin/")
    expect(his.locator(".desk-review h2")).to_have_text("À relire")
    expect(his.locator(".desk-review blockquote")).to_have_text("La date est-elle juste ?")
    found += violations(his, "desk", runOnly=["wcag2a", "wcag2aa", "wcag22aa"], preload=False)
    assert his.evaluate("document.documentElement.scrollWidth") <= 360
    his.locator(".desk-review a").click()
    expect(his.locator(".desk-review")).to_contain_text("Fatou a demandé une relecture le")
    his.locator("summary", has_text="Renvoyer avec une note").click()
    his.get_by_label("Ce qu’il y a à faire").fill("Ajoutez l’année.")
    found += violations(his, "return", runOnly=["wcag2a", "wcag2aa", "wcag22aa"], preload=False)
    assert his.evaluate("document.documentElement.scrollWidth") <= 360
    his.get_by_role("button", name="Renvoyer", exact=True).click()
    expect(his.locator(".messagelist .success")).to_contain_text("renvoyée avec votre note")

    hers.goto(f"{live_server.url}/admin/")
    hers.locator(".desk-review a").click()
    expect(hers.locator(".desk-review")).to_contain_text("Ajoutez l’année.")
    assert (
        english_in(
            hers.locator("#content-main").evaluate("e => e.querySelector('.desk-review').outerHTML")
        )
        == []
    )
    hers.locator("summary", has_text="Demander une relecture").click()
    hers.get_by_role("button", name="Demander une relecture", exact=True).click()
    expect(hers.locator(".desk-review")).to_contain_text("À relire")
    his.goto(f"{live_server.url}{address_of(Video.objects.get())}")
    his.get_by_role("button", name="Publier").click()
    expect(his.locator(".state-bar")).to_contain_text("Publiée depuis le")
    assert Review.objects.latest("pk").outcome == "published"
    for window in (hers, his):
        window.context.close()
    nothing(found)
