// What the editor does with a clipboard: mends it first, and says below the text what it left out.
// ProseMirror's own hooks are asked, so nothing is cancelled before it is taken, in any browser.

import { Extension, Plugin, pm } from "django-prose-editor/editor";
import { cellsApart, paragraphsOfChat } from "profile-editor/chat";
import { mended } from "profile-editor/mend";
import { TooManyCells } from "profile-editor/tables";

const OURS = /^(?:p|strong|em|s|sup|sub|ul|ol|li|blockquote|br|h3|h4|h5|table|tbody|tr|td|th|small|figure|figcaption|a|meta|html|head|body)$/;

// What was copied in an editor like this one is whole already.
const isOurs = (html) =>
  html.includes("data-pm-slice")
  && [...html.matchAll(/<([a-z][^\s/>]*)/gi)].every(([, name]) => OURS.test(name.toLowerCase()));

const withNumber = (sentence, number) =>
  sentence.replace("%s", new Intl.NumberFormat(document.documentElement.lang).format(number));

const paragraph = (sentence) => {
  const element = document.createElement("p");
  element.textContent = sentence;
  return element;
};

// The note below one editor: it stands there empty, so that what it comes to say is read aloud.
const noteBelow = (editor, words) => {
  const note = document.createElement("div");
  note.className = "desk-left";
  note.setAttribute("role", "status");
  editor.view.dom.parentElement.append(note);
  return (counts) => note.replaceChildren(
    ...Object.keys(counts).filter((kind) => counts[kind]).map((kind) => paragraph(withNumber(words[kind], counts[kind]))));
};

const hasOnlyFiles = (data) =>
  data?.files.length > 0 && ![...data.types].some((type) => type.startsWith("text/"));

export const Paste = Extension.create({
  name: "mendedPaste", // "paste" is one of Tiptap's own

  addOptions() {
    return { words: {}, mostLetters: Infinity, mostCells: Infinity };
  },

  addStorage() {
    return { say: null, isRefused: false };
  },

  onCreate() {
    this.storage.say = noteBelow(this.editor, this.options.words);
  },

  transformPastedHTML(html) {
    const { storage, options } = this;
    storage.isRefused = false;
    storage.say({});
    if (isOurs(html)) return html;
    try {
      const { html: taken, letters, left } = mended(html, options.mostCells);
      storage.isRefused = !(letters || taken.includes("<figure")) || letters > options.mostLetters;
      storage.say(letters > options.mostLetters ? { long: letters } : left);
      return taken;
    } catch (error) {
      storage.isRefused = true;
      if (error instanceof TooManyCells) storage.say({ cells: error.number });
      else {
        console.error(error);
        storage.say({ failed: 1 });
      }
      return "";
    }
  },

  addProseMirrorPlugins() {
    const { storage, options } = this;
    const takeFiles = (data) => {
      storage.say({ pictures: data.files.length });
      return true;
    };
    return [new Plugin({
      props: {
        transformPastedText(text) {
          storage.isRefused = text.length > options.mostLetters;
          storage.say(storage.isRefused ? { long: text.length } : {});
          return cellsApart(text);
        },
        clipboardTextParser(text, $context, isPlain, view) {
          const paragraphs = !isPlain && paragraphsOfChat(text);
          return paragraphs && pm.model.DOMParser.fromSchema(view.state.schema)
            .parseSlice(paragraphs, { preserveWhitespace: true, context: $context });
        },
        // True ends it here: the text stays as it is, what was selected too.
        handlePaste: (_view, { clipboardData }) => (hasOnlyFiles(clipboardData) ? takeFiles(clipboardData) : storage.isRefused),
        handleDrop: (_view, { dataTransfer }) => (hasOnlyFiles(dataTransfer) ? takeFiles(dataTransfer) : storage.isRefused),
      },
    })];
  },
});
