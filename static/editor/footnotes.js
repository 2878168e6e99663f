// A footnote stands in the text where its mark is, so that neither is ever without the other; it is
// written in a dialog, in an editor of its own.

import { crel, Editor, Node, pm } from "django-prose-editor/editor";

// What of the text's editor a note has too.
const IN_NOTES = ["doc", "paragraph", "text", "bold", "italic", "superscript", "subscript", "link", "hardBreak", "history", "menu", "mendedPaste"];

const isNote = (node) => node?.type.name === "footnote";
const selectedNote = ({ selection }) => (isNote(selection.node) ? selection : null);

const paragraphOf = (note) => ({ type: "doc", content: [{ type: "paragraph", content: note?.content.toJSON() ?? [] }] });

// A note has one paragraph: what was typed as several stands on several lines.
const contentOf = (editor, schema) => {
  const lines = editor.getJSON().content.map(({ content }) => content ?? []).filter((line) => line.length);
  const nodes = lines.flatMap((line, index) => (index ? [{ type: "hardBreak" }, ...line] : line));
  return nodes.map((node) => pm.model.Node.fromJSON(schema, node));
};

const button = (text, press) => {
  const made = crel("button", { type: "button", textContent: text });
  made.addEventListener("click", press);
  return made;
};

const editorIn = (place, outer, note, words) => new Editor({
  element: place,
  extensions: outer.extensionManager.baseExtensions.filter(({ name }) => IN_NOTES.includes(name)),
  content: paragraphOf(note),
  editorProps: { attributes: { "aria-label": words.text } },
});

// Asks for the words of a note; `answer` gets its content, [] to delete it, or nothing.
const askForNote = (outer, note, words, answer) => {
  const place = crel("div", { className: "prose-editor" });
  const buttons = crel("p");
  const title = crel("h3", { textContent: words.insert });
  const dialog = crel("dialog", { className: "desk-dialog", "aria-label": words.insert }, [title, place, buttons]);
  outer.view.dom.parentElement.append(dialog);
  const inner = editorIn(place, outer, note, words);
  const end = (content) => {
    inner.destroy();
    dialog.remove();
    answer(content);
    outer.commands.focus();
  };
  buttons.append(
    button(words.keep, () => end(contentOf(inner, outer.schema))),
    button(words.cancel, () => end()),
    ...(note ? [button(words.remove, () => end([]))] : []),
  );
  // The key Esc takes nothing away that was typed.
  const before = inner.getHTML();
  const leave = (event) => {
    event.preventDefault();
    if (inner.getHTML() === before) end();
  };
  dialog.addEventListener("cancel", leave);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave(event);
  });
  dialog.showModal();
  inner.commands.focus("end");
};

const put = (editor, from, to, content) => {
  const { state, view } = editor;
  const made = content.length ? state.schema.nodes.footnote.create(null, content) : null;
  view.dispatch(made ? state.tr.replaceWith(from, to, made) : state.tr.delete(from, to));
};

const write = (editor, words) => {
  const { node, from, to } = selectedNote(editor.state) ?? { from: editor.state.selection.to, to: editor.state.selection.to };
  askForNote(editor, node, words, (content) => {
    if (content) put(editor, from, to, content);
  });
};

const canHold = ({ selection: { $to }, schema }) => $to.parent.type.contentMatch.matchType(schema.nodes.footnote) !== null && $to.parent.inlineContent;

export const Footnote = Node.create({
  name: "footnote",
  group: "inline",
  inline: true,
  atom: true,
  content: "(text | hardBreak)*",

  addOptions: () => ({ words: {} }),
  parseHTML: () => [{ tag: "small[role=note]" }],
  renderHTML: () => ["small", { role: "note" }, 0],

  addNodeView() {
    const { words } = this.options;
    return ({ node, getPos, editor }) => {
      const mark = crel("button", { type: "button", className: "desk-note" });
      const dom = crel("span", { contentEditable: "false" }, [mark]);
      const name = (note) => {
        mark.title = note.textContent;
        mark.setAttribute("aria-label", `${words.name} ${note.textContent}`);
      };
      mark.addEventListener("click", () => {
        editor.commands.setNodeSelection(getPos());
        write(editor, words);
      });
      name(node);
      return {
        dom,
        update: (other) => isNote(other) && (name(other), true),
        stopEvent: ({ type }) => type === "click",
        ignoreMutation: () => true,
      };
    };
  },

  addKeyboardShortcuts() {
    const edit = ({ editor }) => Boolean(selectedNote(editor.state)) && (write(editor, this.options.words), true);
    const insert = ({ editor }) => canHold(editor.state) && (write(editor, this.options.words), true);
    return { Enter: edit, "Mod-Alt-f": insert };
  },

  addMenuItems({ buttons, menu }) {
    const button = buttons.text("[1]", this.options.words.insert);
    const enabled = (editor) => Boolean(selectedNote(editor.state)) || canHold(editor.state);
    menu.defineItem({
      name: "footnote",
      groups: "link",
      button,
      command: (editor) => write(editor, this.options.words),
      active: (editor) => Boolean(selectedNote(editor.state)),
      enabled,
      update: (editor) => button.setAttribute("aria-disabled", String(!enabled(editor))),
    });
  },
});
