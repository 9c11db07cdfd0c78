"""What a network says of its topmost hidden state: the last operation of every cell, as the task's loss wants it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lstm_engine.cell.equations_readout import linear_readout, sigmoid_readout, softmax_readout
from lstm_engine.cell.family import PREDICTION, Operation
from lstm_engine.checks import choice


@dataclass(frozen=True)
class Readout:
    """How scores W_y h + b_y become what is said.

    Attributes:
        name: ``softmax``, ``sigmoid`` or ``linear``.
        operation: in which it happens.
        textbook: the function of ``equations_readout.py`` whose line computes it.
    """

    name: str
    operation: Operation
    textbook: Callable[..., Any]


def predicting(words: str, equation: str) -> Operation:
    return Operation("predict", words, equation, about=PREDICTION, line=equation[0])


READOUTS = {  # by the loss that goes with it
    "cross_entropy": Readout(
        "softmax",
        predicting(
            "All hidden values together give each answer a score; softmax makes probabilities of the scores.",
            "p = softmax(W_y h + b_y)",
        ),
        softmax_readout,
    ),
    "binary_cross_entropy": Readout(
        "sigmoid",
        predicting(
            "All hidden values together give each symbol a score; σ makes a yes or no of each, apart from the others.",
            "p = σ(W_y h + b_y)",
        ),
        sigmoid_readout,
    ),
    "squared_error": Readout(
        "linear",
        predicting("All hidden values together, each with its weight, are the number that is said.", "y = W_y h + b_y"),
        linear_readout,
    ),
}


def readout_of(loss: str) -> Readout:
    """The readout of a network that learns by that loss.

    Raises:
        SettingsError: there is no such loss.

    >>> readout_of("squared_error").operation.equation
    'y = W_y h + b_y'
    """
    return choice("loss", loss, READOUTS)
