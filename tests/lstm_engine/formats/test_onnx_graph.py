"""The reader of ONNX files against the package onnx, which writes them, and onnxruntime, which runs them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import LSTMModel, formats
from lstm_engine.formats.onnx import export_onnx
from lstm_engine.formats.onnx_graph import read_graph
from tests.lstm_engine.formats.foreign import FOREIGN

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

RNG = np.random.default_rng(4)


def graph_of(nodes: list, constants: dict, outputs: tuple = ("y",)) -> bytes:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["T", "B", 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def weights(rows: int, hidden: int = 4, directions: int = 1, inputs: int = 3) -> dict[str, np.ndarray]:
    shapes = {"W": (rows, inputs), "R": (rows, hidden), "B": (2 * rows,)}
    return {name: RNG.normal(size=(directions, *shape)).astype(np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("name", sorted(path.name for path in FOREIGN.glob("*.onnx")))
def test_nodes_and_tensors_are_those_that_the_package_reads(name):
    content = (FOREIGN / name).read_bytes()
    known, graph = onnx.load_model_from_string(content).graph, read_graph(content)
    assert [(node.kind, [*node.inputs], [*node.outputs]) for node in graph.nodes] == [
        (node.op_type, [*node.input], [*node.output]) for node in known.node
    ]
    for node, expected in zip(graph.nodes, known.node, strict=True):
        for attribute in expected.attribute:
            value = helper.get_attribute_value(attribute)
            if isinstance(value, int | bytes | float):
                assert node.attributes[attribute.name] == (value.decode() if isinstance(value, bytes) else value)
    for tensor in known.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            np.testing.assert_array_equal(graph.tensors[tensor.name].array(), numpy_helper.to_array(tensor))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-100, 100), min_size=1, max_size=6), st.booleans(), st.sampled_from([1, 10, 11, 16]))
def test_numbers_are_read_however_they_are_stored(quarters, raw, kind):
    values = np.array(quarters) / 4  # which every kind of number can hold
    bits = {1: values.astype("<f4"), 10: values.astype("<f2"), 11: values}
    bits[16] = (values.astype("<f4").view("<u4") >> 16).astype("<u2")
    tensor = helper.make_tensor("t", kind, [len(values)], bits[kind].tobytes() if raw else values.tolist(), raw=raw)
    model = helper.make_model(helper.make_graph([], "g", [], [], [tensor]))
    np.testing.assert_array_equal(read_graph(model.SerializeToString()).tensors["t"].array(), values)


def test_own_exports_come_back(tmp_path):
    model = LSTMModel(5, 4, 3, 2, embedding_size=3, seed=2)
    export_onnx(model, tmp_path / "model.onnx")
    again = formats.assemble(formats.examine(tmp_path / "model.onnx"))
    np.testing.assert_array_equal(again.parameters.flat, model.parameters.flat)


@pytest.mark.parametrize("kind", ["peepholes", "gemm", "transposed", "relu", "gru", "last"])
def test_graphs_compute_what_onnxruntime_computes(kind):
    runtime = pytest.importorskip("onnxruntime")
    cell = "GRU" if kind == "gru" else "LSTM"
    constants = weights(12 if kind == "gru" else 16)
    constants |= {"K": RNG.normal(size=(4, 2)).astype(np.float32), "k": RNG.normal(size=2).astype(np.float32)}
    names = ["x", "W", "R", "B"]
    if kind == "peepholes":
        constants["P"] = RNG.normal(size=(1, 12)).astype(np.float32)
        names += ["", "", "", "P"]
    further = {"linear_before_reset": 1} if kind == "gru" else {}
    which = ["", "last"] if kind == "last" else ["all"]
    nodes = [
        helper.make_node(cell, names, which, hidden_size=4, **further),
        helper.make_node("Squeeze", [which[-1], "axis"], ["h"]),
    ]
    constants["axis"] = np.array([0 if kind == "last" else 1], np.int64)
    if kind == "gemm":
        constants["flat"] = np.array([-1, 4], np.int64)
        constants["K"] = np.ascontiguousarray(constants["K"].T)
        nodes += [
            helper.make_node("Reshape", ["h", "flat"], ["rows"]),
            helper.make_node("Gemm", ["rows", "K", "k"], ["y"], transB=1),
        ]
    else:
        right = "K"
        if kind == "transposed":
            constants["K"] = np.ascontiguousarray(constants["K"].T)
            nodes.append(helper.make_node("Transpose", ["K"], ["turned"], perm=[1, 0]))
            right = "turned"
        nodes += [helper.make_node("MatMul", ["h", right], ["m"]), helper.make_node("Add", ["k", "m"], ["logits"])]
        nodes.append(helper.make_node("Softmax" if kind == "relu" else "Identity", ["logits"], ["y"]))
    content = graph_of(nodes, constants)
    inputs = RNG.normal(size=(6, 2, 3)).astype(np.float32)
    (expected,) = runtime.InferenceSession(content).run(None, {"x": inputs})
    found = formats.examine(content)
    assert found.guess.readout.bias == "k"
    assert found.guess.variant == {"gru": "gru", "peepholes": "vanilla"}.get(kind, "standard")
    result = formats.verify(formats.assemble(found), inputs, expected.reshape(6, 2, 2) if kind == "gemm" else expected)
    assert result.largest < 1e-5
    assert ("softmax" in result.reading) == any("softmax follows the readout" in doubt for doubt in found.doubts)
    assert ("softmax" in result.reading) == (kind == "relu")


@pytest.mark.parametrize(
    ("further", "sentence"),
    [
        ({"clip": 3.0}, "it has clip"),
        ({"activations": ["HardSigmoid", "Tanh", "Tanh"]}, "its activations are hardsigmoid, tanh, tanh"),
        ({"input_forget": 1}, "its input and forget gates are coupled"),
    ],
)
def test_cells_of_another_kind_are_left_out_and_named(further, sentence):
    node = helper.make_node("LSTM", ["x", "W", "R", "B"], ["y"], hidden_size=4, **further)
    found = formats.examine(graph_of([node], weights(16)))
    assert found.guess is None
    assert any(sentence in doubt for doubt in found.doubts)


def test_initial_states_other_operations_and_computed_weights_are_told():
    constants = {**weights(16), "h": np.ones((1, 1, 4), np.float32)}
    nodes = [helper.make_node("LSTM", ["x", "W", "R", "B", "", "h"], ["s"]), helper.make_node("Relu", ["s"], ["y"])]
    doubts = formats.examine(graph_of(nodes, constants)).doubts
    assert any("begins with states that are not 0" in doubt for doubt in doubts)
    assert any("Relu follows 's'" in doubt for doubt in doubts)
    nodes = [helper.make_node("Neg", ["W"], ["V"]), helper.make_node("LSTM", ["x", "V", "R", "B"], ["y"])]
    assert any("its W is not a constant" in doubt for doubt in formats.examine(graph_of(nodes, constants)).doubts)


def test_gru_that_resets_before_is_shown_and_reverse_directions_are_told():
    before = helper.make_node("GRU", ["x", "W", "R", "B"], ["y"])
    assert formats.examine(graph_of([before], weights(12))).guess.reset == "before"
    backward = helper.make_node("RNN", ["x", "W", "R", "B"], ["y"], direction="reverse")
    found = formats.examine(graph_of([backward], weights(4)))
    assert found.guess.backward
    assert any("turn them round" in doubt for doubt in found.doubts)


def test_layers_that_read_another_kind_are_offered_alone_and_it_is_said():
    upper = {f"{name}2": array for name, array in weights(12, inputs=4).items()}
    nodes = [
        helper.make_node("LSTM", ["x", "W", "R", "B"], ["s"]),
        helper.make_node("Squeeze", ["s", "axis"], ["h"]),
        helper.make_node("GRU", ["h", "W2", "R2", "B2"], ["y"], linear_before_reset=1),
    ]
    found = formats.examine(graph_of(nodes, {**weights(16), **upper, "axis": np.array([1], np.int64)}))
    assert [offer.variant for offer in found.offers] == ["standard", "gru"]
    assert any("'y' reads the states of 's', and is offered without it" in doubt for doubt in found.doubts)
    odd = helper.make_node("LSTM", ["x", "W", "R", "B"], ["y"], direction="sideways")
    assert any("its direction is 'sideways'" in doubt for doubt in formats.examine(graph_of([odd], weights(16))).doubts)
