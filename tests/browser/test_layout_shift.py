"""What is drawn once stays where it is while the rest of a page comes in."""

import pytest

from lstm_engine.runs import Run
from tests.browser.conftest import SCREEN
from tests.browser.server import AppServer
from tests.browser.test_start_page import MOST_SHIFT, RECORD_SHIFTS

PHONE = {"width": 390, "height": 844}
DRAWN = {  # what comes in last on each page
    "": ".lstm-start [data-value]",
    "train": ".lstm-curves",
    "step": ".strip button",
    "inspect": ".readout",
    "compare": "[data-testid=stDataFrame]",
    "classroom": ".classroom form",
    "read": ".st-key-figure_gradients figcaption",
}


@pytest.mark.thorough
@pytest.mark.parametrize("screen", [SCREEN, PHONE], ids=["laptop", "phone"])
def test_no_page_moves_what_is_there_already(open_page, shared_server: AppServer, run: Run, screen):
    page = open_page("about:blank", viewport=screen, apart=True)
    page.add_init_script(RECORD_SHIFTS)
    for name, drawn in DRAWN.items():
        page.goto(f"{shared_server.url}/{name}")
        page.locator(drawn).first.wait_for(state="attached")
        page.wait_for_timeout(300)  # for what stands below it
        assert page.evaluate("shifts.reduce((sum, shift) => sum + shift, 0)") <= MOST_SHIFT, name
