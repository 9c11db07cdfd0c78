"""Charts of what all units of a layer do over a text."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from dashboard.shell.figures import legend_above, quiet
from dashboard.shell.palette import BASELINE_COLOUR, OKABE_ITO, colour_of
from dashboard.shell.plain import plain_in_chart
from lstm_engine.cell.quantities import Quantity
from lstm_engine.inspection import Histogram

SHORT, LONG = 0.3, 3_000.0  # timesteps: where the chart of memory begins and ends


def unit_names(count: int, names: Mapping[int, str]) -> list[str]:
    """Each unit by its number, and by the name that people gave it."""
    return [f"unit {k}" + (f": {plain_in_chart(names[k])}" if names.get(k) else "") for k in range(count)]


def saturation_figure(
    gates: Sequence[Quantity],
    left: Mapping[str, NDArray],
    right: Mapping[str, NDArray],
    names: Mapping[int, str],
) -> go.Figure:
    """Each unit by how often its gate is wide open and how often it is shut (Karpathy, Johnson and Li 2015).

    Args:
        gates: of the cell. left, right: (H,) fractions of timesteps by the gate's name. names: of units.
    """
    figure = make_subplots(
        rows=1, cols=len(gates), shared_yaxes=True, horizontal_spacing=0.06, subplot_titles=[g.label for g in gates]
    )
    for column, gate in enumerate(gates, start=1):
        figure.add_scatter(
            x=[0, 1],
            y=[1, 0],
            mode="lines",
            line={"color": BASELINE_COLOUR, "width": 1, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
            row=1,
            col=column,
        )
        figure.add_scatter(
            x=right[gate.name],
            y=left[gate.name],
            mode="markers",
            name=gate.label,
            showlegend=False,
            marker={"color": colour_of(gate), "size": 8, "opacity": 0.7, "line": {"width": 1, "color": "#6b6b6b"}},
            text=unit_names(len(right[gate.name]), names),
            meta="units",
            hovertemplate="%{text}<br>open %{x:.0%}, shut %{y:.0%} of the time<extra></extra>",
            row=1,
            col=column,
        )
        figure.update_xaxes(title_text="above 0.9", range=[-0.03, 1.03], nticks=3, row=1, col=column)
        figure.update_yaxes(range=[-0.03, 1.03], row=1, col=column)
    figure.update_yaxes(title_text="share below 0.1", row=1, col=1)
    figure.update_layout(height=280)
    return quiet(figure)


def values_figure(quantities: Sequence[Quantity], histograms: Mapping[str, Histogram]) -> go.Figure:
    """How the values of each quantity are spread, all units together; what has no bounds, on an axis of its own."""
    bounded = [q for q in quantities if q.limits is not None and max(map(abs, q.limits)) <= 1]
    rows = [group for group in (bounded, [q for q in quantities if q not in bounded]) if group]
    figure = make_subplots(rows=len(rows), cols=1, vertical_spacing=0.2)
    for row, group in enumerate(rows, start=1):
        for quantity in group:
            found = histograms[quantity.name]
            counts = found.counts.sum(axis=0).astype(float)
            figure.add_scatter(
                x=(found.edges[:-1] + found.edges[1:]) / 2,
                y=counts / max(1.0, counts.sum()),
                mode="lines",
                line={"color": colour_of(quantity), "width": 2, "shape": "hvh"},
                name=quantity.label.lower(),
                hovertemplate="%{x:.2f}: %{y:.1%}<extra>" + quantity.label.lower() + "</extra>",
                row=row,
                col=1,
            )
    figure.update_xaxes(title_text="value", row=len(rows), col=1)
    figure.update_yaxes(title_text="share", type="log", exponentformat="power")
    figure.update_layout(height=200 + 160 * len(rows), legend=legend_above())
    return quiet(figure)


def memory_figure(timesteps: NDArray, names: Mapping[int, str]) -> go.Figure:
    """How long each unit remembers, the longest first."""
    order = np.argsort(-timesteps, kind="stable")
    labels = unit_names(len(timesteps), names)
    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(1, len(order) + 1),
        y=np.clip(timesteps[order], SHORT, LONG),
        mode="markers",
        marker={"color": OKABE_ITO["blue"], "size": 7, "opacity": 0.75},
        text=[labels[k] for k in order],
        customdata=timesteps[order],
        meta="units",
        hovertemplate="%{text}: %{customdata:.3g} timesteps<extra></extra>",
    )
    figure.update_xaxes(title_text="units, the longest memory first")
    figure.update_yaxes(title_text="memory (timesteps)", type="log", range=[np.log10(SHORT), np.log10(LONG)])
    figure.update_layout(height=280)
    return quiet(figure)
