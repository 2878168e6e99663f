// A picture of the library in a text: its number, and a caption that is written below its thumbnail.

import { crel, Node } from "django-prose-editor/editor";
import { choosePicture, nameOf, pictureWith, remember } from "profile-editor/library";

const NAME = "libraryPicture";
const NUMBER = /^[1-9]\d{0,17}$/;
const ICON = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><path d="M3 4h18v16H3zM3 17l6-6 4 4 3-3 5 5"/><circle cx="16" cy="8.5" r="1"/></svg>';

// Where the picture is in which the cursor stands, or that is selected; undefined elsewhere.
const placeOf = ({ selection }) => {
  if (selection.node?.type.name === NAME) return { from: selection.from, to: selection.to, node: selection.node };
  const { $from } = selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type.name === NAME) return { from: $from.before(depth), to: $from.after(depth), node: $from.node(depth) };
  }
  return undefined;
};

// Behind the part of the text in which the cursor stands, or in the place of an empty paragraph.
const put = (editor, picture) => {
  remember(picture);
  const { $to } = editor.state.selection;
  const isEmpty = $to.depth === 1 && $to.parent.type.name === "paragraph" && !$to.parent.content.size;
  const to = $to.depth ? $to.after(1) : $to.pos;
  const from = isEmpty ? $to.before(1) : to;
  editor.chain().focus()
    .insertContentAt({ from, to }, { type: NAME, attrs: { number: `${picture.number}` }, content: [{ type: "pictureCaption" }] })
    .setTextSelection(from + 2).scrollIntoView().run();
};

const goOnBehind = (editor) => {
  const place = placeOf(editor.state);
  if (!place) return false;
  return editor.chain().insertContentAt(place.to, { type: "paragraph" }).setTextSelection(place.to + 1).scrollIntoView().run();
};

const removeEmpty = (editor) => {
  const { selection } = editor.state;
  const place = placeOf(editor.state);
  if (!place || selection.node || !selection.empty || place.node.textContent || place.node.firstChild.content.size) return false;
  return editor.commands.deleteRange(place);
};

const show = async (number, image, words, options) => {
  const picture = await pictureWith(options.library, number);
  image.hidden = !picture?.source;
  if (picture?.source) image.src = picture.source;
  image.alt = picture?.name ?? "";
  words.textContent = picture ? nameOf(picture) : `${number}.`;
  if (picture === null) words.textContent = options.words.gone.replace("%s", number);
};

const viewOf = (options) => ({ node, getPos, editor }) => {
  const image = crel("img", { alt: "", hidden: true, width: 160 });
  const words = crel("span", {});
  const out = crel("button", { type: "button", textContent: "×", title: options.words.remove, ariaLabel: options.words.remove });
  const seen = crel("div", { contentEditable: "false" }, [image, words, out]);
  const contentDOM = crel("div", {});
  let { number } = node.attrs;
  image.addEventListener("click", () => editor.commands.setNodeSelection(getPos()));
  out.addEventListener("click", () => {
    const from = getPos();
    editor.chain().deleteRange({ from, to: from + editor.state.doc.nodeAt(from).nodeSize }).focus().run();
  });
  show(number, image, words, options);
  return {
    dom: crel("figure", { className: "desk-figure" }, [seen, contentDOM]),
    contentDOM,
    update: (other) => {
      if (other.type.name !== NAME) return false;
      if (other.attrs.number !== number) ({ number } = other.attrs, show(number, image, words, options));
      return true;
    },
    stopEvent: ({ target }) => out.contains(target),
    ignoreMutation: ({ type, target }) => type !== "selection" && !contentDOM.contains(target),
  };
};

const PictureCaption = Node.create({
  name: "pictureCaption",
  content: "(text | footnote)*",
  defining: true,

  addOptions: () => ({ words: {} }),
  parseHTML: () => [{ tag: "figcaption", context: `${NAME}/` }],
  renderHTML: () => ["figcaption", 0],

  addNodeView() {
    const { words } = this.options;
    return ({ node }) => {
      const dom = crel("figcaption", {});
      const say = (caption) => { dom.dataset.empty = caption.content.size ? "" : words.caption; };
      say(node);
      return { dom, contentDOM: dom, update: (other) => other.type.name === "pictureCaption" && (say(other), true) };
    };
  },
});

export const LibraryPicture = Node.create({
  name: NAME,
  group: "block",
  content: "pictureCaption",
  isolating: true,

  addOptions: () => ({ words: {}, library: "" }),
  addAttributes: () => ({ number: { default: null, rendered: false } }),
  addExtensions() {
    return [PictureCaption.configure({ words: this.options.words })];
  },
  parseHTML: () => [{
    tag: "figure[data-picture]",
    getAttrs: ({ dataset: { picture } }) => NUMBER.test(picture) && { number: picture },
  }],
  renderHTML: ({ node }) => ["figure", { "data-picture": node.attrs.number }, 0],

  addNodeView() {
    return viewOf(this.options);
  },

  addKeyboardShortcuts: () => ({
    Enter: ({ editor }) => goOnBehind(editor),
    Backspace: ({ editor }) => removeEmpty(editor),
    Delete: ({ editor }) => removeEmpty(editor),
  }),

  addMenuItems({ buttons, menu }) {
    const { words, library } = this.options;
    menu.defineItem({
      name: NAME,
      groups: "link",
      button: buttons.svg(ICON, words.insert),
      command: (editor) => choosePicture(editor.view.dom.parentElement, { ...words, library }, (picture) => put(editor, picture)),
      active: (editor) => Boolean(placeOf(editor.state)),
    });
  },
});
