"""What visitors meet on the site of the real-life example: room, order, weight, paper."""

import re
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

import profiles
from tests.looks import nothing, too_wide_or_cut

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}
FILM = "/fr/videos/exemple-portraits/"
TEMPLATES = [
    "/fr/",
    "/en/",
    "/fr/papers/",
    "/fr/papers/exemple-rapport/",
    "/fr/papers/exemple-long-titre/",
    "/fr/programmes/exemple-dialogue/",
    "/fr/mandates/exemple-appui/",
    "/en/vacancies/exemple-assistante/",
    FILM,
    "/fr/accessibility/",
]


@pytest.fixture
def visit(page, real_life_site):
    page.set_default_timeout(10_000)

    def visit(address, size=PHONE):
        page.set_viewport_size(size)
        page.goto(real_life_site + address, wait_until="networkidle")
        return page

    return visit


def top_of(locator):
    return locator.bounding_box()["y"]


# Five seconds -------------------------------------------------------------------------

# Heights depend on the fonts of the machine: these are measured in the ones that lie here.
FONTS = {"Known sans": "NotoSans-Regular.ttf", "Known serif": "NotoSerif-SemiBold.ttf"}
IN_KNOWN_FONTS = """async (fonts) => {
  for (const [name, data] of Object.entries(fonts)) {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    document.fonts.add(await new FontFace(name, bytes).load());
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':root { --sans: "Known sans"; --serif: "Known serif" }');
  document.adoptedStyleSheets.push(sheet);
  await document.fonts.ready;
}"""


def in_known_fonts(page):
    folder = Path(profiles.__file__).parent / "fonts"
    fonts = {name: b64encode((folder / file).read_bytes()) for name, file in FONTS.items()}
    page.evaluate(IN_KNOWN_FONTS, {name: data.decode() for name, data in fonts.items()})
    return page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_first_work_is_near_and_the_profile_not_too_long(visit, language):
    page = in_known_fonts(visit(f"/{language}/"))
    assert top_of(page.locator("h1")) <= 200
    assert top_of(page.locator(".card").first) <= 900
    assert page.evaluate("document.documentElement.scrollHeight") <= 7.5 * PHONE["height"]
    wide = in_known_fonts(visit(f"/{language}/", DESKTOP))
    assert top_of(wide.locator(".card h3").first) <= 600


def test_every_page_leads_across_the_site(visit):
    for address in TEMPLATES:
        bar = visit(address).get_by_role("navigation").first
        links = [
            re.sub(r"^/(fr|en)/", "", link.get_attribute("href"))
            for link in bar.get_by_role("link").all()
        ]
        assert links == ["programmes/", "mandates/", "vacancies/", "videos/", "papers/", "#contact"]
        page = bar.page
        page.get_by_role("link", name="Contact", exact=True).first.click()
        expect(page.get_by_role("contentinfo").get_by_role("heading")).to_be_in_viewport()


def test_one_picture_of_a_page_comes_first(visit):
    for address in TEMPLATES:
        page = visit(address)
        first = page.locator("img[fetchpriority=high]").count()
        pictures = page.locator("img").count()
        assert first == min(pictures, 1), address
        assert page.locator("img[loading=lazy]").count() == pictures - first, address


# Weight -------------------------------------------------------------------------------


def weights(page, visit, address, size=PHONE):
    """{address: bytes of the answer's body} of all that a first view brings."""
    # What an earlier test has fetched would be asked for with its entity tag, and not come again.
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    visit(address, size)
    return {answer.url: int(answer.header_value("content-length")) for answer in answers}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_profile_with_its_photographs_weighs_little(page, visit, real_life_site, size):
    sizes = weights(page, visit, "/fr/", size)
    assert sizes[f"{real_life_site}/fr/"] <= 10_000
    assert any(".avif" in address for address in sizes)
    assert sum(sizes.values()) <= 36_000
    assert len(sizes) <= 6  # on a phone with the icon, which a headless browser doesn't ask for


def test_a_page_with_a_film_weighs_little_and_its_poster_less(page, visit):
    sizes = weights(page, visit, FILM)
    (poster,) = (size for address, size in sizes.items() if ".w640.webp" in address)
    assert poster <= 40_000
    assert sum(sizes.values()) <= 60_000


# For everybody ------------------------------------------------------------------------

TEXT_AT_200_PERCENT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("html { font-size: 200% !important }");
  document.adoptedStyleSheets.push(sheet);
}"""


def test_text_twice_as_large_needs_no_sideways_scroll_on_a_phone(visit):
    found = []
    for address in TEMPLATES:
        page = visit(address)
        page.evaluate(TEXT_AT_200_PERCENT)
        found += too_wide_or_cut(page, address)
    nothing(found)


TO_THE_LEFT_OR_REVERSED = """() => {
  document.documentElement.dir = "rtl";
  const place = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  const is_reversed = (element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const text = walker.nextNode();
    return text.length > 2 && place(text, 0).left > place(text, 1).left;
  };
  const left = [...document.body.querySelectorAll("main *, footer *")]
    .filter((element) => element.checkVisibility()
      && element.getBoundingClientRect().left < -0.5 && element.clientWidth > 1);
  const contact = [...document.querySelectorAll("a[href^='tel:'], a[href^='mailto:']")]
    .filter((element) => element.checkVisibility() && element.querySelector("bdi"));
  const reversed = contact.filter(is_reversed);
  return [contact.length, [...left, ...reversed].map((element) => element.outerHTML)];
}"""


def test_in_a_page_from_right_to_left_nothing_leaves_it_and_numbers_stay(visit):
    for address in TEMPLATES:
        number, found = visit(address).evaluate(TO_THE_LEFT_OR_REVERSED)
        nothing([f"{address}: {one}" for one in found])
        assert number >= 3


def test_without_pictures_their_words_stand_there_and_all_fits(page, visit):
    page.route(re.compile(r"/media/"), lambda route: route.fulfill(content_type="image/png"))
    found = []
    for address in TEMPLATES:
        visit(address)
        # The logo's words don't fit into its place, but the name stands beside it.
        found += [one for one in too_wide_or_cut(page, address) if 'class="logo"' not in one]
        found += [
            f"{address}: {picture.get_attribute('src')} has no words"
            for picture in page.locator("main img:not([alt])").all()
        ]
    nothing(found)
    visit(FILM.replace("videos/exemple-portraits", "programmes/exemple-dialogue"))
    assert page.locator("main img").first.get_attribute("alt") != ""


WITHOUT_STYLES = """() => {
  document.querySelectorAll("style, link[rel=stylesheet]").forEach((sheet) => sheet.remove());
  document.querySelectorAll("[loading]").forEach((picture) => { picture.loading = "eager"; });
  return [...document.querySelectorAll("img")]
    .filter((picture) => picture.getBoundingClientRect().right > innerWidth + 1)
    .map((picture) => picture.outerHTML);
}"""


def test_without_styles_pictures_have_the_size_they_are_shown_at(visit):
    for address in TEMPLATES:
        nothing(visit(address).evaluate(WITHOUT_STYLES))


def test_a_text_browser_reads_name_kinds_lead_and_then_the_works(visit):
    page = visit("/fr/")
    page.evaluate(WITHOUT_STYLES)
    text = " ".join(page.inner_text("body").split())
    expected = [
        "Aller au contenu",
        "IEP L’Institut d’exemple pour la paix",
        "Programmes Mandats d’appui Offres d’emploi Vidéos Publications Contact",
        "Français English",
        "L’Institut d’exemple pour la paix (IEP)",
        "Cette association est un exemple",
        "Programmes 4",
        "+223 00 00 00 01",
        "Exemple : dialogue transfrontalier",
        "Adresse",
        "Accessibilité",
    ]
    places = [text.find(words) for words in expected]
    assert -1 not in places
    assert places == sorted(places)


# Paper --------------------------------------------------------------------------------


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.firefox)])
def on_paper(request, real_life_site):
    """The words of each sheet that a browser prints of a page."""

    def on_paper(address):
        window = request.getfixturevalue({"chromium": "page"}.get(request.param, request.param))
        window.goto(real_life_site + address)
        sheets = PdfDocument(window.pdf())
        return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in sheets]

    return on_paper


@pytest.mark.browser
def test_paper_names_the_organisation_the_address_and_the_files(on_paper, real_life_site):
    sheets = on_paper("/fr/papers/exemple-rapport/")
    head = f"L’Institut d’exemple pour la paix · {real_life_site}/fr/papers/exemple-rapport/ · "
    assert sheets[0].startswith(head)
    whole = " ".join(sheets)
    assert re.search(rf"{re.escape(real_life_site)}/media/\S+\.pdf", whole.replace(" ", ""))
    assert "WhatsApp" not in whole
    assert all(sheets)


@pytest.mark.browser
def test_no_title_on_paper_is_broken_in_mid_word_and_none_stands_alone_at_a_foot(on_paper):
    sheets = on_paper("/fr/")
    title = (
        "Exemple : renforcement de la confiance entre les populations civiles et les forces de "
        "défense et de sécurité : diagnostic et solutions pour une paix durable"
    )
    assert title.replace(" ", "") in "".join(sheets).replace(" ", "").replace("\xa0", "")
    for sheet in sheets[:-1]:
        for heading in ("Programmes", "Mandats d’appui", "Offres d’emploi", "Vidéos", title):
            assert not sheet.endswith(heading)
