// Shows a picture as soon as it is chosen, with the alternative text as it is typed.
"use strict";
{
  const addresses = new WeakMap();

  // What is read aloud for the picture of an input, or of the library: the first language that has a text.
  const textFields = (input) => Array.from(input.form.elements).filter((field) =>
    field.name?.startsWith(`${input.name}_alt_`) || field.name?.startsWith("alt_"));
  const textOf = (input) => textFields(input).map((field) => field.value.trim()).find(Boolean) ?? "";

  const forget = (input) => {
    input.parentElement.querySelector(":scope > .file-chosen")?.remove();
    if (addresses.has(input)) URL.revokeObjectURL(addresses.get(input));
    addresses.delete(input);
  };

  const show = (input) => {
    forget(input);
    const [file] = input.files;
    if (!file) return;
    addresses.set(input, URL.createObjectURL(file));
    const place = document.createElement("span");
    place.className = "file-chosen file-seen";
    const picture = new Image(160);
    picture.alt = textOf(input);
    // Some browsers don't know what phones take, such as HEIC; the server does.
    picture.addEventListener("error", () => place.remove());
    picture.src = addresses.get(input);
    place.append(picture);
    input.after(place);
  };

  const say = (input) => {
    const text = textOf(input);
    for (const picture of input.parentElement.querySelectorAll("img")) picture.alt = text;
    const place = input.parentElement.querySelector(".file-seen > .file-caption .file-alt");
    if (!place || !text) return;
    const quoted = document.createElement("q");
    quoted.textContent = text;
    place.replaceChildren(`${input.dataset.picture} `, quoted);
  };

  const pictures = (form) => form?.querySelectorAll("input[type=file][data-picture]") ?? [];

  document.addEventListener("change", ({ target }) => {
    if (target.matches("input[type=file][data-picture]")) show(target);
  });
  document.addEventListener("input", ({ target }) => {
    for (const input of pictures(target.form)) if (textFields(input).includes(target)) say(input);
  });
  // A refused upload waits on the server, and is shown from there.
  document.addEventListener("keep:answer", () => {
    for (const input of pictures(document)) if (!input.files.length) forget(input);
  });
}
