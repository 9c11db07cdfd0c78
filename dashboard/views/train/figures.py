"""The curves of a run: a row of the chart for each of ``metrics.ROWS``, one axis of steps."""

from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from dashboard.shell.figures import legend_above, quiet
from dashboard.shell.palette import BASELINE_COLOUR, OKABE_ITO
from dashboard.shell.plain import plain_in_chart
from dashboard.views.train.metrics import DRAWN, ROWS, Curve
from lstm_engine.tasks import Baseline

HEIGHT = 430  # as in curves.css


def training_figure(
    unit: str | None, baseline: Baseline | None, metrics: dict[str, dict[str, list[Any]]] | None = None
) -> go.Figure:
    """The curves of training over steps; each says in ``meta`` what the browser fills it with.

    Args:
        unit: of the loss, for the axis; None if this version knows no such task.
        baseline: drawn as a level line as far as the curves go; None if there is none.
        metrics: ``step`` and ``value`` by the metric's name; None for curves that the browser fills.
    """
    figure = make_subplots(
        rows=len(ROWS), cols=1, shared_xaxes=True, row_heights=[row.share for row in ROWS], vertical_spacing=0.06
    )
    for place, row in enumerate(ROWS):
        for curve in (curve for curve in DRAWN if curve.row == place):
            add_curve(figure, curve, (metrics or {}).get(curve.metric.name, {}))
        if row.reference and baseline is not None:
            add_baseline(figure, baseline, place)
        title = row.title.format(unit=plain_in_chart(unit) if unit else "unit unknown")
        figure.update_yaxes(title_text=title, row=place + 1, col=1)
        if row.from_zero:
            figure.update_yaxes(rangemode="tozero", row=place + 1, col=1)
    figure.update_xaxes(rangemode="nonnegative")
    figure.update_xaxes(title_text="training step", row=len(ROWS), col=1)
    figure.update_layout(height=HEIGHT, legend=legend_above())
    return quiet(figure)


def add_curve(figure: go.Figure, curve: Curve, points: dict[str, list[Any]]) -> None:
    """A metric's curve in its row."""
    figure.add_scatter(
        x=points.get("step", []),
        y=points.get("value", []),
        name=curve.words,
        showlegend=curve.row == 0,  # alone in its row, the axis names it
        mode="lines+markers" if curve.marked else "lines",
        line={"color": curve.colour, "width": curve.width},
        marker={"size": 4},
        hovertemplate=f"step %{{x:,}}: %{{y:.{curve.decimals}f}}<extra>{curve.words}</extra>",
        meta={"metric": curve.metric.name, "every_step": curve.metric.every_step, "smoothed": curve.smoothed},
        row=curve.row + 1,
        col=1,
    )


def add_baseline(figure: go.Figure, baseline: Baseline, row: int) -> None:
    """The best guess without memory, as a level line."""
    name = plain_in_chart(baseline.name)
    figure.add_scatter(
        x=[],
        y=[],
        name=f"{name}: {baseline.loss:.3f}",
        mode="lines",
        line={"color": BASELINE_COLOUR, "width": 1.5, "dash": "dash"},
        hovertemplate=f"{name}: {baseline.loss:.4f}<extra></extra>",
        meta={"level": baseline.loss},
        row=row + 1,
        col=1,
    )


def prediction_figure(x_title: str, y_title: str) -> go.Figure:
    """What is right and what is predicted; the browser fills it at every checkpoint."""
    figure = go.Figure()
    figure.add_scatter(x=[], y=[], name="signal", mode="lines", line={"color": BASELINE_COLOUR, "width": 2})
    figure.add_scatter(
        x=[], y=[], name="prediction", mode="lines", line={"color": OKABE_ITO["vermillion"], "width": 1.8}
    )
    figure.update_xaxes(title_text=plain_in_chart(x_title))
    figure.update_yaxes(title_text=plain_in_chart(y_title))
    figure.update_layout(height=280, legend=legend_above())
    return quiet(figure)


def column_figure(values: NDArray, name: str) -> go.Figure:
    """A column of numbers that a person brought, (N,), in its own unit, as it will be learned from."""
    figure = go.Figure()
    figure.add_scatter(y=values, mode="lines", line={"color": OKABE_ITO["blue"], "width": 1.4}, name="")
    figure.update_xaxes(title_text="row")
    figure.update_yaxes(title_text=plain_in_chart(name))
    figure.update_layout(height=200, showlegend=False)
    return quiet(figure)
