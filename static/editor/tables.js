// Tables of word processors and spreadsheets, each cell in its place of a grid, as the editor keeps
// them. `profiles/markup/tables.py` does the same with what never saw the editor.

import { isHidden, look } from "profile-editor/styles";

const BETWEEN = " · ";
const BLANK = "–"; // where a cell holds nothing, so that the next ones keep their places
const REPEATED = 60; // letters; a longer text that is merged over several rows stands in the first only
const WIDEST = 100; // columns that one cell may span
const LONGEST_HEAD = 80; // letters of a cell that can be the head of its column
const NUMBER = /^[\s\d.,:/%€$£+<>≈−–-]*\d[\s\d.,:/%€$£+−–-]*[A-Z]{0,4}$/;
const isBlank = (node) => !node.textContent.trim();
const wordsOf = (cell) => cell.textContent.trim();

export class TooManyCells extends Error {
  constructor(number) {
    super(`${number} cells`);
    this.number = number;
  }
}

const hiddenColumns = (table) => {
  const hidden = [];
  for (const column of table.querySelectorAll("col")) {
    for (let n = 0; n < column.span; n += 1) hidden.push(isHidden(column) || isHidden(column.parentElement));
  }
  return hidden;
};

// The grid: rows of one length; a cell that is merged stands in each of its places

const putIntoGrid = (grid, cell, row, start) => {
  let column = start;
  while (grid[row][column]) column += 1;
  const wide = Math.min(cell.colSpan, WIDEST);
  const below = grid.slice(row, row + (cell.rowSpan || grid.length));
  for (const places of below) {
    for (let beside = column; beside < column + wide; beside += 1) places[beside] ??= cell;
  }
  return column + wide;
};

// Counted before anything is made of it.
const refuseMany = (number, most) => {
  if (number > most) throw new TooManyCells(number);
};

const gridOf = (table, most) => {
  const rows = [...table.rows];
  refuseMany(rows.reduce((sum, row) => sum + row.cells.length, 0), most);
  const grid = rows.map(() => []);
  let width = 0;
  rows.forEach((row, number) => {
    let column = 0;
    for (const cell of row.cells) column = putIntoGrid(grid, cell, number, column);
    width = Math.max(width, ...grid.map((places) => places.length));
    refuseMany(width * rows.length, most);
  });
  return grid.map((places) => Array.from({ length: width }, (_none, column) => places[column] ?? table.ownerDocument.createElement("td")));
};

const turned = (grid) => (grid[0] ?? []).map((_cell, column) => grid.map((row) => row[column]));
const isFilled = (row) => row.some((cell) => !isBlank(cell));
const beginning = (grid) => grid.filter((row, number) => isFilled(row) && row.some((cell, column) => cell !== grid[number - 1]?.[column]));
const filled = (row) => [...new Set(row)].filter((cell) => !isBlank(cell));

const shownGrid = (table, left, most) => {
  const hidden = hiddenColumns(table);
  const columns = turned(gridOf(table, most));
  const isSecret = (column, number) => hidden[number] && isFilled(column);
  if (columns.some(isSecret)) left.hidden += 1;
  return turned(beginning(turned(beginning(turned(columns.filter((_column, number) => !hidden[number]))))));
};

// Whether the first row names the columns

const isNumber = (cell) => NUMBER.test(wordsOf(cell));
const canBeHead = (cell) => !isBlank(cell) && wordsOf(cell).length <= LONGEST_HEAD && !isNumber(cell);

const saysHeads = (table) => {
  if (table.tHead) for (const row of table.tHead.rows) for (const cell of row.cells) cell.dataset.head = "true";
  return Boolean(table.querySelector("th, [data-head]"));
};

const isBold = (node) => {
  if (isBlank(node)) return true;
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  if (node.matches("strong") || Number(look(node).fontWeight) >= 600) return true;
  return node.childNodes.length > 0 && [...node.childNodes].every(isBold);
};

const firstRowHeads = (grid) => {
  if (grid.length < 2 || !grid[0].every(canBeHead)) return false;
  if (grid[0].every(isBold) && !grid[1].every(isBold)) return true;
  return turned(grid).some((column) => filled(column.slice(1)).length && filled(column.slice(1)).every(isNumber));
};

// As it is kept

const runOf = (cell, places) => {
  const end = places.findIndex((other) => other !== cell);
  return end < 0 ? places.length : end;
};

const isFirst = (grid, row, column) => {
  const cell = grid[row][column];
  return grid[row - 1]?.[column] !== cell && grid[row][column - 1] !== cell;
};

// Paragraphs and lists: no headings, quotations and tables, whose words stay.
const fitCell = (cell) => {
  for (const heading of cell.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const bold = cell.ownerDocument.createElement("strong");
    bold.append(...heading.childNodes);
    const paragraph = cell.ownerDocument.createElement("p");
    paragraph.append(bold);
    heading.replaceWith(paragraph);
  }
  for (const quotation of cell.querySelectorAll("blockquote")) {
    const division = cell.ownerDocument.createElement("div");
    division.append(...quotation.childNodes);
    quotation.replaceWith(division);
  }
};

const cellAt = (grid, row, column, isHead) => {
  const cell = grid[row][column];
  fitCell(cell);
  const written = cell.ownerDocument.createElement(isHead ? "th" : "td");
  const wide = runOf(cell, grid[row].slice(column));
  const high = runOf(cell, grid.slice(row).map((below) => below[column]));
  if (wide > 1) written.setAttribute("colspan", wide);
  if (high > 1) written.setAttribute("rowspan", high);
  written.append(...cell.childNodes);
  return written;
};

const writtenTable = (table, grid, left) => {
  const areSaid = saysHeads(table);
  const areFound = !areSaid && firstRowHeads(grid);
  left.heads += areFound;
  const body = table.ownerDocument.createElement("tbody");
  grid.forEach((cells, row) => {
    const written = body.appendChild(table.ownerDocument.createElement("tr"));
    cells.forEach((cell, column) => {
      if (!isFirst(grid, row, column)) return;
      const isHead = cell.matches("th, [data-head]") || (areFound && row === 0);
      written.append(cellAt(grid, row, column, isHead));
    });
  });
  const whole = table.ownerDocument.createElement("table");
  whole.append(body);
  return whole;
};

// On lines

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

// What a cell holds, on one line.
const onOneLine = (cell) => {
  const line = cell.cloneNode(true);
  for (const lineEnd of line.querySelectorAll("br")) lineEnd.replaceWith(" ");
  for (const block of [...line.querySelectorAll("p, h1, h2, h3, h4, h5, h6, ul, ol, li, blockquote, div")].reverse()) {
    trimEdges(block);
    if (isBlank(block)) block.remove();
    else block.replaceWith(" ", ...block.childNodes, " ");
  }
  trimEdges(line);
  return line;
};

const lineOf = (cells, document) => {
  while (isBlank(cells.at(-1))) cells.pop();
  const line = document.createElement("p");
  cells.forEach((cell, index) => {
    line.append(index ? BETWEEN : "", ...(isBlank(cell) ? [BLANK] : onOneLine(cell).childNodes));
  });
  return line;
};

// Of a table that stands in a cell: a paragraph for each row, with its cells apart.
const linesOf = (table, most) => {
  let above = [];
  return gridOf(table, most).map((row) => {
    const cells = [...new Set(row)].filter((cell) => !above.includes(cell) || wordsOf(cell).length <= REPEATED);
    above = row;
    return cells.every(isBlank) ? "" : lineOf(cells, table.ownerDocument);
  });
};

// What is only laid out

const reaches = (cell, rows) => rows.some((row) => row.includes(cell));

// One cell is all that a row has, and it reaches no further.
const isTitle = (row, below) => {
  const cells = filled(row);
  return cells.length === 1 && !reaches(cells[0], below)
    && (row[0] === cells[0] || !below.some((other) => filled(other).length > 1));
};

const isRemark = (row, above) => new Set(row).size === 1 && !reaches(row[0], above);

// Rows before it that are a title, the table itself, and last rows that are a remark on it.
const parted = (grid) => {
  const first = grid.findIndex((row, number) => !isTitle(row, grid.slice(number + 1)));
  const start = first < 0 ? grid.length : first;
  let end = grid.length;
  while (end > start && isRemark(grid[end - 1], grid.slice(start, end - 1))) end -= 1;
  return [grid.slice(0, start), grid.slice(start, end), grid.slice(end)];
};

const whatItHolds = (grid) => filled(grid.flat()).map((cell) => {
  const whole = cell.ownerDocument.createElement("div");
  whole.append(...cell.childNodes);
  return whole;
});

const mendTable = (table, left, most) => {
  const [before, rows, behind] = parted(shownGrid(table, left, most));
  for (const inner of new Set(rows.flat().flatMap((cell) => [...cell.querySelectorAll("table")]))) {
    inner.replaceWith(...linesOf(inner, most));
    left.tables += 1;
  }
  const whole = rows.length ? [writtenTable(table, rows, left)] : [];
  return [...whatItHolds(before), ...whole, ...whatItHolds(behind)];
};

export const refuseManyCells = (body, most) => refuseMany(body.querySelectorAll("td, th").length, most);

// At most so many cells may stand in one of them.
export const mendTables = (body, left, most) => {
  for (const table of [...body.querySelectorAll("table")].reverse()) { // the innermost first
    const written = mendTable(table, left, most);
    const caption = body.ownerDocument.createElement("p");
    caption.append(...(table.caption?.childNodes ?? []));
    table.replaceWith(caption, ...written);
  }
};
