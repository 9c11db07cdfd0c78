"""The textbook's last part: what a network says of its topmost hidden state, one line an equation, in float64.

Letters and shapes as in ``equations.py``; O answers. Which of them a network needs follows from what it is to say.
"""
# ruff: noqa: RET504  (one line an equation, each with its own letter)

from lstm_engine.cell.equations import Array, sigmoid, softmax


def softmax_readout(h: Array, W: Array, b: Array | float = 0.0) -> Array:
    """Of h (B, H), by W (H, O) and b (O,): a probability for each of O answers, of which one is right.

    >>> import numpy as np
    >>> softmax_readout(np.ones((1, 2)), np.zeros((2, 4))).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    p = softmax(h @ W + b)  # (B, O)
    return p


def sigmoid_readout(h: Array, W: Array, b: Array | float = 0.0) -> Array:
    """The same where each of O answers may be right by itself: how likely each is, apart from the others.

    >>> import numpy as np
    >>> sigmoid_readout(np.ones((1, 2)), np.zeros((2, 3))).tolist()
    [[0.5, 0.5, 0.5]]
    """
    p = sigmoid(h @ W + b)  # (B, O)
    return p


def linear_readout(h: Array, W: Array, b: Array | float = 0.0) -> Array:
    """The same where numbers are asked for: each is a weighted sum.

    >>> import numpy as np
    >>> linear_readout(np.ones((1, 2)), np.ones((2, 1)), 0.5).tolist()
    [[2.5]]
    """
    y = h @ W + b  # (B, O)
    return y
