"""The Step page in headless Chromium: opening it, key press to painted frame, and playing, against 60 Hz."""

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from lstm_engine.runs import PRESETS, RunStore
from tests.benchmarks.table import print_table
from tests.benchmarks.two_cells import compare_with_one
from tests.browser import chromium
from tests.browser.server import AppServer

FRAME = 1000 / 60  # ms
PRESSES = 200
CELLS = {"LSTM": "standard", "GRU": "gru", "plain RNN": "rnn"}
# time from the key event's own stamp to the first task after the frame in which the change was painted
MEASURE = """() => {
  window.latencies = [];
  const channel = new MessageChannel();
  const stamps = [];
  channel.port1.onmessage = () => {
    const now = performance.now();
    for (const stamp of stamps.splice(0)) window.latencies.push(now - stamp);
  };
  window.addEventListener("keydown", (event) => requestAnimationFrame(() => {
    stamps.push(event.timeStamp);
    channel.port2.postMessage(0);
  }), true);
}"""


def press_keys(page: Page) -> list[float]:
    """Milliseconds from key press to painted frame."""
    page.evaluate(MEASURE)
    page.locator(".step-view").focus()
    for k in range(PRESSES):
        page.keyboard.press("ArrowRight" if k % 180 < 90 else "ArrowLeft")
        time.sleep(0.06 + 0.003 * (k % 7))  # as a person presses, and out of step with the frames
    return sorted(page.evaluate("window.latencies"))


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
    page.get_by_label("Speed", exact=True).select_option("60 a second")
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
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = AppServer(Path(folder))
        store = RunStore(server.database_url)
        runs = {
            (cell, T, H): store.create(replace(PRESETS["classroom"], variant=variant, hidden_size=H), start=False)
            for cell, variant in CELLS.items()
            for T, H in ((100, 64), (500, 256))
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
            latencies = press_keys(page)
            p95 = latencies[int(0.95 * len(latencies))]
            frames = play(page)
            rows.append(
                [
                    cell,
                    f"{T}, {H}",
                    f"{opened:.2f} s",
                    f"{drawn / 1000:.2f} s",
                    f"{statistics.median(latencies):.1f} ms",
                    f"{p95:.1f} ms",
                    f"{p95 / FRAME:.2f}",
                    f"{1000 * len(frames) / sum(frames):.1f}",
                    f"{frames[int(0.95 * len(frames))]:.1f} ms",
                ]
            )
            page.close()
        compare_with_one(browser, server, store, text_of)
        browser.close()
        server.stop()
        store.close()
    print_table(
        "The Step page (headless Chromium)",
        [
            "cell",
            "T, H",
            "opened in",
            "trace asked to drawn",
            "key to painted frame, median",
            "p95",
            "p95 / one frame at 60 Hz",
            "frames a second, playing",
            "p95 of a frame",
        ],
        rows,
    )
