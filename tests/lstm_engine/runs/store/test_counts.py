"""How often things were done is counted once, however many servers count."""

import threading
import time

import pytest
import sqlalchemy as sql

from lstm_engine.runs import RunStore
from lstm_engine.runs.store.schema import counts


def test_servers_that_count_at_once_let_exactly_as_many_through_as_may_be(url):
    with RunStore(url) as one, RunStore(url) as other:
        through: list[object] = []

        def try_often(store: RunStore) -> None:
            for _ in range(5):
                through.append(store.count({("runs", "anna"): 7, ("all", ""): 100}, 60.0))

        threads = [threading.Thread(target=try_often, args=(store,)) for store in (one, other) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert through.count(None) == 7
        assert through.count(("runs", "anna")) == 13
    with RunStore(url) as later:  # after a restart as well
        assert later.count({("runs", "anna"): 7}, 60.0) == ("runs", "anna")


def test_what_is_refused_counts_nowhere_and_what_is_long_ago_no_more(url, monkeypatch: pytest.MonkeyPatch):
    with RunStore(url) as store:
        assert store.count({("runs", "anna"): 5, ("all", ""): 1}, 60.0) is None
        for _ in range(5):
            assert store.count({("runs", "anna"): 5, ("all", ""): 1}, 60.0) == ("all", "")
        assert [store.count({("runs", "anna"): 5}, 60.0) for _ in range(5)] == [None] * 4 + [("runs", "anna")]
        now = time.time()
        monkeypatch.setattr("lstm_engine.runs.store.counts.time.time", lambda: now + 61)
        assert store.count({("runs", "anna"): 5, ("all", ""): 1}, 60.0) is None
        with store._reading() as connection:
            rows = connection.execute(sql.select(counts)).all()
        assert len(rows) == 2  # the old ones went
        assert "anna" not in str(rows)
