from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from dashboard.shell.rights.actor import HERE, Actor, ActorKind
from dashboard.shell.rights.acts import Acts
from lstm_engine.runs import PRESETS, RunStore

SMALL = replace(PRESETS["classroom"], hidden_size=4, end_step=50, batch_size=2)
ADMINISTRATOR = Actor(ActorKind.ADMINISTRATOR, signed_in=True)
ANNA = Actor(ActorKind.VISITOR, "a" * 22, "10.0.0.1")
BEN = Actor(ActorKind.VISITOR, "b" * 22, "10.0.0.2")
GUEST = Actor(ActorKind.GUEST, address="10.0.0.3")
ALL_ACTORS = {"here": HERE, "administrator": ADMINISTRATOR, "anna": ANNA, "ben": BEN, "guest": GUEST}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite3'}") as store:
        yield store
    st.cache_resource.clear()  # how often things were done, and keys


@pytest.fixture
def acts(store: RunStore) -> Callable[[Actor], Acts]:
    """What an actor may do."""
    return lambda actor: Acts(store, lambda: actor)
