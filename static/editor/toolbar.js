// The buttons of tables. What is made and changed with them is theirs, of `prosemirror-tables`.

import { Table as BaseTable, TableCell as BaseCell, TableHeader as BaseHeader } from "django-prose-editor/editor";

// No headings or tables in a cell: a page's outline doesn't go through one.
const content = "(paragraph | bulletList | orderedList)+";
export const TableCell = BaseCell.extend({ content });
export const TableHeader = BaseHeader.extend({ content });

const drawing = (inside) => `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">${inside}</svg>`;
const FRAME = '<path d="M3 4h18v16H3z"/>';
const GRID = `${FRAME}<path d="M3 9.5h18M3 15h18M9.5 4v16"/>`;
const ICONS = {
  insert: GRID,
  rowBelow: '<path d="M3 3h18v8H3zM12 14v8M8 18h8"/>',
  columnBehind: '<path d="M3 3h8v18H3zM14 12h8M18 8v8"/>',
  deleteRow: '<path d="M3 3h18v8H3zM8 18h8"/>',
  deleteColumn: '<path d="M3 3h8v18H3zM14 12h8"/>',
  headerRow: `${FRAME}<path d="M3 7h18M3 9h18" stroke-width="4"/><path d="M12 11v9"/>`,
  mergeOrSplit: `${FRAME}<path d="M12 4v4M12 16v4M6 12h4M18 12h-4"/>`,
  deleteTable: `${GRID}<path d="M2 22 22 2"/>`,
};
// Each as (chain of commands) => the same chain, longer.
const COMMANDS = {
  rowBelow: (chain) => chain.addRowAfter(),
  columnBehind: (chain) => chain.addColumnAfter(),
  deleteRow: (chain) => chain.deleteRow(),
  deleteColumn: (chain) => chain.deleteColumn(),
  headerRow: (chain) => chain.toggleHeaderRow(),
  mergeOrSplit: (chain) => chain.mergeOrSplit(),
  deleteTable: (chain) => chain.deleteTable(),
};

// One writes on behind a table or a picture that ends the text, where the key would go to its first words;
// a click below it does so by itself.
const writeOn = ({ editor }) => {
  const { doc } = editor.state;
  if (!doc.lastChild.type.spec.isolating) return false;
  return editor.chain().insertContentAt(doc.content.size, { type: "paragraph" }).focus("end").run();
};

const isInTable = (editor) => editor.isActive("table");

export const Table = BaseTable.extend({
  addOptions() {
    return { ...this.parent(), words: {} };
  },

  addKeyboardShortcuts() {
    return { ...this.parent(), "Mod-End": writeOn };
  },

  addMenuItems({ buttons, menu }) {
    const { words } = this.options;
    const define = (name, more) =>
      menu.defineItem({ name: `table:${name}`, groups: "table", button: buttons.svg(drawing(ICONS[name]), words[name]), ...more });
    define("insert", {
      command: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
      hidden: isInTable,
      enabled: (editor) => editor.can().insertTable(),
    });
    for (const [name, add] of Object.entries(COMMANDS)) {
      define(name, {
        command: (editor) => add(editor.chain().focus()).run(),
        hidden: (editor) => !isInTable(editor),
        enabled: (editor) => name !== "mergeOrSplit" || editor.can().mergeOrSplit(),
      });
    }
  },
});
