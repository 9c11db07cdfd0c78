"""The curves of a run: loss above, gradient norm below, one axis of steps."""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.shell.figures import quiet
from dashboard.shell.palette import BASELINE_COLOUR, GRADIENT_COLOUR, OKABE_ITO, TRAINING_COLOUR, VALIDATION_COLOUR
from lstm_engine.tasks import Baseline

# the order of the traces, which the browser component extends by number
TRAINING, VALIDATION, BASELINE, GRADIENT = range(4)


def training_figure(unit: str, baseline: Baseline, metrics: dict[str, Any] | None = None) -> go.Figure:
    """Loss and gradient norm over steps.

    Args:
        unit: of the loss, for the axis.
        baseline: drawn as a level line as far as the curves go.
        metrics: columns ``step``, ``loss``, ``gradient_norm``, ``validation_step``, ``validation_loss``; None for
            curves that the browser fills.
    """
    columns: dict[str, Any] = metrics or {}
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.74, 0.26], vertical_spacing=0.06)
    step = columns.get("step", [])
    figure.add_scatter(
        x=step,
        y=columns.get("loss", []),
        name="training batch",
        mode="lines",
        line={"color": TRAINING_COLOUR, "width": 1},
        hovertemplate="step %{x:,}: %{y:.4f}<extra>training batch</extra>",
        row=1,
        col=1,
    )
    figure.add_scatter(
        x=columns.get("validation_step", []),
        y=columns.get("validation_loss", []),
        name="validation",
        mode="lines+markers",
        line={"color": VALIDATION_COLOUR, "width": 2.5},
        marker={"size": 4},
        hovertemplate="step %{x:,}: %{y:.4f}<extra>validation</extra>",
        row=1,
        col=1,
    )
    figure.add_scatter(
        x=[],
        y=[],
        name=f"{baseline.name}: {baseline.loss:.3f}",
        mode="lines",
        line={"color": BASELINE_COLOUR, "width": 1.5, "dash": "dash"},
        hovertemplate=f"{baseline.name}: {baseline.loss:.4f}<extra></extra>",
        meta=baseline.loss,
        row=1,
        col=1,
    )
    figure.add_scatter(
        x=step,
        y=columns.get("gradient_norm", []),
        name="gradient norm",
        showlegend=False,
        mode="lines",
        line={"color": GRADIENT_COLOUR, "width": 1},
        hovertemplate="step %{x:,}: %{y:.4f}<extra>gradient norm</extra>",
        row=2,
        col=1,
    )
    figure.update_yaxes(title_text=f"loss ({unit})", row=1, col=1)
    figure.update_yaxes(title_text="gradient norm", rangemode="tozero", row=2, col=1)
    figure.update_xaxes(rangemode="nonnegative")
    figure.update_xaxes(title_text="step", row=2, col=1)
    figure.update_layout(height=430, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return quiet(figure)


def prediction_figure(x_title: str, y_title: str) -> go.Figure:
    """What is right and what is predicted; the browser fills it at every checkpoint."""
    figure = go.Figure()
    figure.add_scatter(x=[], y=[], name="signal", mode="lines", line={"color": BASELINE_COLOUR, "width": 2})
    figure.add_scatter(
        x=[], y=[], name="prediction", mode="lines", line={"color": OKABE_ITO["vermillion"], "width": 1.8}
    )
    figure.update_xaxes(title_text=x_title)
    figure.update_yaxes(title_text=y_title)
    figure.update_layout(height=280, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return quiet(figure)
