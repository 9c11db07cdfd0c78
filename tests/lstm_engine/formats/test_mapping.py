import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import LSTMModel, WeightsError, formats, to_pytorch
from lstm_engine.formats.arrays import Contents, Promised
from lstm_engine.formats.offering import offered
from tests.lstm_engine.formats.foreign import FOREIGN, SAVED

NETWORK, LINEAR = to_pytorch(LSTMModel(3, 4, 2, 2, seed=6))
ARRAYS = {f"rnn.{name}": array for name, array in NETWORK.items()} | {f"fc.{name}": a for name, a in LINEAR.items()}


def found_of(arrays: dict) -> formats.Found:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return formats.examine(file.getvalue())


FOUND = found_of(ARRAYS)
GUESS = FOUND.guess


@pytest.mark.parametrize("name", [name for name in SAVED if not name.endswith((".h5", ".keras"))])
def test_guesses_come_back_from_json_and_are_plain_data(name):
    for offer in formats.examine(FOREIGN / name).offers:
        assert formats.Mapping.from_json(offer.to_json()) == offer
        assert formats.Mapping.from_dict(json.loads(json.dumps(offer.to_dict()))) == offer


def layer(k: int = 0, **change) -> formats.Mapping:
    """The guess with a layer changed."""
    layers = list(GUESS.layers)
    layers[k] = replace(layers[k], **change)
    return replace(GUESS, layers=tuple(layers))


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        (layer(input="rnn.weight"), "layer 0's weights of the input is to be 'rnn.weight', but there is no such array"),
        (layer(input="fc.bias"), r"has shape \(2,\), expected \(4H, I\); 'rnn.weight_ih_l0' or .* would fit"),
        (layer(recurrent="rnn.weight_ih_l0"), r"\(16, 3\), expected \(16, 4\); 'rnn.weight_hh_l0' or .* would fit"),
        (layer(transposed=True), r"\(16, 3\), expected \(I, 4H\); it fits the other way round: change transposed"),
        (layer(1, input="rnn.weight_ih_l0"), r"layer 1's weights of the input, .*\(16, 3\), expected \(4H, 4\)"),
        (layer(biases=("fc.bias",)), r"\(2,\), expected \(16,\) or \(2, 16\) or \(32,\); 'rnn.bias_ih_l0' or"),
        (layer(biases=("rnn.bias_ih_l0",) * 3), "layer 0 has 3 biases, expected none, one or two"),
        (layer(gates=("input_gate",) * 4), "layer 0 has the gates input_gate, .*, expected each of input_gate, forget"),
        (layer(gates=()), "layer 0 has the gates none"),
        (layer(recurrent=None), "a cell of the variant standard needs weights of the hidden state"),
        (layer(peepholes="fc.bias"), "a cell of the variant standard has no peephole weights"),
        (replace(GUESS, variant="gru"), "expected each of reset_gate, update_gate, candidate once"),
        (replace(GUESS, embedding="fc.weight"), r"layer 0's weights of the input, .*expected \(4H, 4\)"),
        (replace(GUESS, readout=formats.ReadoutMapping("fc.weight", transposed=True)), "it fits the other way round"),
        (replace(GUESS, readout=formats.ReadoutMapping("fc.weight", "rnn.bias_ih_l0")), r"expected \(2,\) or \(1, 2\)"),
        (replace(GUESS, readout=formats.ReadoutMapping("fc.bias")), r"the readout, 'fc.bias', has shape \(2,\)"),
        (replace(GUESS, layers=()), "the mapping has no layers"),
        (replace(GUESS, activation="relu"), "its activation is relu, which no cell of the engine has"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_what_would(mapping, sentence):
    with pytest.raises(WeightsError, match=sentence):
        formats.assemble(FOUND, mapping)
    formats.in_words(FOUND, mapping)  # a page shows what was chosen, be it wrong


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "the mapping is no JSON"),
        ("[" * 100_000, "the mapping is no JSON"),
        ("[]", r"the mapping is \[\], expected layers, variant and no more than"),
        ('{"variant": "standard", "layers": []}', r"layers is \[\]"),
        ('{"variant": "standard", "layers": [{"input": "a", "more": 1}]}', "layer 0 is .*expected input and no more"),
        ('{"variant": "standard", "layers": [{"input": 1}]}', "input is 1, expected a name"),
        ('{"variant": "standard", "layers": [{"input": "a", "gates": "abc"}]}', "layer 0 has gates 'abc'"),
        (
            '{"variant": "standard", "layers": [{"input": "a", "transposed": 1}]}',
            "transposed is 1, expected true or false",
        ),
        ('{"variant": "other", "layers": [{"input": "a"}]}', "there is no variant 'other'"),
        (
            '{"variant": "rnn", "layers": [{"input": "a"}], "activation": "sin"}',
            "activation is 'sin', expected tanh or relu",
        ),
        ('{"variant": "rnn", "layers": [{"input": "a"}], "readout": 5}', "readout is 5"),
    ],
)
def test_texts_that_are_no_mapping_are_refused(text, sentence):
    with pytest.raises(WeightsError, match=sentence):
        formats.Mapping.from_json(text)


def test_a_corrected_mapping_computes_what_the_correction_says():
    model = LSTMModel(3, 4, 2, 2, seed=6)
    inputs = np.random.default_rng(0).normal(size=(5, 2, 3))
    turned = {name: array.T if array.ndim == 2 else array for name, array in ARRAYS.items()}
    names = {"rnn.": "first_", "fc.": "second_", "weight_": "matrix", "bias_": "vector"}
    for old, new in names.items():
        turned = {name.replace(old, new): array for name, array in turned.items()}
    found = found_of(turned)
    by_hand = formats.Mapping(
        "standard",
        tuple(
            formats.LayerMapping(
                f"first_matrixih_l{k}", f"first_matrixhh_l{k}", (f"first_vectorih_l{k}",), transposed=True
            )
            for k in range(2)
        ),
        formats.ReadoutMapping("second_weight", "second_bias", transposed=True),
    )
    weights = model.state_dict()
    for k in range(2):
        weights[f"lstm.bias_hh_l{k}"][...] = 0
    model.load_state_dict(weights)
    np.testing.assert_array_equal(formats.assemble(found, by_hand).forward(inputs)[0], model.forward(inputs)[0])


def single(prefix: str, inputs: int, hidden: int, rows: int = 4) -> dict[str, np.ndarray]:
    return {
        f"{prefix}weight_ih_l0": np.ones((rows * hidden, inputs)),
        f"{prefix}weight_hh_l0": np.ones((rows * hidden, hidden)),
    }


def test_numbered_networks_of_fitting_width_are_layers_and_others_are_not():
    stacked = found_of(single("lstm1.", 3, 4) | single("lstm2.", 4, 4))
    assert len(stacked.offers) == 1
    assert len(stacked.guess.layers) == 2
    assert any("'lstm2' is taken for a layer on top of 'lstm1'" in doubt for doubt in stacked.doubts)
    for arrays in (
        single("lstm1.", 3, 4) | single("lstm2.", 3, 4),
        single("encoder.", 4, 4) | single("decoder.", 4, 4),
        single("rnn.0.", 3, 4) | single("rnn.1.", 4, 4, rows=3),
    ):
        assert len(found_of(arrays).offers) == 2


def test_names_that_say_nothing_are_recognised_by_shape_and_order():
    weights = [ARRAYS[name] for name in ("rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0")]
    found = found_of({f"arr_{k}": array for k, array in enumerate([*weights, LINEAR["weight"], LINEAR["bias"]])})
    assert any("recognised by shapes and order alone" in doubt for doubt in found.doubts)
    assert found.guess.layers[0] == formats.LayerMapping("arr_0", "arr_1", ("arr_2", "arr_3"))
    assert found.guess.readout == formats.ReadoutMapping("arr_4", "arr_5")


@pytest.mark.parametrize(
    ("others", "embedding", "readout"),
    [
        ({"e.weight": (9, 3), "d.weight": (7, 4), "d.bias": (7,)}, "e.weight", "d.weight"),
        ({"lookup.weight": (9, 3)}, "lookup.weight", None),
        ({"a.weight": (5, 4), "a.bias": (5,), "b.weight": (2, 5), "b.bias": (2,)}, None, "a.weight"),
        ({"attn.weight": (4, 4), "out.weight": (2, 4), "out.bias": (2,)}, None, "out.weight"),
        ({"norm.weight": (4,), "norm.bias": (4,)}, None, None),
        ({"front.weight": (3, 6), "front.bias": (3,)}, None, None),
    ],
)
def test_readout_and_embedding_are_told_by_width_bias_and_name(others, embedding, readout):
    arrays = {name: np.ones(shape) for name, shape in others.items()}
    guess = found_of(single("rnn.", 3, 4) | {"rnn.bias_ih_l0": np.ones(16)} | arrays).guess
    assert guess.embedding == embedding
    assert (guess.readout and guess.readout.weight) == readout


def test_one_width_for_all_goes_by_bias_and_name_and_what_is_left_open_is_said():
    same = single("rnn.", 4, 4) | {"rnn.bias_ih_l0": np.ones(16)}
    guess = found_of(same | {"x.weight": np.ones((9, 4)), "y.weight": np.ones((9, 4)), "y.bias": np.ones(9)}).guess
    assert (guess.embedding, guess.readout.weight) == ("x.weight", "y.weight")
    tied = found_of(same | {"table.weight": np.ones((9, 4)), "bias": np.ones(9)})
    assert tied.guess.readout == formats.ReadoutMapping("table.weight", "bias")
    assert any("share the embedding's" in doubt for doubt in tied.doubts)
    alone = found_of(same | {"table.weight": np.ones((9, 4))})
    assert any("if it shares the embedding's weights" in doubt for doubt in alone.doubts)
    open_ = found_of(same | {"x.weight": np.ones((9, 4)), "y.weight": np.ones((9, 4))})
    assert any("could be 'x.weight' or 'y.weight'" in doubt for doubt in open_.doubts)


WORD = st.text("abcdghjkmnpqrsvxyz", min_size=1, max_size=4)  # too few letters for a name that says what an array is
SIZE = st.integers(1, 12)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORD, min_size=3, max_size=3, unique=True), st.tuples(SIZE, SIZE, SIZE, SIZE), st.data())
def test_whatever_attributes_are_called_the_guess_is_right_where_it_can_be(words, sizes, data):
    """PyTorch's names and shapes alone, in any order, as a file holds them."""
    (below, core, above), (V, E, H, O) = words, sizes
    layers, blocks = data.draw(st.integers(1, 3)), data.draw(st.sampled_from([1, 3, 4]))
    bias, embeds, reads = (data.draw(st.booleans()) for _ in range(3))
    linear_bias = reads and data.draw(st.booleans())
    # of one width and without a bias, nothing but a name tells an embedding from a readout
    linear_bias, embeds = (reads, embeds and (reads or bias)) if E == H else (linear_bias, embeds)
    root = data.draw(st.sampled_from(["", "module.", "a.0.", "net."]))
    shapes = {f"{root}{below}.weight": (V, E)} if embeds else {}
    for k in range(layers):
        shapes[f"{root}{core}.weight_ih_l{k}"] = (blocks * H, E if k == 0 else H)
        shapes[f"{root}{core}.weight_hh_l{k}"] = (blocks * H, H)
        if bias:
            shapes |= {f"{root}{core}.bias_{side}_l{k}": (blocks * H,) for side in ("ih", "hh")}
    if reads:
        shapes[f"{root}{above}.weight"] = (O, H)
        if linear_bias:
            shapes[f"{root}{above}.bias"] = (O,)
    order = data.draw(st.permutations(sorted(shapes)))
    promised = {name: Promised(shapes[name], "float32", lambda: np.zeros(0)) for name in order}
    (guess,), doubts = offered(Contents("safetensors", promised))
    assert guess.variant == {1: "rnn", 3: "gru", 4: "standard"}[blocks]
    assert [layer.input for layer in guess.layers] == [f"{root}{core}.weight_ih_l{k}" for k in range(layers)]
    assert guess.embedding == (f"{root}{below}.weight" if embeds else None), doubts
    assert (guess.readout and guess.readout.weight) == (f"{root}{above}.weight" if reads else None), doubts
    assert not reads or not guess.readout.transposed


def test_what_a_keras_file_says_of_each_layer_is_heeded():
    """As read_hdf5 notes it: labels of groups, and settings of layers."""
    shapes = {
        f"layers/{name}/cell/vars/{k}": size for name in ("lstm", "lstm_1") for k, size in enumerate([(4, 16)] * 2)
    }
    promised = {name: Promised(shape, "float32", lambda: np.zeros(0)) for name, shape in shapes.items()}
    labels = {"name of layers/lstm/vars": "first", "name of layers/lstm_1/vars": "second"}

    def told(**activations: str) -> tuple:
        notes = [
            {"kind": "LSTM", "name": name, "activation": kind, "recurrent_activation": "sigmoid"}
            for name, kind in activations.items()
        ]
        metadata = labels | {f"keras {k}": json.dumps(note) for k, note in enumerate(notes)}
        return offered(Contents("keras", promised, metadata))

    assert told(first="tanh", second="tanh")[0][0].activation == "tanh"
    assert told(first="tanh", second="relu")[0][0].activation == "relu"
    assert told(first="tanh", second="tanh", other="relu")[0][0].activation == "tanh"
    offers, doubts = told(first="elu", second="tanh")
    assert not offers
    assert any("'first' has the activations 'elu' and 'sigmoid'" in doubt for doubt in doubts)
