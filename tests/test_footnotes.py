"""Footnotes: as they are written, stored, numbered for visitors and handed on."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from profiles import openings, richtext
from profiles.editing.changes import texts_of
from profiles.formats.takeaway import most_bytes
from profiles.models import Mandate, Paper
from profiles.richtext import sanitised
from profiles.search import search
from tests.builders import imported
from tests.looks import nothing, too_wide_or_cut, violations

NOTE = '<small role="note">Enquête de <em>2015</em>.</small>'
TEXT = f'<p>Le Mali{NOTE} et le Niger<small role="note">Rapport annuel.</small>.</p>'


def note(words):
    return f'<small role="note">{words}</small>'


# As they are stored


def test_a_note_stays_where_it_stands():
    for text in [
        TEXT,
        f"<h3>Titre{NOTE}</h3><ul><li><p>a{NOTE}</p></li></ul>",
        f"<table><tbody><tr><td><p>12{NOTE}</p></td></tr></tbody></table>",
        '<p>a<small role="note">un<br>deux <a href="https://example.org/">b</a></small></p>',
    ]:
        assert sanitised(text) == text


def test_small_print_of_elsewhere_is_no_note():
    assert sanitised("<p>a <small>petit</small></p>") == "<p>a petit</p>"
    assert sanitised('<p>a <small role="button" onclick="x">petit</small></p>') == "<p>a petit</p>"
    assert sanitised('<p>a<SMALL ROLE="note">b</SMALL></p>') == f"<p>a{note('b')}</p>"


def test_no_note_stands_in_a_link_or_in_a_mark():
    assert sanitised(f'<p><a href="https://a.org/">mot{NOTE} suite</a></p>') == (
        f'<p><a href="https://a.org/">mot</a>{NOTE}<a href="https://a.org/"> suite</a></p>'
    )
    assert sanitised(f"<p><strong><em>mot{NOTE}</em></strong></p>") == (
        f"<p><strong><em>mot</em></strong>{NOTE}</p>"
    )
    assert sanitised(f"<b><p>mot{NOTE}</p></b>") == f"<p><strong>mot</strong>{NOTE}</p>"


def test_a_note_holds_one_line_of_words_and_no_other_note():
    assert sanitised(f"<p>a{note(f'b{NOTE} c')}</p>") == (
        f"<p>a{note('b [Enquête de 2015.]  c')}</p>"
    )
    assert sanitised(f"<p>a{note(' ')}</p>") == "<p>a</p>"


def test_a_text_of_notes_alone_is_not_empty():
    assert sanitised(f"<p>{NOTE}</p>") == f"<p>{NOTE}</p>"


# As words


def test_words_of_notes_are_no_words_of_the_text():
    assert richtext.plain(TEXT) == "Le Mali et le Niger."
    assert richtext.excerpt(TEXT) == "Le Mali et le Niger."
    assert richtext.lines(TEXT) == "Le Mali [Enquête de 2015.] et le Niger [Rapport annuel.]."


@pytest.mark.django_db
def test_the_history_tells_the_words_of_notes(add_paper):
    texts = texts_of(add_paper(body_fr=TEXT))
    assert texts["text (French)"] == "Le Mali [Enquête de 2015.] et le Niger [Rapport annuel.]."


@pytest.mark.django_db(transaction=True)
def test_words_of_notes_are_found(add_paper):
    paper = add_paper("Rapport", body_fr=TEXT)
    for words in ("enquête 2015", "Mali", "rapport annuel"):
        assert [hit.key for hit in search(words).hits] == [paper.pk]


@pytest.mark.usefixtures("imrap")
def test_notes_go_out_to_a_sheet_and_come_in_again():
    quoted = TEXT.replace('"', '""')
    imported(f'title_fr,body_fr\nUn,"{quoted}"\n'.encode())
    assert Paper.objects.get().body_fr == TEXT


def test_a_note_stays_with_its_sentence_where_a_text_is_divided():
    sentence = "La paix se prépare dans chaque village et dans chaque famille"
    html = "<p>" + "".join(f"{sentence}.{note(str(n))} " for n in range(8)) + "Fin.</p>"
    first, rest = openings.opening_and_rest(html)
    assert first.endswith(f"famille.{note('4')}</p>")
    assert rest.startswith("<p>La paix")
    assert first.count("<small") + rest.count("<small") == 8


# On pages


@pytest.mark.django_db
def test_notes_are_numbered_in_order_and_lead_there_and_back(client, add_paper):
    paper = add_paper("Rapport", slug="rapport", body_fr=TEXT)
    page = client.get(f"/fr/papers/{paper.slug}/").text
    assert (
        'Le Mali<sup><a href="#note-1" id="mark-1" role="doc-noteref" aria-label="Note 1">1</a></sup>'
        ' et le Niger<sup><a href="#note-2" id="mark-2" role="doc-noteref" aria-label="Note 2">2</a>'
        "</sup>.</p>"
        '<section class="notes" role="doc-endnotes" aria-label="Notes"><ol>'
        '<li id="note-1">Enquête de <em>2015</em>. <a href="#mark-1" role="doc-backlink" '
        'aria-label="Retour au texte, note 1">↑</a></li>'
        '<li id="note-2">Rapport annuel. <a href="#mark-2" role="doc-backlink" '
        'aria-label="Retour au texte, note 2">↑</a></li></ol></section>'
    ) in page


def ids_in(page):
    return re.findall(r'id="([\w-]*(?:note|mark)-\d+)"', page)


@pytest.mark.django_db
def test_many_texts_on_one_page_have_marks_of_their_own(client, imrap, add_paper):
    long = "<p>" + "La paix se prépare dans chaque village et dans chaque famille. " * 8 + "</p>"
    papers = [add_paper(f"Rapport {n}", slug=f"r{n}", body_fr=TEXT + long + TEXT) for n in "12"]
    imrap.description_fr = TEXT
    imrap.save()
    page = client.get("/fr/").text
    ids = ids_in(page)
    assert len(ids) == len(set(ids)) == 2 * (4 + 4 + 2)
    assert set(re.findall(r'href="#([\w-]*(?:note|mark)-\d+)"', page)) == set(ids)
    assert [one for one in ids if f"-{papers[0].pk}-mark" in one] == [
        f"papers-{papers[0].pk}-mark-{number}" for number in (1, 2, 3, 4)
    ]


@pytest.mark.django_db
def test_a_list_shows_no_mark_without_its_note(client, add_paper):
    long = "<p>" + "La paix se prépare dans chaque village et dans chaque famille. " * 8 + "</p>"
    add_paper("Rapport", slug="rapport", body_fr=TEXT + long)
    page = client.get("/fr/papers/").text
    assert "Le Mali et le Niger." in page
    assert ids_in(page) == []


@pytest.mark.django_db
def test_an_english_text_on_a_french_page_has_english_notes(client, add_paper):
    add_paper("", slug="report", title_en="Report", body_en=f"<p>Mali{NOTE}</p>")
    assert 'aria-label="Back to the text, note 1"' in client.get("/fr/papers/report/").text


@pytest.mark.django_db
def test_engines_are_told_no_note(client, add_paper):
    add_paper("Rapport", slug="rapport", body_fr=TEXT)
    page = client.get("/fr/papers/rapport/").text
    assert re.search(r'<meta name="description"[^>]* content="Le Mali et le Niger\."', page)
    assert "Enquête" not in re.search(r"<script type=.application/ld.json.*?</script>", page)[0]


# Taken away


@pytest.mark.django_db
def test_in_a_copy_and_in_a_book_they_lead_within_it(client, add_paper):
    paper = add_paper("Rapport", slug="rapport", body_fr=TEXT)
    copy = client.get("/fr/papers/rapport/copy.html").content
    assert b'<a href="#note-1" id="mark-1" role="doc-noteref"' in copy
    assert len(copy) <= most_bytes(paper)
    book = client.get("/fr/papers/rapport/copy.epub").content
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        chapter = files.read("EPUB/text-1.xhtml").decode()
    assert (
        '<a href="#note-2" id="mark-2" role="doc-noteref" aria-label="Note 2" epub:type="noteref">'
        in chapter
    )
    assert (
        '<section class="notes" role="doc-endnotes" aria-label="Notes" epub:type="endnotes">'
        in chapter
    )


# In a browser


@pytest.fixture
def editor(signed_in, live_server, imrap):
    signed_in.goto(f"{live_server.url}/admin/profiles/mandate/add/")
    signed_in.locator("#id_title_fr").fill("Mandat")
    signed_in.locator(".field-body_fr .tiptap").click()
    return signed_in


def press(page, name):
    page.locator(".field-body_fr").get_by_role("button", name=name, exact=True).click()


def write_note(page, words):
    press(page, "Note de bas de page")
    dialog = page.get_by_role("dialog", name="Note de bas de page")
    expect(dialog.get_by_role("textbox", name="Texte de la note")).to_be_focused()
    page.keyboard.type(words)
    press(page, "Garder la note")
    expect(dialog).to_have_count(0)


def save(page):
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_note_is_written_changed_moved_and_deleted(editor):
    editor.keyboard.type("Mali")
    write_note(editor, "Une note.")
    editor.keyboard.type(" et Niger")
    write_note(editor, "Une autre.")
    value = editor.locator("#id_body_fr")
    one, other = note("Une note."), note("Une autre.")
    expect(value).to_have_value(f"<p>Mali{one} et Niger{other}</p>")

    editor.get_by_role("button", name="Note de bas de page : Une note.").click()
    editor.keyboard.type(" Et la suite.")
    press(editor, "Garder la note")
    expect(value).to_have_value(f"<p>Mali{note('Une note. Et la suite.')} et Niger{other}</p>")

    editor.get_by_role("button", name="Note de bas de page : Une autre.").click()
    press(editor, "Supprimer la note")
    expect(value).to_have_value(f"<p>Mali{note('Une note. Et la suite.')} et Niger</p>")
    save(editor)
    assert Mandate.objects.get().body_fr == (
        f"<p>Mali{note('Une note. Et la suite.')} et Niger</p>"
    )


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_escape_loses_nothing_that_was_typed(editor):
    editor.keyboard.type("Mali")
    press(editor, "Note de bas de page")
    editor.keyboard.press("Escape")
    expect(editor.get_by_role("dialog")).to_have_count(0)
    editor.keyboard.press("Control+Alt+f")
    editor.keyboard.type("Une note")
    editor.keyboard.press("Escape")
    expect(editor.get_by_role("dialog")).to_be_visible()
    nothing(violations(editor, "note", preload=False))
    press(editor, "Ne rien changer")
    expect(editor.locator("#id_body_fr")).to_have_value("<p>Mali</p>")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_becomes_a_link_is_the_same_before_and_after_a_note(editor):
    warnings = []
    editor.on("console", lambda message: warnings.append(message.text))
    value = editor.locator("#id_body_fr")
    for count in (1, 2):
        editor.keyboard.type("tel:+22320221848 https://example.org/a ")
        expect(value).to_have_value(re.compile(f"(</a>.*){{{count}}}"))
        assert re.findall(r'href="([^"]+)"', value.input_value()) == count * [
            "https://example.org/a"
        ]
        write_note(editor, "Une note.")
        editor.keyboard.press("End")
    assert [words for words in warnings if "linkify" in words] == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_only_looked_at_sends_the_stored_notes(editor, live_server, imrap):
    mandate = Mandate.objects.create(organisation=imrap, title_fr="M", slug="m", body_fr=TEXT)
    editor.goto(f"{live_server.url}/admin/profiles/mandate/{mandate.pk}/change/")
    editor.locator(".field-body_fr .tiptap").click()
    expect(editor.locator("#id_body_fr")).to_have_value(TEXT)
    nothing(violations(editor, "form with notes", preload=False))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_a_mark_leads_to_its_note_and_back(page, live_server, add_paper):
    long = "<p>" + "La paix se prépare dans chaque village. " * 60 + "</p>"
    add_paper("Rapport", slug="rapport", body_fr=TEXT + long)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{live_server.url}/fr/papers/rapport/")
    page.locator("#mark-2").click()
    expect(page.locator("#note-2")).to_be_in_viewport()
    page.get_by_label("Retour au texte, note 2").click()
    expect(page.locator("#mark-2")).to_be_in_viewport()
    nothing(too_wide_or_cut(page, "notes"))
    nothing(violations(page, "notes", preload=False))
