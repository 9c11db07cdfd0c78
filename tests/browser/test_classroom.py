"""A teacher and a student in two browsers: the student follows, wanders off, comes back, leads, and is let go."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lstm_engine.runs import Run
from tests.browser.server import AppServer
from tests.browser.step_view import current
from tests.browser.test_accessibility import violations

PHONE: ViewportSize = {"width": 390, "height": 844}


def stands_at(page: Page, timestep: int) -> None:
    """The step view comes to show that timestep, as people count."""
    expect(page.locator(".strip [aria-current]")).to_have_attribute("data-timestep", str(timestep - 1))


def bar(page: Page, text: str) -> None:
    expect(page.locator(".room-words")).to_contain_text(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def experiment(teacher: Page, student: Page) -> None:
    """A class experiment: the student trains the letters of their name on a phone, and all see the curve."""
    teacher.locator(".room-code").click()
    teacher.get_by_label("leave the lead and look around alone").check()
    press(teacher, "Whose name is easy to learn?")
    teacher.get_by_label("Title").fill("<img src=x onerror=window.hit=1>")
    teacher.get_by_label("Steps").fill("999999")
    press(teacher, "Begin it for the class")
    expect(teacher.locator(".x-teacher .problem")).to_contain_text("2,000 steps here, not 999,999")
    teacher.get_by_label("Steps").fill("20")
    press(teacher, "Begin it for the class")

    sheet = student.locator(".x-sheet")
    expect(sheet).to_contain_text("Choose your letters, then train your own network.")
    expect(student.get_by_label("Your letters")).to_have_value("Anna")
    student.get_by_label("Your letters").fill("<b>")
    press(student, "Train mine")
    expect(sheet.locator(".q-problem")).to_contain_text("two at least")
    student.get_by_label("Your letters").fill("Otto")
    press(student, "Train mine")
    expect(student.locator(".x-own").first).to_contain_text("Yours, “Otto”. Trained, loss")
    expect(student.get_by_role("button", name="Train mine")).to_be_hidden()  # each has one run here
    expect(student.locator("path.x-own")).to_have_attribute("d", re.compile(r"^M[\d.]+ [\d.]+L"))
    assert student.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not violations(student)
    expect(teacher.locator(".x-key").first).to_contain_text("Best: Anna")
    teacher.locator(".x-key").first.click()
    expect(teacher.locator(".x-card")).to_contain_text("Anna: “Otto”")
    press(teacher, "Freeze")
    expect(sheet).to_contain_text("Frozen: all curves rest.")
    press(teacher, "Go on")
    expect(sheet).not_to_contain_text("Frozen")
    student.locator(".x-key").first.click()
    press(student, "Step through it")
    student.wait_for_selector(".strip button")  # the sheet goes aside
    expect(student.get_by_role("combobox", name="Run")).to_have_value(re.compile("^class curve"))
    press(student, "Back to the experiment")
    press(teacher, "Clear")
    press(teacher, "Press again: all curves go")
    expect(student.get_by_role("button", name="Train mine")).to_be_visible()
    press(teacher, "Done")
    for page in (teacher, student):
        expect(page.locator(".x-sheet")).to_have_count(0)
        assert page.evaluate("window.hit") is None
    press(student, "Back to the class")


@pytest.mark.xdist_group("others")
def test_a_class_follows_wanders_off_and_comes_back(shared_server: AppServer, open_page: Callable[..., Page], run: Run):
    url = shared_server.url
    teacher = open_page(f"{url}/classroom", apart=True)
    press(teacher, "Open a room")
    code = teacher.locator(".classroom .code").inner_text()
    key = teacher.locator(".key code").inner_text()
    assert re.fullmatch(r"[3-9C-Y]{3}-[3-9C-Y]{3}", code)
    expect(teacher.locator(".picture svg path")).to_have_count(1)

    student = open_page(f"{url}/classroom?room=CCC-333", viewport=PHONE, has_touch=True)
    student.get_by_label("Your nickname").fill("Anna <b>")
    press(student, "Join")
    expect(student.locator("#room-the-room-s-code-problem")).to_contain_text("no room with the code CCC-333")
    student.get_by_label("The room’s code").fill(f" {code.lower().replace('-', ' ')} ")
    press(student, "Join")
    expect(student.locator("#room-your-nickname-problem")).to_contain_text("yours has “<” in it")
    student.get_by_label("Your nickname").fill("Anna")
    press(student, "Join")
    bar(student, "Your teacher has not begun yet.")
    expect(teacher.locator(".students li")).to_contain_text("Annafollows")

    teacher.get_by_role("link", name="Step", exact=True).first.click()  # without a word of the run: the page adds it
    teacher.wait_for_selector(".strip button")
    student.wait_for_selector(".strip button")
    for pressed in ("Home", "ArrowRight", "ArrowRight"):
        teacher.keyboard.press(pressed)
    for page in (teacher, student):
        stands_at(page, 3)
        page.wait_for_url(f"**run={run.id}&**timestep=3**")
    entries = student.evaluate("history.length")
    teacher.get_by_role("tab", name="What if").click()
    teacher.keyboard.press("1")  # clamps
    expect(student.get_by_role("tab", name="What if")).to_have_attribute("aria-selected", "true")
    student.wait_for_url("**clamps=**")
    assert student.evaluate("history.length") == entries  # Back leads to what was before the class

    student.get_by_role("button", name="Next timestep").or_(student.locator(".strip button").nth(5)).last.click()
    bar(student, "You are on your own.")
    alone = current(student)
    teacher.keyboard.press("ArrowLeft")
    stands_at(teacher, 2)
    bar(teacher, "on their own")
    student.reload()  # as one who closes and opens the laptop: it stays on its own, and knows its room
    student.wait_for_selector(".strip button")
    assert current(student) == alone
    press(student, "Back to the class")
    stands_at(student, 2)
    bar(student, "You follow your teacher.")
    student.context.set_offline(True)
    bar(student, "Not connected.")
    teacher.keyboard.press("ArrowRight")
    student.context.set_offline(False)
    stands_at(student, 3)
    bar(student, "You follow your teacher.")
    teacher.context.set_offline(True)
    bar(teacher, "Not connected.")
    teacher.keyboard.press("ArrowLeft")  # the class stays where it was, and follows when the network is back
    stands_at(student, 3)
    teacher.context.set_offline(False)
    stands_at(student, 2)
    bar(teacher, "1 follows")

    teacher.locator(".room-code").click()
    press(teacher, "I have written it down")
    expect(teacher.get_by_text("Your key, shown this once")).to_be_hidden()
    assert not violations(teacher)
    teacher.get_by_label("leave the lead and look around alone").uncheck()
    student.keyboard.press("ArrowRight")
    bar(student, "Your teacher leads all of you just now.")
    stands_at(student, 2)
    teacher.get_by_label("choose another sequence").uncheck()
    expect(student.locator(".st-key-pick_sequence")).to_be_hidden()
    teacher.get_by_label("choose another sequence").check()
    expect(student.locator(".st-key-pick_sequence")).to_be_visible()

    teacher.get_by_role("button", name="Hand the lead to Anna").click()
    bar(student, "You have the lead: the class sees what you do.")
    press(teacher.locator(".leader"), "Go to the class")  # type: ignore[arg-type]
    stands_at(teacher, 2)
    student.keyboard.press("ArrowRight")
    stands_at(teacher, 3)
    press(teacher, "Take the lead back")
    bar(student, "Your teacher leads again.")
    teacher.keyboard.press("ArrowRight")
    stands_at(student, 4)

    experiment(teacher, student)

    teacher.context.clear_cookies()  # as in another browser
    teacher.goto(f"{url}/classroom")
    teacher.get_by_text("I opened a room in another browser").click()
    teacher.get_by_label("Its key").fill(key)
    press(teacher, "Come back")
    expect(teacher.locator(".students li")).to_contain_text("Anna")
    press(teacher, "Close the room")
    press(teacher, "Press again to close it for all")
    for page in (student, teacher):
        bar(page, "its teacher has closed it")
    stands_at(student, 4)
