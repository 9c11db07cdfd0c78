// Explains whatever is pointed at, comes into focus or is tapped, by the entries of the app's glossary.
//
// What a node means is found by, in this order: its `data-term`; a table of the room, [selector, term] with a term that
// may be a function of node and event; and of controls and labels what they are called. Dotted underlines mark labels.

import { element } from "./dom.js";

const REST = 350; // ms that the pointer rests before something is said
const LINGER = 180; // ms in which the pointer may go over to the text
const EDGE = 8; // pixels kept free at the window's edges
const GAP = 6; // pixels between the text and what it is about
const LONGEST = 60; // characters of what can be a name
const CONTROLS = "button, select, input, textarea, a[href], summary, [role=tab]";
const LABELS = "dt, th, figcaption, legend, label, h3";

let loading = null;

/** The glossary, by all that the screen calls its entries; asked for once, again if it could not be had. */
export function loadGlossary() {
  loading ??= fetch(new URL("../../glossary", import.meta.url))
    .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.statusText))))
    .then(({ terms }) => new Map(terms.flatMap(keyed)))
    .catch(() => {
      loading = null;
      return new Map();
    });
  return loading;
}

const key = (label) => label.trim().toLowerCase();
const keyed = (term) => [term.name, ...term.labels].map((label) => [key(label), term]);

/**
 * Explain what stands below a root.
 * @param {HTMLElement} root
 * @param {[string, string | function(Element, Event), boolean][]} table rows of a selector; a term, or a function that
 *     gives it, {node, term}, or null; and whether it is a label: one that looks explained and can be reached by keys
 * @returns {{refresh: function(), end: function()}} to be refreshed when labels were added
 */
export function explain(root, table = []) {
  const explained = new Explained(root, table);
  return { refresh: () => explained.refresh(), end: () => explained.end() };
}

/** What a node means, {node, term}: by itself, or as a part of something; null if it is nothing explained. */
export function meaningOf(start, root, table, terms, event = null) {
  for (let node = start; node && node !== root.parentNode; node = node.parentElement) {
    let found = node.dataset?.term ?? ofTable(table, node, event) ?? null;
    if (found === null && node.matches(`${CONTROLS}, ${LABELS}`)) found = called(node);
    const term = found && terms.get(key(found.term ?? found));
    if (term) return { node: found.node ?? node, term };
  }
  return null;
}

function ofTable(table, node, event) {
  for (const [selector, term] of table) {
    if (node.matches(selector)) return typeof term === "function" ? term(node, event) : term;
  }
  return null;
}

class Explained {
  constructor(root, table) {
    Object.assign(this, { root, table, terms: new Map(), shown: null, used: null });
    this.name = element("b");
    this.words = element("p");
    this.details = element("small");
    this.tip = element(
      "div",
      { class: "glossary-tip", role: "tooltip", id: "glossary-tip", popover: "manual" },
      this.name,
      this.words,
      this.details,
    );
    root.append(this.tip);
    this.ending = new AbortController();
    const hear = (node, name, act) =>
      node.addEventListener(name, act, { signal: this.ending.signal, capture: true, passive: true });
    hear(root, "pointermove", (event) => this.pointed(event));
    hear(root, "pointerleave", () => this.left());
    hear(root, "focusin", (event) => this.focused(event));
    hear(root, "focusout", () => this.hide());
    hear(root, "click", (event) => this.tapped(event));
    for (const done of ["input", "dblclick"]) hear(root, done, () => this.hide());
    hear(document, "scroll", (event) => this.shown && event.target !== this.tip && this.scrolled());
    hear(document, "pointerdown", (event) => event.composedPath().includes(root) || this.hide());
    // before anybody else who hears Escape, since it is this text that is to go
    window.addEventListener("keydown", (event) => this.pressed(event), { signal: this.ending.signal, capture: true });
    loadGlossary().then((terms) => {
      this.terms = terms;
      this.refresh();
    });
  }

  end() {
    this.ending.abort();
    clearTimeout(this.timer);
    this.tip.remove();
  }

  /** Labels that are explained can be reached by keys, and look it. */
  refresh() {
    if (!this.tip.isConnected) this.root.append(this.tip); // the root was filled anew
    if (!this.terms.size) return;
    const labels = this.table.filter(([, , isLabel]) => isLabel).map(([selector]) => selector);
    const selectors = [LABELS, "[data-term]", ...labels].join(", ");
    for (const node of this.root.querySelectorAll(selectors)) {
      if (node.matches(CONTROLS) || node.querySelector(CONTROLS) || node.closest(CONTROLS)) continue;
      if (this.meaning(node)?.node !== node) continue;
      node.classList.add("explained");
      if (!node.hasAttribute("tabindex")) node.tabIndex = 0;
    }
  }

  meaning(start, event = null) {
    return meaningOf(start, this.root, this.table, this.terms, event);
  }

  pointed(event) {
    if (event.pointerType === "touch") return;
    clearTimeout(this.timer);
    if (this.used && within(this.used, event)) return;
    this.used = null;
    if (this.shown && (within(this.tip, event) || within(this.shown, event))) return;
    const target = event.composedPath()[0];
    this.timer = setTimeout(() => this.show(this.meaning(target, event)), this.shown ? LINGER : REST);
  }

  left() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), LINGER);
  }

  focused(event) {
    const target = event.composedPath()[0];
    if (target.matches(":focus-visible")) this.show(this.meaning(target, event));
  }

  /**
   * A tap on a label explains it, and a further one closes it; a tap on a control does what the control does. Who
   * pressed a control looks for what it did: its explanation is out of the way until the pointer has been elsewhere.
   */
  tapped(event) {
    const target = event.composedPath()[0];
    if (event.pointerType !== "touch" && event.detail) {
      this.used = target.closest(CONTROLS);
      if (this.used) this.hide();
    }
    if (event.pointerType !== "touch" || target.closest(".glossary-tip")) return;
    const found = target.closest(CONTROLS) ? null : this.meaning(target, event);
    this.show(found?.node === this.shown ? null : found);
  }

  pressed(event) {
    if (!this.shown) return;
    if (event.key === "Enter") this.hide(); // what was done by it may show beneath
    if (event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault();
    this.hide();
  }

  /** The text goes along with what has the focus: reaching it by Tab may be what scrolled. */
  scrolled() {
    if (this.shown.matches(":focus-visible")) this.place(this.shown.getBoundingClientRect());
    else this.hide();
  }

  show(found) {
    if (found?.node === this.shown) return;
    this.hide();
    if (!found || !found.node.isConnected) return;
    const { node, term } = found;
    this.shown = node;
    this.hint = node.getAttribute("title"); // the browser's own text would lie over this one
    node.removeAttribute("title");
    const presses = node.matches(CONTROLS); // its own text then says what it does, and by which key
    this.name.textContent = (presses && this.hint) || term.name;
    this.words.textContent = term.words;
    this.details.textContent = [presses ? "" : this.hint, term.unit, term.computed].filter(Boolean).join(" · ");
    node.setAttribute("aria-describedby", this.tip.id);
    this.tip.showPopover();
    this.place(node.getBoundingClientRect());
  }

  /** Below what is explained, above it where there is no room, and never beyond the window. */
  place(about) {
    const { width, height } = this.tip.getBoundingClientRect();
    const below = about.bottom + GAP;
    const fits = below + height + EDGE <= innerHeight;
    const top = fits ? below : Math.max(EDGE, about.top - GAP - height);
    const left = Math.max(EDGE, Math.min(about.left + about.width / 2 - width / 2, innerWidth - width - EDGE));
    this.tip.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
  }

  hide() {
    clearTimeout(this.timer);
    const { shown: node, hint } = this;
    if (!node) return;
    this.shown = null;
    this.tip.hidePopover();
    node.removeAttribute("aria-describedby");
    if (hint && !node.hasAttribute("title")) node.setAttribute("title", hint);
  }
}

/** What a control or label is called; null if that is nothing that a glossary has. */
function called(node) {
  const name = node.getAttribute("aria-label") ?? node.textContent;
  return name.length <= LONGEST ? name : null;
}

function within(node, { clientX: x, clientY: y }) {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  return x >= left - GAP && x <= right + GAP && y >= top - GAP && y <= bottom + GAP;
}
