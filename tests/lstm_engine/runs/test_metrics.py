"""A metric is defined once; what stores, tells and writes it follows."""

from dataclasses import fields

from dashboard.views.train.metrics import DRAWN, tiles
from lstm_engine import StepMetrics
from lstm_engine.runs import History
from lstm_engine.runs.metrics import CURVES, METRICS, SUMMARY_PARTS
from lstm_engine.runs.run import Curves, Recorded
from lstm_engine.runs.store import schema

NAMES = [metric.name for metric in METRICS]
DRAWN_NAMES = [metric.name for metric in CURVES]


def test_what_a_step_measures_is_what_the_list_says():
    measured = Recorded(StepMetrics(*range(len(fields(StepMetrics)))), 1.0).values
    assert measured.keys() == {"step", *NAMES}


def test_tables_histories_and_curves_have_every_metric():
    assert {column.name for column in schema.metrics.c} == {"run_id", "step", *NAMES}
    parts = {f"{name}_{part}" for name in DRAWN_NAMES for part in SUMMARY_PARTS}
    assert {column.name for column in schema.summaries.c} == {"run_id", "bucket", *parts}
    assert [field.name for field in fields(History)] == ["step", *NAMES]
    assert [field.name for field in fields(Curves)] == DRAWN_NAMES


def test_only_what_each_stored_step_has_may_not_be_missing():
    needed = {column.name for column in schema.metrics.c if not column.nullable}
    assert needed == {
        "run_id",
        "step",
        *(metric.name for metric in METRICS if metric.every_step and not metric.younger),
    }


def test_every_curve_is_drawn_and_every_metric_that_is_told_live_has_a_tile():
    assert {curve.metric for curve in DRAWN} == set(CURVES)
    assert {tile.metric for tile in tiles(perplexity=True)} == {metric.name for metric in METRICS if metric.live}
