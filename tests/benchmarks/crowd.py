"""Live data under a crowd: from the worker's step to the screen, with one viewer and with 200; and long runs opened."""

import asyncio
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright
from websockets.asyncio.client import connect

from lstm_engine import StepMetrics
from lstm_engine.runs import PRESETS, RunStore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from tests.benchmarks.table import print_table
from tests.browser import chromium
from tests.browser.server import AppServer

LISTENERS, PAGES = 190, 10
VIEWERS = [(0, 0), (0, 1), (0, 0), (LISTENERS, PAGES), (0, 0)]  # alone between them, since machines are not steady
SECONDS = 20.0
SETTLING = 8.0  # s until all have come and read what they missed
MOST_BYTES = 2**24  # of one frame that a listener reads
LONG_RUN = 1_000_000
# when each step was on the screen: the frame after the chart said that it has drawn it
WATCH_CHART = """() => {
  window.seen = [];
  const chart = document.querySelector(".lstm-curves");
  let last = Number(chart.dataset.step);
  new MutationObserver(() => {
    const step = Number(chart.dataset.step);
    if (step > last) window.seen.push([last, (last = step), (Date.now() + 1000 / 60) / 1000]);
  }).observe(chart, { attributeFilter: ["data-step"] });
}"""


async def listen(url: str, topic: str, count: int, seconds: float) -> list[tuple[int, int, float]]:
    """So many listeners to a topic, in one process; what each heard, and when."""
    heard: list[tuple[int, int, float]] = []

    async def one() -> None:
        async with connect(url.replace("http", "ws") + "/api/live", max_size=MOST_BYTES, compression=None) as socket:
            await socket.send(json.dumps({"listen": topic, "after": 300}))
            last = None
            async for frame in socket:
                for event in json.loads(frame):
                    if event["name"] != "metrics":
                        continue
                    if last is not None:  # the first are those that it missed before it came
                        heard.append((last, event["id"], time.time()))
                    last = event["id"]
        raise ConnectionError("the server closed a listener's connection")

    tasks = [asyncio.create_task(one()) for _ in range(count)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):  # all are to listen to the end; their cancellation is none
            raise outcome
    return heard


def computed_at(database: str, run_id: int, seconds: float) -> dict[int, float]:
    """When each step was computed: the worker records several at once, which lie evenly since its last recording.

    It asks by plain SQL, since reading a whole run a hundred times a second took a twelfth of a core from all others.
    """
    seen: dict[int, float] = {}
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        end, before, came = time.time() + seconds, 0, time.time()
        while time.time() < end:
            (step,) = connection.execute("SELECT step FROM runs WHERE id = ?", (run_id,)).fetchone()
            now = time.time()
            if before:
                seen |= {k: came + (now - came) * (k - before) / (step - before) for k in range(before + 1, step + 1)}
            if step > before:
                before, came = step, now
            time.sleep(0.01)
    return seen


def crowd_row(server: AppServer, store: RunStore, browser: Browser, listeners: int, pages: int) -> list[str]:
    """Delays and throughput with so many viewers."""
    run = store.create(replace(PRESETS["classroom"], end_step=100_000, pace=0.0), start=False)
    opened = []
    for _ in range(pages):
        page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page.goto(f"{server.url}/train?run={run.id}")
        page.wait_for_selector(".lstm-curves .main-svg")
        opened.append(page)
    store.start(run.id)
    while store.get(run.id).step < 300:
        time.sleep(0.02)
    for page in opened:
        page.evaluate(WATCH_CHART)
    here = [sys.executable, "-m", "tests.benchmarks.crowd"]
    # all come at once, which is another matter: what is measured is their watching
    crowd = start([*here, "listen", server.url, f"run/{run.id}", str(listeners), str(SETTLING + SECONDS)])
    time.sleep(SETTLING)
    clock = start([*here, "clock", server.database_url, str(run.id), str(SECONDS)])
    times = {int(step): at for step, at in json.loads(clock.communicate()[0]).items()}
    heard = json.loads(crowd.communicate()[0])
    shown = [tuple(seen) for page in opened for seen in page.evaluate("window.seen")]
    rate = (len(times) - 1) / (max(times.values()) - min(times.values()))
    store.stop(run.id)
    for page in opened:
        page.close()
    return [str(listeners), str(pages), delay(heard, times), delay(shown, times), f"{rate:.0f}"]


def start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def delay(seen: list[tuple[int, int, float]], times: dict[int, float]) -> str:
    """The 95th percentile over all steps between computing and the eye; seen: after a step, up to one."""
    delays = [at - times[step] for before, last, at in seen for step in range(before + 1, last + 1) if step in times]
    return f"{1000 * np.quantile(delays, 0.95):.0f} ms" if len(delays) > 20 else "–"


def long_run_row(server: AppServer, store: RunStore, browser: Browser) -> list[str]:
    """Opening a run with a million recorded steps, and zooming into it."""
    run = store.create(replace(PRESETS["classroom"], end_step=LONG_RUN), "a long one", start=False)
    lease = new_lease()
    store.acquire(run.id, lease)
    for first in range(0, LONG_RUN, 20_000):
        rows = [
            Recorded(StepMetrics(k, 2 + (k % 97) / 97, 1.0, 0.004), 2.0 if k % 25 == 0 else None)
            for k in range(first + 1, first + 20_001)
        ]
        store.record(run.id, lease, rows)
    store.release(run.id, lease)
    short = store.create(PRESETS["classroom"], "a short one", start=False)
    opened, zoomed = [], []
    page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    for _ in range(5):
        page.goto(f"{server.url}/train?run={short.id}")
        page.wait_for_selector(".lstm-curves .main-svg")
        page.get_by_role("combobox", name="Run").click()
        option = page.get_by_role("option", name="a long one")
        option.wait_for()
        started = time.perf_counter()
        option.click()
        page.wait_for_function(f"document.querySelector('.lstm-curves')?.data?.[0]?.x?.at(-1) === {LONG_RUN}")
        opened.append(1000 * (time.perf_counter() - started))
        zoomed.append(page.evaluate(ZOOM))
    page.close()
    return [f"{statistics.median(opened):.0f} ms", f"{statistics.median(zoomed):.0f} ms"]


# from the zoom to the frame in which every step of the stretch is drawn
ZOOM = """() => new Promise((done) => {
  const chart = document.querySelector(".lstm-curves");
  const started = performance.now();
  Plotly.relayout(chart, {"xaxis.range": [500000, 502000]});
  const look = () => {
    const inside = chart.data[0].x.filter((step) => step >= 500000 && step <= 502000).length;
    if (inside > 2000) done(performance.now() - started); else requestAnimationFrame(look);
  };
  look();
})"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = AppServer(Path(folder))
        server.start()
        store = RunStore(server.database_url)
        browser = playwright.chromium.launch(executable_path=chromium.find(bare=False), args=chromium.FLAGS)
        rows = [crowd_row(server, store, browser, *viewers) for viewers in VIEWERS]
        alone = statistics.mean(float(row[-1]) for row in rows if row[:2] == ["0", "0"])
        print_table(
            f"Viewers of one run at full speed, {SECONDS:.0f} s each",
            ["listeners", "pages", "computed to listener, p95", "computed to screen, p95", "steps/s", "of headless"],
            [[*row, f"{float(row[-1]) / alone:.2f}"] for row in rows],
        )
        print()
        print_table(
            f"A run with {LONG_RUN:,} recorded steps",
            ["chosen to drawn", "zoomed to 2,000 steps"],
            [long_run_row(server, store, browser)],
        )
        browser.close()
        server.stop()
        store.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["clock"]:
        print(json.dumps(computed_at(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))))
    elif sys.argv[1:2] == ["listen"]:
        print(json.dumps(asyncio.run(listen(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])))))
    else:
        main()
