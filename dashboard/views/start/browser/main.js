// Start: the run that trains, seen in three ways at once. The layout is there before anything is known.

import { explain } from "../../../browser/glossary.js";
import { Falling } from "./falling.js";
import { RunNews } from "./run_news.js";
import { MadeUp } from "./made_up.js";
import { Reading } from "./reading.js";

export function mount(parent) {
  return new StartView(parent.querySelector(".lstm-start"));
}

class StartView {
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.madeUp = new MadeUp(part);
    this.falling = new Falling(part);
    this.reading = new Reading(part, root.querySelector(".start-play"));
    this.explanations = explain(root, [[".made-up small", (node) => node.textContent]]);
    this.falling.chart.onlegend = () => this.explanations.refresh();
    this.run = null;
  }

  update(component) {
    const { data } = component;
    this.reading.setTheme();
    if (data.run === this.run) return;
    this.news?.end();
    this.run = data.run;
    for (const part of [this.madeUp, this.falling, this.reading]) part.turnTo(data);
    this.news = new RunNews(data, {
      metrics: (metrics) => this.falling.add(metrics),
      run: (run) => {
        this.falling.stand(run);
        this.madeUp.goTo(run.checkpoint);
        this.reading.heard(run);
        this.root.removeAttribute("aria-busy");
      },
      samples: (samples) => this.madeUp.show(samples),
      pace: (pace) => (this.falling.pace = pace),
      gone: () => component.setTriggerValue("gone", data.run), // it happens once, and is not a state
    });
  }

  destroy() {
    this.news?.end();
    this.explanations.end();
    this.reading.destroy();
    this.falling.destroy();
  }
}
