"""What is set aside from the collections of garbage is collected all the same once nobody holds it."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from dashboard.serving import garbage
from tests.dashboard.serving.tabs import run_async


class Session:
    """Holds itself, as sessions do."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def nothing_stays_aside() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_lives_is_not_looked_through_again_and_what_has_ended_is_let_go():
    session = Session()
    ended = weakref.ref(session)
    garbage.set_aside()
    aside = gc.get_freeze_count()
    assert aside > 0
    del session
    gc.collect()  # as after each run of a page's script
    assert ended() is not None
    garbage.set_aside()
    assert ended() is None


def test_it_is_done_where_many_scripts_have_run_and_not_where_few_have(monkeypatch):
    monkeypatch.setattr(garbage, "EVERY_SECONDS", 0.001)
    done: list[int] = []
    counted = iter([0, 5, 19, 20, 20, 39, 40, 40])
    monkeypatch.setattr(garbage, "set_aside", lambda: done.append(1))

    def count() -> int:
        try:
            return next(counted)
        except StopIteration:
            raise asyncio.CancelledError from None

    monkeypatch.setattr(garbage, "full_collections", count)
    with pytest.raises(asyncio.CancelledError):
        run_async(garbage.keep_collections_short())
    assert len(done) == 2
