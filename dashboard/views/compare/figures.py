"""Several runs on one chart: validation loss over steps; runs that differ in their seed alone as mean and spread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shell.figures import add_band, legend_above, quiet
from dashboard.shell.palette import BASELINE_COLOUR, OKABE_ITO
from dashboard.shell.plain import plain_in_chart
from lstm_engine.tasks import Baseline

DASHES = ("solid", "dash", "dot", "dashdot")
LONGEST_LABEL = 60  # characters


@dataclass(frozen=True)
class Line:
    """What is drawn of one run, or of several.

    Attributes:
        label: in the legend; two lines may read the same.
        step, mean: its points, each (N,). spread: standard deviation around them, (N,); None of one run.
    """

    label: str
    step: NDArray
    mean: NDArray
    spread: NDArray | None = None


def comparison_figure(lines: Sequence[Line], unit: str | None, baselines: Iterable[Baseline]) -> go.Figure:
    """Curves to compare.

    Args:
        lines: what to draw, in this order.
        unit: of the loss; None if this version does not know the task.
        baselines: drawn as level lines.
    """
    figure = go.Figure()
    colours = list(OKABE_ITO.values())
    for place, line in enumerate(lines):
        colour, dash = colours[place % len(colours)], DASHES[place // len(colours) % len(DASHES)]
        if line.spread is not None:
            outline = [*(line.mean + line.spread), *(line.mean - line.spread)[::-1]]
            add_band(figure, colour, [*line.step, *line.step[::-1]], outline)
        figure.add_scatter(
            x=line.step,
            y=line.mean,
            name=plain_in_chart(shortened(line.label)),
            mode="lines" if len(line.step) > 1 else "markers",  # a line of one point cannot be seen
            line={"color": colour, "width": 2.2, "dash": dash},
            marker={"color": colour},
            hovertemplate=f"step %{{x:,}}: %{{y:.4f}}<extra>{plain_in_chart(line.label)}</extra>",
        )
    last = max((int(line.step[-1]) for line in lines if len(line.step)), default=1)
    for baseline in baselines:
        name, level = baseline.name, baseline.loss
        figure.add_scatter(
            x=[0, last],
            y=[level, level],
            name=plain_in_chart(f"{name}: {level:.3f}"),
            mode="lines",
            line={"color": BASELINE_COLOUR, "dash": "dash"},
            hovertemplate=f"{plain_in_chart(name)}: %{{y:.4f}}<extra></extra>",
        )
    figure.update_xaxes(title_text="step", rangemode="nonnegative")
    figure.update_yaxes(title_text=f"validation loss ({plain_in_chart(unit) if unit else 'unit unknown'})")
    figure.update_layout(
        height=460,
        showlegend=True,  # of a line that is alone, too
        legend=legend_above(),
        hoverlabel={"namelength": -1},  # in full
    )
    return quiet(figure)


def shortened(label: str) -> str:
    """A label that fits a legend, which breaks no lines; its end stays, since that tells runs of one name apart."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL - 32]} … {label[-29:]}"
