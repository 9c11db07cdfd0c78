"""The figures of the page of text, as ``browser/figure.js`` draws them: functions of numbers."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from dashboard.shell.palette import OKABE_ITO, QUANTITY_COLOURS, VALIDATION_COLOUR

Figure = dict[str, Any]


def loss_figure(step: NDArray, loss: NDArray, levels: Mapping[str, float]) -> Figure:
    """The loss on held-out names over the steps, below what guessers reach.

    Args:
        step, loss: each (N,). levels: what guessers reach, by their names.
    """
    return {
        "kind": "lines",
        "label": "Loss on held-out names over the steps of training",
        "x": "training step",
        "y": "loss (nats per character)",
        "lines": [line("this run, on held-out names", step, loss, VALIDATION_COLOUR)],
        "levels": [{"name": f"{name}: {level:.2f}", "y": level} for name, level in levels.items()],
    }


def gradient_figure(norms: Mapping[str, NDArray]) -> Figure:
    """How long a gradient is so far back, each (distances,), by the kind of cell."""
    colours = (OKABE_ITO["vermillion"], OKABE_ITO["sky_blue"], OKABE_ITO["bluish_green"])
    return {
        "kind": "lines",
        "label": "Length of the gradient over the distance from the loss: "
        + "; ".join(
            f"{name} {values[-1]:.0e} of it after {len(values) - 1} timesteps" for name, values in norms.items()
        ),
        "x": "timesteps before the loss",
        "y": "length of the gradient, as a share of that at the loss",
        "logarithmic": True,
        "lines": [
            line(name, range(len(values)), values, colour)
            for (name, values), colour in zip(norms.items(), colours, strict=True)
        ],
        "levels": [],
    }


def unrolled_figure(
    labels: list[str], cell: NDArray, forget_gate: NDArray, likeliest: list[str], probability: NDArray
) -> Figure:
    """One cell at every timestep of a name, with one unit's memory and forget gate, and what is expected next.

    Args:
        labels: what is read, T of them. cell, forget_gate: of the unit, each (T,).
        likeliest, probability: what is expected next, and how surely, each (T,).
    """
    return {
        "kind": "unrolled",
        "label": f"The cell at each timestep of “{''.join(labels[1:])}”, with the memory of one unit: "
        + ", ".join(f"{label} {value:.2f}" for label, value in zip(labels, cell, strict=True)),
        "colours": {name: QUANTITY_COLOURS[name] for name in ("cell", "forget_gate", "hidden")},
        "steps": [
            {"read": label, "cell": round(float(c), 3), "forget": round(float(f), 3), "next": f"{symbol} {p:.0%}"}
            for label, c, f, symbol, p in zip(labels, cell, forget_gate, likeliest, probability, strict=True)
        ],
    }


def line(name: str, x: Any, y: NDArray, colour: str) -> dict[str, Any]:
    """A line of a chart, as ``LineChart`` takes it."""
    return {
        "name": name,
        "x": [int(value) for value in x],
        "y": [float(f"{value:.6g}") for value in y],
        "colour": colour,
        "width": 3,
    }
