"""Which array of a foreign file is which weight: plain data that a page can show and a person can correct."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from lstm_engine.cell.variants import Variant, family_of, get_variant
from lstm_engine.checks import shown, whole_number, why_no_json
from lstm_engine.errors import EngineError, WeightsError

ACTIVATIONS = ("tanh", "relu")
RESETS = ("after", "before")
GATE_ORDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "standard": {
        "PyTorch and Keras": ("input_gate", "forget_gate", "candidate", "output_gate"),
        "ONNX": ("input_gate", "output_gate", "forget_gate", "candidate"),
        "TensorFlow 1": ("input_gate", "candidate", "forget_gate", "output_gate"),
    },
    "gru": {
        "PyTorch": ("reset_gate", "update_gate", "candidate"),
        "Keras and ONNX": ("update_gate", "reset_gate", "candidate"),
    },
    "rnn": {"any": ("hidden",)},
}
"""In which order libraries stack the gates' rows, by variant; a mapping may name any other order, too."""

MOST_TEXT = 10**6  # characters of a mapping as JSON


@dataclass(frozen=True)
class GateRows:
    """Which rows of a layer's arrays compute what; columns, where the arrays are transposed.

    Attributes:
        gate: the block, as in ``Variant.blocks``: ``"input_gate"``.
        label: in words: ``"input gate"``.
        first, last: numbers from 0, both included.
        columns: whether they are columns.
    """

    gate: str
    label: str
    first: int
    last: int
    columns: bool = False

    @property
    def words(self) -> str:
        """
        >>> GateRows("input_gate", "input gate", 0, 63).words
        'rows 0 to 63: input gate'
        """
        return f"{'columns' if self.columns else 'rows'} {self.first} to {self.last}: {self.label}"


@dataclass(frozen=True)
class LayerMapping:
    """The arrays of one layer, by their names in the file. R is the number of gates times H.

    Attributes:
        input: acts on x, (R, I).
        recurrent: acts on h′, (R, H); None in a cell whose gates do not see h′.
        biases: none, one or two names. Two (R,) are added up, as PyTorch does; one of shape (2, R) or (2R,) holds both,
            that of x first, as in Keras' GRU and in ONNX; one (R,) stands alone.
        gates: what each H rows compute, in the file's order, see ``GATE_ORDERS``.
        transposed: whether the matrices are (I, R) and (H, R), as in Keras.
        peepholes: (P, H), in the variant's own order, where it has some.
    """

    input: str
    recurrent: str | None = None
    biases: tuple[str, ...] = ()
    gates: tuple[str, ...] = GATE_ORDERS["standard"]["PyTorch and Keras"]
    transposed: bool = False
    peepholes: str | None = None

    def gate_rows(self, variant: str, hidden_size: int) -> tuple[GateRows, ...]:
        """Which rows belong to which gate, in the file's order."""
        labels = gate_labels(get_variant(variant))
        H = whole_number("hidden_size", hidden_size)
        return tuple(
            GateRows(gate, labels.get(gate, gate), k * H, (k + 1) * H - 1, self.transposed)
            for k, gate in enumerate(self.gates)
        )


@dataclass(frozen=True)
class ReadoutMapping:
    """The linear layer that reads h: weight (O, H), transposed (H, O), and perhaps a bias (O,)."""

    weight: str
    bias: str | None = None
    transposed: bool = False


@dataclass(frozen=True)
class Mapping:
    """What is what in a file.

    Attributes:
        variant: the cell, as in ``LSTMModel(variant=)``: ``"standard"``, ``"gru"``, ``"rnn"``, or another.
        layers: from the lowest to the topmost.
        readout: None puts h itself out.
        embedding: name of the array (V, E) of the symbols' vectors, or None where the inputs are numbers.
        activation: of a plain network, ``"tanh"`` or ``"relu"``; weights do not tell. The engine has tanh alone.
        reset: in a GRU, whether the reset gate acts ``"after"`` or ``"before"`` the product with h′. The engine has, as
            PyTorch, after alone.
        backward: whether the layer read its sequences from their end; whoever uses the model turns them round.
        name: which part of the file this is, for a person who chooses: ``"encoder.rnn"``.
    """

    variant: str
    layers: tuple[LayerMapping, ...]
    readout: ReadoutMapping | None = None
    embedding: str | None = None
    activation: str = "tanh"
    reset: str = "after"
    backward: bool = False
    name: str = field(default="", compare=False)

    def arrays(self) -> Iterator[tuple[str, str]]:
        """The name of each array that is used, and what it is, in words."""
        if self.embedding is not None:
            yield self.embedding, "embedding, a row a symbol"
        for k, layer in enumerate(self.layers):
            yield layer.input, f"layer {k}, weights of the input"
            if layer.recurrent is not None:
                yield layer.recurrent, f"layer {k}, weights of the hidden state"
            for number, bias in enumerate(layer.biases):
                side = ("", " of the input's side", " of the hidden state's side")
                yield bias, f"layer {k}, bias{side[number + 1] if len(layer.biases) == 2 else ''}"
            if layer.peepholes is not None:
                yield layer.peepholes, f"layer {k}, peephole weights"
        if self.readout is not None:
            yield self.readout.weight, "readout, weights"
            if self.readout.bias is not None:
                yield self.readout.bias, "readout, bias"

    def to_dict(self) -> dict[str, Any]:
        """As numbers, texts, lists and dictionaries, which JSON knows."""
        return json.loads(self.to_json())

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Mapping":
        """The mapping of that text.

        Raises:
            WeightsError: it is none.
        """
        if not isinstance(text, str) or len(text) > MOST_TEXT:
            raise WeightsError(f"the mapping is {shown(text)}, expected JSON of at most {MOST_TEXT:,} characters")
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise WeightsError(f"the mapping is no JSON: {why_no_json(error)}") from error
        return cls.from_dict(found)

    @classmethod
    def from_dict(cls, given: object) -> "Mapping":
        """The mapping of such a dictionary, as ``to_dict`` makes it.

        Raises:
            WeightsError: a part is missing, unknown, or of another kind.
        """
        parts = part_of(cls, "the mapping", given)
        layers = parts.get("layers")
        if not isinstance(layers, list | tuple) or not layers:
            raise WeightsError(f"layers is {shown(layers)}, expected a list of at least one layer")
        parts["layers"] = tuple(read_layer(k, layer) for k, layer in enumerate(layers))
        if parts.get("readout") is not None:
            parts["readout"] = checked(ReadoutMapping(**part_of(ReadoutMapping, "readout", parts["readout"])))
        return checked(cls(**parts))


Part = TypeVar("Part", Mapping, LayerMapping, ReadoutMapping)


def read_layer(number: int, given: object) -> LayerMapping:
    """One layer of a dictionary, or WeightsError."""
    parts = part_of(LayerMapping, f"layer {number}", given)
    for name in ("biases", "gates"):
        if name in parts:
            names = parts[name]
            if not isinstance(names, list | tuple) or not all(isinstance(one, str) for one in names):
                raise WeightsError(f"layer {number} has {name} {shown(names)}, expected a list of names")
            parts[name] = tuple(names)
    return checked(LayerMapping(**parts))


def part_of(kind: type, where: str, given: object) -> dict[str, Any]:
    """The fields of a dataclass as a stranger wrote them, or WeightsError for unknown or missing ones."""
    known = {entry.name for entry in fields(kind)}
    needed = {"variant", "layers"} if kind is Mapping else {"input"} if kind is LayerMapping else {"weight"}
    if not isinstance(given, dict) or not needed <= given.keys() <= known:
        raise WeightsError(f"{where} is {shown(given)}, expected {', '.join(sorted(needed))} and no more than "
                           f"{', '.join(sorted(known))}")  # fmt: skip
    return dict(given)


def checked(part: Part) -> Part:
    """The part, or WeightsError unless its fields are texts, or true or false, and its choices are known ones."""
    for entry in fields(part):
        value = getattr(part, entry.name)
        if entry.name in ("layers", "readout", "biases", "gates"):
            continue
        optional = entry.name in ("recurrent", "peepholes", "bias", "embedding")
        kind = bool if entry.name in ("transposed", "backward") else str
        if not (isinstance(value, kind) or (optional and value is None)):
            expected = "true or false" if kind is bool else "a name" + (" or null" if optional else "")
            raise WeightsError(f"{entry.name} is {shown(value)}, expected {expected}")
    if isinstance(part, Mapping):
        try:
            get_variant(part.variant)
        except EngineError as error:
            raise WeightsError(str(error)) from error
        for name, choices in (("activation", ACTIVATIONS), ("reset", RESETS)):
            if getattr(part, name) not in choices:
                raise WeightsError(f"{name} is {shown(getattr(part, name))}, expected {' or '.join(choices)}")
    return part


def gate_labels(variant: Variant) -> dict[str, str]:
    """What each block of a cell is called, by its name: ``{"input_gate": "input gate", ...}``."""
    return {quantity.name: quantity.label.lower() for quantity in family_of(variant).cell.quantities}
