"""How gates and weights develop over training: three rows on one axis of steps."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.shell.figures import add_band, legend_above, quiet
from dashboard.shell.palette import BASELINE_COLOUR, GRADIENT_COLOUR, colour_of
from lstm_engine.cell.quantities import Quantity


def development_figure(quantities: Sequence[Quantity]) -> go.Figure:
    """Empty curves; each says in ``meta`` what the browser fills it with.

    Args:
        quantities: what is watched of the run's cell, see ``watched_quantities``.
    """
    what = "each gate" if len(quantities) > 1 else "what the units say"
    titles = (f"mean and spread of {what}", "saturated: shut (dotted), open (full)", "norms")
    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.08, subplot_titles=titles)
    for gate in quantities:
        add_band(figure, colour_of(gate), [], [], meta=[gate.name, "band"], row=1, col=1)
    for gate in quantities:
        line = {"color": colour_of(gate), "width": 2}
        hover = "step %{customdata:,}: %{y:.3f}<extra>" + gate.label.lower()
        for field, row, dash, words in (
            ("mean", 1, "solid", "mean"),
            ("shut", 2, "dot", "shut"),
            ("open", 2, "solid", "open"),
        ):
            figure.add_scatter(
                x=[],
                y=[],
                meta=[gate.name, field],
                name=gate.label.lower(),
                legendgroup=gate.name,
                showlegend=field == "mean",
                mode="lines",
                line={**line, "dash": dash},
                hovertemplate=f"{hover}, {words}</extra>",
                row=row,
                col=1,
            )
    for field, name, colour in (
        ("weight_norm", "weights", BASELINE_COLOUR),
        ("update_norm", "last update", GRADIENT_COLOUR),
    ):
        figure.add_scatter(
            x=[],
            y=[],
            meta=["norm", field],
            name=name,
            mode="lines+markers",
            marker={"size": 4},
            line={"color": colour, "width": 2},
            hovertemplate="step %{customdata:,}: %{y:.4g}<extra>" + name + "</extra>",
            row=3,
            col=1,
        )
    figure.update_xaxes(type="log")
    figure.update_xaxes(title_text="training step + 1", row=3, col=1)
    figure.update_yaxes(title_text="value", row=1, col=1)
    figure.update_yaxes(title_text="share", range=[0, 1], row=2, col=1)
    figure.update_yaxes(title_text="norm", type="log", row=3, col=1)
    figure.update_annotations(font_size=13)  # the titles of the rows, which a phone has to hold
    figure.update_layout(height=560, legend=legend_above(1.06))
    return quiet(figure)
