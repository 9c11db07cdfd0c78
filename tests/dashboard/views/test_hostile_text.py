"""Names, notes and links from strangers are shown as text on every page."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lstm_engine import StepMetrics
from lstm_engine.runs import RunNotFound
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from tests.dashboard.shell.test_plain import FOUND_LATER, SPECIAL, without_backslashes
from tests.dashboard.views.apps import PAGES, SETTINGS, compare_page, deletion_form, read, run, words

MARK = "zqx"  # stands in each hostile text, so that it is found again
OURS = ("warning", "error", "info", "success", "caption", "markdown", "title", "header", "subheader")
LABELLED = ("button", "checkbox", "multiselect", "number_input", "selectbox", "text_area", "text_input", "toggle")


def markdown_of(app: AppTest) -> Iterator[str]:
    """All that Streamlit reads as Markdown."""
    for kind in OURS:
        yield from (element.value for element in getattr(app, kind))
    for kind in LABELLED:
        for widget in getattr(app, kind):
            yield widget.label
            yield getattr(widget, "help", "") or ""


def texts_of(figure: Any) -> Iterator[str]:
    """All strings of a figure, but those that are templates of ours."""
    if isinstance(figure, dict):
        for name, part in figure.items():
            if name not in ("template", "hovertemplate"):
                yield from texts_of(part)
    elif isinstance(figure, list):
        for part in figure:
            yield from texts_of(part)
    elif isinstance(figure, str):
        yield figure


NAMES = (  # at most 80 characters each; tests of `plain` take each trick by itself
    f"[l](http://e.example) ![i](http://e.example/i) www.e.example a@e.example $x$ {MARK}",
    f"# **b** _i_ `c` ~~s~~ :red[h] :smile: :material/delete: | -> <br> &amp; %{{x}} {MARK}",
)


@pytest.mark.parametrize("text", NAMES)
def test_no_page_takes_a_name_for_markdown(store, text):
    made = [store.create(replace(SETTINGS, seed=seed), text, start=False) for seed in range(2)]
    store.annotate(made[0].id, text, ["[tag](http://evil.example)", "$x$", MARK])
    forked = store.fork(made[0].id, 0, text)
    for one in (*made, forked):
        lease = new_lease()
        store.acquire(one.id, lease)
        store.record(one.id, lease, [Recorded(StepMetrics(1, 2.0, 1.0, 0.01), 2.0)])
        store.release(one.id, lease)
    said, drawn = [], []
    for page in PAGES:
        for query in ({"run": text, "runs": text}, {"run": str(made[0].id), "sequence": text}):
            app = run(page, **query)
            said += [element for element in markdown_of(app) if MARK in element]
            for chart in app.get("plotly_chart"):
                drawn += [one for one in texts_of(json.loads(chart.proto.spec)) if MARK in one]
    assert said
    assert drawn
    for element in said:
        assert not SPECIAL.search(element)
        assert not FOUND_LATER.search(without_backslashes(element))
    for element in drawn:
        assert not set(element) & set("<>$%")
    app = run(deletion_form)
    asked = [read(one.value) for one in app.markdown if MARK in one.value]
    assert asked == [
        f"“{' '.join(store.list_runs()[0].name.split())}” with its curves and checkpoints goes, for everyone. "
        "It can be brought back within a day."
    ]
    app.button(key="confirm_delete").click().run()
    assert any("was deleted, for everyone" in said for said in words(app))
    for element in markdown_of(app):
        assert MARK not in element or not SPECIAL.search(element)


@pytest.mark.parametrize("value", ["9" * 5_000, "-1", "²", "٣", "1e99", "\x00", "a" * 100_000, "[x](http://y.example)"])
def test_any_address_shows_a_page(store, value):
    made = store.create(SETTINGS, start=False)
    others = dict.fromkeys(("checkpoint", "sequence", "runs", "t", "unit"), value)
    for page in PAGES:
        for wanted in (value, str(made.id)):
            app = run(page, run=wanted, **others)
            assert not any("could not be shown" in said for said in words(app))
            assert all(len(said) < 400 for said in words(app))
            assert app.session_state["selection"]["runs" if page is compare_page else "run"] == str(made.id)


def test_deleting_a_run_oneself_is_no_news(store):
    first, second = (store.create(SETTINGS, name, start=False) for name in ("first", "second"))
    app = run(deletion_form, run=str(second.id))
    app.button(key="confirm_delete").click().run()
    app.query_params["run"] = str(second.id)  # the browser's address comes late
    app.session_state["selection"] = {"run": str(second.id)}
    app.run()
    assert not any("someone else" in said for said in words(app))
    assert app.session_state["selection"]["run"] == str(first.id)
    app.button(key="undelete").click().run()
    assert store.get(second.id).name == "second"
    store.delete(second.id)  # now it is somebody else
    with pytest.raises(RunNotFound):
        store.get(second.id)
    app.run()
    assert any("perhaps by someone else" in said for said in words(app))
