// Select and match: which units are on in a painted span, where else they light up, and the map of states.

import { element, setText } from "../../../browser/dom.js";
import { compact, fixed, whole } from "../../../browser/format.js";
import { Asking } from "./asking.js";
import { headCells, unitName } from "./naming.js";
import { placeList } from "./places.js";
import { StateMap } from "./state_map.js";

export class Match {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("Other places of the text are looked for …");
    this.nearest = new Asking("The nearest states are looked for …");
    this.say = element("p", { class: "quiet" });
    this.result = element("div", { hidden: "" });
    this.neighbours = element("div");
    this.near = element(
      "section",
      { class: "part" },
      element("h3", { text: "Nearest states" }),
      this.nearest.status,
      this.neighbours,
    );
    this.map = new StateMap(actions);
    this.root = element("div", {}, this.say, this.asking.status, this.result, this.near, this.map.root);
  }

  show(view) {
    this.view = view;
    const { state, engine, query, page } = view;
    if (!page) return;
    const asked = { ...query, quantity: state.quantity };
    setText(
      this.say,
      state.span
        ? `Painted: positions ${whole(state.span[0] + 1)} to ${whole(state.span[1])}. Escape takes it back.`
        : "Paint a span: drag over the text, or Shift with the arrow keys. Then it stands here which units " +
            "are on just there, and where else they light up.",
    );
    if (state.span && !view.painting) {
      const span = `${state.span[0] + 1}-${state.span[1]}`;
      this.asking.ask(
        engine,
        "match",
        { ...asked, span },
        (found) => this.tell(found),
        () => this.clear(),
      );
    } else if (!state.span) {
      this.asking.forget();
      this.clear();
    }
    this.near.hidden = state.position === null;
    if (state.position !== null)
      this.nearest.ask(engine, "neighbours", { ...asked, position: state.position + 1 }, (found) =>
        this.tellNear(found),
      );
    this.map.show(view);
    if (this.found && view.notesVersion !== this.notesVersion) this.tell(this.found); // units have other names
  }

  clear() {
    this.found = null;
    this.result.hidden = true;
    this.actions.showPlaces([]);
  }

  tell(found) {
    this.found = found;
    this.notesVersion = this.view.notesVersion;
    const part = (title, ...content) =>
      element(
        "section",
        { class: "part" },
        element("h3", { text: title, "data-term": title.replace(/ \(.*/, "") }),
        ...content,
      );
    const parts = [
      part(
        "Units on just there",
        found.units.length
          ? element(
              "p",
              { class: "chips" },
              ...found.units.map(({ unit, sign }) =>
                element("button", {
                  class: "small-tool",
                  text: `${unitName(unit, this.view.look.names)} ${sign > 0 ? "high" : "low"}`,
                  onclick: () => this.actions.openUnit(unit),
                }),
              ),
            )
          : element("p", {
              text: "No unit is on in the span and off on both sides of it. Paint a shorter one, or begin elsewhere.",
            }),
      ),
    ];
    if (found.places.length)
      parts.push(part(`Other places (${whole(found.found)})`, placeList(found.places, this.view.page, this.actions)));
    if (found.common.length)
      parts.push(
        part(
          "In common",
          element(
            "table",
            { class: "common" },
            element(
              "thead",
              {},
              element(
                "tr",
                {},
                ...headCells({ what: "in common", there: "share in those places", everywhere: "share everywhere" }),
              ),
            ),
            element(
              "tbody",
              {},
              ...found.common.map(({ name, inside, overall }) =>
                element(
                  "tr",
                  {},
                  element("th", { scope: "row", text: name }),
                  element("td", { text: compact(inside) }),
                  element("td", { text: compact(overall) }),
                ),
              ),
            ),
          ),
        ),
      );
    this.result.replaceChildren(...parts);
    this.result.hidden = false;
    this.actions.showPlaces(found.places.map(({ position, inside }) => [position, position + inside.length]));
    this.actions.labelled();
  }

  tellNear({ neighbours }) {
    const { page } = this.view;
    const here = (position) => {
      const k = position - page.header.first;
      return page.header.labels[k] === undefined
        ? "on another page"
        : page.header.labels.slice(Math.max(0, k - 12), k + 1).join(page.header.gap ? " " : "");
    };
    this.neighbours.replaceChildren(
      element(
        "ol",
        { class: "places" },
        ...neighbours.map(({ position, distance }) =>
          element(
            "li",
            {},
            element(
              "button",
              {
                class: "row place",
                "aria-label": `Go to position ${position + 1}`,
                onclick: () => this.actions.goTo(position),
              },
              element("span", { class: "place-number", text: whole(position + 1) }),
              element("code", { text: here(position) }),
              element("span", { class: "place-value", text: fixed(distance, 3) }),
            ),
          ),
        ),
      ),
    );
  }

  destroy() {
    this.map.destroy();
  }
}
