// What all units of the layer do over the text: saturation, values, memory; units that do nothing of their own; and all
// of it at each checkpoint that is kept, as a film.

import { CONFIG, chartElement, loadPlotly, themed } from "../../../browser/chart.js";
import { element, setText } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { Asking } from "./asking.js";
import { unitName } from "./naming.js";
import { NEWEST } from "./state.js";

const CHARTS = {
  saturation: ["Saturation", "saturation", "Each unit by how often its gates are open and how often they are shut"],
  values: ["Values", "values of a unit", "How the values of each quantity are spread, all units together"],
  memory: ["Memory", "effective memory", "How long each unit remembers"],
};
const FRAME = 700; // ms that a frame of the film stays

export class Gates {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("All gates are counted over the text …");
    this.slider = element("input", { type: "range", min: 0, step: 1, "aria-label": "Checkpoint of the film" });
    this.slider.addEventListener("input", () => this.turn(Number(this.slider.value)));
    this.play = element("button", { class: "action", text: "Play the film", onclick: () => this.toggle() });
    this.at = element("span", { class: "film-step" });
    this.film = element("div", { class: "film" }, this.play, this.slider, this.at);
    this.parts = Object.fromEntries(
      Object.entries(CHARTS).map(([name, [title, term, words]]) => {
        const body = chartElement("gate-chart", words);
        const root = element(
          "section",
          { class: "part", hidden: "" },
          element("h3", { text: title, "data-term": term }),
          body,
        );
        return [name, { root, body }];
      }),
    );
    this.lists = element("div", { class: "part" });
    this.root = element(
      "div",
      {},
      this.film,
      this.asking.status,
      ...Object.values(this.parts).map(({ root }) => root),
      this.lists,
    );
  }

  destroy() {
    clearTimeout(this.timer);
    for (const { body } of Object.values(this.parts)) this.plotly?.purge(body);
  }

  show(view) {
    const { state, page, data } = view;
    this.view = view;
    if (!page) return;
    loadPlotly(data.plotly).then(
      (plotly) => {
        this.plotly = plotly;
        this.draw();
      },
      (error) => setText(this.asking.status, error.message),
    );
    this.steps = page.header.steps;
    this.film.hidden = this.steps.length < 2;
    this.slider.max = this.steps.length - 1;
    const wanted = state.checkpoint === NEWEST ? this.steps.length - 1 : this.steps.indexOf(state.checkpoint);
    if (this.checkpoint !== state.checkpoint || this.run !== data.run) this.frame = Math.max(0, wanted);
    Object.assign(this, { checkpoint: state.checkpoint, run: data.run });
    this.ask();
  }

  turn(frame) {
    this.frame = frame;
    this.ask();
  }

  toggle() {
    if (this.timer) return this.stop();
    if (this.frame >= this.steps.length - 1) this.frame = -1;
    setText(this.play, "Hold the film");
    const next = () => {
      if (!this.root.isConnected || this.root.hidden || this.frame >= this.steps.length - 1) return this.stop();
      this.turn(this.frame + 1);
    };
    this.next = next;
    next();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = this.next = null;
    setText(this.play, "Play the film");
  }

  ask() {
    const { engine, query } = this.view;
    this.slider.value = this.frame;
    const step = this.steps[this.frame];
    setText(this.at, `step ${whole(step)}`);
    this.slider.setAttribute("aria-valuetext", `step ${whole(step)}`);
    this.asking.ask(
      engine,
      "gates",
      { ...query, checkpoint: step },
      (found) => {
        this.found = found;
        this.draw();
        if (this.next) this.timer = setTimeout(this.next, FRAME);
      },
      () => this.stop(),
    );
  }

  draw() {
    if (!this.plotly || !this.found || this.root.hidden) return;
    for (const [name, { root, body }] of Object.entries(this.parts)) {
      const figure = this.found.figures[name];
      root.hidden = !figure;
      if (!figure) continue;
      const config = { ...CONFIG, toImageButtonOptions: { format: "svg", filename: `gates-${name}` } };
      this.plotly.react(body, figure.data, themed({ ...figure.layout, autosize: true }, body), config);
      if (!body.dataset.heard) {
        body.dataset.heard = "yes";
        body.on("plotly_click", ({ points }) => this.press(points[0]));
      }
    }
    this.tellLists();
  }

  press({ data, text }) {
    const unit = /^unit (\d+)/.exec(text ?? "")?.[1];
    if (data.meta === "units" && unit) this.actions.openUnit(Number(unit));
  }

  tellLists() {
    const { dead, stuck, doubled, doubled_in_all: all, positions, without_memory: reason } = this.found;
    const { names } = this.view.look;
    const chip = (unit, more = "") =>
      element("button", {
        class: "small-tool",
        text: unitName(unit, names) + more,
        onclick: () => this.actions.openUnit(unit),
      });
    const row = (title, chips, none) => [
      element("h3", { text: title }),
      element("p", { class: "chips" }, ...(chips.length ? chips : [element("span", { class: "quiet", text: none })])),
    ];
    const pairs = doubled.map(([a, b, correlation]) => chip(a, ` ${correlation > 0 ? "as" : "against"} ${b}`));
    const more =
      all > doubled.length
        ? [element("span", { class: "quiet", text: `and ${whole(all - doubled.length)} more pairs` })]
        : [];
    this.lists.replaceChildren(
      ...(reason ? [element("p", { class: "quiet", text: reason })] : []),
      ...row(
        "Dead units",
        dead.map((unit) => chip(unit)),
        "None: every unit says something.",
      ),
      ...row(
        "Stuck units",
        stuck.map((unit) => chip(unit)),
        "None: every unit moves.",
      ),
      ...row("Doubled units", [...pairs, ...more], "None: no two units do the same."),
      element("small", { text: `Counted over ${whole(positions)} positions of the text.` }),
    );
    this.actions.labelled();
  }
}
