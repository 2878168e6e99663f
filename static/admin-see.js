// The page as visitors will read it, beside the form: made by the server of what is typed, when typing pauses.
"use strict";
{
  const PAUSE = 1200; // milliseconds without a key
  const HEAVY = 300_000; // letters of a form that is sent when somebody asks for it only
  const CLOSED = "see:closed"; // whether this browser's person wants no preview beside the form

  const isClosed = () => {
    try { return localStorage.getItem(CLOSED) === "1"; } catch { return false; }
  };
  const setClosed = (closed) => {
    try { localStorage.setItem(CLOSED, closed ? "1" : ""); } catch { /* storage is switched off */ }
  };

  // Pictures that the browser has and the page has not yet: just chosen, or waiting after a refused form.
  const picturesIn = (form) => Array.from(form.querySelectorAll("input[type=file][data-picture]"), (input) => {
    const shown = input.parentElement.querySelector(".file-chosen img, .file-kept img");
    return shown?.naturalWidth ? { name: input.name, shown } : null;
  }).filter(Boolean);

  const begin = (aside) => {
    const form = document.getElementById(aside.dataset.form);
    const dialog = aside.querySelector("dialog");
    const frame = aside.querySelector("iframe");
    const place = aside.querySelector(".see-page");
    const state = aside.querySelector(".see-state");
    const failure = aside.querySelector(".see-failure");
    const language = aside.querySelector("select");
    const isWide = matchMedia("(min-width: 80rem)");
    let width = 360;
    let made = ""; // what the page that is shown was made of
    let isAsking = false;
    let isLate = false; // something was typed while the server was asked
    let wait = PAUSE;
    let timer;

    const fit = () => {
      place.style.setProperty("--see-width", `${width}px`);
      const scale = Math.min(1, place.clientWidth / width);
      place.style.setProperty("--see-scale", scale);
    };

    const content = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      for (const { name, shown } of picturesIn(form)) data.append("_chosen", `${name}:${shown.naturalWidth}x${shown.naturalHeight}`);
      data.append("_language", language.value);
      return data;
    };
    // The token of the form is another one at each page; the rest tells whether anything changed.
    const fingerprint = (data) => JSON.stringify([[...data].filter(([name]) => name !== "csrfmiddlewaretoken"),
      picturesIn(form).map(({ shown }) => shown.src)]);

    // Links lead nowhere from here: to another window, or to their place in this page.
    const follow = (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link) return;
      event.preventDefault();
      const address = link.getAttribute("href");
      if (address.startsWith("#")) frame.contentDocument.getElementById(address.slice(1))?.scrollIntoView();
      else window.open(link.href, "_blank", "noopener");
    };

    const prepared = (html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      for (const script of page.querySelectorAll("script")) script.remove();
      for (const asks of page.querySelectorAll("form")) asks.inert = true;
      for (const link of page.querySelectorAll("a[href]:not([href^='#'])")) link.target = "_blank";
      for (const { name, shown } of picturesIn(form)) {
        for (const image of page.querySelectorAll(`img[src*="/chosen/0000000000000000-"]`)) {
          if (!image.closest(`[data-shown]`)) image.dataset.shown = name;
          image.parentElement.querySelectorAll("source").forEach((source) => source.remove());
          image.removeAttribute("srcset");
          image.src = shown.src;
        }
      }
      return page;
    };

    const show = (html) => {
      const page = prepared(html);
      const inside = frame.contentDocument;
      if (frame.srcdoc && inside?.body) {
        // Where somebody has scrolled to, they stay.
        inside.documentElement.lang = page.documentElement.lang;
        inside.body.replaceWith(inside.adoptNode(page.body));
        return;
      }
      frame.addEventListener("load", () => frame.contentDocument.addEventListener("click", follow), { once: true });
      frame.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`;
    };

    const reasonFor = (response) => {
      if (response.redirected) return failure.dataset.out;
      const known = { 403: "forbidden", 404: "gone", 413: "large" };
      return failure.dataset[known[response.status] ?? "failed"];
    };

    const sentenceIn = (html) =>
      new DOMParser().parseFromString(html, "text/html").querySelector("#content-main p")?.textContent;

    const ask = async () => {
      clearTimeout(timer);
      if (isAsking) { isLate = true; return; }
      const data = content();
      const asked = fingerprint(data);
      if (asked === made) { state.textContent = state.dataset.made; return; }
      isAsking = true;
      isLate = false;
      state.textContent = state.dataset.asking;
      const begun = performance.now();
      try {
        const response = await fetch(aside.dataset.address, { method: "POST", body: data });
        const html = await response.text();
        if (response.status === 400) failure.textContent = sentenceIn(html) ?? failure.dataset.failed;
        else if (response.redirected || !response.ok) failure.textContent = reasonFor(response);
        else {
          show(html);
          made = asked;
          failure.textContent = "";
        }
      } catch {
        failure.textContent = failure.dataset.line;
      }
      // Over a slow line, no more than half of it is taken.
      wait = Math.max(PAUSE, 2 * (performance.now() - begun));
      isAsking = false;
      state.textContent = made === asked ? state.dataset.made : "";
      if (isLate) touch();
    };

    const isHeavy = () => Array.from(form.elements).reduce((sum, field) => sum + (field.value?.length ?? 0), 0) > HEAVY;

    const touch = (event) => {
      clearTimeout(timer);
      // A picture just chosen is known a moment later.
      const isFile = event?.target.type === "file";
      if (!dialog.open || (!isFile && fingerprint(content()) === made)) return;
      const isOnDemand = navigator.connection?.saveData || isHeavy();
      state.textContent = isOnDemand ? state.dataset.asked : state.dataset.typed;
      if (!isOnDemand) timer = setTimeout(() => { if (dialog.open && !document.hidden) ask(); }, wait);
      aside.querySelector(".see-files").hidden = !Array.from(form.querySelectorAll("input[type=file]:not([data-picture])")).some((input) => input.files.length);
    };

    const open = () => {
      if (dialog.open) return;
      aside.classList.add("is-open");
      // Beside the form, it takes no focus away from that.
      if (isWide.matches) dialog.setAttribute("open", "");
      else dialog.showModal();
      fit();
      ask();
    };
    const close = () => {
      if (dialog.open) dialog.close();
      aside.classList.remove("is-open");
    };

    aside.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.width) {
        width = Number(button.dataset.width);
        for (const one of aside.querySelectorAll("[data-width]")) one.setAttribute("aria-pressed", one === button);
        fit();
      }
      if (button.dataset.see === "open") { event.preventDefault(); setClosed(false); open(); }
      if (button.dataset.see === "again") { made = ""; ask(); }
      if (button.dataset.see === "close") {
        if (isWide.matches) setClosed(true);
        close();
      }
    });
    // The event comes late: the page may have been turned wide and the preview stand beside the form again.
    dialog.addEventListener("close", () => {
      if (dialog.open) return;
      aside.classList.remove("is-open");
      if (aside.contains(document.activeElement) || document.activeElement === document.body) aside.querySelector("[data-see=open]").focus();
    });
    language.addEventListener("change", ask);
    for (const kind of ["input", "change"]) form.addEventListener(kind, touch);
    document.addEventListener("keep:answer", touch);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) touch(); });
    isWide.addEventListener("change", () => { if (dialog.open) { close(); if (isWide.matches) open(); } else if (isWide.matches && !isClosed()) open(); });
    new ResizeObserver(fit).observe(place);
    form.addEventListener("submit", () => clearTimeout(timer));
    if (isWide.matches && !isClosed()) setTimeout(open, 0);
  };

  addEventListener("load", () => {
    const aside = document.querySelector(".see-preview");
    if (aside) begin(aside);
  });
}
