// Back, forward, play, by what to move and how fast, jump.

import { element, setValue, svg } from "../../../browser/dom.js";
import { atEnd } from "./moves.js";

const ICONS = {
  first: "M6 5v14M20 5 9 12l11 7z",
  back: "M17 5 7 12l10 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M7 4h3v16H7zM14 4h3v16h-3z",
  forward: "M7 5l10 7-10 7z",
  last: "M18 5v14M4 5l11 7-11 7z",
  undo: "M4 9h9a5 5 0 0 1 0 10H9M8 5 4 9l4 4",
  redo: "M20 9h-9a5 5 0 0 0 0 10h4M16 5l4 4-4 4",
  present: "M3 4h18M4 4v11h16V4M12 15v3M8 21l4-3 4 3",
  share: "M12 15V4M8 8l4-4 4 4M5 12v8h14v-8",
};
const OUTLINED = ["undo", "redo", "present", "share"];
const SPEEDS = [0.5, 1, 2, 4, 8, 16, 30, 60]; // timesteps, or operations, a second

export class Transport {
  constructor(actions) {
    this.actions = actions;
    this.playing = false;
    const button = (icon, label, keys, onclick) =>
      element("button", { class: "tool", "aria-label": label, title: `${label} (${keys})`, onclick }, drawIcon(icon));
    const buttons = [
      button("first", "First timestep", "Home", () => actions.move({ timestep: 0 })),
      button("back", "Back", "←", () => actions.step(-1)),
      (this.playButton = button("play", "Play", "Space", () => this.toggle())),
      button("forward", "Forward", "→", () => actions.step(1)),
      button("last", "Last timestep", "End", () => actions.move({ timestep: Infinity })),
    ];
    this.size = element(
      "select",
      { "aria-label": "Move", title: "Move by timestep or by operation (s)" },
      element("option", { value: "timestep", text: "by timestep" }),
      element("option", { value: "operation", text: "by operation" }),
    );
    this.size.addEventListener("change", () => actions.turnStepSize());
    this.speed = element(
      "select",
      { "aria-label": "Playing speed", title: "Playing speed" },
      ...SPEEDS.map((speed) => element("option", { value: speed, text: `${speed} a second` })),
    );
    this.speed.value = 4;
    this.slider = element("input", { type: "range", min: 1, value: 1, "aria-label": "Timestep" });
    this.slider.addEventListener("input", () => actions.point({ timestep: this.slider.value - 1 }));
    this.number = element("input", {
      type: "text",
      value: 1,
      "aria-label": "Go to timestep or symbol",
      title: "A timestep, or a symbol to find (j)",
    });
    this.number.addEventListener("change", () => {
      actions.jump(this.number.value);
      this.number.value = this.state.timestep + 1; // also where the jump went beyond an end
    });
    this.total = element("span");
    this.layer = element("select", { "aria-label": "Layer", hidden: "" });
    this.layer.addEventListener("change", () => actions.set({ layer: Number(this.layer.value) }));
    this.undo = button("undo", "Undo", "Ctrl Z", () => actions.undo());
    this.redo = button("redo", "Redo", "Ctrl Y", () => actions.redo());
    this.more = element("button", {
      class: "tool more-tools",
      text: "⋯",
      "aria-label": "More",
      "aria-expanded": "false",
      onclick: () => this.unfold(),
    });
    this.presentButton = button("present", "Present", "p", () => actions.present());
    this.root = element(
      "div",
      { class: "transport", role: "toolbar", "aria-label": "Stepping" },
      ...buttons,
      this.more,
      this.size,
      this.speed,
      this.slider,
      element("label", { class: "jump" }, element("span", { text: "timestep" }), this.number, this.total),
      this.layer,
      this.undo,
      this.redo,
      this.presentButton,
      button("share", "Share or exercise", "a link, with parts hidden", () => actions.share()),
      element("button", {
        class: "tool",
        text: "?",
        "aria-label": "Keys and help",
        title: "Keys and help (?)",
        onclick: () => actions.help(),
      }),
    );
  }

  show({ there, state }) {
    this.layer.value = state.layer;
    this.presentButton.setAttribute("aria-pressed", state.present);
    if (this.there === there) return;
    this.there = there;
    const { timesteps, layers } = there;
    this.slider.max = timesteps;
    this.total.textContent = `of ${timesteps}`;
    this.layer.hidden = layers === 1;
    this.layer.replaceChildren(
      ...Array.from({ length: layers }, (_, k) => element("option", { value: k, text: `layer ${k + 1}` })),
    );
    this.layer.value = state.layer;
  }

  draw(state) {
    this.state = state;
    // a field of text makes the browser lay out whatever has changed by then: it comes first
    setValue(this.number, state.timestep + 1);
    setValue(this.slider, state.timestep + 1);
    setValue(this.size, state.operation === null ? "timestep" : "operation");
    setValue(this.layer, state.layer);
  }

  /** Whether there is something to undo and to redo; not disabled: the keyboard's focus would be lost. */
  showHistory({ done, undone }) {
    this.undo.setAttribute("aria-disabled", done.length === 0);
    this.redo.setAttribute("aria-disabled", undone.length === 0);
  }

  /** On a phone the five buttons of every step stand alone, until more is asked for. */
  unfold(open = this.more.getAttribute("aria-expanded") === "false") {
    this.more.setAttribute("aria-expanded", open);
    this.root.classList.toggle("unfolded", open);
  }

  focusJump() {
    if (getComputedStyle(this.more).display !== "none") this.unfold(true);
    this.number.focus();
    this.number.select();
  }

  destroy() {
    this.stop();
  }

  toggle() {
    if (this.playing) return this.stop();
    if (atEnd(this.state, this.there))
      this.actions.move({ timestep: 0, operation: this.state.operation === null ? null : 0 }); // play it again
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
    const steps = Math.floor((now - this.due) / interval + 0.1); // a frame that comes a little early counts
    if (steps > 0) {
      this.due += steps * interval;
      if (!this.actions.step(steps)) return this.stop(); // the end
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
  return svg(
    "svg",
    { viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { d: ICONS[name], fill: OUTLINED.includes(name) ? "none" : null }),
  );
}
