"""Start, opened on a server that has just been started by a browser that has nothing in its cache yet."""

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from lstm_engine.runs import PRESETS, RunStore, Status
from tests.benchmarks.table import print_table
from tests.browser import chromium
from tests.browser.server import AppServer
from tests.browser.test_start_page import ALL_MOVED, MOVING

ROUNDS = 10
FIRST_VISITS = 5
# since the navigation began: the frames in which the headline, the numbers in the drawn cell, and the link are there
WATCH = """() => {
  window.seen = {};
  const roots = () => [document, ...[...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean)];
  const shows = (node) => Boolean(node?.checkVisibility());
  const look = () => {
    const found = {
      headline: shows(document.querySelector("h1")),
      numbers: roots().some((root) => [...root.querySelectorAll("[data-value]")].some(
        (node) => /\\d/.test(node.textContent) && shows(node))),
      link: shows(document.querySelector(".st-key-start_ways a[href*='step']")),
    };
    for (const [name, there] of Object.entries(found)) if (there) window.seen[name] ??= performance.now();
    if (Object.keys(window.seen).length < 3) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
SENT = """() => {
  const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const scripts = entries.filter(({ name }) => name.endsWith(".js"));
  const sum = (list) => list.reduce((total, { transferSize }) => total + transferSize, 0);
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  return { requests: entries.length, bytes: sum(entries), scripts: sum(scripts), paint };
}"""


def open_once(playwright: Playwright, server: AppServer) -> dict[str, float]:
    """Milliseconds from the navigation to what a visitor waits for, and what was sent for it."""
    browser = playwright.chromium.launch(executable_path=chromium.find(bare=False), args=chromium.FLAGS)
    page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page.add_init_script(f"({WATCH})()")
    page.goto(server.url, wait_until="commit")
    page.wait_for_function("Object.keys(window.seen ?? {}).length === 3", timeout=120_000)
    found: dict[str, Any] = page.evaluate("seen") | page.evaluate(SENT)
    found["usable"] = max(found["headline"], found["numbers"], found["link"])
    clicked = time.perf_counter()
    page.locator(".st-key-start_ways a").first.click()
    page.wait_for_url("**/step*")
    found["reacted"] = 1000 * (time.perf_counter() - clicked)
    browser.close()
    return found


def first_visit(playwright: Playwright) -> float:
    """Seconds from opening a server with an empty store until names, loss and reading all have moved."""
    with tempfile.TemporaryDirectory() as folder:
        server = AppServer(Path(folder))
        server.start()
        browser = playwright.chromium.launch(executable_path=chromium.find(bare=False), args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        began = time.perf_counter()
        page.goto(server.url, wait_until="commit")
        page.wait_for_function(f"({MOVING})().read >= 0", timeout=120_000)
        page.wait_for_function(ALL_MOVED, arg=page.evaluate(MOVING), timeout=120_000)
        took = time.perf_counter() - began
        browser.close()
        server.stop()
    return took


def main() -> None:
    rounds = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = AppServer(Path(folder))
        store = RunStore(server.database_url)
        run = store.create(replace(PRESETS["classroom"], end_step=300, pace=0.0), "to look at")
        server.start()
        while store.get(run.id).status is not Status.FINISHED:
            time.sleep(0.1)
        server.stop()
        for _ in range(ROUNDS):
            server.start()
            rounds.append(open_once(playwright, server))
            server.stop()
        store.close()
        moving = sorted(first_visit(playwright) for _ in range(FIRST_VISITS))
    rows = []
    for name, words, unit in (
        ("paint", "first paint", "s"),
        ("headline", "headline", "s"),
        ("link", "“Step it”", "s"),
        ("numbers", "drawn cell with its numbers", "s"),
        ("usable", "usable: all of these", "s"),
        ("reacted", "“Step it” clicked, to its address", "s"),
        ("requests", "requests until then", ""),
        ("bytes", "sent until then", "MB"),
        ("scripts", "scripts of it", "MB"),
    ):
        values = sorted(each[name] for each in rounds)
        scale = {"s": 1e-3, "MB": 1e-6, "": 1}[unit]
        digits = 2 if unit else 0
        rows.append([words, *(f"{scale * one:.{digits}f} {unit}" for one in (statistics.median(values), values[-1]))])
    rows.append(
        ["empty store: until all has moved", *(f"{one:.2f} s" for one in (moving[len(moving) // 2], moving[-1]))]
    )
    print_table(
        f"Start, opened on a server just started by a browser without a cache ({ROUNDS} times)",
        ["", "median", "worst"],
        rows,
    )


if __name__ == "__main__":
    main()
