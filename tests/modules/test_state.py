"""The table of the state, the address that is written from it, and what a turn leaves of it."""

import random
from typing import Any

import pytest

THERE = {
    "timesteps": 9,
    "units": 24,
    "layers": 2,
    "outputs": 28,
    "operations": [{"subject": "cell"}] * 9,
    "first": "forget_gate",
    "quantities": ["forget_gate", "input_gate", "candidate", "output_gate", "cell", "hidden", "prediction"],
    "right": [[k % 5] if k % 3 else [] for k in range(9)],
    "steps": [0, 10, 20, 40],
    "opening": 3,
}

BESIDE = [
    {"kind": "run", "value": "5"},
    {"kind": "run", "value": "5@1200"},
    {"kind": "checkpoint", "value": "10"},
    {"kind": "sequence", "value": "a:b & c=%20 “ü”\u2028x"},
]


@pytest.fixture
def compute(module):
    return module("views/step/browser/state.js", "views/step/browser/link.js")


def some_state(generator: random.Random) -> dict[str, Any]:
    """A state that a person may have brought about in THERE."""
    pick = generator.choice
    quantity = pick(THERE["quantities"])
    panel = pick(["why", "whatif", "backward", "compare", "save"])
    beside = pick([None, *BESIDE])
    return {
        "sequence": "maria",
        "timestep": generator.randrange(9),
        "unit": generator.randrange(24),
        "layer": generator.randrange(2),
        "operation": pick([None, generator.randrange(9)]),
        "quantity": quantity,
        "output": generator.randrange(28) if quantity == "prediction" and pick([True, False]) else None,
        "width": pick([None, generator.randint(1, 9)]),
        "panel": panel,
        "order": pick(["index", "similarity", "mean", "saturation"]),
        "precision": generator.randint(2, 6),
        "pins": generator.sample(range(24), generator.randrange(7)),
        "clamps": generator.sample(["f:1:3:2-9=0.5", "c:2:*:1-1=-4", "h:1:0:3-4=1"], generator.randrange(4)),
        "lossAt": pick([1, 2, 4, 5, 7, 8]) if panel == "backward" else None,
        "checkpoint": pick(["newest", *THERE["steps"]]),
        "beside": beside,
        "focus": pick(["this", "beside"]) if beside else "this",
        "clampsBeside": pick([[], ["z:1:3:2-9=0.5"]]) if beside else [],
        "present": pick([True, False]),
        "hide": pick([[], ["transport"], ["pages", "run", "heatmaps"]]),
        "note": pick(["", "Which gate closes? <b>&amp; ü😀"]),
    }


def test_any_state_comes_back_from_its_address(compute, generator):
    states = [some_state(generator) for _ in range(300)]
    found = compute(
        """states.map((state) => {
          const url = new URL(writeLink("https://host/step?run=3&sequence=maria", state, there));
          const { change, problems } = readLink(url.searchParams, there);
          const read = settled({ ...startState(), sequence: "maria", ...change }, there);
          return { state: read, problems, run: url.searchParams.get("run") };
        })""",
        states=states,
        there=THERE,
    )
    for state, read in zip(states, found, strict=True):
        assert read == {"state": state, "problems": [], "run": "3"}


def test_the_address_of_the_start_says_the_cursor_alone(compute):
    there = THERE | {"layers": 1}
    href = compute('writeLink("https://host/step?panel=save&pins=3", settled(startState(), there), there)', there=there)
    assert href == "https://host/step?timestep=4&unit=0"


def test_an_address_of_former_versions_is_read(compute):
    query = (
        "run=1&timestep=5&unit=11&layer=2&operation=1&quantity=prediction&output=4&width=7&panel=whatif&order=mean"
        "&decimals=5&pins=3,5&clamps=f:1:2:1-2=0.5,c:2:*:3-3=-1&checkpoint=20&beside=sequence:martha&sequence=giovanni"
    )
    read = compute("readLink(new URLSearchParams(query), there)", query=query, there=THERE)
    assert read["problems"] == []
    assert read["change"] == {
        "timestep": 4,
        "unit": 11,
        "layer": 1,
        "operation": 0,
        "quantity": "prediction",
        "output": 4,
        "width": 7,
        "panel": "whatif",
        "order": "mean",
        "precision": 5,
        "pins": [3, 5],
        "clamps": ["f:1:2:1-2=0.5", "c:2:*:3-3=-1"],
        "checkpoint": 20,
        "beside": {"kind": "sequence", "value": "martha"},
    }


@pytest.mark.parametrize(
    ("query", "change", "kind", "told"),
    [
        ("timestep=99", {"timestep": 8}, "nearest", "timestep “99” (there are 1 to 9)"),
        ("timestep=", {"timestep": 0}, "nearest", "timestep “” (there are 1 to 9)"),
        ("unit=-4", {"unit": 0}, "nearest", "unit “-4” (there are 0 to 23)"),
        ("decimals=1e3", {"precision": 2}, "nearest", "decimals “1e3” (there are 2 to 6)"),
        ("loss_at=10", {"lossAt": 8}, "nearest", "loss_at “10” (there are 1 to 9)"),
        ("panel=magic", {}, "nearest", "panel “magic” (there are why, whatif, backward, compare, save)"),
        ("quantity=is no", {}, "nearest", "quantity “is no” (there are forget_gate"),
        ("pins=3,99,3", {"pins": [3]}, "nearest", "pins “3,99,3” (there are units 0 to 23)"),
        ("beside=cannot be it", {}, "beside", "puts “cannot be it” beside this, which is no run"),
        ("checkpoint=777", {"checkpoint": "newest"}, "checkpoint", "There is no checkpoint “777” in this run any more"),
        ("checkpoint=1e1", {"checkpoint": "newest"}, "checkpoint", "There is no checkpoint “1e1”"),
    ],
)
def test_what_an_address_says_in_vain_has_a_kind_and_the_nearest_is_taken(compute, query, change, kind, told):
    read = compute(
        "(({ change, problems }) => ({ change, kinds: problems.map(({ kind }) => kind), told: tell(problems) }))"
        "(readLink(new URLSearchParams(query), there))",
        query=query,
        there=THERE,
    )
    assert (read["change"], read["kinds"]) == (change, [kind])
    assert told in read["told"]


def test_every_field_says_how_it_begins_what_it_costs_and_how_it_is_written(compute):
    fields = compute(
        "Object.entries(FIELDS).map(([name, field]) => [name, field.costs, field.address ?? null,"
        " ['read', 'write', 'within'].every((key) => typeof field[key] === 'function'), 'start' in field])"
    )
    addresses = [address for _, _, address, _, _ in fields if address]
    assert len(set(addresses)) == len(addresses)
    for name, costs, address, complete, starts in fields:
        assert costs in ("cursor", "drawing", "engine"), name
        assert starts, name
        assert complete == (address is not None), name  # the sequence alone is the page's to write


def test_a_settled_state_stays_and_lies_within_what_there_is(compute, generator):
    wild = [
        some_state(generator)
        | {
            "timestep": generator.randint(-50, 50),
            "unit": generator.choice([-1, 24, 3.4]),
            "layer": generator.randint(-2, 5),
            "lossAt": generator.choice([None, generator.randint(-3, 30)]),
            "pins": generator.sample(range(40), 6),
        }
        for _ in range(200)
    ]
    settled = compute("wild.map((state) => settled(state, there))", wild=wild, there=THERE)
    assert compute("states.map((state) => settled(state, there))", states=settled, there=THERE) == settled
    for state in settled:
        assert 0 <= state["timestep"] < 9
        assert 0 <= state["unit"] < 24
        assert 0 <= state["layer"] < 2
        assert all(unit < 24 for unit in state["pins"])
        if state["panel"] == "backward":
            assert THERE["right"][state["lossAt"]]  # there is a loss
        elif state["panel"] != "save":
            assert state["lossAt"] is None


def test_the_last_timestep_is_named_by_infinity(compute):
    assert compute("settled({ ...startState(), timestep: Infinity }, there).timestep", there=THERE) == 8


@pytest.mark.parametrize(
    ("to", "gone"),
    [
        ("sequence", {"timestep", "clamps", "clampsBeside", "lossAt"}),
        ("run", {"pins", "clamps", "lossAt", "checkpoint", "beside", "focus", "clampsBeside"}),
    ],
)
def test_another_run_or_sequence_takes_with_it_what_was_said_of_the_former(compute, generator, to, gone):
    for _ in range(20):
        state = some_state(generator)
        after, start = compute("[turned(state, to), startState()]", state=state, to=to)
        for name, value in state.items():
            assert after[name] == (start[name] if name in gone else value)


@pytest.mark.parametrize(
    ("change", "cost"),
    [
        ({}, None),
        ({"pins": []}, None),
        ({"timestep": 3}, "cursor"),
        ({"timestep": 3, "layer": 1}, "drawing"),
        ({"timestep": 3, "clamps": ["f:1:3:2-9=0.5"], "panel": "whatif"}, "engine"),
        ({"lossAt": 4}, "engine"),
    ],
)
def test_a_change_costs_as_much_as_its_dearest_field(compute, change, cost):
    assert compute("costOf(startState(), { ...startState(), ...change })", change=change) == cost


def test_letting_a_gradient_go_asks_the_engine_nothing(compute):
    assert compute("costOf({ ...startState(), lossAt: 4 }, startState())") == "drawing"
