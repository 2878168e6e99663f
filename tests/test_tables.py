"""Tables in a text: as they are typed, stored, shown to visitors and handed on."""

import io
import re
import time
import zipfile
from contextlib import suppress
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from playwright.sync_api import expect

from profiles import openings, richtext
from profiles.admin.typed_text import as_html
from profiles.editing import spreadsheets
from profiles.editing.changes import texts_of
from profiles.formats.structured_data import in_short
from profiles.formats.takeaway import most_bytes
from profiles.markup.on_pages import tables_on_page
from profiles.models import Mandate, Paper
from profiles.richtext import sanitised
from profiles.search import search
from tests.builders import imported, paper_form
from tests.looks import nothing, too_wide_or_cut, violations

CASES_BY_REGION = (
    "<table><tbody><tr><th><p>Région</p></th><th><p>Cas</p></th></tr>"
    "<tr><td><p>Nord</p></td><td><p>12</p></td></tr>"
    "<tr><td><p>Sud</p></td><td><p>7</p></td></tr></tbody></table>"
)
ON_PAGE = (
    '<div class="table" role="region" tabindex="0" aria-label="Tableau\u00a0: Région, Cas"><table>'
    '<thead><tr><th scope="col">Région</th><th scope="col">Cas</th></tr></thead><tbody>'
    "<tr><td>Nord</td><td>12</td></tr><tr><td>Sud</td><td>7</td></tr></tbody></table></div>"
)


def of_size(rows, columns, words="x"):
    row = f"<tr>{f'<td><p>{words}</p></td>' * columns}</tr>"
    return f"<table><tbody>{row * rows}</tbody></table>"


# As it is stored


def test_a_table_of_the_editor_stays_as_it_is():
    for text in [
        f"<h5>Cas</h5>{CASES_BY_REGION}<p>Fin</p>",
        '<table><tbody><tr><td colspan="2"><p></p></td></tr><tr><td><ul><li><p>a</p></li></ul></td>'
        "<td><p>b</p><p>c</p></td></tr></tbody></table><p>d</p>",
        "<p>un</p><table><tbody><tr><td><p></p></td></tr></tbody></table>",
    ]:
        assert sanitised(text) == text


def test_a_table_of_elsewhere_becomes_one_of_ours():
    text = "<table><tr><td>Région<td>Cas<tr><td>Nord<td>12<tr><td>Sud<td>7</table>"
    assert sanitised(text) == CASES_BY_REGION
    text = (
        "<table border=1><thead><tr><td>Région</td><td>Cas</td></tr></thead><tbody><tr><td>Nord</td>"
        '<td>12</td></tr><tr class="last"><td>Sud</td><td>7</td></tr></tbody></table>'
    )
    assert sanitised(text) == CASES_BY_REGION


def test_words_alone_name_no_columns():
    text = sanitised("<table><tr><td>Nom<td>Awa<tr><td>Lieu<td>Gao</table>")
    assert "<th>" not in text
    assert "<th>" not in sanitised("<table><tr><td>2015<td>12<tr><td>2016<td>7</table>")
    bold = "<table><tr><td><b>Nom</b><td><b>Lieu</b><tr><td>Awa<td>Gao</table>"
    assert sanitised(bold).count("<th>") == 2


def test_title_and_source_stand_before_and_behind():
    text = (
        "<table><caption>Tableau 1</caption><tr><td colspan=3>Cas par région</td></tr>"
        "<tr><td>Nord</td><td>12</td><td>x</td></tr><tr><td colspan=3>Source : IMRAP</td></tr></table>"
    )
    assert sanitised(text) == (
        "<p>Tableau 1</p><p>Cas par région</p><table><tbody><tr><td><p>Nord</p></td>"
        "<td><p>12</p></td><td><p>x</p></td></tr></tbody></table><p>Source : IMRAP</p>"
    )


def test_what_is_only_laid_out_by_a_table_is_what_it_holds():
    text = "<table><tr><td><h2>Titre</h2>Un<ul><li>a</li></ul></td></tr></table>"
    assert sanitised(text) == "<h3>Titre</h3><p>Un</p><ul><li>a</li></ul>"
    inner = "<table><tr><td>a<td>1</table>"
    text = f"<table><tr><td>Lettre<tr><td>{inner}</table>"
    assert sanitised(text).startswith("<p>Lettre</p><table><tbody><tr><td><p>a</p></td>")


def test_merged_empty_and_missing_cells_keep_their_places():
    text = (
        '<table><tr><td rowspan=2><b>Nord</b><td colspan="2">2015<tr><td>2016<tr><td>Sud</table>'
        "<p>Fin</p>"
    )
    assert sanitised(text) == (
        '<table><tbody><tr><td rowspan="2"><p><strong>Nord</strong></p></td><td colspan="2"><p>2015'
        "</p></td></tr><tr><td><p>2016</p></td><td><p></p></td></tr><tr><td><p>Sud</p></td>"
        "<td><p></p></td><td><p></p></td></tr></tbody></table><p>Fin</p>"
    )
    ragged = "<table><tbody><tr><td><p>a</p></td></tr><tr><td><p>b</p></td><td><p>c</p></td></tr>"
    assert sanitised(f"{ragged}</tbody></table>").count("<td>") == 4


def test_no_table_heading_or_quotation_stands_in_a_cell():
    inner = "<table><tr><td>a<td>1<tr><td>b<td></table>"
    text = (
        f"<table><tr><td>2016<td>{inner}<tr><td><h2>Fin</h2><td><blockquote>c</blockquote></table>"
    )
    assert sanitised(text) == (
        "<table><tbody><tr><td><p>2016</p></td><td><p>a · 1</p><p>b</p></td></tr>"
        "<tr><td><p><strong>Fin</strong></p></td><td><p>c</p></td></tr></tbody></table>"
    )


def test_nothing_dangerous_comes_along():
    text = (
        '<table onclick=x style="width:10px"><tbody><tr><td id=a bgcolor=red><p>a'
        "<script>alert(1)</script></p></td><th scope=row abbr=x><p>b</p></th></tr></tbody></table>"
    )
    assert sanitised(text) == (
        "<table><tbody><tr><td><p>a</p></td><th><p>b</p></th></tr></tbody></table>"
    )


# Bounds


def test_a_text_has_at_most_5_000_cells():
    whole = of_size(500, 10)
    start = time.process_time()
    assert sanitised(whole) == whole
    assert time.process_time() - start < 2
    with pytest.raises(ValidationError) as refusal:
        sanitised(of_size(500, 50))
    assert refusal.value.messages == [
        "The tables of this text have 25,000 cells; at most 5,000 are possible. Divide them, or "
        "offer them as a file."
    ]


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td rowspan=5000 colspan=100>a" + "<tr><td>b" * 100 + "</table>",
        "<table><tr>" + "<td>a" * 100 + "<tr><td>b" * 100 + "</table>",
        "<table><tr><td>" + "<table><tr><td>a<td rowspan=99 colspan=99>b" * 30,
        "<table>" + ("<tr>" + "<td rowspan=100>" + "x" * 60) * 99 + "</table>",
    ],
)
def test_merged_cells_make_no_small_table_a_large_text(table):
    start = time.process_time()
    with suppress(ValidationError):
        assert len(sanitised(table)) < 1_000_000
    assert time.process_time() - start < 2


def test_a_form_says_what_is_too_much_and_keeps_the_text(staff_client, imrap):
    form = paper_form(body_fr=of_size(101, 50), body_en="<p>Kept</p>")
    page = staff_client.post("/admin/profiles/paper/add/", form).text
    assert "tables of this text have 5,050 cells; at most 5,000 are possible" in page
    assert page.count("&lt;td&gt;&lt;p&gt;x&lt;/p&gt;&lt;/td&gt;") == 5_050
    assert "Kept" in page
    assert Paper.objects.count() == 0


# On pages


def test_a_page_says_what_the_heads_of_a_table_are():
    assert tables_on_page(f"<p>Un</p>{CASES_BY_REGION}", "fr") == f"<p>Un</p>{ON_PAGE}"


def test_the_first_cell_of_a_row_can_name_it():
    text = CASES_BY_REGION.replace("<td><p>Nord</p></td>", "<th><p>Nord</p></th>")
    assert '<tr><th scope="row">Nord</th><td>12</td></tr>' in tables_on_page(text, "en")
    assert 'aria-label="Table: Région, Cas"' in tables_on_page(text, "en")


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        ("المنطقة", '<table dir="rtl">'),
        ("٢٠٢٦ موبتي", '<table dir="rtl">'),
        ("Nord", "<table>"),
        ("", "<table>"),
    ],
)
def test_a_table_in_arabic_letters_begins_on_the_right(first, shown):
    text = CASES_BY_REGION.replace("Région", first)
    assert shown in tables_on_page(text, "fr")


def test_a_table_without_heads_and_one_of_heads_alone():
    text = "<table><tbody><tr><td><p>a</p><p>b</p></td></tr></tbody></table>"
    assert tables_on_page(text, "fr") == (
        '<div class="table" role="region" tabindex="0" aria-label="Tableau"><table>'
        "<tr><td><p>a</p><p>b</p></td></tr></table></div>"
    )
    text = "<table><tbody><tr><th><p>a &amp; b</p></th></tr></tbody></table>"
    assert tables_on_page(text, "en") == (
        '<div class="table" role="region" tabindex="0" aria-label="Table: a &amp; b"><table>'
        '<thead><tr><th scope="col">a &amp; b</th></tr></thead></table></div>'
    )


def test_a_head_that_reaches_below_its_row_is_not_cut_off():
    text = (
        '<table><tbody><tr><th rowspan="2"><p>a</p></th><th><p>b</p></th></tr>'
        "<tr><td><p>1</p></td></tr></tbody></table>"
    )
    page = tables_on_page(text, "en")
    assert "<thead>" not in page
    assert '<tr><th rowspan="2" scope="col">a</th>' in page.replace(
        '<th scope="col" rowspan="2">', '<th rowspan="2" scope="col">'
    )


@pytest.mark.django_db
def test_visitors_get_it_on_the_entry_and_on_the_profile(client, add_paper):
    paper = add_paper("Rapport", slug="rapport", body_fr=f"<p>Les cas.</p>{CASES_BY_REGION}")
    assert ON_PAGE in client.get(paper.get_absolute_url()).text
    assert ON_PAGE in client.get("/fr/").text


@pytest.mark.django_db
def test_headings_follow_one_another_in_three_levels(client, add_paper):
    body = "<h3>Un</h3><h4>Deux</h4><h5>Trois</h5><p>Fin.</p>"
    paper = add_paper("Rapport", body_fr=body)
    page = client.get(paper.get_absolute_url()).text
    assert "<h2>Un</h2><h3>Deux</h3><h4>Trois</h4><p>Fin.</p>" in page
    assert "<h4>Un</h4><h5>Deux</h5><h6>Trois</h6>" in client.get("/fr/").text


# As words


def test_words_of_cells_stand_apart():
    assert richtext.lines(f"<p>Un</p>{CASES_BY_REGION}<p>Fin</p>") == (
        "Un\nRégion · Cas\nNord · 12\nSud · 7\nFin"
    )
    assert richtext.plain(CASES_BY_REGION) == "Région · Cas Nord · 12 Sud · 7"
    cell = "<table><tbody><tr><td><ul><li><p>a</p></li><li><p>b</p></li></ul></td></tr></tbody></table>"
    assert richtext.plain(cell) == "a b"
    assert richtext.plain("<h5>a</h5><p>b</p>") == "a b"


def test_an_excerpt_is_of_the_words_beside_a_table():
    assert richtext.excerpt(f"{CASES_BY_REGION}<p>Les cas.</p>") == "Les cas."
    assert richtext.excerpt(CASES_BY_REGION) == "Région · Cas Nord · 12 Sud · 7"


def test_an_opening_is_never_half_a_table():
    assert openings.opening_and_rest(f"{CASES_BY_REGION}{'<p>Mot. </p>' * 100}")[0].startswith(
        f"{CASES_BY_REGION}<p>Mot"
    )
    large, words = of_size(50, 5, "mot"), "<p>Les cas par région.</p>"
    assert openings.opening_and_rest(large + words) == (words, large + words)
    short = "<p>Les cas.</p>"
    assert openings.opening_and_rest(short + large) == (short, large)


@pytest.mark.django_db(transaction=True)
def test_what_stands_in_cells_is_found(add_paper):
    paper = add_paper("Rapport", body_fr=CASES_BY_REGION)
    for words in ("nord", "région", "12"):
        assert [hit.key for hit in search(words).hits] == [paper.pk]


@pytest.mark.django_db
def test_the_history_tells_its_rows(add_paper):
    assert texts_of(add_paper(body_fr=CASES_BY_REGION))["text (French)"] == (
        "Région · Cas\nNord · 12\nSud · 7"
    )


@pytest.mark.django_db
def test_engines_are_told_words_alone(imrap):
    imrap.description_fr = f"{CASES_BY_REGION}<p>Un institut.</p>"
    imrap.sentence_fr = imrap.sentence_en = imrap.description_en = ""
    assert in_short(imrap) == "Un institut."


# Taken away


def chapter_of(client, path):
    book = client.get(f"{path}copy.epub").content
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        return ElementTree.fromstring(files.read("EPUB/text-1.xhtml"))


@pytest.mark.django_db
def test_copies_and_books_have_the_whole_table(client, add_paper):
    add_paper("Rapport", slug="rapport", body_fr=CASES_BY_REGION)
    assert ON_PAGE in client.get("/fr/papers/rapport/copy.html").content.decode()
    name = "{http://www.w3.org/1999/xhtml}"
    cells = [cell.text for cell in chapter_of(client, "/fr/papers/rapport/").iter(f"{name}td")]
    assert cells == ["Nord", "12", "Sud", "7"]


@pytest.mark.django_db
def test_a_copy_is_no_larger_than_is_said(client, add_paper):
    paper = add_paper("Rapport", slug="rapport", body_fr=of_size(1, 1) * 2_000)
    page = client.get("/fr/papers/rapport/copy.html").content
    assert page.count(b"<table>") == 2_000
    assert len(page) <= most_bytes(paper)


# In sheets


@pytest.mark.usefixtures("imrap")
def test_a_table_comes_in_from_a_sheet_without_a_remark():
    table = (
        "<table>\n<tr><td>Région</td>\n<td>Cas</td></tr>\n<tr><td>Nord</td><td>12</td></tr></table>"
    )
    sheet = f'title_fr,body_fr\nUn,"{table}"\n'.encode()
    assert spreadsheets.try_out(Paper, spreadsheets.read(sheet)).faults == []
    imported(sheet)
    assert Paper.objects.get().body_fr == (
        "<table><tbody><tr><th><p>Région</p></th><th><p>Cas</p></th></tr>"
        "<tr><td><p>Nord</p></td><td><p>12</p></td></tr></tbody></table>"
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


def save(page):
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_table_is_made_and_changed_with_its_buttons(editor):
    press(editor, "Tableau")
    editor.keyboard.type("Région")
    editor.keyboard.press("Tab")
    editor.keyboard.type("Cas")
    press(editor, "Supprimer la colonne")
    editor.keyboard.press("Tab")
    press(editor, "Supprimer la rangée")
    editor.keyboard.type("Nord")
    press(editor, "Ajouter une colonne après")
    editor.keyboard.press("Tab")
    editor.keyboard.type("Sud")
    press(editor, "Ajouter une rangée dessous")
    save(editor)
    assert Mandate.objects.get().body_fr == (
        "<table><tbody><tr><th><p>Région</p></th><th><p></p></th><th><p></p></th></tr>"
        "<tr><td><p>Nord</p></td><td><p>Sud</p></td><td><p></p></td></tr>"
        "<tr><td><p></p></td><td><p></p></td><td><p></p></td></tr></tbody></table>"
    )


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["click", "Control+End"])
def test_one_writes_on_behind_a_table_that_ends_the_text(editor, way):
    editor.keyboard.type("Avant.")
    editor.keyboard.press("Enter")
    press(editor, "Tableau")
    text = editor.locator(".field-body_fr .tiptap")
    if way == "click":
        box = text.bounding_box()
        editor.mouse.click(box["x"] + 200, box["y"] + box["height"] - 8)
    else:
        editor.keyboard.press(way)
    editor.keyboard.type("Après.")
    save(editor)
    assert Mandate.objects.get().body_fr.endswith("</table><p>Après.</p>")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passage_in_arabic_letters_begins_on_the_right(page, live_server, add_paper):
    text = "<p>Voilà.</p><p>هذا التقرير.</p>" + CASES_BY_REGION.replace("Région", "المنطقة")
    paper = add_paper("Rapport", slug="rapport", body_fr=text)
    page.goto(live_server.url + paper.get_absolute_url())
    places = """() => [...document.querySelectorAll(".entry-text p, .entry-text th")].map((one) => {
      const words = document.createRange();
      words.selectNodeContents(one);
      const [own, whole] = [words.getBoundingClientRect(), one.getBoundingClientRect()];
      return own.left - whole.left < whole.right - own.right ? "left" : "right";
    })"""
    assert page.evaluate(places) == ["left", "right", "right", "right"]
    columns = page.locator(".entry-text th")
    assert columns.nth(0).bounding_box()["x"] > columns.nth(1).bounding_box()["x"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_heading_of_the_third_level_is_chosen_in_the_toolbar(editor):
    editor.keyboard.type("##### Détail")
    save(editor)
    assert Mandate.objects.get().body_fr == "<h5>Détail</h5>"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_only_looked_at_sends_the_stored_table(editor, live_server, imrap):
    text = sanitised("<table><tr><td colspan=2>a<td>b<tr><td>1<td>2<td>3</table><p>c</p>")
    mandate = Mandate.objects.create(organisation=imrap, title_fr="M", slug="m", body_fr=text)
    editor.goto(f"{live_server.url}/admin/profiles/mandate/{mandate.pk}/change/")
    editor.locator(".field-body_fr .tiptap").click()
    assert as_html(editor.locator("#id_body_fr").input_value()) == text
    nothing(violations(editor, "form with a table", preload=False))
    editor.set_viewport_size({"width": 360, "height": 740})
    assert editor.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wide_table_scrolls_inside_itself_on_a_phone(page, live_server, add_paper, scheme):
    heads = "".join(f"<th><p>Indicateur {number}</p></th>" for number in range(12))
    cells = "<td><p>123&nbsp;456&nbsp;789</p></td>" * 12
    table = f"<table><tbody><tr>{heads}</tr><tr>{cells}</tr></tbody></table>"
    paper = add_paper("Rapport", slug="rapport", body_fr=f"<p>Les cas.</p>{table}")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + paper.get_absolute_url())
    region = page.get_by_role("region", name=re.compile(r"^Tableau\s: Indicateur 0, "))
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert region.evaluate("one => one.scrollWidth > one.clientWidth")
    region.focus()
    region.evaluate("one => { window.moved = new Promise(done => { one.onscroll = done; }); }")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.moved.then(() => true)")
    nothing(violations(page, scheme, preload=False))
    expect(page.get_by_role("columnheader", name="Indicateur 3")).to_have_count(1)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_narrow_table_needs_no_scrolling_and_prints_whole(page, live_server, add_paper):
    paper = add_paper("Rapport", slug="rapport", body_fr=CASES_BY_REGION)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + paper.get_absolute_url())
    nothing(too_wide_or_cut(page, "narrow"))
