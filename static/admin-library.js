// A picture of the library, chosen by its thumbnail; without this script its number is typed.
(() => {
  const PAUSE = 300; // milliseconds after the last letter

  const made = (name, attributes, ...children) => {
    const element = document.createElement(name);
    Object.assign(element, attributes);
    element.append(...children);
    return element;
  };

  const ask = async (address, query) => {
    const answer = await fetch(`${address}?${new URLSearchParams({ q: query })}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
    return (await answer.json()).pictures;
  };

  const thumbnailOf = (picture, choose) => {
    const image = made("img", { src: picture.source, alt: "", width: 96, loading: "lazy" });
    const button = made("button", { type: "button" }, image, made("span", { textContent: `${picture.number}. ${picture.name}` }));
    button.addEventListener("click", () => choose(picture));
    return made("li", {}, button);
  };

  const open = (place, input) => {
    const { library, find, none, lost, close } = place.dataset;
    const search = made("input", { type: "search", ariaLabel: find, placeholder: find });
    const note = made("p", { role: "status" });
    const list = made("ul");
    const leave = made("button", { type: "button", className: "button", textContent: close });
    const dialog = made("dialog", { className: "desk-dialog desk-pictures", ariaLabel: place.dataset.choose }, search, note, list, leave);
    const choose = (picture) => {
      input.value = picture.number;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      place.querySelector("[role=status]").replaceChildren(made("img", { src: picture.source, alt: picture.name, width: 96 }));
      dialog.close();
    };
    let last = "";
    const look = async () => {
      last = search.value;
      const query = last;
      try {
        const pictures = await ask(library, query);
        if (query !== last) return;
        list.replaceChildren(...pictures.map((picture) => thumbnailOf(picture, choose)));
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

  document.addEventListener("DOMContentLoaded", () => {
    for (const place of document.querySelectorAll("[data-library]")) {
      const input = place.querySelector("input");
      const button = made("button", { type: "button", className: "button", textContent: place.dataset.choose });
      button.addEventListener("click", () => open(place, input));
      input.after(" ", button);
      place.append(made("span", { role: "status" }));
    }
  });
})();
