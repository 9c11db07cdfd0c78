// What stands at the position that is pointed at: its numbers, what was predicted, and how surprising what came was.

import { element, setText } from "../../../browser/dom.js";
import { compact, fixed, whole } from "../../../browser/format.js";
import { percent, unitName } from "./naming.js";

const QUIET = 400; // ms at rest before a screen reader is told

export class Readout {
  constructor(actions) {
    this.where = element("b");
    this.values = element("span", { class: "readout-values" });
    this.said = element("span");
    this.link = element("button", {
      class: "action",
      text: "Step here",
      onclick: () => this.position !== null && actions.stepAt(this.position),
    });
    this.live = element("p", { class: "hidden-text", "aria-live": "polite" });
    this.root = element(
      "div",
      { class: "readout" },
      element("p", {}, this.where, " ", this.values),
      element("p", { class: "quiet" }, this.said),
      this.link,
      this.live,
    );
  }

  /** `spoken` when a person went there by keys or a tap: it is then told to screen readers. */
  show(view, position, spoken = false) {
    const { page, look } = view;
    const k = page && position !== null ? position - page.header.first : -1;
    const there = page && k >= 0 && k < page.header.labels.length;
    this.position = there ? position : null;
    this.link.disabled = !there;
    if (!there) {
      setText(this.where, "Point at a symbol, or move with the arrow keys.");
      setText(this.values, "");
      setText(this.said, view.kindOfText);
      return;
    }
    setText(this.where, `“${page.header.labels[k]}” at ${whole(position + 1)}`);
    const numbers = look.colours
      ? [look.unit, ...look.rows].map((unit) => {
          const value = look.colours.values.data[k * look.colours.values.shape[1] + unit];
          return `${unitName(unit, look.names)}: ${look.quantity.symbol} = ${fixed(value)}`;
        })
      : [];
    setText(this.values, numbers.join(" · "));
    setText(this.said, predictionAt(page, k));
    clearTimeout(this.timer);
    if (spoken)
      this.timer = setTimeout(
        () => setText(this.live, [this.where, this.values, this.said].map((node) => node.textContent).join(". ")),
        QUIET,
      );
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

/** What the model expected next, and what came. */
export function predictionAt({ header, arrays }, k) {
  const came = header.came[k];
  if (!header.outputs.length) {
    const predicted = `predicted ${compact(arrays.top_chances.data[k])}`;
    return came ? `${predicted}; ${came} came` : predicted;
  }
  const count = arrays.top.shape[1];
  const expected = Array.from({ length: count }, (_, place) => {
    const at = k * count + place;
    return `${header.outputs[arrays.top.data[at]] ?? "–"} ${percent(arrays.top_chances.data[at])}`;
  }).join(", ");
  if (!came) return `expected next: ${expected}`;
  const surprise = arrays.surprise.data[k];
  return `expected next: ${expected}; right: ${came}, surprise ${surprise.toFixed(2)} nats`;
}

/** What is read, in a sentence. */
export function kindOfText(header, data) {
  const much = `${whole(header.total)} positions`;
  const cut = header.cut ? " (the first ones of more)" : "";
  const many =
    header.sequences > 1
      ? `${much}${cut} in ${whole(header.sequences)} sequences; the state begins anew at each thin line.`
      : `${much}${cut}, read in one go: the state is carried through all of it.`;
  const kind = data.reads_symbols ? "" : " This task reads numbers; each stands as it was read.";
  return `${many}${kind}${header.note ? ` ${header.note}` : ""} ${header.megabytes} MB of values are kept for it.`;
}
