"""A step with two cells on the page against a step with one: what it takes of the page's main thread."""

import statistics
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Browser, CDPSession, Page

from lstm_engine.runs import PRESETS, RunStore
from tests.benchmarks.table import print_table
from tests.browser.server import AppServer

SIZES = ((100, 64, 4.0), (500, 256, 8.0))  # T, H, and how many milliseconds one cell may take in 95 of 100 steps
PRESSES = 200
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def task_time(session: CDPSession) -> float:
    """Milliseconds that the page's main thread has worked so far."""
    found = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(float(metric["value"]) for metric in found if metric["name"] == "TaskDuration")


def main_thread_times(page: Page, presses: int = PRESSES) -> list[float]:
    """Milliseconds of the main thread for each step by key until it is painted, without what measuring itself takes."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})  # not what others take of the core
    page.locator(".step-view").focus()
    page.wait_for_timeout(1000)

    def measured(key: str | None) -> float:
        before = task_time(session)
        if key is not None:
            page.keyboard.press(key)
        page.evaluate(NEXT_FRAME)
        return task_time(session) - before

    idle = statistics.median(measured(None) for _ in range(50))
    # there and back, so that each press goes somewhere
    return sorted(max(0.0, measured("ArrowRight" if k % 90 < 45 else "ArrowLeft") - idle) for k in range(presses))


def compare_with_one(browser: Browser, server: AppServer, store: RunStore, text_of: Callable[[int], str]) -> None:
    """Print a table: an LSTM alone, and an LSTM with a GRU beside it.

    Args:
        text_of: gives a sequence of so many timesteps.
    """
    rows = []
    for T, H, bound in SIZES:
        one, other = (
            store.create(replace(PRESETS["classroom"], variant=variant, hidden_size=H), start=False)
            for variant in ("standard", "gru")
        )
        p95 = {}
        for cells, beside in ((1, ""), (2, f"&beside={other.id}")):
            page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
            page.goto(f"{server.url}/step?run={one.id}&sequence={text_of(T)}&timestep=2{beside}")
            page.wait_for_selector(".drawing.second [data-value]" if beside else ".strip button")
            times = main_thread_times(page)
            p95[cells] = times[int(0.95 * len(times))]
            bounds = bound * cells
            rows.append(
                [
                    f"{T}, {H}",
                    "LSTM and GRU" if beside else "LSTM",
                    f"{statistics.median(times):.1f} ms",
                    f"{p95[cells]:.1f} ms",
                    f"{bounds:.0f} ms",
                    f"{p95[cells] / p95[1]:.2f}",
                ]
            )
            page.close()
    print_table(
        "A step with two cells on the page (headless Chromium)",
        ["T, H", "cells", "main thread, median", "p95", "allowed", "p95 / one cell's"],
        rows,
    )
