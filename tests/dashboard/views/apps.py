"""The pages as AppTest runs them."""

import atexit
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, app_test

from dashboard.shell.plain import JOINER
from lstm_engine.runs import PRESETS

atexit.register(app_test.TMP_DIR.cleanup)  # its own finalizer warns, and warnings are errors here
# each run of a page would look through all that is installed for components, which took a tenth of the tests' time
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
MAIN = str(Path(__file__).parents[3] / "dashboard" / "main.py")
SETTINGS = replace(PRESETS["classroom"], hidden_size=8, end_step=50)


def train_page() -> None:
    from dashboard.shell.services import services
    from dashboard.shell.trouble import explained_trouble
    from dashboard.views.train import page as train

    with explained_trouble():
        train.show(services())


def step_page() -> None:
    from dashboard.shell.services import services
    from dashboard.views.step import page as step

    step.show(services())


def compare_page() -> None:
    from dashboard.shell.services import services
    from dashboard.shell.trouble import explained_trouble
    from dashboard.views.compare import page as compare

    with explained_trouble():
        compare.show(services())


def sweeps_page() -> None:
    from dashboard.shell.services import services
    from dashboard.shell.trouble import explained_trouble
    from dashboard.views.sweeps import page as sweeps

    with explained_trouble():
        sweeps.show(services())


def inspect_page() -> None:
    from dashboard.shell.services import services
    from dashboard.views.inspect import page as inspect

    inspect.show(services())


def new_run_form() -> None:
    from dashboard.shell.services import services
    from dashboard.views.train.new_run import new_run_form

    new_run_form(services())


def deletion_form() -> None:
    """Of the newest run, and the page behind it: AppTest does not run a dialog again when one presses its buttons."""
    from dashboard.shell.services import services
    from dashboard.views.train import manage
    from dashboard.views.train import page as train

    shared = services()
    train.show(shared)
    manage.deletion_form(shared, shared.store.list_runs()[0])


PAGES = (train_page, step_page, inspect_page, compare_page)


def run(page: Callable[[], None], **query: str) -> AppTest:
    """The page after its first run, with that in its address."""
    app = AppTest.from_function(page, default_timeout=20)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def read(markdown: str) -> str:
    """What the screen shows of text that ``plain`` made."""
    return re.sub(r"\\(.)", r"\1", markdown).replace(JOINER, "")


def words(app: AppTest) -> list[str]:
    """All that the page says beside its widgets, as the screen shows it."""
    return [read(box.value) for box in (*app.warning, *app.error, *app.info, *app.caption, *app.markdown)]


def field(app: AppTest, label: str) -> Any:
    """The text field of that label, whatever its key is by now."""
    return next(one for one in app.text_input if one.label == label)
