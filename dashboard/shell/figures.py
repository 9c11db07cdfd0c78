"""What all charts look like."""

import plotly.graph_objects as go


def legend_above(y: float = 1.02) -> dict[str, object]:
    """A legend in a row above the plot; ``y`` is its height, 1 being the plot's own."""
    return {"orientation": "h", "y": y, "yanchor": "bottom", "x": 0}


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
