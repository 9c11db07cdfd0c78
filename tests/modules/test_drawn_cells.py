"""The drawn cell of every variant, wide and on a narrow screen: the engine's numbers, nothing over anything else."""

import base64
import re
from itertools import pairwise
from typing import Any

import pytest

from dashboard.shell.cells import cell_payload, formula_payload
from dashboard.views.step.messages import trace_message
from lstm_engine import LSTMModel, tasks
from lstm_engine.cell.quantities import operations_of, quantities_of
from lstm_engine.cell.variants import VARIANTS

TASK = tasks.get("names")
SEQUENCE = TASK.encode("sakura")
SHOW = """((buffer) => {
  const trace = new Trace(Uint8Array.from(atob(buffer), (c) => c.charCodeAt(0)).buffer);
  const field = document.createElement("div");
  field.style.width = `${width}px`;
  document.body.replaceChildren(field);
  const cell = new Cell({});
  cell.root.style.position = "relative";
  field.append(cell.root);
  const units = Array.from({ length: trace.units }, (_, k) => k);
  const state = { layer: 1, timestep: 3, unit: 5, operation: null, quantity: "hidden" };
  const theme = { dark: false, surface: "rgb(255, 255, 255)", text: "#000000" };
  cell.show({ trace, field: trace, theme, state, places: { unitAt: units, placeOf: units }, backward: false });
  cell.resize();
  cell.draw(state, {});
  const texts = Object.fromEntries([...cell.root.querySelectorAll("[data-value]")]
    .map((node) => [node.dataset.value, node.textContent]));
  const { missing, peephole } = Object.fromEntries(["missing", "peephole"]
    .map((kind) => [kind, cell.root.querySelectorAll(kind === "missing" ? ".box.missing" : ".wire.peephole").length]));
  const { layout } = cell;
  cell.destroy();
  return { texts, missing, peephole, layout };
})(message)"""


@pytest.fixture
def compute(module):
    return module("browser/cell/cell.js", "browser/cell/trace.js", "browser/cell/places.js")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def boxes_of(layout: dict[str, Any]) -> list[tuple[str, float, float, float, float]]:
    """Name, corner and size of what is drawn as a box."""
    size = layout["box"]
    areas = [(box["id"], box["x"], box["y"], size["width"], size["height"]) for box in layout["boxes"]]
    for name in ("input", "prediction"):
        part = layout[name]
        areas.append((name, part["x"], part["y"], part["width"], part["height"]))
    return areas


def overlap(layout: dict[str, Any]) -> list[str]:
    """What lies over something else, or sticks out."""
    areas = boxes_of(layout)
    areas += [("oval", oval["x"], oval["y"], oval["width"], oval["height"]) for oval in layout["ovals"]]
    areas += [(circle["title"], circle["x"] - 11, circle["y"] - 11, 22, 22) for circle in layout["circles"]]
    found = []
    for k, (name, x, y, width, height) in enumerate(areas):
        if x < 0 or y < 0 or x + width > layout["width"] or y + height > layout["height"]:
            found.append(f"{name} sticks out")
        for other, x2, y2, width2, height2 in areas[:k]:
            if x < x2 + width2 and x2 < x + width and y < y2 + height2 and y2 < y + height:
                found.append(f"{name} over {other}")
    return found


def corners(path: str) -> list[tuple[float, float]]:
    """The points of a wire, which runs straight across or straight down: "M8 57 H60 V20" as (8, 57), (60, 57), ..."""
    found: list[tuple[float, float]] = []
    for letter, numbers in re.findall(r"([MHV])([\d .]+)", path):
        if letter == "M":
            x, y = map(float, numbers.split())
        elif letter == "H":
            x = float(numbers)
        else:
            y = float(numbers)
        found.append((x, y))
    return found


def run_through(layout: dict[str, Any]) -> list[str]:
    """Which wires run through a box, and not merely to its edge."""
    areas = boxes_of(layout)
    found = []
    for wire in layout["wires"]:
        points = corners(wire["d"])
        for (x1, y1), (x2, y2) in pairwise(points):
            (left, right), (top, bottom) = sorted((x1, x2)), sorted((y1, y2))
            for name, x, y, width, height in areas:
                if left < x + width and x < right and top < y + height and y < bottom:
                    found.append(f"{wire['d']} through {name}")
    return found


@pytest.mark.parametrize("width", [752, 360])
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_cell_is_drawn_with_the_engines_numbers(compute, variant, width):
    model = LSTMModel(28, 12, 28, num_layers=2, variant=variant, seed=4)
    message = base64.b64encode(trace_message(model, TASK, SEQUENCE)).decode()
    found = compute(SHOW, message=message, width=width)
    layer, quantities = model.trace(SEQUENCE.inputs).layers[1], quantities_of(variant)
    assert found["missing"] == sum(quantity.missing for quantity in quantities)
    assert found["peephole"] == len(VARIANTS[variant].peepholes)
    for quantity in quantities:
        text = found["texts"][quantity.symbol]
        if quantity.missing:
            assert text == "= 1"
        else:
            value = float(getattr(layer, quantity.name)[3, 0, 5])
            assert number(text) == pytest.approx(value, abs=0.00051 if width == 752 else 0.0051)
        if quantity.carried:
            before = float(getattr(layer, quantity.name)[2, 0, 5])
            assert number(found["texts"][f"{quantity.symbol}-before"]) == pytest.approx(before, abs=0.0051)
    assert found["layout"]["width"] == width
    assert overlap(found["layout"]) == []
    assert run_through(found["layout"]) == []
    parts = ("wires", "boxes", "circles", "ovals")
    happening = {part["operation"] for kind in parts for part in found["layout"][kind]}
    assert set(range(len(operations_of(variant)))) <= {*happening, found["layout"]["prediction"]["operation"]}


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("variant", ["minlstm", "mingru"])
def test_no_wire_leads_from_the_former_state_to_gates_that_see_x_alone(compute, variant, upright):
    layout = compute("placesOf(cell, upright)", cell=cell_payload(variant), upright=upright)
    right_of_x = layout["input"]["x"] + layout["input"]["width"]
    for block in VARIANTS[variant].blocks:
        sources = [wire for wire in layout["wires"] if wire["at"] == block and wire.get("from") != block]
        assert sources
        assert {(wire.get("from"), corners(wire["d"])[0][0]) for wire in sources} == {(None, right_of_x)}
    assert {wire["at"] for wire in layout["wires"] if wire.get("from") == "hidden"} == {"keep", "write", "predict"}


@pytest.mark.parametrize("upright", [False, True])
def test_the_wires_of_an_slstm_carry_what_its_equations_read(compute, upright):
    """Equations 8 to 17 of Beck et al. 2024, but for the sums, which come from [x, h′] by wires without a colour."""
    layout = compute("placesOf(cell, upright)", cell=cell_payload("slstm"), upright=upright)
    wires = {(wire.get("from"), wire["at"]) for wire in layout["wires"]}
    assert wires >= {
        *((None, at) for at in ("stabilise", "forget_gate", "input_gate", "candidate", "output_gate")),
        *(("stabiliser", at) for at in ("stabilise", "forget_gate", "input_gate")),
        *((name, "keep") for name in ("cell", "forget_gate")),
        *((name, "write") for name in ("cell", "input_gate", "candidate")),
        *((name, "count") for name in ("normaliser", "forget_gate", "input_gate")),
        *((name, "divide") for name in ("cell", "normaliser")),
        *((name, "output") for name in ("hidden", "output_gate")),
    }


def strange_cell() -> dict[str, Any]:
    """One with eight quantities and no file of its own, as an sLSTM (Beck et al. 2024) has them."""

    def quantity(symbol: str, formula: str, carried: bool = False) -> dict[str, Any]:
        name = "hidden" if symbol == "h" else f"of_{symbol}"
        return {
            **cell_payload("standard")["quantities"][0],
            "name": name,
            "symbol": symbol,
            "label": f"Some {symbol}",
            "formula": formula_payload(formula),
            "carried": carried,
        }

    quantities = [
        quantity("i", "i = exp(a_i - m)"),
        quantity("f", "f = exp(a_f + m′ - m)"),
        quantity("z", "z = tanh(a_z)"),
        quantity("o", "o = σ(a_o)"),
        quantity("c", "c = f · c′ + i · z", True),
        quantity("n", "n = f · n′ + i", True),
        quantity("m", "m = max(a_f + m′, a_i)", True),
        quantity("h", "h = o · c / n", True),
    ]
    read, *_, predict = cell_payload("standard")["operations"]
    made = [{**read, "name": f"make {q['symbol']}", "makes": [q["name"]], "kind": "computed"} for q in quantities]
    return {
        "family": "strange",
        "variant": "strange",
        "title": "A strange cell",
        "quantities": quantities,
        "operations": [read, *made, predict],
        "sums": [{"quantity": f"of_{symbol}", "peephole": "", "gated_by": ""} for symbol in "ifzo"],
        "gradient_steps": [],
    }


@pytest.mark.parametrize("upright", [False, True])
def test_a_cell_without_a_file_of_its_own_is_drawn_all_the_same(compute, upright):
    layout = compute("placesOf(cell, upright)", cell=strange_cell(), upright=upright)
    assert {box["id"] for box in layout["boxes"]} == {*"ifzocnmh", "c-before", "n-before", "m-before", "h-before"}
    assert overlap(layout) == []
    if not upright:
        read = {(wire["from"], wire["at"]) for wire in layout["wires"] if wire.get("from")}
        assert {("of_f", "of_c"), ("of_c", "of_c"), ("of_m", "of_i"), ("of_n", "hidden")} <= read
