"""How the metrics of a run are shown: curves in rows above one axis of steps, and tiles with the newest numbers.

What is measured at all stands in ``lstm_engine/runs/metrics.py``; the figure, the browser's curves and tiles read this.
"""

from dataclasses import dataclass

from dashboard.shell.palette import GRADIENT_COLOUR, TRAINING_COLOUR, VALIDATION_COLOUR
from lstm_engine.runs.metrics import METRICS, Metric

BY_NAME = {metric.name: metric for metric in METRICS}


@dataclass(frozen=True)
class Row:
    """A row of the chart.

    Attributes:
        title: of its axis, ``{unit}`` being the loss's. share: of the chart's height.
        from_zero: whether its axis begins at 0.
        reference: whether the task's baseline is drawn in it.
    """

    title: str
    share: float
    from_zero: bool = False
    reference: bool = False


@dataclass(frozen=True)
class Curve:
    """A metric's curve.

    Attributes:
        row: the place of its row. words: what the legend and the pointer say.
        marked: whether each point has a marker while they are few. smoothed: whether it follows the chosen smoothing.
        decimals: of the value that the pointer tells.
    """

    metric: Metric
    row: int
    words: str
    colour: str
    width: float = 1.0
    marked: bool = False
    smoothed: bool = False
    decimals: int = 4


@dataclass(frozen=True)
class Tile:
    """A metric's newest value in large figures; ``exponential`` shows e to its power."""

    metric: str
    label: str
    exponential: bool = False


ROWS = (Row("loss ({unit})", 0.74, reference=True), Row("gradient norm", 0.26, from_zero=True))
DRAWN = (
    Curve(BY_NAME["loss"], 0, "training batch", TRAINING_COLOUR, smoothed=True),
    Curve(BY_NAME["validation_loss"], 0, "validation", VALIDATION_COLOUR, 2.5, marked=True),
    Curve(BY_NAME["gradient_norm"], 1, "gradient norm", GRADIENT_COLOUR),
)
# how many points of a curve a browser has; how many it draws of a whole one is said by dashboard/serving/delivery.py
FINENESS = {
    "kept": 12_000,  # in memory; of more, half go
    "beside": 300,  # drawn of what lies beside the stretch that was zoomed into
    "marked": 40,  # with a marker each
}


def tiles(perplexity: bool) -> list[Tile]:
    """The tiles, in their order; a loss in nats is also told as a perplexity."""
    found = []
    for name in ("loss", "validation_loss", "gradient_norm", "learning_rate"):
        metric = BY_NAME[name]
        found.append(Tile(name, metric.label))
        if perplexity and name == "validation_loss":
            found.append(Tile(name, "validation perplexity", exponential=True))
    return found
