from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from lstm_engine.runs import RunStore


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
