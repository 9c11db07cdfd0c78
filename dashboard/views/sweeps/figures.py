"""What a sweep found: choices and their seeds, success against distance, all settings side by side, what matters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.shell.figures import add_band, legend_below, quiet
from dashboard.shell.palette import BASELINE_COLOUR, OKABE_ITO
from dashboard.shell.plain import plain_in_chart

DASHES = ("solid", "dash", "dot", "dashdot")
QUARTERS = (
    ("best quarter", OKABE_ITO["blue"]),
    ("second", OKABE_ITO["sky_blue"]),
    ("third", OKABE_ITO["orange"]),
    ("last quarter", BASELINE_COLOUR),
)
PIXELS_A_CHOICE = 26
MOST_MARKS = 8  # of an axis whose values are marked one by one
MARK_GROUND = "rgba(127, 127, 127, 0.12)"  # under a mark that lines cross, in either theme


@dataclass(frozen=True)
class Choice:
    """A row of the picture of choices.

    Attributes:
        label: what was chosen. scores: of its seeds. middle: their median.
    """

    label: str
    scores: tuple[float, ...]
    middle: float


@dataclass(frozen=True)
class Reach:
    """A line of success against distance.

    Attributes:
        label: the cell. distance, middle, low, high: each (N,), over seeds.
    """

    label: str
    distance: tuple[int, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Panel:
    """One task of success against distance.

    Attributes:
        title: the task. measure: what is measured. goal: a level to reach; None if there is none.
        logarithmic: whether the axis of the measure is.
    """

    title: str
    measure: str
    goal: float | None
    logarithmic: bool
    lines: tuple[Reach, ...]


@dataclass(frozen=True)
class Dimension:
    """An axis of the parallel coordinates.

    Attributes:
        label: its setting. values: (N,) numbers. marks, names: where it has marks, and what they say.
        said: (N,) what each run has there, in words.
    """

    label: str
    values: tuple[float, ...]
    marks: tuple[float, ...]
    names: tuple[str, ...]
    said: tuple[str, ...] = ()


def choices_figure(choices: Sequence[Choice], measure: str, logarithmic: bool) -> go.Figure:
    """A row a choice: a point a seed, a bar at their median; the best on top."""
    labels = [plain_in_chart(choice.label) for choice in choices]
    points = [(score, label) for choice, label in zip(choices, labels, strict=True) for score in choice.scores]
    figure = go.Figure()
    figure.add_scatter(
        x=[score for score, _ in points],
        y=[label for _, label in points],
        mode="markers",
        name="a seed",
        marker={"color": OKABE_ITO["sky_blue"], "size": 9, "opacity": 0.75},
        hovertemplate="%{y}: %{x:.4~g}<extra></extra>",
    )
    figure.add_scatter(
        x=[choice.middle for choice in choices],
        y=labels,
        mode="markers",
        name="median",
        marker={"color": OKABE_ITO["vermillion"], "symbol": "line-ns", "size": 18, "line": {"width": 3}},
        marker_line_color=OKABE_ITO["vermillion"],
        hovertemplate="%{y}, median: %{x:.4~g}<extra></extra>",
    )
    figure.update_xaxes(
        title_text=plain_in_chart(measure), type="log" if logarithmic else "linear", exponentformat="power"
    )
    figure.update_yaxes(autorange="reversed", categoryorder="array", categoryarray=labels, automargin=True)
    figure.update_layout(
        height=150 + PIXELS_A_CHOICE * len(choices), legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"}
    )
    return quiet(figure)


def distance_figure(panels: Sequence[Panel]) -> go.Figure:
    """Success against distance: a panel a task, a line a cell, the spread of its seeds around it."""
    titles = [plain_in_chart(panel.title) for panel in panels]
    figure = make_subplots(rows=1, cols=len(panels), subplot_titles=titles, horizontal_spacing=0.12)
    colours = list(OKABE_ITO.values())
    known: dict[str, int] = {}
    for column, panel in enumerate(panels, start=1):
        place = {"row": 1, "col": column}
        for line in panel.lines:
            fresh = line.label not in known
            number = known.setdefault(line.label, len(known))
            colour = colours[number % len(colours)]
            if len(line.distance) > 1:
                x = [*line.distance, *line.distance[::-1]]
                add_band(figure, colour, x, [*line.high, *line.low[::-1]], **place)
            figure.add_scatter(
                x=line.distance,
                y=line.middle,
                name=plain_in_chart(line.label),
                legendgroup=line.label,
                showlegend=fresh,
                mode="lines+markers",
                line={"color": colour, "width": 2.2, "dash": DASHES[number // len(colours) % len(DASHES)]},
                hovertemplate=f"T = %{{x}}: %{{y:.4~g}}<extra>{plain_in_chart(line.label)}</extra>",
                **place,
            )
        every = sorted({distance for line in panel.lines for distance in line.distance})
        if panel.goal is not None and every:
            figure.add_scatter(
                x=[every[0], every[-1]],
                y=[panel.goal, panel.goal],
                mode="lines",
                name=f"goal, {panel.goal:g}",
                line={"color": BASELINE_COLOUR, "dash": "dash"},
                hovertemplate="goal: %{y:.4~g}<extra></extra>",
                **place,
            )
        figure.update_xaxes(title_text="distance (timesteps)", type="log", tickvals=every, ticktext=every, **place)
        figure.update_yaxes(
            title_text=plain_in_chart(panel.measure),
            type="log" if panel.logarithmic else "linear",
            exponentformat="power",
            **place,
        )
    figure.update_layout(height=420, legend=legend_below())
    return quiet(figure)


def parallel_figure(dimensions: Sequence[Dimension], score: Dimension, ranks: Sequence[int]) -> go.Figure:
    """All runs as lines through their settings to what they reached, in four groups that the legend shows and hides.

    Of lines rather than Plotly's own parallel coordinates, which need WebGL: many a school's machine has none.

    Args:
        ranks: (N,) the place of each run, 0 being the best.
    """
    columns = [*dimensions, score]
    figure = go.Figure()
    heights = [shares_of(column) for column in columns]
    for place, column in enumerate(columns):
        figure.add_shape(type="line", x0=place, x1=place, y0=0, y1=1, line={"color": BASELINE_COLOUR, "width": 1})
        for mark, name in zip(shares_of(column, column.marks), column.names, strict=True):
            figure.add_annotation(
                x=place,
                y=mark,
                text=plain_in_chart(name),
                showarrow=False,
                xanchor="right",
                xshift=-6,
                font={"size": 11},
                bgcolor=MARK_GROUND,
            )
    quarter = [min(4 * rank // max(len(ranks), 1), 3) for rank in ranks]
    for group in (3, 2, 1, 0):  # the best are drawn last, over the others
        x: list[float | None] = []
        y: list[float | None] = []
        told: list[str] = []
        for run, of in enumerate(quarter):
            if of == group:
                x += [*range(len(columns)), None]
                y += [*(height[run] for height in heights), None]
                told += [*(f"{column.label}: {column.said[run]}" for column in columns), ""]
        figure.add_scatter(
            x=x,
            y=y,
            name=QUARTERS[group][0],
            mode="lines+markers",
            line={"color": QUARTERS[group][1], "width": 1.8 if group == 0 else 1.1},
            marker={"size": 4},
            opacity=0.9 if group == 0 else 0.55,
            customdata=[plain_in_chart(words) for words in told],
            hovertemplate="%{customdata}<extra></extra>",
            legendrank=group,
        )
    labels = [plain_in_chart(column.label) for column in columns]
    figure.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=labels, range=[-0.45, len(columns) - 0.85], showgrid=False
    )
    figure.update_yaxes(visible=False, range=[-0.05, 1.08])
    figure.update_layout(height=430, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    return quiet(figure)


def shares_of(column: Dimension, values: Sequence[float] | None = None) -> list[float]:
    """How high values stand on an axis, from 0 to 1."""
    low, high = min(column.values), max(column.values)
    return [0.5 if high == low else (value - low) / (high - low) for value in values or column.values]


def importance_figure(shares: Sequence[tuple[str, float]]) -> go.Figure:
    """How much of the variance each setting explains, the most on top."""
    names = [plain_in_chart(name) for name, _ in shares]
    figure = go.Figure(
        go.Bar(
            x=[100 * share for _, share in shares],
            y=names,
            orientation="h",
            marker={"color": OKABE_ITO["blue"]},
            text=[f"{100 * share:.0f} %" for _, share in shares],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
        )
    )
    figure.update_xaxes(title_text="share of the variance (%)", range=[0, 109])
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_layout(height=110 + PIXELS_A_CHOICE * len(shares), showlegend=False)
    return quiet(figure)


def dimension(label: str, values: Sequence[Any], logarithmic: bool = False) -> Dimension:
    """A setting as an axis: numbers where they are, on a logarithmic one by their logarithm, words in their order."""
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    distinct = list(dict.fromkeys(values))
    words = tuple(map(said, values))
    if not numeric or len(distinct) < 2:
        number_of = {value: float(place) for place, value in enumerate(distinct)}
        marks = tuple(number_of.values())
        return Dimension(label, tuple(number_of[v] for v in values), marks, tuple(map(said, distinct)), words)
    logarithmic = logarithmic and min(distinct) > 0
    at = {value: math.log10(value) if logarithmic else float(value) for value in distinct}
    shown = sorted(distinct)
    if len(shown) > MOST_MARKS:  # evenly along the axis, since values may crowd
        low, high = at[shown[0]], at[shown[-1]]
        places = [low + k * (high - low) / 4 for k in range(5)]
        names = tuple(said(float(10**place if logarithmic else place)) for place in places)
        return Dimension(label, tuple(at[v] for v in values), tuple(places), names, words)
    return Dimension(
        label, tuple(at[v] for v in values), tuple(at[v] for v in shown), tuple(said(v) for v in shown), words
    )


def said(value: object) -> str:
    """A mark of an axis."""
    if value is None:
        return "none"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def spans_decades(values: Sequence[float]) -> bool:
    """Whether a logarithmic axis shows them better: all above 0, and a hundred times apart."""
    array = np.array(values)
    return bool(len(array)) and bool((array > 0).all()) and float(array.max() / array.min()) > 100
