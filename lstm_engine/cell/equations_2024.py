"""The textbook's second part: one timestep of three cells of 2024, one line an equation, in float64.

Letters and shapes as in ``equations.py``, where to begin. Tests hold the cells equal to these lines, and the app shows
them beside the numbers that they compute.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lstm_engine.cell.equations import Array, sigmoid


@dataclass(frozen=True)
class SLSTMWeights:
    """One matrix (I+H, H) a gate; the rows that act on h are 0 where a unit sees another head's h."""

    input: Array
    forget: Array
    candidate: Array
    output: Array
    input_bias: Array | float = 0.0
    forget_bias: Array | float = 0.0
    candidate_bias: Array | float = 0.0
    output_bias: Array | float = 0.0


class SLSTMStep(NamedTuple):
    """All that one timestep of an sLSTM computes, each (B, H)."""

    input_gate: Array
    forget_gate: Array
    candidate: Array
    output_gate: Array
    cell: Array
    normaliser: Array
    stabiliser: Array
    hidden: Array


def slstm_step(x: Array, h: Array, c: Array, n: Array, m: Array, W: SLSTMWeights) -> SLSTMStep:
    """One timestep of an sLSTM (Beck et al. 2024, equations 8 to 17).

    >>> zeros, none = np.zeros((3, 2)), np.zeros((1, 2))
    >>> W = SLSTMWeights(zeros, zeros, zeros, zeros, candidate_bias=9.0)
    >>> slstm_step(np.ones((1, 1)), none, none, none, none, W).hidden.round(4).tolist()   # a mean of one thing alone
    [[0.5, 0.5]]
    """
    xh = np.concatenate([x, h], axis=1)  # (B, I+H)
    a_i = xh @ W.input + W.input_bias  # (B, H) the logarithm of the input gate
    a_f = np.log(sigmoid(xh @ W.forget + W.forget_bias)) + m  # (B, H) that of the forget gate, and what was taken out
    m = np.maximum(a_f, a_i)  # (B, H) the larger of both
    i = np.exp(a_i - m)  # (B, H) how much the new content counts
    f = np.exp(a_f - m)  # (B, H) how much the old goes on counting
    z = np.tanh(xh @ W.candidate + W.candidate_bias)  # (B, H) the new content
    o = sigmoid(xh @ W.output + W.output_bias)  # (B, H) how much of the memory to say
    c = f * c + i * z  # (B, H) the memory: keep, then write
    n = f * n + i  # (B, H) how much was written in all
    h = o * c / n  # (B, H) what the cell says: a mean
    return SLSTMStep(i, f, z, o, c, n, m, h)


@dataclass(frozen=True)
class MinLSTMWeights:
    """One matrix (I, H) a gate, none of which sees h."""

    forget: Array
    input: Array
    candidate: Array
    forget_bias: Array | float = 0.0
    input_bias: Array | float = 0.0
    candidate_bias: Array | float = 0.0


class MinLSTMStep(NamedTuple):
    """All that one timestep of a minimal LSTM computes, each (B, H)."""

    forget_gate: Array
    input_gate: Array
    candidate: Array
    hidden: Array


def minlstm_step(x: Array, h: Array, W: MinLSTMWeights) -> MinLSTMStep:
    """One timestep of a minimal LSTM (Feng et al. 2024, section 3.2.4).

    >>> zeros = np.zeros((1, 2))
    >>> minlstm_step(np.ones((1, 1)), np.ones((1, 2)), MinLSTMWeights(zeros, zeros, zeros)).hidden.tolist()
    [[0.5, 0.5]]
    """
    s_f = sigmoid(x @ W.forget + W.forget_bias)  # (B, H)
    s_i = sigmoid(x @ W.input + W.input_bias)  # (B, H)
    f = s_f / (s_f + s_i)  # (B, H) how much of the old state to keep
    i = s_i / (s_f + s_i)  # (B, H) how much of the new content to write
    g = x @ W.candidate + W.candidate_bias  # (B, H) the new content
    h = f * h + i * g  # (B, H) the memory, and what the unit says
    return MinLSTMStep(f, i, g, h)


@dataclass(frozen=True)
class MinGRUWeights:
    """A matrix (I, H) for the gate and one for the candidate, neither of which sees h."""

    update: Array
    candidate: Array
    update_bias: Array | float = 0.0
    candidate_bias: Array | float = 0.0


class MinGRUStep(NamedTuple):
    """All that one timestep of a minimal GRU computes, each (B, H)."""

    update_gate: Array
    candidate: Array
    hidden: Array


def mingru_step(x: Array, h: Array, W: MinGRUWeights) -> MinGRUStep:
    """One timestep of a minimal GRU (Feng et al. 2024, section 3.1.3).

    >>> zeros = np.zeros((1, 2))
    >>> mingru_step(np.ones((1, 1)), np.ones((1, 2)), MinGRUWeights(zeros, zeros)).hidden.tolist()
    [[0.5, 0.5]]
    """
    z = sigmoid(x @ W.update + W.update_bias)  # (B, H) how much of the new content to write
    n = x @ W.candidate + W.candidate_bias  # (B, H) the new content
    h = (1 - z) * h + z * n  # (B, H) the memory, and what the unit says
    return MinGRUStep(z, n, h)
