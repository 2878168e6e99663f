"""Who changed what and when, and the way back to it."""

import re

import pytest
import reversion
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from playwright.sync_api import expect

from profiles.editing import history
from profiles.models import Paper, PaperFile, Programme, Video
from profiles.words import moment_for_staff
from tests.builders import OF_A_SESSION, a_file, a_pdf, file_row, filled, paper_form, words

PAPERS = "/admin/profiles/paper"
PROGRAMMES = "/admin/profiles/programme"


def save(client, paper, **fields):
    response = client.post(f"{PAPERS}/{paper.pk}/change/", paper_form(**fields))
    assert response.status_code == 302, response.context["errors"]


def versions(paper):
    return list(history.versions_of(Paper, paper.pk))


def go_back_to(client, paper, version):
    address = f"{PAPERS}/{paper.pk}/history/{version.pk}/"
    seen = re.search(r'name="_seen" value="([^"]+)"', client.get(address).text)
    return client.post(address, {"_seen": seen[1]} if seen else {}, follow=True)


def test_the_history_says_who_changed_what(staff_client, add_paper):
    paper = add_paper("Vieux titre", is_draft=True)
    save(staff_client, paper, title_fr="Nouveau titre", type="audit")
    page = words(staff_client.get(f"{PAPERS}/{paper.pk}/history/"))
    assert (
        "<strong>title (French)</strong> <span><del>Vieux titre</del> → <ins>Nouveau titre" in page
    )
    assert "<del>Research paper</del> → <ins>Audit report</ins>" in page
    assert "awa" in page
    assert "before the first change here" in page
    assert "licence (French)</strong> <span><ins>Tous droits réservés" in page


def test_a_restored_version_is_itself_a_new_version(staff_client, add_paper):
    paper = add_paper("Un", is_draft=True)
    save(staff_client, paper, title_fr="Deux")
    updated = Paper.objects.get().updated
    response = go_back_to(staff_client, paper, versions(paper)[-1])
    assert "“Un” is restored." in response.text
    assert Paper.objects.get().title_fr == "Un"
    assert Paper.objects.get().updated > updated
    assert [v.object_repr for v in versions(paper)] == ["Un", "Deux", "Un"]
    assert versions(paper)[0].revision.user.username == "awa"
    assert LogEntry.objects.first().get_change_message() == "Restored"


def test_a_version_is_read_before_it_is_restored(staff_client, add_paper):
    paper = add_paper("Un", is_draft=True)
    save(staff_client, paper, title_fr="Deux")
    page = words(staff_client.get(f"{PAPERS}/{paper.pk}/history/{versions(paper)[-1].pk}/"))
    assert '<span class="safe-side">Now</span> Deux' in page
    assert '<span class="safe-side">In this version</span> Un' in page
    assert Paper.objects.get().title_fr == "Deux"


def test_a_restored_paper_has_its_files_again(staff_client, add_paper):
    paper = add_paper(is_draft=True)
    file = a_file(paper, language="ff")
    gone = {
        "files-TOTAL_FORMS": "1",
        "files-INITIAL_FORMS": "1",
        "files-0-id": file.pk,
        "files-0-paper": paper.pk,
        "files-0-language": "ff",
        "files-0-edition": "full",
        "files-0-DELETE": "on",
    }
    save(staff_client, paper, **gone)
    assert PaperFile.objects.count() == 0
    page = staff_client.get(f"{PAPERS}/{paper.pk}/history/").text
    assert "<del>rapport.pdf</del>" in page
    go_back_to(staff_client, paper, versions(paper)[-1])
    restored = paper.files.get()
    assert (restored.language, restored.page_count, restored.text) == ("ff", 1, "mots")
    answer = staff_client.get(restored.file.url)
    assert b"".join(answer.streaming_content) == a_pdf(b"(mots) Tj")
    assert restored.cover.storage.exists(restored.cover.name)


def test_a_restored_paper_is_found_by_the_words_of_its_file_again(staff_client, add_paper):
    paper = add_paper(is_draft=True)
    file = a_file(paper)
    save(staff_client, paper, **file_row(file))
    other = SimpleUploadedFile("rapport.pdf", a_pdf(b"(chiffres) Tj"))
    fields = {**file_row(file), "files-0-file": other}
    save(staff_client, paper, **fields)
    assert PaperFile.objects.get().text == "chiffres"
    go_back_to(staff_client, paper, versions(paper)[-1])
    assert PaperFile.objects.get().text == "mots"


def test_a_file_added_later_leaves_with_the_restored_version(staff_client, add_paper):
    paper = add_paper(is_draft=True)
    save(staff_client, paper)
    a_file(paper)
    go_back_to(staff_client, paper, versions(paper)[-1])
    assert PaperFile.objects.count() == 0


def test_a_deleted_paper_comes_back_as_a_draft_with_its_files(staff_client, add_paper):
    paper = add_paper("Note", slug="note", body_fr="<p>Texte</p>")
    a_file(paper)
    staff_client.post(f"{PAPERS}/{paper.pk}/delete/", {"post": "yes"})
    assert Paper.objects.count() == 0
    page = words(staff_client.get(f"{PAPERS}/deleted/"))
    assert "Note" in page
    assert "awa" in page
    version = history.deleted(Paper).get()
    assert "Texte" in staff_client.get(f"{PAPERS}/deleted/{version.pk}/").text
    staff_client.post(f"{PAPERS}/deleted/{version.pk}/")
    restored = Paper.objects.get()
    assert (restored.pk, restored.title_fr, restored.slug) == (paper.pk, "Note", "note")
    assert restored.is_draft
    assert restored.files.get().text == "mots"
    assert history.deleted(Paper).count() == 0


def test_papers_deleted_together_come_back_one_by_one(staff_client, add_paper):
    keys = [add_paper(f"Note {n}").pk for n in range(3)]
    fields = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    staff_client.post(f"{PAPERS}/", fields)
    assert Paper.objects.count() == 0
    assert history.deleted(Paper).count() == 3


def test_what_was_deleted_last_stands_first(staff_client, add_paper):
    papers = [add_paper(title) for title in ("Un", "Deux", "Trois")]
    for place in (1, 2, 0):
        staff_client.post(f"{PAPERS}/{papers[place].pk}/delete/", {"post": "yes"})
    page = staff_client.get(f"{PAPERS}/deleted/").text
    assert re.findall(r">(Un|Deux|Trois)</a>", page) == ["Un", "Trois", "Deux"]


def test_an_address_that_was_given_away_meanwhile_is_no_error(staff_client, add_paper):
    paper = add_paper("Note", slug="note")
    staff_client.post(f"{PAPERS}/{paper.pk}/delete/", {"post": "yes"})
    add_paper("Autre", slug="note")
    version = history.deleted(Paper).get()
    response = staff_client.post(f"{PAPERS}/deleted/{version.pk}/")
    assert response.status_code == 302
    assert Paper.objects.get(title_fr="Note").slug == "note-2"


def test_a_programme_deleted_meanwhile_is_no_error(staff_client, add_paper, imrap):
    programme = Programme.objects.create(organisation=imrap, title_fr="Dialogue")
    paper = add_paper("Note", programme=programme, is_draft=True)
    save(staff_client, paper, title_fr="Note 2")
    programme.delete()
    go_back_to(staff_client, paper, versions(paper)[-1])
    assert Paper.objects.get().programme is None
    assert Paper.objects.get().title_fr == "Note"


# What points to a deleted entry


@pytest.fixture
def dialogue(imrap):
    return Programme.objects.create(organisation=imrap, title_fr="Dialogue", slug="dialogue")


def delete(client, programme):
    client.post(f"{PROGRAMMES}/{programme.pk}/delete/", {"post": "yes"})


def bring_back(client):
    version = history.deleted(Programme).first()
    return client.post(f"{PROGRAMMES}/deleted/{version.pk}/", follow=True)


def names_of_programmes():
    return {paper.title_fr: str(paper.programme or "") for paper in Paper.objects.all()}


def test_who_deletes_a_programme_is_told_which_entries_lose_it(staff_client, add_paper, dialogue):
    add_paper("Note", programme=dialogue)
    add_paper("Autre")
    Video.objects.create(title_fr="Film", programme=dialogue)
    page = words(staff_client.get(f"{PROGRAMMES}/{dialogue.pk}/delete/"))
    assert "These entries stay, but lose their link to what is deleted." in page
    assert "<li>Video: Film</li><li>Paper: Note</li> </ul>" in page
    fields = {"action": "delete_selected", "_selected_action": [dialogue.pk]}
    page = words(staff_client.post(f"{PROGRAMMES}/", fields))
    assert "<li>Video: Film</li><li>Paper: Note</li> </ul>" in page
    for number in range(25):
        add_paper(f"Note {number}", programme=dialogue)
    assert "and 7 more" in words(staff_client.get(f"{PROGRAMMES}/{dialogue.pk}/delete/"))


def test_a_programme_that_nothing_points_to_leaves_nothing_behind(staff_client, dialogue):
    page = staff_client.get(f"{PROGRAMMES}/{dialogue.pk}/delete/").text
    assert "lose their link" not in page


def test_a_programme_that_comes_back_has_its_entries_again(staff_client, add_paper, dialogue):
    add_paper("Note", programme=dialogue)
    add_paper("Autre")
    film = Video.objects.create(title_fr="Film", programme=dialogue)
    delete(staff_client, dialogue)
    assert names_of_programmes() == {"Note": "", "Autre": ""}
    page = bring_back(staff_client).text
    assert "2 entries are tied to it again." in page
    assert names_of_programmes() == {"Note": "Dialogue", "Autre": ""}
    film.refresh_from_db()
    assert film.programme == dialogue


def test_the_history_of_an_entry_tells_that_its_programme_went_and_came_back(
    staff_client, add_paper, dialogue
):
    paper = add_paper("Note", programme=dialogue)
    delete(staff_client, dialogue)
    history_of_paper = f"{PAPERS}/{paper.pk}/history/"
    page = words(staff_client.get(history_of_paper))
    assert "Deletion of “Dialogue”" in page
    assert "<strong>programme</strong> <span><del>Dialogue</del> → (empty)" in page
    bring_back(staff_client)
    page = words(staff_client.get(history_of_paper))
    assert "<strong>programme</strong> <span><ins>Dialogue</ins>" in page
    assert "<del>Dialogue</del> → (empty)" in page
    assert [v.revision.user and v.revision.user.username for v in versions(paper)] == [
        "awa",
        "awa",
        None,
    ]


def test_what_changed_since_the_deletion_stays(staff_client, add_paper, dialogue, imrap):
    other = Programme.objects.create(organisation=imrap, title_fr="Justice", slug="justice")
    moved = add_paper("Déplacé", programme=dialogue)
    gone = add_paper("Supprimé", programme=dialogue)
    taken_out = add_paper("Sorti", programme=dialogue)
    save(staff_client, taken_out, title_fr="Sorti", programme="")
    delete(staff_client, dialogue)
    save(staff_client, moved, title_fr="Déplacé", programme=other.pk)
    staff_client.post(f"{PAPERS}/{gone.pk}/delete/", {"post": "yes"})
    bring_back(staff_client)
    assert names_of_programmes() == {"Déplacé": "Justice", "Sorti": ""}


def test_programmes_deleted_together_come_back_with_their_own_entries(
    staff_client, add_paper, dialogue, imrap
):
    other = Programme.objects.create(organisation=imrap, title_fr="Justice", slug="justice")
    add_paper("Un", programme=dialogue)
    add_paper("Deux", programme=other)
    keys = [dialogue.pk, other.pk]
    fields = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    staff_client.post(f"{PROGRAMMES}/", fields)
    assert names_of_programmes() == {"Un": "", "Deux": ""}
    version = history.deleted(Programme).get(object_id=str(dialogue.pk))
    staff_client.post(f"{PROGRAMMES}/deleted/{version.pk}/")
    assert names_of_programmes() == {"Un": "Dialogue", "Deux": ""}


def test_a_deletion_that_fails_unties_nothing(staff_client, add_paper, dialogue, monkeypatch):
    def locked(*args):
        raise OperationalError("database is locked")

    add_paper("Note", programme=dialogue)
    monkeypatch.setattr("django.db.models.query.QuerySet.delete", locked)
    fields = {"action": "delete_selected", "_selected_action": [dialogue.pk], "post": "yes"}
    staff_client.post(f"{PROGRAMMES}/", fields)
    assert names_of_programmes() == {"Note": "Dialogue"}


def test_a_form_that_was_open_meanwhile_learns_that_the_programme_went(
    staff_client, moussa, add_paper, dialogue
):
    paper = add_paper("Note", programme=dialogue, is_draft=True)
    address = f"{PAPERS}/{paper.pk}/change/"
    opened = filled(staff_client.get(address))
    delete(moussa, dialogue)
    answer = staff_client.post(address, {**opened, "title_fr": "Mon titre"})
    assert answer.status_code == 200
    assert "Moussa Ba saved this entry" in words(answer)
    assert 'value="Mon titre"' in answer.text


def test_what_is_restored_is_sanitised(staff_client, add_paper):
    paper = add_paper("Note", is_draft=True)
    with reversion.create_revision():
        paper.save()
        Paper.objects.filter(pk=paper.pk).update(body_fr='<p onclick="x()">a</p><script>b</script>')
        history.record(Paper.objects.get())
    assert "<script>" in versions(paper)[0].serialized_data
    go_back_to(staff_client, paper, versions(paper)[0])
    assert Paper.objects.get().body_fr == "<p>a</p>"


@pytest.mark.parametrize(("is_draft", "slug"), [(False, "bilan-2026"), (True, "bilan")])
def test_a_restore_gives_only_a_draft_its_old_address_again(
    staff_client, client, add_paper, is_draft, slug
):
    paper = add_paper("Bilan", slug="bilan", is_draft=True)
    save(staff_client, paper, title_fr="Bilan 2026", slug="bilan-2026")
    Paper.objects.update(is_draft=is_draft)
    go_back_to(staff_client, paper, versions(paper)[-1])
    assert (Paper.objects.get().title_fr, Paper.objects.get().slug) == ("Bilan", slug)
    assert client.get(f"/fr/papers/{slug}/").status_code == 200


def test_restoring_does_not_publish(staff_client, add_paper):
    paper = add_paper("Note")
    save(staff_client, paper, title_fr="Note", _withdraw="1")
    go_back_to(staff_client, paper, versions(paper)[-1])
    assert Paper.objects.get().is_draft


def test_restoring_moves_no_publication_forward(staff_client, add_paper):
    paper = add_paper("Note", is_draft=True)
    save(staff_client, paper, title_fr="Note 2")
    Paper.objects.update(is_draft=False, publish_at="2031-06-30T08:00Z")
    go_back_to(staff_client, paper, versions(paper)[-1])
    assert (Paper.objects.get().title_fr, Paper.objects.get().state) == ("Note", "scheduled")


def test_a_version_that_may_not_be_published_is_refused_in_words(staff_client, add_paper):
    paper = add_paper("Note", is_draft=True, image="papers/a.jpg")
    save(staff_client, paper)
    Paper.objects.update(is_draft=False, image_is_decorative=True)
    page = go_back_to(staff_client, paper, versions(paper)[-1]).text
    assert "This version cannot be restored as it is: Before this entry is published" in page


def test_a_version_is_not_restored_over_a_save_that_nobody_saw(staff_client, add_paper):
    paper = add_paper("Un", is_draft=True)
    save(staff_client, paper, title_fr="Deux")
    address = f"{PAPERS}/{paper.pk}/history/{versions(paper)[-1].pk}/"
    seen = re.search(r'name="_seen" value="([^"]+)"', staff_client.get(address).text)[1]
    save(staff_client, Paper.objects.get(), title_fr="Trois")
    page = staff_client.post(address, {"_seen": seen}, follow=True).text
    assert "Somebody saved this entry meanwhile." in page
    assert "Trois" in page
    assert Paper.objects.get().title_fr == "Trois"


def test_actions_stand_in_the_history(staff_client, add_paper):
    paper = add_paper("Note")
    fields = {"action": "withdraw", "_selected_action": [paper.pk]}
    staff_client.post(f"{PAPERS}/", fields)
    page = words(staff_client.get(f"{PAPERS}/{paper.pk}/history/"))
    since = moment_for_staff(paper.publish_at)
    change = f"<del>published from {since} on</del> → <ins>draft</ins>"
    assert f"<strong>state</strong> <span>{change}" in page


def test_an_import_stands_in_the_history(staff, add_paper):
    with history.revision(staff, "Import de papiers.xlsx"):
        paper = add_paper("Note")
    assert [v.revision.comment for v in versions(paper)] == ["Import de papiers.xlsx"]
    assert versions(paper)[0].revision.user == staff


def test_an_import_that_stops_leaves_nothing(staff, add_paper):
    with pytest.raises(KeyError), history.revision(staff, "Import"):
        {"Note": add_paper("Note")}["a row with a mistake"]
    assert Paper.objects.count() == 0
    assert reversion.models.Revision.objects.count() == 0


def test_strangers_do_not_see_the_history(client, add_paper):
    paper = add_paper()
    with history.revision():
        paper.save()
    client.force_login(get_user_model().objects.create_user("b", is_staff=True))
    stem = f"{PAPERS}/{paper.pk}/history/"
    for address in (stem, f"{stem}{versions(paper)[0].pk}/", f"{PAPERS}/deleted/"):
        assert client.get(address).status_code == 403


def test_the_history_of_one_and_of_forty_versions_costs_the_same(
    staff_client, add_paper, django_assert_num_queries
):
    paper = add_paper()
    for number in range(40):
        with history.revision():
            paper.title_fr = f"Note {number}"
            paper.save()
        if number in {1, 39}:
            with django_assert_num_queries(10 + OF_A_SESSION):
                page = staff_client.get(f"{PAPERS}/{paper.pk}/history/").text
    assert "page 1 of 2" in page
    assert "<del>Note 19</del> → <ins>Note 20</ins>" in page


@pytest.fixture
def sign_in_with(client):
    """The client of a member of staff who has these rights on papers, and no other."""

    def sign_in_with(*rights):
        person = get_user_model().objects.create_user("fanta", is_staff=True)
        names = [f"{right}_paper" for right in rights]
        person.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(person)
        return client

    return sign_in_with


def test_who_may_only_look_restores_no_version(sign_in_with, add_paper):
    paper = add_paper("Un")
    with history.revision():
        paper.save()
    client, stem = sign_in_with("view"), f"{PAPERS}/{paper.pk}/history/"
    assert client.get(stem).status_code == 200
    Paper.objects.update(title_fr="Deux")
    address, seen = f"{stem}{versions(paper)[0].pk}/", history.token_of(Paper.objects.get())
    assert client.get(address).status_code == 403
    assert client.post(address, {"_seen": seen}).status_code == 403
    assert Paper.objects.get().title_fr == "Deux"


@pytest.mark.parametrize("right", ["add", "change", "delete"])
def test_one_right_is_too_little_to_bring_back_what_was_deleted(sign_in_with, add_paper, right):
    paper = add_paper()
    history.keep_last([paper], None)
    paper.delete()
    client, version = sign_in_with(right), history.deleted(Paper).get()
    assert client.get(f"{PAPERS}/deleted/").status_code == 403
    assert client.post(f"{PAPERS}/deleted/{version.pk}/").status_code == 403
    assert Paper.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_deleted_paper_is_brought_back_in_the_browser(signed_in, live_server, add_paper):
    page, paper = signed_in, add_paper()
    page.goto(f"{live_server.url}{PAPERS}/{paper.pk}/delete/")
    page.locator("#content [type=submit]").click()
    page.locator(".object-tools a[href$='/deleted/']").click()
    page.locator(".safe-history li a").first.click()
    page.locator(".safe-history [type=submit]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Paper.objects.get(pk=paper.pk).title_fr == paper.title_fr
