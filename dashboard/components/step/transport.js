// Back, forward, play, speed, jump.

import { element, svg } from "../shared/dom.js";

const ICONS = {
  first: "M6 5v14M20 5 9 12l11 7z",
  back: "M17 5 7 12l10 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M7 4h3v16H7zM14 4h3v16h-3z",
  forward: "M7 5l10 7-10 7z",
  last: "M18 5v14M4 5l11 7-11 7z",
};
const SPEEDS = [0.5, 1, 2, 4, 8, 16, 30]; // timesteps a second

export class Transport {
  constructor(move) {
    this.move = move;
    this.playing = false;
    const button = (icon, label, keys, onclick) =>
      element("button", { class: "tool", "aria-label": label, title: `${label} (${keys})`, onclick }, drawIcon(icon));
    const buttons = [
      button("first", "First timestep", "Home", () => this.jump(0)),
      button("back", "Back", "←", () => this.jump(this.timestep - 1)),
      (this.playButton = button("play", "Play", "Space", () => this.toggle())),
      button("forward", "Forward", "→", () => this.jump(this.timestep + 1)),
      button("last", "Last timestep", "End", () => this.jump(Infinity)),
    ];
    this.speed = element(
      "select",
      { "aria-label": "Speed" },
      ...SPEEDS.map((speed) => element("option", { value: speed, text: `${speed} a second` })),
    );
    this.speed.value = 4;
    this.slider = element("input", { type: "range", min: 1, value: 1, "aria-label": "Timestep" });
    this.slider.addEventListener("input", () => this.move({ timestep: this.slider.value - 1 }));
    this.number = element("input", { type: "number", min: 1, value: 1, "aria-label": "Go to timestep" });
    this.number.addEventListener("change", () => this.jump(this.number.value - 1));
    this.total = element("span");
    this.layer = element("select", { "aria-label": "Layer", hidden: "" });
    this.layer.addEventListener("change", () => this.move({ layer: Number(this.layer.value) }));
    this.root = element(
      "div",
      { class: "transport", role: "toolbar", "aria-label": "Stepping" },
      ...buttons,
      this.speed,
      this.slider,
      element("label", { class: "jump" }, element("span", { text: "timestep" }), this.number, this.total),
      this.layer,
    );
  }

  setTrace(trace, _theme, cursor) {
    if (this.trace === trace) return;
    this.trace = trace;
    this.slider.max = this.number.max = trace.timesteps;
    this.total.textContent = `of ${trace.timesteps}`;
    this.layer.hidden = trace.layers === 1;
    this.layer.replaceChildren(
      ...Array.from({ length: trace.layers }, (_, k) => element("option", { value: k, text: `layer ${k + 1}` })),
    );
    this.layer.value = cursor.layer;
  }

  draw({ timestep }) {
    this.timestep = timestep;
    this.slider.value = timestep + 1;
    this.number.value = timestep + 1;
  }

  jump(timestep) {
    this.move({ timestep: Math.min(timestep, this.trace.timesteps - 1) });
    this.number.value = this.timestep + 1; // also where the jump went beyond an end
  }

  toggle() {
    if (this.playing) return this.stop();
    if (this.timestep === this.trace.timesteps - 1) this.jump(0); // play again from the start
    this.playing = true;
    this.showPlaying();
    this.due = performance.now();
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.showPlaying();
  }

  tick(now) {
    const interval = 1000 / Number(this.speed.value);
    const steps = Math.floor((now - this.due) / interval);
    if (steps > 0) {
      this.due += steps * interval;
      if (!this.move({ timestep: this.timestep + steps })) return this.stop(); // the end
    }
    this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  showPlaying() {
    const label = this.playing ? "Pause" : "Play";
    this.playButton.replaceChildren(drawIcon(this.playing ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", label);
    this.playButton.title = `${label} (Space)`;
  }
}

function drawIcon(name) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}
