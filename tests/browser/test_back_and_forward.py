"""Back and Forward, pressed faster than pages can answer: what ends on the screen is what the address says."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import Run, RunStore
from tests.browser.server import AppServer
from tests.browser.step_view import AT_REST, SETTINGS, query, says

PRESSES = 20
BURST = 5
GO = """async (presses) => {
  let gone;
  for (const [move, pause] of presses) {
    gone = new Promise((done) => navigation.addEventListener("currententrychange", done, { once: true }));
    history.go(move);
    await new Promise((done) => setTimeout(done, pause));
  }
  await gone;
}"""


@pytest.mark.thorough
def test_back_and_forward_in_any_rhythm_end_where_the_address_says(
    open_page: Callable[..., Page], shared_server: AppServer, store: RunStore, run: Run
):
    """Over four pages and two runs, at 50 to 400 ms; a link followed in between is not lost either."""
    other = store.create(replace(SETTINGS, hidden_size=8, seed=1), "the other", start=False)
    names = {str(run.id): run.name, str(other.id): other.name}
    generator = random.Random(7)
    page = open_page(f"{shared_server.url}/step?run={run.id}&sequence=sakura&timestep=2")
    picker = page.get_by_role("combobox", name="Run", exact=True)

    def holds() -> None:
        """The page, and the run in it, are those of the address, and no exception is shown."""
        address = urlsplit(page.url)
        place, said = address.path.strip("/"), parse_qs(address.query)
        current = page.locator("[data-testid=stTopNavLink][aria-current=page]")
        expect(current).to_have_text(place.capitalize())
        if place == "compare":
            expect(page.locator(".st-key-compared_runs")).to_be_visible()
        else:
            expect(page.locator(f".st-key-run_on_{place}")).to_have_count(1)
            expect(picker).to_have_value(re.compile(f"^{names[said['run'][0]]} · "))
        expect(page.locator(".strip button")).to_have_count(len(said["sequence"][0]) + 1 if place == "step" else 0)
        expect(page.locator(".stException, [role=dialog]")).to_have_count(0)

    def follow(name: str) -> None:
        page.get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_url(f"**/{name.lower()}?*")
        holds()

    def choose(chosen: Run) -> None:
        picker.click()
        page.get_by_role("option", name=chosen.name).click()
        page.wait_for_function("id => location.search.includes(`run=${id}`)", arg=str(chosen.id))

    page.wait_for_selector(".strip button")
    for step in ("Train", other, "Inspect", "Step", run, "Compare"):
        follow(step) if isinstance(step, str) else choose(step)
    length = page.evaluate("history.length")
    at = length - 1
    bursts = [[(-5, 800), (1, 3), (2, 0)]]  # past a run of Train, before its script was asked for it
    at -= 2
    for _ in range(PRESSES // BURST):
        presses = []
        for _ in range(BURST):
            move = generator.choice([move for move in (-2, -1, 1, 2) if length - 7 <= at + move < length])
            at += move
            presses.append((move, generator.randint(50, 400)))
        bursts.append(presses)
    for presses in bursts:
        page.evaluate(GO, presses)
        page.wait_for_timeout(AT_REST)  # what was asked for too late is drawn by now
        holds()
    assert page.evaluate("history.length") == length

    page.get_by_role("link", name="Inspect" if "/train" in page.url else "Train", exact=True).first.click()
    page.evaluate(GO, [(-1, 60), (-1, 0)] if at > length - 6 else [(-1, 60)])
    page.wait_for_timeout(AT_REST)
    holds()
    store.delete(other.id)


@pytest.mark.thorough
def test_back_and_forward_pressed_quickly_end_where_they_lead(
    open_page: Callable[..., Page], shared_server: AppServer, store: RunStore, run: Run
):
    """Every entry of the history is passed in jumps and in presses faster than a page can answer, with reloads."""
    other = store.create(replace(SETTINGS, hidden_size=8, seed=1), "the other", start=False)
    page = open_page(f"{shared_server.url}/step?run={run.id}&sequence=sakura&timestep=2")
    page.wait_for_selector(".strip button")
    page.get_by_role("tab", name="What if").click()
    page.get_by_label("Value to clamp at").fill("0.25")
    page.get_by_role("button", name="Clamp", exact=True).click()
    page.wait_for_function("location.search.includes('clamps=')")
    page.keyboard.press("ArrowRight")
    page.get_by_role("link", name="Train", exact=True).first.click()
    page.wait_for_url("**/train?run=*")
    page.get_by_role("link", name="Step", exact=True).first.click()
    expect(page.locator(".clamps li")).to_have_count(1)
    page.wait_for_function("location.search.includes('clamps=')")
    left = query(page)
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name="the other").click()
    page.wait_for_function("id => location.search.includes(`run=${id}`)", arg=other.id)
    field = page.get_by_role("textbox", name="Sequence")
    field.fill("anna")
    field.press("Enter")
    expect(page.locator(".strip button")).to_have_count(5)
    # 0 as opened, 1 the panel, 2 the clamp, 3 Train, 4 Step again, 5 the other run, 6 another sequence
    page.wait_for_function("location.search.includes('sequence=anna')")
    ends = query(page)
    length = page.evaluate("history.length")
    sequences = ["sakura"] * 5 + ["alexandra", "anna"]
    at = 6

    def go(*moves: int, pause: int = 0) -> None:
        nonlocal at
        at += sum(moves)
        page.evaluate(
            """async ([moves, pause]) => {
                for (const move of moves) {
                    const gone = new Promise((done) => (navigation.oncurrententrychange = done));
                    history.go(move);
                    await gone;
                    if (pause) await new Promise((done) => setTimeout(done, pause));
                }
            }""",
            [moves, pause],
        )

    def holds() -> None:
        """What is in view, and what the address says, is what the entry was left with."""
        if at == 3:
            page.wait_for_url(f"**/train?run={run.id}")
            expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile("^to step · "))
        else:
            picked = (run if at < 5 else other).name
            expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(f"^{picked} · "))
            expect(page.get_by_role("textbox", name="Sequence")).to_have_value(sequences[at])
            expect(page.locator(".strip button")).to_have_count(len(sequences[at]) + 1)
            expect(page.locator(".clamps li:visible")).to_have_count(1 if at in (2, 4) else 0)
            if at in (2, 4):
                says(page, left)
            elif at == 6:
                says(page, ends)
            else:
                query(page)
                panel = page.get_by_role("tab", name="Why" if at == 0 else "What if")
                expect(panel).to_have_attribute("aria-selected", "true")
        assert page.evaluate("history.length") == length

    go(-1, -1, -1, -1, -1)  # each before Streamlit's answer to the one before it
    assert at == 1
    holds()
    go(1, 1, -1, 1, 1, 1, 1)
    holds()
    go(-2, -2, 2, -1, pause=40)
    holds()
    go(-1, 1, -1, pause=15)
    page.reload()
    holds()
    go(2, -2, 1, 1, -4)
    holds()
    go(4, -1, 1, -4, pause=60)
    holds()
    for _ in range(6):
        go(1, pause=5)
    holds()
    store.delete(other.id)
