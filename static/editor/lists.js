// Lists as word processors put them on the clipboard, made into lists.

import { look, styleOf } from "profile-editor/styles";

const DEEPEST = 9; // as in Word
const ROMAN = { i: 1, v: 5, x: 10, l: 50, c: 100, d: 500, m: 1000 };
const TYPES = { 1: "decimal", a: "lower-alpha", A: "upper-alpha", i: "lower-roman", I: "upper-roman" };
const isBlank = (node) => !node.textContent.trim();

// Word: a paragraph for each item, with its sign or number written into the text

const isIgnored = (element) => /mso-list\s*:\s*ignore/i.test(styleOf(element));
const isListStyle = (paragraph) =>
  /(?:^|\s)MsoList/.test(paragraph.className) || /mso-list\s*:\s*l\d/i.test(styleOf(paragraph));

const textBefore = (paragraph, element) => {
  const range = paragraph.ownerDocument.createRange();
  range.setStart(paragraph, 0);
  range.setEndBefore(element);
  return range;
};

// "Filtered" HTML of Word no longer says which text is the number; the narrow blanks after it do.
const isGap = (element) => look(element).fontSize === "7pt" && isBlank(element) && element.textContent.includes("\u00a0");

const takeNumberBeforeGap = (paragraph) => {
  const gap = [...paragraph.querySelectorAll("span")].find(isGap);
  const before = gap && textBefore(paragraph, gap);
  if (!before?.toString().trim() || before.toString().trim().length > 12) return null;
  const text = before.toString();
  before.deleteContents();
  gap.remove();
  return text;
};

const SIGN = /^[\s\u00a0]*(?:[·•▪◦§\uf0b7\uf0a7\uf0d8]|[o\u2013\u2014-](?=[\s\u00a0]{2}))(?=[\s\u00a0]*\u00a0)[\s\u00a0]+/;

const takeSign = (paragraph) => {
  const found = paragraph.textContent.match(SIGN)?.[0];
  let left = found?.length;
  const texts = paragraph.ownerDocument.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  while (left && texts.nextNode()) {
    const taken = Math.min(left, texts.currentNode.data.length);
    texts.currentNode.deleteData(0, taken);
    left -= taken;
  }
  return found ?? null;
};

const takeMarker = (paragraph) => {
  const marker = [...paragraph.querySelectorAll("*")].find(isIgnored);
  if (!marker) return takeNumberBeforeGap(paragraph) ?? takeSign(paragraph);
  marker.remove();
  return marker.textContent;
};

const fromRoman = (letters) =>
  [...letters.toLowerCase()].map((letter) => ROMAN[letter]).reduce(
    (sum, value, index, all) => (value < (all[index + 1] ?? 0) ? sum - value : sum + value), 0);

const cased = (letters, kind) => `${letters === letters.toUpperCase() ? "upper" : "lower"}-${kind}`;

// "i." may be the ninth letter or the first Roman number: what went before decides.
const numberInLetters = (letters, format, previous) => {
  const alpha = { kind: "ol", type: cased(letters, "alpha"), number: letters.toLowerCase().charCodeAt(0) - 96 };
  const roman = { kind: "ol", type: cased(letters, "roman"), number: fromRoman(letters) };
  if (/alpha/.test(format)) return alpha;
  if (/roman/.test(format) || letters.length > 1) return roman;
  const goesOn = (one) => one.type === previous?.type && one.number === previous.next;
  if (Number.isNaN(roman.number) || goesOn(alpha)) return alpha;
  return goesOn(roman) || letters.toLowerCase() === "i" ? roman : alpha;
};

// What a marker says of its item; undefined where it has words of its own, such as "Article 3".
const meaningOf = (marker, format, previous) => {
  const text = marker.trim();
  const digits = text.match(/^[^\p{L}\p{N}]*(?:\d+[.-])*(\d{1,6})[^\p{L}\p{N}]*$/u)?.[1];
  const letters = text.match(/^\W*([a-z]|[ivxlcdm]+)[^\p{L}\p{N}]+$/iu)?.[1] ?? text.match(/^[IVXLC]+$/)?.[0];
  if (format === "bullet") return { kind: "ul" };
  if (digits) return { kind: "ol", type: "decimal", number: Number(digits) };
  if (letters) return numberInLetters(letters, format, previous);
  return text.length < 2 || !/[\p{L}\p{N}]/u.test(text) ? { kind: "ul" } : undefined;
};

const levelOf = (paragraph) => Number(styleOf(paragraph).match(/mso-list:[^;]*\blevel(\d)/)?.[1] ?? 1);
const formatOf = (paragraph, formats) =>
  formats.get(styleOf(paragraph).match(/mso-list:\s*(l\d+)/)?.[1] + `:level${levelOf(paragraph)}`) ?? "";

const itemOf = (paragraph, formats, previous) => {
  if (paragraph.dataset.item) return JSON.parse(paragraph.dataset.item);
  const marker = takeMarker(paragraph);
  if (marker === null) return /mso-list\s*:\s*l\d/i.test(styleOf(paragraph)) ? { level: levelOf(paragraph), kind: "ul" } : null;
  const meaning = meaningOf(marker, formatOf(paragraph, formats), previous);
  if (meaning) return { level: levelOf(paragraph), ...meaning };
  paragraph.prepend(`${marker.trim()} `);
  return null;
};

const goesOn = (open, item) =>
  open.level === item.level && open.kind === item.kind
  && (item.kind === "ul" || (open.type === item.type && item.number === open.next));

const openList = (paragraph, item, parent) => {
  const list = paragraph.ownerDocument.createElement(item.kind);
  if (item.type) list.dataset.type = item.type;
  if (item.number) list.setAttribute("start", item.number);
  if (parent) parent.list.lastElementChild.append(list);
  else paragraph.before(list);
  return { ...item, list };
};

const putIntoList = (open, paragraph, item) => {
  while (open.length && (open.at(-1).level > item.level
    || (open.at(-1).level === item.level && !goesOn(open.at(-1), item)))) open.pop();
  if (open.at(-1)?.level !== item.level) open.push(openList(paragraph, item, open.at(-1)));
  const { list } = open.at(-1);
  open.at(-1).next = item.number + 1;
  list.append(paragraph.ownerDocument.createElement("li"));
  list.lastElementChild.append(paragraph);
};

const writeOutNumbers = (heading) => {
  const number = [...heading.querySelectorAll("*")].find(isIgnored);
  number?.replaceWith(`${number.textContent.trim()} `);
};

export const listsOfParagraphs = (body, formats) => {
  for (const heading of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) writeOutNumbers(heading);
  let open = []; // the lists that the next item may go on with, the outermost first
  let first = null; // the outermost of them
  const last = new Map(); // of each level, also when a paragraph came between
  for (const paragraph of body.querySelectorAll("p")) {
    if (!paragraph.dataset.item && !isListStyle(paragraph)) continue;
    if (paragraph.previousElementSibling !== first) open = [];
    const item = itemOf(paragraph, formats, last.get(levelOf(paragraph)));
    if (!item) continue;
    putIntoList(open, paragraph, item);
    last.set(item.level, open.at(-1));
    first = open[0].list;
  }
};

// Word on the web: a list of its own for each item, which says its level

export const paragraphsOfLoneItems = (body) => {
  for (const item of body.querySelectorAll("li[data-aria-level]")) {
    const list = item.parentElement;
    const number = Number(item.value || list.getAttribute("start") || item.dataset.ariaPosinset || 1);
    const paragraph = item.ownerDocument.createElement("p");
    const numbered = list.localName === "ol" && { type: typeOf(list), number };
    paragraph.dataset.item = JSON.stringify({ level: Number(item.dataset.ariaLevel), kind: list.localName, ...numbered });
    for (const inner of item.querySelectorAll("p")) inner.replaceWith(...inner.childNodes);
    paragraph.append(...item.childNodes);
    const outer = list.closest(".ListContainerWrapper") ?? list;
    outer.before(paragraph);
    item.remove();
    if (isBlank(outer)) outer.remove();
  }
};

// Lists that are lists, but not as they should be

const typeOf = (list) => {
  const style = look(list).listStyleType || (list.firstElementChild && look(list.firstElementChild).listStyleType);
  const type = list.dataset.type || style?.replace("latin", "alpha") || TYPES[list.getAttribute("type")];
  return Object.values(TYPES).includes(type) ? type : "decimal";
};

const isList = (node) => /^[uo]l$/.test(node?.localName);

const wrapLoneItems = (body) => {
  for (const item of body.querySelectorAll("li")) {
    if (isList(item.parentElement)) continue;
    const previous = item.previousElementSibling;
    const list = previous?.dataset.lone ? previous : item.ownerDocument.createElement("ul");
    list.dataset.lone = "true";
    if (list !== previous) item.before(list);
    list.append(item);
  }
};

// Google Docs and LibreOffice put the list of a second level beside the items, not into one.
const putIntoItems = (list) => {
  if ([...list.children].every(isList)) return list.replaceWith(...list.children);
  for (const child of [...list.childNodes]) {
    if (child.localName === "li" || (!isList(child) && isBlank(child))) continue;
    const item = child.previousElementSibling;
    if (item) item.append(child);
    else if (isList(child)) child.replaceWith(...child.children);
    else {
      child.before(list.ownerDocument.createElement("li"));
      child.previousSibling.append(child);
    }
  }
};

const countItems = (list) => {
  let next = list.getAttribute("start") ? list.start : 1;
  for (const item of list.children) {
    if (item.getAttribute("value")) next = item.value;
    item.dataset.number = next;
    next += 1;
  }
};

// An item without words of its own: what hangs below it comes up.
const raiseOnlyLists = (item) => {
  const lists = [...item.children].filter(isList);
  const words = [...item.childNodes].filter((node) => !isList(node));
  if (!words.every(isBlank)) return;
  const previous = item.previousElementSibling;
  if (previous) previous.append(...lists);
  else if (!item.nextElementSibling) item.parentElement.replaceWith(...lists);
  else item.before(...lists.flatMap((list) => [...list.children]));
  item.remove();
};

// Numbers stay what they were: where one is missing, a list of its own goes on with the next.
const keepNumbers = (list) => {
  const type = typeOf(list);
  let current = null;
  for (const item of [...list.children]) {
    const number = Number(item.dataset.number ?? NaN);
    if (!current || (number && number !== Number(current.dataset.next))) {
      const next = list.ownerDocument.createElement("ol");
      if (type !== "decimal") next.dataset.type = type;
      if (number && number !== 1) next.setAttribute("start", number);
      (current ?? list).after(next);
      current = next;
      current.dataset.next = number || 1;
    }
    current.append(item);
    current.dataset.next = Number(current.dataset.next) + 1;
  }
  list.remove();
};

const raiseDeepest = (body) => {
  let raised = 0;
  for (const inner of body.querySelectorAll("ul, ol, blockquote")) {
    let depth = 0;
    for (let outer = inner; outer !== body; outer = outer.parentElement) depth += outer.matches("ul, ol, blockquote");
    if (depth <= DEEPEST) continue;
    raised += 1;
    const item = isList(inner) && inner.parentElement.closest("li");
    if (item) item.after(...inner.children);
    else inner.before(...inner.childNodes);
    inner.remove();
  }
  return raised;
};

// Returns how many lists stood deeper than a text may have them.
export const mendLists = (body) => {
  wrapLoneItems(body);
  const lists = () => [...body.querySelectorAll("ul, ol")].reverse(); // the innermost first
  lists().forEach(putIntoItems);
  for (const list of lists()) if (list.localName === "ol") countItems(list);
  [...body.querySelectorAll("li")].reverse().forEach(raiseOnlyLists);
  const raised = raiseDeepest(body);
  for (const list of lists()) {
    if (isBlank(list)) list.remove();
    else if (list.localName === "ol") keepNumbers(list);
  }
  return raised;
};
