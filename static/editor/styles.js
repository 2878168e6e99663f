// What the styles of pasted HTML mean, and which of it nobody was to read.
//
// The page's policy makes every style of a parsed document void, and complains in the console about
// each; so styles are renamed before a document is made of them, and read here.

const SHEET = /<style\b[^>]*>([^]*?)<\/style>/gi;
const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^'"<>])*>/gi;
const LIST_FORMAT = /@list\s+(l\d+:level\d)\b[^{]*\{[^}]*?mso-level-number-format:\s*([\w-]+)/g;

// Comments, their marks and what tracked changes deleted: Word, LibreOffice, Google Docs.
const UNSEEN = "del, comment, [hidden], .annotation_style_by_filter, a[href^='#cmnt']"
  + ", .comment-indicator, .comment-indicator + .comment";
const UNSEEN_CLASS = /(?:^|\s)mso(?:del\b|comment|com(?:anchor|txt|off)\b)/i;
const UNSEEN_STYLE =
  /mso-hide\s*:\s*(?:all|screen)|mso-(?:element|special-character)\s*:\s*comment|mso-comment-author/i;
const UNSEEN_NAME =
  /^(?:office:annotation(?:-end)?|text:(?:tracked-changes|deletion)|w:(?:del|deltext|movefrom|comments?|instrtext))$/;

const rulesIn = (sheets) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(sheets.replace(/<!--|-->/g, ""));
  return [...sheet.cssRules].filter((rule) => rule.selectorText && rule.style.length);
};

export const styleOf = (element) =>
  element.getAttribute("data-style") ?? element.getAttribute("style") ?? "";

const putRulesInto = (body, rules) => {
  const styles = new Map();
  for (const { selectorText, style } of rules) {
    for (const element of body.querySelectorAll(selectorText)) {
      styles.set(element, `${styles.get(element) ?? ""}${style.cssText};`);
    }
  }
  for (const [element, style] of styles) element.setAttribute("data-style", style + styleOf(element));
};

// A document that is not shown runs no script and loads no picture.
export const parsed = (html) => {
  let sheets = "";
  const quiet = html
    .replace(SHEET, (_whole, rules) => { sheets += rules; return ""; })
    .replace(TAG, (tag) => tag.replace(/([\s"'])(style|on\w+)(?=\s*=)/gi, "$1 data-$2"));
  const { body } = new DOMParser().parseFromString(quiet, "text/html");
  putRulesInto(body, rulesIn(sheets));
  return { body, listFormats: new Map([...sheets.matchAll(LIST_FORMAT)].map((found) => found.slice(1))) };
};

const probe = document.createElement("span").style;
const looks = new WeakMap();

// What its own style says of an element, "" where it says nothing.
export const look = (element) => {
  if (!looks.has(element)) {
    probe.cssText = styleOf(element);
    const { display, visibility, fontSize, fontStyle, fontWeight, verticalAlign } = probe;
    const { listStyleType, textDecorationLine, whiteSpace, whiteSpaceCollapse } = probe;
    looks.set(element, {
      display, visibility, fontSize, fontStyle, fontWeight, verticalAlign,
      listStyleType, textDecorationLine, whiteSpace: whiteSpace || whiteSpaceCollapse || "",
    });
  }
  return looks.get(element);
};

export const isHidden = (element) => {
  const { display, visibility, fontSize } = look(element);
  return display === "none" || ["hidden", "collapse"].includes(visibility) || parseFloat(fontSize) === 0;
};

export const isUnseen = (element) =>
  element.matches(UNSEEN) || isHidden(element) || UNSEEN_NAME.test(element.localName)
  || UNSEEN_CLASS.test(element.getAttribute("class") ?? "") || UNSEEN_STYLE.test(styleOf(element));
