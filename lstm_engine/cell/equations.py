"""The textbook: one timestep of an LSTM, its variants, a GRU and a plain network, one line an equation, in float64.

Read this file to learn how an LSTM works. It is also the oracle: tests hold the kernel and the cells equal to it, and
the app shows these lines beside the numbers that they compute.

    x_t  (B, I)   the input at this timestep, for a batch of B sequences
    h    (B, H)   the hidden state: what the cell says
    c    (B, H)   the cell state: what the cell remembers
    W    (I+H, H) a gate's weights, acting on x_t and the previous h side by side
    b    (H,)     a gate's bias

Source: Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000.
"""
# ruff: noqa: RET504, SIM108  (one line an equation, each with its own letter)

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def sigmoid(z: ArrayLike) -> Array:
    """Logistic function 1 / (1 + exp(-z)), written so that exp never sees a positive number and cannot overflow.

    >>> sigmoid([-1e4, 0.0, 1e4]).tolist()
    [0.0, 0.5, 1.0]
    """
    z = np.asarray(z, np.float64)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def log_sum_exp(z: ArrayLike) -> Array:
    """log(sum(exp(z))) over the last axis; the largest entry is taken out first, so that exp cannot overflow.

    >>> float(log_sum_exp([1e4, 1e4 - 1e3]))
    10000.0
    """
    z = np.asarray(z, np.float64)
    largest = z.max(axis=-1, keepdims=True)
    return largest[..., 0] + np.log(np.exp(z - largest).sum(axis=-1))


def softmax(z: ArrayLike) -> Array:
    """Probabilities proportional to exp(z), over the last axis.

    >>> softmax([1e4, 1e4]).tolist()
    [0.5, 0.5]
    """
    z = np.asarray(z, np.float64)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@dataclass(frozen=True)
class GateWeights:
    """One matrix (I+H, H) a gate and, if the cell has biases, one vector (H,) a gate."""

    forget: Array
    input: Array
    candidate: Array
    output: Array
    forget_bias: Array | float = 0.0
    input_bias: Array | float = 0.0
    candidate_bias: Array | float = 0.0
    output_bias: Array | float = 0.0


class Step(NamedTuple):
    """All that one timestep computes, each (B, H), in the order in which it is computed."""

    forget_gate: Array
    input_gate: Array
    candidate: Array
    output_gate: Array
    cell: Array
    hidden: Array


def lstm_step(x: Array, h: Array, c: Array, W: GateWeights) -> Step:
    """One timestep: from the input x (B, I) and the previous states h, c (B, H) to the new ones.

    >>> zeros = np.zeros((3, 2))                       # one input, two units
    >>> step = lstm_step(np.ones((1, 1)), np.zeros((1, 2)), np.ones((1, 2)), GateWeights(zeros, zeros, zeros, zeros))
    >>> step.cell.tolist()                             # half is kept, nothing is written
    [[0.5, 0.5]]
    """
    xh = np.concatenate([x, h], axis=1)  # (B, I+H)
    f = sigmoid(xh @ W.forget + W.forget_bias)  # (B, H) how much of the old memory to keep
    i = sigmoid(xh @ W.input + W.input_bias)  # (B, H) how much of the new content to write
    g = np.tanh(xh @ W.candidate + W.candidate_bias)  # (B, H) the new content
    o = sigmoid(xh @ W.output + W.output_bias)  # (B, H) how much of the memory to say
    c = f * c + i * g  # (B, H) the memory: keep, then write
    h = o * np.tanh(c)  # (B, H) what the cell says
    return Step(f, i, g, o, c, h)


def lstm_sequence(inputs: Array, h: Array, c: Array, W: GateWeights) -> list[Step]:
    """A whole sequence (T, B, I): each timestep starts from the states that the one before it left."""
    steps = []
    for x in inputs:
        steps.append(lstm_step(x, h, c, W))
        h, c = steps[-1].hidden, steps[-1].cell
    return steps


@dataclass(frozen=True)
class Peepholes:
    """One weight (H,) a gate, through which it sees the memory (Gers and Schmidhuber 2000)."""

    forget: Array | float = 0.0
    input: Array | float = 0.0
    output: Array | float = 0.0


def lstm_variant_step(x: Array, h: Array, c: Array, W: GateWeights, p: Peepholes, variant: str = "vanilla") -> Step:
    """One timestep of the LSTM with peepholes, or of a variant that lacks or changes one line of it.

    Source: Greff et al. 2017, "LSTM: A Search Space Odyssey", section 3.

    >>> zeros = np.zeros((3, 2))
    >>> W = GateWeights(zeros, zeros, zeros, zeros)
    >>> step = lstm_variant_step(np.ones((1, 1)), np.zeros((1, 2)), np.ones((1, 2)), W, Peepholes(), "no_forget_gate")
    >>> step.cell.tolist()                             # all is kept
    [[1.0, 1.0]]
    """
    xh = np.concatenate([x, h], axis=1)  # (B, I+H)
    if variant == "no_input_gate":
        i = np.ones_like(c)  # all is written
    else:
        i = sigmoid(xh @ W.input + p.input * c + W.input_bias)
    if variant == "no_forget_gate":
        f = np.ones_like(c)  # all is kept, as in 1997
    elif variant == "coupled_input_forget":
        f = 1 - i  # what is not written anew is kept
    else:
        f = sigmoid(xh @ W.forget + p.forget * c + W.forget_bias)
    if variant == "no_input_activation":
        g = xh @ W.candidate + W.candidate_bias
    else:
        g = np.tanh(xh @ W.candidate + W.candidate_bias)
    c = f * c + i * g
    if variant == "no_output_gate":
        o = np.ones_like(c)  # all is said
    else:
        o = sigmoid(xh @ W.output + p.output * c + W.output_bias)  # this peephole sees the new memory
    if variant == "no_output_activation":
        h = o * c
    else:
        h = o * np.tanh(c)
    return Step(f, i, g, o, c, h)


@dataclass(frozen=True)
class GRUWeights:
    """Matrices (I+H, H) of the gates, and two of the candidate, of which the reset gate stands before the second."""

    reset: Array
    update: Array
    candidate: Array  # (I, H), acts on x
    recurrent: Array  # (H, H), acts on h
    reset_bias: Array | float = 0.0
    update_bias: Array | float = 0.0
    candidate_bias: Array | float = 0.0
    recurrent_bias: Array | float = 0.0


class GRUStep(NamedTuple):
    """All that one timestep of a GRU computes, each (B, H), in the order in which it is computed."""

    reset_gate: Array
    update_gate: Array
    candidate: Array
    hidden: Array


def gru_step(x: Array, h: Array, W: GRUWeights) -> GRUStep:
    """One timestep of a gated recurrent unit (Cho et al. 2014), as PyTorch computes it.

    >>> zeros = np.zeros((3, 2))                       # one input, two units
    >>> weights = GRUWeights(zeros, zeros, zeros[:1], zeros[1:])
    >>> gru_step(np.ones((1, 1)), np.ones((1, 2)), weights).hidden.tolist()   # half is kept, nothing is written
    [[0.5, 0.5]]
    """
    xh = np.concatenate([x, h], axis=1)  # (B, I+H)
    r = sigmoid(xh @ W.reset + W.reset_bias)  # (B, H) how much of h goes into the new content
    z = sigmoid(xh @ W.update + W.update_bias)  # (B, H) how much of h to keep
    n = np.tanh(x @ W.candidate + W.candidate_bias + r * (h @ W.recurrent + W.recurrent_bias))  # the new content
    h = (1 - z) * n + z * h  # (B, H) the memory, and what the unit says
    return GRUStep(r, z, n, h)


def rnn_step(x: Array, h: Array, W: Array, b: Array | float = 0.0) -> Array:
    """One timestep of a plain network (Elman 1990), with W (I+H, H) and b (H,).

    >>> rnn_step(np.ones((1, 1)), np.ones((1, 2)), np.zeros((3, 2))).tolist()
    [[0.0, 0.0]]
    """
    xh = np.concatenate([x, h], axis=1)  # (B, I+H)
    h = np.tanh(xh @ W + b)  # (B, H) what the network remembers and says
    return h
