// What parts of the Inspect view mean, by the glossary's labels, where they are not called so themselves.
// [selector, term, whether it is a label], the first that fits; a term may be a function of node and event.

export const TERMS = [
  [".bar select[aria-label=Text]", "text to inspect"],
  [".bar label:has([aria-label=Text]) > span", "text to inspect", true],
  [".bar label > span:first-child, .field-row > span", (node) => node.textContent, true],
  ["#panel-unit header h3", "unit", true],
  [".legend .link, .ranked, .chips button", "unit"],
  [".legend .small-tool", "keep as a row"],
  [".place, .more-places", "place"],
  [".break-now", "break it"],
  [".more-units", "find"],
  [".ranked .sign", "property"],
  [".score-bar", "control"],
  [".moved .chips button", "moved by"],
  ["#tab-gates", "gates over the text"],
  [".responses tbody th, .responses tbody code", "response to each symbol"],
  [".common tbody th", "in common"],
  [".parts tbody th", "part of the text"],
  [".break-chart", "rise of the loss"],
];
