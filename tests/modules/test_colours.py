import pytest

GATE = {"gate": True, "colour": "#D55E00"}
LIGHT = {"dark": False, "surface": "#f3f5f7"}


@pytest.fixture
def compute(module):
    return module("browser/cell/colours.js", "browser/theme.js")


def test_a_gate_runs_from_the_page_to_its_own_colour(compute):
    scale = "colourScale(gate, theme, 1)"
    closed, opened, beyond = compute(f"[0, 1, 7].map({scale}.colour)", gate=GATE, theme=LIGHT)
    assert closed == "rgb(243,244,246)"
    assert opened == beyond == "rgb(213,94,0)"
    assert compute(f"[{scale}.low, {scale}.high]", gate=GATE, theme=LIGHT) == [0, 1]


@pytest.mark.parametrize("dark", [True, False])
def test_signed_values_are_centred_at_nought_and_cut_off_at_their_extent(compute, dark):
    scale = "colourScale({ gate: false }, { dark }, 4)"
    low, high = compute(f"[{scale}.low, {scale}.high]", dark=dark)
    assert (low, high) == (-4, 4)
    colours = compute(f"[-99, -4, 4, 99].map({scale}.colour)", dark=dark)
    assert colours[0] == colours[1] != colours[2] == colours[3]
    red, green, blue = compute(f"parseColour({scale}.colour(0))", dark=dark)
    assert max(red, green, blue) - min(red, green, blue) < 20  # neutral


def test_pixels_and_colours_agree(compute):
    assert (
        compute(
            """(() => {
          const { table, colour, level } = colourScale({ gate: false }, { dark: false }, 2);
          return Array.from({ length: 101 }, (_, k) => -2 + 0.04 * k).filter((value) => {
            const pixel = table[level(value)];
            const [r, g, b, opaque] = [0, 8, 16, 24].map((shift) => (pixel >>> shift) & 255);
            return colour(value) !== `rgb(${r},${g},${b})` || opaque !== 255;
          });
        })()"""
        )
        == []
    )


def test_levels_rise_with_the_value(compute):
    levels = compute(
        "Array.from({ length: 50 }, (_, k) => colourScale(gate, theme, 1).level(k / 49))", gate=GATE, theme=LIGHT
    )
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, 255)


@pytest.mark.parametrize(
    ("text", "rgb"),
    [("#1d242b", [29, 36, 43]), ("#fff", [255, 255, 255]), ("rgb(1, 2, 3)", [1, 2, 3]), ("rgba(9,8,7,0.5)", [9, 8, 7])],
)
def test_colours_of_the_theme_are_read_in_every_form(compute, text, rgb):
    assert compute("parseColour(text)", text=text) == rgb
