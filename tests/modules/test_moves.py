import pytest

from dashboard.shell.cells import cell_payload

OPERATIONS = cell_payload("standard")["operations"]


@pytest.fixture
def compute(module):
    return module("views/step/browser/moves.js", "views/step/browser/state.js")


def test_steps_by_operation_go_through_every_timestep_and_back(compute):
    places = compute(
        """(() => {
      const there = { timesteps: 4, operations };
      let state = { ...startState(), timestep: 0, ...otherStepSize(startState(), there) };
      const places = [];
      for (const count of [...Array(40).fill(1), ...Array(40).fill(-1)]) {
        places.push([state.timestep, state.operation]);
        state = { ...state, ...stepped(state, there, count) };
      }
      return places;
    })()""",
        operations=OPERATIONS,
    )
    forth = [[t, operation] for t in range(4) for operation in range(9)]
    assert places == [*forth, *[forth[-1]] * 5, *forth[:-1][::-1], *[forth[0]] * 4]


def test_a_step_by_operation_asks_about_what_it_makes(compute):
    stepped = """Array.from({ length: 9 }, (_, operation) =>
      stepped({ ...startState(), operation, quantity: "input_gate" }, { timesteps: 4, operations }, 0).quantity)"""
    assert compute(stepped, operations=OPERATIONS) == [
        "input_gate",  # side by side, nothing is made yet
        "forget_gate",
        "input_gate",
        "candidate",
        "cell",
        "cell",
        "cell",
        "hidden",
        "prediction",
    ]


def test_a_gradient_is_stepped_from_the_last_operation(compute):
    last = "otherStepSize({ ...startState(), lossAt: 3 }, { operations }).operation"
    assert compute(last, operations=OPERATIONS) == 8
    assert compute("otherStepSize({ ...startState(), operation: 5 }, { operations: [] })") == {"operation": None}


@pytest.mark.parametrize(("text", "found"), [("3", 2), ("-7", -8), ("99", 98), ("a", 5), (" m ", 1), ("q", None)])
def test_a_jump_finds_timesteps_and_symbols_the_next_one_first(compute, text, found):
    given = {"labels": [*"·maria"], "timesteps": 6}
    assert compute("timestepOf(text, trace, 2)", text=text, trace=given) == found


def test_a_blank_is_a_symbol_as_well(compute):
    assert compute("timestepOf(' ', { labels: ['a', ' ', 'b'], timesteps: 3 }, 0)") == 1


def test_units_go_by_the_order_in_which_they_are_drawn(compute):
    places = {"unitAt": [2, 0, 1], "placeOf": [1, 2, 0]}
    assert compute("[-1, 1, 9].map((by) => unitAway({ unit: 0 }, places, by))", places=places) == [2, 1, 1]


def test_checkpoints_are_gone_through_from_the_one_in_view(compute):
    away = "[-1, 1].map((by) => checkpointAway({ checkpoint }, [0, 10, 20], by))"
    assert compute(away, checkpoint="newest") == [10, 20]
    assert compute(away, checkpoint=0) == [0, 10]
    assert compute(away, checkpoint=10) == [0, 20]
