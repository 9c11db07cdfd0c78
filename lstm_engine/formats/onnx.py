"""A model as an ONNX file, for runtimes in other languages; needs the package ``onnx``."""

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import instance, path_text
from lstm_engine.errors import SettingsError, WeightsError
from lstm_engine.model import LSTMModel

OPSET = 17


def export_onnx(model: LSTMModel, path: str | PathLike[str]) -> None:
    """Write the network with its readout: ``inputs`` (T, B, I) float to ``outputs`` (T, B, O), for any T and B.

    With an embedding ``inputs`` are symbols, (T, B) int64.

    Raises:
        SettingsError: the model is not of the standard variant, or the package ``onnx`` is not installed.
        WeightsError: the file cannot be written.
    """
    instance("model", model, LSTMModel)
    if not model.is_standard:
        raise SettingsError(f"ONNX has no {model.variant} cell; expected the standard variant")
    try:
        import onnx
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise SettingsError("exporting to ONNX needs the package onnx: pip install onnx") from error
    a = model.architecture
    weights = {name: array.astype(np.float32) for name, array in model.state_dict().items()}
    constants: dict[str, NDArray] = {"direction": np.array([1], np.int64)}
    nodes = []
    below = "inputs"
    given = helper.make_tensor_value_info("inputs", TensorProto.FLOAT, ["T", "B", a.input_size])
    if a.embedding_size is not None:
        given = helper.make_tensor_value_info("inputs", TensorProto.INT64, ["T", "B"])
        constants["embedding"] = weights["embedding.weight"]
        nodes.append(helper.make_node("Gather", ["embedding", "inputs"], ["vectors"], axis=0))
        below = "vectors"
    for k in range(a.num_layers):
        names = [f"W{k}", f"R{k}"]
        constants[f"W{k}"] = onnx_rows(weights[f"lstm.weight_ih_l{k}"])[None]
        constants[f"R{k}"] = onnx_rows(weights[f"lstm.weight_hh_l{k}"])[None]
        if a.bias:
            biases = [onnx_rows(weights[f"lstm.bias_{side}_l{k}"]) for side in ("ih", "hh")]
            constants[f"B{k}"] = np.concatenate(biases)[None]
            names.append(f"B{k}")
        nodes.append(helper.make_node("LSTM", [below, *names], [f"Y{k}"], hidden_size=a.hidden_size))
        nodes.append(helper.make_node("Squeeze", [f"Y{k}", "direction"], [f"hidden{k}"]))  # (T, 1, B, H) -> (T, B, H)
        below = f"hidden{k}"
    constants["readout"] = np.ascontiguousarray(weights["readout.weight"].T)
    nodes.append(helper.make_node("MatMul", [below, "readout"], ["read" if a.bias else "outputs"]))
    if a.bias:
        constants["readout_bias"] = weights["readout.bias"]
        nodes.append(helper.make_node("Add", ["read", "readout_bias"], ["outputs"]))
    graph = helper.make_graph(
        nodes,
        "lstm",
        [given],
        [helper.make_tensor_value_info("outputs", TensorProto.FLOAT, ["T", "B", a.output_size])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(built)
    try:
        Path(path).write_bytes(built.SerializeToString())  # through a device or a link, which stays what it is
    except (OSError, TypeError, ValueError) as error:
        raise WeightsError(f"{path_text(path)} cannot be written: {error}") from error


def onnx_rows(rows: NDArray) -> NDArray:
    """From PyTorch's order of gates i, f, g, o to ONNX' i, o, f, g."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, o, f, g])
