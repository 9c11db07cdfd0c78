"""The Step page in headless Chromium: opening it, and key press to painted frame, against one frame at 60 Hz."""

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from lstm_engine.runs import PRESETS, RunStore
from tests.benchmarks.table import print_table
from tests.browser import chromium
from tests.browser.server import AppServer

FRAME = 1000 / 60  # ms
PRESSES = 200
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


def text_of(timesteps: int) -> str:
    """Names that together make so many timesteps."""
    return ("alexandra giovanni sakura mohammed christopher " * timesteps)[: timesteps - 1].replace("  ", " ").strip()


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = AppServer(Path(folder))
        store = RunStore(server.database_url)
        runs = {
            (100, 64): store.create(PRESETS["classroom"], start=False),
            (500, 256): store.create(replace(PRESETS["classroom"], hidden_size=256), start=False),
        }
        server.start()
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        for (T, H), run in runs.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.url}/step?run={run.id}")  # the first visit of a server also imports everything
            page.wait_for_selector(".strip button")
            page.close()
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            started = time.perf_counter()
            page.goto(f"{server.url}/step?run={run.id}&sequence={text_of(T)}")
            page.wait_for_selector(".strip button")
            opened = time.perf_counter() - started
            latencies = press_keys(page)
            p95 = latencies[int(0.95 * len(latencies))]
            rows.append(
                [
                    f"{T}, {H}",
                    f"{opened:.2f} s",
                    f"{statistics.median(latencies):.1f} ms",
                    f"{p95:.1f} ms",
                    f"{p95 / FRAME:.2f}",
                ]
            )
            page.close()
        browser.close()
        server.stop()
        store.close()
    print_table(
        "The Step page (headless Chromium)",
        ["T, H", "opened in", "key to painted frame, median", "p95", "p95 / one frame at 60 Hz"],
        rows,
    )
