// What is ours in the rich text editor, under the names that `profiles/richtext.py` gives.

import { Bold as BaseBold, Italic as BaseItalic, Link as BaseLink, Strike as BaseStrike, updateAttrsDialog } from "django-prose-editor/editor";
import { completed } from "profile-editor/addresses";
import { offerEntries } from "profile-editor/entries";

export { LibraryPicture } from "profile-editor/figures";
export { Footnote } from "profile-editor/footnotes";
export { Paste } from "profile-editor/paste";
export { Table, TableCell, TableHeader } from "profile-editor/toolbar";

// Theirs read Markdown into whatever is pasted: "*gras*" of WhatsApp became italic, as did a footnote's star.
const withoutPasteRules = { addPasteRules: () => [] };
export const Bold = BaseBold.extend(withoutPasteRules);
export const Italic = BaseItalic.extend(withoutPasteRules);
export const Strike = BaseStrike.extend(withoutPasteRules);

// Asks until the address leads somewhere, or until it is given up.
const askForLink = async (editor, { words, entries }, typed) => {
  let mistake = "";
  for (let answer = typed; ; mistake = words.refused) {
    const fields = {
      href: { title: words.address, description: mistake },
      title: { title: words.hover },
    };
    const asked = updateAttrsDialog(fields, { title: words.heading, submitText: words.submit })(editor, answer);
    offerEntries(editor.view.dom.parentElement.querySelector("dialog"), entries, words);
    answer = await asked;
    const href = answer && completed(answer.href);
    if (!answer || href) return answer && { href, title: answer.title.trim() || null, target: null, rel: null };
  }
};

export const Link = BaseLink.extend({
  // What becomes a link while it is typed is the same for all editors of a page: theirs makes known
  // "tel:" and "entry:" too late, so that these began to be links once a note's editor was gone.
  onCreate() {},
  onDestroy() {},

  addOptions() {
    return { ...this.parent(), words: {}, entries: "" };
  },

  addCommands() {
    return {
      ...this.parent(),
      addLink: () => ({ editor }) => {
        const isLink = editor.isActive("link");
        if (editor.state.selection.empty && !isLink) return false;
        askForLink(editor, this.options, editor.getAttributes("link")).then((link) => {
          if (!link) return;
          const chain = editor.chain().focus();
          (isLink ? chain.extendMarkRange("link") : chain).setMark("link", link).run();
        });
        return true;
      },
    };
  },
});
