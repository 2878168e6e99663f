// HTML of word processors, spreadsheets and web pages made into the few elements that a text here
// has, judged by what its styles mean and not by its tags. What cannot be taken is counted.

import { completed } from "profile-editor/addresses";
import { listsOfParagraphs, mendLists, paragraphsOfLoneItems } from "profile-editor/lists";
import { mendNotes } from "profile-editor/notes";
import { isUnseen, look, parsed, styleOf } from "profile-editor/styles";
import { mendTables, refuseManyCells } from "profile-editor/tables";

const SILENT = "script, style, meta, link, title, xml, template, noscript, base, .EOP, select, textarea, input, datalist"
  + ", annotation, annotation-xml, li[role=checkbox] img, svg[aria-hidden=true]";
const OBJECTS = "video, audio, iframe, object, embed";
const PICTURES = "img, svg, canvas";
const HEADINGS = "h1, h2, h3, h4, h5, h6";
const NOTES = "small[role=note]";
const FIGURES = "figure[data-picture]";
const KEPT = "p, h1, h2, h3, h4, h5, h6, ul, ol, li, blockquote, br, a, table, caption, colgroup, col, thead, tbody, tfoot, tr, td, th"
  + `, ${NOTES}, ${FIGURES}, ${FIGURES} > figcaption`;
const ON_LINES = `${HEADINGS}, p, ul, ol, li, blockquote, div`;
const BLOCKS = `${ON_LINES}, table, ${FIGURES}`;
const DIVISIONS = "div, address, article, aside, center, dd, details, dl, dt, fieldset, figcaption, figure, footer"
  + ", form, header, hgroup, hr, legend, main, menu, nav, pre, search, section, summary";
const STRUCTURE = "body, table, thead, tbody, tfoot, tr, colgroup, ul, ol, dl";

const RAISED = ".MsoFootnoteReference, .MsoEndnoteReference";

const isBlank = (node) => !node.textContent.trim();
const unwrap = (element) => element.replaceWith(...element.childNodes);
const rename = (element, name) => {
  const renamed = element.ownerDocument.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
};

// What nobody was to read

// In an export of Google Docs, a comment stands at the end in a box of its own.
const boxOfComment = (anchor) => {
  const paragraph = anchor.closest("p") ?? anchor;
  return paragraph.parentElement.matches("div") && !paragraph.previousElementSibling
    ? paragraph.parentElement : paragraph;
};

// The mark of a comment, and what Word hides of every table of contents.
const isNoSecret = (element) =>
  /^\[[^\]]*\]$/.test(element.textContent.trim()) || /mso-hide\s*:\s*screen/i.test(styleOf(element));

const removeUnseen = (body, left) => {
  for (const anchor of body.querySelectorAll("a[id^=cmnt]:not([id^=cmnt_ref])")) {
    boxOfComment(anchor).remove();
    left.hidden += 1;
  }
  const remarks = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  while (remarks.nextNode()) remarks.currentNode.data = "";
  for (const element of body.querySelectorAll(":not(col, colgroup)")) {
    if (!body.contains(element) || !isUnseen(element)) continue;
    left.hidden += isBlank(element) || isNoSecret(element) ? 0 : 1;
    element.remove();
  }
};

// Pictures of this site's library, copied from one of its pages: all but their numbers and captions is
// made anew. A number of another site means another picture.

const isOwnPicture = (figure) => /^[1-9]\d{0,17}$/.test(figure.dataset.picture)
  && [...figure.querySelectorAll("img")].every(({ src }) => !/^https?:/i.test(src) || src.startsWith(`${location.origin}/`));

const captionOf = (figure) => {
  const caption = figure.querySelector("figcaption") ?? figure.ownerDocument.createElement("figcaption");
  for (const credit of caption.querySelectorAll(".credit")) credit.remove();
  onOneLine(caption);
  return caption;
};

const takeFigures = (body) => {
  for (const figure of body.querySelectorAll(FIGURES)) {
    if (!isOwnPicture(figure)) {
      figure.removeAttribute("data-picture");
      continue;
    }
    figure.replaceChildren(captionOf(figure));
    for (let holder = figure; holder; holder = holder.parentElement.closest(`table, p, ${HEADINGS}`)) {
      if (holder !== figure) holder.after(figure);
    }
  }
};

// What a text cannot hold

const isDot = (picture) => [picture.getAttribute("width"), picture.getAttribute("height")].some((size) => /^[01](?:px)?$/.test(size));

const removePictures = (body, left) => {
  for (const picture of body.querySelectorAll(PICTURES)) {
    const words = picture.getAttribute("alt") ?? "";
    if (/\p{Extended_Pictographic}/u.test(words) && words.length < 20) picture.replaceWith(words);
    else {
      left.pictures += isDot(picture) ? 0 : 1;
      picture.remove();
    }
  }
};

const removeObjects = (body, left) => {
  for (const element of body.querySelectorAll(SILENT)) element.remove();
  for (const element of body.querySelectorAll(OBJECTS)) {
    left.objects += 1;
    element.remove();
  }
};

const nameFormulas = (body) => {
  for (const raised of body.querySelectorAll("msup > :nth-child(2), m\\:sup")) rename(raised, "sup");
  for (const lowered of body.querySelectorAll("msub > :nth-child(2), m\\:sub")) rename(lowered, "sub");
};

// Headings: a text has three levels, from whatever is highest in what was copied

const nameHeadings = (body) => {
  for (const title of body.querySelectorAll("p.MsoTitle, p.MsoHeading1, p.title")) rename(title, "h1");
  for (const title of body.querySelectorAll("p.MsoSubtitle, p.subtitle")) rename(title, "h2");
  for (const heading of body.querySelectorAll("[role=heading]")) {
    rename(heading, `h${Math.min(6, Number(heading.getAttribute("aria-level")) || 2)}`);
  }
  for (const quotation of body.querySelectorAll("p.MsoQuote, p.MsoIntenseQuote")) {
    const before = quotation.previousElementSibling;
    const whole = before?.matches("blockquote.mso") ? before : body.ownerDocument.createElement("blockquote");
    whole.className = "mso";
    if (whole !== before) quotation.before(whole);
    whole.append(quotation);
  }
};

const mendHeadings = (body) => {
  const headings = [...body.querySelectorAll(HEADINGS)].filter((heading) => !isBlank(heading));
  const levels = headings.map((heading) => Number(heading.localName[1]));
  const highest = Math.min(...levels);
  headings.forEach((heading, index) => {
    onOneLine(heading);
    rename(heading, `h${Math.min(5, 3 + levels[index] - Math.min(3, highest))}`);
  });
};

// Marks: each text says for itself what it looks like, and the elements around it go

const isBold = ({ fontWeight }, element, outer) => {
  if (element.matches(HEADINGS)) return false;
  if (fontWeight) return fontWeight.startsWith("bold") || Number(fontWeight) >= 600;
  return outer || element.matches("b, strong");
};

const isItalic = ({ fontStyle }, element, outer) =>
  fontStyle ? /italic|oblique/.test(fontStyle) : outer || element.matches("i, em, cite, dfn, var");

const isStruck = ({ textDecorationLine }, element, outer) =>
  outer || /line-through/.test(textDecorationLine) || (!textDecorationLine && element.matches("s, strike"));

// Above or below the line: "sup", "sub" or "".
const script = ({ verticalAlign }, element, outer) => {
  if (element.matches(`${KEPT}, ${DIVISIONS}`)) return outer;
  const shift = parseFloat(styleOf(element).match(/mso-text-raise\s*:\s*(-?[\d.]+)/)?.[1] ?? verticalAlign);
  if (verticalAlign === "super" || shift > 0 || element.matches(RAISED)) return "sup";
  if (verticalAlign === "sub" || shift < 0) return "sub";
  return !verticalAlign && element.matches("sup, sub") ? element.localName : outer;
};

const marksOf = (element, body, known) => {
  if (element === body || element.matches(NOTES)) return { bold: false, italic: false, struck: false, script: "", space: "" };
  if (!known.has(element)) {
    const outer = marksOf(element.parentElement, body, known);
    const style = look(element);
    known.set(element, {
      bold: isBold(style, element, outer.bold),
      italic: isItalic(style, element, outer.italic),
      struck: isStruck(style, element, outer.struck),
      script: script(style, element, outer.script),
      space: style.whiteSpace || (element.localName === "pre" ? "pre" : outer.space),
    });
  }
  return known.get(element);
};

const marked = (text, { bold, italic, struck, script, space }) => {
  const document = text.ownerDocument;
  const lines = /^(?:pre|break)/.test(space) ? text.data.split(/\r\n?|\n/) : [text.data];
  const nodes = lines.flatMap((line, index) => [
    ...(index ? [document.createElement("br")] : []),
    document.createTextNode(line.replace(/[ \t\r\n\f]+/g, " ")),
  ]);
  const names = [bold && "strong", italic && "em", struck && "s", script].filter(Boolean);
  return names.reduce((inner, name) => {
    const mark = document.createElement(name);
    mark.append(...inner);
    return [mark];
  }, nodes);
};

const isBlock = (element) =>
  element.matches(DIVISIONS) || /^(?:block|flex|grid|table|list-item|flow-root)/.test(look(element).display);

const markTexts = (body) => {
  const elements = [...body.querySelectorAll("*")];
  const texts = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const all = [];
  while (texts.nextNode()) all.push(texts.currentNode);
  const known = new Map();
  for (const text of all) {
    if (!isBlank(text) || !text.parentElement.matches(STRUCTURE)) {
      text.replaceWith(...marked(text, marksOf(text.parentElement, body, known)));
    }
  }
  for (const element of elements) {
    if (element.matches(KEPT)) continue;
    if (isBlock(element)) rename(element, "div");
    else unwrap(element);
  }
};

// Links

const onOneLine = (holder) => {
  for (const block of holder.querySelectorAll(ON_LINES)) block.replaceWith(" ", ...block.childNodes, " ");
};

const mendLinks = (body, left) => {
  for (const link of body.querySelectorAll("a")) {
    onOneLine(link);
    const typed = link.getAttribute("href") ?? "";
    const address = completed(typed);
    if (address && !isBlank(link)) link.setAttribute("href", address);
    else {
      if (typed && !/^(?:#|javascript:)/i.test(typed.trim()) && !isBlank(link)) left.links += 1;
      unwrap(link);
    }
  }
};

// Paragraphs: no text stands loose beside a block, and none is empty

const isInline = (node) => node.nodeType !== Node.ELEMENT_NODE || !node.matches(BLOCKS);

const wrapLooseTexts = (container) => {
  let paragraph = null;
  for (const node of [...container.childNodes]) {
    if (!isInline(node)) paragraph = null;
    else if (paragraph) paragraph.append(node);
    else {
      paragraph = container.ownerDocument.createElement("p");
      node.before(paragraph);
      paragraph.append(node);
    }
  }
};

const mendParagraphs = (body) => {
  for (const part of [body, ...body.querySelectorAll("div, p, li, blockquote, td, th")].reverse()) {
    const hasBlocks = [...part.children].some((child) => !isInline(child));
    if (hasBlocks) wrapLooseTexts(part);
    if (part.matches("div, p") && hasBlocks) unwrap(part);
    else if (part.matches("div")) rename(part, "p");
  }
  for (const part of body.querySelectorAll(`p, blockquote, ${HEADINGS}`)) if (isBlank(part)) part.remove();
  for (const lineEnd of [...body.querySelectorAll("br")].reverse()) if (!lineEnd.nextSibling) lineEnd.remove();
};

const keepAttributes = (body) => {
  for (const element of body.querySelectorAll("*")) {
    for (const name of element.getAttributeNames()) {
      const isKept = (element.localName === "a" && name === "href")
        || (element.localName === "ol" && ["start", "data-type"].includes(name))
        || (element.matches(NOTES) && name === "role")
        || (element.matches(FIGURES) && name === "data-picture")
        || (element.matches("td, th") && ["colspan", "rowspan"].includes(name));
      if (!isKept) element.removeAttribute(name);
    }
  }
};

// The HTML to paste, how many letters it has, and how much of what was left out or changed.
export const mended = (html, mostCells) => {
  const left = { pictures: 0, objects: 0, tables: 0, heads: 0, footnotes: 0, links: 0, hidden: 0, deep: 0 };
  const { body, listFormats } = parsed(html);
  refuseManyCells(body, mostCells);
  removeUnseen(body, left);
  takeFigures(body);
  removePictures(body, left);
  removeObjects(body, left);
  nameFormulas(body);
  mendNotes(body, left);
  for (const paragraph of body.querySelectorAll("p")) if (isBlank(paragraph)) paragraph.remove();
  nameHeadings(body);
  paragraphsOfLoneItems(body);
  listsOfParagraphs(body, listFormats);
  markTexts(body);
  mendLinks(body, left);
  mendTables(body, left, mostCells);
  mendHeadings(body);
  mendParagraphs(body);
  left.deep = mendLists(body);
  keepAttributes(body);
  return { html: body.innerHTML, letters: body.textContent.trim().length, left };
};
