// Tables as lines of text, one for each row: a text has no tables.

import { isHidden } from "profile-editor/styles";

const BETWEEN = " · ";
const BLANK = "–"; // where a cell holds nothing, so that the next ones keep their places
const REPEATED = 60; // letters; a longer text that is merged over several rows stands in the first only
const isBlank = (node) => !node.textContent.trim();

const hiddenColumns = (table) => {
  const hidden = [];
  for (const column of table.querySelectorAll("col")) {
    for (let n = 0; n < column.span; n += 1) hidden.push(isHidden(column) || isHidden(column.parentElement));
  }
  return hidden;
};

// The cells of each row with their columns; one that is merged over several rows stands in each.
const gridOf = (table) => {
  const merged = []; // by column: the cell that reaches down from above, and how far
  return [...table.rows].map((row) => {
    const cells = [];
    const own = [...row.cells];
    for (let column = 0; own.length || column < merged.length; ) {
      const above = merged[column];
      const isMerged = above?.rows > 0;
      if (isMerged) above.rows -= 1;
      const cell = isMerged ? above.cell : own.shift();
      if (cell) cells.push({ cell, column, isRepeated: isMerged });
      if (!isMerged && cell) merged[column] = { cell, rows: (cell.rowSpan || Infinity) - 1 };
      column += cell?.colSpan ?? 1;
    }
    return cells;
  });
};

const trimEdges = (node) => {
  const texts = node.ownerDocument.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const all = [];
  while (texts.nextNode()) all.push(texts.currentNode);
  for (const text of all) {
    text.data = text.data.trimStart();
    if (text.data) break;
  }
  for (const text of all.reverse()) {
    text.data = text.data.trimEnd();
    if (text.data) break;
  }
};

// What a cell holds, on one line; the lines of a table inside it stay apart.
const onOneLine = (cell) => {
  const line = cell.cloneNode(true);
  for (const lineEnd of line.querySelectorAll("br")) lineEnd.replaceWith(" ");
  for (const block of [...line.querySelectorAll("p, h1, h2, h3, h4, h5, h6, ul, ol, li, blockquote, div")].reverse()) {
    trimEdges(block);
    if (isBlank(block)) block.remove();
    else block.replaceWith(block.dataset.row && block.previousElementSibling?.dataset.row ? BETWEEN : " ", ...block.childNodes, " ");
  }
  trimEdges(line);
  return line;
};

const lineOf = (row, document) => {
  const line = document.createElement("p");
  line.dataset.row = "true";
  row.forEach(({ cell }, index) => {
    line.append(index ? BETWEEN : "", ...(isBlank(cell) ? [BLANK] : onOneLine(cell).childNodes));
  });
  return line;
};

const isFilled = ({ cell, isRepeated }) => !isBlank(cell) && !isRepeated;

// A cell alone in its row is what it holds, but for a table of several columns where it is not the first.
const isAlone = (row, isTable) => {
  const filled = row.filter(({ cell }) => !isBlank(cell));
  return filled.length === 1 && (!isTable || filled[0] === row[0]);
};

const lineOrWhole = (row, isTable, document) => {
  if (!isAlone(row, isTable)) {
    while (isBlank(row.at(-1).cell)) row.pop();
    return lineOf(row, document);
  }
  const whole = document.createElement("div");
  whole.append(...row.find(isFilled).cell.childNodes);
  return whole;
};

const isLong = (cell) => cell.textContent.trim().length > REPEATED;

const linesOfTable = (table, left) => {
  const hidden = hiddenColumns(table);
  const rows = gridOf(table);
  if (rows.flat().some(({ cell, column }) => hidden[column] && !isBlank(cell))) left.hidden += 1;
  const shown = rows
    .map((row) => row.filter(({ cell, column, isRepeated }) => !hidden[column] && !(isRepeated && isLong(cell))))
    .filter((row) => row.some(isFilled));
  const isTable = shown.some((row) => row.filter(({ cell }) => !isBlank(cell)).length > 1);
  left.tables += isTable;
  return shown.map((row) => lineOrWhole(row, isTable, table.ownerDocument));
};

export const linesOfTables = (body, left) => {
  for (const table of [...body.querySelectorAll("table")].reverse()) { // the innermost first
    const lines = linesOfTable(table, left);
    const caption = body.ownerDocument.createElement("p");
    caption.append(...(table.caption?.childNodes ?? []));
    table.replaceWith(caption, ...lines);
  }
};
