"""The Sweeps page in a browser."""

import re
from urllib.parse import quote

from playwright.sync_api import expect

from lstm_engine.runs.sweeps import Halving, Plan, read_axis

PLAN = Plan(
    "parity",
    (read_axis("learning_rate", "0.01, 0.1"), read_axis("variant", "standard, rnn")),
    fixed={"end_step": 40, "hidden_size": 4},
    halving=Halving(10, 2),
    title="By a link",
)


def test_a_sweep_by_a_link_is_begun_watched_to_its_end_and_its_best_run_stepped(shared_server, store, open_page):
    page = open_page(f"{shared_server.url}/sweeps?plan={quote(PLAN.to_json())}")
    expect(page.get_by_text("4 runs: 4 choices, most of which are given up on the way")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("The sweep is done; 1 of 4 runs finished; 3 given up")).to_be_visible(timeout=30_000)
    expect(page).to_have_url(re.compile(r"/sweeps\?sweep=\d+$"))
    drawn = "[...document.querySelectorAll('.js-plotly-plot')].map((plot) => plot._fullData?.length ?? 0)"
    page.wait_for_function(f"{drawn}.length === 2 && {drawn}.every((count) => count > 1)")
    sweep = store.list_sweeps()[0]
    best = max(store.sweep_runs(sweep.id), key=lambda run: (run.measure, -run.best))
    page.get_by_test_id("stPageLink").locator("a", has_text="learning rate").first.click()
    expect(page).to_have_url(re.compile(rf"/step\?run={best.run_id}\b"))
    store.delete_sweep(sweep.id)
