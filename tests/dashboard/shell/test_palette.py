"""Colours are told apart by people who see no green: simulated deuteranopia (Machado, Oliveira and Fernandes 2009)."""

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard.serving.assets import DASHBOARD
from dashboard.shell.palette import OKABE_ITO, QUANTITY_COLOURS
from lstm_engine.cell.variants import FAMILIES

DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
RGB_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = RGB_TO_XYZ.sum(axis=1)
CLEARLY_DIFFERENT = 12.0  # CIELAB distance; 2.3 is just noticeable


def seen(colour: NDArray) -> NDArray:
    """An sRGB colour, 0 to 255, as a place in CIELAB for someone with deuteranopia."""
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = RGB_TO_XYZ @ np.clip(DEUTERANOPIA @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def rgb(colour: str) -> NDArray:
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)], float)


@pytest.mark.parametrize("pair", [*combinations(QUANTITY_COLOURS, 2)], ids=" and ".join)
def test_quantities_are_told_apart(pair):
    first, second = (seen(rgb(QUANTITY_COLOURS[name])) for name in pair)
    assert np.linalg.norm(first - second) > CLEARLY_DIFFERENT


@pytest.mark.parametrize("family", FAMILIES)
def test_each_cell_gives_each_of_its_quantities_a_colour_of_its_own(family):
    keys = [quantity.colour for quantity in FAMILIES[family].quantities]
    for first, second in combinations(keys, 2):
        assert np.linalg.norm(seen(rgb(OKABE_ITO[first])) - seen(rgb(OKABE_ITO[second]))) > CLEARLY_DIFFERENT


def test_signs_are_told_apart():
    source = (DASHBOARD / "browser" / "cell" / "colours.js").read_text("utf-8")
    ends = {
        name: np.array([float(v) for v in values.split(",")])
        for name, values in re.findall(r"const (\w+) = \[(\d[^\]]*)\]", source)
    }
    assert ends.keys() == {"NEGATIVE", "POSITIVE", "NEGATIVE_DARK", "POSITIVE_DARK"}
    for suffix in ("", "_DARK"):
        assert np.linalg.norm(seen(ends["NEGATIVE" + suffix]) - seen(ends["POSITIVE" + suffix])) > 3 * CLEARLY_DIFFERENT
