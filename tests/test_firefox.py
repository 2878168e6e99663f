"""Staff's main path in Firefox. What is pasted, `test_paste` tries in both browsers."""

import pytest

from profiles.models import LibraryPicture, Paper
from tests.builders import a_pdf, kept_photograph

pytestmark = [pytest.mark.firefox, pytest.mark.django_db(transaction=True)]

SAVE = "[name=_save]"
TEXT = ".field-body_fr .tiptap"
SAVED = ".messagelist .success"


@pytest.fixture
def awa(firefox, live_server, staff):
    """Firefox, signed in as people sign in."""
    firefox.goto(f"{live_server.url}/admin/")
    firefox.type("#id_login", "awa")
    firefox.type("#id_password", "une longue phrase")
    firefox.click("main [type=submit]")
    assert "Se déconnecter" in firefox.see("#user-tools")
    # Beside a form, the preview would still ask the server when a test has ended.
    firefox.run("() => localStorage.setItem('see:closed', '1')")
    return firefox


@pytest.fixture
def form_of(live_server):
    def address(paper=None):
        last = f"{paper.pk}/change/" if paper else "add/"
        return f"{live_server.url}/admin/profiles/paper/{last}"

    return address


def test_a_paper_is_pasted_sent_refused_mended_and_saved(awa, form_of, imrap, tmp_path):
    report = tmp_path / "rapport final.pdf"
    report.write_bytes(a_pdf(b"(un) Tj", b"(deux) Tj"))
    awa.goto(form_of())
    awa.type("#id_title_fr", "Écouter Ménaka")
    awa.click(TEXT)
    awa.copy('<b style="font-weight:normal"><p>10<sup>6</sup> <b>voix</b></p></b>')
    awa.press("Control+v")
    awa.type("#id_date", "2016-15-01")
    awa.type("#id_files-0-file", str(report))
    awa.click(SAVE)
    assert "2016-15-01" in awa.see(".field-date .errorlist")
    assert awa.value("#id_body_fr") == "<p>10<sup>6</sup> <strong>voix</strong></p>"
    assert "rapport final.pdf" in awa.see(".file-kept")  # it waits on the server
    awa.run("() => { document.getElementById('id_date').value = '' }")
    awa.type("#id_date", "06/2016")
    awa.click(SAVE)
    assert "Écouter Ménaka" in awa.see(SAVED)
    paper = Paper.objects.get()
    assert paper.body_fr == "<p>10<sup>6</sup> <strong>voix</strong></p>"
    assert (paper.date, paper.files.get().page_count) == ("2016-06", 2)


def test_after_a_save_the_button_back_ends_in_no_conflict(awa, form_of, live_server, add_paper):
    awa.goto(form_of(add_paper()))
    for title in ("Premier titre", "Second titre"):
        awa.find(TEXT)
        awa.run("() => { document.getElementById('id_title_fr').value = '' }")
        awa.type("#id_title_fr", title)
        awa.click(SAVE)
        assert title in awa.see(SAVED)
        awa.goto(f"{live_server.url}/admin/")
        awa.back()
    assert awa.value("#id_title_fr") == "Second titre"
    assert Paper.objects.get().title_fr == "Second titre"


def test_what_was_typed_and_left_is_offered_again(awa, form_of, live_server, add_paper):
    paper = add_paper()
    awa.goto(form_of(paper))
    awa.find(TEXT)
    awa.type("#id_title_fr", ", revu")
    awa.write(TEXT, "Un long texte.")
    awa.goto(f"{live_server.url}/admin/")
    awa.back()
    awa.find(TEXT)
    assert awa.value("#id_title_fr") == "Autoportrait du Mali"
    assert "Restaurer ce que vous avez saisi" in awa.see(".safe-offer")
    awa.click("[data-keep=restore]")
    assert awa.value("#id_title_fr") == "Autoportrait du Mali, revu"
    assert awa.value("#id_body_fr") == "<p>Un long texte.</p>"
    assert awa.run("s => document.querySelector(s).innerHTML", TEXT) == "<p>Un long texte.</p>"
    awa.click(SAVE)
    awa.see(SAVED)
    paper.refresh_from_db()
    assert (paper.title_fr, paper.body_fr) == (
        "Autoportrait du Mali, revu",
        "<p>Un long texte.</p>",
    )


def test_a_conflict_shows_both_texts_and_is_settled(awa, form_of, add_paper):
    paper = add_paper()
    awa.goto(form_of(paper))
    awa.find(TEXT)
    awa.type("#id_title_fr", ", le mien")
    Paper.objects.get().save()  # sets its moment, as a colleague's save does
    Paper.objects.update(title_fr="Le titre de Moussa")
    awa.click(SAVE)
    conflict = awa.see(".safe-conflict")
    assert "Autoportrait du Mali, le mien" in conflict
    assert "Le titre de Moussa" in conflict
    awa.click(SAVE)
    assert "Autoportrait du Mali, le mien" in awa.see(SAVED)
    paper.refresh_from_db()
    assert paper.title_fr == "Autoportrait du Mali, le mien"


def test_what_was_typed_is_offered_once_the_browser_has_forgotten_it(awa, form_of, add_paper):
    paper = add_paper("Écouter Ménaka")
    awa.goto(form_of(paper))
    awa.type("#id_title_fr", " et Gao")
    awa.wait_for(
        "() => performance.getEntriesByType('resource').some(({name}) => name.endsWith('/typed/'))"
    )
    awa.goto(f"{form_of(paper)}../history/")
    awa.run("() => localStorage.clear()")
    awa.goto(form_of(paper))
    assert "sur un autre appareil" in awa.see(".safe-offer")
    awa.click("[data-keep=restore]")
    assert awa.value("#id_title_fr") == "Écouter Ménaka et Gao"
    awa.click(SAVE)  # nothing is on its way when the test ends
    assert "et Gao" in awa.see(SAVED)


SHOWN = """title => document.querySelector(".see-page iframe").contentDocument
  ?.querySelector("h1")?.textContent === title"""


def test_the_page_stands_beside_the_form_and_follows_what_is_typed(awa, form_of, add_paper):
    awa.do("SetWindowRect", width=1400, height=900)
    awa.run("() => localStorage.removeItem('see:closed')")
    awa.goto(form_of(add_paper("Écouter Ménaka")))
    awa.wait_for(SHOWN, "Écouter Ménaka")
    awa.run("() => { document.getElementById('id_title_fr').value = '' }")
    awa.type("#id_title_fr", "Écouter Gao")
    awa.wait_for(SHOWN, "Écouter Gao")
    assert awa.run("() => document.activeElement.id") == "id_title_fr"
    awa.click(SAVE)
    assert "Écouter Gao" in awa.see(SAVED)


def test_a_table_a_note_and_a_link_by_name_are_made(awa, form_of, add_paper):
    report = add_paper("Autoportrait du Mali")
    awa.goto(form_of())
    awa.type("#id_title_fr", "Note")
    awa.write(TEXT, "Mali")
    awa.press("Control+a")
    awa.click(".field-body_fr [data-name=link]")
    awa.type("dialog [type=search]", "autoportrait")
    awa.see("dialog li button")
    awa.click("dialog li button")
    awa.click("dialog [type=submit]")
    awa.run("s => document.querySelector(s).editor.chain().focus('end').run()", TEXT)
    awa.click(".field-body_fr [data-name=footnote]")
    awa.write(".desk-dialog .tiptap", "Une note")
    awa.click(".desk-dialog > p button")
    awa.press("Enter")
    awa.click(".field-body_fr [data-name='table:insert']")
    awa.write(TEXT + " th", "Cas")
    awa.click(SAVE)
    assert "Note" in awa.see(SAVED)
    text = Paper.objects.get(title_fr="Note").body_fr
    assert text.startswith(
        f'<p><a href="entry:papers-{report.pk}">Mali</a><small role="note">Une note</small></p>'
        "<table><tbody><tr><th><p>Cas</p></th><th><p></p></th>"
    )


def test_an_entry_is_published_corrected_apart_and_put_online_by_buttons(awa, form_of, add_paper):
    paper = add_paper(is_draft=True)
    awa.goto(form_of(paper))
    awa.find(TEXT)
    assert "Brouillon" in awa.see(".state-sentence")
    awa.click("[name=_publish]")
    assert "est en ligne" in awa.see(SAVED)
    assert "Publiée depuis le" in awa.see(".state-sentence")
    awa.find(TEXT)
    awa.type("#id_title_fr", ", revu")
    awa.click("[name=_apart]")
    assert "Gardé à part" in awa.see(SAVED)
    assert awa.value("#id_title_fr") == "Autoportrait du Mali, revu"
    assert Paper.objects.get().title_fr == "Autoportrait du Mali"
    awa.click("[name=_publish]")
    assert "sont en ligne" in awa.see(SAVED)
    assert Paper.objects.get().title_fr == "Autoportrait du Mali, revu"


def test_a_moment_is_scheduled_in_its_folded_part(awa, form_of, add_paper):
    awa.goto(form_of(add_paper(is_draft=True)))
    awa.find(TEXT)
    awa.click(".state-schedule summary")
    awa.click("[name=_schedule]")
    assert "sera en ligne le" in awa.see(SAVED)
    assert Paper.objects.get().state == "scheduled"


def test_a_picture_of_the_library_is_put_into_a_text(awa, form_of, imrap):
    stored = LibraryPicture.objects.create(file=kept_photograph((400, 300)), alt_fr="Un pont")
    awa.goto(form_of())
    awa.type("#id_title_fr", "Écouter Ménaka")
    awa.write(TEXT, "Le pont.")
    awa.click(".field-body_fr [title='Image de la médiathèque']")
    awa.click(".desk-pictures li button")
    awa.write(f"{TEXT} figcaption", "Une vue")
    awa.click(SAVE)
    awa.see(SAVED)
    assert Paper.objects.get().body_fr == (
        f'<p>Le pont.</p><figure data-picture="{stored.pk}"><figcaption>Une vue</figcaption></figure>'
    )
