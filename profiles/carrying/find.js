// The search of a carried site: shows those entries of the page's list that a question means.
// ENTRIES, LETTERS, UNSAID and INDEX stand in words.js, which index.py wrote.
"use strict";
{
  const form = document.querySelector("#find");
  const list = document.querySelector("#entries");
  const items = [...list.children];
  const lines = INDEX.split("\n").map((line) => line.split(" "));
  const ENDINGS = [[/[sx]$/, ""], [/aux$/, "al"], [/trices?$/, "teur"], [/euses?$/, "eur"],
    [/^[وبكف]?ال(?=..)|^لل(?=..)/, ""]];

  const fold = (text) => text.normalize("NFKD").replace(/[\p{M}\p{Cf}ـ]/gu, "").toLowerCase()
    .replace(/./gsu, (sign) => LETTERS[sign] ?? sign);

  // [["nonviolence", "non", "violence"]…] of a question
  const wordsOf = (text) => (fold(text)
    .replace(/(?<!\p{L})(\p{L}\.){2,}(\p{L}(?!\p{L}))?/gu, (found) => found.replaceAll(".", ""))
    .match(/[\p{L}\p{N}]+(['’ʼʹ‘´`‐‑‒–-][\p{L}\p{N}]+)*/gu) ?? [])
    .map((one) => [one.replace(/[^\p{L}\p{N}]/gu, ""), ...one.match(/[\p{L}\p{N}]{2,}/gu) ?? []])
    .filter(([whole]) => whole[1]).slice(0, 20);

  // How well each key fits a word: itself, a form of it, a stem (as families of words are kept).
  function fitting(word) {
    const weights = { __proto__: null, [word]: 4 };
    for (let cut = 1; cut < 5 && word.length - cut > 3; cut++) weights[word.slice(0, -cut)] = 1.5;
    for (const [ending, other] of ENDINGS) if (word[3]) weights[word.replace(ending, other)] ||= 3;
    return (key) => weights[key] ?? (word[2] && key.startsWith(word) && 2);
  }

  // Whether keys differ from a word by one slip.
  const near = (word) => (key) => {
    let start = 0, end = word.length, last = key.length;
    if (!word[4] || Math.abs(end - last) > 1) return 0;
    while (word[start] && word[start] === key[start]) start++;
    while (end > start && last > start && word[end - 1] === key[last - 1]) { end--; last--; }
    const left = word.slice(start, end), right = key.slice(start, last);
    return !left[1] && !right[1] || !left[2] && left === right[1] + right[0] ? 1 : 0;
  };

  function better(found, entry, has) {
    if (!(found.get(entry)?.[0] >= has[0])) found.set(entry, has);
  }

  // Where the keys stand that fit: entry → [weight, place, key]
  function standing(fits) {
    const found = new Map();
    for (const [key, ...places] of lines) {
      const weight = fits(key);
      if (weight) for (const one of places) {
        const place = one.replace(/\d+/, "");
        better(found, parseInt(one), [weight * (place === "t" ? 4 : 1), place, key]);
      }
    }
    return found;
  }

  function setsOf(words) {
    return words.map(([whole, ...parts], n) => {
      const found = standing(fitting(whole));
      const apart = parts.map((part) => standing(fitting(part)));
      apart[0]?.forEach((has, entry) => apart.every((set) => set.has(entry)) && better(found, entry, has));
      // Two words may be one elsewhere: "non violence".
      for (const pair of [words[n - 1]?.[0] + whole, whole + words[n + 1]?.[0]])
        standing((key) => key === pair ? 3 : 0).forEach((has, entry) => better(found, entry, has));
      return found;
    });
  }

  function answer(question) {
    const typed = wordsOf(question), said = typed.filter(([whole]) => !UNSAID.includes(whole));
    const words = said[0] ? said : typed, sets = setsOf(words), meant = [], scores = new Map();
    sets.forEach((set, n) => {
      if (set.size) return;
      sets[n] = standing(near(words[n][0]));
      sets[n].forEach(([, , key]) => meant[0] || meant.push(key));
    });
    // What stands in most entries, such as "la", tells none from another.
    const telling = sets.filter((set) => set.size < 0.6 * ENTRIES);
    const counted = telling.length ? telling : sets;
    for (const set of counted) for (const [entry, [weight, place]] of set) {
      const [number, score, page] = scores.get(entry) ?? [0, 0, ""];
      const more = weight * Math.log(1 + ENTRIES / set.size);
      scores.set(entry, [number + 1, score + more, place[0] === "p" ? place : page]);
    }
    const hits = [...scores].sort(([, a], [, b]) => b[0] - a[0] || b[1] - a[1]);
    const most = hits[0]?.[1][0];
    return [hits.filter(([, [number]]) => number === most), most < counted.length, meant[0]];
  }

  // An entry of the list, with a link to the page of the file where the word stands.
  function shown([entry, [, , place]]) {
    const [file, page] = place.slice(1).split(".");
    items[entry].querySelectorAll("[data-page]").forEach((link, number) => {
      link.hidden = !place || number !== +file;
      link.href = link.href.split("#")[0] + (+page ? `#page=${page}` : "");
      link.textContent = +page ? link.dataset.page.replace("0", page) : link.dataset.file;
    });
    return items[entry];
  }

  function search() {
    const question = form.elements.q.value.trim().slice(0, 400);
    const [hits, partly, meant] = answer(question);
    list.replaceChildren(...question ? hits.map(shown) : items);
    const said = { one: hits.length === 1, many: hits[1] && hits.length, none: !hits[0] && question,
      partly, meant: hits[0] && meant };
    for (const [name, text] of Object.entries(said)) {
      const sentence = document.querySelector(`[data-says=${name}]`);
      sentence.hidden = !question || !text;
      for (const one of sentence.querySelectorAll("[data-it]")) one.textContent = text;
    }
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  form.addEventListener("input", search);
  form.hidden = false;
  document.querySelector("#unable").hidden = true;
  form.elements.q.value = new URLSearchParams(location.search).get("q");
  search();
}
