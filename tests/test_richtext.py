import re
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from profiles import richtext, seeding
from profiles.editing import spreadsheets
from profiles.models import Paper
from profiles.richtext import sanitised
from tests.builders import paper_form


def test_only_the_listed_elements_survive():
    text = (
        "<h1>A</h1><h3>B</h3><p onclick=x>C <strong>d</strong><script>alert(1)</script>"
        '<img src=x onerror="alert(2)"></p><ul><li>e</li></ul><blockquote>f</blockquote>'
    )
    assert richtext.sanitised(text) == (
        "<h3>A</h3><h3>B</h3><p>C <strong>d</strong></p><ul><li>e</li></ul>"
        "<blockquote>f</blockquote>"
    )


def test_a_link_that_runs_script_loses_its_address():
    assert richtext.sanitised('<p><a href="javascript:alert(1)">a</a></p>') == "<p><a>a</a></p>"
    assert richtext.sanitised('<p><a href="data:text/html,b">a</a></p>') == "<p><a>a</a></p>"


def test_a_link_keeps_its_address():
    text = '<p><a href="https://imrap-mali.org/">a</a></p>'
    assert richtext.sanitised(text) == text


def test_an_address_without_its_beginning_gets_it():
    text = '<p><a href="www.imrap-mali.org/a">a</a> <a href="awa@imrap.org">b</a></p>'
    assert sanitised(text) == (
        '<p><a href="https://www.imrap-mali.org/a">a</a> <a href="mailto:awa@imrap.org">b</a></p>'
    )
    assert sanitised('<p><a href="/fr/a@b.c">a</a></p>') == '<p><a href="/fr/a@b.c">a</a></p>'


def test_exponents_indices_struck_words_and_first_numbers_stay():
    text = (
        "<p>10<sup>6</sup> H<sub>2</sub>O <s>7</s></p>"
        '<ol start="3" type="a" data-type="lower-alpha"><li><p>c</p></li></ol>'
    )
    assert sanitised(text) == text


def test_words_alone_keep_an_exponent_apart_from_its_number():
    assert richtext.plain("<p>10<sup>6</sup> m<sup>2</sup>, CO<sub>2</sub></p>") == "10⁶ m², CO₂"
    assert richtext.plain("<p>1<sup>er</sup> juin 10<sup>-3</sup></p>") == "1er juin 10⁻³"
    assert richtext.plain("<p>10<sup><strong>6</strong></sup></p>") == "10⁶"
    assert richtext.lines("<p>a<br>b</p><p>c</p>") == "a\nb\nc"


@pytest.mark.django_db
def test_a_page_shows_exponents_and_first_numbers(client, add_paper):
    text = '<p>10<sup>6</sup> voix.</p><ol start="2"><li><p>deux</p></li></ol>'
    page = client.get(add_paper(body_fr=text).get_absolute_url()).text
    assert text in page
    assert re.search(r'<meta name="description"[^>]* content="10⁶ voix. deux"', page)


def test_an_editor_left_empty_stores_nothing():
    assert richtext.sanitised("<p></p>") == ""
    assert richtext.sanitised("<p> <br></p>") == ""


def test_the_first_paragraph_is_parted_from_the_rest():
    assert richtext.opening_and_rest("<p>a</p><p>b</p><ul></ul>") == (
        "<p>a</p>",
        "<p>b</p><ul></ul>",
    )
    assert richtext.opening_and_rest("<h3>a</h3><p>b</p>") == ("", "<h3>a</h3><p>b</p>")
    assert richtext.opening_and_rest("") == ("", "")


def test_an_excerpt_is_plain_text_of_bounded_length():
    assert richtext.excerpt("<p>un &amp; deux</p><p>trois</p>") == "un & deux trois"
    assert len(richtext.excerpt("<p>" + "mot " * 500 + "</p>")) == 300


@pytest.mark.usefixtures("imrap")
def test_text_that_comes_without_a_form_is_sanitised_too(add_paper):
    paper = add_paper(body_fr="<p>a<script>alert(1)</script></p>")
    assert Paper.objects.get(pk=paper.pk).body_fr == "<p>a</p>"


# What comes without the editor


def test_blocks_never_run_into_one_word():
    assert sanitised("<div>a</div><div>b<p>c</p>d</div>") == "<p>a</p><p>b</p><p>c</p><p>d</p>"
    assert sanitised("<dl><dt>a</dt><dd>b</dd></dl>") == "<p>a</p><p>b</p>"
    assert sanitised("mot <b>gras</b>") == "mot <strong>gras</strong>"


def test_what_was_deleted_hidden_or_a_comment_does_not_arrive():
    for secret in [
        "<del>secret</del>",
        "<span class=msoDel>secret</span>",
        '<span style="display: none">secret</span>',
        "<span style='mso-hide:all'>secret</span>",
        '<span style="visibility:hidden">secret</span>',
        "<span hidden>secret</span>",
        "<span class=MsoCommentReference>secret</span>",
        "<a class=msocomanchor href='#_msocom_1'>secret</a>",
        "<span class='annotation_style_by_filter'>secret</span>",
        "<!-- AWA: secret --><comment>secret</comment>",
        "<office:annotation>secret</office:annotation>",
        "<script>secret</script><style>secret</style>",
    ]:
        assert sanitised(f"<p>Vu.{secret}</p>") == "<p>Vu.</p>", secret
    for secret in [
        "<div style='mso-element:comment-list'><p>secret</p></div>",
        "<p class=MsoCommentText>secret</p>",
        "<table><tr style='display:none'><td>secret</td></tr></table>",
        "<text:tracked-changes><p>secret</p></text:tracked-changes>",
    ]:
        assert sanitised(f"<p>Vu.</p>{secret}") == "<p>Vu.</p>", secret


def test_a_mark_is_what_its_style_says():
    text = '<b style="font-weight:normal"><p>a <b>b</b> <i style="font-style:normal">c</i></p></b>'
    assert sanitised(text) == "<p>a <strong>b</strong> c</p>"
    text = (
        "<b><p>a</p><ul><li>b <a href='https://example.org/' style='color:red'>c</a></li></ul></b>"
    )
    assert sanitised(text) == (
        "<p><strong>a</strong></p><ul><li><strong>b </strong>"
        '<strong><a href="https://example.org/">c</a></strong></li></ul>'
    )


def test_what_the_sanitiser_gave_it_gives_again():
    text = (
        "<h3>L’été &amp; l’hiver</h3>\n<p>Un&nbsp;: 1 &lt; 2<br>deux "
        '<a href="https://example.org/?a=1&amp;b=2" title="&quot;Ici&quot;">trois</a></p>\n\n'
        '<ol start="2" type="a" data-type="lower-alpha"><li><p>un</p><ul><li><p>a</p></li></ul>'
        "</li></ol><blockquote><p>10<sup>6</sup> <s>b</s></p></blockquote>"
    )
    assert sanitised(text) == text
    assert sanitised(f"{text}<div class=a></div>") == text


# Bounds


def nested(levels):
    return "<ul><li>a" * levels + "</li></ul>" * levels


def test_a_text_has_at_most_200_000_letters():
    assert len(sanitised(f"<p>{'a' * 200_000}</p>")) == 200_007
    with pytest.raises(ValidationError) as refusal:
        sanitised(f"<p>{'a' * 200_001}</p>")
    assert refusal.value.messages == [
        "This text has 200,001 letters; at most 200,000 are possible. Divide it."
    ]


def test_parts_stand_in_one_another_at_most_40_levels_deep():
    assert sanitised(nested(40)).count("<ul>") == 40
    with pytest.raises(ValidationError) as refusal:
        sanitised(nested(41))
    assert refusal.value.messages == [
        "In this text, lists, quotations or other parts stand in one another 41 levels deep; at "
        "most 40 are possible. Take some levels out."
    ]


def test_what_people_leave_open_is_not_deep():
    assert sanitised("<table><tr><td>c<td>" * 40).count("c") == 40
    rows = "<tr><td>a<td>b" * 200
    assert sanitised(f"<table>{rows}</table>").count("<tr>") == 200
    assert sanitised("<p>a<br>" * 200).count("<p>a<br></p>") == 200
    assert sanitised("<!--" + "<div>" * 100 + "--><p>a</p>") == "<p>a</p>"


def test_too_much_is_refused_at_once():
    attributes = "".join(f"<font color={n}>" for n in range(8_000))
    for text in [
        nested(8_000),
        "<x>" * 20_000 + "</y>" * 20_000,
        "<blockquote>" * 13_000,
        "<svg>" + "<td>" * 20_000 + "</p>" * 20_000,
        attributes + "<p>a" * 8_000,
        "<b></b>" * 20_000,
        "<p></p>" * 150_000,
        "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">",
        "<p " * 300_000,
        "<ul><style></ul></style>" * 4_000,
        "<td/" * 100_000,
        "<!-->" + "<div>" * 40_000,
        "<!--x--!>" + "<blockquote>" * 40_000,
        "<p/" + "/".join(f"a{n}" for n in range(100_000)) + ">",
        "<p " + "".join(f'a{n}=""' for n in range(90_000)) + ">",
        '<p x=">" ' + " ".join(f"a{n}" for n in range(100_000)) + ">",
        '<style><p x="</style><p ' + " ".join(f"a{n}" for n in range(100_000)) + '">',
    ]:
        start = time.process_time()
        with pytest.raises(ValidationError):
            sanitised(text)
        assert time.process_time() - start < 1
    for text in ["<!--" * 240_000, "<textarea><!--</textarea>" + "<div>" * 40_000]:
        start = time.process_time()
        assert sanitised(text) == ""
        assert time.process_time() - start < 1


def test_comments_end_where_browsers_end_them():
    assert sanitised("<p>a<!-->b</p><p>c<!--->d<!-- e --!>f</p>") == "<p>ab</p><p>cdf</p>"


def test_a_form_says_at_the_field_what_is_too_much(staff_client, imrap):
    form = paper_form(body_fr=nested(41), body_en="<p>Kept</p>")
    page = staff_client.post("/admin/profiles/paper/add/", form).text
    assert "stand in one another 41 levels deep" in page
    assert "Kept" in page
    assert Paper.objects.count() == 0


@pytest.mark.usefixtures("imrap")
def test_a_script_cannot_store_too_much_either(add_paper):
    with pytest.raises(ValidationError), transaction.atomic():
        add_paper(body_fr=nested(41))
    assert Paper.objects.count() == 0


@pytest.mark.usefixtures("imrap")
def test_a_sheet_says_in_which_cell_there_is_too_much():
    sheet = spreadsheets.read(f"title_fr,body_fr\nUn,<p>a</p>\nDeux,{nested(41)}\n".encode())
    fault = spreadsheets.try_out(Paper, sheet).faults[0]
    assert (fault.line, fault.column) == (3, "Text (French)")
    assert "stand in one another 41 levels deep; at most 40 are possible." in fault.message


@pytest.mark.usefixtures("imrap")
def test_the_starter_content_says_what_is_too_much(tmp_path):
    file = tmp_path / "papers.toml"
    file.write_text(f'[[papers]]\nslug = "a"\ntitle_fr = "A"\nbody_fr = "{nested(41)}"\n', "utf-8")
    with pytest.raises(seeding.StarterError, match="body_fr: In this text, lists, quotations"):
        seeding.add_missing(file)
