// Panels of a view, one at a time behind tabs.

import { element } from "./dom.js";

export class Panels {
  /**
   * @param {string} label of the row of tabs
   * @param {Object<string, string>} names of the panels: their tabs' labels
   * @param {Object<string, {root: HTMLElement, show: function(Object)}>} parts by the same names
   * @param {function(string)} onturn called with the name of the panel whose tab was pressed
   */
  constructor(label, names, parts, onturn) {
    this.parts = parts;
    this.tabs = Object.entries(names).map(([name, text]) =>
      element("button", {
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `panel-${name}`,
        "data-panel": name,
        text,
        onclick: () => onturn(name),
      }),
    );
    for (const [name, { root }] of Object.entries(parts)) {
      root.id = `panel-${name}`;
      root.setAttribute("role", "tabpanel");
      root.setAttribute("aria-labelledby", `tab-${name}`);
    }
    const list = element("div", { role: "tablist", class: "tabs", "aria-label": label }, ...this.tabs);
    list.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const tabs = this.tabs.filter((tab) => !tab.hidden);
      const next = tabs[(tabs.indexOf(event.target) + by + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
    this.root = element("div", { class: "panels" }, list, ...Object.values(parts).map(({ root }) => root));
  }

  /** Show the panel that the view's state names; those that it hides have no tab. */
  show(view) {
    const { panel, hide = [] } = view.state;
    this.root.classList.toggle("left-out", this.tabs.every(({ dataset }) => hide.includes(dataset.panel)));
    for (const tab of this.tabs) {
      tab.hidden = hide.includes(tab.dataset.panel);
      const chosen = tab.dataset.panel === panel;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const [name, { root }] of Object.entries(this.parts)) root.hidden = name !== panel;
    this.present = this.parts[panel];
    this.present.show(view);
  }

  draw(state, changed) {
    this.present.draw(state, changed);
  }

  destroy() {
    for (const part of Object.values(this.parts)) part.destroy?.();
  }
}
