"""What tests look for on a page in a browser: what axe knows, sizes, words left in English."""

import re
from html.parser import HTMLParser

from axe_playwright_python.base import AXE_SCRIPT

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # off in axe, although it is WCAG 2.2 AA
    "resultTypes": ["violations"],
}


def nothing(found):
    """Fails with all that was found, one line each."""
    assert not found, "\n" + "\n".join(found)


def violations(page, place, **options):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(TELL_AXE_THE_FORCED_COLOUR)
    found = page.evaluate(RUN_AXE, {**RULES, **options})
    return [f"{place}: {violation}" for violation in found]


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


def too_wide_or_cut(page, place):
    return [f"{place}: too wide or cut: {one}" for one in page.evaluate(TOO_WIDE_OR_CUT)]


TOO_WIDE_OR_CUT = """() => {
  const width = document.documentElement.clientWidth;
  const is_wide = (element) =>
    element.checkVisibility() && element.getBoundingClientRect().right > width + 0.5;
  const is_cut = (element) => element.clientWidth > 1
    && getComputedStyle(element).overflow !== "visible"
    && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
  const found = [...document.body.querySelectorAll("*")]
    .filter((element) => is_wide(element) || is_cut(element));
  if (document.documentElement.scrollWidth > width) found.push(document.documentElement);
  return found.map((element) => element.cloneNode().outerHTML);
}"""


def too_small(page, place):
    """What is tapped must have 24 by 24 pixels."""
    return [f"{place}: too small: {one}" for one in page.evaluate(TOO_SMALL)]


# A link within a sentence may be as low as its line; the skip link is measured where it shows.
TOO_SMALL = """() => {
  const block = (element) =>
    getComputedStyle(element).display === "inline" ? block(element.parentElement) : element;
  const in_a_sentence = (element) => block(element).innerText.trim() !== element.innerText.trim();
  return [...document.querySelectorAll("a[href], summary, video, audio, button, input, select, textarea")]
    .filter((element) => element.checkVisibility() && !in_a_sentence(element))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, {width, height}]) => width > 1 && (width < 24 || height < 24))
    .map(([element, {width, height}]) => `${width} × ${height} ${element.outerHTML}`);
}"""
ENGLISH = (
    "Add Change Changed Delete Deleted Save View Site Filter Search Home Select Selected Go "
    "Currently Clear Today Now Yesterday Tomorrow History Show Hide Log out Password Welcome "
    "Remove Choose Run Heading Paragraph Bold Italic Undo Redo Quotation List Link insert "
    "remove unordered ordered Update Cancel Edit Close Error Please Correct Below Draft "
    "Published Scheduled Closed The This With Without Nothing Only Date Time By And Or Of To "
    "Files File Picture Language Languages Facts More Not Are You Sure Yes Django Copy Preview "
    "Toggle theme Skip Main content Models application administration Is It Its Was Were Has Have "
    "Been From At For That These Those Saved Reading Asked Account True False "
).lower()
# "CC BY", "offre close", "image"
SAME_IN_FRENCH = {"application", "administration", "site", "date", "content", "or", "by", "close"}
ENGLISH_WORDS = set(ENGLISH.split()) - SAME_IN_FRENCH


class Shown(HTMLParser):
    """All that a page says: texts, and the attributes that are read or shown."""

    SAID = {"title", "alt", "aria-label", "placeholder"}

    def __init__(self, html):
        super().__init__()
        self.words, self.silent = [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.silent += tag in ("script", "style")
        self.words += [value for name, value in attrs if name in self.SAID and value]
        if tag == "input" and attributes.get("type") in ("submit", "button"):
            self.words.append(attributes.get("value", ""))

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)


class Lines(HTMLParser):
    """What a page says, a line for each block, and for each attribute that is read or shown."""

    INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "ins", "label", "mark", "small", "span"}
    INLINE |= {"strong", "sub", "sup", "time", "u"}

    def __init__(self, html):
        super().__init__()
        self.lines, self.line, self.silent = [], "", 0
        self.feed(html)
        self.end_of_line()

    def end_of_line(self):
        if self.line.strip():
            self.lines.append(re.sub(r"[ \t\n]+", " ", self.line).strip(" "))
        self.line = ""

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style", "textarea", "code")
        if tag not in self.INLINE:
            self.end_of_line()
        self.lines += [value for name, value in attrs if name in Shown.SAID and value]
        attributes = dict(attrs)
        if tag == "input" and attributes.get("type") in ("submit", "button"):
            self.lines.append(attributes.get("value", ""))

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "textarea", "code")
        if tag not in self.INLINE:
            self.end_of_line()

    def handle_data(self, data):
        if not self.silent:
            self.line += data


# A sign of French without its no-break space, an apostrophe of a typewriter, words that are not ours.
PLAIN_SIGN = re.compile(r"(?:\w|[)%»…]) ?[:;!?](?=\s|$)|\w ?»|« |«\w|[^\W\d_]'[^\W\d_]")
NOT_OURS = re.compile(
    r"[“”]|avec succès|a été (?:modifié|ajouté|supprimé)|l’objet|objets? lié|"
    r"(?:fiches|images|offres d’emploi|publications|vidéos) sélectionnés\b|"
    r"\b(?:algorithme|e-?mails?|hachage|passkeys?|URL)\b|"
    r"\b(?:clés? de sécurité|texte alternatif|édition allégée|version (?:allégée|légère))\b",
    re.IGNORECASE,
)


def slips_in(html):
    """Lines that no French editor would let pass."""
    return [line for line in Lines(html).lines if slip_in(line)]


def slip_in(line):
    return PLAIN_SIGN.search(line) or NOT_OURS.search(line) or line == "Modification"


def english_in(html):
    text = " ".join(Shown(html).words).lower()
    text = re.sub(r"ne change|à portée de main", "", text)
    text = re.sub(r"\S*\*{3}\S*", "", text)  # letters of a masked password may be any word
    return sorted(set(re.findall(r"[a-zà-ÿ’]+", text)) & ENGLISH_WORDS)
