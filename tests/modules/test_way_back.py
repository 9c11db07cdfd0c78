"""Backward looks backward: wires are the same paths the other way round, and what is said of gradients is true."""

import math

import pytest

from dashboard.shell.cells import cell_payload
from lstm_engine.cell.variants import VARIANTS


@pytest.fixture
def compute(module):
    return module("browser/cell/way_back.js", "browser/cell/places.js", "views/step/browser/fading.js")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_wire_runs_back_along_its_own_path_to_where_it_came_from(compute, variant):
    for upright in (False, True):
        found = compute(
            "((places) => places.wires.map((wire) => ({ ...bothWays(wire, places), corners: cornersOf(wire.d),"
            " bare: Boolean(wire.bare), from: wire.from ?? null })))(placesOf(cell, upright))",
            cell=cell_payload(variant),
            upright=upright,
        )
        backs = [[tuple(map(float, point.split())) for point in wire["back"]["d"][1:].split("L")] for wire in found]
        for wire, back in zip(found, backs, strict=True):
            corners = [tuple(corner) for corner in wire["corners"]]
            assert wire["forward"]["arrow"] != wire["bare"]
            assert back[1:-1] == corners[::-1][1:-1]
            assert math.dist(back[0], corners[-1]) <= 6.01
            assert math.dist(back[-1], corners[0]) <= 6.01
        arrows = [back[-1] for wire, back in zip(found, backs, strict=True) if wire["back"]["arrow"]]
        assert arrows, "a gradient arrives somewhere"
        for k, one in enumerate(arrows):  # no two heads over each other
            assert all(math.dist(one, other) > 9 or math.dist(one, other) < 0.5 for other in arrows[:k])
        assert any(wire["from"] == "hidden" and wire["back"]["arrow"] for wire in found)  # from the loss into h


def test_what_is_left_of_a_gradient_is_read_from_the_figures(compute):
    def said(own: dict[str, list[float]], plain: list[float] | None = None, labels: str = "abcdefgh") -> str:
        lines = [{"label": label, "norms": norms} for label, norms in own.items()]
        found = compute("fading(lines, plain, labels)", lines=lines, plain=plain, labels=list(labels))
        assert isinstance(found, str)
        return found

    assert said({"c": [0.5, 0.7, 1.0], "h": [0.1, 0.2, 2.0]}) == (
        "Over 2 timesteps, back to “a”, the gradient at c falls to 50 %."
    )
    far = said({"c": [0.4, 0.4]}, [1e-10, 0.5])
    assert "the gradient at c stays as large as it was" in far
    assert "becomes 5.6 times as large" in said({"c": [0.56, 0.1]})
    assert far.endswith(
        "that at the plain network’s h falls to 2.0e−10 of what it was. This cell keeps 5.0e9 times as much."
    )
    assert said({"h": [1e-9, 1]}, [0.1, 1]).endswith("Here the plain network keeps more: 1.0e8 times as much.")
    assert said({"h": [0.2, 1]}, [0.1, 1]).endswith("Here the two differ by less than a factor of ten.")
    assert said({"h": [0, 1]}, [0, 1]).endswith("Neither learns from so far back.")
    assert said({"h": [1.0]}).startswith("The loss is at the first timestep")
    assert said({"h": [0, 0]}) == "No gradient comes back from this loss."
    assert "at c " in said({"m": [1e-9, 1e-9], "c": [0.1, 1]})  # rounding errors do not last longest
