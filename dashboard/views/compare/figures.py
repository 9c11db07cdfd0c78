"""Several runs on one chart: validation loss over steps; runs that differ in their seed alone as median and spread."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shell.figures import add_band, legend_below, quiet
from dashboard.shell.palette import BASELINE_COLOUR, OKABE_ITO
from dashboard.shell.plain import plain_in_chart
from lstm_engine.tasks import Baseline

DASHES = ("solid", "dash", "dot", "dashdot")
LONGEST_LABEL = 60  # characters
FEW_DECADES = 2  # up to which an axis has marks within each, too


@dataclass(frozen=True)
class Line:
    """What is drawn of one run, or of several.

    Attributes:
        label: in the legend; two lines may read the same.
        step, middle: its points, each (N,), of several runs their median. low, high: the least and the largest of them,
            (N,); None of one run.
        drawn: where its points are drawn, (N,), if that is not where they are; edge: the least that can be drawn.
    """

    label: str
    step: NDArray
    middle: NDArray
    low: NDArray | None = None
    high: NDArray | None = None
    drawn: NDArray | None = None
    edge: float = -math.inf


def comparison_figure(
    lines: Sequence[Line],
    unit: str | None,
    baselines: Iterable[Baseline],
    logarithmic: bool = False,
    title: str = "",
) -> go.Figure:
    """Curves to compare.

    Args:
        lines: what to draw, in this order.
        unit: of the loss; None if this version does not know the task. title: of the axis, where it is no loss.
        baselines: drawn as level lines.
        logarithmic: whether the axis of losses is; the lines are to be above 0 then.
    """
    figure = go.Figure()
    colours = list(OKABE_ITO.values())
    for place, line in enumerate(lines):
        colour, dash = colours[place % len(colours)], DASHES[place // len(colours) % len(DASHES)]
        if line.low is not None and line.high is not None:
            upper, lower = (np.maximum(end, line.edge) for end in (line.high, line.low))
            outline = [*upper, *lower[::-1]]
            add_band(figure, colour, [*line.step, *line.step[::-1]], outline)
        figure.add_scatter(
            x=line.step,
            y=line.middle if line.drawn is None else line.drawn,
            customdata=line.middle,
            name=plain_in_chart(shortened(line.label)),
            mode="lines" if len(line.step) > 1 else "markers",  # a line of one point cannot be seen
            line={"color": colour, "width": 2.2, "dash": dash},
            marker={"color": colour},
            hovertemplate=f"step %{{x:,}}: %{{customdata:.4~g}}<extra>{plain_in_chart(line.label)}</extra>",
        )
    last = max((int(line.step[-1]) for line in lines if len(line.step)), default=1)
    for baseline in baselines:
        name, level = baseline.name, baseline.loss
        if logarithmic and level <= 0:
            continue
        figure.add_scatter(
            x=[0, last],
            y=[level, level],
            name=plain_in_chart(f"{name}: {level:.3g}"),
            mode="lines",
            line={"color": BASELINE_COLOUR, "dash": "dash"},
            hovertemplate=f"{plain_in_chart(name)}: %{{y:.4~g}}<extra></extra>",
        )
    figure.update_xaxes(title_text="step", rangemode="nonnegative")
    figure.update_yaxes(
        title_text=plain_in_chart(title or f"validation loss ({unit or 'unit unknown'})"),
        type="log" if logarithmic else "linear",
        exponentformat="power",  # 10⁻⁶ rather than 1μ
        dtick=1 if logarithmic and decades(lines) > FEW_DECADES else None,
    )
    figure.update_layout(
        height=460,
        showlegend=True,  # of a line that is alone, too
        legend=legend_below(),  # where it is long, and the tools stand above: without a pointer they always do
        hoverlabel={"namelength": -1},  # in full
    )
    return quiet(figure)


def decades(lines: Sequence[Line]) -> float:
    """How many powers of ten lines span that are drawn above 0."""
    drawn = np.concatenate([line.middle if line.drawn is None else line.drawn for line in lines])
    shown = drawn[np.isfinite(drawn)]
    return math.log10(shown.max() / shown.min())


def shortened(label: str) -> str:
    """A label that fits a legend, which breaks no lines; its end stays, since that tells runs of one name apart."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL - 32]} … {label[-29:]}"
