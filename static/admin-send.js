// Sends a form of the admin once, and shows how far its files have got.
"use strict";
{
  const copyOf = (id) => document.getElementById(id).content.cloneNode(true).firstElementChild;

  // A file that the server keeps need not be sent again, so the input here lets go of it.
  const takeKept = (kept) => {
    const input = document.getElementById(kept.dataset.for);
    if (!input) return;
    input.parentElement.querySelector(".file-kept")?.remove();
    if (!("lost" in kept.dataset)) input.value = "";
    input.after(document.importNode(kept, true));
  };

  // What the server says about a form goes into the form that stands here: the files chosen stay.
  const showAnswer = (form, html) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const answered = answer.getElementById(form.id);
    if (!answered) return false;
    for (const old of form.querySelectorAll(".errorlist, .errornote, .desk-errors, .safe-conflict")) old.remove();
    for (const row of form.querySelectorAll(".form-row.errors")) row.classList.remove("errors");
    const top = document.createElement("div");
    top.tabIndex = -1;
    top.setAttribute("role", "alert");
    for (const part of answered.querySelectorAll(".desk-errors, .errornote, .errorlist.nonfield, .safe-conflict")) {
      top.append(document.importNode(part, true));
    }
    for (const list of answered.querySelectorAll(".form-row .errorlist:not(.nonfield)")) {
      const field = list.closest(".form-row").querySelector("input, select, textarea");
      const here = field && document.getElementById(field.id);
      const row = here?.closest(".form-row");
      if (row) { row.classList.add("errors"); row.prepend(document.importNode(list, true)); }
    }
    for (const kept of answered.querySelectorAll(".file-kept")) takeKept(kept);
    form.prepend(top);
    document.dispatchEvent(new CustomEvent("keep:answer", { detail: answered }));
    top.focus();
    top.scrollIntoView();
    return true;
  };

  // Cut on the way, failed on the server, or refused by it: each has its sentence and its remedy.
  const showFailure = (form, status) => {
    const sentence = copyOf(status >= 500 ? "sending-failed" : status ? "sending-refused" : "sending-lost");
    for (const number of sentence.querySelectorAll(".sending-status")) number.textContent = status;
    form.prepend(sentence);
    sentence.focus();
  };

  const megabytes = (bytes) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(bytes / 1e6);

  // What would be refused anyway is not sent first: a file, or all of them together.
  const tooLarge = (form) => {
    const inputs = Array.from(form.querySelectorAll("input[type=file]"));
    for (const input of inputs) {
      for (const file of input.files) {
        if (input.dataset.most && file.size > Number(input.dataset.most)) return { input, name: file.name, size: file.size, most: input.dataset.most };
      }
    }
    const size = inputs.flatMap((input) => Array.from(input.files)).reduce((sum, file) => sum + file.size, 0);
    const most = document.getElementById("sending-too-large").dataset.most;
    return size > Number(most) ? { input: inputs.find((input) => input.files.length), name: "", size, most } : null;
  };

  const showTooLarge = (form, { input, name, size, most }) => {
    const sentence = copyOf(name ? "sending-too-large" : "sending-too-much");
    for (const [part, text] of [["name", name], ["size", megabytes(size)], ["most", megabytes(most)]]) {
      for (const place of sentence.querySelectorAll(`.sending-${part}`)) place.textContent = text;
    }
    form.prepend(sentence);
    input.setAttribute("aria-invalid", "true");
    sentence.focus();
    sentence.scrollIntoView();
  };

  const send = (form, button, finish) => {
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    // The last field must come last.
    data.delete("_complete");
    data.append("_complete", "1");
    const progress = copyOf("sending-progress");
    const bar = progress.querySelector("progress");
    const text = progress.querySelector(".sending-text");
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = (100 * event.loaded) / event.total;
      text.textContent = `${Math.floor(bar.value)}\u00a0% (${megabytes(event.loaded)} / ${megabytes(event.total)}\u00a0M${document.documentElement.lang === "fr" ? "o" : "B"})`;
    });
    // What the server does then takes as long as it takes: the bar knows no end of it.
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      text.textContent = "";
      progress.querySelector(".sending-checks").hidden = false;
    });
    const stop = () => { progress.remove(); finish(); };
    request.addEventListener("error", () => { stop(); showFailure(form, 0); });
    request.addEventListener("load", () => {
      const next = request.getResponseHeader("X-Location");
      if (next) return location.assign(new URL(next, location.href));
      stop();
      // Signed out meanwhile: signing in leads back here, where what was typed is offered.
      if (request.status === 200 && new URL(request.responseURL).pathname !== location.pathname) return location.reload();
      if (request.status !== 200 || !showAnswer(form, request.responseText)) showFailure(form, request.status);
    });
    document.body.append(progress);
    request.open("POST", location.href);
    request.setRequestHeader("X-Sending", "1");
    request.send(data);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form:has([name=_complete])");
    if (!form) return;
    let isSending = false;
    form.addEventListener("submit", (event) => {
      if (event.submitter?.formTarget) return; // into another window: this form stays as it is
      if (isSending) return event.preventDefault();
      const refused = tooLarge(form);
      for (const old of form.querySelectorAll(":scope > .errornote[role=alert]")) old.remove();
      if (refused) {
        event.preventDefault();
        return showTooLarge(form, refused);
      }
      isSending = true;
      const files = Array.from(form.querySelectorAll("input[type=file]")).some((field) => field.files.length);
      // A popup hands its entry over to the page that opened it, which only a page can do.
      if (!files || form.elements._popup) return;
      event.preventDefault();
      send(form, event.submitter, () => { isSending = false; });
    });
  });
}
