// The bar of whoever is in a room, at the lower edge of every page: where one stands, and the one click back.

import { element, setText } from "../../../browser/dom.js";
import { showCode } from "./code.js";
import "./experiments/attend.js";
import "./questions/attend.js";
import { openMenu } from "./questions/menu.js";
import { room } from "./room.js";
import { barOf } from "./words.js";

const BUTTONS = {
  follow: ["Back to the class", () => room.follow(true)],
  leave: ["Look around alone", () => room.leave()],
  takeLead: ["Take the lead back", () => attempt("lead", { seat: null })],
  keep: ["Keep it open", () => attempt("keep")],
  ask: ["Ask", openMenu],
  show: ["Show the code", showCode],
};
const attempt = (name, message) => room.post(name, message).catch((refusal) => room.say(refusal.message));
const FADE = 400; // ms in which the colours of one theme pass over into the other's
const MAIN = ["follow", "takeLead", "keep"];

class Bar {
  constructor() {
    this.code = element("button", { class: "room-code", onclick: () => room.visit("classroom") });
    this.text = element("span", { class: "room-text" });
    this.more = element("span", { class: "room-more" });
    this.buttons = element("span", { class: "room-buttons" });
    const words = element("span", { class: "room-words", role: "status" }, this.text, this.more);
    this.root = element("section", { class: "room-bar", "aria-label": "Room" }, this.code, words, this.buttons);
    this.layer = element("div", { class: "room-layer" }, this.root);
    this.shown = "";
  }

  draw(state) {
    document.documentElement.toggleAttribute("data-room", Boolean(state.role || state.over));
    if (!state.role && !state.over) return this.layer.remove();
    if (!this.layer.isConnected) {
      document.body.append(this.layer);
      this.readTheme();
    }
    const bar = state.role ? barOf(state) : { mood: "over", text: state.over, more: "", buttons: [] };
    this.root.dataset.mood = bar.mood;
    this.code.hidden = !state.role;
    setText(this.code, state.shown);
    this.code.setAttribute("aria-label", `Room ${state.shown}: show its page`);
    setText(this.text, bar.text);
    setText(this.more, bar.more);
    this.offer(state.role ? bar.buttons : ["dismiss"]);
  }

  /** Buttons keep the focus that they have. */
  offer(names) {
    if (names.join() === this.shown) return;
    this.shown = names.join();
    const dismiss = ["Close", () => room.set({ over: "" })];
    const made = names.map((name) => {
      const [text, act] = name === "dismiss" ? dismiss : BUTTONS[name];
      return element("button", { class: MAIN.includes(name) ? "room-button main" : "room-button", text, onclick: act });
    });
    this.buttons.replaceChildren(...made);
  }

  /** The page's own colours, which stand nowhere that all can read them. */
  readTheme() {
    const page = document.querySelector(".stApp");
    if (!page) return void setTimeout(() => this.readTheme(), 100);
    const { backgroundColor, color, colorScheme, fontFamily } = getComputedStyle(page);
    const { style } = this.layer;
    style.setProperty("--room-background", backgroundColor);
    style.setProperty("--room-colour", color);
    style.setProperty("--room-font", fontFamily);
    const [red = 255] = backgroundColor.match(/\d+/g)?.map(Number) ?? [];
    this.layer.dataset.dark = red < 128;
    style.colorScheme = colorScheme;
    if (this.isWatching) return;
    this.isWatching = true;
    const observer = new MutationObserver(() => setTimeout(() => this.readTheme(), FADE));
    observer.observe(page, { attributes: true, attributeFilter: ["class", "style"] });
  }
}

// a frame in another page shows but what it is for
if (window === window.parent) {
  const bar = new Bar();
  room.watch((state) => bar.draw(state));
}
room.begin();
