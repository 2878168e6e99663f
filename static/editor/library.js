// The library of pictures: a dialog in which one is chosen by its thumbnail, for the field of an
// entry's picture and for its texts. Without this script the number is typed into the field.

const PAUSE = 300; // milliseconds after the last letter

const made = (name, attributes, ...children) => {
  const element = document.createElement(name);
  Object.assign(element, attributes);
  element.append(...children);
  return element;
};

const ask = async (address, query) => {
  const answer = await fetch(`${address}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  return (await answer.json()).pictures;
};

export const nameOf = ({ number, name }) => `${number}. ${name}`;

const thumbnailOf = (picture, choose) => {
  const image = made("img", { src: picture.source, alt: "", width: 96, loading: "lazy" });
  const button = made("button", { type: "button" }, image, made("span", { textContent: nameOf(picture) }));
  button.addEventListener("click", () => choose(picture));
  return made("li", {}, button);
};

// `words` has the address of the library too; `choose` gets the picture.
export const choosePicture = (place, { library, choose: title, find, none, lost, close }, choose) => {
  const search = made("input", { type: "search", ariaLabel: find, placeholder: find });
  const note = made("p", { role: "status" });
  const list = made("ul");
  const leave = made("button", { type: "button", className: "button", textContent: close });
  const dialog = made("dialog", { className: "desk-dialog desk-pictures", ariaLabel: title }, search, note, list, leave);
  const take = (picture) => {
    dialog.close();
    choose(picture);
  };
  let last = "";
  const look = async () => {
    last = search.value;
    const query = last;
    try {
      const pictures = await ask(library, { q: query });
      if (query !== last) return;
      list.replaceChildren(...pictures.map((picture) => thumbnailOf(picture, take)));
      note.textContent = pictures.length ? "" : none;
    } catch {
      note.textContent = lost;
    }
  };
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  leave.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  place.append(dialog);
  dialog.showModal();
  look();
};

// Pictures by their numbers, those of all texts of a form asked for at once.

const known = new Map();
let waiting = new Map();

const answerAll = async (library) => {
  const asked = waiting;
  waiting = new Map();
  try {
    const found = await ask(library, { numbers: [...asked.keys()].join(",") });
    const byNumber = new Map(found.map((picture) => [`${picture.number}`, picture]));
    for (const [number, answer] of asked) answer(byNumber.get(number) ?? null);
  } catch {
    for (const [number, answer] of asked) {
      known.delete(number);
      answer(undefined);
    }
  }
};

export const remember = (picture) => known.set(`${picture.number}`, Promise.resolve(picture));

// Promises the picture; null where the library has none, undefined where it did not answer.
export const pictureWith = (library, number) => {
  if (!known.has(number)) {
    known.set(number, new Promise((answer) => {
      if (!waiting.size) setTimeout(answerAll, 0, library);
      waiting.set(number, answer);
    }));
  }
  return known.get(number);
};

// The field of an entry's picture

document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll("[data-library]")) {
    const input = place.querySelector("input");
    const status = made("span", { role: "status" });
    const choose = (picture) => {
      input.value = picture.number;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      status.replaceChildren(made("img", { src: picture.source, alt: picture.name, width: 96 }));
    };
    const button = made("button", { type: "button", className: "button", textContent: place.dataset.choose });
    button.addEventListener("click", () => choosePicture(place, place.dataset, choose));
    input.after(" ", button);
    place.append(status);
  }
});
