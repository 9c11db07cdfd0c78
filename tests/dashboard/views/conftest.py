from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from dashboard.views.inspect.questions import InspectQuestions
from lstm_engine.runs import Run, RunStore
from tests.dashboard.views.inspecting import CODE


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """A store of the test's own, which the pages open as well."""
    url = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    monkeypatch.setenv("LSTM_DATABASE_URL", url)
    store = RunStore(url)
    yield store
    from dashboard.shell.services import shared_services

    shared_services().launcher.close()
    shared_services().store.close()
    store.close()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def some_store(tmp_path: Path) -> Iterator[RunStore]:
    """A store that no page opens."""
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite3'}") as store:
        yield store


@pytest.fixture
def questions(some_store: RunStore) -> InspectQuestions:
    """What the Inspect page asks of that store."""
    return InspectQuestions(lambda: some_store)


@pytest.fixture
def code(some_store: RunStore) -> Run:
    """A run on brackets and quotes that has learned nothing."""
    return some_store.create(CODE, "code", start=False)
