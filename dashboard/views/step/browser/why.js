// Why is this number what it is? Its parts, and what contributed most, each of which can be gone to.

import { element, setText, setValue } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { MOST_BARS, explain, others, strongest } from "./explain.js";
import { barsOf } from "../../../browser/pictures.js";

const LEAST_LETTERS = 12; // of a label
const MOST_LETTERS = 22; // beside which a bar can still be read

export class Why {
  constructor(actions) {
    this.actions = actions;
    this.title = element("h3");
    this.precision = element(
      "select",
      { "aria-label": "Decimals" },
      ...[2, 3, 4, 5, 6].map((k) => element("option", { value: k, text: (0).toFixed(k) })),
    );
    this.precision.addEventListener("change", () => actions.set({ precision: Number(this.precision.value) }));
    this.sum = element("p", { class: "sum" });
    this.heading = element("p", { class: "quiet" });
    this.rows = Array.from({ length: MOST_BARS }, () => {
      const label = element("span", { class: "source" });
      const bar = element("i");
      const number = element("span", { class: "probability" });
      const row = { label, bar, number };
      row.root = element(
        "li",
        {},
        element(
          "button",
          { class: "row", onclick: () => row.go && actions.set(row.go) },
          label,
          element("span", { class: "signed-bar" }, bar),
          number,
        ),
      );
      return row;
    });
    this.rest = element("p", { class: "quiet rest" });
    this.bars = element("ol", { class: "contributions" }, ...this.rows.map(({ root }) => root));
    this.root = element(
      "section",
      { class: "why", "aria-label": "Why this number" },
      element("header", {}, this.title, this.precision),
      this.sum,
      this.heading,
      this.bars,
      this.rest,
    );
  }

  pictures({ trace, state, theme }) {
    const draw = () => {
      const { title, contributions } = explain(trace, state);
      const rows = strongest(contributions).map(({ label, value }) => ({
        label,
        value,
        text: fixed(value, state.precision),
      }));
      return barsOf(title, rows, theme);
    };
    return [{ name: "why", label: "Why", draw }];
  }

  show({ trace }) {
    this.trace = trace;
  }

  draw(state) {
    setValue(this.precision, state.precision);
    const reason = explain(this.trace, state);
    const number = (value) => fixed(value, state.precision);
    setText(this.title, reason.title);
    setText(this.sum, reason.lines(number).join("\n"));
    setText(this.heading, reason.heading);
    const rows = strongest(reason.contributions);
    const labels = rows.map(({ label }) => label.length);
    this.bars.style.setProperty("--source", `${Math.min(MOST_LETTERS, Math.max(LEAST_LETTERS, ...labels))}ch`);
    setText(this.rest, restOf(reason, number));
    const most = Math.max(1e-12, ...rows.map(({ value }) => Math.abs(value)));
    this.rows.forEach((row, k) => {
      const found = rows[k];
      row.root.classList.toggle("empty", !found);
      row.go = found?.go;
      if (!found) return;
      setText(row.label, found.label);
      setText(row.number, number(found.value));
      const share = Math.abs(found.value) / most;
      row.bar.style.transform = `scaleX(${(found.value < 0 ? -share : share) * 0.5})`;
      row.bar.classList.toggle("negative", found.value < 0);
      const hint = found.hint ?? "Go there";
      if (row.root.firstChild.title !== hint) row.root.firstChild.title = hint;
    });
  }
}

/** What has no bar, so that all of it adds up to the sum. */
function restOf({ contributions, product }, number) {
  const { count, value } = others(contributions);
  if (!count || product) return "";
  return `and ${count} ${count === 1 ? "other" : "others together"}: ${number(value)}`;
}
