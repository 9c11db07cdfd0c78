"""From what the kernels and cells hold after a pass to the arrays of a trace, and to gradients of all of them."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.cell import Cell
from lstm_engine.cell.kernel import CANDIDATE, CELL_BEFORE, FORGET_GATE, INPUT_GATE, OUTPUT_GATE, LayerKernel
from lstm_engine.cell.layer_trace import TracedLayer
from lstm_engine.cell.lstm import LayerTrace
from lstm_engine.cell.parameters import NamedArrays
from lstm_engine.cell.variants import family_of
from lstm_engine.checks import as_array, instance, outside, shown, whole_number, whole_numbers
from lstm_engine.errors import ShapeError
from lstm_engine.learning.losses import get_loss
from lstm_engine.network import Workspace
from lstm_engine.tracing.trace import PreactivationParts, Trace, TraceGradients


def trace_of_layer(layer: LayerKernel | Cell, weights: NDArray) -> TracedLayer:
    """What one layer computed with the weights (4H, K)."""
    return trace_of_kernel(layer, weights) if isinstance(layer, LayerKernel) else trace_of_cell(layer)


def trace_of_cell(cell: Cell) -> TracedLayer:
    """What one layer of any variant computed."""
    kind = family_of(cell.variant).trace
    blocks = dict(zip(cell.variant.blocks, cell.preactivations.transpose(1, 0, 3, 2), strict=True))
    known: dict[str, Any] = {name: value.transpose(0, 2, 1).copy() for name, value in cell.values.items()}
    known |= {f"{name}_preactivation": value.copy() for name, value in blocks.items()}
    known |= {"initial_hidden": cell.initial_hidden.T.copy(), "initial_cell": cell.initial_cell.T.copy()}
    known |= {f"initial_{name}": states[0].T.copy() for name, states in cell.states.items()}
    return kind(**{field.name: known.get(field.name) for field in fields(kind)})


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


def trace_gradients(
    workspace: Workspace, targets: ArrayLike, loss: str, timesteps: Sequence[int] | None
) -> TraceGradients:
    """Backward through cells that keep every gradient and have just run; see ``LSTMModel.trace_gradients``."""
    T, B = workspace.timesteps, workspace.batch_size
    mask = np.ones((T, B), bool)
    if timesteps is not None:
        asked = whole_numbers("timesteps", timesteps)
        if not asked or outside(asked, T):
            raise ShapeError(f"timesteps are {shown(asked)}, expected at least one of 0..{T - 1}")
        mask[:] = np.isin(np.arange(T), asked)[:, None]
    value, d_outputs = get_loss(loss)(workspace.read(), as_array("targets", targets), mask, True)
    assert d_outputs is not None
    parameters = workspace.parameters
    workspace.backward(d_outputs, NamedArrays(parameters.architecture, dtype=parameters.flat.dtype))
    d_inputs, d_state = workspace.gradients_below()
    return TraceGradients(
        loss=value,
        layers=tuple(
            {name: gradient.transpose(0, 2, 1).copy() for name, gradient in cell.gradients.items()}
            for cell in workspace.layers
            if isinstance(cell, Cell)
        ),
        inputs=d_inputs,
        initial_hidden=d_state.hidden,
        initial_cell=d_state.cell,
        initial_state=d_state,
    )


def preactivation_parts(parameters: NamedArrays, trace: Trace, layer: int) -> dict[str, PreactivationParts]:
    """What each pre-activation of a traced layer is the sum of, by the name of its block.

    Args:
        parameters: of the model that made the trace.
        trace: what it made.
        layer: which, the lowest is 0.

    Raises:
        ShapeError: a model of other sizes, or with another cell, made the trace.
        SettingsError: there is no such layer.
    """
    a = parameters.architecture
    family, sizes = family_of(a.variant), (a.layer_input_size(0), a.num_layers, a.hidden_size)
    layers = instance("trace", trace, Trace).layers
    found = trace.inputs.shape[2], len(layers), layers[0].shape[2]
    if found != sizes or not isinstance(layers[0], family.trace):
        raise ShapeError(
            f"the trace is of {type(layers[0]).__name__} with I, layers, H = {found}, expected "
            f"{family.trace.__name__} with {sizes}, as this model makes them"
        )
    layer = whole_number("layer", layer, 0, len(layers) - 1)
    of_layer: Any = layers[layer]
    I, H = a.layer_input_size(layer), a.hidden_size
    W, U, (of_input, of_hidden) = parameters.layers[layer], parameters.recurrent(layer), parameters.biases(layer)
    below = trace.inputs if layer == 0 else layers[layer - 1].hidden
    hidden_before = np.concatenate([of_layer.initial_hidden[None], of_layer.hidden[:-1]])  # (T, B, H)
    parts = {}
    for k, block in enumerate(a.variant.blocks):
        rows = slice(k * H, (k + 1) * H)
        recurrent, bias = family.cell.recurrent_and_bias(
            block, hidden_before @ U[rows].T, of_input[rows], of_hidden[rows], of_layer
        )
        peephole = family.cell.peephole(a.variant, block, parameters.peepholes[layer], of_layer)
        parts[block] = PreactivationParts(below @ W[rows, :I].T, recurrent, bias, peephole)
    return parts
