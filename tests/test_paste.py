"""What staff paste from Word and LibreOffice, as those put it on the clipboard."""

import pytest
from playwright.sync_api import expect

from profiles.models import Mandate

pytestmark = pytest.mark.django_db(transaction=True)

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
    "l’IMRAP</a>[1].</p>"
    "<h4>Constats</h4>"
    "<ul><li><p>Premier point</p><ul><li><p>Détail</p></li></ul></li>"
    "<li><p>Second point</p></li></ul>"
    "<p>Ensuite :</p>"
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

HOSTILE = (
    '<p onclick="alert(1)">Texte<script>alert(1)</script>'
    '<img src="https://example.org/pixel.png" onerror="alert(1)"> <a href="javascript:alert(1)">ici</a></p>'
)

PASTE = """([selector, html]) => {
    const editor = document.querySelector(selector);
    editor.focus();
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", html);
    clipboardData.setData("text/plain", "sans mise en forme");
    const init = { clipboardData, bubbles: true, cancelable: true };
    editor.dispatchEvent(new ClipboardEvent("paste", init));
}"""


@pytest.fixture
def form(signed_in, live_server, imrap):
    page = signed_in
    page.goto(f"{live_server.url}/admin/profiles/mandate/add/")
    page.locator("#id_title_fr").fill("Mandat")
    expect(page.locator(".field-body_fr [contenteditable]")).to_be_visible()
    return page


def stored(form, html):
    """What is in the database after the HTML was pasted and the form saved."""
    form.evaluate(PASTE, [".field-body_fr [contenteditable]", html])
    form.locator("[name=_save]").first.click()
    expect(form.locator(".messagelist .success")).to_be_visible()
    return Mandate.objects.get().body_fr


def test_word_keeps_headings_lists_and_links(form):
    assert stored(form, WORD) == FROM_WORD


def test_libreoffice_keeps_headings_lists_and_links(form):
    assert stored(form, LIBREOFFICE) == FROM_LIBREOFFICE


def test_word_lists_without_marks_of_their_own_are_lists(form):
    html = (
        "<p class=MsoListParagraph>·\u00a0\u00a0 <b>un</b></p>"
        "<p class=MsoListParagraph>·\u00a0 deux</p>"
    )
    assert stored(form, html) == (
        "<ul><li><p><strong>un</strong></p></li><li><p>deux</p></li></ul>"
    )


def test_what_is_dangerous_is_not_pasted(form):
    requests = []
    form.on("request", lambda request: requests.append(request.url))
    assert stored(form, HOSTILE) == "<p>Texte ici</p>"
    assert [address for address in requests if "example.org" in address] == []


def test_what_is_copied_in_the_editor_itself_stays_as_it_is(form):
    html = '<h4 data-pm-slice="0 0 []">Sous-titre</h4><p>Texte</p>'
    assert stored(form, html) == "<h4>Sous-titre</h4><p>Texte</p>"
