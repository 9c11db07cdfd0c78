// How a unit is called, wherever it stands, and other things that have names.

import { element } from "../../../browser/dom.js";

/** "unit 37", or "unit 37 · brackets" where people gave it a name. */
export const unitName = (unit, names) => (names.get(unit) ? `unit ${unit} · ${names.get(unit)}` : `unit ${unit}`);

/** A property as people read it. */
export function propertyName(property) {
  const [, kind, content] = /^(pattern|expression|spans):(.*)$/s.exec(property) ?? [];
  if (kind === "spans") return "inside what is painted";
  return kind ? `${kind} ${content}` : property;
}

export const MEASURES = { auc: "AUC", r2: "R²" };

/** A chance as people read it. */
export const percent = (share) => (share >= 0.995 ? ">99 %" : share < 0.005 ? "<1 %" : `${Math.round(share * 100)} %`);

/** A table's heads: {text: the glossary's term}. */
export const headCells = (heads) =>
  Object.entries(heads).map(([text, term]) => element("th", { scope: "col", text, "data-term": term }));
