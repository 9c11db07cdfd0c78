"""A whole lesson, played by a teacher with a projector and five students, on desktops and on phones.

The clock is shortened, the acts are all there: open, join, lead, leave and return, ask, discuss and ask again, show the
answer, hand the lead on, lose the network, reload, come late, end. With ``LSTM_SHOTS=folder`` every act leaves pictures
of what teacher, projector and students see.
"""

import csv
import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lstm_engine.runs import PRESETS, RunStore
from tests.browser.conftest import SCREEN
from tests.browser.server import AppServer
from tests.browser.test_classroom import PHONE, bar, press, stands_at

PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
TABLET: ViewportSize = {"width": 820, "height": 1180}
DEVICES = {
    "Anna": (SCREEN, "light"),
    "Ben": (PHONE, "light"),
    "Chloë": (PHONE, "dark"),
    "Дмитрий": (TABLET, "light"),
    "Eve": (SCREEN, "dark"),
}
PICTURES = os.environ.get("LSTM_SHOTS")
# the engine's own answer is no opinion of ours: the test reads it where the class does, and holds the count to it
QUESTION = "What will this gate do at the next symbol?"


@pytest.fixture
def served(server: AppServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[AppServer, int]]:
    """A server in mode shared, and a run of its administrator's that trains meanwhile."""
    monkeypatch.setenv("LSTM_MODE", "shared")
    with RunStore(server.database_url) as store:
        run = store.create(replace(PRESETS["classroom"], end_step=100_000), "The class’s run", start=False)
        server.start()
        store.start(run.id)
        while store.get(run.id).step < 100:
            time.sleep(0.1)
        yield server, run.id
        store.stop(run.id)


class Lesson:
    """Everybody's pages."""

    def __init__(self, url: str, open_page: Callable[..., Page]):
        self.url, self.open_page, self.act = url, open_page, 0
        self.teacher = open_page(f"{url}/classroom", apart=True)
        self.students: dict[str, Page] = {}
        self.projector: Page | None = None

    def pictures(self, name: str) -> None:
        """Of all screens, for people to look at."""
        self.act += 1
        if not PICTURES:
            return
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        screens = {"teacher": self.teacher, "projector": self.projector, **self.students}
        for whose, page in screens.items():
            if page is not None:
                page.wait_for_timeout(300)
                page.screenshot(path=Path(PICTURES) / f"{self.act:02} {name} - {whose}.png")

    def join(self, name: str, code: str) -> Page:
        viewport, scheme = DEVICES[name]
        page = self.open_page(
            f"{self.url}/classroom?room={code}",
            viewport=viewport,
            apart=True,
            has_touch=viewport is not SCREEN,
            color_scheme=scheme,
        )
        page.get_by_label("Your nickname").fill(name)
        press(page, "Join")
        self.students[name] = page
        return page

    def all_stand_at(self, timestep: int, *but: str) -> None:
        for name, page in self.students.items():
            if name not in but:
                stands_at(page, timestep)
        if self.projector is not None:
            stands_at(self.projector, timestep)

    def answer(self, choices: dict[str, int]) -> None:
        for name, choice in choices.items():
            page = self.students[name]
            press_ = page.locator(".q-choice").nth(choice)
            press_.tap() if DEVICES[name][0] is not SCREEN else press_.click()
            expect(page.locator(".q-status")).to_contain_text("Your answer counts.")


@pytest.mark.thorough
def test_a_lesson_from_opening_the_room_to_its_end(served: tuple[AppServer, int], open_page: Callable[..., Page]):
    server, run = served
    lesson = Lesson(server.url, open_page)
    teacher = lesson.teacher

    # open
    press(teacher, "Open a room")
    code = teacher.locator(".classroom .code").inner_text()
    press(teacher, "Show it large")
    lesson.pictures("the code, large")
    teacher.keyboard.press("Escape")
    press(teacher, "I have written it down")

    # join: four in time
    for name in ("Anna", "Ben", "Chloë", "Дмитрий"):
        bar(lesson.join(name, code), "You are in.")
    expect(teacher.locator(".students li")).to_have_count(4)
    lesson.pictures("all are in")

    # lead, from a desk with a projector beside it
    teacher.goto(f"{server.url}/step?run={run}&sequence=emma&timestep=1&unit=3")
    teacher.wait_for_selector(".strip button")
    with teacher.context.expect_page() as opened:
        teacher.evaluate("void window.open(`${location.href}&present=1`)")
    projector = lesson.projector = opened.value
    projector.set_viewport_size(PROJECTOR)
    projector.wait_for_selector(".strip button")
    teacher.keyboard.press("ArrowRight")
    for page in lesson.students.values():
        page.wait_for_selector(".strip button")
    lesson.all_stand_at(2)
    teacher.keyboard.press("ArrowRight")
    lesson.all_stand_at(3)
    bar(teacher, "4 follow")
    for page in lesson.students.values():
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    lesson.pictures("led")

    # leave and return
    ben = lesson.students["Ben"]
    ben.locator(".strip button").nth(0).tap()
    bar(ben, "You are on your own.")
    teacher.keyboard.press("ArrowLeft")
    lesson.all_stand_at(2, "Ben")
    stands_at(ben, 1)
    bar(teacher, "3 follow, 1 on their own")
    lesson.pictures("one on his own")
    press(ben, "Back to the class")
    stands_at(ben, 2)
    bar(teacher, "4 follow")

    # one comes late, and is where the class is
    eve = lesson.join("Eve", code)
    eve.wait_for_selector(".strip button")
    stands_at(eve, 2)
    bar(teacher, "5 follow")

    # ask: alone, then discussed, then again
    press(teacher, "Ask")
    lesson.pictures("what can be asked")
    press(teacher, QUESTION)
    for page in lesson.students.values():
        expect(page.locator(".q-choice")).to_have_count(3)
    lesson.pictures("asked")
    first = {"Anna": 0, "Ben": 1, "Chloë": 1, "Дмитрий": 2, "Eve": 1}
    lesson.answer(first)
    expect(teacher.locator(".q-count")).to_have_text("5 of 5 have answered.")
    for page in (teacher, projector, *lesson.students.values()):
        expect(page.locator(".q-rows")).to_have_count(0)  # nobody is told before it is shown
    lesson.pictures("answered")
    press(teacher, "Stop answers")
    press(teacher, "Ask again")
    for page in lesson.students.values():
        expect(page.locator(".q-status")).to_contain_text("Talk about it with your neighbours")
    second = {"Anna": 1, "Ben": 1, "Chloë": 1, "Дмитрий": 1, "Eve": 2}
    lesson.answer(second)
    press(teacher, "Show the answer")
    for page in (teacher, projector, *lesson.students.values()):
        expect(page.locator(".q-engine")).to_contain_text("The engine: ")
        expect(page.locator(".q-legend .q-key")).to_have_count(2)  # both votes, side by side
        expect(page.locator(".q-row.q-right")).to_have_count(1)
    for choice in range(3):
        row = teacher.locator(".q-row").nth(choice)
        expect(row.locator(".q-bar")).to_have_text([str(list(vote.values()).count(choice)) for vote in (first, second)])
    lesson.pictures("the answer")
    press(teacher, "Done")
    for page in lesson.students.values():
        expect(page.locator(".q-sheet")).to_have_count(0)

    # hand the lead on: it is the student's screen that is projected
    teacher.locator(".room-code").click()
    press(teacher, "Hand the lead to Anna")
    anna = lesson.students["Anna"]
    bar(anna, "You have the lead")
    anna.keyboard.press("ArrowRight")
    lesson.all_stand_at(3)
    anna.get_by_role("tab", name="What if").click()
    expect(projector.get_by_role("tab", name="What if")).to_have_attribute("aria-selected", "true")
    lesson.pictures("a student leads")
    teacher.locator(".room-bar").get_by_role("button", name="Take the lead back").click()
    bar(anna, "Your teacher leads again.")
    teacher.go_back()
    teacher.wait_for_selector(".strip button")

    # a network is lost and found, a laptop closed and opened, another tab is opened
    chloe = lesson.students["Chloë"]
    chloe.context.set_offline(True)
    bar(chloe, "Not connected.")
    teacher.keyboard.press("End")
    teacher.keyboard.press("ArrowLeft")
    lesson.all_stand_at(4, "Chloë")
    lesson.pictures("one without a network")
    chloe.context.set_offline(False)
    stands_at(chloe, 4)
    bar(chloe, "You follow your teacher.")
    eve.reload()
    eve.wait_for_selector(".strip button")
    stands_at(eve, 4)
    with eve.context.expect_page() as opened:
        eve.evaluate("void window.open(location.href)")
    opened.value.wait_for_selector(".strip button")
    teacher.keyboard.press("ArrowLeft")
    lesson.all_stand_at(3)
    stands_at(opened.value, 3)
    bar(teacher, "5 follow")  # two tabs are one student
    opened.value.close()
    teacher.context.set_offline(True)
    bar(teacher, "Not connected.")
    teacher.keyboard.press("ArrowRight")
    teacher.context.set_offline(False)
    lesson.all_stand_at(4)
    teacher.reload()
    teacher.wait_for_selector(".strip button")
    bar(teacher, "You lead")
    teacher.keyboard.press("ArrowLeft")
    lesson.all_stand_at(3)

    # end: the answers are taken home, and all are let go where they stand
    teacher.locator(".room-code").click()
    with teacher.expect_download() as saved:
        teacher.get_by_role("link", name="Save them (CSV)", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(saved.value.path().read_text("utf-8-sig"))))
    assert len(rows) == len(first) + len(second)
    assert {name for row in rows for name in row.values()} >= set(DEVICES)
    lesson.pictures("at the end")
    press(teacher, "Close the room")
    press(teacher, "Press again to close it for all")
    for page in (teacher, projector, *lesson.students.values()):
        bar(page, "its teacher has closed it")
    for page in lesson.students.values():
        stands_at(page, 3)
    lesson.pictures("closed")
    press(ben, "Close")
    expect(ben.locator(".room-bar")).to_have_count(0)
    ben.locator(".strip button").nth(0).tap()
    stands_at(ben, 1)
