"""The notebook's five matrices, one a gate and the readout, as the weights of a model."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.parameters import Architecture
from lstm_engine.checks import as_array
from lstm_engine.errors import WeightsError


def gate_matrices(
    *,
    forget: ArrayLike,
    input: ArrayLike,
    output: ArrayLike,
    candidate: ArrayLike,
    readout: ArrayLike,
) -> tuple[Architecture, dict[str, NDArray]]:
    """Sizes and weights of a single layer without biases, see ``LSTMModel.from_gate_matrices``."""
    gates = {"input": input, "forget": forget, "candidate": candidate, "output": output}  # PyTorch's order
    matrices = {name: as_array(name, matrix, WeightsError) for name, matrix in gates.items()}
    read = as_array("readout", readout, WeightsError)
    if read.ndim != 2 or 0 in read.shape:
        raise WeightsError(f"readout has shape {read.shape}, expected (H, O)")
    H, O = read.shape
    rows = matrices["forget"].shape[0] if matrices["forget"].ndim == 2 else 0
    if rows <= H:
        shape = matrices["forget"].shape
        raise WeightsError(f"forget has shape {shape}, expected (I+H, H) with H = {H} and I of at least 1")
    for name, matrix in matrices.items():
        if matrix.shape != (rows, H):
            raise WeightsError(f"{name} has shape {matrix.shape}, expected (I+H, H) = {(rows, H)}")
        if matrix.dtype.kind != "f":
            raise WeightsError(f"{name} has dtype {matrix.dtype}, expected a floating-point dtype")
    I = rows - H
    stacked = np.concatenate([matrix.T for matrix in matrices.values()])  # (4H, I+H)
    weights = {
        "lstm.weight_ih_l0": stacked[:, :I],
        "lstm.weight_hh_l0": stacked[:, I:],
        "readout.weight": read.T,
    }
    return Architecture(I, H, O, bias=False), weights
