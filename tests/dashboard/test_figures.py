import json

from dashboard.figures.training import BASELINE, GRADIENT, TRAINING, VALIDATION, prediction_figure, training_figure
from dashboard.palette import OKABE_ITO, QUANTITY_COLOURS
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
