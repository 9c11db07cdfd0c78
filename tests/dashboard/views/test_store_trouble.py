"""“Try again” after trouble with the store's file: once it is mended, the pages go on without a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lstm_engine.runs import RunStore, StoreError
from tests.dashboard.views.apps import SETTINGS, run, step_page, train_page, words


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the pages' store is, in a folder of its own; nothing is there yet."""
    file = tmp_path / "folder" / "runs.sqlite3"
    monkeypatch.setenv("LSTM_DATABASE_URL", f"sqlite:///{file}")
    yield file
    from dashboard.shell.services import services

    try:
        services().launcher.close()
        services().store.close()
    except StoreError:
        pass
    st.cache_resource.clear()


def filled(file: Path) -> int:
    """A store with a run in it; its number."""
    with RunStore(f"sqlite:///{file}") as store:
        return store.create(SETTINGS, start=False).id


def press_again(app: AppTest) -> AppTest:
    again = [button for button in app.button if button.key and button.key.startswith("retry")]
    if again:
        again[0].click().run()
    else:
        app.run()
    assert not app.exception
    return app


def test_a_file_that_was_read_only_and_is_made_writable(file):
    number = filled(file)
    file.chmod(0o444)
    app = run(train_page, run=str(number))
    app.button(key="plus_10").click().run()
    assert any("is read-only" in said for said in words(app))
    assert not any(
        "is read-only" in said for said in words(run(step_page, run=str(number)))
    )  # looking asks for nothing
    file.chmod(0o644)
    app = press_again(app)
    app.button(key="plus_10").click().run()
    assert not app.error
    with RunStore(f"sqlite:///{file}") as store:
        assert store.get(number).target_step == 10


def test_a_folder_that_was_missing_and_is_there_now(file):
    file.parent.parent.joinpath("folder").write_text("a file in the folder's place")
    app = run(train_page)
    assert app.error
    file.parent.unlink()
    number = filled(file)
    app = press_again(app)
    assert not app.error
    assert app.session_state["selection"]["run"] == str(number)


def test_a_file_that_was_removed_and_is_put_back(file):
    number = filled(file)
    app = run(train_page, run=str(number))
    parts = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    aside = file.parent.parent / "aside"
    aside.mkdir()
    for path in parts:
        path.rename(aside / path.name)
    app.run()
    said = words(app)
    assert app.error or any("no more" in one or "no run yet" in one for one in said)
    for path in file.parent.iterdir():
        path.unlink()
    for path in aside.iterdir():
        path.rename(file.parent / path.name)
    app = press_again(app)
    assert not app.error
    app.button(key="plus_10").click().run()
    assert not app.error
    with RunStore(f"sqlite:///{file}") as store:
        assert store.get(number).target_step == 10
