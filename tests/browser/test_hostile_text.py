"""A name full of Markdown, tags and formulas stands on every page as it was typed, and nothing of it is fetched."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from dashboard.shell.plain import JOINER
from dashboard.shell.run_labels import run_labels
from lstm_engine import StepMetrics
from lstm_engine.runs import PRESETS
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded

QUICK = replace(PRESETS["classroom"], hidden_size=16, end_step=50)
NAMES = (  # at most 80 characters each
    "[l](http://e.example) ![i](http://e.example/i) www.e.example a@e.example $x$",
    "# **b** `c` :red[h] :smile: :material/delete: <a href='//e.example'>x</a> %{x}",
    "<img src=http://e.example/i> <b>x</b> &amp; $$y$$ _i_ ~~s~~ -> http://e.example",
)
MADE_OF_IT = ".stMain :is(a[href], img, .katex, em, del, code, [data-testid=stIconMaterial]), .js-plotly-plot svg a"

# where the last point of a line is on the screen
LAST_POINT = """(line) => {
    const chart = document.querySelector(".js-plotly-plot");
    const { xaxis, yaxis } = chart._fullLayout;
    const { x, y } = chart._fullData[line];
    const { left, top } = chart.getBoundingClientRect();
    return [left + xaxis._offset + xaxis.d2p(x.at(-1)), top + yaxis._offset + yaxis.d2p(y.at(-1))];
}"""


def reads(page: Page, text: str) -> bool:
    """Whether it stands somewhere on the page as it was typed."""
    shown = page.evaluate("document.body.textContent").replace(JOINER, "")
    return text in shown


@pytest.mark.thorough
def test_names_are_text_everywhere(shared_server, store, open_page):
    kept = [store.create(replace(QUICK, seed=0), name, start=False) for name in NAMES]
    newest = [store.create(replace(QUICK, seed=1), name, start=False) for name in reversed(NAMES)][::-1]
    for level, run in enumerate(kept + newest):
        lease = new_lease()
        store.acquire(run.id, lease)
        rows = [Recorded(StepMetrics(k, 2.0, 1.0, 0.01), 2.0 + level) for k in range(1, 5)]
        store.record(run.id, lease, rows)
        store.release(run.id, lease)
    page = open_page("about:blank")
    fetched: list[str] = []
    page.on("request", lambda request: "e.example" in request.url.split("?")[0] and fetched.append(request.url))
    page.goto(f"{shared_server.url}/train")
    page.wait_for_selector(".lstm-curves .main-svg")
    ours = page.locator(MADE_OF_IT).count()

    for name in NAMES:  # the newest run has it as well, since newer ones are deleted below
        page.goto(f"{shared_server.url}/train?run={quote(name)}")
        expect(page.get_by_text("is not the number of a run")).to_be_visible()
        page.wait_for_selector(".lstm-curves .main-svg")
        assert reads(page, f"“{name[:40]}” is not the number of a run.")
        assert page.locator(MADE_OF_IT).count() == ours
        page.get_by_role("button", name="Manage").click()
        page.get_by_role("tab", name="Delete").click()
        page.get_by_role("button", name="Delete this run").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Delete it")).to_be_visible()
        assert reads(page, f"“{name}” with its curves and checkpoints goes")
        assert dialog.locator("a[href], img, .katex, em, del, code, strong").count() == 0
        dialog.get_by_role("button", name="Delete it").click()
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        assert reads(page, f"“{name}” was deleted")
        assert page.get_by_text("someone else").count() == 0
    for run in newest:
        store.undelete(run.id)

    page.goto(f"{shared_server.url}/step?run={kept[0].id}&sequence={quote(' '.join(NAMES))}")
    expect(page.get_by_text("The nearest that it can read is")).to_be_visible()
    page.wait_for_selector(".strip button")
    assert page.locator(".stMain :is(.katex, img, em, del, [data-testid=stAlert] a)").count() == 0

    compared = ",".join(str(run.id) for run in kept + newest)
    page.goto(f"{shared_server.url}/compare?runs={compared}")
    labels = run_labels(kept + newest)
    legend = page.locator(".js-plotly-plot .legendtext")
    expect(legend.first).to_be_visible()
    page.get_by_text("Runs that differ in their seed alone").click()
    expect(legend).to_have_count(len(kept + newest) + 1)  # and the baseline
    ours = ".st-key-pages a, [href*='step?run=']"  # from each curve to its Step page
    assert page.locator(f".stMain :is(a[href]:not({ours}), img, .katex), .js-plotly-plot svg a").count() == 0
    for k, run in enumerate(kept + newest):
        start, end = (legend.nth(k).text_content() or "").split(" … ")
        assert run.name.startswith(start)
        assert labels[run.id].endswith(end)
        x, y = page.evaluate(LAST_POINT, k)
        page.mouse.move(x - 40, y)
        page.mouse.move(x, y, steps=4)
        hovered = page.locator(".js-plotly-plot .hoverlayer .name").first
        expect(hovered).to_contain_text(run.name)
        assert page.locator(".hoverlayer a").count() == 0
    assert not fetched
    for run in kept + newest:
        store.delete(run.id)
