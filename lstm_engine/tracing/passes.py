"""From what the kernels and cells hold after a pass to the arrays of a trace."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cells import Cell
from lstm_engine.cell.kernel import CANDIDATE, CELL_BEFORE, FORGET_GATE, INPUT_GATE, OUTPUT_GATE, LayerKernel
from lstm_engine.cell.parameters import NamedArrays
from lstm_engine.tracing.trace import LAYER_TRACES, LayerTrace, PreactivationParts, Trace


def trace_of_cell(cell: Cell) -> LayerTrace:
    """What one layer of any variant computed."""
    kind = LAYER_TRACES[cell.variant.family]
    blocks = dict(zip(cell.variant.blocks, cell.preactivations.transpose(1, 0, 3, 2), strict=True))
    known: dict[str, Any] = {name: value.transpose(0, 2, 1).copy() for name, value in cell.values.items()}
    known |= {f"{name}_preactivation": value.copy() for name, value in blocks.items()}
    known |= {"initial_hidden": cell.initial_hidden.T.copy(), "initial_cell": cell.initial_cell.T.copy()}
    filled: Any = {field.name: known.get(field.name) for field in fields(kind)}
    return kind(**filled)  # type: ignore[return-value]


def trace_of_kernel(kernel: LayerKernel, weights: NDArray) -> LayerTrace:
    """What one standard layer computed with the weights (4H, K)."""
    T, H, B = kernel.timesteps, kernel.hidden_size, kernel.batch_size
    rows = (weights @ kernel.operand_columns()).reshape(4, H, T, B)  # in PyTorch's order i, f, g, o
    input_, forget, candidate, output = np.ascontiguousarray(rows.transpose(0, 2, 3, 1))  # each (T, B, H)
    batch_major = kernel.blocks.transpose(1, 0, 3, 2)  # (5, T+1, B, H)
    return LayerTrace(
        forget_gate=batch_major[FORGET_GATE, :T].copy(),
        input_gate=batch_major[INPUT_GATE, :T].copy(),
        candidate=batch_major[CANDIDATE, :T].copy(),
        output_gate=batch_major[OUTPUT_GATE, :T].copy(),
        cell=batch_major[CELL_BEFORE, 1:].copy(),
        hidden=kernel.hidden.transpose(0, 2, 1).copy(),
        forget_gate_preactivation=forget,
        input_gate_preactivation=input_,
        candidate_preactivation=candidate,
        output_gate_preactivation=output,
        initial_hidden=kernel.initial_hidden.T.copy(),
        initial_cell=kernel.initial_cell.T.copy(),
    )


def preactivation_parts(parameters: NamedArrays, trace: Trace, layer: int) -> dict[str, PreactivationParts]:
    """What each pre-activation of a traced layer is the sum of, by the name of its block.

    Args:
        parameters: of the model that made the trace.
        trace: what it made.
        layer: which, the lowest is 0.
    """
    a, of_layer = parameters.architecture, trace.layers[layer]
    I, H = a.layer_input_size(layer), a.hidden_size
    weights = parameters.layers[layer].reshape(-1, H, parameters.layers[layer].shape[1])
    below = trace.inputs if layer == 0 else trace.layers[layer - 1].hidden
    hidden_before = np.concatenate([of_layer.initial_hidden[None], of_layer.hidden[:-1]])  # (T, B, H)
    parts = {}
    for block, W in zip(a.variant.blocks, weights, strict=True):  # (H, K)
        bias_input, bias_recurrent = (W[:, I + H], W[:, I + H + 1]) if a.bias else (np.zeros(H), np.zeros(H))
        recurrent = hidden_before @ W[:, I : I + H].T
        if a.variant.family == "gru" and block == "candidate":  # r (U h' + b')
            reset = of_layer.reset_gate  # type: ignore[attr-defined]
            recurrent, bias = reset * recurrent, bias_input + reset * bias_recurrent
        else:
            bias = np.broadcast_to(bias_input + bias_recurrent, recurrent.shape)
        peephole = np.zeros_like(recurrent)
        if block in a.variant.peepholes:
            cell = of_layer.cell
            if block != "output_gate":
                cell = np.concatenate([of_layer.initial_cell[None], cell[:-1]])
            peephole = cell * parameters.peepholes[layer][a.variant.peepholes.index(block)]
        parts[block] = PreactivationParts(below @ W[:, :I].T, recurrent, bias, peephole)
    return parts
