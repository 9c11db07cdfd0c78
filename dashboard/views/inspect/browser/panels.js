// The panels beside the text, one at a time behind tabs.

import { element } from "../../../browser/dom.js";
import { PANELS } from "./state.js";

export class Panels {
  constructor(actions, parts) {
    this.parts = parts;
    this.tabs = Object.entries(PANELS).map(([name, label]) =>
      element("button", {
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `panel-${name}`,
        "data-panel": name,
        text: label,
        onclick: () => actions.turnTo({ panel: name }),
      }),
    );
    for (const [name, part] of Object.entries(parts)) {
      part.root.id = `panel-${name}`;
      part.root.setAttribute("role", "tabpanel");
      part.root.setAttribute("aria-labelledby", `tab-${name}`);
    }
    const list = element("div", { role: "tablist", class: "tabs", "aria-label": "What to ask" }, ...this.tabs);
    list.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const next = this.tabs[(this.tabs.indexOf(event.target) + by + this.tabs.length) % this.tabs.length];
      next.focus();
      next.click();
    });
    this.root = element(
      "section",
      { class: "panels", "aria-label": "Questions" },
      list,
      ...Object.values(parts).map(({ root }) => root),
    );
  }

  show(view) {
    const { panel } = view.state;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.panel === panel;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const [name, part] of Object.entries(this.parts)) part.root.hidden = name !== panel;
    this.parts[panel].show(view);
  }

  destroy() {
    for (const part of Object.values(this.parts)) part.destroy?.();
  }
}
