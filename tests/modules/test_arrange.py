import pytest


@pytest.fixture
def compute(module):
    return module("views/step/browser/arrange.js")


def test_the_window_holds_the_cursor_and_stays_while_it_does(compute, generator):
    for _ in range(20):
        timesteps = generator.randint(1, 1500)
        width = generator.choice([None, generator.randint(1, timesteps)])
        cursor, cursors = 0, []
        for _ in range(60):
            cursor = min(timesteps - 1, max(0, cursor + generator.randint(-40, 60)))
            cursors.append(cursor)
        windows = compute(
            """cursors.reduce((windows, timestep) =>
              [...windows, windowAt({ timestep, width }, { timesteps }, windows.at(-1))], [])""",
            cursors=cursors,
            width=width,
            timesteps=timesteps,
        )
        former = None
        for timestep, window in zip(cursors, windows, strict=True):
            assert 0 <= window["from"] <= timestep < window["to"] <= timesteps
            assert window["to"] - window["from"] == min(timesteps, width or 400)
            if former and former["from"] <= timestep < former["to"]:
                assert window == former
            former = window


def test_zooming_in_and_out_ends_at_a_few_and_at_all(compute):
    zooms = """[...Array(9).fill(2), ...Array(9).fill(0.5)].reduce((widths, by) =>
      [...widths, zoomed({ width: widths.at(-1) }, { timesteps }, by)], [null])"""
    widths = compute(zooms, timesteps=812)
    assert widths[:5] == [None, 200, 100, 50, 25]
    assert min(width for width in widths if width) == 5
    assert widths[-1] is None
    assert set(compute(zooms, timesteps=3)) == {None}
