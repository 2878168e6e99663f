// What the editor does with a clipboard: mends it first, and says below the text what it left out.
// ProseMirror's own hooks are asked, so nothing is cancelled before it is taken, in any browser.

import { Extension, Plugin, pm } from "django-prose-editor/editor";
import { cellsApart, paragraphsOfChat } from "profile-editor/chat";
import { mended } from "profile-editor/mend";

const OURS = /^(?:p|strong|em|s|sup|sub|ul|ol|li|blockquote|br|h3|h4|a|meta|html|head|body)$/;

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

export const Paste = Extension.create({
  name: "paste",

  addOptions() {
    return { words: {}, mostLetters: Infinity };
  },

  addStorage() {
    return { say: null, isRefused: false };
  },

  onCreate() {
    this.storage.say = noteBelow(this.editor, this.options.words);
  },

  transformPastedHTML(html) {
    const { storage, options } = this;
    let taken = { html, letters: 0, left: {} };
    try {
      if (!isOurs(html)) taken = mended(html);
    } catch (error) {
      console.error(error);
      taken = { html: "", letters: 0, left: { failed: 1 } };
    }
    storage.isRefused = taken.letters > options.mostLetters || "failed" in taken.left;
    storage.say(taken.letters > options.mostLetters ? { long: taken.letters } : taken.left);
    return storage.isRefused ? "" : taken.html;
  },

  addProseMirrorPlugins() {
    const { storage, options } = this;
    // The text in the editor stays as it is, also what was to be replaced.
    const stopIfRefused = () => {
      const { isRefused } = storage;
      storage.isRefused = false;
      return isRefused;
    };
    return [new Plugin({
      props: {
        transformPastedText(text) {
          storage.isRefused = text.length > options.mostLetters;
          storage.say(storage.isRefused ? { long: text.length } : {});
          return storage.isRefused ? "" : cellsApart(text);
        },
        clipboardTextParser(text, $context, isPlain, view) {
          const paragraphs = !isPlain && paragraphsOfChat(text);
          return paragraphs && pm.model.DOMParser.fromSchema(view.state.schema)
            .parseSlice(paragraphs, { preserveWhitespace: true, context: $context });
        },
        handlePaste(view, { clipboardData }, slice) {
          if (!slice.size && clipboardData?.files.length && !clipboardData.types.some((type) => type.startsWith("text/"))) {
            storage.say({ pictures: clipboardData.files.length });
            return true;
          }
          return stopIfRefused();
        },
        handleDrop: stopIfRefused,
      },
    })];
  },
});
