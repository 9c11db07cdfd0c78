"""What all charts look like."""

import json
from typing import Any

import plotly.graph_objects as go

BAND_OPACITY = 0.15


def add_band(figure: go.Figure, colour: str, x: list[Any], y: list[Any], **more: Any) -> None:
    """Add a filled outline, such as a spread about a mean, which has no line and no words of its own."""
    figure.add_scatter(
        x=x,
        y=y,
        fill="toself",
        fillcolor=colour,
        opacity=BAND_OPACITY,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        **more,
    )


def legend_above(y: float = 1.02) -> dict[str, object]:
    """A legend in a row above the plot; ``y`` is its height, 1 being the plot's own."""
    return {"orientation": "h", "y": y, "yanchor": "bottom", "x": 0}


def legend_below() -> dict[str, object]:
    """A legend in rows below the title of the horizontal axis."""
    return {"orientation": "h", "y": -0.18, "yanchor": "top", "x": 0}


def as_json(figure: go.Figure) -> dict[str, Any]:
    """A figure as the browser's Plotly takes it."""
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


def quiet(figure: go.Figure) -> go.Figure:
    """No background, narrow margins, colours of text and grid left to the page's theme."""
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 60, "r": 12, "t": 34, "b": 44},
        uirevision="kept",  # zoom survives new data
        hovermode="closest",
    )
    return figure
