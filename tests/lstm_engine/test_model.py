import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import LSTMModel, LSTMState, SettingsError, ShapeError, WeightsError
from lstm_engine.cell.equations import GateWeights, lstm_sequence
from lstm_engine.cell.quantities import QUANTITIES

RNG = np.random.default_rng(3)


def textbook_weights(model: LSTMModel) -> GateWeights:
    """A single layer's weights as the equations take them."""
    w = {name: array.astype(np.float64) for name, array in model.state_dict().items()}
    H = model.architecture.hidden_size
    matrices = np.concatenate([w["lstm.weight_ih_l0"], w["lstm.weight_hh_l0"]], axis=1)  # (4H, I+H), rows i, f, g, o
    bias = w["lstm.bias_ih_l0"] + w["lstm.bias_hh_l0"] if model.architecture.bias else np.zeros(4 * H)
    i, f, g, o = (matrices[k * H : (k + 1) * H].T for k in range(4))
    bi, bf, bg, bo = (bias[k * H : (k + 1) * H] for k in range(4))
    return GateWeights(f, i, g, o, bf, bi, bg, bo)


sizes = st.integers(1, 6)


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, sizes, sizes, sizes, st.sampled_from([0.1, 1.0, 20.0]), st.booleans(), st.integers(0, 2**31))
def test_kernel_equals_textbook(I, H, O, T, B, scale, bias, seed):
    rng = np.random.default_rng(seed)
    model = LSTMModel(I, H, O, dtype="float64", bias=bias, seed=seed, init_std=1.0)
    inputs = scale * rng.normal(size=(T, B, I))
    hidden, cell = rng.normal(size=(2, B, H))
    layer = model.trace(inputs, LSTMState(hidden[None], cell[None])).layers[0]
    steps = lstm_sequence(inputs, hidden, cell, textbook_weights(model))
    for quantity in QUANTITIES:
        expected = np.stack([getattr(step, quantity.name) for step in steps])
        np.testing.assert_allclose(getattr(layer, quantity.name), expected, rtol=1e-10, atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(["cross_entropy", "squared_error", "binary_cross_entropy"]),
    st.booleans(),
    st.integers(0, 2**31),
)
def test_gradients_equal_finite_differences(layers, T, B, loss, masked, seed):
    rng = np.random.default_rng(seed)
    I, H, O = 3, 4, 3
    model = LSTMModel(I, H, O, layers, dtype="float64", seed=seed)
    inputs = rng.normal(size=(T, B, I))
    targets = rng.integers(O, size=(T, B)) if loss == "cross_entropy" else rng.random((T, B, O))
    mask = None
    if masked:
        mask = rng.random((T, B)) < 0.6
        mask[0, 0] = True
    _, gradients = model.loss_and_gradients(inputs, targets, loss, mask)
    gradient = gradients.flat.copy()
    weights = model.parameters.flat
    for k in rng.choice(weights.size, 12, replace=False):
        value, step = weights[k], 1e-6
        weights[k] = value + step
        above = model.loss(inputs, targets, loss, mask)
        weights[k] = value - step
        below = model.loss(inputs, targets, loss, mask)
        weights[k] = value
        assert gradient[k] == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_inputs_give_no_warning_and_no_nan(dtype):
    model = LSTMModel(3, 5, 4, dtype=dtype, seed=1)
    inputs = np.full((6, 2, 3), 1e4) * np.array([1, -1])[None, :, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradients = model.loss_and_gradients(inputs, np.zeros((6, 2), int))
    assert np.isfinite(loss)
    assert np.isfinite(gradients.flat).all()


def test_masked_positions_do_not_count():
    model = LSTMModel(3, 4, 3, dtype="float64")
    inputs, targets = RNG.normal(size=(5, 2, 3)), RNG.integers(3, size=(5, 2))
    mask = np.ones((5, 2), bool)
    mask[3:, 1] = False
    loss, gradients = model.loss_and_gradients(inputs, targets, mask=mask)
    before = gradients.flat.copy()
    inputs[3:, 1], targets[3:, 1] = 99.0, 0
    assert model.loss_and_gradients(inputs, targets, mask=mask)[0] == pytest.approx(loss)
    np.testing.assert_allclose(model.loss_and_gradients(inputs, targets, mask=mask)[1].flat, before, atol=1e-14)


def test_forward_in_two_parts_equals_forward_at_once():
    model = LSTMModel(3, 4, 2, num_layers=2, dtype="float64")
    inputs = RNG.normal(size=(7, 3, 3))
    whole, last = model.forward(inputs)
    first, state = model.forward(inputs[:3])
    second, end = model.forward(inputs[3:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-12)
    np.testing.assert_allclose(end.cell, last.cell, rtol=1e-12)


def test_trace_holds_gates_states_and_preactivations_that_fit_each_other():
    model = LSTMModel(3, 4, 2, num_layers=2, dtype="float64")
    trace = model.trace(RNG.normal(size=(6, 2, 3)))
    for layer in trace.layers:
        sigmoid = 1 / (1 + np.exp(-layer.forget_gate_preactivation))
        np.testing.assert_allclose(layer.forget_gate, sigmoid, rtol=1e-12)
        np.testing.assert_allclose(layer.candidate, np.tanh(layer.candidate_preactivation), rtol=1e-12)
        before = np.concatenate([layer.initial_cell[None], layer.cell[:-1]])
        np.testing.assert_allclose(layer.cell, layer.forget_gate * before + layer.input_gate * layer.candidate)
        np.testing.assert_allclose(layer.hidden, layer.output_gate * np.tanh(layer.cell))
    np.testing.assert_array_equal(trace.outputs, model.forward(trace.inputs)[0])


def test_a_trace_is_not_overwritten_by_the_next_call():
    model = LSTMModel(2, 3, 2)
    trace = model.trace(np.ones((4, 1, 2)))
    kept = trace.layers[0].hidden.copy()
    model.forward(np.full((4, 1, 2), -1.0))
    np.testing.assert_array_equal(trace.layers[0].hidden, kept)


def test_state_dict_has_pytorchs_names_and_shapes():
    model = LSTMModel(5, 4, 3, num_layers=2)
    assert {name: array.shape for name, array in model.state_dict().items()} == {
        "lstm.weight_ih_l0": (16, 5),
        "lstm.weight_hh_l0": (16, 4),
        "lstm.bias_ih_l0": (16,),
        "lstm.bias_hh_l0": (16,),
        "lstm.weight_ih_l1": (16, 4),
        "lstm.weight_hh_l1": (16, 4),
        "lstm.bias_ih_l1": (16,),
        "lstm.bias_hh_l1": (16,),
        "readout.weight": (3, 4),
        "readout.bias": (3,),
    }


def test_forget_bias_stands_in_the_forget_gates_rows():
    weights = LSTMModel(2, 3, 2, forget_bias=2.5).state_dict()
    bias = weights["lstm.bias_ih_l0"] + weights["lstm.bias_hh_l0"]
    assert bias.tolist() == [0, 0, 0, 2.5, 2.5, 2.5, 0, 0, 0, 0, 0, 0]


def test_the_notebooks_matrices_compute_its_equations():
    I, H, O = 3, 4, 5
    forget, input_, output, candidate = RNG.normal(size=(4, I + H, H))
    readout = RNG.normal(size=(H, O))
    model = LSTMModel.from_gate_matrices(
        forget=forget, input=input_, output=output, candidate=candidate, readout=readout, dtype="float64"
    )
    inputs = RNG.normal(size=(5, 2, I))
    steps = lstm_sequence(inputs, np.zeros((2, H)), np.zeros((2, H)), GateWeights(forget, input_, candidate, output))
    np.testing.assert_allclose(model.forward(inputs)[0], np.stack([s.hidden for s in steps]) @ readout, rtol=1e-10)


def test_same_seed_gives_same_weights_and_another_seed_others():
    a, b, c = (LSTMModel(3, 4, 2, seed=seed).parameters.flat for seed in (5, 5, 6))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.zeros((4, 2)), r"expected \(T, B, I\) with I = 3"),
        (np.zeros((4, 2, 5)), r"inputs have shape \(4, 2, 5\)"),
        (np.zeros((0, 2, 3)), "T, B of at least 1"),
        (np.full((4, 2, 3), np.nan), "not finite"),
        (np.array([[["a", "b", "c"]]]), "expected real numbers"),
    ],
)
def test_wrong_inputs_are_named(inputs, message):
    with pytest.raises(ShapeError, match=message):
        LSTMModel(3, 4, 2).forward(inputs)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (np.zeros((5, 2), int), r"targets have shape \(5, 2\), expected \(T, B\) = \(4, 2\)"),
        (np.zeros((4, 2)), "expected integers"),
        (np.full((4, 2), 2), r"targets range over 2\.\.2, expected 0\.\.1"),
        (np.full((4, 2), -1), r"expected 0\.\.1"),
    ],
)
def test_wrong_targets_are_named(targets, message):
    with pytest.raises(ShapeError, match=message):
        LSTMModel(3, 4, 2).loss_and_gradients(np.zeros((4, 2, 3)), targets)


def test_wrong_states_are_named():
    with pytest.raises(ShapeError, match=r"state.cell has shape \(1, 2, 9\), expected \(num_layers, B, H\)"):
        LSTMModel(3, 4, 2).forward(np.zeros((4, 2, 3)), LSTMState(np.zeros((1, 2, 4)), np.zeros((1, 2, 9))))


def test_weights_that_do_not_fit_change_nothing():
    model = LSTMModel(3, 4, 2)
    before = model.state_dict()
    wrong = {**before, "readout.bias": np.zeros(9, np.float32), "lstm.weight_hh_l0": np.ones((16, 4))}
    with pytest.raises(WeightsError, match=r"readout.bias has shape \(9,\), expected \(2,\)"):
        model.load_state_dict(wrong)
    with pytest.raises(WeightsError, match=r"missing: readout\.bias"):
        model.load_state_dict({name: before[name] for name in before if name != "readout.bias"})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden_size": 0}, "hidden_size is 0"),
        ({"hidden_size": 2.5}, "hidden_size is 2.5"),
        ({"variant": "peephole"}, "no variant 'peephole'"),
        (
            {"hidden_size": 10**9},
            "these sizes need 4000000022000000002 weights, expected at most 268,435,456; make one",
        ),
        ({"num_layers": 501}, "num_layers is 501, expected a whole number of at least 1 and at most 500"),
        ({"dtype": "float16"}, "dtype is 'float16'"),
        ({"dtype": "xx"}, "dtype is 'xx', expected one of float32, float64"),
        ({"dtype": None}, "dtype is None"),
        ({"dtype": ">f4"}, "dtype is '>f4'"),
        ({"seed": -1}, "seed is -1, expected a whole number of at least 0"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"seed": None}, "seed is None"),
        ({"seed": 2**128}, "and at most 340,282,366,920,938,463,463,374,607,431,768,211,455"),
        ({"variant": ["standard"]}, r"no variant \['standard'\]"),
        ({"bias": 1}, "bias is 1, expected True or False"),
        ({"init_std": -1.0}, "init_std is -1.0"),
        (
            {"init_std": 1e39},
            r"init_std is 1e\+39, expected a finite number of at least 0 and at most 3.40282e\+36 in float32",
        ),
        ({"init_std": 1e307, "dtype": "float64"}, r"at most 1.79769e\+306 in float64"),
        ({"init_std": 10**400}, "init_std is 1000"),
        ({"forget_bias": 1e39}, r"forget_bias is 1e\+39, expected a number that float32 can hold"),
        ({"forget_bias": float("nan")}, "forget_bias is nan"),
    ],
)
def test_settings_out_of_range_are_named(arguments, message):
    with pytest.raises(SettingsError, match=message):
        LSTMModel(**{"input_size": 3, "hidden_size": 4, "output_size": 2, **arguments})


def test_memory_for_buffers_is_bounded_however_many_lengths_come():
    model = LSTMModel(3, 4, 2)
    for T in range(1, 40):
        model.forward(np.zeros((T, 1, 3)))
    assert len(model._buffers.kept) <= 4


def test_weights_of_a_wider_dtype_are_not_rounded_unasked():
    wide = LSTMModel(3, 4, 2, dtype="float64")
    narrow = LSTMModel(3, 4, 2, dtype="float32", seed=1)
    before = narrow.state_dict()
    with pytest.raises(WeightsError, match=r"lstm\.weight_ih_l0, \(16, 3\), holds float64 .* expected float32"):
        narrow.load_state_dict(wide.state_dict())
    assert all(np.array_equal(narrow.state_dict()[name], array) for name, array in before.items())
    narrow.load_state_dict({name: array.astype(np.float32) for name, array in wide.state_dict().items()})
    wide.load_state_dict(narrow.state_dict())  # wider is exact


def test_numbers_that_the_dtype_cannot_hold_are_refused():
    model = LSTMModel(3, 4, 2)
    huge = np.full((2, 1, 3), 1e300)
    with pytest.raises(ShapeError, match="not finite in float32"):
        model.forward(huge)
    with pytest.raises(ShapeError, match="not finite in float32"):
        model.loss_and_gradients(np.zeros((2, 1, 3)), np.full((2, 1, 2), 1e300), "squared_error")
    state = LSTMState(np.full((1, 1, 4), 1e300), np.zeros((1, 1, 4)))
    with pytest.raises(ShapeError, match=r"state\.hidden .* finite in float32"):
        model.forward(np.zeros((2, 1, 3)), state)


@pytest.mark.parametrize(("dtype", "largest"), [("float32", 3e36), ("float64", 1e306)])
def test_the_largest_scales_that_are_taken_give_weights_that_are_finite(dtype, largest):
    model = LSTMModel(20, 40, 20, dtype=dtype, init_std=largest, forget_bias=-largest)
    assert np.isfinite(model.parameters.flat).all()
    assert LSTMModel(2, 3, 2, dtype="float64", forget_bias=1e39).parameters["lstm.bias_ih_l0"].max() == 1e39


@pytest.mark.parametrize(
    ("variant", "bias"),
    [
        ("standard", True),
        ("vanilla", False),
        ("gru", True),
        ("rnn", False),
        ("slstm", True),
        ("slstm", False),
        ("minlstm", True),
        ("minlstm", False),
        ("mingru", True),
    ],
)
def test_the_sizes_tell_how_many_numbers_are_learned(variant, bias):
    model = LSTMModel(3, 4, 2, 3, variant, bias=bias)
    assert model.architecture.num_parameters == model.num_parameters == model.parameters.flat.size


def test_a_mask_of_anything_but_yes_and_no_is_refused():
    model = LSTMModel(3, 4, 2)
    inputs, targets = np.zeros((4, 2, 3)), np.zeros((4, 2), int)
    for mask in (np.full((4, 2), 0.5), np.full((4, 2), np.nan), np.full((4, 2), "yes")):
        with pytest.raises(ShapeError, match=r"mask has dtype .* expected True where a position counts"):
            model.loss(inputs, targets, mask=mask)
    ones = np.ones((4, 2))
    ones[0] = 0
    assert model.loss(inputs, targets, mask=ones) == model.loss(inputs, targets, mask=ones.astype(bool))
