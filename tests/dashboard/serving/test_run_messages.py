"""What a browser is told of a run's metrics."""

import json

import numpy as np

from dashboard.serving.run_messages import metrics_payload, missed_payload
from lstm_engine.runs import History
from lstm_engine.runs.metrics import METRICS
from tests.dashboard.serving.tabs import Worker


def test_a_long_history_is_thinned_without_losing_a_spike():
    loss = np.ones(1_000_000)
    loss[[123_456, 777_777]] = 50.0, -50.0
    step = np.arange(1, 1_000_001)
    validation = np.where(step % 25 == 0, loss, np.nan)
    payload = metrics_payload(History(step, loss, validation, loss, loss, validation))
    assert len(payload["loss"]["step"]) <= 4_000
    assert payload["loss"]["step"][-1] == 1_000_000
    assert {50.0, -50.0} <= set(payload["loss"]["value"])
    assert len(payload["validation_loss"]["step"]) <= 4_000
    assert payload["learning_rate"]["step"] == [1_000_000]


def test_numbers_that_are_none_become_null():
    history = History(*(np.array([value]) for value in (1, np.inf, np.nan, 2.0, 0.1, np.nan)))
    payload = metrics_payload(history)
    assert payload["loss"] == {"step": [1], "value": [None]}
    assert payload["validation_loss"] == {"step": [], "value": []}
    json.dumps(payload, allow_nan=False)


def test_who_comes_late_is_told_of_every_metric(store):
    worker = Worker(store)
    worker.record(1, 10)
    payload = missed_payload(store, worker.run.id)
    assert payload.keys() == {metric.name for metric in METRICS if metric.live}
    assert {name: told["value"][-1] for name, told in payload.items()} == {
        "loss": 0.1,
        "validation_loss": 2.0,
        "gradient_norm": 0.5,
        "learning_rate": 0.01,
    }
    assert not any(told["step"] for told in missed_payload(store, worker.run.id, 10).values())
