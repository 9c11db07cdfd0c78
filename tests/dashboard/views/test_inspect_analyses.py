"""What was analysed is kept for all who ask the same."""

import threading

import numpy as np
import pytest

from dashboard.serving.problems import Problem
from dashboard.views.inspect.analyses import Analyses
from dashboard.views.inspect.maps import MOST_KEPT, MOST_WAITING, Maps, Umaps
from lstm_engine import SettingsError
from lstm_engine.inspection import UmapMap
from tests.dashboard.messages import unpack


def test_an_analysis_is_made_once_for_all_who_ask_and_the_oldest_goes():
    made: list[str] = []
    started = threading.Barrier(4)

    class Sized:
        size = 60

    def make() -> Sized:
        made.append("once")
        return Sized()

    kept = Analyses(most=100)

    def ask() -> None:
        started.wait()
        kept.get("first", make)  # type: ignore[arg-type]

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["once"]
    kept.get("second", make)  # type: ignore[arg-type]
    assert "first" not in kept
    assert "second" in kept


def ended(umaps: Umaps, key: object, draw: object) -> object:
    """What is told once the map is there."""
    umaps.get(key, draw)
    for thread in threading.enumerate():
        if thread.name == "umap":
            thread.join()
    return umaps.get(key, draw)


def test_a_map_is_drawn_once_and_nobody_waits_for_it():
    may_end, drawn = threading.Event(), []
    found = UmapMap(np.zeros((3, 2)), np.arange(3))

    def draw() -> UmapMap:
        drawn.append("once")
        may_end.wait()
        return found

    umaps = Umaps()
    assert [umaps.get("first", draw) for _ in range(3)] == [None] * 3
    for k in range(MOST_WAITING - 1):
        assert umaps.get(k, lambda: found) is None
    with pytest.raises(Problem, match="Many maps are being drawn"):
        umaps.get("one more", draw)
    may_end.set()
    assert ended(umaps, "first", draw) is found
    assert drawn == ["once"]
    for k in range(2 * MOST_KEPT):
        assert ended(umaps, f"later {k}", lambda: found) is found
    assert ended(umaps, "first", draw) is found
    assert drawn == ["once"] * 2  # the oldest had gone


def test_why_a_map_could_not_be_drawn_is_told_and_then_it_is_tried_again():
    found = UmapMap(np.zeros((3, 2)), np.arange(3))

    def refuse() -> UmapMap:
        raise SettingsError("they may all be the same")

    umaps = Umaps()
    with pytest.raises(SettingsError, match="all be the same"):
        ended(umaps, "one", refuse)
    assert ended(umaps, "one", lambda: found) is found
    with pytest.raises(Problem, match="KeyError"):
        ended(umaps, "two", lambda: {}["x"])


def test_what_is_not_on_a_map_by_umap_has_no_way_there(monkeypatch):
    asked = threading.Event()

    def drawn(values: np.ndarray) -> UmapMap:
        asked.wait()
        return UmapMap(values[::2, :2] + 1.0, np.arange(0, 6, 2))

    monkeypatch.setattr("dashboard.views.inspect.maps.umap_map", drawn)
    maps, values = Maps(), np.arange(18.0).reshape(6, 3)
    marks = np.arange(6) > 2
    assert unpack(maps.answer("key", values, marks, slice(1, 4), "umap"))[0]["waiting"]
    asked.set()
    for thread in threading.enumerate():
        if thread.name == "umap":
            thread.join()
    header, arrays = unpack(maps.answer("key", values, marks, slice(1, 4), "umap"))
    assert header["number"] is False
    np.testing.assert_array_equal(arrays["positions"], [0, 2, 4])
    np.testing.assert_array_equal(arrays["marks"], [0, 0, 1])
    np.testing.assert_array_equal(arrays["way"], [[np.nan, np.nan], [7, 8], [np.nan, np.nan]])
    with pytest.raises(Problem, match="choose pca or umap"):
        maps.answer("key", values, marks, slice(0, 6), "t-SNE")
