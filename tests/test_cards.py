"""The picture beside a link: what it says, how it is set, and who may ask for it."""

import datetime
import io
import re
from itertools import product

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from imrap_site import start
from profiles.apps import letters_are_joined
from profiles.formats.cards import card_of_entry, drawing, setting
from profiles.formats.cards.facts import Card
from profiles.formats.cards.setting import SERIF, Setter
from profiles.models import KINDS, Paper
from tests.builders import BLUE, content_of, kept_photograph, photograph

NEEDS_RAQM = pytest.mark.skipif(not setting.WITH_RAQM, reason="apt install libfribidi0")
PAPER, LATERITE, INK = (0xFB, 0xF6, 0xEC), (0x9C, 0x3A, 0x1C), (0x21, 0x1A, 0x14)
LONG = ("Renforcement de la confiance entre les populations civiles et les forces de défense " * 4)[
    :300
]


def tags_of(client, address):
    page = client.get(address).text
    return dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', page)
    )


def card_at(client, address):
    response = client.get(tags_of(client, address)["og:image"].removeprefix("http://testserver"))
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert len(response.content) < 100_000
    image = Image.open(io.BytesIO(response.content))
    assert (image.size, image.format) == ((1200, 630), "JPEG")
    return image


def a_card(title, **fields):
    known = {"page": "papers-1-fr", "arguments": (), "acronym": "IMRAP", "organisation": "Institut"}
    empty = dict.fromkeys(("label", "date", "sentence", "picture"), "")
    return Card(**{**known, **empty, "is_logo": False, "title": title, **fields})


def ink(image, box=(0, 130, 1200, 630)):
    """Where the title stands: the smallest box around all that is nearly as dark as ink."""
    return image.crop(box).convert("L").point(lambda light: 255 * (light < 90)).getbbox()


# What pages say


def test_a_page_tells_of_its_card(client, imrap, add_paper):
    imrap.name_en = "Malian Institute"
    imrap.save()
    paper = add_paper(
        title="Quelle paix ?", title_en="Which peace?", slug="paix", summary_fr="En bref."
    )
    tags = tags_of(client, "/fr/papers/paix/")
    address = tags.pop("og:image")
    assert re.fullmatch(r"http://testserver/fr/papers/paix/card-[0-9a-f]{12}\.jpg", address)
    assert tags == {
        "og:type": "article",
        "og:site_name": "Institut Malien de Recherche Action pour la Paix",
        "og:title": "Quelle paix\u202f?",
        "og:description": "En bref.",
        "og:url": "http://testserver/fr/papers/paix/",
        "og:locale": "fr_FR",
        "og:locale:alternate": "en_US",
        "og:image:type": "image/jpeg",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Quelle paix\u202f? – Document de recherche – IMRAP",
        "twitter:card": "summary_large_image",
    }
    page = client.get("/fr/papers/paix/").text
    assert page.count("article:published_time") == 1
    english = tags_of(client, "/en/papers/paix/")
    assert (english["og:title"], english["og:locale"], english["og:site_name"]) == (
        "Which peace?",
        "en_US",
        "Malian Institute",
    )
    assert english["og:image"] != address
    Paper.objects.filter(pk=paper.pk).update(is_draft=True)
    assert tags_of(client, "/fr/") != {}
    assert tags_of(client, "/fr/nowhere/") == {}


def test_staff_see_a_draft_without_a_card(staff_client, add_paper):
    add_paper(slug="note", is_draft=True)
    assert tags_of(staff_client, "/fr/papers/note/") == {}


def test_profile_and_lists_have_cards_of_their_own(client, imrap, add_paper):
    imrap.sentence_fr = "Une association malienne."
    imrap.save()
    add_paper(date="2016")
    addresses = ("/fr/", "/en/", "/fr/papers/", "/fr/videos/")
    tags = [tags_of(client, address) for address in addresses]
    assert [one["og:type"] for one in tags] == ["website"] * 4
    assert [one["og:title"] for one in tags[::2]] == [
        "Institut Malien de Recherche Action pour la Paix",
        "Publications",
    ]
    assert tags[0]["og:image:alt"] == (
        "Institut Malien de Recherche Action pour la Paix – Une association malienne. – IMRAP"
    )
    assert len({one["og:image"] for one in tags}) == 4
    assert tags_of(client, "/fr/papers/?year=2016")["og:image"] == tags[2]["og:image"]
    for address in addresses:
        card_at(client, address)


def test_shared_links_carry_the_title(client, add_paper):
    add_paper(title="Quelle paix & pour qui ?", slug="paix")
    page = client.get("/fr/papers/paix/").text
    title = "Quelle%20paix%20%26%20pour%20qui%E2%80%AF%3F"
    address = "http%3A%2F%2Ftestserver%2Ffr%2Fpapers%2Fpaix%2F"
    assert f'href="https://wa.me/?text={title}%20%E2%80%93%20{address}"' in page
    assert f'href="mailto:?subject={title}&amp;body={address}"' in page


# What a card's address allows


def test_another_title_has_another_address_and_the_old_one_leads_there(
    client, add_paper, var_folder
):
    paper = add_paper(slug="note")
    old = tags_of(client, "/fr/papers/note/")["og:image"]
    card_at(client, "/fr/papers/note/")
    paper.title_fr = "Autrement"
    paper.save()
    new = tags_of(client, "/fr/papers/note/")["og:image"]
    assert new != old
    assert client.get(old)["Location"] == new.removeprefix("http://testserver")
    card_at(client, "/fr/papers/note/")
    # The older one is not kept for ever.
    assert len(list((var_folder / "cards").rglob("*.jpg"))) == 1


def test_an_address_changes_with_picture_date_and_organisation(client, imrap, add_paper):
    paper, met = add_paper(slug="note"), set()

    def note():
        met.add(tags_of(client, "/fr/papers/note/")["og:image"])

    note()
    paper.date = "2016-06"
    paper.save()
    note()
    paper.image.save("a.jpg", kept_photograph((300, 200)))
    note()
    imrap.acronym = "IMRA"
    imrap.save()
    note()
    assert len(met) == 4


@pytest.mark.parametrize("name", ["card-abc.jpg", "card-000000000000.jpg"])
def test_no_stranger_has_anything_drawn(client, add_paper, var_folder, name):
    add_paper(slug="note")
    for page in ("/fr/", "/fr/papers/", "/fr/papers/note/"):
        assert client.get(f"{page}{name}")["Location"].startswith(f"{page}card-")
    assert client.get(f"/fr/papers/nowhere/{name}").status_code == 404
    assert not (var_folder / "cards").exists()


@pytest.mark.parametrize(
    "fields",
    [{"is_draft": True}, {"publish_at": timezone.now() + datetime.timedelta(days=9)}],
)
def test_what_is_not_published_has_no_card_even_by_its_right_address(client, add_paper, fields):
    paper = add_paper(slug="note")
    address = tags_of(client, "/fr/papers/note/")["og:image"]
    assert client.get(address).status_code == 200
    Paper.objects.filter(pk=paper.pk).update(**fields)
    assert client.get(address).status_code == 404
    assert client.get("/fr/papers/note/card-abc.jpg").status_code == 404


def test_a_card_is_drawn_once(client, add_paper, monkeypatch):
    add_paper(slug="note")
    card_at(client, "/fr/papers/note/")
    monkeypatch.setattr(drawing, "jpeg", None)
    card_at(client, "/fr/papers/note/")


def test_a_card_is_given_out_where_nothing_can_be_kept(client, add_paper, settings, tmp_path):
    add_paper(slug="note")
    settings.VAR_DIR = tmp_path / "file"
    settings.VAR_DIR.write_text("")
    card_at(client, "/fr/papers/note/")


def test_a_disk_that_fills_up_leaves_no_half_card(client, add_paper, var_folder, monkeypatch):
    add_paper(slug="note")

    def full(*names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    card_at(client, "/fr/papers/note/")
    assert [path for path in (var_folder / "cards").rglob("*") if path.is_file()] == []


def test_one_that_was_drawn_twice_is_the_same(add_paper):
    card = card_of_entry(add_paper())
    assert drawing.jpeg(card) == drawing.jpeg(card)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_has_cards(client, imrap, kind):
    kind.objects.create(slug="un", title_fr="Titre", is_draft=False)
    assert tags_of(client, f"/fr/{kind.kind_slug}/un/")["og:title"] == "Titre"
    card_at(client, f"/fr/{kind.kind_slug}/un/")


# What is drawn


def test_band_title_kind_and_date_are_drawn(add_paper):
    paper = add_paper(date="2016-06-30")
    image = drawing.drawn(card_of_entry(paper))
    assert image.getpixel((2, 2)) == (0x2A, 0x21, 0x1A)
    assert image.getpixel((1190, 300)) == PAPER
    title, facts = ink(image, (0, 130, 1200, 500)), image.crop((0, 500, 1200, 630))
    assert title[0] > 50
    assert LATERITE in {colour for _count, colour in facts.getcolors(10_000)}
    without = drawing.drawn(card_of_entry(paper)._replace(label="", date=""))
    assert without.crop((0, 560, 1200, 630)).getcolors() == [(1200 * 70, PAPER)]


def test_a_picture_stands_at_the_side_and_the_title_beside_it(imrap, add_paper):
    paper = add_paper(title=LONG)
    content = ContentFile(content_of(photograph((900, 600), BLUE)), "a.jpg")
    paper.image.save("a.jpg", content)
    image = drawing.drawn(card_of_entry(paper))
    red, _green, blue = image.getpixel((1000, 300))
    assert blue > red + 100
    assert image.getpixel((740, 300)) == PAPER  # the gap between both


def test_a_lost_picture_leaves_the_title_alone(add_paper):
    paper = add_paper()
    paper.image.save("a.jpg", kept_photograph((300, 200)))
    card = card_of_entry(paper)
    for name in paper.image.storage.listdir("papers")[1]:
        paper.image.storage.delete(f"papers/{name}")
    assert drawing.drawn(card).getpixel((1000, 300)) == PAPER


def test_a_long_title_is_set_smaller_and_then_cut():
    setter = Setter(SERIF, 30)
    assert len(setter.lines(LONG, 1088)) > 2
    assert setter.cut(LONG, 400, 3)[-1].endswith("…")
    assert setter.cut(LONG, 400, 99)[-1].endswith("populatio")
    assert [setter.line(one).width <= 400 for one in setter.cut(LONG, 400, 3)] == [True] * 3
    assert setter.lines("W" * 300, 400) is None
    assert "".join(setter.cut("W" * 300, 400, 99)) == "W" * 300


@pytest.mark.parametrize("title", ["Note", LONG, "W" * 300, "é" * 300, "ن" * 300, "م ل " * 75])
@pytest.mark.parametrize("with_picture", [False, True])
def test_any_title_stays_inside_the_card(monkeypatch, title, with_picture):
    monkeypatch.setattr(
        drawing, "beside", lambda card: Image.new("RGB", (380, 418), BLUE) if with_picture else None
    )
    image = drawing.drawn(a_card(title, label="Document de recherche", date="30 juin 2016"))
    for side in ((0, 130, 50, 630), (1150, 130, 1200, 630), (0, 600, 1200, 630)):
        assert image.crop(side).getcolors()[0][1] == PAPER
        assert len(image.crop(side).getcolors()) == 1
    assert len(drawing.jpeg(a_card(title))) < 100_000


@NEEDS_RAQM
def test_arabic_is_joined_and_runs_from_the_right():
    setter = Setter(SERIF, 60, rightwards=False)
    joined = setter.line("سلام").width
    apart = sum(setter.line(letter).width for letter in "سلام")
    assert joined < 0.8 * apart
    image = drawing.drawn(a_card("سلام"))
    left, _top, right, _bottom = ink(image)
    assert (left > 900, right > 1130) == (True, True)


@NEEDS_RAQM
def test_arabic_within_french_and_numbers_within_arabic_keep_their_order():
    both, word = drawing.drawn(a_card("سلام 2016")), drawing.drawn(a_card("سلام"))
    left, _top, right, bottom = ink(both)
    assert (right, bottom) == (ink(word)[2], ink(word)[3])
    # In Arabic the year comes after the word, so it stands left of it; and on the line, below
    # which the word's last letter reaches.
    year = both.crop((left, 130, left + 100, 630))
    assert ink(year, (0, 0, *year.size))[3] < bottom - 10
    # The colon behind the year stands left of it again, and is not as high as its numbers.
    colon = drawing.drawn(a_card("سلام 2016:"))
    left = ink(colon)[0]
    assert ink(colon, (left, 130, left + 10, 630))[1] > ink(year, (0, 0, *year.size))[1] + 8
    french = drawing.drawn(a_card("Paix سلام"))
    assert ink(french)[0] == ink(drawing.drawn(a_card("Paix")))[0]


@pytest.mark.parametrize("sign", [*"ɛɔɲŋƐƆƝŊɓɗƴŋšžẽãàçœŒ«»…–—’№½€", "\u202f", "ⵜ", "ߒ", "𞤆", "ع"])
def test_letters_of_mali_and_french_signs_are_in_the_fonts(sign):
    assert Setter(SERIF, 40).known(f"a{sign}b") == f"a{sign}b"
    assert Setter(setting.SANS, 40).known(f"a{sign}b") == f"a{sign}b"


def test_what_no_font_has_is_left_out_and_nothing_turns_the_line():
    assert Setter(SERIF, 40).known("Paix 😀 au \u202eMali\u2066 和平 \x00!") == "Paix au Mali !"
    assert Setter(SERIF, 40).known("❤\ufe0f👩\u200d👧 Paix") == "Paix"


def test_a_title_of_which_nothing_can_be_drawn_gives_way_to_the_organisation():
    shown = drawing.drawn(a_card("😀", organisation="Institut"))
    assert ink(shown) == ink(drawing.drawn(a_card("Institut")))


def test_without_its_library_cards_are_drawn_and_the_start_says_so(monkeypatch, capsys):
    assert letters_are_joined(None) == [] or not setting.WITH_RAQM
    monkeypatch.setattr(setting, "WITH_RAQM", False)
    assert len(drawing.jpeg(a_card("Paix سلام"))) < 100_000
    start.say_warnings()
    assert capsys.readouterr().out == (
        "The cards of links show Arabic letters unjoined: Pillow finds no libfribidi. "
        "On Debian: apt install libfribidi0\n"
    )


def test_fonts_come_with_their_licence_and_weigh_less_than_a_megabyte():
    files = {file.name: file for file in setting.FOLDER.iterdir()}
    used = {SERIF, setting.SANS, *setting.OF_SCRIPT.values()}
    assert set(files) == {*used, "OFL.txt"}
    assert "SIL OPEN FONT LICENSE Version 1.1" in files["OFL.txt"].read_text("utf-8")
    assert sum(file.stat().st_size for file in files.values()) < 1_000_000


def test_pages_stay_light(client, add_paper):
    """Pages stay light although they tell of their cards."""
    add_paper(slug="note")
    for code, page in product(("fr", "en"), ("", "papers/", "papers/note/")):
        tags = tags_of(client, f"/{code}/{page}")
        assert sum(len(name) + len(content) for name, content in tags.items()) < 900
