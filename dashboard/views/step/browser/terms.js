// What parts of the step view mean, by the glossary's labels, where they are not called so themselves.
// [selector, term, whether it is a label], the first that fits; a term may be a function of node and event.

/** The quantity that a node stands for, by its name. */
const quantity = (node) => node.closest("[data-quantity]").dataset.quantity;

export const TERMS = [
  [".strip button", "surprise"],
  [".heading .small-tool", "ask about the other"],
  [".which-cell button", "ask about the other"],
  [".rule", "two cells"],
  [".compare thead th:nth-child(n + 2):not(:last-child)", "beside"],
  [".cell canvas", (canvas, event) => (event ? below(canvas, event) : null)],
  [".heatmap[data-kind=difference] figcaption > span:not([class])", "difference", true],
  [".heatmap figcaption > span:not([class])", quantity, true],
  [".heatmap figcaption > b", quantity],
  [".legend li", (item) => item.querySelector("[data-legend]")?.dataset.legend ?? null, true],
  [".backward th[scope=row], .backward th .link", "arrives"],
  ["tbody th[scope=row]", (head) => head.textContent],
  [".equation .symbols", "equation", true],
  [".source-line", "equation"],
  [".checkpoints .quiet", "checkpoint", true],
  [".transport [aria-label=Pause]", "play"],
  [".arrange .wide", "pin"],
  [".pin .small-tool", "unpin"],
  [".pin .link", "unit"],
  [".contributions .row", "contribution"],
  [".guesses .row", "prediction"],
  [".prediction .came", "surprise"],
  [".norm-legend", "gradient norm", true],
  [".norms svg", "gradient norm"],
  [".clamps .link", "clamp"],
  [".clamps .small-tool", "clamp"],
  [".clamp-form .small-tool", "clamp"],
  [".pictures button", "save"],
  [".save [data-picture] button", "save"],
];

/** What the drawing says below the canvas that lies over it: a box's letter or its name. */
function below(canvas, { clientX, clientY }) {
  const found = canvas.getRootNode().elementsFromPoint(clientX, clientY);
  const words = found.find((node) => node.matches?.(".box .symbol, .box .name"));
  const value = words?.closest(".box").querySelector("[data-value]");
  return value ? { node: words, term: value.dataset.value } : null;
}
