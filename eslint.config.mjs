// What the browser has, name by name: a list of all would hide a slip like `name` or `event`.
import js from "@eslint/js";

const browser = [
  "AbortController", "CSSStyleSheet", "ClipboardEvent", "CustomEvent", "DOMParser", "DataTransfer", "Event",
  "File", "FormData", "Image", "MutationObserver", "Node", "NodeFilter", "ResizeObserver", "TextDecoder",
  "URL", "URLSearchParams", "XMLHttpRequest", "addEventListener", "atob", "clearTimeout", "console",
  "document", "fetch", "localStorage", "location", "matchMedia", "navigator", "performance",
  "sessionStorage", "setTimeout", "window",
];

export default [
  { ignores: [".venv/", "var/"] },
  js.configs.recommended,
  {
    files: ["static/**/*.js"],
    languageOptions: { globals: Object.fromEntries(browser.map((name) => [name, "readonly"])) },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
  { files: ["static/*.js"], languageOptions: { sourceType: "script" } },
  {
    files: ["profiles/carrying/*.js"],
    languageOptions: {
      sourceType: "script",
      globals: Object.fromEntries(
        ["ENTRIES", "INDEX", "LETTERS", "UNSAID", "URLSearchParams", "document", "location"].map((name) => [name, "readonly"]),
      ),
    },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
];
