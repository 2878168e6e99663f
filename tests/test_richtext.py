import pytest

from profiles import richtext
from profiles.models import Paper


def test_only_the_listed_elements_survive():
    text = (
        "<h1>A</h1><h3>B</h3><p onclick=x>C <strong>d</strong><script>alert(1)</script>"
        '<img src=x onerror="alert(2)"></p><ul><li>e</li></ul><blockquote>f</blockquote>'
    )
    assert richtext.sanitised(text) == (
        "A<h3>B</h3><p>C <strong>d</strong></p><ul><li>e</li></ul><blockquote>f</blockquote>"
    )


def test_a_link_that_runs_script_loses_its_address():
    assert richtext.sanitised('<p><a href="javascript:alert(1)">a</a></p>') == "<p><a>a</a></p>"
    assert richtext.sanitised('<p><a href="data:text/html,b">a</a></p>') == "<p><a>a</a></p>"


def test_a_link_keeps_its_address():
    text = '<p><a href="https://imrap-mali.org/">a</a></p>'
    assert richtext.sanitised(text) == text


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
