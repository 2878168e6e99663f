// In the dialog of a link: entries of this site, looked for by their names.

import { crel } from "django-prose-editor/editor";

const PAUSE = 300; // milliseconds after the last letter
let number = 0;

const ask = async (address, query) => {
  const answer = await fetch(`${address}?${new URLSearchParams({ q: query })}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  return (await answer.json()).entries;
};

const buttonOf = (entry, choose) => {
  const button = crel("button", { type: "button" }, [crel("span", { textContent: entry.name }), " ", crel("small", { textContent: entry.about })]);
  button.addEventListener("click", () => choose(entry));
  return crel("li", {}, [button]);
};

export const offerEntries = (dialog, address, words) => {
  if (!dialog || !address) return;
  const href = dialog.querySelector("[name=href]");
  number += 1;
  const search = crel("input", { type: "search", id: `desk-entry-${number}`, autocomplete: "off" });
  const note = crel("p", { role: "status" });
  const list = crel("ul");
  const field = crel("div", { className: "prose-editor-dialog-field desk-entries" }, [
    crel("label", { htmlFor: search.id, textContent: words.entry }), search, note, list,
  ]);
  href.closest(".prose-editor-dialog-field").before(field);
  if (!href.value) search.focus();

  const choose = (entry) => {
    href.value = entry.address;
    note.textContent = words.leads.replace("%s", entry.name);
    list.replaceChildren();
    dialog.querySelector("[type=submit]").focus();
  };
  const show = (entries) => {
    list.replaceChildren(...entries.map((entry) => buttonOf(entry, choose)));
    note.textContent = entries.length ? words.number.replace("%s", entries.length) : words.none;
  };
  // What is asked last is shown, whichever answer comes first.
  let last = "";
  const look = async (then) => {
    const query = search.value.trim() || (href.value.startsWith("entry:") ? href.value : "");
    last = query;
    if (!query) return list.replaceChildren();
    try {
      const entries = await ask(address, query);
      if (query === last) then(entries);
    } catch {
      note.textContent = words.lost;
    }
  };
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE, show);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // the form of the dialog would be sent
    list.querySelector("button")?.click();
  });
  if (href.value.startsWith("entry:")) look(([entry]) => { note.textContent = entry ? words.leads.replace("%s", entry.name) : words.none; });
};
