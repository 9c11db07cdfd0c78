"""A model of a foreign file's arrays, as a mapping says what is what."""

from dataclasses import dataclass

from lstm_engine.formats.examination import Found
from lstm_engine.formats.mapping import GateRows, Mapping
from lstm_engine.model import LSTMModel


@dataclass(frozen=True)
class ArrayWords:
    """What one array of a file is, for a person to judge.

    Attributes:
        name: in the file.
        shape: in the file.
        role: ``"layer 0, weights of the input"``; ``"not used"``.
        rows: which rows belong to which gate; empty where it has none.
    """

    name: str
    shape: tuple[int, ...]
    role: str
    rows: tuple[GateRows, ...] = ()


def in_words(found: Found, mapping: Mapping) -> tuple[ArrayWords, ...]:
    """What each array of the file is by this mapping, those that are used first, in the order of the mapping.

    Rows are only told of arrays that fit; ``assemble`` says what does not.
    """
    raise NotImplementedError


def assemble(found: Found, mapping: Mapping | None = None, dtype: str = "float32") -> LSTMModel:
    """The model, with its embedding, if there is one.

    Args:
        found: from ``examine``.
        mapping: what is what; None takes the guess.
        dtype: of the model; the arrays are converted to it.

    Raises:
        WeightsError: the mapping does not fit the arrays, or asks for a cell that the engine does not have; the
            sentence says what would fit.
        SettingsError: there is no such dtype, or the model would be too large.
    """
    raise NotImplementedError
