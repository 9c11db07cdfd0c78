"""Do the arrays that a mapping names fit each other, and how large is the model that they make?"""

from collections.abc import Mapping as Named
from typing import NamedTuple, NoReturn

from lstm_engine.cell.variants import Variant, get_variant
from lstm_engine.checks import shown
from lstm_engine.errors import WeightsError
from lstm_engine.formats.mapping import LayerMapping, Mapping

Shape = tuple[int, ...]
Pattern = tuple[int | str, ...]  # a letter stands for any size of at least 1
NAMED = 3  # arrays that a sentence offers instead


class Sizes(NamedTuple):
    """Of the model: I or V, H, O, E or None, and the file's own H of each layer."""

    inputs: int
    hidden: int
    outputs: int
    embedding: int | None
    widths: tuple[int, ...]


def measured(shapes: Named[str, Shape], mapping: Mapping) -> Sizes:
    """The sizes of the model that a mapping makes of arrays with such shapes.

    Raises:
        WeightsError: something does not fit; the sentence says what would, or that the engine has no such cell.
    """
    variant = get_variant(mapping.variant)
    check_cell(mapping, variant)
    judge = Judge(shapes)
    below: int | str = "I"
    inputs = embedding = None
    if mapping.embedding is not None:
        inputs, embedding = judge.shape_of("the embedding", mapping.embedding, ("V", "E"))
        below = embedding
    widths: list[int] = []
    for k, layer in enumerate(mapping.layers):
        width, hidden = measured_layer(judge, layer, variant, k, below)
        inputs = width if inputs is None else inputs
        widths.append(hidden)
        below = hidden
    outputs = max(widths)
    assert inputs is not None
    if (readout := mapping.readout) is not None:
        pattern: Pattern = (widths[-1], "O") if readout.transposed else ("O", widths[-1])
        outputs = judge.shape_of("the readout", readout.weight, pattern)[1 if readout.transposed else 0]
        if readout.bias is not None:
            judge.shape_of("the readout's bias", readout.bias, (outputs,), (1, outputs))
    return Sizes(inputs, max(widths), outputs, embedding, tuple(widths))


def check_cell(mapping: Mapping, variant: Variant) -> None:
    """WeightsError if the engine does not have such a cell, or layers name gates that it has not."""
    if mapping.activation != "tanh":
        raise WeightsError(f"its activation is {mapping.activation}, which no cell of the engine has; expected tanh")
    if mapping.reset != "after" and variant.family == "gru":
        raise WeightsError(
            "its reset gate acts before the product with h′, and the engine's GRU is PyTorch's, where it acts after "
            "it; train it with reset_after=True"
        )
    if not mapping.layers:
        raise WeightsError("the mapping has no layers, expected at least one")
    for k, layer in enumerate(mapping.layers):
        if sorted(layer.gates) != sorted(variant.blocks):
            raise WeightsError(
                f"layer {k} has the gates {', '.join(layer.gates) or 'none'}, expected each of "
                f"{', '.join(variant.blocks)} once, in the file's order"
            )
        for what, given, needed in (
            ("weights of the hidden state", layer.recurrent, variant.sees_hidden),
            ("peephole weights", layer.peepholes, bool(variant.peepholes)),
        ):
            if (given is not None) != needed:
                has = "needs" if needed else "has no"
                raise WeightsError(f"layer {k}: a cell of the variant {variant.name} {has} {what}")
        if len(layer.biases) > 2:
            raise WeightsError(f"layer {k} has {len(layer.biases)} biases, expected none, one or two")


def measured_layer(judge: "Judge", layer: LayerMapping, variant: Variant, k: int, below: int | str) -> tuple[int, int]:
    """I and H of a layer, or WeightsError."""
    blocks, turned = len(variant.blocks), layer.transposed
    what = f"layer {k}'s weights of the input"
    rows, width = judge.matrix_of(what, layer.input, (f"{blocks}H" if blocks > 1 else "H", below), turned)
    hidden = rows // blocks
    if layer.recurrent is not None:
        seen = variant.recurrent_width(hidden)
        judge.matrix_of(f"layer {k}'s weights of the hidden state", layer.recurrent, (rows, seen), turned)
    alone: list[Pattern] = [(rows,)]
    for bias in layer.biases:
        allowed = [*alone, (2, rows), (2 * rows,)] if len(layer.biases) == 1 else alone
        judge.shape_of(f"layer {k}'s bias", bias, *allowed)
    if layer.peepholes is not None:
        judge.shape_of(f"layer {k}'s peepholes", layer.peepholes, (len(variant.peepholes), hidden))
    return width, hidden


class Judge:
    """Compares arrays with the shapes that their places demand, and names what would fit instead."""

    def __init__(self, shapes: Named[str, Shape]):
        self.shapes = shapes

    def shape_of(self, what: str, name: str, *allowed: Pattern) -> Shape:
        """The shape of an array, or WeightsError unless it has one of these."""
        if name not in self.shapes:
            held = ", ".join(shown(other) for other in list(self.shapes)[:NAMED]) or "none"
            more = " and more" if len(self.shapes) > NAMED else ""
            raise WeightsError(f"{what} is to be {shown(name)}, but there is no such array; there are {held}{more}")
        shape = self.shapes[name]
        if not any(fits(shape, pattern) for pattern in allowed):
            self.refuse(what, name, list(allowed))
        return shape

    def matrix_of(self, what: str, name: str, pattern: Pattern, turned: bool) -> tuple[int, int]:
        """Rows of gates and columns of a matrix that is perhaps transposed, or WeightsError."""
        shape = self.shape_of(what, name, pattern[::-1] if turned else pattern)
        return (shape[1], shape[0]) if turned else (shape[0], shape[1])

    def refuse(self, what: str, name: str, allowed: list[Pattern]) -> NoReturn:
        """Raises WeightsError: which shape it has, what was expected, and what would fit."""
        shape = self.shapes[name]
        would = [
            shown(other)
            for other, held in self.shapes.items()
            if other != name and any(fits(held, pattern) for pattern in allowed)
        ]
        hint = f"{' or '.join(would[:NAMED])} would fit" if would else "none of the other arrays fits"
        if len(shape) == 2 and any(fits(shape[::-1], pattern) for pattern in allowed):
            hint = "it fits the other way round: change transposed"
        elif "hidden state" in what and len(shape) == 2 and shape[0] == allowed[0][0]:
            hint += "; a projected LSTM's (proj_size) is narrower, and the engine has none"
        expected = " or ".join(written(pattern) for pattern in allowed)
        raise WeightsError(f"{what}, {shown(name)}, has shape {shape}, expected {expected}; {hint}")


def fits(shape: Shape, pattern: Pattern) -> bool:
    """Whether a shape is such a one. A letter with a number before it, 4H, stands for its multiples."""
    if len(shape) != len(pattern):
        return False
    for size, wanted in zip(shape, pattern, strict=True):
        if isinstance(wanted, int):
            if size != wanted:
                return False
        elif size < 1 or size % int(wanted[:-1] or 1):
            return False
    return True


def written(pattern: Pattern) -> str:
    """A shape as a sentence has it.

    >>> written(("4H", 3)), written((8,))
    ('(4H, 3)', '(8,)')
    """
    return f"({', '.join(map(str, pattern))}{',' if len(pattern) == 1 else ''})"
