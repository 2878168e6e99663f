// The search of a carried site: shows those entries of the page's list that a question means.
"use strict";
{
  const form = document.querySelector("#find");
  const list = document.querySelector("#entries");
  const items = [...list.children];
  const said = document.querySelector("#said");

  const fold = (text) =>
    [...text.normalize("NFKD").replace(/[\p{M}\p{Cf}\u0640]/gu, "").toLowerCase()]
      .map((sign) => LETTERS[sign] ?? sign).join("").replaceAll("ß", "ss");
  const letters = (text) => text.replace(/[^\p{L}\p{N}]/gu, "");

  // [[whole, parts]…] of a question: [["nonviolence", ["non", "violence"]]]
  function wordsOf(text) {
    const plain = fold(text.normalize("NFKC")).slice(0, 400)
      .replace(/(?:https?:\/\/)?(?:dx\.)?doi\.org\/(?=10\.)/g, " ")
      .replace(/(?<!\p{L})(?:\p{L}\.){2,}(?:\p{L}(?!\p{L}))?/gu, (found) => found.replaceAll(".", ""));
    const compounds = plain.match(/[\p{L}\p{N}_]+(?:['’ʼʹ‘´`\-‐‑‒–][\p{L}\p{N}_]+)*/gu) ?? [];
    return compounds.map((one) => [letters(one), one.match(/[\p{L}\p{N}]{2,}/gu) ?? []])
      .filter(([whole]) => whole.length > 1).slice(0, 12);
  }

  // Other forms of a word under which entries are kept.
  function formsOf(word) {
    const endings = [[/[sx]$/, ""], [/aux$/, "al"], [/trices?$/, "teur"], [/euses?$/, "eur"],
      [/ives?$/, "if"], [/^[وبكف]?ال(?=..)|^لل(?=..)/, ""]];
    return endings.filter(([ending]) => word.length > 3 && ending.test(word))
      .map(([ending, other]) => word.replace(ending, other));
  }

  // Adds where a line's key stands to `found`: entry → [weight, place].
  function add(found, start, weight) {
    const line = INDEX.slice(start + 1, INDEX.indexOf("\n", start + 1)).split(" ");
    for (const where of line.slice(1)) {
      const entry = parseInt(where, 10), place = where.replace(/^\d+/, "");
      const all = weight * (place === "t" ? 4 : 1);
      if (all > (found.get(entry)?.[0] ?? 0)) found.set(entry, [all, place]);
    }
    return line[0];
  }

  function addKey(found, key, weight) {
    const start = INDEX.indexOf(`\n${key} `);
    if (key && start >= 0) add(found, start, weight);
  }

  function entriesWith(word) {
    const found = new Map();
    addKey(found, word, 4);
    for (const form of formsOf(word)) addKey(found, form, 3);
    // A stem, which is how verbs and nouns of one family are kept.
    for (let cut = 1; cut < 5 && word.length - cut > 3; cut++) addKey(found, word.slice(0, -cut), 1.5);
    if (word.length < 3) return found;
    for (let at = INDEX.indexOf(`\n${word}`); at >= 0 && INDEX.startsWith(word, at + 1);
      at = INDEX.indexOf("\n", at + 1)) add(found, at, 2);
    return found;
  }

  const both = (one, other) => new Map([...one].filter(([entry]) => other.has(entry))
    .map(([entry, has]) => [entry, has[0] < other.get(entry)[0] ? has : other.get(entry)]));

  function merge(into, other) {
    for (const [entry, has] of other) if (has[0] > (into.get(entry)?.[0] ?? 0)) into.set(entry, has);
    return into;
  }

  // Whether two words differ by one slip.
  function near(one, other) {
    let start = 0, end = one.length, last = other.length;
    while (start < end && one[start] === other[start]) start++;
    while (end > start && last > start && one[end - 1] === other[last - 1]) { end--; last--; }
    const [left, right] = [one.slice(start, end), other.slice(start, last)];
    return left.length < 2 && right.length < 2 || left.length === 2 && left === right[1] + right[0];
  }

  function entriesNear(word) {
    const found = new Map(), keys = [];
    if (word.length < 5) return [found, keys];
    for (let at = 0; at < INDEX.length - 1; at = INDEX.indexOf("\n", at + 1)) {
      const key = INDEX.slice(at + 1, INDEX.indexOf(" ", at + 1));
      if (Math.abs(key.length - word.length) < 2 && near(word, key)) keys.push(add(found, at, 1));
    }
    return [found, keys];
  }

  function answer(question) {
    const meant = [];
    const words = wordsOf(question), sets = words.map(([whole, parts]) => {
      const found = entriesWith(whole);
      if (parts.length && parts[0] !== whole) merge(found, parts.map(entriesWith).reduce(both));
      return found;
    });
    for (let n = 0; n + 1 < words.length; n++) {
      const joined = new Map();
      addKey(joined, words[n][0] + words[n + 1][0], 3);
      merge(sets[n], joined);
      merge(sets[n + 1], joined);
    }
    words.forEach(([whole], n) => {
      if (sets[n].size) return;
      const [found, keys] = entriesNear(whole);
      merge(sets[n], found);
      meant.push(...keys.slice(0, 1));
    });
    return { meant, ...ranked(sets) };
  }

  function ranked(sets) {
    const scores = new Map();
    // What stands in most entries, such as "la", tells none from another.
    const telling = sets.filter((set) => set.size < 0.6 * ENTRIES || sets.length === 1);
    const counted = telling.length ? telling : sets;
    for (const set of counted) {
      const rare = Math.log(1 + ENTRIES / (set.size || 1));
      for (const [entry, [weight, place]] of set) {
        const [number, score, page] = scores.get(entry) ?? [0, 0, ""];
        scores.set(entry, [number + 1, score + rare * weight, place[0] === "p" ? place : page]);
      }
    }
    const all = [...scores].sort(([, a], [, b]) => b[0] - a[0] || b[1] - a[1]);
    const most = all.length ? all[0][1][0] : 0;
    return { hits: all.filter(([, [number]]) => number === most).slice(0, 50), partly: most < counted.length };
  }

  function show(entry, place) {
    const item = items[entry], [file, page] = place.slice(1).split(".");
    const links = [...item.querySelectorAll("[data-page]")];
    links.forEach((link, number) => {
      link.hidden = !place || number !== Number(file);
      link.href = link.href.split("#")[0] + (Number(page) ? `#page=${page}` : "");
      link.textContent = Number(page) ? link.dataset.page.replace("0", page) : link.dataset.file;
    });
    return item;
  }

  function search() {
    const question = form.elements.q.value.trim();
    const { hits, partly, meant } = answer(question);
    list.hidden = false;
    list.replaceChildren(...(question ? hits.map(([entry, [, , place]]) => show(entry, place)) : items));
    for (const one of said.children) one.hidden = true;
    if (!question) return;
    const tell = (name, text) => {
      const sentence = said.querySelector(`[data-says=${name}]`);
      sentence.hidden = false;
      sentence.querySelectorAll("em").forEach((em) => { em.textContent = text; });
    };
    tell(hits.length ? hits.length > 1 ? "many" : "one" : "none", hits.length || question);
    if (hits.length && partly) tell("partly");
    if (hits.length && meant.length) tell("meant", meant.join(" "));
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  form.addEventListener("input", search);
  form.hidden = false;
  form.elements.q.value = new URLSearchParams(location.search).get("q") ?? "";
  search();
}
