import base64

import numpy as np
import pytest

from dashboard.stepping import step_payload
from lstm_engine import LSTMModel, TaskInputError, tasks
from lstm_engine.quantities import QUANTITIES


def test_the_payload_holds_the_whole_trace_to_the_bit():
    task = tasks.get("names")
    model = LSTMModel(28, 9, 28, num_layers=2, seed=4)
    sequence = task.encode("sakura")
    payload = step_payload(model, task, sequence)
    values = np.frombuffer(base64.b64decode(payload["values"]), "<f4").reshape(2, 6, 7, 9)
    trace = model.trace(sequence.inputs)
    for layer in range(2):
        for k, quantity in enumerate(QUANTITIES):
            np.testing.assert_array_equal(values[layer, k], getattr(trace.layers[layer], quantity.name)[:, 0])
    assert [quantity["name"] for quantity in payload["quantities"]] == [quantity.name for quantity in QUANTITIES]
    assert payload["labels"] == list("·sakura")


def test_predictions_are_ordered_probabilities_and_the_loss_is_the_engines():
    task = tasks.get("names")
    model = LSTMModel(28, 9, 28, seed=4)
    sequence = task.encode("maria")
    payload = step_payload(model, task, sequence)
    for row in payload["top_probabilities"]:
        assert row == sorted(row, reverse=True)
        assert 0 < sum(row) <= 1
    assert payload["loss"] == pytest.approx(model.loss(sequence.inputs, sequence.targets), rel=1e-5)


def test_outputs_that_no_symbol_uses_are_named_as_such():
    task = tasks.get("names", 100, 1000)
    payload = step_payload(LSTMModel(100, 5, 1000), task, task.encode("ab"))
    assert any(label.startswith("unused ") for row in payload["top_labels"] for label in row)


def test_a_trace_too_large_for_a_browser_is_refused_with_the_longest_that_fits():
    task = tasks.get("names")
    model = LSTMModel(28, 512, 28, num_layers=4)
    with pytest.raises(TaskInputError, match=r"1,001 timesteps.* 4 layers of 512 units, at most 569"):
        step_payload(model, task, task.encode("a" * 1_000))


def test_a_value_task_sends_predicted_and_true_values():
    task = tasks.get("signal")
    model = LSTMModel(1, 5, 1)
    sequence = task.encode("0.5 1 -2 3")
    payload = step_payload(model, task, sequence)
    assert payload["came"] == [1.0, -2.0, 3.0]
    assert payload["predicted"] == pytest.approx(model.forward(sequence.inputs)[0][:, 0, 0].tolist())
