"""The drawn cell of every variant, wide and on a narrow screen: the engine's numbers, nothing over anything else."""

import base64
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


def overlap(layout: dict[str, Any]) -> list[str]:
    """What lies over something else, or sticks out."""
    size = layout["box"]
    areas = [(box["id"], box["x"], box["y"], size["width"], size["height"]) for box in layout["boxes"]]
    for name in ("input", "prediction"):
        part = layout[name]
        areas.append((name, part["x"], part["y"], part["width"], part["height"]))
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
    happening = {part["operation"] for kind in ("wires", "boxes") for part in found["layout"][kind]}
    assert set(range(len(operations_of(variant)))) <= {*happening, found["layout"]["prediction"]["operation"]}


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
