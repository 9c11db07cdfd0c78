import json
from dataclasses import fields

import numpy as np
import pytest

from dashboard.shell.palette import OKABE_ITO, QUANTITY_COLOURS
from dashboard.views.compare.figures import Line, comparison_figure
from dashboard.views.compare.lines import line_of, median_and_spread
from dashboard.views.train.development_figure import development_figure
from dashboard.views.train.figures import prediction_figure, training_figure
from dashboard.views.train.metrics import DRAWN, tiles
from lstm_engine.cell.quantities import quantities_of, watched_quantities
from lstm_engine.runs.metrics import CURVES, METRICS
from lstm_engine.runs.run import Curves, Series
from lstm_engine.tasks import Baseline


def test_the_training_figure_says_what_fills_each_curve():
    metrics = {
        "loss": {"step": [1, 2], "value": [3.0, 2.0]},
        "gradient_norm": {"step": [1, 2], "value": [0.5, 0.4]},
        "validation_loss": {"step": [2], "value": [2.5]},
    }
    figure = training_figure("nats per character", Baseline("bigram table", 2.58), metrics)
    drawn = {trace.meta["metric"]: list(trace.y) for trace in figure.data if "metric" in trace.meta}
    assert drawn == {"loss": [3.0, 2.0], "validation_loss": [2.5], "gradient_norm": [0.5, 0.4]}
    assert [trace.meta["level"] for trace in figure.data if "level" in trace.meta] == [2.58]
    assert figure.layout.yaxis.title.text == "loss (nats per character)"
    assert figure.layout.xaxis2.title.text == "training step"
    assert figure.layout.uirevision


def test_a_task_that_is_not_known_has_no_unit_and_no_baseline():
    figure = training_figure(None, None)
    assert figure.layout.yaxis.title.text == "loss (unit unknown)"
    assert not any("level" in trace.meta for trace in figure.data)


def test_every_curve_that_is_measured_is_drawn_or_shown_as_a_number():
    shown = {curve.metric.name for curve in DRAWN} | {tile.metric for tile in tiles(perplexity=True)}
    assert shown == {metric.name for metric in METRICS if metric.live}
    assert {curve.metric for curve in DRAWN} == set(CURVES)
    assert {field.name for field in fields(Curves)} == {metric.name for metric in CURVES}


def test_text_of_others_is_text_in_charts():
    name = "<a href='http://x.example'>x</a> $y$ %{x}"
    found = [
        training_figure(name, Baseline(name, 1.0)).to_json(),
        prediction_figure(name, name).to_json(),
        comparison_figure([Line(name, np.arange(2), np.ones(2))], name, [Baseline(name, 1.0)]).to_json(),
    ]
    for text in found:
        assert "href" in text
        assert "<a" not in text
        assert "\\u003ca" not in text
        assert "$" not in text
        assert "%{x} " not in text


def test_figures_are_plain_json():
    for figure in (training_figure("nats", Baseline("guess", 1.0)), prediction_figure("timestep", "value")):
        json.loads(figure.to_json())


def test_every_quantity_has_a_colour_of_its_own():
    assert len(set(QUANTITY_COLOURS.values())) == 6
    assert set(QUANTITY_COLOURS.values()) < set(OKABE_ITO.values())


def test_seeds_are_drawn_as_median_and_spread_at_the_steps_that_all_have():
    curves = [
        Series(np.array([1, 2, 3]), np.array([4.0, 2.0, 1.0])),
        Series(np.array([2, 3, 4]), np.array([4.0, 3.0, 0.0])),
    ]
    step, middle, low, high = median_and_spread(curves)
    assert (step.tolist(), middle.tolist()) == ([2, 3], [3.0, 2.0])
    assert (low.tolist(), high.tolist()) == ([2.0, 1.0], [4.0, 3.0])
    figure = comparison_figure(
        [line_of("two seeds", curves), line_of("one", curves[:1])], "nats", [Baseline("guess", 1.5)]
    )
    assert [trace.name for trace in figure.data] == [None, "two seeds", "one", "guess: 1.5"]
    assert figure.data[-1].y == (1.5, 1.5)


@pytest.mark.parametrize(
    ("variant", "watched"),
    [
        ("standard", ["forget_gate", "input_gate", "candidate", "output_gate"]),
        ("no_forget_gate", ["input_gate", "candidate", "output_gate"]),
        ("gru", ["reset_gate", "update_gate", "candidate"]),
        ("rnn", ["hidden"]),
    ],
)
def test_the_development_figure_says_what_fills_it(variant, watched):
    figure = development_figure(watched_quantities(quantities_of(variant)))
    wanted = {(name, field) for name in watched for field in ("band", "mean", "shut", "open")}
    wanted |= {("norm", "weight_norm"), ("norm", "update_norm")}
    assert {tuple(trace.meta) for trace in figure.data} == wanted
