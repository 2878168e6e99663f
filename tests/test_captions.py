"""Captions: kept as browsers show them, whatever program wrote them; or refused in words."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from profiles.files.captions import Unfit, webvtt
from profiles.files.documents import DocumentValidator
from profiles.models import Video
from tests.builders import case

SUBRIP = """1
00:00:01,000 --> 00:00:03,500
Bonjour à tous.

2
00:00:04,000 --> 00:00:06,000
<i>La paix</i> au Mali,
c’est nous.
"""
WEBVTT = """WEBVTT

00:00:01.000 --> 00:00:03.500
Bonjour à tous.

00:00:04.000 --> 00:00:06.000
<i>La paix</i> au Mali,
c’est nous.
"""


def taken(content, name="film.vtt"):
    """The captions as they are kept."""
    content = content if isinstance(content, bytes) else content.encode()
    document = DocumentValidator(("vtt",)).check(ContentFile(content, name), name)
    document.content.seek(0)
    return document.content.read().decode()


def refusal_of(content, name="film.vtt"):
    with pytest.raises(ValidationError) as refusal:
        taken(content, name)
    return refusal.value.messages[0]


def cue(times="00:00:01.000 --> 00:00:02.000", text="La paix", head="WEBVTT"):
    return f"{head}\n\n{times}\n{text}\n"


# SubRip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_subrip_becomes_webvtt_whatever_its_encoding(encoding, line_end):
    content = SUBRIP.replace("\n", line_end).encode(encoding)
    assert taken(content, "film.srt") == WEBVTT
    assert taken(content, "film.vtt") == WEBVTT


@pytest.mark.on_a_folder("see test_bucket")
def test_subrip_is_stored_as_webvtt(imrap, media_folder):
    captions = SimpleUploadedFile("Film en français.srt", SUBRIP.encode("cp1252"))
    video = Video.objects.create(organisation=imrap, title_fr="Film", captions=captions)
    assert video.captions.name.endswith("/film-en-francais.vtt")
    assert (media_folder / video.captions.name).read_text("utf-8") == WEBVTT


def test_lines_without_a_blank_one_between_them_and_blank_lines_inside_are_understood():
    tight = "1\n0:0:1,0 --> 0:0:2,5\nUn\n2\n0:0:3,0 --> 0:0:4,0\nDeux\n\nlignes\n"
    assert taken(tight) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nUn\n\n"
        "00:00:03.000 --> 00:00:04.000\nDeux\nlignes\n"
    )


def test_a_year_as_the_last_line_of_a_caption_stays():
    counted = "1\n00:00:01,000 --> 00:00:02,000\n2016\n\n2\n00:00:03,000 --> 00:00:04,000\n2017\n"
    assert taken(counted).count("2016") == taken(counted).count("2017") == 1
    bare = "00:00:01,000 --> 00:00:02,000\n2016\n\n00:00:03,000 --> 00:00:04,000\nPaix\n"
    assert "2016" in taken(bare)


def test_colours_and_places_go_and_signs_stay_signs():
    text = '{\\an8}<font color="#fff">A & B</font> <b>gras</b> <3 &amp; --> C'
    kept = taken(f"1\n00:00:01,000 --> 00:00:02,000 X1:100 X2:200\n{text}\n", "film.srt")
    assert kept == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nA &amp; B <b>gras</b> &lt;3 &amp; --&gt; C\n"
    )


# WebVTT


def test_captions_with_commas_in_their_times_are_mended():
    content = case("captions-comma.vtt")
    assert taken(content) == "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nBonjour à tous.\n"


@pytest.mark.parametrize(
    ("times", "mended"),
    [
        ("00:01.000 --> 00:02.000", "00:00:01.000 --> 00:00:02.000"),
        ("00:00:01,5 --> 00:00:02,50", "00:00:01.500 --> 00:00:02.500"),
        ("00:00:01 -> 00:00:02", "00:00:01.000 --> 00:00:02.000"),
        ("00:00:01:250-->00:00:02:250", "00:00:01.250 --> 00:00:02.250"),
        ("0:00:59.000 --> 0:00:75.000", "00:00:59.000 --> 00:01:15.000"),
        (
            "100:00:01.000 --> 100:00:02.000 line:0 align:start",
            "100:00:01.000 --> 100:00:02.000 line:0 align:start",
        ),
    ],
)
def test_times_that_a_browser_would_not_read_are_mended(times, mended):
    assert taken(cue(times)) == f"WEBVTT\n\n{mended}\nLa paix\n"


def test_looks_stay_and_remarks_which_tell_who_made_the_file_go():
    head = "WEBVTT - made at Kidal by Aminata\nKind: captions"
    looks = "STYLE\n::cue { color: lime }\n\nREGION\nid:bas\n\nNOTE Kidal\nsur deux lignes"
    kept = taken(
        cue(head=f"{head}\n\n{looks}") + "\nNOTE\nKidal\n\n7\n00:03.000 --> 00:04.000\nOui"
    )
    assert kept == (
        "WEBVTT\n\nSTYLE\n::cue { color: lime }\n\nREGION\nid:bas\n\n"
        "00:00:01.000 --> 00:00:02.000\nLa paix\n\n00:00:03.000 --> 00:00:04.000\nOui\n"
    )


def test_captions_that_are_right_already_stay_as_they_are():
    assert taken(WEBVTT) == WEBVTT


# What is refused


@pytest.mark.parametrize(
    "content",
    [
        "WEBVTT\n",
        "WEBVTT\n\nLa paix\n",
        cue(text=""),
        cue(text="<i> </i>"),
        cue(text="&nbsp;"),
        cue("00:00:02.000 --> 00:00:02.000"),
        cue("00:00:02.000 --> 00:00:01.000"),
        cue("1.5 s --> 2 s"),
    ],
)
def test_captions_of_which_a_browser_would_show_nothing_are_refused(content):
    assert refusal_of(content) == (
        "There are no captions in this file that a browser would show: “film.vtt”. Each needs a "
        "line of times above its words. Example: 00:00:01.000 --> 00:00:04.000."
    )


@pytest.mark.parametrize(
    "content",
    [
        cue(text="Ségou").encode("mac-roman"),
        cue(text="Ségou").encode("cp850"),
        cue(text="السلام").encode("cp1256"),
        cue(text="мир").encode("cp1251"),
        cue(text="ÇÉÇÉÉÇ ÇÉÉÇ").encode("cp1252"),
        cue(text="Ségou").encode() + b"\xc3",
        cue(text="« Oui »").encode() + b"\xe9",
        cue(text="\0").encode(),
    ],
)
def test_captions_whose_letters_are_uncertain_are_refused(content):
    assert refusal_of(content) == (
        "The letters of these captions cannot be told for sure: “film.vtt”. Save the file with the "
        "encoding UTF-8 and choose it again."
    )


@pytest.mark.parametrize(
    "measured",
    ["GPS(-1.4078,18.4411,15) BAROMETER:3.2", "[latitude: 18.4411] [longitude: -1.4078]"],
)
def test_what_a_drone_measured_is_refused(measured):
    assert refusal_of(f"1\n00:00:01,000 --> 00:00:02,000\n{measured}\n", "DJI_0001.srt") == (
        "This file holds what a drone or a camera measured, such as the place, and no captions: "
        "“DJI_0001.srt”. Choose another file."
    )
    assert taken(cue(text="Le GPS (Global Positioning System) : latitude et longitude"))


@pytest.mark.parametrize("sign", ["<", "</", "{\\", "<font", "<a", "<!"])
@pytest.mark.parametrize(
    "times", ["WEBVTT\n\n00:00.000 --> 00:01.000", "00:00:00,000 --> 00:00:01,000"]
)
def test_a_line_of_marks_that_never_end_takes_no_time(times, sign):
    start = time.process_time()
    with pytest.raises(Unfit, match="long_caption"):
        webvtt(f"{times}\na{sign * 100_000}\n".encode())
    assert time.process_time() - start < 1
    assert webvtt(f"{times}\na{'b' * 2_000}\n".encode()).count(b"b") == 2_000


def test_other_captions_are_refused_with_what_is_taken():
    assert refusal_of("0:00:01.000,0:00:02.000\nLa paix\n", "film.sbv") == (
        "This kind of file cannot be taken: “film.sbv”. Save it as one of these and choose the "
        "new file: WebVTT (.vtt) / SubRip (.srt)."
    )
    assert "at most 2.0 MB can be taken" in refusal_of(WEBVTT + "\n" * 2_000_001)


# What a file for a film's words has no business with


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("<script>alert(1)</script>La paix", "alert(1)La paix"),
        ('<img src="https://evil.example/p.png">La paix', "La paix"),
        ("<!-- a --><svg onload=x>La paix", "La paix"),
        ("<iframe src=//evil.example", ""),
        ("<v Awa>La <b>paix</b> <c.yellow>à</c> <i>Ségou</i>", None),
        ("<00:00:01.500>La <lang fr>paix</lang> <ruby>a<rt>b</rt></ruby>", None),
        ("3 < 4 et a<b", None),
    ],
)
def test_only_the_marks_of_captions_stay(line, left):
    content = f"WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour\n{line}\n".encode()
    shown = webvtt(content).decode().partition("Bonjour\n")[2].strip()
    assert shown == (line if left is None else left)


@pytest.mark.parametrize(
    "style",
    [
        "::cue { background-image: url(https://evil.example/p.png) }",
        "@import 'https://evil.example/a.css';",
        "::cue { background: u\\72l(//evil.example) }",
        "</style><script>",
    ],
)
def test_a_style_that_fetches_is_left_out(style):
    content = f"WEBVTT\n\nSTYLE\n{style}\n\n00:01.000 --> 00:02.000\nLa paix\n".encode()
    assert b"STYLE" not in webvtt(content)
    plain = content.replace(style.encode(), b"::cue { color: yellow }")
    assert b"STYLE\n::cue { color: yellow }" in webvtt(plain)
