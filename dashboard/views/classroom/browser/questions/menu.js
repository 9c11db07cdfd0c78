// What a teacher can ask, in two clicks: this list, and a line of it.

import { answered } from "../../../../browser/ask.js";
import { element, setText } from "../../../../browser/dom.js";
import { base, placeOf } from "../../../../browser/places.js";
import { room } from "../room.js";

const LIVE = {
  gate: "What will this gate do at the next symbol?",
  symbol: "Which symbol comes next?",
};
export const wish = { isUnderWay: false }; // whether this very tab has asked, and then goes to the scene
const KINDS = { choice: "", number: "a number", curve: "a curve to sketch", unit: "a unit to point at" };

/** Open the list, over whatever page it is. */
export async function openMenu() {
  const layer = document.querySelector(".room-layer");
  if (!layer || layer.querySelector(".q-menu")) return;
  const menu = new Menu();
  layer.append(menu.root);
  menu.root.showModal();
  await menu.load();
}

class Menu {
  constructor() {
    this.problem = element("p", { class: "q-problem", role: "alert" });
    this.lists = element("div", { class: "q-lists", "aria-busy": "true" });
    const close = element("button", { class: "room-button", text: "Close", onclick: () => this.root.close() });
    this.root = element(
      "dialog",
      { class: "q q-menu", "aria-label": "Ask the class" },
      element("header", { class: "q-head" }, element("h2", { text: "Ask the class" }), close),
      this.problem,
      this.lists,
    );
    this.root.addEventListener("close", () => this.root.remove());
    this.root.addEventListener("click", (event) => event.target === this.root && this.root.close());
  }

  async load() {
    const place = placeOf(location.href);
    const isStep = place.startsWith("step?");
    const live = Object.entries(LIVE).map(([name, title]) => this.line(title, "", { live: name, place }, !isStep));
    const groups = [
      this.group(isStep ? "About what stands on this page" : "About the Step page, once you are there", live),
    ];
    try {
      const [{ ready }, { own }] = await Promise.all(
        ["ready", "own"].map((name) => answered(`${base}api/rooms/questions/${name}`, "json")),
      );
      const lines = ready.map(({ name, title, kind }) => this.line(title, KINDS[kind], { ready: name }));
      groups.push(this.group("Ready", lines));
      if (own.length)
        groups.push(
          this.group(
            "Your own",
            own.map((one) => this.line(one.title, KINDS[one.kind], { own: one.own }, Boolean(one.problem))),
          ),
        );
    } catch (refusal) {
      setText(this.problem, refusal.message);
    }
    const more = element("button", {
      class: "room-button",
      text: "Write your own, or take the answers home",
      onclick: () => {
        this.root.close();
        room.visit("classroom");
      },
    });
    this.lists.replaceChildren(...groups, more);
    this.lists.removeAttribute("aria-busy");
  }

  group(title, lines) {
    return element("section", {}, element("h3", { text: title }), element("ul", {}, ...lines));
  }

  line(title, kind, message, isOff = false) {
    const button = element(
      "button",
      { class: "q-line", onclick: () => this.ask(message, button) },
      element("span", { text: title }),
      kind ? element("small", { text: kind }) : "",
    );
    button.disabled = isOff;
    return element("li", {}, button);
  }

  async ask(message, button) {
    setText(this.problem, "");
    button.disabled = true;
    wish.isUnderWay = true;
    try {
      await room.post("questions/ask", message);
      this.root.close();
    } catch (refusal) {
      wish.isUnderWay = false;
      button.disabled = false;
      setText(this.problem, refusal.message);
    }
  }
}
