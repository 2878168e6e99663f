// What is pasted from Word or LibreOffice keeps its headings, lists and links; the rest goes.
// It is mended here before the editor takes it; the editor and the server drop what is not allowed.
(() => {
  const MARKER = /^[\s\u00a0]*(?:[·•▪◦§o\u2013\u2014\uf0b7\uf0a7-]|(?:\d{1,3}|[a-z]|[ivxlc]{1,6})[.)])[\s\u00a0]+/i;
  const NUMBER = /^[\s\u00a0]*(?:\d{1,3}|[a-z]|[ivxlc]{1,6})[.)]/i;
  const BOLD = /font-weight:\s*(?:bold|[6-9]00)/i;
  const ITALIC = /font-style:\s*italic/i;
  const mended = new WeakSet();

  const rename = (element, name) => {
    const renamed = element.ownerDocument.createElement(name);
    renamed.append(...element.childNodes);
    element.replaceWith(renamed);
  };

  const unwrap = (element) => element.replaceWith(...element.childNodes);

  const wrap = (element, name) => {
    const inner = element.ownerDocument.createElement(name);
    inner.append(...element.childNodes);
    element.append(inner);
  };

  // The page's policy would complain about each style and handler that is only parsed.
  const withoutStyles = (html) =>
    html
      .replace(/<style\b[^]*?<\/style>/gi, "")
      .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/(\s|["'])(style|on\w+)(?=\s*=)/gi, "$1 data-$2"));

  // A text has two levels here: whatever is highest in what was copied, and all below it.
  const mendHeadings = (body) => {
    for (const title of body.querySelectorAll("p.MsoTitle, p.MsoHeading1")) rename(title, "h1");
    const headings = [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")];
    const levels = headings.map((heading) => Number(heading.localName[1]));
    const highest = Math.min(...levels);
    headings.forEach((heading, index) => {
      if (!heading.textContent.trim()) return heading.remove();
      const isFirst = highest < 3 ? levels[index] === highest : levels[index] === 3;
      return rename(heading, isFirst ? "h3" : "h4");
    });
  };

  const isListParagraph = (element) =>
    element?.localName === "p" &&
    (/\bMsoList/.test(element.className) || /mso-list:\s*l\d/.test(element.dataset.style));

  // Word writes the sign of a list item into its text.
  const takeMarker = (paragraph) => {
    const marker = paragraph.querySelector('[data-style*="mso-list:Ignore" i], [data-style*="mso-list: Ignore" i]');
    if (marker) {
      const text = marker.textContent;
      marker.remove();
      return text;
    }
    const found = paragraph.textContent.match(MARKER)?.[0] ?? "";
    let left = found.length;
    const walker = paragraph.ownerDocument.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    while (left && walker.nextNode()) {
      const taken = Math.min(left, walker.currentNode.data.length);
      walker.currentNode.data = walker.currentNode.data.slice(taken);
      left -= taken;
    }
    return found;
  };

  const levelOf = (paragraph) =>
    Number(paragraph.dataset.style?.match(/mso-list:[^;]*\blevel(\d)/)?.[1] ?? 1);

  const mendLists = (body) => {
    let lists = []; // the open list of each level
    for (const paragraph of [...body.querySelectorAll("p")].filter(isListParagraph)) {
      const level = levelOf(paragraph);
      const previous = paragraph.previousElementSibling;
      const goesOn = lists.length && previous === lists[0];
      const kind = NUMBER.test(takeMarker(paragraph)) ? "ol" : "ul";
      lists = goesOn ? lists.slice(0, level) : [];
      if (lists.length === level && lists[level - 1].localName !== kind) lists.pop();
      while (lists.length < level) {
        const list = body.ownerDocument.createElement(kind);
        const parent = lists.at(-1)?.lastElementChild;
        if (parent) parent.append(list);
        else if (lists.length) break; // Word skipped a level: the item stays on the one above.
        else paragraph.before(list);
        lists.push(list);
        if (!list.parentElement.closest("li") && level > 1) break;
      }
      const item = body.ownerDocument.createElement("li");
      lists.at(-1).append(item);
      item.append(paragraph);
    }
  };

  const mendLinks = (body) => {
    for (const link of body.querySelectorAll("a")) {
      if (!/^(?:https?|mailto|tel):/i.test(link.getAttribute("href") ?? "")) unwrap(link);
    }
  };

  const mend = (html) => {
    // A document that is not shown runs no script and loads no picture.
    const { body } = new DOMParser().parseFromString(withoutStyles(html), "text/html");
    for (const element of body.querySelectorAll("style, script, meta, link, title, xml, img, svg")) {
      element.remove();
    }
    for (const element of [...body.querySelectorAll("*")]) {
      if (element.localName.includes(":")) unwrap(element); // Word's own, such as <o:p>
    }
    mendLists(body);
    mendHeadings(body);
    mendLinks(body);
    for (const element of body.querySelectorAll("p")) {
      if (!element.textContent.trim()) element.remove();
    }
    for (const element of body.querySelectorAll("[data-style], [class]")) {
      const style = element.dataset.style ?? "";
      if (element.localName === "span" && BOLD.test(style)) wrap(element, "strong");
      if (element.localName === "span" && ITALIC.test(style)) wrap(element, "em");
      element.removeAttribute("class");
      delete element.dataset.style;
    }
    return body.innerHTML;
  };

  document.addEventListener(
    "paste",
    (event) => {
      const editor = event.target.closest?.(".ProseMirror[contenteditable]");
      const html = event.clipboardData?.getData("text/html");
      // What was copied in the editor itself is whole already.
      if (!editor || !html || mended.has(event) || html.includes("data-pm-slice")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/html", mend(html));
      clipboardData.setData("text/plain", event.clipboardData.getData("text/plain"));
      const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
      mended.add(paste);
      event.target.dispatchEvent(paste);
    },
    true,
  );
})();
