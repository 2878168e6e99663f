"""WCAG 2.2 AA on every public page, measured in a real browser on the sample content."""

import itertools
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.management import call_command
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from imrap_site import start
from tests.test_start import a_free_port, environment, wait_for

NOWHERE = "nowhere/"
PAGES = [
    "",
    "programmes/",
    "papers/?page=2",
    "programmes/exemple-programme/",
    "mandates/exemple-mandat/",
    "vacancies/exemple-offre-ouverte/",
    "vacancies/exemple-offre-close/",
    "videos/exemple-video/",
    "papers/exemple-papier/",
    "accessibility/",
    NOWHERE,
]
IN_FRENCH = [f"/fr/{page}" for page in PAGES]
IN_ENGLISH = [f"/en/{page}" for page in PAGES]

WIDTHS = (320, 768, 1280)
SCHEMES = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced-colours": {"color_scheme": "dark", "forced_colors": "active"},
}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # off in axe, although it is WCAG 2.2 AA
    "resultTypes": ["violations"],
}
SCREENSHOTS = start.ROOT / "test-results" / "accessibility"

# A screen of 1280 × 1024 at 400 %, which is also the smallest telephone.
zoomed = pytest.mark.browser_context_args(
    viewport={"width": 320, "height": 256}, device_scale_factor=4
)


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory):
    """The address of a server that runs as `make run` runs it, on data of its own: the sample."""
    folder = tmp_path_factory.mktemp("sample-site")
    port, printed = a_free_port(), folder / "printed"
    variables = environment(
        PORT=str(port),
        SECRET_KEY="only-for-tests-" + 50 * "x",
        DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
        MEDIA_ROOT=str(folder / "media"),
        # Stronger than what a developer's .env may say.
        ALLOWED_HOSTS="127.0.0.1",
        HTTPS="false",
        DEBUG="false",
    )
    # Ten more papers make a second page of their list.
    seed = [sys.executable, "manage.py", "seed", "--sample", "--entries=10", "--verbosity=0"]
    with printed.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "imrap_site.start"],
            cwd=start.ROOT,
            env=variables,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address + "/en/", server, printed)
        subprocess.run(seed, cwd=start.ROOT, env=variables, check=True)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def visit(page, sample_site):
    """Opens an address of the sample site; gives the browser's page."""

    def visit(address):
        answer = page.goto(sample_site + address)
        assert answer.status == (404 if address.endswith(NOWHERE) else 200)
        if answer.status == 404:
            forgive_not_found(page)
        return page

    return visit


def forgive_not_found(page):
    """The console complains of a page that is meant not to be there."""
    page.complaints.remove(
        "Failed to load resource: the server responded with a status of 404 (Not Found)"
    )


def name_of(address):
    """A file's name: "fr-papers-page-2" for "/fr/papers/?page=2"."""
    return "-".join(re.findall(r"\w+", address))


def nothing(found):
    """Fails with all that was found, one line each."""
    assert not found, "\n" + "\n".join(found)


# What axe knows -----------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize("address", IN_FRENCH, ids=name_of)
def test_axe_finds_nothing_at_any_width_in_any_colours(visit, address):
    nothing(violations_and_screenshots(visit(address), name_of(address)))


@pytest.mark.sweep
def test_axe_finds_nothing_in_english(visit):
    nothing([found for address in IN_ENGLISH for found in violations(visit(address), address)])


@pytest.mark.sweep
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_a_site_that_begins(page, live_server):
    page.goto(f"{live_server.url}/fr/")
    forgive_not_found(page)
    nothing(violations_and_screenshots(page, "no-organisation"))

    call_command("seed", verbosity=0)
    page.goto(f"{live_server.url}/fr/")
    nothing(violations_and_screenshots(page, "starter"))
    page.goto(f"{live_server.url}/fr/mandates/")
    nothing(violations(page, "empty list"))


def violations_and_screenshots(page, name):
    found = []
    page.evaluate(LOAD_PICTURES)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, media in SCHEMES.items():
            page.emulate_media(**media)
            found += violations(page, f"{name} {width} {scheme}")
            screenshot = SCREENSHOTS / f"{name}-{width}-{scheme}.jpg"
            page.screenshot(path=screenshot, full_page=True, quality=60, animations="allow")
    return found


def violations(page, place):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(TELL_AXE_THE_FORCED_COLOUR)
    return [f"{place}: {violation}" for violation in page.evaluate(RUN_AXE, RULES)]


LOAD_PICTURES = """() => Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode();
}))"""

# axe reads the colour of text from this property, and in forced colours Chromium says there
# what the stylesheet asked for, not what is seen.
TELL_AXE_THE_FORCED_COLOUR = """() => {
  const value = CSSStyleDeclaration.prototype.getPropertyValue;
  CSSStyleDeclaration.prototype.getPropertyValue = function (name) {
    return value.call(this, name === "-webkit-text-fill-color" ? "color" : name);
  };
}"""

RUN_AXE = """async (rules) => (await axe.run(rules)).violations.flatMap(({id, nodes}) =>
  nodes.map(({html, failureSummary}) => `${id}: ${html}\\n  ${failureSummary}`))"""


# Structure ----------------------------------------------------------------------------


def test_each_page_has_one_first_heading_and_skips_no_level(visit):
    found = []
    for address in IN_FRENCH + IN_ENGLISH:
        levels = visit(address).evaluate(HEADING_LEVELS)
        skipped = [after for before, after in itertools.pairwise(levels) if after > before + 1]
        if levels[:1] != [1] or levels.count(1) != 1 or skipped:
            found.append(f"{address}: {levels}")
    nothing(found)


HEADING_LEVELS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((heading) => heading.checkVisibility())
  .map((heading) => Number(heading.tagName[1]))"""


def test_each_page_has_a_header_a_main_part_and_a_footer(visit):
    for address in IN_FRENCH:
        page = visit(address)
        for landmark in ("banner", "main", "contentinfo"):
            expect(page.get_by_role(landmark), address).to_have_count(1)


# The keyboard -------------------------------------------------------------------------


def test_the_first_tab_shows_a_link_that_moves_the_focus_into_the_content(visit):
    page = visit("/fr/papers/exemple-papier/")
    skip = page.get_by_role("link", name="Aller au contenu")
    assert size(skip) <= (1, 1)
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    assert size(skip) >= (24, 24)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_focused()


def size(locator):
    box = locator.bounding_box()
    return box["width"], box["height"]


@zoomed
@pytest.mark.parametrize("address", IN_FRENCH, ids=name_of)
def test_the_tab_key_stops_at_everything_in_its_order_and_in_view(visit, address):
    page = visit(address)
    number = page.evaluate(NUMBER_THE_STOPS)
    walked = []
    while (stop := next_stop(page)) is not None:
        if stop not in walked[-1:]:  # a film has several stops of its own
            walked.append(stop)
    assert walked == [{"stop": stop, "is_in_view": True} for stop in range(number)]


def next_stop(page):
    page.keyboard.press("Tab")
    return page.evaluate(STOP)


NUMBER_THE_STOPS = """() => {
  const all = document.querySelectorAll("a[href], summary, video, button, input, select, textarea");
  window.stops = [...all].filter((element) => element.checkVisibility());
  return stops.length;
}"""

STOP = """() => {
  const stop = stops.indexOf(document.activeElement);
  if (stop < 0) return null;
  const {left, top, width, height} = stops[stop].getClientRects()[0];
  const seen = document.elementFromPoint(left + width / 2, top + height / 2);
  return {stop, is_in_view: stops[stop].contains(seen)};
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


# An outline, or a shadow that goes around, of at least 2 px: its colour against what lies
# behind the element.
BADLY_OUTLINED = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (part) => part <= 10.31475 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4;
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
  const stops = [...document.querySelectorAll("a[href], summary, video")];
  return stops.filter((element) => {
    document.activeElement.blur();
    const before = stands_out(element);
    element.focus();
    return element.checkVisibility() && (before || !stands_out(element));
  }).map((element) => element.outerHTML);
}"""


def test_enter_unfolds_a_text_and_folds_it_again(visit):
    page = visit("/fr/videos/exemple-video/")
    transcript = page.get_by_text("À remplacer par un vrai film.")
    page.locator("summary").focus()
    expect(transcript).to_be_hidden()
    page.keyboard.press("Enter")
    expect(transcript).to_be_visible()
    page.keyboard.press("Enter")
    expect(transcript).to_be_hidden()


# Room ---------------------------------------------------------------------------------


@zoomed
def test_nothing_is_wider_than_the_screen(visit):
    found = []
    for address in IN_FRENCH + IN_ENGLISH:
        page = visit(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 256})
            found += [f"{address} {width}: {one}" for one in page.evaluate(TOO_WIDE_OR_CUT)]
    nothing(found)


@zoomed
def test_nothing_is_wider_or_cut_with_more_space_in_the_text(visit):
    found = []
    for address in IN_FRENCH:
        page = visit(address)
        page.evaluate(SPACE_THE_TEXT)
        found += [f"{address}: {one}" for one in page.evaluate(TOO_WIDE_OR_CUT)]
    nothing(found)


@zoomed
@pytest.mark.django_db(transaction=True)
def test_a_title_of_300_signs_without_a_space_is_broken(page, live_server, add_paper):
    paper = add_paper(300 * "a", slug="long")
    for address in ("/fr/", "/fr/papers/", paper.get_absolute_url()):
        page.goto(live_server.url + address)
        expect(page.get_by_role("heading", name=300 * "a")).to_be_visible()
        nothing(page.evaluate(TOO_WIDE_OR_CUT))


TOO_WIDE_OR_CUT = """() => {
  const is_cut = (element) => element.clientWidth > 1
    && getComputedStyle(element).overflow !== "visible"
    && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
  const width = document.documentElement.clientWidth;
  const is_wide = (element) =>
    element.checkVisibility() && element.getBoundingClientRect().right > width + 0.5;
  const wide = [...document.body.querySelectorAll("*")].filter(is_wide);
  const found = [...wide, ...[...document.body.querySelectorAll("*")].filter(is_cut)];
  if (document.documentElement.scrollWidth > width) found.push(document.documentElement);
  return found.map((element) => element.cloneNode().outerHTML);
}"""

# What WCAG 1.4.12 asks a page to bear; a sheet of this sort is not the policy's to refuse.
SPACE_THE_TEXT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * {line-height: 1.5 !important; letter-spacing: 0.12em !important;
       word-spacing: 0.16em !important}
    p {margin-block-end: 2em !important}`);
  document.adoptedStyleSheets.push(sheet);
}"""


def test_what_is_tapped_has_24_by_24_pixels(visit):
    found = []
    for address in IN_FRENCH:
        page = visit(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{address} {width}: {one}" for one in page.evaluate(TOO_SMALL)]
    nothing(found)


# Links within a sentence may be as low as its line; the skip link is measured where it shows.
TOO_SMALL = """() => {
  const block = (element) =>
    getComputedStyle(element).display === "inline" ? block(element.parentElement) : element;
  const in_a_sentence = (element) => block(element).innerText.trim() !== element.innerText.trim();
  return [...document.querySelectorAll("a[href], summary, video, button, input, select, textarea")]
    .filter((element) => element.checkVisibility() && !in_a_sentence(element))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, {width, height}]) => width > 1 && (width < 24 || height < 24))
    .map(([element, {width, height}]) => `${width} × ${height} ${element.outerHTML}`);
}"""


# Without what a reader may not have, or not want --------------------------------------


def test_the_text_without_javascript_is_the_text_with_it(visit, sample_site, new_context):
    without = new_context(java_script_enabled=False).new_page()
    for address in IN_FRENCH:
        without.goto(sample_site + address)
        assert visit(address).inner_text("body") == without.inner_text("body")


def test_no_page_asks_another_host_or_sets_a_cookie(page, visit, sample_site):
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for address in IN_FRENCH + IN_ENGLISH:
        visit(address).evaluate(LOAD_PICTURES)
    assert hosts == {urlsplit(sample_site).netloc}
    assert page.context.cookies() == []


def test_nothing_moves_where_less_motion_is_asked_for(page, visit):
    page.emulate_media(reduced_motion="reduce")
    nothing(
        [f"{address}: {one}" for address in IN_FRENCH for one in visit(address).evaluate(MOVING)]
    )


MOVING = """() => [...document.querySelectorAll("*")].flatMap((element) =>
  [null, "::before", "::after", "::marker", "::details-content"]
    .map((part) => getComputedStyle(element, part))
    .filter((style) => style.scrollBehavior === "smooth"
      || /[1-9]/.test(style.transitionDuration + style.animationDuration))
    .map(() => element.cloneNode().outerHTML))"""


# Paper --------------------------------------------------------------------------------


def test_paper_shows_what_is_folded_and_no_navigation(visit):
    printed = on_paper(visit("/fr/"))
    assert "veuillez suivre le lien" in printed
    assert "Lire la suite" not in printed
    assert "English" not in printed
    assert "Aller au contenu" not in printed

    printed = on_paper(visit("/fr/videos/exemple-video/"))
    assert "À remplacer par un vrai film." in printed
    assert "WhatsApp" not in printed


def on_paper(page):
    """The words of the page as it is printed."""
    pages = PdfDocument(page.pdf())
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())
