"""Two cells under one cursor: where each stands, what they share, and what the address says of them."""

import pytest

from tests.modules.test_state import THERE

LSTM = [{"name": name, "subject": "cell"} for name in ("read", "forget", "input", "keep", "write", "predict")]
GRU = [{"name": name, "subject": "hidden"} for name in ("read", "reset", "predict")]


def trace(operations, **more):
    return {
        "operations": operations,
        "timesteps": 9,
        "units": 24,
        "layers": 2,
        "labels": list("·alexandr"),
        "output_labels": ["a", "b"],
    } | more


@pytest.fixture
def compute(module):
    room = "views/step/browser"
    return module(f"{room}/pair.js", f"{room}/moves.js", f"{room}/state.js", f"{room}/link.js", f"{room}/view.js")


def test_by_operation_both_cells_end_a_timestep_together_and_the_shorter_one_waits(compute):
    places = compute(
        """(() => {
          const operations = waiting(gru.operations, lstm.operations.length);
          const there = { timesteps: 9, operations };
          const ends = (trace) => Object.assign(trace, { quantity: () => true });
          let state = { timestep: 3, operation: 0, quantity: "hidden", unit: 0, layer: 0, output: null, pins: [] };
          const seen = [];
          for (let k = 0; k < 7; k++) {
            seen.push([state.timestep, ...[lstm, gru].map((trace) => cursorIn(ends(trace), state).operation)]);
            state = { ...state, ...stepped(state, there, 1) };
          }
          return seen;
        })()""",
        lstm=trace(LSTM),
        gru=trace(GRU),
    )
    assert places == [[3, 0, 0], [3, 1, 1], [3, 2, 2], [3, 3, 2], [3, 4, 2], [3, 5, 2], [4, 0, 0]]


@pytest.mark.parametrize(
    ("cursor", "own", "told"),
    [
        ({"timestep": 3, "operation": None}, False, ""),
        ({"timestep": 3, "operation": 1}, False, "operation 2 of 3, reset"),
        ({"timestep": 3, "operation": 2}, False, "operation 3 of 3, predict"),
        ({"timestep": 3, "operation": 3}, False, "operation 3 of 3, predict: it waits for the other"),
        ({"timestep": 3, "operation": None}, True, "reads “e”, 4 of 9"),
        ({"timestep": 9, "operation": None}, True, "its sequence ends at 9: it waits there"),
    ],
)
def test_where_a_cell_stands_is_said(compute, cursor, own, told):
    assert compute("standingOf(gru, cursor, own)", gru=trace(GRU), cursor=cursor, own=own) == told


def test_a_cursor_beyond_a_smaller_cell_stands_at_its_end(compute):
    found = compute(
        """cursorIn(Object.assign(small, { quantity: (name) => small.quantities.find((one) => one.name === name) }), {
          timestep: 8, operation: 5, unit: 23, layer: 1, output: 27, quantity: "cell", pins: [2, 23],
        })""",
        small=trace(GRU, timesteps=5, units=8, layers=1, quantities=[{"name": "reset_gate"}, {"name": "hidden"}]),
    )
    assert found == {
        "timestep": 4,
        "operation": 2,
        "unit": 7,
        "layer": 0,
        "output": 1,
        "quantity": "reset_gate",
        "pins": [2],
    }


EXTENTS = """(() => {
  const side = (quantities) => ({
    trace: { layers: 1, quantity: (name) => quantities[name] },
    scales: { extent: (_, name) => quantities[name].extent },
    field: { extent: () => 1000 }, // of what is held
    backward: false,
  });
  const [lstm, slstm] = [side(first), side(second)];
  const gradients = { ...slstm, backward: true };
  return Object.keys(first).map((name) => [slstm, null, gradients].map((other) => extentOf(lstm, other, 0, name)));
})()"""


def test_what_both_cells_have_shares_the_scale_of_what_is_not_held_and_nothing_else_does(compute):
    first = {
        "cell": {"gate": False, "extent": 4},
        "hidden": {"gate": False, "extent": 1},
        "input_gate": {"gate": True, "extent": 1},
        "candidate": {"gate": False, "extent": 2},
    }
    second = {
        "cell": {"gate": False, "extent": 9},
        "hidden": {"gate": False, "extent": 0.5},
        "input_gate": {"gate": False, "extent": 30},  # exponential: signed colours
    }
    assert compute(EXTENTS, first=first, second=second) == [[9, 4, 4], [1, 1, 1], [1, 1, 1], [2, 2, 2]]


def test_a_number_beside_is_a_run_and_a_choice_that_is_gone_takes_focus_and_clamps_with_it(compute):
    read = "readLink(new URLSearchParams(query), there)"
    assert compute(read, query="beside=12", there=THERE) == {
        "change": {"beside": {"kind": "run", "value": "12"}},
        "problems": [],
    }
    assert compute("[runBeside('12'), runBeside('12@300')]") == [
        {"run": "12", "checkpoint": None},
        {"run": "12", "checkpoint": "300"},
    ]
    state = compute(
        "settled({ ...startState(), focus: 'beside', clampsBeside: ['z:1:0:1-1=1'] }, there)",
        there=THERE,
    )
    assert (state["focus"], state["clampsBeside"]) == ("this", [])


def test_pins_of_the_larger_cell_stay_while_the_smaller_one_is_asked_about(compute):
    there = THERE | {"units": 8, "most": 24}
    state = compute("settled({ ...startState(), pins: [3, 20], unit: 20 }, there)", there=there)
    assert (state["pins"], state["unit"]) == ([3, 20], 7)


@pytest.mark.parametrize(
    ("kind", "one", "other", "called"),
    [
        ("run", {"cell": "LSTM", "run": 1}, {"cell": "GRU", "run": 2}, {"this": "LSTM", "beside": "GRU"}),
        ("run", {"cell": "GRU", "run": 1}, {"cell": "GRU", "run": 2}, {"this": "run 1", "beside": "run 2"}),
        ("checkpoint", {"shown": 600}, {"shown": 0}, {"this": "step 600", "beside": "step 0"}),
        ("sequence", {"sequence": "maria"}, {"sequence": "a" * 30}, {"this": "“maria”", "beside": "“aaaaaaaaaaa…”"}),
    ],
)
def test_the_two_are_told_apart_in_a_word(compute, kind, one, other, called):
    assert compute("calledIn({ kind }, one, other)", kind=kind, one=one, other=other) == called


def test_a_cell_whose_sequence_has_ended_waits_with_all_of_it_computed(compute):
    state = {"timestep": 8, "operation": 0, "unit": 0, "layer": 0, "output": None, "quantity": "prediction", "pins": []}
    assert compute("cursorIn(gru, state).operation", gru=trace(GRU, timesteps=5), state=state) == 2
    assert compute("cursorIn(gru, state).operation", gru=trace(GRU), state=state) == 0
    told = compute("standingOf(gru, { timestep: 8, operation: 0 }, true)", gru=trace(GRU, timesteps=5))
    assert told == "its sequence ends at 5: it waits there; operation 3 of 3, predict"


def test_a_loss_with_clamps_is_told_beside_the_one_without(compute):
    state = {"timestep": 3, "operation": None}
    alone = {"trace": trace(GRU, loss=2.5, unit_of_loss="nats"), "original": None, "state": state}
    assert compute("lossOf(view)", view=alone) == "loss 2.500 nats"
    held = alone | {"original": {"loss": 2.25}}
    assert compute("lossOf(view)", view=held) == "loss 2.500 nats, 2.250 without clamps"


@pytest.mark.parametrize(("cursor", "is_known"), [((3, 2), False), ((8, 1), False), ((8, 2), True)])
def test_by_operation_a_loss_is_known_at_the_end_of_the_sequence(compute, cursor, is_known):
    view = {"trace": trace(GRU, loss=2.5, unit_of_loss="nats"), "original": None}
    view["state"] = dict(zip(("timestep", "operation"), cursor, strict=True))
    assert ("2.500" in compute("lossOf(view)", view=view)) == is_known
