// Footnotes of word processors and web pages: each mark with the note that it leads to becomes one,
// as `footnotes.js` has them. What has lost the other half stays as text.

import { styleOf } from "profile-editor/styles";

const NOTE = /^#(?:_?(?:ftn|edn|sdfootnote|sdendnote|fn|cite_note|footnote|endnote|note)|[\w-]+-note-)[\w-]*$/i;
const BACK = /ref|anc$|mark-\d+$/i;
const NUMBER_OF_NOTE = ".sdfootnotesym, .sdendnotesym, .mw-cite-backlink, [role=doc-backlink], .MsoFootnoteReference, .MsoEndnoteReference";
const HOLDER = "li, aside, div[id^=sdfootnote], div[id^=sdendnote]";
const BLOCKS = "p, div, li, ul, ol, blockquote, h1, h2, h3, h4, h5, h6";

const isBlank = (node) => !node.textContent.trim();
const words = (node) => node.textContent.trim();
// Browsers copy whole addresses: of those, only what leads into what was copied is meant.
const fragmentOf = (link) => link.getAttribute("href").replace(/^[^#]*/, "");
const isBack = (link) => BACK.test(fragmentOf(link));
const isMark = (link) => NOTE.test(fragmentOf(link)) && !isBack(link);
const isShort = (link) => link.getAttribute("href").startsWith("#");
const linksIn = (body) => [...body.querySelectorAll("a[href*='#']")];
const isNoteOfWord = (element) => /mso-element\s*:\s*(?:foot|end)note(?!-list)/i.test(styleOf(element));

const placesIn = (body) => {
  const places = new Map();
  for (const element of body.querySelectorAll("[id], a[name]")) {
    for (const name of [element.id, element.getAttribute("name")]) if (name && !places.has(name)) places.set(name, element);
  }
  return places;
};

const holderOf = (target, body) => {
  for (let element = target; element !== body; element = element.parentElement) if (isNoteOfWord(element)) return element;
  return target.closest(HOLDER) ?? target.closest("p, div");
};

// The words of a note, on lines; without its number and the way back.
const contentOf = (holder) => {
  const whole = holder.cloneNode(true);
  for (const number of whole.querySelectorAll(NUMBER_OF_NOTE)) number.remove();
  for (const link of linksIn(whole)) if (isBack(link)) link.remove();
  for (const block of [...whole.querySelectorAll(BLOCKS)].reverse()) {
    if (isBlank(block)) block.remove();
    else block.replaceWith(...(block.previousSibling && !isBlank(block.previousSibling) ? [whole.ownerDocument.createElement("br")] : []), ...block.childNodes);
  }
  return whole;
};

// What is around the mark and nothing else, such as <sup>.
const wholeMark = (link) => {
  let mark = link;
  while (!mark.parentElement.matches(`${BLOCKS}, body, td, th`) && words(mark.parentElement) === words(link)) mark = mark.parentElement;
  return mark;
};

const noteOf = (holder) => {
  const note = holder.ownerDocument.createElement("small");
  note.setAttribute("role", "note");
  note.append(...contentOf(holder).childNodes);
  return note;
};

const trimmed = (note) => {
  const texts = note.ownerDocument.createTreeWalker(note, NodeFilter.SHOW_TEXT);
  const first = texts.nextNode();
  if (first) first.data = first.data.replace(/^[\s\u00a0.)\]:]+/, "");
  return note;
};

const marksWithNotes = (body) => {
  const places = placesIn(body);
  const targetOf = (link) => places.get(fragmentOf(link).slice(1));
  return linksIn(body).filter((link) => isMark(link) && (isShort(link) || targetOf(link))).map((link) => {
    const target = targetOf(link);
    const holder = target && holderOf(target, body);
    const isWhole = holder && !holder.contains(link) && !isBlank(contentOf(holder));
    return { link, holder: isWhole ? holder : null };
  });
};

// Counts what stays as text, with its number.
export const mendNotes = (body, left) => {
  const found = marksWithNotes(body);
  const holders = new Set(found.map(({ holder }) => holder));
  const isShared = (holder) => found.some(({ link }) => holder.contains(link)) || [...holders].some((other) => other && other !== holder && holder.contains(other));
  const lost = new Set();
  for (const { link, holder } of found) {
    if (holder && !isShared(holder)) wholeMark(link).replaceWith(trimmed(noteOf(holder)));
    else {
      lost.add(link.getAttribute("href"));
      holders.delete(holder);
    }
  }
  for (const holder of holders) holder?.remove();
  for (const number of body.querySelectorAll(".sdfootnotesym, .sdendnotesym")) {
    const raised = body.ownerDocument.createElement("sup");
    raised.append(...number.childNodes);
    number.replaceWith(raised, " ");
  }
  const alone = linksIn(body).filter((link) => isShort(link) && isBack(link) && NOTE.test(fragmentOf(link)));
  left.footnotes += Math.max(lost.size, alone.length);
};
