"""A teacher asks from the Step page, a student answers on a phone, and a reader tries a question alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lstm_engine.runs import Run, RunStore
from tests.browser.server import AppServer
from tests.browser.test_accessibility import violations

PHONE: ViewportSize = {"width": 390, "height": 844}
LEAST = 44  # pixels that a finger hits
HOSTILE = """---
title: <img src=x onerror=window.hit=1> **bold**
kind: number
scene: step?task=names&sequence=emma&timestep=2
engine: f[t, u]
within: 0.02
---
<script>window.hit=1</script> How open is f?

## Half
is: 0.5
That is the middle.
"""


def press(page: Page, name: str, exact: bool = True) -> None:
    page.get_by_role("button", name=name, exact=exact).click()


@pytest.mark.xdist_group("others")
def test_a_class_is_asked_votes_twice_and_sees_the_engines_answer(
    shared_server: AppServer, open_page: Callable[..., Page], run: Run, store: RunStore
):
    url = shared_server.url
    teacher = open_page(f"{url}/classroom", apart=True)
    press(teacher, "Open a room")
    code = teacher.locator(".classroom .code").inner_text()
    student = open_page(f"{url}/classroom?room={code}", viewport=PHONE, has_touch=True)
    student.get_by_label("Your nickname").fill("Anna")
    press(student, "Join")
    expect(teacher.locator(".students li")).to_contain_text("Anna")

    # a question of one's own: what is wrong with it is said, and nothing in it is HTML
    teacher.get_by_text("Write a question of your own").click()
    own = teacher.get_by_label("A question in Markdown")
    own.fill(HOSTILE.replace("f[t, u]", "q[t, u]"))
    press(teacher, "Keep it")
    expect(teacher.locator(".q-teacher .problem")).to_contain_text("Line 5: there is no “q” in this scene")
    file = {"name": "own.md", "mimeType": "text/markdown", "buffer": HOSTILE.encode()}
    teacher.locator(".q-teacher input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(teacher.locator(".q-own li span")).to_have_text("<img src=x onerror=window.hit=1> **bold**")

    # from the Step page in two clicks; what shows the answer is hidden until it is told
    teacher.goto(f"{url}/step?run={run.id}&sequence=emma&timestep=2&unit=3")
    teacher.wait_for_selector(".strip button")
    press(teacher, "Ask")
    press(teacher, "What will this gate do at the next symbol?")
    teacher.wait_for_url("**hide=**")
    choices = student.locator(".q-choice")
    expect(choices).to_have_count(3)
    expect(student.locator(".q-sheet")).to_contain_text("Next it reads “m”")
    expect(teacher.locator(".q-count")).to_have_text("0 of 1 have answered.")
    assert all(box["height"] >= LEAST for box in [choices.nth(k).bounding_box() or {"height": 0} for k in range(3)])
    assert student.evaluate("document.documentElement.scrollWidth <= innerWidth")
    student.wait_for_selector(".strip button")
    asked: list[str] = []
    student.on("request", lambda request: asked.append(f"{request.method} {request.url.rpartition('/')[2]}"))
    choices.nth(0).tap()
    choices.nth(2).tap()
    expect(student.locator(".q-status")).to_contain_text("Your answer counts.")
    expect(teacher.locator(".q-count")).to_have_text("1 of 1 have answered.")
    assert asked.count("POST answer") == 2
    assert not {one for one in asked if "answer" not in one and "whereabouts" not in one}  # no page runs for it
    expect(student.locator(".q-results, .q-rows")).to_have_count(0)
    expect(teacher.locator(".q-rows")).to_have_count(0)  # what is projected tells nothing
    room = store.room(code.replace("-", ""))
    assert room is not None
    vote = store.vote(room.id)
    assert vote is not None
    assert [one.answer for one in store.answers(room.id)] == ["2"]

    student.evaluate("sessionStorage.clear()")
    student.reload()  # as another tab of that browser, which asks the server
    expect(student.locator(".q-choice[aria-pressed=true]")).to_contain_text("C")
    press(teacher, "Stop answers")
    expect(student.locator(".q-status")).to_contain_text("No more answers are taken.")
    expect(student.locator(".q-choice").first).to_be_disabled()
    press(teacher, "Ask again")
    expect(student.locator(".q-status")).to_contain_text("Talk about it with your neighbours")
    student.locator(".q-choice").nth(1).tap()
    expect(student.locator(".q-status")).to_contain_text("Your answer counts.")
    press(teacher, "Peek at what they answered")
    expect(teacher.locator(".q-row .q-bar")).to_have_count(6)  # both votes side by side
    press(teacher, "Show the answer")
    for page in (teacher, student):
        expect(page.locator(".q-engine")).to_contain_text("The engine: ")
        expect(page.locator(".q-legend .q-key")).to_have_count(2)
        expect(page.locator(".q-row.q-right")).to_have_count(1)
    teacher.wait_for_function("!location.search.includes('hide')")
    assert not violations(student)
    press(teacher, "Done")
    expect(student.locator(".q-sheet")).to_have_count(0)

    press(teacher, "Ask")
    press(teacher, "<img src=x onerror=window.hit=1> **bold**", exact=False)
    student.get_by_label("Your number").fill("0.5")
    press(student, "Answer")
    expect(student.locator(".q-status")).to_contain_text("Your answer counts.")
    expect(student.locator(".q-asked")).to_contain_text("<script>window.hit=1</script>")
    assert [page.evaluate("window.hit") for page in (teacher, student)] == [None, None]

    press(teacher, "Done")
    teacher.goto(f"{url}/classroom")
    with teacher.expect_download() as saved:
        teacher.get_by_role("link", name="Save them (CSV)", exact=True).click()
    text = saved.value.path().read_text("utf-8-sig")
    assert text.count("Anna") == 3
    assert "\n<img" in text

    # a reader alone, be they in a room or not
    page = teacher
    page.get_by_text("The forget gate is 1. What happens?").click()
    alone = page.locator(".q-alone details[open] .q-choice")
    expect(alone).to_have_count(3)
    alone.nth(0).click()
    expect(page.locator(".q-alone .q-verdict")).to_contain_text("It is the other way round")
    expect(page.locator(".q-alone .q-engine")).to_have_count(0)  # one may think again
    alone.nth(2).click()
    expect(page.locator(".q-alone .q-verdict")).to_have_text("Right.")
    expect(page.locator(".q-alone .q-engine")).to_contain_text("All of it")
    press(page, "Open the scene")
    page.wait_for_url("**/step?**clamps=f**")
    page.wait_for_selector(".strip button")
