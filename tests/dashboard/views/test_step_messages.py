import inspect
from dataclasses import replace

import numpy as np
import pytest

from dashboard.shell.cells import cell_payload
from dashboard.views.step.messages import (
    check_length,
    gradient_message,
    hidden_gradient_norms,
    similarity_order,
    trace_message,
)
from dashboard.views.step.textbook import textbook_lines
from lstm_engine import Intervention, LSTMModel, TaskInputError, tasks
from lstm_engine.cell import equations, equations_2024, equations_readout
from lstm_engine.cell.quantities import quantities_of, sums_of
from lstm_engine.cell.variants import VARIANTS
from tests.dashboard.messages import unpack

NAMES = tasks.get("names")
TEXTBOOK = (equations, equations_2024, equations_readout)
H = 12  # units; those of an sLSTM are shared by four heads
CELLS = ["standard", "vanilla", "gru", "rnn", "slstm", "minlstm", "mingru"]
ORDER = tasks.get("temporal order")


def deep_model(**settings) -> LSTMModel:
    return LSTMModel(28, H, 28, num_layers=2, seed=4, **settings)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_message_holds_the_whole_trace_to_the_bit(variant):
    model, sequence = deep_model(variant=variant), NAMES.encode("sakura")
    header, arrays = unpack(trace_message(model, NAMES, sequence))
    trace, quantities, sums = model.trace(sequence.inputs), quantities_of(variant), sums_of(variant)
    assert arrays["values"].shape == (2, len(quantities), 7, H)
    assert arrays["preactivations"].shape == (2, len(sums), 7, H)
    for layer in range(2):
        for k, quantity in enumerate(quantities):
            expected = getattr(trace.layers[layer], quantity.name)[:, 0]
            np.testing.assert_array_equal(arrays["values"][layer, k], expected)
        for k, made in enumerate(sums):
            expected = getattr(trace.layers[layer], f"{made.quantity}_preactivation")[:, 0]
            np.testing.assert_array_equal(arrays["preactivations"][layer, k], expected)
    assert header["labels"] == list("·sakura")
    assert [quantity["name"] for quantity in header["cell"]["quantities"]] == [q.name for q in quantities]


@pytest.mark.parametrize("settings", [{"bias": True}, {"bias": False}, {"embedding_size": 5}])
@pytest.mark.parametrize("variant", [*CELLS, "no_forget_gate"])
def test_the_weights_that_are_sent_give_the_preactivations_and_the_scores(variant, settings):
    model, sequence = deep_model(variant=variant, **settings), NAMES.encode("maria")
    header, arrays = unpack(trace_message(model, NAMES, sequence))
    places = {quantity.symbol: k for k, quantity in enumerate(quantities_of(variant))}
    below = arrays["inputs"]  # (T, I)
    assert header.get("embedded", False) == ("embedding_size" in settings)
    assert len(header["input_labels"]) == below.shape[1] == model.architecture.layer_input_size(0)
    for layer in range(2):
        values = arrays["values"][layer]  # (Q, T, H)
        nothing = np.zeros((1, H), np.float32)
        hidden, one = values[places["h"]], np.ones((len(below), 1), np.float32)
        before, width = np.vstack([nothing, hidden[:-1]]), below.shape[1]
        for k, made in enumerate(sums_of(variant)):
            W = arrays[f"weights_{layer}"][k]
            a = np.hstack([below, one]) @ W[:, [*range(width), -2]].T
            from_hidden = np.hstack([before, one]) @ W[:, [*range(width, width + H), -1]].T
            a += from_hidden * (values[places[made.gated_by]] if made.gated_by else 1)
            if made.peephole:
                cell = values[places["c"]]
                seen = cell if made.peephole == "c" else np.vstack([nothing, cell[:-1]])
                a += arrays[f"peepholes_{layer}"][k] * seen
            np.testing.assert_allclose(a, arrays["preactivations"][layer, k], atol=1e-5)
        below = hidden
    scores = np.hstack([below, np.ones((len(below), 1), np.float32)]) @ arrays["readout"].T
    np.testing.assert_allclose(scores, model.forward(sequence.inputs)[0][:, 0], atol=1e-5)


def test_predictions_are_ordered_probabilities_and_the_loss_is_the_engines():
    model, sequence = LSTMModel(28, 9, 28, seed=4), NAMES.encode("maria")
    header, _ = unpack(trace_message(model, NAMES, sequence))
    for row in header["top_probabilities"]:
        assert row == sorted(row, reverse=True)
        assert 0 < sum(row) <= 1
    assert header["loss"] == pytest.approx(model.loss(sequence.inputs, sequence.targets), rel=1e-5)
    assert np.exp(-np.array(header["surprise"])) == pytest.approx(header["came_probability"], abs=1e-5)


def test_outputs_that_no_symbol_uses_are_named_as_such():
    task = tasks.get("names", 100, 1000)
    header, _ = unpack(trace_message(LSTMModel(100, 5, 1000), task, task.encode("ab")))
    assert header["output_labels"][28] == "unused 28"
    assert header["input_labels"][99] == "unused 99"


def test_a_trace_too_large_for_a_browser_is_refused_with_the_longest_that_fits():
    with pytest.raises(TaskInputError, match=r"1,001 timesteps.* 4 layers of 512 units, at most 341"):
        check_length("standard", 4, 512, 1_001)


def test_a_value_task_sends_predicted_and_true_values():
    task = tasks.get("signal")
    model = LSTMModel(1, 5, 1)
    sequence = task.encode("0.5 1 -2 3")
    header, _ = unpack(trace_message(model, task, sequence))
    assert header["came"] == [1.0, -2.0, 3.0]
    assert header["predicted"] == pytest.approx(model.forward(sequence.inputs)[0][:, 0, 0].tolist())


def test_the_message_says_what_the_task_asks_and_numbers_in_a_persons_own_unit():
    header, _ = unpack(trace_message(LSTMModel(8, 3, 4), ORDER, ORDER.encode(ORDER.examples()[0])))
    assert header["about"]["question"] == "In which order did X and Y come?"
    assert (header["about"]["continues"], header["about"]["independent"]) == (False, False)
    adding = tasks.get("adding")
    header, _ = unpack(trace_message(LSTMModel(2, 3, 1), adding, adding.encode("0.1* 0.2 0.3*")))
    assert header["output_labels"] == ["sum of the marked numbers"]
    own = tasks.get("own series", text="kg\n" + "\n".join(str(50 + k % 7) for k in range(150)))
    header, _ = unpack(trace_message(LSTMModel(1, 3, 1), own, own.encode("50 51.5 53")))
    assert header["came"] == pytest.approx([51.5, 53], rel=1e-5)
    assert header["about"]["number_asked"] == "next kg"


@pytest.mark.parametrize("variant", [*CELLS, "coupled_input_forget"])
def test_gradients_agree_with_finite_differences_of_clamped_values(variant):
    model, sequence = deep_model(dtype="float64", variant=variant), NAMES.encode("sakura")
    header, arrays = unpack(gradient_message(model, NAMES, sequence, timestep=4))
    quantities = quantities_of(variant)
    assert arrays["gradients"].shape == (2, len(quantities), 5, H)
    assert header["quantities"] == [quantity.name for quantity in quantities]

    def loss(shift: float, quantity: str, layer: int, timestep: int, unit: int) -> float:
        change = Intervention(quantity, [timestep], [unit], 1.0, shift, layer)
        outputs = model.trace(sequence.inputs, interventions=[change]).outputs[4, 0]
        return equations.log_sum_exp(outputs) - outputs[sequence.targets[4, 0]]

    rng = np.random.default_rng(1)
    for k, quantity in enumerate(quantities):
        layer, timestep, unit = int(rng.integers(2)), int(rng.integers(5)), int(rng.integers(H))
        place = quantity.name, layer, timestep, unit
        slope = (loss(1e-5, *place) - loss(-1e-5, *place)) / 2e-5
        assert arrays["gradients"][layer, k, timestep, unit] == pytest.approx(slope, rel=1e-3, abs=1e-8)


def test_norms_of_a_plain_network_are_those_of_its_gradients():
    model, sequence = LSTMModel(28, 9, 28, variant="rnn", seed=2), NAMES.encode("sakura")
    (norms,) = hidden_gradient_norms(model, NAMES, sequence, 3)
    found = model.trace_gradients(sequence.inputs, sequence.targets, timesteps=[3])
    np.testing.assert_allclose(norms, np.linalg.norm(found.layers[0]["hidden"][:4, 0], axis=1), rtol=1e-5)


def test_clusters_put_units_that_behave_alike_side_by_side():
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(3, 6, 12))  # three kinds of units, (6, T) each
    values = np.stack([kinds[k % 3] + 0.01 * rng.normal(size=(6, 12)) for k in range(9)], axis=-1)  # (6, T, H)
    order = similarity_order(values)
    assert sorted(order) == list(range(9))
    assert [len({unit % 3 for unit in order[k : k + 3]}) for k in (0, 3, 6)] == [1, 1, 1]
    assert similarity_order(values[..., :1]) == [0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_lines_shown_stand_in_the_textbook(variant):
    source = {f"{module.__name__.rpartition('.')[2]}.py": inspect.getsource(module) for module in TEXTBOOK}
    lines = textbook_lines(variant)
    seen = {"xh"} if VARIANTS[variant].sees_hidden else set()
    assert lines.keys() >= seen | {quantity.symbol for quantity in quantities_of(variant)}
    for letter, line in lines.items():
        assert source[line["file"]].splitlines()[line["number"] - 1].strip().startswith(line["code"])
        assert line["code"].startswith(f"{letter} = ")
    for operation in cell_payload(variant)["operations"]:
        assert operation["line"] in lines


def test_a_variant_is_shown_its_own_lines():
    code = {name: {letter: line["code"] for letter, line in textbook_lines(name).items()} for name in VARIANTS}
    assert code["standard"]["f"] == code["no_peepholes"]["f"] == "f = sigmoid(xh @ W.forget + W.forget_bias)"
    assert code["vanilla"]["f"] == "f = sigmoid(xh @ W.forget + p.forget * c + W.forget_bias)"
    assert code["no_forget_gate"]["f"] == "f = np.ones_like(c)"
    assert code["coupled_input_forget"]["f"] == "f = 1 - i"
    assert code["no_input_activation"]["g"] == "g = xh @ W.candidate + W.candidate_bias"
    assert code["no_output_activation"]["h"] == "h = o * c"
    assert code["gru"]["h"] == "h = (1 - z) * n + z * h"


@pytest.mark.parametrize(
    ("name", "equation", "code"),
    [
        ("names", "p = softmax(W_y h + b_y)", "p = softmax(h @ W + b)"),
        ("reber", "p = σ(W_y h + b_y)", "p = sigmoid(h @ W + b)"),
        ("adding", "y = W_y h + b_y", "y = h @ W + b"),
    ],
)
def test_what_is_said_in_the_end_is_by_the_tasks_own_readout(name, equation, code):
    task = tasks.get(name)
    model = LSTMModel(task.input_size, 5, task.output_size, variant="gru")
    header, _ = unpack(trace_message(model, task, task.encode(task.examples()[0])))
    last = header["cell"]["operations"][-1]
    assert (last["equation"], header["textbook"][last["line"]]["code"]) == (equation, code)
    assert header["readout_by"] in ("softmax", "sigmoid", "linear")


def test_what_is_clamped_stays_so_in_the_message():
    model, sequence = deep_model(), NAMES.encode("maria")
    clamp = Intervention("forget_gate", range(1, 3), [4], shift=1.0, layer=1)
    _, arrays = unpack(trace_message(model, NAMES, sequence, [clamp]))
    _, before = unpack(trace_message(model, NAMES, sequence))
    np.testing.assert_array_equal(arrays["values"][1, 0, 1:3, 4], 1)
    np.testing.assert_allclose(arrays["values"][0], before["values"][0], atol=1e-6)  # the layer below
    np.testing.assert_allclose(arrays["values"][1, :, :1], before["values"][1, :, :1], atol=1e-6)  # and the past
    assert np.abs(arrays["values"][1, 4, 2:] - before["values"][1, 4, 2:]).max() > 1e-3
    late = replace(clamp, timesteps=range(5, 6))
    gradient_message(model, NAMES, sequence, 2, [late])  # clamped after the loss: of no consequence, and no error
