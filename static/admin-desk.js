// Small comforts of the admin; everything works without them.
(() => {
  const words = JSON.parse(document.currentScript?.dataset.words ?? "{}");

  // A link to a field opens the part that folds it away and puts the cursor into it.
  const visit = () => {
    const field = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!field?.closest("form")) return;
    for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) {
      part.open = true;
    }
    const editor = field.closest(".prose-editor")?.querySelector("[contenteditable]");
    const target = editor ?? field;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };

  // The rich text editor knows its tooltips in English only.
  const inOurWords = (text) => words[text] ?? words[text?.toLowerCase()];
  const translate = (root) => {
    for (const button of root.querySelectorAll(".prose-menubar button[title]")) {
      button.title = inOurWords(button.title) ?? button.title;
      button.setAttribute("aria-label", button.title);
    }
    for (const sample of root.querySelectorAll(".prose-menubar :is(h3, h4, h5, p)")) {
      const word = inOurWords(sample.textContent);
      if (word && word !== sample.textContent) sample.textContent = word;
    }
  };

  // The editor's text field has no name of its own; the label beside it is one.
  const name = (root) => {
    for (const editor of root.querySelectorAll("[contenteditable=true]:not([aria-label])")) {
      const label = editor.closest(".form-row")?.querySelector("label");
      if (label) editor.setAttribute("aria-label", label.textContent.replace(/\s*:\s*$/, ""));
    }
  };

  // On a phone, where the heads of a list's columns have no room, each cell shows its own.
  const head = (list) => {
    const heads = [...list.tHead.querySelectorAll("th > .text")];
    for (const cell of list.tBodies[0].querySelectorAll("td")) {
      cell.dataset.head = heads[cell.cellIndex].textContent.trim();
    }
  };

  const copy = async (button) => {
    const field = document.getElementById(button.dataset.copy);
    if (field.select) field.select();
    else window.getSelection().selectAllChildren(field);
    try {
      await navigator.clipboard.writeText(field.value ?? field.textContent);
    } catch {
      return; // The browser refuses: what is selected can be copied by hand.
    }
    button.nextElementSibling.textContent = button.dataset.copied;
  };

  // Tools that stay in sight stand below the line that does.
  const leaveRoomFor = (bar) => {
    const tell = () => document.documentElement.style.setProperty("--state-bar", `${bar.offsetHeight}px`);
    new ResizeObserver(tell).observe(bar);
  };

  // A part of the line on top folds as a dialog closes; what was typed there stays.
  const fold = ({ key, target }) => {
    const part = key === "Escape" && target.closest("details[open]");
    if (!part) return;
    part.open = false;
    part.querySelector("summary").focus();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const bar = document.querySelector(".state-bar");
    if (bar) leaveRoomFor(bar);
    bar?.addEventListener("keydown", fold);
    const form = document.querySelector("#content-main form");
    if (form) {
      const furnish = () => {
        translate(form);
        name(form);
      };
      new MutationObserver(furnish).observe(form, { childList: true, subtree: true });
      furnish();
    }
    const list = document.getElementById("result_list");
    if (list) head(list);
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", () => copy(button));
    }
  });
  window.addEventListener("load", visit);
  // An editor may come after the page has been loaded.
  document.addEventListener("prose-editor:ready", ({ detail }) => {
    if (`#${detail.textarea.id}` === location.hash) visit();
  });
  window.addEventListener("hashchange", visit);
})();
