"""What staff paste from elsewhere, as those programs put it on the clipboard, into the real editor.

Each test runs in Chromium (`make test`) and in Firefox (`make firefox`), with the browser's own
clipboard and real keys.
"""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from profiles.models import Mandate
from tests.firefox import COPY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CASES = Path(__file__).parent / "cases"
LISTEN = """() => {
    window.pasted = false;
    document.addEventListener("paste", () => setTimeout(() => { window.pasted = true; }), {
        once: true, capture: true,
    });
}"""
EDITOR = "document.querySelector('.field-body_fr .tiptap').editor"
WRITTEN = f"""() => {{
    const {{ value }} = document.getElementById('id_body_fr');
    return value === ({EDITOR}.isEmpty ? '' : {EDITOR}.getHTML());
}}"""


class Editor:
    """The French text of a new mandate, in one browser or another."""

    def __init__(self, run, press):
        self.run, self.press = run, press

    def paste(self, html="", text="Sans mise en forme.", keys="Control+v", over=""):
        """What the form would send after this was pasted over what stood there."""
        self.run(f"html => {{ {EDITOR}.chain().setContent(html).focus().selectAll().run() }}", over)
        self.wait_for(f"() => {EDITOR}.view.hasFocus()")  # which the next frame gives it
        self.run(COPY, html, text)
        self.press("Control+c")
        self.run(LISTEN)
        self.press(keys)
        self.wait_for("() => window.pasted")  # a busy browser hands it over later
        self.wait_for(WRITTEN)
        return self.run("() => document.getElementById('id_body_fr').value")

    def wait_for(self, what):
        deadline = time.monotonic() + 10
        while not self.run(what):
            assert time.monotonic() < deadline, f"Ten seconds without {what}"
            time.sleep(0.02)

    @property
    def note(self):
        """What stands below the text since the last paste, a sentence on each line."""
        paragraphs = ".field-body_fr [role=status] p"
        texts = f"() => [...document.querySelectorAll('{paragraphs}')].map(p => p.textContent)"
        return "\n".join(self.run(texts))


@pytest.fixture
def form(live_server):
    return f"{live_server.url}/admin/profiles/mandate/add/"


@pytest.fixture
def in_chromium(signed_in, form, imrap):
    signed_in.goto(form)
    expect(signed_in.locator(".field-body_fr [contenteditable]")).to_be_visible()

    def run(function, *arguments):
        return signed_in.evaluate(f"all => ({function})(...all)", arguments)

    return Editor(run, signed_in.keyboard.press)


@pytest.fixture
def in_firefox(firefox, staff_client, form, imrap):
    firefox.sign_in(staff_client.cookies["sessionid"].value)
    firefox.goto(form)
    firefox.find(".field-body_fr .tiptap")
    return Editor(firefox.run, firefox.press)


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.firefox)])
def editor(request):
    return request.getfixturevalue(f"in_{request.param}")


def case(name):
    return (CASES / name).read_text("utf-8")


def item(level, marker, text, style=""):
    """A paragraph of a list as Word writes it."""
    gap = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span>"
    return (
        f"<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1{style}'><![if "
        f"!supportLists]><span style='mso-list:Ignore'>{marker}{gap}</span><![endif]>{text}</p>"
    )


# Whole documents

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta name=Generator content="Microsoft Word 15">
<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt;} @list l0 {mso-list-id:1;} --></style></head>
<body lang=FR style='tab-interval:35.4pt'><!--StartFragment-->
<h1><a name="_Toc1">Contexte</a><o:p></o:p></h1>
<p class=MsoNormal style='text-align:justify'><span style='font-size:14.0pt;color:red'>Le
dialogue à <b>Ménaka</b>, selon <a href="https://www.imrap-mali.org/">l’IMRAP</a><a
href="#_ftn1"><sup>[1]</sup></a>.<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<h2>Constats<o:p></o:p></h2>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Premier
point<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if
!supportLists]><span style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span
style='font:7.0pt "Times New Roman"'>&nbsp; </span></span></span><![endif]>Détail<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>Second
point</p>
<p class=MsoNormal>Ensuite<span style='mso-spacerun:yes'>&nbsp;</span>:</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span>&nbsp;&nbsp; </span></span><![endif]>Un</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>2.<span>&nbsp;&nbsp; </span></span><![endif]>Deux</p>
<p class=MsoNormal><img width=10 src="file:///C:/Users/awa/image001.png"><i>Fin</i></p>
<!--EndFragment--></body></html>"""

FROM_WORD = (
    "<h3>Contexte</h3>"
    '<p>Le dialogue à <strong>Ménaka</strong>, selon <a href="https://www.imrap-mali.org/">'
    "l’IMRAP</a><sup>[1]</sup>.</p>"
    "<h4>Constats</h4>"
    "<ul><li><p>Premier point</p><ul><li><p>Détail</p></li></ul></li>"
    "<li><p>Second point</p></li></ul>"
    "<p>Ensuite&nbsp;:</p>"
    '<ol data-type="decimal"><li><p>Un</p></li><li><p>Deux</p></li></ol>'
    "<p><em>Fin</em></p>"
)

LIBREOFFICE = """<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN"><html><head>
<meta http-equiv="content-type" content="text/html; charset=utf-8"/>
<meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/>
<style type="text/css">p { line-height: 115%; margin-bottom: 0.25cm }</style></head>
<body lang="fr-FR" link="#000080" dir="ltr">
<h2 class="western">Le mandat</h2>
<p align="justify" style="line-height: 100%"><font color="#c9211e"><font face="Liberation Serif">Un
texte en <i>italique</i>, avec <a href="http://www.interpeace.org/">un lien</a>.</font></font></p>
<h3 class="western">Résultats</h3>
<ul><li><p style="margin-bottom: 0cm">premier</p></li><li><p>second</p></li></ul>
<ol><li><p>un</p></li></ol>
<table><tr><td><p>Cellule</p></td></tr></table>
<p><br/>

</p></body></html>"""

FROM_LIBREOFFICE = (
    "<h3>Le mandat</h3>"
    '<p>Un texte en <em>italique</em>, avec <a href="http://www.interpeace.org/">'
    "un lien</a>.</p>"
    "<h4>Résultats</h4>"
    "<ul><li><p>premier</p></li><li><p>second</p></li></ul>"
    '<ol data-type="decimal"><li><p>un</p></li></ol>'
    "<p>Cellule</p>"
)


def test_word_keeps_headings_lists_and_links(editor):
    assert editor.paste(WORD) == FROM_WORD
    assert editor.note == (
        "Images laissées de côté\u00a0: 1. Ajoutez d’abord chacune à la médiathèque\u00a0; "
        "le bouton «\u00a0Image de la médiathèque\u00a0» la place ensuite ici.\n"
        "Notes de bas de page devenues du texte, car leur appel ou leur note n’a pas été copié avec : 1."
    )


def test_libreoffice_keeps_headings_lists_and_links(editor):
    assert editor.paste(LIBREOFFICE) == FROM_LIBREOFFICE
    assert editor.note == ""


def test_what_was_pasted_is_stored(in_chromium, signed_in):
    in_chromium.paste(WORD)
    signed_in.locator("#id_title_fr").fill("Mandat")
    signed_in.locator("[name=_save]").first.click()
    expect(signed_in.locator(".messagelist .success")).to_be_visible()
    assert Mandate.objects.get().body_fr == FROM_WORD


# What styles mean


def test_a_mark_is_what_its_style_says_and_not_its_tag(editor):
    assert editor.paste(case("paste-docs-bold-wrapper.html")) == (
        "<p>Un texte simple.</p><ul><li><p>Un point.</p></li></ul>"
        "<p><strong>Gras</strong> puis normal.</p>"
    )
    html = (
        '<p><strong>a <span style="font-weight:400">b</span></strong> '
        '<i>c <span style="font-style:normal">d</span></i> <b style="font-weight:normal">e</b> '
        '<span style="font-weight:700;font-style:italic">f</span> '
        '<em style="font-style:normal">g</em></p><p style="font-weight:bold">h</p>'
    )
    assert editor.paste(html) == (
        "<p><strong>a </strong>b <em>c </em>d e <strong><em>f</em></strong> g</p>"
        "<p><strong>h</strong></p>"
    )
    html = '<p>Prix : <s>5 000</s> <span style="text-decoration:line-through">6 000</span> 7</p>'
    assert editor.paste(html) == "<p>Prix : <s>5 000</s> <s>6 000</s> 7</p>"


def test_a_style_sheet_of_the_clipboard_counts_too(editor):
    html = (
        "<style><!-- p.Fort {font-weight:bold} span.Cache {display:none;mso-hide:all} "
        "span.Exposant {vertical-align:super} --></style>"
        "<p class=Fort>Montant : 10<span class=Exposant>6</span><span class=Cache>secret</span></p>"
    )
    assert editor.paste(html) == "<p><strong>Montant : 10<sup>6</sup></strong></p>"


def test_exponents_and_indices_stay(editor):
    html = (
        '<p>10<sup>6</sup> H<sub>2</sub>O 10<span style="vertical-align:super">9</span> '
        'CO<span style="font-size:0.6em;vertical-align:sub">2</span> '
        '<span style="vertical-align:baseline">n</span>'
        '<sup style="vertical-align:baseline">o</sup></p>'
    )
    assert editor.paste(html) == (
        "<p>10<sup>6</sup> H<sub>2</sub>O 10<sup>9</sup> CO<sub>2</sub> no</p>"
    )
    html = "<math><msup><mi>x</mi><mn>2</mn></msup></math>"
    assert editor.paste(html) == "<p>x<sup>2</sup></p>"


def test_blocks_never_run_into_one_word(editor):
    html = (
        "<div>a<p>b</p>c</div>d<div>e</div><dl><dt>f</dt><dd>g</dd></dl>"
        '<span style="display:block">h</span><span style="display:block">i</span>'
    )
    letters = "".join(f"<p>{letter}</p>" for letter in "abcdefghi")
    assert editor.paste(html) == letters
    html = '<span style="white-space:pre-wrap">une ligne\nune autre</span>'
    assert editor.paste(html) == "<p>une ligne<br>une autre</p>"


# What nobody was to read


def test_what_tracked_changes_deleted_does_not_come_back(editor):
    assert editor.paste(case("paste-tracked-change.html")) == "<p>Budget : 7 000 euros.</p>"
    assert editor.note == "Commentaires, passages supprimés ou masqués laissés de côté\u00a0: 1."
    html = (
        "<p>a <span class=msoDel>b</span><ins>c</ins> <del>d</del><span class=msoIns>e</span></p>"
    )
    assert editor.paste(html) == "<p>a c e</p>"


WORD_COMMENT = """<p class=MsoNormal>Le <a style='mso-comment-reference:AW_1;
mso-comment-date:20260101T1000'>budget</a><span class=MsoCommentReference><span
style='font-size:8.0pt'><![if !supportAnnotations]><a class=msocomanchor id="_anchor_1"
href="#_msocom_1" name="_msoanchor_1">[AW1]</a><![endif]><span
style='mso-special-character:comment'>&nbsp;</span></span></span> est voté.</p>
<div style='mso-element:comment-list'><hr class=msocomoff align=left size=1 width="33%">
<div style='mso-element:comment'><div id="_com_1" class=msocomtxt><span
style='mso-comment-author:"Awa"'><a name="_msocom_1"></a></span>
<p class=MsoCommentText><span class=MsoCommentReference>[AW1]</span>Ne pas publier !</p>
</div></div></div>"""


def test_comments_and_their_marks_never_arrive(editor):
    assert editor.paste(WORD_COMMENT) == "<p>Le budget est voté.</p>"
    assert editor.note == "Commentaires, passages supprimés ou masqués laissés de côté\u00a0: 1."
    google = (
        '<p>Texte<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup> public</p><div><p><a '
        'href="#cmnt_ref1" id="cmnt1">[a]</a><span>secret</span></p><p>et la suite</p></div>'
    )
    assert editor.paste(google) == "<p>Texte public</p>"
    styles = ["mso-element:comment-list", "mso-special-character:comment", "mso-comment-author:Awa"]
    html = "".join(f"<p style='{style}'>secret</p>" for style in styles)
    assert editor.paste(f"<p>Texte</p>{html}") == "<p>Texte</p>"
    libreoffice = (
        '<p>Texte<!-- AWA: secret --><span class="annotation_style_by_filter">[secret]</span></p>'
        '<table><tr><td><a class="comment-indicator"></a><comment>secret</comment>Gao</td></tr>'
        "</table><office:annotation><p>secret</p></office:annotation>"
    )
    assert editor.paste(libreoffice) == "<p>Texte</p><p>Gao</p>"


def test_hidden_text_never_arrives(editor):
    html = (
        "<p>Vu<span style='display:none;mso-hide:all'> secret</span><span style='mso-hide:all'>"
        ' secret</span><span hidden> secret</span><span style="visibility:hidden"> secret</span>'
        '</p><p style="display: none">secret</p><p title="a > b" style="display:none">secret</p>'
    )
    assert editor.paste(html) == "<p>Vu</p>"
    assert editor.note == "Commentaires, passages supprimés ou masqués laissés de côté\u00a0: 6."
    sheet = (
        '<table><col width=80><col style="display:none"><col width=80>'
        "<tr><td>Nom</td><td>Salaire</td><td>Ville</td></tr>"
        '<tr style="display:none"><td>Ali</td><td>800</td><td>Kidal</td></tr>'
        "<tr><td>Awa</td><td>900</td><td>Gao</td></tr></table>"
    )
    assert editor.paste(sheet) == table("td Nom | td Ville", "td Awa | td Gao")
    contents = "<p>Contexte<span style='display:none;mso-hide:screen'>....3</span></p>"
    assert editor.paste(contents) == "<p>Contexte</p>"
    assert editor.note == ""


def test_what_is_dangerous_is_not_pasted(in_chromium, signed_in):
    requests = []
    signed_in.on("request", lambda request: requests.append(request.url))
    html = (
        '<p onclick="alert(1)">Texte<script>alert(1)</script>'
        '<img src="https://example.org/pixel.png" onerror="alert(1)"> '
        '<a href="javascript:alert(1)">ici</a></p>'
    )
    assert in_chromium.paste(html) == "<p>Texte ici</p>"
    assert [address for address in requests if "example.org" in address] == []


# Lists


def test_a_word_paragraph_in_a_list_style_keeps_all_its_words(editor):
    assert editor.paste(case("paste-list-style-without-number.html")) == (
        '<ol data-type="decimal"><li><p>Premier point</p></li></ol>'
        "<p>M. le maire a ouvert la réunion.</p><p>12. juin : jour de marché.</p>"
    )
    html = item(1, "Article 3 –", "Les membres.") + item(1, "Article 4 –", "Le bureau.")
    assert editor.paste(html) == "<p>Article 3 – Les membres.</p><p>Article 4 – Le bureau.</p>"
    heading = item(1, "1.", "Contexte").replace("<p ", "<h1 ").replace("</p>", "</h1>")
    assert editor.paste(heading) == "<h3>1. Contexte</h3>"


def test_numbering_goes_on(editor):
    assert editor.paste(case("paste-numbering-goes-on.html")) == (
        '<ol data-type="decimal"><li><p>Premier</p></li></ol><p>Un alinéa entre les deux.</p>'
        '<ol data-type="decimal" start="2"><li><p>Second</p></li></ol>'
    )
    html = '<ol><li>a</li><li value="5">b</li><li>c</li></ol><p>d</p><ol start="7"><li>e</li></ol>'
    assert editor.paste(html) == (
        '<ol data-type="decimal"><li><p>a</p></li></ol>'
        '<ol data-type="decimal" start="5"><li><p>b</p></li><li><p>c</p></li></ol><p>d</p>'
        '<ol data-type="decimal" start="7"><li><p>e</p></li></ol>'
    )


def test_an_empty_item_goes_and_the_next_keeps_its_number(editor):
    html = item(1, "1.", "un") + item(1, "2.", "<o:p>&nbsp;</o:p>") + item(1, "3.", "trois")
    assert editor.paste(html) == (
        '<ol data-type="decimal"><li><p>un</p></li></ol>'
        '<ol data-type="decimal" start="3"><li><p>trois</p></li></ol>'
    )
    assert editor.paste("<ul><li>a</li><li><p></p></li><li>b</li></ul>") == (
        "<ul><li><p>a</p></li><li><p>b</p></li></ul>"
    )


def test_letters_and_roman_numbers_stay_what_they_are(editor):
    html = item(1, "h.", "un") + item(1, "i.", "deux") + "<p>x</p>" + item(1, "j.", "trois")
    assert editor.paste(html) == (
        '<ol data-type="lower-alpha" start="8" type="a"><li><p>un</p></li><li><p>deux</p></li></ol>'
        '<p>x</p><ol data-type="lower-alpha" start="10" type="a"><li><p>trois</p></li></ol>'
    )
    html = item(1, "1)", "un") + item(2, "i.", "a") + item(2, "ii.", "b") + item(1, "2)", "deux")
    assert editor.paste(html) == (
        '<ol data-type="decimal"><li><p>un</p><ol data-type="lower-roman" type="i"><li><p>a</p></li>'
        "<li><p>b</p></li></ol></li><li><p>deux</p></li></ol>"
    )


def test_a_second_level_alone_is_one_list(editor):
    two = "<ul><li><p>un</p></li><li><p>deux</p></li></ul>"
    assert editor.paste(item(2, "o", "un") + item(2, "o", "deux")) == two
    assert editor.paste("<ul><ul><li>un</li><li>deux</li></ul></ul>") == two
    assert editor.paste("<ul><li><ul><li>un</li><li>deux</li></ul></li></ul>") == two
    assert editor.paste("<li>un</li><li>deux</li>") == two
    html = "<p>x</p><ul><li><ul><li>un</li><li>deux</li></ul></li></ul><p>y</p>"
    assert editor.paste(html) == f"<p>x</p>{two}<p>y</p>"
    lettered = '<ol data-type="lower-alpha" start="2" type="a"><li><p>b</p></li></ol>'
    assert editor.paste('<ol><ol type="a" start="2"><li>b</li></ol></ol>') == lettered
    assert editor.paste('<ol><li><ol type="a" start="2"><li>b</li></ol></li></ol>') == lettered


def test_a_list_beside_its_item_goes_into_it(editor):
    google = (
        '<ul><li aria-level="1"><p>un</p></li><ul><li aria-level="2"><p>a</p></li></ul>'
        '<li aria-level="1"><p>deux</p></li></ul>'
    )
    nested = "<ul><li><p>un</p><ul><li><p>a</p></li></ul></li><li><p>deux</p></li></ul>"
    assert editor.paste(google) == nested
    online = "".join(
        f'<div class="ListContainerWrapper"><ul><li data-aria-level="{level}"><p>{text}</p></li>'
        "</ul></div>"
        for level, text in [(1, "un"), (2, "a"), (1, "deux")]
    )
    assert editor.paste(online) == nested


def test_word_lists_without_marks_of_their_own_are_lists(editor):
    html = (
        "<p class=MsoListParagraph>·\u00a0\u00a0 <b>un</b></p>"
        "<p class=MsoListParagraph>·\u00a0 deux</p>"
    )
    assert editor.paste(html) == "<ul><li><p><strong>un</strong></p></li><li><p>deux</p></li></ul>"
    gap = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span>"
    html = f"<p class=MsoListParagraph>1.{gap}Un <b>mot</b></p><p class=MsoListParagraph>2.{gap}Deux</p>"
    assert editor.paste(html) == (
        '<ol data-type="decimal"><li><p>Un <strong>mot</strong></p></li><li><p>Deux</p></li></ol>'
    )


def test_lists_deeper_than_nine_levels_come_up(editor):
    pasted = editor.paste("<ul><li>x" * 11 + "</li></ul>" * 11)
    assert (pasted.count("<ul>"), pasted.count("<li><p>x</p>")) == (9, 11)
    assert editor.note == "Listes ou citations trop imbriquées, remontées d’un niveau\u00a0: 2."


# Tables


def table(*rows):
    """As the editor writes it: "th Région | td 12" is a row, "td 2x1 Gao" a cell over two columns."""
    return f"<table><tbody>{''.join(map(table_row, rows))}</tbody></table>"


def table_row(row):
    found = (re.fullmatch(r"(t[dh])(?: (\d)x(\d))? ?(.*)", cell) for cell in row.split(" | "))
    return f"<tr>{''.join(table_cell(*one.groups()) for one in found)}</tr>"


def table_cell(name, wide, high, words):
    spans = f' colspan="{wide}"' * (wide not in (None, "1"))
    spans += f' rowspan="{high}"' * (high not in (None, "1"))
    return f"<{name}{spans}><p>{words}</p></{name}>"


def test_a_table_arrives_as_a_table(editor):
    assert editor.paste(case("paste-sheet-cells.html")) == table(
        "th Région | th Cas", "td Nord | td 12", "td Sud | td 7"
    )
    assert editor.note == (
        "Tableaux dont la première rangée nomme maintenant les colonnes : 1. Si elle ne le fait "
        "pas, placez-y le curseur et appuyez sur « Rangée d’en-tête »."
    )
    html = "<table><tr><th>Région<th>Cas<tr><td>Nord<td>12</table>"
    assert editor.paste(html) == table("th Région | th Cas", "td Nord | td 12")
    assert editor.note == ""


WORD_TABLE = """<p class=MsoNormal>Avant</p><table class=MsoTableGrid border=1 style='border:none;
mso-yfti-tbllook:1184'><tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'><td width=208 valign=top
style='width:155.8pt;border:solid windowtext 1.0pt'><p class=MsoNormal><b>Cercle<o:p></o:p></b></p>
</td><td width=208><p class=MsoNormal><b><span style='color:red'>Personnes</span></b></p></td></tr>
<tr><td><p class=MsoNormal>Ménaka<o:p></o:p></p><p class=MsoNormal>et alentours</p></td><td>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>une</p></td></tr></table>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>"""


def test_a_table_of_word_keeps_its_heads_its_lists_and_its_paragraphs(editor):
    assert editor.paste(WORD_TABLE) == (
        "<p>Avant</p><table><tbody><tr><th><p><strong>Cercle</strong></p></th>"
        "<th><p><strong>Personnes</strong></p></th></tr><tr><td><p>Ménaka</p><p>et alentours</p>"
        "</td><td><ul><li><p>une</p></li></ul></td></tr></tbody></table>"
    )
    google = (
        '<b style="font-weight:normal" id="docs-internal-guid-1"><div dir="ltr" align="left"><table '
        'style="border:none"><colgroup><col width="301"><col width="301"></colgroup><tbody><tr>'
        '<td style="border:solid"><p dir="ltr"><span style="font-weight:700">Nom</span></p></td>'
        '<td><p dir="ltr"><span style="font-weight:700">Lieu</span></p></td></tr>'
        '<tr><td><p dir="ltr"><span style="font-weight:400">Awa</span></p></td><td><br></td></tr>'
        "</tbody></table></div></b>"
    )
    assert editor.paste(google) == table(
        "th <strong>Nom</strong> | th <strong>Lieu</strong>", "td Awa | td "
    )


def test_empty_and_merged_cells_keep_their_places(editor):
    html = """<table border=1><tr><td colspan=4><p class=MsoNormal>Titre</p></td></tr>
        <tr><td rowspan=2><p class=MsoNormal><b>Nord</b></p></td><td><p>2015</p></td>
        <td><p>&nbsp;</p></td><td>4<br>5</td></tr><tr><td>2016</td></tr>
        <tr><td colspan=4>Source : IMRAP</td></tr></table>"""
    assert editor.paste(html) == (
        "<p>Titre</p>"
        + table("td 1x2 <strong>Nord</strong> | td 2015 | td  | td 4<br>5", "td 2016 | td  | td ")
        + "<p>Source : IMRAP</p>"
    )
    html = "<table><tr><td>Nom<td>Cas<tr><td><br><td>19<tr><td>Fin<td></table>"
    assert editor.paste(html) == table("th Nom | th Cas", "td  | td 19", "td Fin | td ")
    html = "<table><tr><th colspan=2>Cas<th>Lieu<tr><td>1<td>2<td>Gao</table>"
    assert editor.paste(html) == table("th 2x1 Cas | th Lieu", "td 1 | td 2 | td Gao")


def test_a_table_in_a_table_becomes_lines(editor):
    html = """<table><tr><td>2016</td><td><table><tr><td>a</td><td>1</td></tr><tr><td>b</td>
        <td>2</td></tr></table></td></tr></table>"""
    assert editor.paste(html) == (
        "<table><tbody><tr><td><p>2016</p></td><td><p>a · 1</p><p>b · 2</p></td></tr></tbody></table>"
    )
    assert editor.note == "Tableaux dans un tableau devenus du texte, une ligne par rangée : 1."
    letter = "<table><tr><td><h2>Lettre</h2></td></tr><tr><td><table><tr><td>a<td>1</table></table>"
    assert editor.paste(letter) == "<h3>Lettre</h3>" + table("td a | td 1")


def test_a_heading_or_quotation_in_a_cell_is_a_paragraph(editor):
    html = "<table><tr><td><h2>Titre</h2><blockquote>b</blockquote><td>c</table>"
    assert editor.paste(html) == (
        "<table><tbody><tr><td><p><strong>Titre</strong></p><p>b</p></td><td><p>c</p></td></tr>"
        "</tbody></table>"
    )


def test_a_table_of_too_many_cells_is_refused_and_the_text_stays(editor):
    html = f"<table>{('<tr>' + '<td>x' * 50) * 500}</table>"
    assert editor.paste(html, over="<p>Le texte</p>") == "<p>Le texte</p>"
    assert editor.note == (
        "Rien n’a été collé : ses tableaux ont 25\u202f000 cases, et ceux d’un texte en ont au plus "
        "5\u202f000. Divisez-les, ou proposez-les dans un fichier."
    )


def test_three_levels_of_headings_arrive(editor):
    html = "<h1>a</h1><h2>b</h2><h3>c</h3><h4>d</h4>"
    assert editor.paste(html) == "<h3>a</h3><h4>b</h4><h5>c</h5><h5>d</h5>"
    assert editor.paste("<h3>a</h3><h5>c</h5>") == "<h3>a</h3><h5>c</h5>"


def test_a_table_of_one_cell_is_what_it_holds(editor):
    html = "<table><tr><td><h2>Titre</h2><p>Un</p><ul><li>a</li></ul></td></tr></table>"
    assert editor.paste(html) == "<h3>Titre</h3><p>Un</p><ul><li><p>a</p></li></ul>"
    html = "<table><tr><td>&nbsp;<td><p>un</p><p>deux</p><td><tr><td><td>trois<td></table>"
    assert editor.paste(html) == "<p>un</p><p>deux</p><p>trois</p>"
    assert editor.note == ""


# Links, notes, pictures


def test_addresses_are_completed_and_what_leads_nowhere_is_counted(editor):
    html = (
        '<p><a href="www.imrap-mali.org">a</a> <a href="awa@imrap.org">b</a> '
        '<a href="file:///C:/rapport.doc">c</a> <a href="#haut">d</a> <a href="rapport.pdf">e</a></p>'
    )
    assert editor.paste(html) == (
        '<p><a href="https://www.imrap-mali.org">a</a> <a href="mailto:awa@imrap.org">b</a> c d e</p>'
    )
    assert editor.note == (
        "Liens laissés de côté, car ils mènent à un fichier d’un seul ordinateur ou n’ont qu’une "
        "partie d’adresse\u00a0: 2. Leurs mots restent."
    )


NOTES = {
    "LibreOffice": """<p>Mali<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>.</p>
        <div id="sdfootnote1"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote1sym"
        href="#sdfootnote1anc">1</a>Une <i>note</i>.</p></div>""",
    "Word": """<p class=MsoNormal>Mali<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"
        title=""><span class=MsoFootnoteReference><span style='mso-special-character:footnote'><![if
        !supportFootnotes]><span class=MsoFootnoteReference>[1]</span><![endif]></span></span></a>.</p>
        <div style='mso-element:footnote-list'><![if !supportFootnotes]><br clear=all><hr width="33%">
        <![endif]><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a
        style='mso-footnote-id:ftn1' href="#_ftnref1" name="_ftn1" title=""><span
        class=MsoFootnoteReference>[1]</span></a> Une <i>note</i>.<o:p></o:p></p></div></div>""",
    "Google": """<p>Mali<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup>.</p><hr><div><p><a
        href="#ftnt_ref1" id="ftnt1">[1]</a><span>&nbsp;Une </span><span style="font-style:italic">note
        </span><span>.</span></p></div>""".replace("note\n        ", "note"),
    "Wikipedia": """<p>Mali<sup id="cite_ref-1" class="reference"><a href="#cite_note-1">[1]</a></sup>.</p>
        <ol class="references"><li id="cite_note-1"><span class="mw-cite-backlink"><a href="#cite_ref-1">↑
        </a></span> <span class="reference-text">Une <i>note</i>.</span></li></ol>""",
}


@pytest.mark.parametrize("program", NOTES)
def test_footnotes_arrive_as_footnotes(editor, program):
    assert editor.paste(NOTES[program]) == (
        '<p>Mali<small role="note">Une <em>note</em>.</small>.</p>'
    )
    assert editor.note == ""


def test_notes_of_a_page_of_this_site_arrive_as_notes(editor):
    html = (
        '<p>Mali<sup><a href="https://x.org/fr/#note-1" id="mark-1" role="doc-noteref">1</a></sup></p>'
        '<section role="doc-endnotes"><ol><li id="note-1">Une note. <a href="https://x.org/fr/#mark-1" '
        'role="doc-backlink">↑</a></li></ol></section>'
    )
    assert editor.paste(html) == '<p>Mali<small role="note">Une note.</small></p>'


def test_a_mark_without_its_note_and_a_note_without_its_mark_stay_as_text(editor):
    html = '<p>Mali<a href="#_ftn1"><span class=MsoFootnoteReference>[1]</span></a>.</p>'
    assert editor.paste(html) == "<p>Mali<sup>[1]</sup>.</p>"
    said = (
        "Notes de bas de page devenues du texte, car leur appel ou leur note n’a pas été copié "
        "avec : 1."
    )
    assert editor.note == said
    html = (
        "<div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href=\"#_ftnref1\" "
        'name="_ftn1"><span class=MsoFootnoteReference>[1]</span></a> Une note.</p></div>'
    )
    assert editor.paste(html) == "<p><sup>[1]</sup> Une note.</p>"
    assert editor.note == said


def test_a_note_of_several_paragraphs_has_several_lines(editor):
    html = """<p>a<a href="#fn1" id="fnref1">1</a> b<a href="#fn2" id="fnref2">2</a></p><ol><li id="fn1">
        <p>un</p><p>deux <a href="#fnref1">↩</a></p></li><li id="fn2"><p>trois <a href="#fnref2">↩</a></p>
        </li></ol>"""
    assert editor.paste(html) == (
        '<p>a<small role="note">un<br>deux</small> b<small role="note">trois</small></p>'
    )


def test_pictures_and_films_are_counted_and_emoji_are_letters(editor):
    html = (
        '<p>Bravo <img alt="👏" src="a.png"> <img src="b.png" alt="Une photo"><svg></svg>'
        '<img src="c.gif" width="1" height="1"></p><video controls></video><iframe></iframe>'
    )
    assert editor.paste(html) == "<p>Bravo 👏</p>"
    assert editor.note == (
        "Images laissées de côté\u00a0: 2. Ajoutez d’abord chacune à la médiathèque\u00a0; "
        "le bouton «\u00a0Image de la médiathèque\u00a0» la place ensuite ici.\n"
        "Films, sons et autres éléments intégrés laissés de côté\u00a0: 2."
    )
    editor.paste("<p>Rien de tel.</p>")
    assert editor.note == ""


def test_a_picture_of_our_own_pages_comes_along(editor):
    figure = '<figure data-picture="12"><figcaption>Une <em>vue</em>{}</figcaption></figure>'
    html = f"<p>a</p>{figure.format('<small class=credit>Awa</small>')}<p>b</p>"
    assert editor.paste(html) == f"<p>a</p>{figure.format('')}<p>b</p>"
    assert editor.note == ""
    assert editor.paste(figure.format("").replace("12", "12abc")) == "<p>Une <em>vue</em></p>"


ONE_PICTURE = (
    "Images laissées de côté\u00a0: 1. Ajoutez d’abord chacune à la médiathèque\u00a0; "
    "le bouton «\u00a0Image de la médiathèque\u00a0» la place ensuite ici."
)


def test_a_picture_alone_leaves_the_text_as_it_is(editor):
    html = '<img src="https://example.org/photo.jpg">'
    assert editor.paste(html, text="", over="<p>Le texte</p>") == "<p>Le texte</p>"
    assert editor.note == ONE_PICTURE


@pytest.mark.parametrize("name", ["paste", "drop"])
def test_a_file_alone_is_said_to_be_left_out(in_chromium, name):
    """As a screen shot on the clipboard, or a photograph that is dragged here, arrives."""
    kind = {"paste": "ClipboardEvent", "drop": "DragEvent"}[name]
    taken = in_chromium.run(f"""() => {{
        const data = new DataTransfer();
        data.items.add(new File(["x"], "photo.png", {{ type: "image/png" }}));
        const place = document.querySelector(".field-body_fr .tiptap");
        const {{ left, top }} = place.getBoundingClientRect();
        return !place.dispatchEvent(new {kind}("{name}", {{ clipboardData: data, dataTransfer: data,
            clientX: left + 5, clientY: top + 5, bubbles: true, cancelable: true }}));
    }}""")
    assert taken
    assert in_chromium.note == ONE_PICTURE


def test_too_much_is_refused_and_the_text_stays(editor):
    much = "mot " * 50_001
    assert editor.paste(f"<p>{much}</p>", over="<p>Le texte</p>") == "<p>Le texte</p>"
    assert editor.note.startswith(
        "Rien n’a été collé\u00a0: cela fait 200\u202f003 signes, et un texte"
    )
    assert editor.paste(text=much, over="<p>Le texte</p>") == "<p>Le texte</p>"


# Copied here, and plain text


def test_what_is_copied_in_the_editor_itself_stays_as_it_is(editor):
    html = '<h4 data-pm-slice="0 0 []">Sous-titre</h4><p>Texte</p>'
    assert editor.paste(html) == "<h4>Sous-titre</h4><p>Texte</p>"
    foreign = '<p data-pm-slice="0 0 []">Nord<span style="display:none"> secret</span></p>'
    assert editor.paste(foreign) == "<p>Nord</p>"


def test_marks_of_whatsapp_are_formatted_where_it_would_format_them(editor):
    text = "*gras* et _italique_, ~barré~ (*a*) *_les deux_*\n2*3*4 snake_case_names _a_b * c *"
    assert editor.paste(text=text) == (
        "<p><strong>gras</strong> et <em>italique</em>, <s>barré</s> (<strong>a</strong>) "
        "<strong><em>les deux</em></strong></p>"
        "<p>2*3*4 snake_case_names _a_b * c *</p>"
    )
    text = "voir https://imrap-mali.org/?_a_=b_c_ ou *https://imrap-mali.org/x_y*"
    assert editor.paste(text=text) == (
        '<p>voir <a href="https://imrap-mali.org/?_a_=b_c_">https://imrap-mali.org/?_a_=b_c_</a> ou '
        '<a href="https://imrap-mali.org/x_y"><strong>https://imrap-mali.org/x_y</strong></a></p>'
    )


def test_cells_of_plain_text_stay_apart(editor):
    text = "Région\tCas\nNord\t12\nSud\t\t7\n·\tun point"
    assert editor.paste(text=text) == (
        "<p>Région · Cas</p><p>Nord · 12</p><p>Sud · – · 7</p><p>·\tun point</p>"
    )


def test_without_formatting_the_words_arrive_as_they_are(editor):
    text = "*gras* du texte\nvoir *note*"
    assert editor.paste("<p><b>gras</b></p>", text, keys="Control+Shift+v") == (
        "<p>*gras* du texte</p><p>voir *note*</p>"
    )


# How it gets there


def test_the_scripts_are_asked_for_with_the_page(staff_client, imrap):
    """Else the editor waits for one after the other, and each takes a second on a slow line."""
    page = staff_client.get("/admin/profiles/mandate/add/").text
    names = re.findall(r'<script[^>]* src="/static/editor/(\w+)\.js"[^>]*>', page)
    found = {path.stem for path in (Path(__file__).parents[1] / "static" / "editor").iterdir()}
    assert sorted(names) == sorted(found)
    assert len(found) == 14


# The link dialog


@pytest.fixture
def link(in_chromium, signed_in):
    """Types an address for a selected word."""
    in_chromium.paste(text="mot")

    def answer(address):
        dialog = signed_in.locator("dialog.prose-editor-dialog")
        if not dialog.is_visible():
            signed_in.locator(".field-body_fr .tiptap").press("Control+a")
            signed_in.locator(".field-body_fr [data-name=link]").click()
        dialog.locator("[name=href]").fill(address)
        dialog.locator("[name=href]").press("Enter")

    return answer


def test_the_link_dialog_completes_an_address(link, signed_in):
    for typed, address in [
        ("www.imrap-mali.org/a?b=1", "https://www.imrap-mali.org/a?b=1"),
        (" imrap-mali.org ", "https://imrap-mali.org"),
        ("awa.diallo@imrap-mali.org", "mailto:awa.diallo@imrap-mali.org"),
        ("http://interpeace.org/", "http://interpeace.org/"),
        ("tel:+223 76 00 00 00", "tel:+223 76 00 00 00"),
    ]:
        link(typed)
        linked = f'<p><a href="{address}">mot</a></p>'
        expect(signed_in.locator("#id_body_fr")).to_have_value(linked)


def test_an_address_that_is_typed_into_the_text_becomes_a_link(in_chromium, signed_in):
    signed_in.locator(".field-body_fr .tiptap").click()
    signed_in.keyboard.type("voir www.imrap-mali.org ou awa@imrap.org ")
    assert signed_in.locator("#id_body_fr").input_value() == (
        '<p>voir <a href="https://www.imrap-mali.org">www.imrap-mali.org</a> ou '
        '<a href="mailto:awa@imrap.org">awa@imrap.org</a> </p>'
    )


def test_the_link_dialog_refuses_what_leads_nowhere_with_a_sentence(link, signed_in):
    wrong = ["/fr/papers/", "rapport.pdf", "#haut", "", "C:\\rapport.doc", "javascript:alert(1)"]
    for typed in [*wrong, "https://"]:
        link(typed)
        expect(signed_in.locator("dialog.prose-editor-dialog label").nth(1)).to_contain_text(
            "Cette adresse ne mènerait nulle part. Tapez-la comme elle figure en haut du navigateur"
        )
        expect(signed_in.locator("dialog [name=href]")).to_have_value(typed)
        expect(signed_in.locator("#id_body_fr")).to_have_value("<p>mot</p>")
    link("www.imrap-mali.org")
    linked = '<p><a href="https://www.imrap-mali.org">mot</a></p>'
    expect(signed_in.locator("#id_body_fr")).to_have_value(linked)
