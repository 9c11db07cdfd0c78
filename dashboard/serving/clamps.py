"""Clamps: values that are held at a number. Their grammar stands here alone, their limits are the quantities'.

The address and the questions of the step view write a clamp as ``f:1:3:2-9=0.5``: gate f of layer 1, unit 3, timesteps
2 to 9, is 0.5. The unit may be ``*`` for all; layers and timesteps count from 1, units from 0, as on the page. Several
are separated by commas, and the later ones win.
"""

import re
from collections.abc import Sequence
from typing import Any

from dashboard.serving.problems import Kind, Problem
from lstm_engine import Intervention, LSTMModel
from lstm_engine.cell.quantities import Quantity, quantities_of

MOST_CLAMPS = 50
MOST_TOLD = 3  # sentences about those that cannot be
CLAMP = re.compile(
    r"(?P<symbol>[A-Za-z]{1,8}):(?P<layer>\d{1,3}):(?P<unit>\*|\d{1,6})"
    r":(?P<first>\d{1,6})-(?P<last>\d{1,6})=(?P<value>.{0,40})"
)


class ClampError(Problem):
    """Clamps that cannot be; ``places`` says which, counted from 0."""

    def __init__(self, message: str, places: Sequence[int]):
        self.places = list(places)
        super().__init__(message, Kind.CLAMP, places=self.places)


def parse_clamps(text: str, model: LSTMModel, timesteps: int) -> list[Intervention]:
    """The interventions that clamps stand for, in their order.

    Raises:
        ClampError: some cannot be read, or lie outside of the cell, the sequence or the quantity's range.
    """
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_CLAMPS:
        sentence = f"There are {len(parts)} clamps; at most {MOST_CLAMPS} are possible."
        raise ClampError(sentence, range(MOST_CLAMPS, len(parts)))
    clamps, problems = [], {}
    for place, part in enumerate(parts):
        try:
            clamps.append(parse_clamp(part, model, timesteps))
        except Problem as error:
            problems[place] = str(error)
    if problems:
        raise ClampError(" ".join(list(problems.values())[:MOST_TOLD]), list(problems))
    return clamps


def parse_clamp(text: str, model: LSTMModel, timesteps: int) -> Intervention:
    """One clamp; raises Problem."""
    match = CLAMP.fullmatch(text)
    if match is None:
        raise Problem(f"The clamp “{text[:40]}” cannot be read; expected something like f:1:3:2-9=0.5.")
    a = model.architecture
    quantities = {quantity.symbol: quantity for quantity in quantities_of(a.variant) if not quantity.missing}
    quantity = quantities.get(match["symbol"])
    layer, first, last = int(match["layer"]), int(match["first"]), int(match["last"])
    unit = None if match["unit"] == "*" else int(match["unit"])
    if quantity is None:
        raise Problem(f"The clamp “{text[:40]}” names {match['symbol']}; this cell has {', '.join(quantities)}.")
    if not 1 <= layer <= a.num_layers:
        raise Problem(f"The clamp “{text}” names layer {layer}; there are 1 to {a.num_layers}.")
    if unit is not None and unit >= a.hidden_size:
        raise Problem(f"The clamp “{text}” names unit {unit}; there are 0 to {a.hidden_size - 1}.")
    if not 1 <= first <= last <= timesteps:
        raise Problem(f"The clamp “{text}” names timesteps {first} to {last}; there are 1 to {timesteps}.")
    value = clamp_value(match["value"], quantity)
    units = None if unit is None else [unit]
    return Intervention.clamp(quantity.name, value, range(first - 1, last), units, layer - 1)


def held_on(text: str, timesteps: int, continued: int) -> str:
    """The same clamps in a sequence that goes on: what is held to its end is held on.

    Args:
        text: as ``parse_clamps`` reads it for the sequence of so many ``timesteps``.
        timesteps: of the sequence; what is added may also take the place of its last ones.
        continued: timesteps afterwards, more or fewer; what would be held beyond them is held no more.

    >>> held_on("f:1:3:2-9=0.5,o:1:*:2-4=1,c:1:0:8-8=0", timesteps=9, continued=7)
    'f:1:3:2-7=0.5,o:1:*:2-4=1'
    """
    found = []
    for part in filter(None, text.split(",")):
        match = CLAMP.fullmatch(part)
        if match is None:  # whoever uses it is told so
            found.append(part)
            continue
        first, last = int(match["first"]), int(match["last"])
        end = continued if last == timesteps else min(last, continued)
        if first <= end:
            found.append(f"{part[: match.start('last')]}{end}{part[match.end('last') :]}")
    return ",".join(found)


def clamp_value(text: str, quantity: Quantity) -> float:
    """The number that a quantity is to be clamped at.

    Raises:
        Problem: it is not one, or lies outside of the quantity's range.
    """
    low, high = quantity.clamp_limits
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise Problem(
            f"“{text}” is no value for the {quantity.label.lower()}; it must be a number from {low:g} to {high:g}."
        )
    return value


def clamp_payload(clamp: Intervention) -> dict[str, Any]:
    """A clamp as the browser draws and tells it; all numbers count from 0, and no unit means all of them."""
    timesteps = list(clamp.timesteps or ())
    return {
        "quantity": clamp.quantity,
        "layer": clamp.layer,
        "unit": None if clamp.units is None else clamp.units[0],
        "first": timesteps[0],
        "last": timesteps[-1],
        "value": clamp.shift,
    }
