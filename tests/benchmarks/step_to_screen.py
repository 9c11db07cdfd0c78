"""The Step page in headless Chromium: opening it, what a step costs, whether it is in the very next frame, playing.

What a step costs is processor time of the page's main thread, from Chromium's trace: the key's handler and all that
follows it, style, layout and paint included, without the wait for the frame. A clock on the wall would also measure
whoever else uses the machine.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from lstm_engine.runs import PRESETS, RunStore
from tests.benchmarks.table import print_table
from tests.benchmarks.two_cells import compare_with_one
from tests.browser import chromium
from tests.browser.server import AppServer

FRAME = 1000 / 60  # ms
PRESSES = 200
AFTER_PRESS = 50_000  # microseconds within which all is painted, and the next press has not come yet
CELLS = {
    "LSTM": "standard",
    "GRU": "gru",
    "plain RNN": "rnn",
    "sLSTM": "slstm",
    "minLSTM": "minlstm",
    "minGRU": "mingru",
}
SIZES = ((100, 64), (500, 256))
CATEGORIES = ["toplevel", "blink.user_timing"]  # whole tasks alone: more would be told at the cost of what is measured
TASK = "ThreadControllerImpl::RunTask"
# of each press: whether the cursor has moved once the first frame after it was painted
MEASURE = """() => {
  const hosts = [...document.querySelectorAll("*")];
  const view = hosts.map((host) => host.shadowRoot?.querySelector(".step-view")).find(Boolean);
  const current = () => view.querySelector(".strip [aria-current]").dataset.timestep;
  window.presses = [];
  const channel = new MessageChannel();
  const painted = [];
  channel.port1.onmessage = () => {
    for (const before of painted.splice(0)) window.presses.push(current() !== before);
  };
  window.addEventListener("keydown", () => {
    performance.mark("press");
    const before = current();
    requestAnimationFrame(() => {
      painted.push(before);
      channel.port2.postMessage(0);
    });
  }, true);
}"""


def press_keys(browser: Browser, page: Page) -> tuple[list[float], float]:
    """The main thread's milliseconds of each press, sorted, and the share of presses that the very next frame shows.

    That is what has been drawn by then, at a cost that fits into a frame.
    """
    page.evaluate(MEASURE)
    page.locator(".step-view").focus()
    browser.start_tracing(page=page, categories=CATEGORIES)
    for k in range(PRESSES):
        page.keyboard.press("ArrowRight" if k % 180 < 90 else "ArrowLeft")
        time.sleep(0.06 + 0.003 * (k % 7))  # as a person presses, and out of step with the frames
    costs = costs_of(json.loads(browser.stop_tracing())["traceEvents"])
    moved: list[bool] = page.evaluate("window.presses")
    in_time = [there and cost < FRAME for there, cost in zip(moved, costs, strict=True)]
    return sorted(costs), sum(in_time) / len(in_time)


def costs_of(events: Sequence[Mapping[str, Any]]) -> list[float]:
    """Milliseconds of processor time that the main thread spends from each press on until all of it is painted."""
    marks = [event for event in events if event["name"] == "press" and event["cat"] == "blink.user_timing"]
    where = {(mark["pid"], mark["tid"]) for mark in marks}
    tasks = [
        event for event in events if event["name"] == TASK and "tdur" in event and (event["pid"], event["tid"]) in where
    ]
    return [
        sum(
            task["tdur"]
            for task in tasks
            if task["ts"] + task["dur"] > mark["ts"] and task["ts"] < mark["ts"] + AFTER_PRESS
        )
        / 1000
        for mark in marks
    ]


# the frame in which the view's first symbol is there, in whichever shadow root
FIND_DRAWN = """() => {
  const look = () => {
    for (const host of document.querySelectorAll("*")) {
      if (host.shadowRoot?.querySelector(".strip button")) {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => (window.drawnAt = performance.now());
        return channel.port2.postMessage(0);
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
ASKED_AT = """Math.min(...performance.getEntriesByType("resource")
  .filter((entry) => entry.name.includes("/trace?")).map((entry) => entry.startTime))"""
# lengths of the frames while it plays
MEASURE_FRAMES = """(milliseconds) => new Promise((done) => {
  const lengths = [];
  let before = performance.now();
  const end = before + milliseconds;
  const frame = (now) => {
    lengths.push(now - before);
    before = now;
    if (now < end) requestAnimationFrame(frame); else done(lengths.slice(1));
  };
  requestAnimationFrame(frame);
})"""
PLAYED = 10_000  # ms


def play(page: Page) -> list[float]:
    """Milliseconds of each frame while the sequence plays at 60 timesteps a second, again and again."""
    page.get_by_label("Playing speed", exact=True).select_option("60 a second")
    view = page.locator(".step-view")
    view.focus()
    page.evaluate(
        """() => {
          for (const host of document.querySelectorAll("*")) {
            const play = host.shadowRoot?.querySelector("[aria-label=Play]");
            if (play) setInterval(() => play.getAttribute("aria-label") === "Play" && play.click(), 50);
          }
        }"""
    )
    return sorted(page.evaluate(MEASURE_FRAMES, PLAYED))


def text_of(timesteps: int) -> str:
    """Names that together make so many timesteps."""
    return ("alexandra giovanni sakura mohammed christopher " * timesteps)[: timesteps - 1].replace("  ", " ").strip()


def main() -> None:
    steps, rest = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = AppServer(Path(folder))
        store = RunStore(server.database_url)
        runs = {
            (cell, T, H): store.create(replace(PRESETS["classroom"], variant=variant, hidden_size=H), start=False)
            for cell, variant in CELLS.items()
            for T, H in SIZES
        }
        server.start()
        browser = playwright.chromium.launch(executable_path=chromium.find(bare=False), args=chromium.FLAGS)
        for (cell, T, H), run in runs.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
            page.goto(f"{server.url}/step?run={run.id}")  # the first visit of a server also imports everything
            page.wait_for_selector(".strip button")
            page.close()
            page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
            page.add_init_script(f"({FIND_DRAWN})()")
            started = time.perf_counter()
            page.goto(f"{server.url}/step?run={run.id}&sequence={text_of(T)}")
            page.wait_for_selector(".strip button")
            opened = time.perf_counter() - started
            page.wait_for_function("window.drawnAt")
            drawn = page.evaluate(f"window.drawnAt - {ASKED_AT}")
            costs, in_time = press_keys(browser, page)
            frames = play(page)
            page.close()
            what = [cell, f"{T}, {H}"]
            p95 = costs[int(0.95 * len(costs))]
            steps.append(
                [
                    *what,
                    f"{statistics.median(costs):.1f} ms",
                    f"{p95:.1f} ms",
                    f"{costs[-1]:.1f} ms",
                    f"{100 * in_time:.1f} %",
                ]
            )
            rest.append(
                [
                    *what,
                    f"{opened:.2f} s",
                    f"{drawn / 1000:.2f} s",
                    f"{1000 * len(frames) / sum(frames):.1f}",
                    f"{frames[int(0.95 * len(frames))]:.1f} ms",
                ]
            )
        compare_with_one(browser, server, store, text_of)
        browser.close()
        server.stop()
        store.close()
    print_table(
        f"A step on the Step page (headless Chromium, {PRESSES} presses): the main thread's time of it",
        ["cell", "T, H", "median", "p95", "worst", "in the very next frame"],
        steps,
    )
    print()
    print_table(
        "The Step page otherwise",
        ["cell", "T, H", "opened in", "trace asked to drawn", "frames a second, playing", "p95 of a frame"],
        rest,
    )


if __name__ == "__main__":
    main()
