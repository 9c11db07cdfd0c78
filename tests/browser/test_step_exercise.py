"""Links that a teacher makes: what they hide and say, the dialog that makes them, and frames in other pages."""

import http.server
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import RunStore
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS, current

SENTENCE = "Step to the x. <b>Which</b> gate closes, & why?"


def test_a_dialog_makes_an_exercise_and_its_link_shows_just_that(
    open_step: Callable[..., Page], open_page: Callable[..., Page]
):
    page = open_step("sequence=alexandra&timestep=5&unit=7&panel=backward")
    page.get_by_role("button", name="Share or exercise").click()
    dialog = page.get_by_role("dialog", name="Share or exercise")
    dialog.get_by_label("A sentence on top").fill(SENTENCE)
    page.keyboard.press("ArrowRight")  # is the field's
    for part in ("other pages", "of the run", "of the sequence", "“Backward”", "heatmaps", "the prediction"):
        dialog.get_by_label(part).check()
    expect(dialog).to_contain_text(
        "Hidden are the links to other pages, the choice of the run, the choice of the sequence, the prediction, "
        "the panel “Backward” and the heatmaps."
    )
    expect(dialog).to_contain_text("Embedding is off on this server")
    link = dialog.get_by_label("Link", exact=True).input_value()
    frame = dialog.get_by_label("HTML of a frame").input_value()
    source = unescape(frame.split('src="')[1].split('"')[0])
    assert source.replace("&embed=true", "") == link
    dialog.get_by_text("Preview", exact=True).click()
    inside = page.frame_locator("iframe[title='Preview of the link']")
    note = dialog.get_by_role("textbox").first
    note.focus()  # whoever types meanwhile goes on typing, however late the preview comes
    expect(inside.locator(".note")).to_have_text(SENTENCE)
    expect(inside.locator(".step-view")).to_have_attribute("aria-busy", "false")
    expect(inside.locator(".heatmaps")).to_be_hidden()
    expect(note).to_be_focused()
    dialog.get_by_label("newest run of the task").check()
    by_task = parse_qs(urlsplit(dialog.get_by_label("Link", exact=True).input_value()).query)
    assert by_task["task"] == ["names"]
    assert "run" not in by_task
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert current(page) == 4
    assert "note" not in parse_qs(urlsplit(page.url).query)  # the view itself stays as it is

    again = open_page(link)
    again.wait_for_selector(".strip button")
    expect(again.locator(".note")).to_have_text(SENTENCE)  # as text
    assert again.locator(".note b").count() == 0
    assert current(again) == 4
    for hidden in (".prediction", ".heatmaps", ".arrange"):
        expect(again.locator(hidden)).to_be_hidden()
    for hidden in ("Run", "Sequence", "Example"):
        expect(again.get_by_label(hidden).first).to_be_hidden()
    expect(again.get_by_role("link", name="Train", exact=True)).to_have_count(0)
    expect(again.get_by_role("tab", name="Backward")).to_have_count(0)
    expect(again.get_by_role("tab", name="Why")).to_have_attribute("aria-selected", "true")
    again.keyboard.press("l")  # a key leads to no panel that is hidden
    again.keyboard.press("y")  # nor to the answer
    expect(again.get_by_role("tab", name="Why")).to_have_attribute("aria-selected", "true")
    expect(again.locator(".why h3")).to_contain_text("Why f of unit 7")
    expect(again.locator(".strip button").nth(4)).not_to_have_attribute("title", "surprise")
    expect(again.locator(".cell [data-value='prediction']")).to_be_hidden()
    again.keyboard.press("ArrowRight")
    assert current(again) == 5


def test_a_link_that_hides_what_is_not_there_says_so(open_step: Callable[..., Page]):
    page = open_step("sequence=maria&hide=curves,magic,why,whatif,backward,compare,save&panel=why&present=yes")
    notice = page.locator(".notice")
    expect(notice).to_contain_text("The link hides “magic”, which this page does not have")
    expect(notice).to_contain_text("present “yes” (there are 1 and 0)")
    expect(page.locator(".curves")).to_be_hidden()
    expect(page.locator(".panels")).to_be_hidden()  # no panel is left
    expect(page.locator(".heatmaps")).to_be_visible()
    expect(page.locator(".note")).to_be_hidden()


@pytest.fixture
def course(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A course's own site, and the folder of its pages."""
    folder = tmp_path / "course"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object):
            super().__init__(*args, directory=folder)  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://localhost:{site.server_address[1]}", folder
        site.shutdown()
        thread.join()


@pytest.mark.thorough
def test_a_course_shows_the_view_in_a_frame_where_the_server_allows_it(
    server: AppServer, course: tuple[str, Path], open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
):
    site, folder = course
    with RunStore(server.database_url) as store:
        run = store.create(SETTINGS, "framed", start=False)
    monkeypatch.setenv("LSTM_EMBED_ORIGINS", f"{site}, https://*.school.example")
    server.start()
    page = open_page(f"{server.url}/step?run={run.id}&sequence=maria")
    page.wait_for_selector(".strip button")
    page.get_by_role("button", name="Share or exercise").click()
    dialog = page.get_by_role("dialog", name="Share or exercise")
    expect(dialog).to_contain_text(f"Pages of {site}, https://*.school.example may show it.")
    frame = dialog.get_by_label("HTML of a frame").input_value()
    (folder / "lesson.html").write_text(f"<!doctype html><h1>Lesson</h1>{frame}", "utf-8")

    lesson = open_page(f"{site}/lesson.html", apart=True)
    inside = lesson.frame_locator("iframe")
    inside.get_by_role("button", name="Forward", exact=True).click()
    expect(inside.locator(".strip [aria-current]")).to_have_attribute("data-timestep", "4")
    expect(inside.get_by_role("link", name="Train")).to_have_count(0)
