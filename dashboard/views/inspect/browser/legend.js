// What the colours mean: the scale with its numbers, and the units that are shown.

import { colourScale } from "../../../browser/cell/colours.js";
import { element } from "../../../browser/dom.js";
import { compact } from "../../../browser/format.js";
import { propertyName, unitName } from "./naming.js";

export class Legend {
  constructor(actions) {
    this.actions = actions;
    this.root = element("div", { class: "legend" });
  }

  show({ state, look }) {
    const { quantity, colours, theme, names, rows, unit, marks } = look;
    if (!colours) return this.root.replaceChildren();
    const scale = colourScale(quantity, theme, 1);
    const item = (which, isFirst) => {
      const most = quantity.gate ? 1 : colours.extents.data[which];
      const bar = element("i", { class: "scale" });
      bar.style.background = scale.gradient;
      const low = quantity.gate ? "0" : `−${compact(most)}`;
      return element(
        "span",
        { class: "legend-unit" },
        element("button", {
          class: "link",
          text: unitName(which, names),
          title: isFirst ? "Its page" : "Colour the letters by it",
          onclick: () => (isFirst ? this.actions.openUnit(which) : this.actions.choose(which)),
        }),
        element("span", { class: "quiet", text: `${quantity.symbol} ${low}` }),
        bar,
        element("span", { class: "quiet", text: compact(most) }),
        isFirst
          ? ""
          : element("button", {
              class: "small-tool",
              text: "×",
              "aria-label": `Take the row of unit ${which} away`,
              onclick: () => this.actions.dropRow(which),
            }),
      );
    };
    const underlined = marks
      ? [element("span", { class: "quiet", text: `underlined: ${propertyName(state.property)}` })]
      : [];
    this.root.replaceChildren(item(unit, true), ...rows.map((row) => item(row, false)), ...underlined);
  }
}
