"""WCAG 2.2 AA on every public page, measured in a real browser on the real-life example."""

import re
from itertools import pairwise, zip_longest
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from imrap_site import start
from tests.looks import nothing, too_small, too_wide_or_cut, violations

NOWHERE = "nowhere/"
PAGES = [
    "",
    "programmes/",
    "papers/?page=2",
    "papers/?type=audit",
    "programmes/exemple-dialogue/",
    "mandates/exemple-appui/",
    "vacancies/exemple-assistante/",
    "vacancies/exemple-close/",
    "videos/exemple-portraits/",
    "papers/exemple-rapport/",
    "papers/exemple-long-titre/",
    "accessibility/",
    "search/?q=exemple",
    "search/?q=qzwxv",
    NOWHERE,
]
IN_FRENCH = [f"/fr/{page}" for page in PAGES]
IN_ENGLISH = [f"/en/{page}" for page in PAGES]

WIDTHS = (320, 768, 1280)
ZOOMED = {"width": 320, "height": 256}  # what is left of 1280 × 1024 at 400 %
SCHEMES = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced-colours": {"color_scheme": "dark", "forced_colors": "active"},
}
SCREENSHOTS = start.ROOT / "test-results" / "accessibility"


@pytest.fixture(scope="module")
def window(context):
    """One window for all tests of this file."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.complaints, page.forgiven, page.hosts = [], [], set()
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).netloc))
    yield page
    page.close()


@pytest.fixture
def page(window):
    """The window as if it were new."""
    window.goto("about:blank")
    window.set_viewport_size({"width": 1280, "height": 720})
    window.emulate_media(media="null", reduced_motion="no-preference", **SCHEMES["light"])
    window.context.clear_cookies()
    for record in (window.complaints, window.forgiven, window.hosts):
        record.clear()
    yield window
    assert window.complaints == window.forgiven


@pytest.fixture
def visit(page, real_life_site):
    """Opens an address of that site, which may ask no other host and set no cookie."""

    def visit(address):
        answer = page.goto(real_life_site + address)
        assert answer.status == (404 if address.endswith(NOWHERE) else 200)
        if answer.status == 404:
            forgive_not_found(page)
        return page

    yield visit
    assert page.hosts == {urlsplit(real_life_site).netloc}
    assert page.context.cookies() == []


def forgive_not_found(page):
    """The console complains of a page that is meant not to be there."""
    page.forgiven.append(
        "Failed to load resource: the server responded with a status of 404 (Not Found)"
    )


def name_of(address):
    """A file's name: "fr-papers-page-2" for "/fr/papers/?page=2"."""
    return "-".join(re.findall(r"\w+", address))


# What axe knows -----------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize("address", IN_FRENCH, ids=name_of)
def test_axe_finds_nothing_at_any_width_in_any_colours(visit, address):
    nothing(violations_and_screenshots(visit(address), name_of(address)))


@pytest.mark.sweep
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_a_site_that_begins(page, live_server):
    page.goto(f"{live_server.url}/fr/")
    forgive_not_found(page)
    nothing(violations(page, "without an organisation"))

    call_command("seed", verbosity=0)
    for address in ("/fr/", "/fr/mandates/"):
        page.goto(live_server.url + address)
        nothing(violations(page, address))


def test_axe_finds_nothing_on_the_pages_of_refused_and_failed_requests(page):
    for template in ("400.html", "403.html", "500.html"):
        page.set_content(render_to_string(template))
        nothing(violations(page, template))


@pytest.mark.sweep
def test_the_english_pages_are_as_good(visit):
    found = []
    for address in IN_ENGLISH:
        page = visit(address)
        page.set_viewport_size(ZOOMED)
        for look in (violations, gaps_in_headings, too_wide_or_cut, too_small):
            found += look(page, address)
    nothing(found)


def violations_and_screenshots(page, name):
    found = []
    page.evaluate(LOAD_PICTURES)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, media in SCHEMES.items():
            page.emulate_media(**media)
            # Without a second reading of the stylesheet, which takes half of the time: it is
            # for one rule, on turned screens, and the English pages get it.
            found += violations(page, f"{name} {width} {scheme}", preload=False)
            screenshot = SCREENSHOTS / f"{name}-{width}-{scheme}.jpg"
            page.screenshot(path=screenshot, full_page=True, quality=60, animations="allow")
    return found


LOAD_PICTURES = """() => Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode();
}))"""


# Structure ----------------------------------------------------------------------------


def test_each_page_has_headings_in_order_its_three_parts_and_nothing_that_moves(page, visit):
    page.emulate_media(reduced_motion="reduce")
    found = []
    for address in IN_FRENCH:
        visit(address)
        for look in (gaps_in_headings, not_once_there, moving):
            found += look(page, address)
    nothing(found)


def gaps_in_headings(page, place):
    levels = page.evaluate(HEADING_LEVELS)
    is_whole = all(after <= before + 1 for before, after in pairwise(levels))
    is_whole &= levels[:1] == [1] and levels.count(1) == 1
    return [] if is_whole else [f"{place}: headings of the levels {levels}"]


HEADING_LEVELS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((heading) => heading.checkVisibility())
  .map((heading) => Number(heading.tagName[1]))"""


def not_once_there(page, place):
    landmarks = ("banner", "main", "contentinfo")
    return [f"{place}: {name}" for name in landmarks if page.get_by_role(name).count() != 1]


def moving(page, place):
    return [f"{place}: moves: {one}" for one in page.evaluate(MOVING)]


MOVING = """() => [...document.querySelectorAll("*")].flatMap((element) =>
  [null, "::before", "::after", "::marker", "::details-content"]
    .map((part) => getComputedStyle(element, part))
    .filter((style) => style.scrollBehavior === "smooth"
      || /[1-9]/.test(style.transitionDuration + style.animationDuration))
    .map(() => element.cloneNode().outerHTML))"""


# The keyboard -------------------------------------------------------------------------


def test_the_first_tab_shows_a_link_that_moves_the_focus_into_the_content(visit):
    page = visit("/fr/papers/exemple-rapport/")
    skip = page.get_by_role("link", name="Aller au contenu")
    assert size(skip) == (1, 1)
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    assert min(size(skip)) >= 24
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_focused()


def size(locator):
    box = locator.bounding_box()
    return box["width"], box["height"]


@pytest.mark.parametrize("address", IN_FRENCH, ids=name_of)
def test_the_tab_key_stops_at_everything_in_its_order_and_in_view(visit, address):
    page = visit(address)
    page.set_viewport_size(ZOOMED)
    expected = page.evaluate(LIST_THE_STOPS)
    walked = list(stops(page))
    nothing([f"{at}, not {due}" for at, due in zip_longest(walked, expected) if at != due])


def stops(page):
    """Where the Tab key stops until it leaves the page; a film has several stops of its own."""
    last = None
    while (stop := next_stop(page)) is not None:
        if stop != last:
            yield stop
        last = stop


def next_stop(page):
    page.keyboard.press("Tab")
    return page.evaluate(STOP)


LIST_THE_STOPS = """() => {
  const all = document.querySelectorAll(
    "a[href]:not([tabindex='-1']), summary, video, audio, button, input, select, textarea",
  );
  window.stops = [...all].filter((element) => element.checkVisibility());
  window.name_of = (element) => `${stops.indexOf(element)}: ${element.outerHTML}`;
  return stops.map(name_of);
}"""

STOP = """() => {
  const stop = document.activeElement;
  if (!stops.includes(stop)) return null;
  const {left, top, width, height} = stop.getClientRects()[0];
  const seen = document.elementFromPoint(left + width / 2, top + height / 2);
  return name_of(stop) + (stop.contains(seen) ? "" : " out of view");
}"""


def test_what_has_the_focus_is_outlined_in_a_contrast_of_3(visit):
    found = []
    for address in IN_FRENCH:
        page = visit(address)
        page.keyboard.press("Tab")  # From a key on, :focus-visible follows the focus.
        for scheme, media in SCHEMES.items():
            page.emulate_media(**media)
            found += [f"{address} {scheme}: {one}" for one in page.evaluate(BADLY_OUTLINED)]
    nothing(found)


# Good is an outline, or a shadow all around, of at least 2 px that is not there without focus,
# its colour against that of what lies behind the element.
BADLY_OUTLINED = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (part) => part < 11 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (element) => {
    const colour = element ? rgba(getComputedStyle(element).backgroundColor) : rgba("white");
    return colour[3] === 255 ? colour : ground(element.parentElement);
  };
  const rings = (element) => {
    const style = getComputedStyle(element);
    const shadows = style.boxShadow.matchAll(/(\\w+\\([^)]*\\)) 0px 0px 0px (\\d+)px(?! inset)/g);
    const outline = style.outlineStyle === "none" ? "0px" : style.outlineWidth;
    return [[style.outlineColor, outline], ...[...shadows].map((shadow) => shadow.slice(1))]
      .filter(([colour, width]) => parseFloat(width) >= 2)
      .map(([colour]) => rgba(colour));
  };
  const stands_out = (element) =>
    rings(element).some((ring) => contrast(ring, ground(element.parentElement)) >= 3);
  const stops = document.querySelectorAll("a[href], summary, video, audio");
  return [...stops].filter((element) => element.checkVisibility()).filter((element) => {
    document.activeElement.blur();
    const always = stands_out(element);
    element.focus();
    return always || !stands_out(element);
  }).map((element) => element.outerHTML);
}"""


def test_enter_unfolds_a_text_and_folds_it_again(visit):
    page = visit("/fr/videos/exemple-portraits/")
    transcript = page.get_by_text("À remplacer par un vrai film.")
    page.locator("#transcript summary").focus()
    expect(transcript).to_be_hidden()
    page.keyboard.press("Enter")
    expect(transcript).to_be_visible()
    page.keyboard.press("Enter")
    expect(transcript).to_be_hidden()


# Room ---------------------------------------------------------------------------------


def test_nothing_is_too_wide_or_too_small_not_even_with_more_space_in_the_text(visit):
    found = []
    for address in IN_FRENCH:
        page = visit(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for look in (too_wide_or_cut, too_small):
                found += look(page, f"{address} {width}")
        page.set_viewport_size(ZOOMED)
        page.evaluate(SPACE_THE_TEXT)
        found += too_wide_or_cut(page, f"{address} spaced")
    nothing(found)


@pytest.mark.django_db(transaction=True)
def test_a_title_of_300_signs_without_a_space_is_broken(page, live_server, add_paper):
    page.set_viewport_size(ZOOMED)
    paper = add_paper(300 * "a", slug="long")
    for address in ("/fr/", "/fr/papers/", paper.get_absolute_url()):
        page.goto(live_server.url + address)
        expect(page.get_by_role("heading", name=300 * "a")).to_be_visible()
        nothing(too_wide_or_cut(page, address))


# What WCAG 1.4.12 asks a page to bear. A sheet of this sort is not the policy's to refuse.
SPACE_THE_TEXT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * {line-height: 1.5 !important; letter-spacing: 0.12em !important;
       word-spacing: 0.16em !important}
    p {margin-block-end: 2em !important}`);
  document.adoptedStyleSheets.push(sheet);
}"""


# Without what a reader may not have, or not want --------------------------------------


def test_the_text_without_javascript_is_the_text_with_it(visit, real_life_site, new_context):
    without = new_context(java_script_enabled=False).new_page()
    for address in IN_FRENCH:
        without.goto(real_life_site + address)
        assert visit(address).inner_text("body") == without.inner_text("body")


# Paper --------------------------------------------------------------------------------


def test_paper_shows_what_is_folded_and_no_navigation(visit):
    printed = on_paper(visit("/fr/"))
    assert "La suite de ce texte se déplie." in printed  # folded on the screen
    assert "Lire la suite" not in printed
    assert "English" not in printed
    assert "Aller au contenu" not in printed

    printed = on_paper(visit("/fr/videos/exemple-portraits/"))
    assert "À remplacer par un vrai film." in printed
    assert "WhatsApp" not in printed


def on_paper(page):
    """The words of the page as it is printed."""
    sheets = PdfDocument(page.pdf())
    return " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in sheets).split())
