// Mistakes and a common spelling; where rules break is for the reader to decide.
export default {
  extends: "stylelint-config-standard",
  rules: {
    "at-rule-empty-line-before": null,
    "comment-empty-line-before": null,
    "custom-property-empty-line-before": null,
    "declaration-block-single-line-max-declarations": null,
    "declaration-empty-line-before": null,
    "rule-empty-line-before": null,
    // `(width >= 40rem)` says nothing to a phone of 2021.
    "media-feature-range-notation": "prefix",
    // Layers decide, and some rules are about places rather than about what stands there.
    "no-descending-specificity": null,
    // Names that Django's admin has given.
    "selector-class-pattern": null,
    "selector-id-pattern": null,
    // Safari on iPhones knows no other.
    "property-no-vendor-prefix": [true, { ignoreProperties: ["text-size-adjust"] }],
    // Names of fonts, and `currentColor`.
    "value-keyword-case": ["lower", { camelCaseSvgKeywords: true, ignoreProperties: ["/^--s(erif|ans)$/"] }],
  },
};
