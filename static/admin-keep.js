// Keeps what is typed in a form of the admin in this browser until it is saved.
"use strict";
{
  const user = document.currentScript.dataset.user;
  const stem = `keep:${user}:`;
  const editors = new WeakMap();
  // The rich text editor announces itself once, perhaps before the rest of this runs.
  document.addEventListener("prose-editor:ready", (event) => {
    editors.set(event.detail.textarea, event.detail.editor);
  });

  const forget = (key) => {
    try { localStorage.removeItem(key); } catch { /* storage is switched off */ }
  };
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const write = (key, kept) => {
    try { localStorage.setItem(key, JSON.stringify(kept)); } catch { /* full or switched off */ }
  };
  const forgetAll = () => {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(stem)) forget(key);
    } catch { /* storage is switched off */ }
  };

  // A form that adds has no entry whose text it would be: each has its own key, by its token.
  const addressOf = () => stem + location.pathname;
  const keyOf = (form) => {
    const once = form.elements._once?.value;
    return once ? `${addressOf()}#${once}` : addressOf();
  };
  const MOST_KEPT = 20; // forms of one address
  // What other forms of this address left here: this tab's own first, then the newest.
  const keysLeft = (key) => {
    let keys = [];
    try {
      const mine = sessionStorage.getItem(addressOf());
      keys = Object.keys(localStorage).filter((other) => other !== key && other.split("#")[0] === addressOf());
      const rank = (other) => (other === mine ? "Z" : read(other)?.at ?? "");
      keys.sort((one, other) => (rank(one) < rank(other) ? 1 : -1));
    } catch { /* storage is switched off */ }
    for (const old of keys.splice(MOST_KEPT)) forget(old);
    return keys.filter((other) => read(other)?.content);
  };
  const remember = (key) => {
    try { sessionStorage.setItem(addressOf(), key); } catch { /* storage is switched off */ }
  };

  const forgetSaved = () => {
    const found = document.cookie.match(/(?:^|; )saved_form="?([^;"]+)/);
    if (!found) return;
    forget(stem + decodeURIComponent(found[1]));
    document.cookie = "saved_form=; path=/admin/; max-age=0; SameSite=Lax";
  };

  const isKept = (field) =>
    field.name && !field.disabled && !field.name.includes("__prefix__") &&
    !["password", "file", "submit", "button", "reset", "image"].includes(field.type) &&
    (field.type !== "hidden" || field.name === "_seen" || /-(?:TOTAL_FORMS|kept)$/.test(field.name)) &&
    field.name !== "csrfmiddlewaretoken";

  const valueOf = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked;
    if (field.multiple) return Array.from(field.selectedOptions, (option) => option.value);
    return field.value;
  };
  // A row that is stored keeps its name wherever it stands: a colleague may have deleted the one above.
  const nameOf = (field) => {
    const [, stem, number, column] = field.name.match(/^(.+)-(\d+)-(.+)$/) ?? [];
    const id = number && field.form.elements[`${stem}-${number}-id`]?.value;
    const name = id ? `${stem}:${id}:${column}` : field.name;
    return field.type === "radio" ? `${name}=${field.value}` : name;
  };
  const contentOf = (form) => {
    const content = {};
    for (const field of form.elements) if (isKept(field)) content[nameOf(field)] = valueOf(field);
    return content;
  };
  // A text comes from the server with blank lines between its parts, which the editor does not write.
  const inOneWay = (value) => JSON.stringify(value)?.replaceAll(">\\n\\n<", "><");
  const isSame = (one, other) => Object.keys({ ...one, ...other }).every((name) =>
    name === "_seen" || inOneWay(one[name]) === inOneWay(other[name]));

  const fill = (field, value) => {
    const editor = editors.get(field);
    if (editor) editor.commands.setContent(value, { emitUpdate: false });
    if (field.type === "checkbox" || field.type === "radio") field.checked = value;
    else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value; // the editor's own spelling of the same text would look like a change
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const addRows = (form, content) => {
    for (const [name, wanted] of Object.entries(content)) {
      if (!name.endsWith("-TOTAL_FORMS")) continue;
      const group = document.getElementById(`${name.slice(0, -"-TOTAL_FORMS".length)}-group`);
      const total = form.elements[name];
      for (let n = 0; group && total && total.value < Number(wanted) && n < 50; n += 1) {
        group.querySelector(".add-row a")?.click();
      }
    }
  };

  // Files that wait on the server: their names stand in their tokens.
  const restoreChosen = (form, content) => {
    for (const [name, token] of Object.entries(content)) {
      if (!name.endsWith("-kept") || !token || form.elements[name]) continue;
      const input = form.elements[name.slice(0, -"-kept".length)];
      if (!input) continue;
      const template = document.getElementById("keep-chosen");
      const kept = template.content.cloneNode(true).firstElementChild;
      const hidden = kept.querySelector("input");
      [hidden.name, hidden.value] = [name, token];
      try {
        const bytes = Uint8Array.from(atob(token.split(":")[0].replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
        kept.querySelector("strong").textContent = JSON.parse(new TextDecoder().decode(bytes)).name;
      } catch { continue; /* no token of ours */ }
      input.after(kept);
      if ("picture" in input.dataset) {
        const small = new Image(160);
        small.className = "file-small";
        small.alt = "";
        small.addEventListener("error", () => small.remove()); // it waits no more
        small.src = template.dataset.address.replace("TOKEN", token);
        kept.prepend(small);
      }
    }
  };

  const restore = (form, content) => {
    addRows(form, content);
    restoreChosen(form, content);
    for (const field of form.elements) {
      if (!isKept(field) || field.name.endsWith("-TOTAL_FORMS")) continue;
      const value = content[nameOf(field)];
      if (value !== undefined && JSON.stringify(value) !== JSON.stringify(valueOf(field))) fill(field, value);
    }
  };

  // Inputs that show what a colleague stored, because nothing else was typed there.
  const takenIn = (form) => {
    const names = form.querySelector("[data-taken]")?.dataset.taken.split(" ") ?? [];
    return Array.from(form.elements).filter((field) =>
      isKept(field) && names.includes(field.name.replace(/_\d$/, "")));
  };

  // The same in the form that stands here after an upload was refused; false if that was typed into since.
  const takeOver = (form, answered, sent) => {
    const here = new Map(Array.from(form.elements).filter(isKept).map((field) => [nameOf(field), field]));
    return takenIn(answered).map((field) => {
      const mine = here.get(nameOf(field));
      const isUntouched = JSON.stringify(valueOf(mine)) === JSON.stringify(sent[nameOf(field)]);
      if (isUntouched) fill(mine, valueOf(field));
      return isUntouched;
    }).every(Boolean);
  };

  // By which this browser knows its own texts again among those that the server keeps.
  const deviceOf = () => {
    try {
      const known = localStorage.getItem("device") ?? Math.random().toString(36).slice(2);
      localStorage.setItem("device", known);
      return known;
    } catch { return ""; }
  };

  // Carries what is typed to the server, where another device of the same person finds it: now and
  // then, one text at a time, and not what is on its way to be saved.
  const courierOf = (form) => {
    const { address } = document.getElementById("keep-offer").dataset;
    const own = form.elements._once?.value ?? "";
    let waiting = null;
    let journey = null;
    let isStopped = false; // until somebody types again
    let timer;
    const post = (fields, how) => {
      const data = new FormData();
      for (const [name, value] of Object.entries(fields)) data.append(name, value);
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      return fetch(address, { method: "POST", body: data, ...how }).catch(() => null); // the browser keeps it
    };
    const carry = async () => {
      timer = null;
      if (waiting === null || journey) return;
      journey = new AbortController();
      const content = waiting;
      waiting = null;
      await post({ content, _once: own }, { signal: journey.signal });
      journey = null;
      if (waiting !== null) plan();
    };
    const plan = () => { timer ??= setTimeout(carry, waiting.length > 50_000 ? 30_000 : 5_000); };
    return {
      send: (content) => {
        if (!address || isStopped) return;
        waiting = JSON.stringify({ ...content, _device: deviceOf() });
        plan();
      },
      leave: () => {
        if (waiting === null || waiting.length > 30_000) return; // no more may be sent by a page that goes
        post({ content: waiting, _once: own }, { keepalive: true });
        waiting = null;
      },
      begin: () => { isStopped = false; },
      stop: () => {
        isStopped = true;
        clearTimeout(timer);
        timer = waiting = null;
        journey?.abort();
      },
      forget: (once) => address && post({ forget: "1", _once: once }, { keepalive: true }),
    };
  };

  // What the server keeps of this form, but what this browser has newer.
  const keptElsewhere = (here) => {
    const texts = JSON.parse(document.getElementById("typed-texts")?.textContent ?? "[]");
    return texts.map(({ at, once, content: { _device, ...content } }) => (
      { at, once, content, isElsewhere: true, isMine: _device === deviceOf() }
    )).filter(({ content, isMine }) => !(isMine && here.length) && !here.some((mine) => isSame(mine.content, content)));
  };

  const keep = (form) => {
    const key = keyOf(form);
    const first = contentOf(form);
    const kept = read(key);
    const courier = courierOf(form);
    let isOffered = false; // what stands under this form's own key
    let isOfferedElsewhere = false; // what stands under it on the server
    let isTouched = false;
    let sent = first;
    let timer;
    // By the button Back, a browser would put what it remembers into a form that is newer than that.
    form.autocomplete = "off";
    const store = () => {
      clearTimeout(timer);
      if (!isTouched || isOffered) return;
      const content = contentOf(form);
      if (isSame(content, first)) return;
      write(key, { at: new Date().toISOString(), content });
      remember(key);
      if (!isOfferedElsewhere) courier.send(content);
    };
    const touch = () => {
      isTouched = true;
      courier.begin();
      clearTimeout(timer);
      timer = setTimeout(store, 400);
    };
    form.addEventListener("input", touch);
    form.addEventListener("change", touch);
    form.addEventListener("submit", (event) => {
      sent = contentOf(form);
      store();
      if (!event.submitter?.formTarget) courier.stop();
    });
    addEventListener("pagehide", () => { store(); courier.leave(); });
    document.addEventListener("visibilitychange", () => { store(); if (document.hidden) courier.leave(); });
    document.addEventListener("keep:forget", () => { isTouched = false; clearTimeout(timer); courier.stop(); });
    // Else the next save is refused again, and shows both texts of that field.
    document.addEventListener("keep:answer", ({ detail: answered }) => {
      if (takeOver(form, answered, sent)) form.elements._seen.value = answered.elements._seen.value;
    });

    // After a refused save, the chosen files wait on the server.
    if (kept?.content) {
      for (const field of form.elements) {
        if (field.name?.endsWith("-kept") && field.value) kept.content[nameOf(field)] = field.value;
      }
      write(key, kept);
    }
    // After a refused save, what was kept is older than what the form shows of a colleague's.
    if (kept?.content && form.querySelector(".safe-conflict")) {
      for (const field of [...takenIn(form), form.elements._seen]) kept.content[nameOf(field)] = valueOf(field);
      write(key, kept);
    }
    const keys = kept?.content ? [key] : form.elements._once ? keysLeft(key) : [];
    const here = keys.map((one) => ({ ...read(one), key: one }));
    const elsewhere = keptElsewhere(here);
    const isNewer = ({ at }) => !here.length || Date.parse(at) > Date.parse(here[0].at);
    const offers = [...elsewhere.filter(isNewer), ...here, ...elsewhere.filter((one) => !isNewer(one))];
    const own = form.elements._once?.value ?? "";
    const drop = ({ once, key: place }) => {
      if (place) forget(place);
      courier.forget(once ?? place.split("#")[1] ?? "");
    };
    const offerNext = () => {
      const offered = offers.shift();
      if (!offered) return;
      const { at, content } = offered;
      if (!content || isSame(content, first)) return offerNext();
      isOffered = offered.key === key;
      isOfferedElsewhere = offered.isElsewhere && offered.once === own;
      const offer = document.getElementById("keep-offer").content.cloneNode(true).firstElementChild;
      offer.querySelector(".keep-moment").textContent = new Date(at).toLocaleString(
        document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      offer.querySelector(".keep-here").hidden = offered.isElsewhere;
      offer.querySelector("p.keep-elsewhere").hidden = !offered.isElsewhere;
      offer.querySelector("span.keep-elsewhere").hidden = !offered.isElsewhere || offered.isMine;
      offer.querySelector(".keep-older").hidden = content._seen === undefined || content._seen === first._seen;
      offer.addEventListener("click", (event) => {
        const choice = event.target.dataset.keep;
        if (!choice) return;
        isOffered = isOfferedElsewhere = false;
        offer.remove();
        if (choice === "restore") restore(form, content);
        else drop(offered);
        if (isTouched) store();
        // It is kept under this form's key by now.
        const isElsewhereOnly = offered.isElsewhere ? offered.once !== own : offered.key !== key;
        if (choice === "restore" && isElsewhereOnly && read(key)) drop(offered);
        if (choice !== "restore") offerNext();
        form.querySelector("fieldset.module :is(input:not([type=hidden]), textarea)")?.focus();
      });
      form.before(offer);
    };
    offerNext();
  };

  // By the button Back, a browser may show the page as it was left: what this and other scripts know of
  // it is then older than what is stored, and WebKit empties its inputs while the editor shows their text.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    document.dispatchEvent(new Event("keep:forget")); // else the emptied inputs would be kept as typed
    location.replace(location.pathname + location.search); // to reload could send a refused form again
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (!user) return;
    forgetSaved();
    document.getElementById("logout-form")?.addEventListener("submit", () => {
      document.dispatchEvent(new Event("keep:forget"));
      forgetAll();
    });
    const form = document.querySelector("form:has([name=_complete])");
    if (form) keep(form);
  });
}
