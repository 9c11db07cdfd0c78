"""The form that creates a run, on a phone in the dark, with a table as people have it."""

from playwright.sync_api import ViewportSize, expect

from tests.browser.test_accessibility import violations

PHONE: ViewportSize = {"width": 390, "height": 844}
TABLE = "Tag;Außen °C\r\n" + "\r\n".join(
    f"{1 + k % 28:02d}.{1 + k // 28:02d}.2024;{20 + k % 7},{k % 10}" for k in range(130)
)
TOO_WIDE = (
    "document.documentElement.scrollWidth > innerWidth || document.querySelector('[role=dialog]').scrollWidth > 390"
)


def test_a_pasted_table_is_learned_from_on_a_phone_in_the_dark(shared_server, store, open_page):
    page = open_page(f"{shared_server.url}/train", viewport=PHONE, color_scheme="dark")
    page.get_by_role("button", name="New run").click()
    dialog = page.get_by_role("dialog")
    learned = dialog.get_by_text("numbers are learned")
    expect(learned).to_be_visible()
    at_first = learned.inner_text()
    assert violations(page) == []
    dialog.get_by_role("combobox", name="Task").click()
    page.get_by_role("option", name="Your own series").click()
    dialog.get_by_role("textbox", name="or pasted here").fill(TABLE)
    dialog.get_by_role("button", name="Read it").click()  # and neither Ctrl nor Enter
    expect(dialog.get_by_text("commas as decimal signs, dates in “Tag”")).to_be_visible()
    expect(dialog.get_by_text("“Außen °C”: 130 numbers from 20 to 26.9.")).to_be_visible()
    expect(dialog.locator(".js-plotly-plot")).to_be_visible()
    assert not page.evaluate(TOO_WIDE)
    dialog.get_by_role("button", name="Create and start").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Which value of Außen °C comes next?")).to_be_visible()
    made = store.list_runs()[0]
    assert made.settings.text.splitlines()[:2] == ["Außen °C", "20.0"]
    page.get_by_role("button", name="New run").click()
    expect(dialog.get_by_text(at_first)).to_be_visible()  # begun anew, with names
    store.delete(made.id)
