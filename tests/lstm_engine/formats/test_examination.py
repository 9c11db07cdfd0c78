import io

import numpy as np
import pytest

from lstm_engine import LSTMModel, WeightsError, formats, save_model, to_pytorch
from lstm_engine.cell.variants import VARIANTS
from tests.lstm_engine.formats.foreign import FOREIGN, HDF5, REFUSED, SAVED, computed

LOADED = [name for name in SAVED if name not in (*REFUSED, "bidirectional_scripted.onnx")]


def found_in(name: str) -> formats.Found:
    if name.endswith(HDF5):
        pytest.importorskip("h5py")
    return formats.examine(FOREIGN / name)


@pytest.mark.parametrize("name", LOADED)
def test_what_others_saved_computes_by_guess_alone_what_they_computed(name):
    found = found_in(name)
    inputs, outputs = computed(name)
    model = formats.assemble(found, found.guess, dtype="float64")
    # PyTorch computed in float64, Keras in float32
    np.testing.assert_allclose(model.forward(inputs)[0], outputs, rtol=0, atol=2e-6 if "keras" in name else 1e-13)
    np.testing.assert_allclose(formats.assemble(found).forward(inputs)[0], outputs, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("keras_before.npz", "its reset gate acts before the product with h′"),
        ("relu_scripted.onnx", "its activation is relu"),
        ("keras_relu.keras", "its activation is relu"),
    ],
)
def test_cells_that_the_engine_does_not_have_are_shown_but_refused_in_a_sentence(name, part):
    found = found_in(name)
    assert any(part in doubt for doubt in found.doubts)
    with pytest.raises(WeightsError, match=part):
        formats.assemble(found)


def test_what_is_what_is_told_row_by_row():
    found = formats.examine(FOREIGN / "lstm_float32.safetensors")
    assert found.kind == "safetensors"
    assert found.arrays["core.weight_ih_l0"] == (16, 3)
    assert found.dtypes["core.weight_ih_l0"] == "float32"
    told = {words.name: words for words in formats.in_words(found, found.guess)}
    assert told["core.weight_hh_l0"].role == "layer 0, weights of the hidden state"
    assert [row.words for row in told["core.bias_ih_l0"].rows] == [
        "rows 0 to 3: input gate",
        "rows 4 to 7: forget gate",
        "rows 8 to 11: candidate",
        "rows 12 to 15: output gate",
    ]
    assert told["head.weight"].role == "readout, weights"
    assert not told["head.weight"].rows


def test_keras_columns_and_onnx_rows_stand_in_their_own_orders():
    keras = formats.examine(FOREIGN / "keras_gru.npz").guess
    assert [row.words for row in keras.layers[0].gate_rows("gru", 4)][:2] == [
        "columns 0 to 3: update gate",
        "columns 4 to 7: reset gate",
    ]
    onnx = formats.examine(FOREIGN / "lstm_scripted.onnx").guess
    assert [row.label for row in onnx.layers[0].gate_rows("standard", 4)] == [
        "input gate", "output gate", "forget gate", "candidate",
    ]  # fmt: skip


def test_bytes_and_open_files_are_read_as_paths_are_whatever_they_are_called(tmp_path):
    content = (FOREIGN / "lstm_scripted.onnx").read_bytes()
    misnamed = tmp_path / "model.safetensors"
    misnamed.write_bytes(content)
    for source in (content, io.BytesIO(content), misnamed, str(misnamed)):
        found = formats.examine(source)
        assert found.kind == "onnx"
        assert found.guess == formats.examine(FOREIGN / "lstm_scripted.onnx").guess


@pytest.mark.parametrize("name", VARIANTS)
def test_own_files_come_back_to_the_bit(tmp_path, name):
    model = LSTMModel(5, 8, 3, 2, name, dtype="float64", seed=4, embedding_size=4)
    save_model(model, tmp_path / "own")
    found = formats.examine(tmp_path / "own")
    again = formats.assemble(found, dtype="float64")
    assert again.architecture == model.architecture
    np.testing.assert_array_equal(again.parameters.flat, model.parameters.flat)
    assert not found.doubts


def test_one_direction_of_a_bidirectional_network_is_offered_and_it_says_so():
    found = formats.examine(FOREIGN / "bidirectional.safetensors")
    assert [(offer.name, offer.backward) for offer in found.offers] == [
        ("rnn (forward)", False),
        ("rnn (backward)", True),
    ]
    assert any("bidirectional, which the engine is not" in doubt for doubt in found.doubts)
    forward, backward = (formats.assemble(found, offer) for offer in found.offers)
    assert forward.state_dict()["lstm.weight_ih_l0"][0, 0] == found.array("rnn.weight_ih_l0")[0, 0]
    assert backward.state_dict()["lstm.weight_ih_l0"][0, 0] == found.array("rnn.weight_ih_l0_reverse")[0, 0]
    onnx = formats.examine(FOREIGN / "bidirectional_scripted.onnx")
    assert [offer.backward for offer in onnx.offers] == [False, True]
    inputs, outputs = computed("bidirectional_scripted.onnx")
    turned = formats.assemble(onnx, onnx.offers[1], dtype="float64").forward(inputs[::-1])[0][::-1]
    np.testing.assert_allclose(turned, outputs[..., 4:], rtol=0, atol=1e-13)


def test_a_projected_network_is_not_offered_and_it_says_why():
    found = formats.examine(FOREIGN / "projected.safetensors")
    assert found.guess is None
    assert "is projected (proj_size)" in found.doubts[0]
    with pytest.raises(WeightsError, match=r"there is no guess at what is what: .*projected"):
        formats.assemble(found)
    by_hand = formats.Mapping("standard", (formats.LayerMapping("weight_ih_l0", "weight_hh_l0"),))
    with pytest.raises(WeightsError, match=r"has shape \(16, 2\), expected \(16, 4\); .*projected"):
        formats.assemble(found, by_hand)


def test_all_networks_of_a_file_are_offered_each_with_its_own_parts():
    found = formats.examine(FOREIGN / "translator.safetensors")
    encoder, decoder = found.offers
    assert (encoder.name, encoder.embedding, encoder.readout) == ("encoder.rnn", "encoder.embedding.weight", None)
    assert (decoder.name, decoder.embedding) == ("decoder.rnn", "decoder.embedding.weight")
    assert decoder.readout == formats.ReadoutMapping("decoder.fc.weight", "decoder.fc.bias")
    assert any("there are 2 recurrent networks" in doubt for doubt in found.doubts)
    assert formats.assemble(found, decoder).architecture.output_size == 7


def test_layers_of_other_widths_are_filled_up_with_units_that_stay_at_0():
    found = formats.examine(FOREIGN / "keras_lstm.npz")
    assert any("have 4, 5 units" in doubt for doubt in found.doubts)
    trace = formats.assemble(found).trace(computed("keras_lstm.npz")[0])
    assert not trace.layers[0].hidden[..., 4].any()
    assert trace.layers[1].hidden[..., 4].all()


def npz_of(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_weights_of_a_transformer_are_called_so():
    layer = {"layers.0.self_attn.in_proj_weight": np.zeros((12, 4)), "layers.0.linear1.weight": np.zeros((8, 4))}
    found = formats.examine(npz_of(**layer))
    assert found.guess is None
    assert "these are a transformer's weights" in found.doubts[0]


def test_arrays_that_the_guess_leaves_out_are_named():
    network, readout = to_pytorch(LSTMModel(3, 4, 2))
    arrays = {f"rnn.{name}": array for name, array in network.items()} | {"fc.weight": readout["weight"]}
    found = formats.examine(npz_of(**arrays, **{"norm.weight": np.ones(9), "fc2.weight": np.ones((7, 2))}))
    assert found.guess.readout.weight == "fc.weight"
    assert "2 of 7 arrays are not used, and what they do is left out: 'norm.weight', 'fc2.weight'" in found.doubts


def test_values_that_are_not_finite_are_refused_with_their_place():
    network, _ = to_pytorch(LSTMModel(3, 4, 2))
    network["weight_hh_l0"][5, 2] = np.nan
    with pytest.raises(WeightsError, match=r"'weight_hh_l0' holds values that are not finite, nan at \[5, 2\]"):
        formats.assemble(formats.examine(npz_of(**network)))
    network["weight_hh_l0"] = np.full((16, 4), 1e300)
    found = formats.examine(npz_of(**network))
    with pytest.raises(WeightsError, match="values that float32 cannot hold; take dtype='float64'"):
        formats.assemble(found)
    assert formats.assemble(found, dtype="float64").parameters.flat.max() == 1e300
