"""Several runs on one chart: validation loss over steps; runs that differ in their seed alone as mean and spread."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shell.figures import quiet
from dashboard.shell.palette import BASELINE_COLOUR, OKABE_ITO

Curve = tuple[NDArray, NDArray]  # steps, values

DASHES = ("solid", "dash", "dot", "dashdot")
BAND_OPACITY = 0.18


def comparison_figure(groups: Mapping[str, Sequence[Curve]], unit: str, baselines: Mapping[str, float]) -> go.Figure:
    """Curves to compare.

    Args:
        groups: for each name the validation curves of one run, or of several with different seeds.
        unit: of the loss.
        baselines: level lines by name.
    """
    figure = go.Figure()
    colours = list(OKABE_ITO.values())
    for place, (name, curves) in enumerate(groups.items()):
        colour, dash = colours[place % len(colours)], DASHES[place // len(colours) % len(DASHES)]
        step, mean, spread = mean_and_spread(curves)
        if len(curves) > 1:
            figure.add_scatter(
                x=[*step, *step[::-1]],
                y=[*(mean + spread), *(mean - spread)[::-1]],
                fill="toself",
                fillcolor=colour,
                opacity=BAND_OPACITY,
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=step,
            y=mean,
            name=name,
            mode="lines",
            line={"color": colour, "width": 2.2, "dash": dash},
            hovertemplate="step %{x:,}: %{y:.4f}<extra>" + name.replace("<", "‹") + "</extra>",
        )
    last = max((int(step[-1]) for curves in groups.values() for step, _ in curves if len(step)), default=1)
    for name, level in baselines.items():
        figure.add_scatter(
            x=[0, last], y=[level, level], name=name, mode="lines", line={"color": BASELINE_COLOUR, "dash": "dash"}
        )
    figure.update_xaxes(title_text="step", rangemode="nonnegative")
    figure.update_yaxes(title_text=f"validation loss ({unit})")
    figure.update_layout(height=460, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return quiet(figure)


def mean_and_spread(curves: Sequence[Curve]) -> tuple[NDArray, NDArray, NDArray]:
    """Steps, mean and standard deviation of several curves, at the steps that all of them have."""
    if not curves:
        return np.array([]), np.array([]), np.array([])
    common = curves[0][0]
    for step, _ in curves[1:]:
        common = np.intersect1d(common, step)
    values = np.stack([value[np.isin(step, common)] for step, value in curves])
    return common, values.mean(axis=0), values.std(axis=0)
