import pytest


@pytest.fixture
def compute(module):
    return module("browser/cell/vector.js")


BOX = {"x": 8, "y": 290, "width": 108, "height": 42}
TILES = "vectorTiles(box, values, vectorScale(values, { dark: false }))"


@pytest.mark.parametrize("count", [1, 2, 16, 100, 1000])
def test_every_number_of_a_vector_has_a_place_of_its_own_in_the_box(compute, count):
    tiles = [tile for _, tile in compute(TILES, box=BOX, values=[0.5] * count)]
    assert len({(x, y) for x, y, *_ in tiles}) == count
    for x, y, width, height in tiles:
        assert width > 0
        assert height > 0
        assert x >= 16
        assert x + width <= 108 + 1e-9
        assert y > 316
        assert y + height < 330
    assert [(y, x) for x, y, *_ in tiles] == sorted((y, x) for x, y, *_ in tiles)


def test_vectors_of_a_sequence_share_a_scale_that_ends_at_a_power_of_two(compute):
    for values, end in (([0.3, -0.9], 1), ([2.5, -5], 8), ([0, 0], 1), ([0.01], 1 / 64)):
        assert compute("vectorScale(values, { dark: false }).high", values=values) == end


def test_each_number_has_its_colour(compute):
    values = [-1, 0, 1]
    colours = [colour for colour, _ in compute(TILES, box=BOX, values=values)]
    assert colours == compute("values.map(vectorScale(values, { dark: false }).colour)", values=values)
    assert len(set(colours)) == 3
