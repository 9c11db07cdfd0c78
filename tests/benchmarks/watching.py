"""Training at full speed while a browser watches, against the same run with nobody watching, in turn."""

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright

from lstm_engine.runs import PRESETS, RunStore, Status
from tests.benchmarks.table import print_table
from tests.browser import chromium
from tests.browser.server import AppServer

STEPS = 3_000
ROUNDS = 6


def steps_per_second(store: RunStore, url: str, browser) -> float:  # type: ignore[no-untyped-def]
    """Throughput of one run from its 300th step on, watched by a browser on the Train page if there is one."""
    run = store.create(replace(PRESETS["classroom"], end_step=STEPS, pace=0.0), start=False)
    page = None
    if browser is not None:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page.goto(f"{url}/train?run={run.id}")
        page.wait_for_selector(".lstm-curves .main-svg")
    store.start(run.id)
    while store.get(run.id).step < 300:
        time.sleep(0.01)
    first, started = store.get(run.id).step, time.perf_counter()
    while store.get(run.id).status is not Status.FINISHED:
        time.sleep(0.02)
    rate = (STEPS - first) / (time.perf_counter() - started)
    if page is not None:
        page.close()
    return rate


def main() -> None:
    alone, watched = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = AppServer(Path(folder))
        server.start()
        store = RunStore(server.database_url)
        browser = playwright.chromium.launch(executable_path=chromium.find(bare=False), args=chromium.FLAGS)
        for _ in range(ROUNDS):
            alone.append(steps_per_second(store, server.url, None))
            watched.append(steps_per_second(store, server.url, browser))
        browser.close()
        server.stop()
        store.close()
    ratio = statistics.median(w / a for w, a in zip(watched, alone, strict=True))
    print_table(
        "Training throughput, classroom preset at full speed",
        ["alone", "watched by a browser", "watched / alone"],
        [[f"{statistics.median(alone):.0f} steps/s", f"{statistics.median(watched):.0f} steps/s", f"{ratio:.3f}"]],
    )
