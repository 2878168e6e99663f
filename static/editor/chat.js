// Plain text as people copy it: *bold*, _italic_ and ~struck~ of WhatsApp, tabs between cells.

const ADDRESS = /(?:https?:\/\/|www\.)[^\s*~]+|[^\s*~]+@[^\s*~]+\.[^\s*~]+/giu;
const NAMES = { "*": "strong", _: "em", "~": "s" };
const isWord = (sign) => /[\p{L}\p{N}]/u.test(sign);

const addressesIn = (line) => [...line.matchAll(ADDRESS)].map(({ 0: text, index }) => [index, index + text.replace(/[_.,;:!?)]+$/, "").length]);

// Where WhatsApp itself would see a mark: at the edge of words, not within one or in an address.
const marksIn = (line) => {
  const addresses = addressesIn(line);
  const isFree = (place) => addresses.every(([from, to]) => place < from || place >= to);
  const opens = (at) => isFree(at) && !isWord(line[at - 1] ?? " ") && !/[\s/\\]/.test(line[at + 1] ?? " ")
    && line[at + 1] !== line[at] && line[at - 1] !== line[at] && !/[/\\]/.test(line[at - 1] ?? " ");
  const closes = (at) => isFree(at) && !isWord(line[at + 1] ?? " ") && !/\s/.test(line[at - 1]) && line[at + 1] !== line[at];
  return { opens, closes };
};

// [text] or [mark, from, to] one after the other.
const firstMark = (line) => {
  const { opens, closes } = marksIn(line);
  for (let from = 0; from < line.length; from += 1) {
    if (!NAMES[line[from]] || !opens(from)) continue;
    for (let to = line.indexOf(line[from], from + 2); to > 0; to = line.indexOf(line[from], to + 1)) {
      if (closes(to) && isWord(line.slice(from + 1, to))) return { from, to };
    }
  }
  return null;
};

const nodesOf = (line) => {
  const found = firstMark(line);
  if (!found) return line ? [line] : [];
  const mark = document.createElement(NAMES[line[found.from]]);
  mark.append(...nodesOf(line.slice(found.from + 1, found.to)));
  return [line.slice(0, found.from), mark, ...nodesOf(line.slice(found.to + 1))];
};

// A paragraph for each line, with its marks; null where there are none.
export const paragraphsOfChat = (text) => {
  const lines = text.split(/(?:\r\n?|\n)+/);
  if (!lines.some(firstMark)) return null;
  const whole = document.createElement("div");
  for (const line of lines) {
    whole.append(document.createElement("p"));
    whole.lastChild.append(...nodesOf(line));
  }
  return whole;
};

const MARKER = /^\s*(?:[·•▪◦§o\u2013\u2014-]|(?:\d{1,3}|[a-z]|[ivxlc]+)[.)])$/i;

// Cells copied as plain text have only tabs between them, which a page shows as nothing much.
export const cellsApart = (text) => text.replace(/[^\r\n]+/g, (line) => {
  const [first, ...cells] = line.trimEnd().split("\t");
  if (!first.trim() || !cells.length || MARKER.test(first)) return line;
  return [first, ...cells].map((cell) => cell.trim() || "–").join(" · ");
});
