"""A trace: everything that an LSTM computed on its way through a sequence, by name."""

from dataclasses import dataclass

from numpy.typing import NDArray


@dataclass(frozen=True)
class LayerTrace:
    """One layer's gates and states, each (T, B, H), in the order in which the cell computes them.

    The pre-activations are what goes into sigmoid or tanh: ``W [x, h'] + b``. ``initial_hidden`` and ``initial_cell``,
    each (B, H), are the states before the first timestep.
    """

    forget_gate: NDArray
    input_gate: NDArray
    candidate: NDArray
    output_gate: NDArray
    cell: NDArray
    hidden: NDArray
    forget_gate_preactivation: NDArray
    input_gate_preactivation: NDArray
    candidate_preactivation: NDArray
    output_gate_preactivation: NDArray
    initial_hidden: NDArray
    initial_cell: NDArray


@dataclass(frozen=True)
class Trace:
    """One pass: ``inputs`` (T, B, I), a ``LayerTrace`` a layer from the input upward, ``outputs`` (T, B, O)."""

    inputs: NDArray
    layers: tuple[LayerTrace, ...]
    outputs: NDArray
