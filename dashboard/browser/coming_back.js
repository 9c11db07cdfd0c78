// Hears when a run that was deleted while this tab looked at it is brought back, and lets the script look.

import { listen } from "./listening.js";

const LOOK_EVERY = 5000; // ms, where live data does not get through

export function mount() {
  return new ComingBack();
}

class ComingBack {
  update(component) {
    this.component = component;
    const { run } = component.data;
    if (this.run === run) return;
    this.destroy();
    this.run = run;
    this.close = listen(`absent/${run}`, 0, {
      back: () => this.look(),
      broken: () => {
        clearInterval(this.timer);
        this.timer = setInterval(() => this.look(), LOOK_EVERY);
      },
    });
  }

  /** It happens, and is not a state. */
  look() {
    this.component.setTriggerValue("look", this.run);
  }

  destroy() {
    this.close?.();
    clearInterval(this.timer);
  }
}
