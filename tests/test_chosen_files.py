"""A chosen file is sent once, also where its form is refused."""

import os
import re
import time

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from profiles.admin import chosen_files
from profiles.files.waiting import uploads
from profiles.models import AudioSummary, Paper, PaperFile, Video
from tests.builders import VTT, a_pdf, content_of, filled, paper_form, photograph, png

ADD = "/admin/profiles/paper/add/"
PDF = a_pdf(b"(La paix) Tj")
FRENCH = {"accept-language": "fr"}


def form(**fields):
    rows = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    return (
        paper_form(**rows)
        | {"_complete": "1", "_once": "form-of-this-test"}
        | {
            "image_is_decorative": "on",
            **fields,
        }
    )


def pdf(name="rapport.pdf"):
    return SimpleUploadedFile(name, PDF)


def photo():
    return SimpleUploadedFile("photo.jpg", content_of(photograph()))


def tokens_in(page):
    return dict(re.findall(r'name="([\w-]+-kept)" value="([^"]+)"', page.text))


def refused(client, address=ADD, **fields):
    """The tokens of the files that wait after a form without a title was refused."""
    answer = client.post(address, form(title_fr="", **fields), headers=FRENCH)
    assert answer.status_code == 200
    return tokens_in(answer)


def stored(file):
    with file.storage.open(file.name) as content:
        return content.read()


@pytest.fixture
def waiting(var_folder):
    return lambda: sorted((var_folder / "uploads").glob("*"))


def test_a_file_chosen_in_a_refused_form_is_saved_with_the_next_one(staff_client, imrap, waiting):
    tokens = refused(staff_client, image=photo(), **{"files-0-file": pdf()})
    assert set(tokens) == {"image-kept", "files-0-file-kept"}
    assert [file.stat().st_mode & 0o777 for file in waiting()] == [0o600, 0o600]
    assert staff_client.post(ADD, form(**tokens)).status_code == 302
    assert stored(PaperFile.objects.get().file) == PDF
    assert PaperFile.objects.get().file.name.endswith("/rapport.pdf")
    assert Paper.objects.get().image
    assert waiting() == []


def test_the_refused_form_names_what_it_keeps(staff_client, imrap):
    answer = staff_client.post(ADD, form(title_fr="", image=photo()), headers=FRENCH)
    assert "<strong>photo.jpg</strong>" in answer.text
    assert "gardé\u00a0: inutile de l’envoyer de nouveau" in answer.text


def test_a_file_waits_through_many_refusals_and_is_stored_once(staff_client, imrap, waiting):
    tokens = refused(staff_client, **{"files-0-file": pdf()})
    for _time in range(3):
        again = refused(staff_client, **tokens)
        assert set(again) == set(tokens)
    assert len(waiting()) == 1
    assert refused(staff_client, **{"files-0-file": pdf()})
    assert len(waiting()) == 1


def test_a_refused_file_does_not_wait_but_those_beside_it_do(staff_client, imrap):
    bad = SimpleUploadedFile("photo.jpg", b"du texte")
    assert set(refused(staff_client, image=bad, **{"files-0-file": pdf()})) == {"files-0-file-kept"}


def test_another_file_takes_its_place(staff_client, imrap):
    tokens = refused(staff_client, **{"files-0-file": pdf()})
    other = SimpleUploadedFile("autre.pdf", a_pdf(b"(Autre) Tj"))
    staff_client.post(ADD, form(**tokens, **{"files-0-file": other}))
    assert PaperFile.objects.get().file.name.endswith("/autre.pdf")


def test_it_is_not_taken_where_nobody_wants_it_any_more(staff_client, imrap):
    tokens = refused(staff_client, image=photo())
    fields = form(**tokens, **{"image-forget": "on", "files-TOTAL_FORMS": "0"})
    assert staff_client.post(ADD, fields).status_code == 302
    assert not Paper.objects.get().image


def test_nobody_else_gets_it(staff_client, moussa, imrap):
    tokens = refused(staff_client, image=photo())
    fields = form(**tokens, **{"files-TOTAL_FORMS": "0"})
    assert moussa.post(ADD, fields).status_code == 302
    assert not Paper.objects.get().image


def test_no_other_kind_of_entry_gets_it(staff_client, imrap):
    token = refused(staff_client, image=photo())["image-kept"]
    address = "/admin/profiles/programme/add/"
    fields = filled(staff_client.get(address), title_fr="P")
    staff_client.post(address, fields | {"image-kept": token})
    assert not imrap.programme_set.get().image


@pytest.mark.parametrize("token", ["x", "a:b:c", "../../../../etc/passwd", "é" * 500])
def test_a_token_that_was_made_up_is_nothing(staff_client, imrap, token):
    fields = form(**{"image-kept": token, "files-TOTAL_FORMS": "0"})
    assert staff_client.post(ADD, fields).status_code == 302
    said = {"name": "a", "file": "../db.sqlite3", "to": "1", "for": "profiles.paper"}
    forged = signing.dumps(said, key="another", salt=chosen_files.SALT)
    assert staff_client.post(ADD, fields | {"image-kept": forged}).status_code == 302


@pytest.mark.on_a_folder("see test_bucket")
def test_what_waits_no_more_is_said_and_nothing_is_saved_without_it(staff_client, imrap, waiting):
    tokens = refused(staff_client, image=photo())
    waiting()[0].unlink()
    fields = form(**tokens, **{"files-TOTAL_FORMS": "0"})
    answer = staff_client.post(ADD, fields, headers=FRENCH)
    assert "a attendu un jour sur le serveur" in answer.text
    assert "«\u00a0photo.jpg\u00a0»" in answer.text
    assert Paper.objects.count() == 0


def test_what_nobody_came_back_for_goes_after_a_day(staff_client, imrap, waiting):
    refused(staff_client, image=photo())
    moment = time.time() - 25 * 3600
    os.utime(waiting()[0], (moment, moment))
    assert uploads().forget_old() == 1
    assert waiting() == []


def test_one_person_keeps_so_many_files_and_bytes_and_the_oldest_goes(
    staff_client, imrap, waiting, settings
):
    settings.UPLOAD_MB = {**settings.UPLOAD_MB, "form": 1}
    noise = [png(600, 400, rows=os.urandom(700_000)) for _number in range(2)]
    first = refused(staff_client, **{"files-0-file": pdf()})
    # No whole pictures: they wait because their turn did not come.
    for number, content in enumerate(noise):
        file = SimpleUploadedFile(f"{number}.pdf", PDF + content + b"\n%%EOF")
        refused(staff_client, **{"files-0-file": file})
        time.sleep(0.02)
    assert sum(file.stat().st_size for file in waiting()) < 1_000_000
    answer = staff_client.post(ADD, form(**first), headers=FRENCH)
    assert "a attendu un jour sur le serveur" in answer.text


def test_on_a_full_disk_the_form_says_what_must_be_chosen_again(staff_client, imrap, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("profiles.files.waiting.open", full, raising=False)
    answer = staff_client.post(ADD, form(title_fr="", image=photo()), headers=FRENCH)
    assert "n’a pas pu être gardé\u00a0: à choisir de nouveau" in answer.text
    assert tokens_in(answer) == {}


def test_of_a_cut_form_only_whole_files_wait(staff_client, imrap):
    fields = form(image=photo(), **{"files-0-file": pdf()})
    del fields["_complete"]
    answer = staff_client.post(ADD, fields | {"csrfmiddlewaretoken": "a"})
    assert set(tokens_in(answer)) == {"image-kept"}


def test_a_recording_and_captions_wait_too(staff_client, imrap):
    address = "/admin/profiles/video/add/"
    fields = filled(staff_client.get(address), title_fr="")
    file = SimpleUploadedFile("sous-titres.vtt", VTT)
    answer = staff_client.post(address, fields | {"captions": file})
    tokens = tokens_in(answer)
    assert set(tokens) == {"captions-kept"}
    staff_client.post(address, fields | tokens | {"title_fr": "Film"})
    assert stored(Video.objects.get().captions).startswith(b"WEBVTT")
    assert AudioSummary.objects.count() == 0


def test_it_waits_through_a_conflict(staff_client, moussa, add_paper):
    paper = add_paper()
    address = f"/admin/profiles/paper/{paper.pk}/change/"
    mine = filled(staff_client.get(address), slug="", title_fr="De Awa", image_is_decorative="on")
    theirs = filled(moussa.get(address), slug="", title_fr="De Moussa")
    moussa.post(address, theirs)
    answer = staff_client.post(address, mine | {"image": photo(), "files-TOTAL_FORMS": "0"})
    tokens = tokens_in(answer)
    assert set(tokens) == {"image-kept"}
    seen = filled(answer, slug="", title_fr="De Awa", image_is_decorative="on")
    assert staff_client.post(address, seen | tokens).status_code == 302
    assert Paper.objects.get().image


def test_a_form_that_arrives_twice_with_what_waited_makes_one_entry(staff_client, imrap):
    tokens = refused(staff_client, **{"files-0-file": pdf()})
    assert staff_client.post(ADD, form(**tokens)).status_code == 302
    assert staff_client.post(ADD, form(**{"files-0-file": pdf()})).status_code == 302
    assert Paper.objects.count() == 1


# What a file says of its maker


def telling(name="rapport.pdf"):
    content = PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Info<</Author(Moussa)/Creator(Word)>>")
    return SimpleUploadedFile(name, content)


def test_what_was_taken_out_of_a_file_is_told(staff_client, imrap):
    fields = form(**{"files-0-file": telling()})
    answer = staff_client.post(ADD, fields, headers=FRENCH, follow=True)
    assert (
        "Retiré de «\u00a0rapport.pdf\u00a0», qui l’a fait et avec quoi\u00a0: auteur\u00a0: Moussa; programme\u00a0: Word."
        in answer.text
    )
    assert b"Moussa" not in stored(PaperFile.objects.get().file)


def test_it_stays_where_somebody_wants_that_and_can_be_taken_out_later(staff_client, imrap):
    fields = form(**{"files-0-file": telling(), "files-0-file-as_it_is": "on"})
    staff_client.post(ADD, fields)
    before = PaperFile.objects.get()
    assert b"Moussa" in stored(before.file)
    address = f"/admin/profiles/paper/{Paper.objects.get().pk}/change/"
    page = staff_client.get(address, headers=FRENCH)
    assert (
        "Ce fichier dit de son auteur\u00a0: auteur\u00a0: Moussa; programme\u00a0: Word."
        in page.text
    )
    token = re.search(r'name="files-0-file-empty" value="([^"]+)"', page.text)[1]
    fields = filled(page, **{"files-0-file-empty": token})
    assert staff_client.post(address, fields).status_code == 302
    after = PaperFile.objects.get()
    assert after.file.name != before.file.name
    assert b"Moussa" not in stored(after.file)
    assert "Ce fichier dit" not in staff_client.get(address, headers=FRENCH).text


# In the browser


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_script", [True, False])
def test_in_the_browser_a_file_is_chosen_once(
    browser, live_server, staff_client, imrap, tmp_path, has_script, browser_context_args
):
    (tmp_path / "rapport.pdf").write_bytes(PDF)
    args = {**browser_context_args, "viewport": {"width": 360, "height": 740}}
    context = browser.new_context(**args, java_script_enabled=has_script)
    key = staff_client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{live_server.url}{ADD}")
    page.locator("#id_files-0-file").set_input_files(tmp_path / "rapport.pdf")
    page.locator("[name=_save]").first.click()
    kept = page.locator(".file-kept")
    expect(kept).to_contain_text("rapport.pdf")
    expect(kept).to_contain_text("gardé : inutile de l’envoyer de nouveau")
    assert page.locator("#id_files-0-file").evaluate("input => input.files.length") == 0
    if shots := os.environ.get("SHOTS"):
        kept.scroll_into_view_if_needed()
        page.screenshot(path=f"{shots}/kept-{has_script}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if has_script else True
    page.locator("#id_title_fr").fill("Rapport")
    page.locator("[name=_save]").first.click()
    page.wait_for_url(re.compile(r"/admin/profiles/paper/\d+/change/"))
    context.close()
    assert stored(PaperFile.objects.get().file) == PDF


@pytest.mark.django_db(transaction=True)
def test_by_the_button_back_what_waits_is_offered_with_what_was_typed(
    signed_in, live_server, imrap, tmp_path
):
    (tmp_path / "rapport.pdf").write_bytes(PDF)
    page = signed_in
    page.goto(f"{live_server.url}{ADD}")
    page.locator("#id_summary_fr").fill("Le résumé") if page.locator(
        "#id_summary_fr"
    ).is_visible() else page.locator("#id_title_en").evaluate("e => e.value = ''")
    page.locator("#id_files-0-file").set_input_files(tmp_path / "rapport.pdf")
    page.locator("#id_type").select_option("audit")
    page.locator("[name=_save]").first.click()
    expect(page.locator(".file-kept")).to_contain_text("rapport.pdf")
    page.goto(f"{live_server.url}{ADD}")
    page.locator("[data-keep=restore]").click()
    expect(page.locator(".file-kept")).to_contain_text("rapport.pdf")
    page.locator("#id_title_fr").fill("Rapport")
    page.locator("[name=_save]").first.click()
    page.wait_for_url(re.compile(r"/admin/profiles/paper/\d+/change/"))
    assert stored(PaperFile.objects.get().file) == PDF


@pytest.mark.django_db(transaction=True)
def test_what_is_too_large_is_not_sent_first(signed_in, live_server, imrap, tmp_path, settings):
    settings.UPLOAD_MB = {**settings.UPLOAD_MB, "document": 1}
    (tmp_path / "gros.pdf").write_bytes(PDF.ljust(2_300_000, b" "))
    page = signed_in
    page.goto(f"{live_server.url}{ADD}")
    page.locator("#id_title_fr").fill("Rapport")
    page.locator("#id_files-0-file").set_input_files(tmp_path / "gros.pdf")
    page.locator("[name=_save]").first.click()
    expect(page.locator("[role=alert]").first).to_contain_text(
        "Rien n’a encore été envoyé : « gros.pdf » pèse 2,3 Mo ; au plus 1 Mo"
    )
    assert Paper.objects.count() == 0
