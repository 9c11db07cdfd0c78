// The panels beside the drawing, one at a time behind tabs.

import { element } from "../../../browser/dom.js";
import { PANELS } from "./state.js";

export class Panels {
  constructor(actions, panels) {
    this.parts = panels;
    this.tabs = Object.entries(PANELS).map(([name, label]) =>
      element("button", {
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `panel-${name}`,
        "data-panel": name,
        text: label,
        onclick: () => actions.turnPanel(name),
      }),
    );
    for (const [name, part] of Object.entries(this.parts)) {
      part.root.id = `panel-${name}`;
      part.root.setAttribute("role", "tabpanel");
      part.root.setAttribute("aria-labelledby", `tab-${name}`);
    }
    this.list = element("div", { role: "tablist", class: "tabs", "aria-label": "Questions" }, ...this.tabs);
    this.list.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const tabs = this.tabs.filter((tab) => !tab.hidden);
      const next = tabs[(tabs.indexOf(event.target) + by + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
    this.root = element("div", { class: "panels" }, this.list, ...Object.values(this.parts).map(({ root }) => root));
  }

  show(view) {
    const { panel, hide } = view.state;
    this.root.classList.toggle("left-out", Object.keys(PANELS).every((name) => hide.includes(name)));
    for (const tab of this.tabs) {
      tab.hidden = hide.includes(tab.dataset.panel);
      const chosen = tab.dataset.panel === panel;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const [name, part] of Object.entries(this.parts)) part.root.hidden = name !== panel;
    this.parts[panel].show(view);
    this.present = this.parts[panel];
  }

  draw(state, changed) {
    this.present.draw(state, changed);
  }

  destroy() {
    for (const part of Object.values(this.parts)) part.destroy?.();
  }
}
