// The row over the text: which text, checkpoint, layer and quantity, and which unit colours it.

import { element, setText } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { NEWEST, OF_A_MODEL, SOURCES } from "./state.js";

export class Bar {
  constructor(actions) {
    this.actions = actions;
    const choose = (name, label, change) => {
      const field = element("select", { "aria-label": label, onchange: () => change(field.value) });
      this[name] = field;
      return (this[`${name}Label`] = element("label", {}, element("span", { text: label }), field));
    };
    this.number = element("input", {
      type: "number",
      min: 0,
      "aria-label": "Unit",
      onchange: () => this.number.value !== "" && actions.choose(Number(this.number.value)),
    });
    this.own = element("textarea", { rows: 3, "aria-label": "Your own text", spellcheck: "false" });
    this.read = element("button", { class: "action", text: "Read it", onclick: () => actions.readOwn(this.own.value) });
    this.help = element("small");
    this.ownRow = element("div", { class: "own", hidden: "" }, this.own, element("div", {}, this.read, this.help));
    this.root = element(
      "div",
      { class: "bar" },
      choose("source", "Text", (value) => actions.turnSource(value)),
      choose("checkpoint", "Checkpoint", (value) =>
        actions.turnTo({ checkpoint: value === NEWEST ? NEWEST : Number(value) }),
      ),
      choose("layer", "Layer", (value) => actions.turnTo({ layer: Number(value) })),
      choose("quantity", "Colour by", (value) => actions.turnTo({ quantity: value })),
      element(
        "label",
        {},
        element("span", { text: "Unit" }),
        element(
          "span",
          { class: "stepper" },
          element("button", { "aria-label": "Unit before", text: "‹", onclick: () => actions.turnUnit(-1) }),
          this.number,
          element("button", { "aria-label": "Next unit", text: "›", onclick: () => actions.turnUnit(1) }),
        ),
      ),
      element("button", {
        class: "action",
        text: "Keep as a row",
        onclick: () => actions.keepRow(),
      }),
      this.ownRow,
    );
  }

  show({ state, data, steps }) {
    fill(this.source, Object.entries(data.is_trained ? SOURCES : OF_A_MODEL), state.source);
    const kept = [...(steps ?? [])].reverse().map((step) => [String(step), `step ${whole(step)}`]);
    const known = state.checkpoint === NEWEST || steps?.includes(state.checkpoint);
    const gone = known ? [] : [[String(state.checkpoint), `step ${whole(state.checkpoint)}`]];
    fill(this.checkpoint, [[NEWEST, "newest"], ...gone, ...kept], String(state.checkpoint));
    const layers = Array.from({ length: data.layers }, (_, k) => [String(k), `${k + 1}`]);
    fill(this.layer, layers, String(state.layer ?? data.layers - 1));
    this.layerLabel.hidden = data.layers < 2;
    fill(
      this.quantity,
      data.quantities.map(({ name, label, symbol }) => [name, `${label} ${symbol}`]),
      state.quantity,
    );
    this.number.max = data.units - 1;
    if (this.number !== this.number.getRootNode().activeElement) this.number.value = state.unit;
    this.ownRow.hidden = state.source !== "own";
    setText(
      this.help,
      `${data.input_help}${data.one_text ? "" : "; one sequence a line, the state begins anew at each"}.`,
    );
    if (this.ownShown !== state.own) {
      this.ownShown = state.own;
      this.own.value = state.own || data.example;
    }
  }
}

/** Options of a list, [value, text], made anew only when they are others. */
export function fill(field, options, chosen) {
  const key = JSON.stringify(options);
  if (field.dataset.options !== key) {
    field.dataset.options = key;
    field.replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
  }
  field.value = chosen;
}
