import io
import json

import numpy as np
import pytest
import safetensors.numpy

from lstm_engine import LSTMModel, SettingsError, ShapeError, WeightsError, formats

MODEL = LSTMModel(3, 4, 5, 2, dtype="float64", seed=3)
READER = LSTMModel(6, 4, 6, dtype="float64", seed=3, embedding_size=3)
INPUTS = np.random.default_rng(1).normal(size=(7, 2, 3))
SYMBOLS = np.random.default_rng(1).integers(6, size=(7, 2))
OUTPUTS = MODEL.forward(INPUTS)[0]


def powers(values: np.ndarray) -> np.ndarray:
    return np.exp(values) / np.exp(values).sum(-1, keepdims=True)


@pytest.mark.parametrize(
    ("inputs", "outputs", "reading"),
    [
        (INPUTS, OUTPUTS, "inputs (T, B, …), outputs of every timestep"),
        (INPUTS.swapaxes(0, 1), OUTPUTS.swapaxes(0, 1), "inputs (B, T, …), outputs of every timestep"),
        (INPUTS, OUTPUTS[-1], "inputs (T, B, …), outputs of the last timestep"),
        (INPUTS[:, 0], OUTPUTS[:, 0], "inputs (T, B, …), outputs of every timestep"),
        (INPUTS, powers(OUTPUTS), "inputs (T, B, …), outputs of every timestep after softmax"),
        (INPUTS, np.log(powers(OUTPUTS)), "inputs (T, B, …), outputs of every timestep after log softmax"),
        (INPUTS, 1 / (1 + np.exp(-OUTPUTS)), "inputs (T, B, …), outputs of every timestep after a sigmoid"),
    ],
)
def test_outputs_are_compared_as_they_were_given(inputs, outputs, reading):
    found = formats.verify(MODEL, inputs, outputs)
    assert found.agrees
    assert found.largest < 1e-12
    assert found.reading == reading
    assert found.words.startswith("it agrees with the outputs: the largest difference is ")


def test_symbols_are_read_in_either_order_and_as_floats():
    outputs = READER.forward(SYMBOLS)[0]
    for inputs in (SYMBOLS, SYMBOLS.astype(float)):
        assert formats.verify(READER, inputs, outputs).agrees
        assert formats.verify(READER, inputs.T, outputs.swapaxes(0, 1), batch_first=True).agrees
    assert formats.verify(READER, SYMBOLS[:, 0], outputs[:, 0]).agrees


def test_a_difference_is_told_with_its_place():
    wrong = OUTPUTS.copy()
    wrong[3, 1, 2] += 0.5
    found = formats.verify(MODEL, INPUTS, wrong)
    assert not found.agrees
    assert found.where == (3, 1, 2)
    assert found.largest == pytest.approx(0.5)
    assert found.expected - found.computed == pytest.approx(0.5)
    assert "by up to 0.5, at timestep 3, sequence 1, output 2" in found.words
    assert formats.verify(MODEL, INPUTS, wrong, tolerance=1).agrees


@pytest.mark.parametrize("turn", [("transposed", True), ("gates", None)])
def test_a_wrong_mapping_does_not_agree(turn):
    square = LSTMModel(4, 4, 4, dtype="float64", seed=3)
    file = io.BytesIO()
    np.savez(file, **square.state_dict())
    found = formats.examine(file.getvalue())
    inputs = np.random.default_rng(1).normal(size=(7, 2, 4))
    outputs = square.forward(inputs)[0]
    assert formats.verify(formats.assemble(found, dtype="float64"), inputs, outputs).largest == 0
    mapping = found.guess.to_dict()
    if turn[0] == "gates":
        mapping["layers"][0]["gates"] = list(formats.GATE_ORDERS["standard"]["ONNX"])
    else:
        mapping["readout"]["transposed"] = True
    wrong = formats.assemble(found, formats.Mapping.from_dict(mapping), "float64")
    assert not formats.verify(wrong, inputs, outputs).agrees


@pytest.mark.parametrize(
    ("inputs", "outputs", "sentence"),
    [
        (np.zeros((7, 2, 9)), OUTPUTS, r"expected \(T, B, I\) with I = 3"),
        (INPUTS, OUTPUTS[:3], "outputs have shape .*fits no outputs"),
        (INPUTS, np.full_like(OUTPUTS, np.nan), "expected finite numbers"),
        (INPUTS, np.array([["a"]]), "expected finite numbers"),
        (INPUTS, np.zeros((0, 2, 5)), "expected finite numbers"),
        (np.broadcast_to(np.float32(0), (2**22, 2, 3)), OUTPUTS, "too long to check at once"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(inputs, outputs, sentence):
    with pytest.raises(ShapeError, match=sentence):
        formats.verify(MODEL, inputs, outputs)
    with pytest.raises(SettingsError):
        formats.verify(MODEL, INPUTS, OUTPUTS, tolerance=0)


def test_inputs_and_outputs_come_from_npz_safetensors_and_json():
    file = io.BytesIO()
    np.savez(file, inputs=SYMBOLS, outputs=OUTPUTS)
    plain = safetensors.numpy.save({"x": SYMBOLS, "y": OUTPUTS})
    text = json.dumps({"inputs": SYMBOLS.tolist(), "outputs": OUTPUTS.tolist()}).encode()
    for content in (file.getvalue(), plain, text):
        inputs, outputs = formats.examples(content)
        np.testing.assert_array_equal(inputs, SYMBOLS)
        np.testing.assert_array_equal(outputs, OUTPUTS)
        assert inputs.dtype.kind == "i"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"inputs": [[1], [2, 3]], "outputs": 1}', "inputs cannot be made an array"),
        (b'{"inputs": ["a"], "outputs": 1}', r"inputs is \['a'\], expected numbers"),
        (b'{"inputs": [1]}', "it has no array 'outputs'"),
        (b'{"inputs": ', "it is no JSON"),
        (b'{"inputs": ' + b"[" * 100_000, "it is no JSON"),
        (b"\x08\x08", "expected arrays called inputs and outputs"),
    ],
)
def test_files_without_inputs_and_outputs_are_refused(content, sentence):
    with pytest.raises(WeightsError, match=sentence):
        formats.examples(content)


DIGITS = b"9" * 5_000
NESTED = b"[" * 100_000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"inputs": [' + DIGITS + b"]}", "holds a number of thousands of digits"),
        (b'{"inputs": ' + NESTED, "nested too deeply"),
        (b"%PDF-1.4", "another kind of file; expected arrays called inputs and outputs"),
        (NESTED, "another kind of file"),
    ],
)
def test_a_check_file_is_refused_in_words_about_check_files(content, sentence):
    with pytest.raises(WeightsError, match=sentence) as refusal:
        formats.examples(io.BytesIO(content))
    assert "sys." not in str(refusal.value)
    assert "onnx" not in str(refusal.value).lower()


def test_a_check_of_more_timesteps_than_others_can_wait_for_is_refused_unread():
    model = LSTMModel(1, 2, 1, num_layers=2)
    for shape in ((10**6, 1), (1, 25_001, 1), (25_001, 1, 1)):
        with pytest.raises(ShapeError, match="at most 25,000 timesteps, or sequences, are compared"):
            formats.verify(model, np.zeros(shape, np.float32), np.zeros(shape, np.float32))
