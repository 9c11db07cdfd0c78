// A form whose refusals stand beside the field that they are about.

import { element, setText } from "../../../browser/dom.js";

/** A field with its label and a place for what is wrong with it. */
export function field(label, attributes, hint = "") {
  const id = `room-${label.toLowerCase().replace(/\W+/g, "-")}`;
  const input = element("input", { id, "aria-describedby": `${id}-problem`, spellcheck: "false", ...attributes });
  const problem = element("p", { id: `${id}-problem`, class: "problem", role: "alert" });
  const root = element(
    "div",
    { class: "field" },
    element("label", { for: id, text: label }),
    input,
    element("p", { class: "hint", text: hint }),
    problem,
  );
  return {
    root,
    input,
    complain(text) {
      setText(problem, text);
      input.toggleAttribute("aria-invalid", Boolean(text));
      if (text) input.select();
    },
  };
}

/** A form of fields and a button; `send` is asked when it is pressed, and what it refuses is told. */
export function form(name, fields, label, send) {
  const problem = element("p", { class: "problem", role: "alert" });
  const button = element("button", { class: "main", type: "submit", text: label });
  const parts = Object.values(fields);
  async function submit(event) {
    event.preventDefault();
    for (const part of parts) part.complain("");
    setText(problem, "");
    button.disabled = true;
    try {
      await send(Object.fromEntries(Object.entries(fields).map(([key, { input }]) => [key, input.value])));
    } catch (refusal) {
      const beside = fields[refusal.field];
      if (beside) beside.complain(refusal.message);
      else setText(problem, refusal.message);
    } finally {
      button.disabled = false;
    }
  }
  return element(
    "form",
    { "aria-label": name, novalidate: "", onsubmit: submit },
    ...parts.map(({ root }) => root),
    button,
    problem,
  );
}
