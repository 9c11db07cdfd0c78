import json

import numpy as np

from dashboard.shell.palette import OKABE_ITO, QUANTITY_COLOURS
from dashboard.views.compare.figures import comparison_figure, mean_and_spread
from dashboard.views.train.development_figure import development_figure
from dashboard.views.train.figures import BASELINE, GRADIENT, TRAINING, VALIDATION, prediction_figure, training_figure
from lstm_engine.cell.quantities import GATES
from lstm_engine.tasks import Baseline


def test_the_training_figure_has_its_curves_in_the_order_that_the_browser_knows():
    metrics = {
        "step": [1, 2],
        "loss": [3.0, 2.0],
        "gradient_norm": [0.5, 0.4],
        "validation_step": [2],
        "validation_loss": [2.5],
    }
    figure = training_figure("nats per character", Baseline("bigram table", 2.58), metrics)
    assert list(figure.data[TRAINING].y) == [3.0, 2.0]
    assert list(figure.data[VALIDATION].y) == [2.5]
    assert list(figure.data[GRADIENT].y) == [0.5, 0.4]
    assert figure.data[BASELINE].meta == 2.58
    assert figure.layout.yaxis.title.text == "loss (nats per character)"
    assert figure.layout.xaxis2.title.text == "step"
    assert figure.layout.uirevision


def test_figures_are_plain_json():
    for figure in (training_figure("nats", Baseline("guess", 1.0)), prediction_figure("timestep", "value")):
        json.loads(figure.to_json())


def test_every_quantity_has_a_colour_of_its_own():
    assert len(set(QUANTITY_COLOURS.values())) == 6
    assert set(QUANTITY_COLOURS.values()) == set(OKABE_ITO.values())


def test_seeds_are_drawn_as_mean_and_spread_at_the_steps_that_all_have():
    curves = [(np.array([1, 2, 3]), np.array([4.0, 2.0, 1.0])), (np.array([2, 3, 4]), np.array([4.0, 3.0, 0.0]))]
    step, mean, spread = mean_and_spread(curves)
    assert (step.tolist(), mean.tolist(), spread.tolist()) == ([2, 3], [3.0, 2.0], [1.0, 1.0])
    figure = comparison_figure({"two seeds": curves, "one": curves[:1]}, "nats", {"guess": 1.5})
    assert [trace.name for trace in figure.data] == [None, "two seeds", "one", "guess"]
    assert figure.data[-1].y == (1.5, 1.5)


def test_the_development_figure_says_what_fills_it():
    figure = development_figure()
    wanted = {(gate.name, field) for gate in GATES for field in ("band", "mean", "shut", "open")}
    wanted |= {("norm", "weight_norm"), ("norm", "update_norm")}
    assert {tuple(trace.meta) for trace in figure.data} == wanted
