"""Clamps: values that are held, as the address and the questions of the step view write them."""

import re

from dashboard.serving.problems import QuestionError
from lstm_engine import Intervention, LSTMModel
from lstm_engine.cell.quantities import QUANTITIES, Quantity

MOST_CLAMPS = 50
CLAMP = re.compile(
    r"(?P<symbol>[figoch]):(?P<layer>\d{1,3}):(?P<unit>\*|\d{1,6}):(?P<first>\d{1,6})-(?P<last>\d{1,6})=(?P<value>.{1,40})"
)


def parse_clamps(text: str, model: LSTMModel, timesteps: int) -> list[Intervention]:
    """From ``f:1:3:2-9=0.5`` (gate f of layer 1, unit 3, timesteps 2 to 9, is 0.5) to interventions.

    The unit may be ``*`` for all; layers and timesteps count from 1, units from 0, as on the page. Several are
    separated by commas, and the later ones win.

    Raises:
        QuestionError: one cannot be read, or lies outside of the cell, the sequence or the quantity's range.
    """
    changes = []
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_CLAMPS:
        raise QuestionError(f"There are {len(parts)} clamps; at most {MOST_CLAMPS} are possible.")
    a = model.architecture
    for part in parts:
        match = CLAMP.fullmatch(part)
        if match is None:
            raise QuestionError(f"The clamp “{part[:40]}” cannot be read; expected something like f:1:3:2-9=0.5.")
        quantity = next(q for q in QUANTITIES if q.symbol == match["symbol"])
        layer, first, last = int(match["layer"]), int(match["first"]), int(match["last"])
        unit = None if match["unit"] == "*" else int(match["unit"])
        if not 1 <= layer <= a.num_layers:
            raise QuestionError(f"The clamp “{part}” names layer {layer}; there are 1 to {a.num_layers}.")
        if unit is not None and unit >= a.hidden_size:
            raise QuestionError(f"The clamp “{part}” names unit {unit}; there are 0 to {a.hidden_size - 1}.")
        if not 1 <= first <= last <= timesteps:
            raise QuestionError(f"The clamp “{part}” names timesteps {first} to {last}; there are 1 to {timesteps}.")
        value = clamp_value(match["value"], quantity)
        units = None if unit is None else [unit]
        changes.append(Intervention(quantity.name, range(first - 1, last), units, 0.0, value, layer - 1))
    return changes


def clamp_value(text: str, quantity: Quantity) -> float:
    """The number that a quantity is to be held at.

    Raises:
        QuestionError: it is not one, or lies outside of the quantity's range.
    """
    low, high = quantity.limits or (-1e6, 1e6)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise QuestionError(
            f"“{text}” is no value for the {quantity.label.lower()}; it must be a number from {low:g} to {high:g}."
        )
    return value
