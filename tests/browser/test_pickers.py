"""The fields in which runs are picked: each stays the same field, whatever is chosen and however that is called."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import Run, RunStore
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS

WATCH = """label => {
    const fields = () => [...document.querySelectorAll("[role=combobox]")].filter(
        (field) => (field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent ?? "").includes(label));
    window.most = 0;
    const look = () => (window.most = Math.max(window.most, fields().length));
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    look();
    window.field = fields()[0];
    window.isSame = () => window.field.isConnected && fields()[0] === window.field && window.most === 1;
}"""


@pytest.mark.thorough
def test_a_picker_is_never_made_anew_by_a_choice_or_another_label(
    open_page: Callable[..., Page], shared_server: AppServer, store: RunStore, run: Run
):
    others = [store.create(replace(SETTINGS, seed=seed), f"sibling {seed}", start=False) for seed in (1, 2)]
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    picker = page.get_by_role("combobox", name="Run", exact=True)
    expect(picker).to_have_value(re.compile("^to step · "))
    page.evaluate(WATCH, "Run")
    picker.click()
    page.get_by_role("option", name="sibling 1").click()
    expect(picker).to_have_value(re.compile("^sibling 1 · "))
    page.wait_for_function("id => location.search.includes(`run=${id}`)", arg=others[0].id)
    store.rename(others[0].id, "renamed elsewhere")
    page.get_by_role("button", name="New run").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(picker).to_have_value(re.compile("^renamed elsewhere · "))
    picker.click()
    page.get_by_role("option", name="sibling 2").click()
    page.wait_for_function("id => location.search.includes(`run=${id}`)", arg=others[1].id)
    expect(picker).to_have_value(re.compile("^sibling 2 · "))
    page.go_back()
    expect(picker).to_have_value(re.compile("^renamed elsewhere · "))
    assert page.evaluate("isSame()")

    page.get_by_role("link", name="Compare", exact=True).first.click()
    chosen = page.locator(".stMultiSelect [data-tag]")
    expect(chosen).to_have_count(3)
    page.evaluate(WATCH, "Runs")
    page.get_by_role("combobox", name="Runs").press("Backspace")
    expect(chosen).to_have_count(2)
    page.wait_for_function("decodeURIComponent(location.search).split('runs=')[1]?.split(',').length === 2")
    left = [tag.split(" · ")[0] for tag in chosen.all_inner_texts()]
    first = next(one for one in (run, *others) if store.get(one.id).name == left[0])
    store.rename(first.id, "renamed once more")
    page.get_by_role("combobox", name="Runs").press("Backspace")
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("renamed once more")
    page.wait_for_function("id => location.search.endsWith(`runs=${id}`)", arg=first.id)
    assert page.evaluate("isSame()")
    for one in others:
        store.delete(one.id)
