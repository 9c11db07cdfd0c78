"""How a model is read that was trained elsewhere: what a run keeps of it beside its weights."""

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from lstm_engine.checks import shown, why_no_json
from lstm_engine.errors import TaskInputError

Says = Literal["next", "classes", "numbers"]
MOST_SYMBOLS = 100_000
MOST_TEXT = 2_000_000  # characters of all that a run keeps of it: every list of runs reads it
MOST_INPUTS = 4_096  # that are numbers


@dataclass(frozen=True)
class OwnModel:
    """How a model that somebody brought is to be read; what a run keeps of it beside its weights.

    Attributes:
        inputs: I, or V, how many symbols it knows.
        outputs: O.
        symbols: of each index; None where the inputs are numbers. Where indices have no names, their numbers.
        says: what its outputs are: the ``"next"`` symbol, ``"classes"``, or ``"numbers"``.
        embedded: whether symbols are read as vectors of its own.
        backward: whether it reads sequences from their end.
        puts_out_hidden: whether it has no readout, so that its hidden state is what comes out.
        source: the file's name. weights: a hash of them, so that no two models have the same settings.
        example: a sequence to begin with; empty for one that is made up.

    Raises:
        TaskInputError: its parts are of another kind, or do not fit together.
    """

    inputs: int
    outputs: int
    symbols: tuple[str, ...] | None = None
    says: Says = "numbers"
    embedded: bool = False
    backward: bool = False
    puts_out_hidden: bool = False
    source: str = ""
    weights: str = ""
    example: str = ""

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise TaskInputError(f"{name} is {shown(value)}, expected a whole number of at least 1")
        for name in ("embedded", "backward", "puts_out_hidden"):
            if type(getattr(self, name)) is not bool:
                raise TaskInputError(f"{name} is {shown(getattr(self, name))}, expected true or false")
        for name in ("source", "weights", "example"):
            if not isinstance(getattr(self, name), str):
                raise TaskInputError(f"{name} is {shown(getattr(self, name))}, expected text")
        if self.says not in get_args(Says):
            raise TaskInputError(f"says is {shown(self.says)}, expected one of {', '.join(get_args(Says))}")
        if self.symbols is None:
            if self.embedded:
                raise TaskInputError("a model with an embedding reads symbols; give a vocabulary, or their number")
            if self.says == "next":
                raise TaskInputError("a model that reads numbers says no next symbol; choose classes or numbers")
            if self.inputs > MOST_INPUTS:
                raise TaskInputError(
                    f"the model reads {self.inputs:,} numbers at a time, expected at most {MOST_INPUTS:,}; if they are "
                    "one-hot symbols, give a vocabulary"
                )
            return
        self.check_symbols(self.symbols)

    def check_symbols(self, symbols: tuple[str, ...]) -> None:
        """TaskInputError unless these are the symbols of such a model."""
        if not all(isinstance(symbol, str) and symbol for symbol in symbols) or len(set(symbols)) < len(symbols):
            raise TaskInputError("the symbols are not all different texts")
        if len(symbols) != self.inputs:
            raise TaskInputError(f"there are {len(symbols):,} symbols, but the model reads {self.inputs:,}")
        if len(symbols) > MOST_SYMBOLS:
            raise TaskInputError(f"there are {len(symbols):,} symbols, expected at most {MOST_SYMBOLS:,}")
        if self.says == "next" and self.outputs != len(symbols):
            raise TaskInputError(
                f"the model has {self.outputs:,} outputs and {len(symbols):,} symbols, so they are not the "
                "scores of the next symbol; choose classes or numbers"
            )

    def to_text(self) -> str:
        """As a run keeps it.

        Raises:
            TaskInputError: it is longer than a run may keep.
        """
        text = json.dumps(asdict(self), ensure_ascii=False)
        if len(text) > MOST_TEXT:
            raise TaskInputError(f"the vocabulary has {len(text):,} characters, expected at most {MOST_TEXT:,}")
        return text

    @classmethod
    def from_text(cls, text: str) -> "OwnModel":
        """What ``to_text`` gave.

        Raises:
            TaskInputError: it is another text.
        """
        if len(text) > MOST_TEXT:
            raise TaskInputError(f"what the run keeps of its model has {len(text):,} characters")
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise TaskInputError(f"what the run keeps of its model is no JSON: {why_no_json(error)}") from error
        if not isinstance(found, dict) or not {"inputs", "outputs"} <= found.keys() <= set(cls.__dataclass_fields__):
            raise TaskInputError(f"what the run keeps of its model is {shown(found)}, expected inputs and outputs")
        symbols = found.get("symbols")
        if symbols is not None and not isinstance(symbols, list):
            raise TaskInputError(f"symbols is {shown(symbols)}, expected a list")
        return cls(**{**found, "symbols": None if symbols is None else tuple(symbols)})
