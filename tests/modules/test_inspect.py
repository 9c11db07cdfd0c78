"""The Inspect view's pure modules: where symbols stand, and what the address says."""

import pytest


@pytest.fixture
def layout(module):
    return module("views/inspect/browser/layout.js")


@pytest.fixture
def state(module):
    return module("views/inspect/browser/state.js")


def test_every_symbol_stands_once_within_its_line_and_in_order(layout, generator):
    for _ in range(30):
        columns = generator.randint(8, 60)
        labels = [generator.choice(["a", "⏎", "word", "x" * 100, "ü"]) for _ in range(generator.randint(1, 200))]
        several = generator.random() < 0.5
        begins = sorted({0, *(generator.randrange(len(labels)) for _ in range(5))}) if several else [0]
        page = {"labels": labels, "begins": begins, "breaks": ["⏎"], "gap": generator.randint(0, 1)}
        found = layout(
            """((laid) => ({ ...laid, line: [...laid.line], column: [...laid.column], width: [...laid.width] }))(
              layOut({ ...page, sequences: page.begins.length }, columns))""",
            page=page,
            columns=columns,
        )
        assert [k for line in found["lines"] for k in range(line["from"], line["to"])] == list(range(len(labels)))
        for number, line in enumerate(found["lines"]):
            end = 0
            for k in range(line["from"], line["to"]):
                assert found["line"][k] == number
                assert end <= found["column"][k] <= found["column"][k] + found["width"][k] <= columns
                end = found["column"][k] + found["width"][k]
                assert labels[k] != "⏎" or k == line["to"] - 1


def test_a_place_in_a_line_names_the_symbol_there_or_the_nearest(layout):
    page = {"labels": ["ab", "c", "⏎", "d"], "begins": [0], "breaks": ["⏎"], "gap": 1, "sequences": 1}
    at = [(0, 0), (0, 1.9), (0, 3.2), (0, 99), (1, 50), (7, 0), (-1, 0)]
    found = layout("at.map(([row, x]) => symbolAt(layOut(page, 20), row, x))", page=page, at=at)
    assert found == [0, 0, 1, 2, 3, 3, 0]


def test_letters_can_be_read_on_every_colour(module):
    compute = module("views/inspect/browser/text_view.js", "browser/cell/colours.js")
    worst = compute(
        """(() => {
          const light = (colour) => {
            const [r, g, b] = colour.map((part) => part / 255)
              .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const inks = { "#14181c": [20, 24, 28], "#ffffff": [255, 255, 255] };
          let worst = 21;
          for (const dark of [false, true])
            for (const quantity of [{}, ...colours.map((colour) => ({ gate: true, colour }))]) {
              const { table } = colourScale(quantity, { dark, surface: "" }, 1);
              for (const pixel of table) {
                const colour = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
                const ends = [light(colour), light(inks[inkOn(`rgb(${colour})`)])].sort((a, b) => b - a);
                worst = Math.min(worst, (ends[0] + 0.05) / (ends[1] + 0.05));
              }
            }
          return worst;
        })()""",
        colours=["#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"],
    )
    assert worst > 3.9  # black on the middle between: 4.58 at best


THERE = {
    "layers": 2,
    "units": 8,
    "quantities": [{"name": "forget_gate"}, {"name": "cell"}, {"name": "hidden"}],
    "positions": 100,
    "property": "vowel",
}


def test_what_is_chosen_comes_back_from_the_address(state):
    chosen = {
        "checkpoint": 40,
        "source": "own",
        "own": "a & b = c\n(d)",
        "page": 1,
        "layer": 0,
        "quantity": "forget_gate",
        "unit": 0,
        "rows": [3, 7],
        "position": 12,
        "span": [3, 9],
        "property": "pattern:a+&b",
        "panel": "match",
        "beside": {"kind": "run", "value": 7},
        "output": 0,
        "broken": [1, 2],
        "by": "value:-0.5",
        "held": "cell",
        "map": "umap",
        "found": True,
    }
    back = state("readLink(new URLSearchParams(writeLink(5, { ...startState(), ...chosen })))", chosen=chosen)
    assert back == {"state": chosen, "problems": []}
    assert state("writeLink(5, startState())") == {"run": "5"}


def test_what_units_are_held_at_is_read_in_one_way(state):
    wanted = {
        "mean": "mean",
        "zero": "zero",
        "value:0.50": "value:0.5",
        "value:-.5e1": "value:-5",
        "position:137": "position:137",
        **dict.fromkeys(["", "three", "value:", "value:x", "value:1e999", "value:-", "position:0", "position:1.5"]),
    }
    assert state("texts.map((text) => readHolding(text) ?? null)", texts=list(wanted)) == list(wanted.values())


def test_what_an_address_says_in_vain_is_told_and_the_nearest_is_shown(state):
    query = "unit=99&rows=3,x&panel=magic&span=9-3&layer=0&position=999&quantity=none&broken=99&checkpoint=soon"
    link = state("readLink(new URLSearchParams(query))", query=query)
    assert len(link["problems"]) == 5
    assert "panel “magic”" in link["problems"]
    settled = state("settled(readLink(new URLSearchParams(query)).state, there)", query=query, there=THERE)
    assert (settled["unit"], settled["position"], settled["layer"], settled["quantity"]) == (7, 99, 1, "cell")
    assert (settled["broken"], settled["property"], settled["rows"]) == (None, "vowel", [])


def test_a_change_asks_for_no_more_than_it_needs(state):
    asks = """changes.map((change) =>
      [...asksOf(settled(startState(), there), { ...settled(startState(), there), ...change })])"""
    changes = [
        {"unit": 3},
        {"quantity": "hidden"},
        {"property": "digit"},
        {"page": 2},
        {"position": 4},
        {"panel": "unit"},
    ]
    assert state(asks, changes=changes, there=THERE) == [[], ["colours"], ["marks"], ["text"], [], []]
