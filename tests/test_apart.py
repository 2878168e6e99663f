"""Corrections to a published entry, kept apart until they are put online."""

import random
import re
import time

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from imrap_site.keeping import sweeping
from imrap_site.keeping.moving import tables
from profiles.editing import apart, history, passages
from profiles.models import AudioSummary, KeptApart, Paper, PaperFile, Programme, Review, Video
from tests.builders import (
    OF_A_SESSION,
    a_file,
    a_pdf,
    a_recording,
    errors_of,
    filled,
    kept_photograph,
)
from tests.looks import english_in, nothing, violations


def address_of(entry, last="change/"):
    return f"/admin/profiles/{entry._meta.model_name}/{entry.pk}/{last}"


def client_of(group, name):
    client = Client(headers={"Accept-Language": "fr"})
    person = User.objects.create_user(name, first_name=name.capitalize(), is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client.force_login(person)
    return client


@pytest.fixture
def fatou(groups):
    return client_of("Rédaction", "fatou")


@pytest.fixture
def oumar(groups):
    return client_of("Responsable", "oumar")


@pytest.fixture
def paper(add_paper):
    return add_paper(
        "Note de Ménaka", slug="menaka", body_fr="<p>Le texte publié.</p>", authors="Awa"
    )


def sent(client, entry, button, last="change/", **typed):
    address = address_of(entry, last)
    fields = filled(client.get(address), **typed)
    return client.post(address, {**fields, button: "1"}, follow=True)


def kept_apart(client, entry, **typed):
    answer = sent(client, entry, "_apart", **typed)
    assert KeptApart.objects.count() == 1, answer.context["errors"]
    return answer


def plain(response):
    return response.text.replace("\N{NO-BREAK SPACE}", " ")


def new_file(content=b"(neuf) Tj", row=0, **fields):
    rows = {"files-TOTAL_FORMS": str(row + 1), f"files-{row}-language": "fr"}
    rows |= {f"files-{row}-edition": "full"}
    return {**rows, f"files-{row}-file": SimpleUploadedFile("neuf.pdf", a_pdf(content)), **fields}


# Kept apart


def test_visitors_go_on_reading_what_is_published(fatou, paper):
    before = Paper.objects.values().get()
    answer = kept_apart(fatou, paper, title_fr="Titre corrigé", body_fr="<p>Texte corrigé.</p>")
    assert answer.redirect_chain == [(address_of(paper, "apart/"), 302)]
    assert "Gardé à part : les visiteurs continuent à lire" in plain(answer)
    assert Paper.objects.values().get() == before
    assert history.versions_of(Paper, paper.pk).count() == 1
    for address in (
        "/fr/papers/menaka/",
        "/fr/",
        "/fr/papers/",
        "/fr/search/?q=corrig%C3%A9",
        "/fr/feed.atom",
    ):
        assert "corrigé." not in Client().get(address).text
        assert "Titre corrigé" not in Client().get(address).text


def test_the_form_of_the_corrections_shows_them_and_corrects_further(fatou, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    fields = filled(fatou.get(address_of(paper, "apart/")))
    assert fields["title_fr"] == "Titre corrigé"
    sent(fatou, paper, "_save", "apart/", authors="Awa\r\nFatou")
    fields = filled(fatou.get(address_of(paper, "apart/")))
    assert (fields["title_fr"], fields["authors"]) == ("Titre corrigé", "Awa\r\nFatou")
    assert (Paper.objects.get().title_fr, Paper.objects.get().authors) == ("Note de Ménaka", "Awa")
    page = plain(fatou.get(address_of(paper)))
    assert "Des corrections sont gardées à part, par Fatou, depuis le" in page
    assert 'value="Note de Ménaka"' in page
    assert 'name="_apart"' not in page


def test_what_is_wrong_is_refused_as_in_any_form(fatou, paper):
    answer = sent(fatou, paper, "_apart", date="2016-13", title_fr="Corrigé")
    assert list(errors_of(answer)) == ["date"]
    assert 'value="Corrigé"' in answer.text
    assert KeptApart.objects.count() == 0


def test_a_form_of_corrections_that_was_cut_is_still_one(fatou, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    fields = filled(fatou.get(address_of(paper, "apart/")), title_fr="Tapé")
    del fields["_complete"]
    answer = fatou.post(address_of(paper, "apart/"), {**fields, "csrfmiddlewaretoken": "a"})
    assert "Enregistrer à part" in answer.text
    assert 'value="Tapé"' in answer.text


def test_a_new_entry_has_nothing_to_be_kept_apart_from(fatou, imrap):
    add = "/admin/profiles/paper/add/"
    fields = filled(fatou.get(add), title_fr="Note")
    assert "C’est un brouillon" in fatou.post(add, {**fields, "_apart": "1"}, follow=True).text
    assert (Paper.objects.get().is_draft, KeptApart.objects.count()) == (True, 0)


@pytest.mark.parametrize("key", ["²", "999", "abc", "1_2"])
def test_a_forged_address_is_answered_without_a_fault(fatou, paper, key):
    fields = filled(fatou.get(address_of(paper)))
    for last in ("", "compare/", "page/", "online/", "discard/"):
        address = f"/admin/profiles/paper/{key}/apart/{last}"
        answers = [fatou.get(address), fatou.post(address, {**fields, "_save": "1"})]
        assert {answer.status_code for answer in answers} <= {200, 302, 403, 404, 405}
    fatou.post(f"/admin/profiles/paper/{key}/change/", {**fields, "_apart": "1"})
    assert KeptApart.objects.count() == 0


def test_corrections_to_what_was_deleted_meanwhile_are_not_lost(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    fields = filled(fatou.get(address_of(paper, "apart/")), title_fr="Tapé")
    oumar.post(address_of(paper, "delete/"), {"post": "yes"})
    answer = fatou.post(address_of(paper, "apart/"), {**fields, "_save": "1"})
    assert "Oumar a supprimé cette fiche" in answer.text
    assert 'value="Tapé"' in answer.text


def test_who_keeps_apart_beside_somebody_else_loses_nothing(fatou, oumar, paper):
    opened = filled(oumar.get(address_of(paper)), title_fr="Titre d'Oumar")
    kept_apart(fatou, paper, title_fr="Titre de Fatou")
    answer = oumar.post(address_of(paper), {**opened, "_apart": "1"})
    assert "Fatou garde déjà des corrections à cette fiche à part" in plain(answer)
    assert "Titre d&#x27;Oumar" in answer.text
    assert filled(fatou.get(address_of(paper, "apart/")))["title_fr"] == "Titre de Fatou"


def test_two_at_the_same_corrections_meet_as_at_any_form(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    opened = filled(oumar.get(address_of(paper, "apart/")), title_fr="Titre d'Oumar")
    sent(fatou, paper, "_save", "apart/", title_fr="Titre de Fatou")
    answer = oumar.post(address_of(paper, "apart/"), {**opened, "_save": "1"})
    assert answer.status_code == 200
    assert "Titre de Fatou" in answer.text
    assert filled(fatou.get(address_of(paper, "apart/")))["title_fr"] == "Titre de Fatou"


@pytest.fixture
def just_before(monkeypatch):
    """Let a colleague be a moment earlier: after a request was read, before the entry is locked."""

    def let(act):
        def later(*args):
            monkeypatch.undo()
            act()
            return history.keep_first(*args)

        monkeypatch.setattr(history, "keep_first", later)

    return let


def test_of_two_who_keep_apart_at_once_none_loses_anything(fatou, oumar, paper, just_before):
    opened = filled(oumar.get(address_of(paper)), title_fr="Titre d'Oumar")
    just_before(lambda: kept_apart(fatou, paper, title_fr="Titre de Fatou"))
    answer = oumar.post(address_of(paper), {**opened, "_apart": "1"})
    assert "Fatou garde déjà des corrections à cette fiche à part" in plain(answer)
    assert filled(fatou.get(address_of(paper, "apart/")))["title_fr"] == "Titre de Fatou"


def test_of_two_who_correct_further_at_once_none_loses_anything(fatou, oumar, paper, just_before):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    opened = filled(oumar.get(address_of(paper, "apart/")), title_fr="Titre d'Oumar")
    just_before(lambda: sent(fatou, paper, "_save", "apart/", title_fr="Titre de Fatou"))
    answer = oumar.post(address_of(paper, "apart/"), {**opened, "_save": "1"})
    assert "Titre de Fatou" in answer.text
    assert filled(fatou.get(address_of(paper, "apart/")))["title_fr"] == "Titre de Fatou"


def seen_of(client, paper):
    page = client.get(address_of(paper, "apart/compare/")).text
    return re.search(r'name="_seen" value="([^"]+)"', page)[1]


def test_nothing_goes_online_that_was_corrected_at_that_moment(fatou, oumar, paper, just_before):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    seen = seen_of(oumar, paper)
    just_before(lambda: sent(fatou, paper, "_save", "apart/", title_fr="Autre titre"))
    answer = oumar.post(address_of(paper, "apart/online/"), {"_seen": seen}, follow=True)
    assert "Autre titre" in answer.text
    assert Paper.objects.get().title_fr == "Note de Ménaka"


def test_of_two_who_put_online_at_once_one_does(fatou, oumar, paper, just_before):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    seen = seen_of(oumar, paper)
    moussa = client_of("Responsable", "moussa")
    just_before(lambda: moussa.post(address_of(paper, "apart/online/"), {"_seen": seen}))
    answer = oumar.post(address_of(paper, "apart/online/"), {"_seen": seen}, follow=True)
    assert "ne sont plus gardées à part" in answer.text
    assert KeptApart.objects.count() == 0


def test_who_gives_up_what_was_corrected_further_sees_it_first(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    seen = seen_of(oumar, paper)
    sent(fatou, paper, "_save", "apart/", title_fr="Autre titre")
    answer = oumar.post(address_of(paper, "apart/discard/"), {"_seen": seen}, follow=True)
    assert "Autre titre" in answer.text
    assert KeptApart.objects.count() == 1


def test_what_is_typed_into_corrections_is_seen_with_what_is_kept_of_them(fatou, oumar, paper):
    kept_apart(fatou, paper, **new_file())
    page = fatou.get(address_of(paper, "apart/"))
    address = re.search(r'data-address="([^"]+/preview/)"', page.text)[1]
    shown = fatou.post(address, filled(page, title_fr="Titre tapé"))
    assert "Titre tapé" in shown.text
    assert "SHA-256" in shown.text
    assert "no-store" in shown["Cache-Control"]
    assert filled(fatou.get(address_of(paper, "apart/")))["title_fr"] == "Note de Ménaka"
    assert "SHA-256" not in Client().get("/fr/papers/menaka/").text
    assert fatou.get(address).status_code == 405
    oumar.post(address_of(paper, "apart/discard/"), {"_seen": seen_of(oumar, paper)})
    assert fatou.post(address, filled(page)).status_code == 404


# Put online


def test_one_press_puts_all_of_it_online(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé", body_fr="<p>Texte corrigé.</p>")
    answer = sent(oumar, paper, "_publish", "apart/")
    assert "sont en ligne : les visiteurs les lisent dès maintenant." in plain(answer)
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.slug, stored.publish_at) == (
        "Titre corrigé",
        "menaka",
        paper.publish_at,
    )
    assert KeptApart.objects.count() == 0
    assert "Texte corrigé." in Client().get("/fr/papers/menaka/").text
    version = history.last_version(Paper, paper.pk)
    assert version.revision.user.username == "oumar"
    assert version.field_dict["title_fr"] == "Titre corrigé"


def test_files_and_recordings_come_online_with_the_text(fatou, oumar, paper):
    first = a_file(paper, language="fr")
    a_recording(paper)
    row = {"files-0-language": "bm"}
    kept_apart(fatou, paper, **new_file(row=1), **row)
    assert [file.language for file in PaperFile.objects.all()] == ["fr"]
    kept = filled(fatou.get(address_of(paper, "apart/")))
    assert [kept["files-0-language"], kept["files-1-language"]] == ["bm", "fr"]
    sent(fatou, paper, "_save", "apart/", title_fr="Titre corrigé")  # once more, with both files
    other = Paper.objects.create(organisation=paper.organisation, title_fr="Autre", slug="autre")
    others = a_file(other)  # takes the next key meanwhile
    sent(oumar, paper, "_publish", "apart/")
    files = list(paper.files.order_by("pk"))
    assert [file.language for file in files] == ["bm", "fr"]
    assert (files[0].pk, files[1].text, files[1].pk < apart.PROVISIONAL) == (first.pk, "neuf", True)
    assert list(other.files.all()) == [others]
    assert AudioSummary.objects.count() == 1


def test_a_file_taken_away_apart_stays_online_until_then(fatou, oumar, paper):
    a_file(paper)
    kept_apart(oumar, paper, **{"files-0-DELETE": "on"})
    assert paper.files.count() == 1
    sent(oumar, paper, "_publish", "apart/")
    assert paper.files.count() == 0


def test_who_may_not_publish_puts_nothing_online_by_hand(fatou, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    fields = filled(fatou.get(address_of(paper, "apart/")))
    kept = KeptApart.objects.get()
    for last, more in (
        ("apart/", {**fields, "_publish": "1"}),
        ("apart/", {**fields, "_schedule": "1"}),
        ("apart/", {**fields, "_withdraw": "1"}),
        ("apart/online/", {"_seen": kept.at.isoformat()}),
    ):
        fatou.post(address_of(paper, last), more)
        stored = Paper.objects.get()
        assert (stored.title_fr, stored.is_published) == ("Note de Ménaka", True), last
    assert fatou.get(address_of(paper, "apart/online/")).status_code == 405


def test_what_a_colleague_saved_meanwhile_is_shown_and_never_overwritten_unseen(
    fatou, oumar, moussa, paper
):
    kept_apart(fatou, paper, title_fr="Titre corrigé", summary_fr="Résumé corrigé.")
    sent(moussa, paper, "_save", title_fr="Titre de Moussa", authors="Awa\r\nMoussa")
    answer = sent(oumar, paper, "_publish", "apart/")
    page = plain(answer)
    assert answer.redirect_chain[-1][0] == address_of(paper, "apart/compare/")
    assert "Rien n’est encore en ligne : Moussa Ba a enregistré le texte publié le" in page
    assert "Modifié de part et d’autre : titre (français)." in page
    assert Paper.objects.get().title_fr == "Titre de Moussa"
    assert re.search("<del>[^<]*Moussa", answer.text)
    seen = re.search(r'name="_seen" value="([^"]+)"', answer.text)[1]
    oumar.post(address_of(paper, "apart/online/"), {"_seen": seen})
    stored = Paper.objects.get()
    assert (stored.title_fr, stored.summary_fr, stored.authors) == (
        "Titre corrigé",
        "Résumé corrigé.",
        "Awa\nMoussa",
    )


def test_what_differs_in_its_looks_alone_is_told(fatou, oumar, paper):
    kept_apart(fatou, paper, body_fr="<p>Le <strong>texte</strong> publié.</p>")
    page = oumar.get(address_of(paper, "apart/compare/")).text
    assert re.findall(r'<h2 id="compared-1">([^<]+)<', page) == ["Texte (français) (mise en forme)"]


def test_a_file_that_a_colleague_added_meanwhile_stays(fatou, oumar, moussa, paper):
    kept_apart(fatou, paper, **new_file())
    sent(moussa, paper, "_save", **new_file(b"(autre) Tj"))
    answer = sent(oumar, paper, "_publish", "apart/")
    seen = re.search(r'name="_seen" value="([^"]+)"', answer.text)[1]
    oumar.post(address_of(paper, "apart/online/"), {"_seen": seen})
    assert sorted(file.text for file in paper.files.all()) == ["autre", "neuf"]


def test_corrections_that_changed_since_they_were_compared_are_compared_again(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    page = oumar.get(address_of(paper, "apart/compare/")).text
    seen = re.search(r'name="_seen" value="([^"]+)"', page)[1]
    sent(fatou, paper, "_save", "apart/", title_fr="Autre titre")
    oumar.post(address_of(paper, "apart/online/"), {"_seen": seen})
    assert Paper.objects.get().title_fr == "Note de Ménaka"


def test_who_gives_up_leaves_what_is_published(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    seen = {"_seen": seen_of(oumar, paper)}
    answer = oumar.post(address_of(paper, "apart/discard/"), seen, follow=True)
    assert "Les corrections sont abandonnées" in answer.text
    assert KeptApart.objects.count() == 0
    gone = fatou.get(address_of(paper, "apart/"), follow=True)
    assert "ne sont plus gardées à part" in gone.text


def test_corrections_come_back_with_a_deleted_entry(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    oumar.post(address_of(paper, "delete/"), {"post": "yes"})
    assert "Titre corrigé" not in oumar.get("/admin/profiles/paper/").text
    page = oumar.get("/admin/profiles/paper/deleted/").text
    oumar.post(re.search(r'href="(/admin/profiles/paper/deleted/\d+/)"', page)[1])
    assert filled(fatou.get(address_of(paper, "apart/")))["title_fr"] == "Titre corrigé"
    answer = sent(oumar, paper, "_publish", "apart/")
    seen = re.search(r'name="_seen" value="([^"]+)"', answer.text)[1]
    told = oumar.post(address_of(paper, "apart/online/"), {"_seen": seen}, follow=True)
    assert "que les visiteurs ne voient pas" in told.text
    assert (Paper.objects.get().title_fr, Paper.objects.get().is_draft) == ("Titre corrigé", True)


# Handed over


def test_corrections_are_handed_over_and_published_by_the_reader(fatou, oumar, paper):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    sent(fatou, paper, "_ask", "apart/", review_note="Titre à vérifier.")
    desk = oumar.get("/admin/").text
    assert f'<a href="{address_of(paper, "apart/")}">Note de Ménaka</a>' in desk
    assert "Titre à vérifier." in desk
    sent(oumar, paper, "_return", "apart/", review_answer="Plus court.")
    assert "Plus court." in fatou.get(address_of(paper, "apart/")).text
    sent(fatou, paper, "_ask", "apart/", title_fr="Titre")
    sent(oumar, paper, "_publish", "apart/")
    assert Paper.objects.get().title_fr == "Titre"
    assert Review.objects.latest("pk").outcome == "published"


def test_the_list_tells_what_waits_and_what_is_kept_apart(fatou, paper, add_paper):
    add_paper("Autre")
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    sent(fatou, paper, "_ask", "apart/")
    page = fatou.get("/admin/profiles/paper/").text
    assert re.findall(r'<span class="desk-mark">([^<]+)<', page) == [
        "corrections gardées à part",
        "à relire",
    ]
    assert "Titre corrigé" not in page


def test_the_first_button_of_who_may_not_publish_keeps_apart(fatou, oumar, paper):
    def buttons(client):
        return re.findall(
            r'<button type="submit" name="(_\w+)"', client.get(address_of(paper)).text
        )

    assert buttons(fatou)[:2] == ["_apart", "_save"]
    assert buttons(oumar)[:2] == ["_save", "_apart"]


# Seen by the team alone


def test_the_page_is_the_real_one_and_for_the_team_alone(fatou, paper, groups):
    kept_apart(fatou, paper, title_fr="Titre corrigé", **new_file())
    page = fatou.get(address_of(paper, "apart/page/"))
    assert "Corrections gardées à part" in page.text
    assert "<h1" in page.text
    assert "Titre corrigé" in page.text
    assert {"private", "no-store"} & set(page["Cache-Control"].split(", "))
    link = re.search(r'href="(/media/papers/[^"?]+\.pdf)', page.text)[1]
    answer = fatou.get(link)
    answer.close()
    assert answer.status_code == 200
    assert Client().get(link).status_code == 404
    assert Client().get(address_of(paper, "apart/page/")).status_code == 302
    assert Paper.objects.get().is_published


@pytest.mark.parametrize("last", ["apart/", "apart/compare/", "apart/page/"])
def test_who_may_not_change_the_kind_sees_none_of_it(fatou, paper, last):
    kept_apart(fatou, paper, title_fr="Titre corrigé")
    other = Client()
    other.force_login(User.objects.create_user("kadi", is_staff=True))
    answer = other.get(address_of(paper, last))
    assert (answer.status_code, "Titre corrigé" in answer.text) == (403, False)


@pytest.mark.on_a_folder("see test_bucket")
def test_files_kept_apart_are_not_swept_away(fatou, oumar, paper, media_folder):
    kept_apart(fatou, paper, **new_file())
    held = sweeping.Held()
    stored = [path.relative_to(media_folder).as_posix() for path in media_folder.rglob("*.pdf")]
    assert len(stored) == 1
    assert stored[0] in held
    KeptApart.objects.all().delete()
    assert stored[0] not in sweeping.Held()


def test_corrections_and_readings_move_with_the_rest():
    assert {KeptApart, Review} <= set(tables())


def test_a_conflict_page_marks_words_and_bounds_its_work():
    old, new = passages.side_by_side("Le titre publié ici", "Le titre corrigé ici")
    assert [one.text.strip() for one in old if one.is_changed] == ["publié"]
    assert [one.text.strip() for one in new if one.is_changed] == ["corrigé"]
    long = "mot " * 60_000
    old, new = passages.side_by_side(long, long + "fin")
    assert "".join(one.text for one in new) == long + "fin"
    two_words = random.Random(1).choices(["paix ", "mali "], k=4_000)
    begun = time.monotonic()
    passages.side_by_side("".join(two_words[:2_000]), "".join(two_words[2_000:]))
    assert time.monotonic() - begun < 2


@pytest.mark.django_db(transaction=True)
def test_a_published_page_is_corrected_apart_and_put_online_in_the_browser(
    signed_in, live_server, imrap
):
    film = Video.objects.create(
        organisation=imrap, title_fr="Portraits", slug="portraits", is_draft=False
    )
    context = signed_in.context.browser.new_context(bypass_csp=True, locale="fr-FR")
    context.add_cookies(signed_in.context.cookies())
    page, found = context.new_page(), []
    page.set_default_timeout(10_000)
    page.goto(live_server.url + address_of(film))
    page.locator("#id_title_fr").fill("Portraits croisés")
    page.get_by_role("button", name="Garder à part, sans publier").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Gardé à part")
    expect(page.locator("#id_title_fr")).to_have_value("Portraits croisés")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"], "preload": False}
    found += violations(page, "form", **rules)
    page.get_by_role("link", name="Voir la page telle qu’elle sera").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Portraits croisés")
    page.get_by_role("link", name="Retour aux corrections").click()
    page.get_by_role("link", name="Comparer avec ce qui est publié").click()
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator(".compared ins")).to_have_text("croisés")
    found += violations(page, "compare", **rules)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert english_in(page.locator("#content").evaluate("e => e.innerHTML")) == []
    visitor = signed_in.context.browser.new_context().new_page()
    visitor.goto(f"{live_server.url}/fr/videos/portraits/")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Portraits")
    page.get_by_role("button", name="Mettre en ligne").click()
    expect(page.locator(".messagelist .success")).to_contain_text("sont en ligne")
    visitor.reload()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Portraits croisés")
    visitor.context.close()
    context.close()
    nothing(found)


@pytest.mark.parametrize(("last", "most"), [("change/", 14), ("apart/", 28)])
def test_the_fullest_form_needs_few_queries(
    fatou, oumar, paper, add_paper, django_assert_max_num_queries, last, most
):
    """Corrections are put into the database for their form, and taken back: twice as many."""
    other = add_paper("Autre")
    a_file(paper)
    a_recording(paper)
    paper.image = kept_photograph((400, 300))
    link = f'<p><a href="entry:papers-{other.pk}">Autre</a></p>'
    paper.programme = Programme.objects.create(organisation=paper.organisation, title_fr="Paix")
    paper.image_alt_fr, paper.body_fr = "Deux anciens", link
    paper.save()
    kept_apart(fatou, paper, title_fr="Titre corrigé", body_fr=f"{link}<p>Plus</p>")
    sent(fatou, paper, "_ask", "apart/", review_note="Titre à vérifier.")
    for reader in (oumar, fatou):
        reader.get(address_of(paper, last))
        with django_assert_max_num_queries(most + 2 * OF_A_SESSION):
            page = reader.get(address_of(paper, last)).text
    assert "Titre à vérifier." in page
