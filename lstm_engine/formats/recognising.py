"""Recurrent layers among named arrays, recognised by PyTorch's and Keras' names, else by shapes and order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lstm_engine.checks import shown
from lstm_engine.formats.mapping import GATE_ORDERS, LayerMapping

Shapes = Mapping[str, tuple[int, ...]]

PYTORCH = re.compile(
    r"(?P<prefix>.*?)(?P<what>weight|bias)_(?P<side>ih|hh|hr)(?:_l(?P<layer>\d{1,3}))?(?P<back>_reverse)?"
)
KERAS = re.compile(r"(?P<prefix>.*?)(?P<what>recurrent_kernel|kernel|bias)(?::0)?")
VARIABLES = re.compile(r"(?P<prefix>.*?)vars/(?P<number>[012])")
SORTED = 100  # characters by which names are sorted
MOST_STACKS = 16  # recurrent networks of a file that are offered
VARIANTS = {4: "standard", 3: "gru", 1: "rnn"}
ORDERS = {
    ("standard", False): GATE_ORDERS["standard"]["PyTorch and Keras"],
    ("standard", True): GATE_ORDERS["standard"]["PyTorch and Keras"],
    ("gru", False): GATE_ORDERS["gru"]["PyTorch"],
    ("gru", True): GATE_ORDERS["gru"]["Keras and ONNX"],
    ("rnn", False): GATE_ORDERS["rnn"]["any"],
    ("rnn", True): GATE_ORDERS["rnn"]["any"],
}
"""By variant, and whether the arrays are transposed, as Keras' are."""


@dataclass(frozen=True)
class Stack:
    """Recurrent layers that read each other.

    Attributes:
        name: what their arrays' names have in common.
        variant: as in ``LSTMModel(variant=)``.
        layers: from the lowest.
        inputs: I of the lowest layer.
        hidden: H of the topmost.
        keras: whether the arrays are laid out as Keras' are.
        backward: whether it reads its sequences from their end.
        half: whether it is one direction of a bidirectional network.
        reset: as in ``Mapping``.
    """

    name: str
    variant: str
    layers: tuple[LayerMapping, ...]
    inputs: int
    hidden: int
    keras: bool = False
    backward: bool = False
    half: bool = False
    reset: str = "after"


@dataclass
class Recognised:
    """The stacks that were found, and what a person should know of them."""

    stacks: list[Stack] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts lstm_2 before lstm_10, an encoder before a decoder, and forward before backward."""
    swapped = name[:SORTED].replace("encoder", "\0encoder").replace("forward", "\0forward")
    parts = re.split(r"(\d{1,9})", swapped)
    return [(1, int(part), "") if part.isdecimal() and part.isascii() else (0, 0, part) for part in parts]


def recognised(shapes: Shapes, ordered: bool) -> Recognised:
    """All recurrent layers among the arrays; ``ordered`` says that the file's order is its maker's."""
    found = Recognised()
    pytorch_stacks(shapes, found)
    keras_stacks(shapes, found, ordered)
    if not found.stacks and not found.doubts:
        found.stacks.extend(by_shape(shapes))
        if found.stacks:
            found.doubts.append("the arrays' names say little: layers were recognised by shapes and order alone")
    if not ordered:
        found.stacks.sort(key=lambda stack: natural(stack.name))
    found.stacks = joined(found.stacks, found.doubts)
    if len(found.stacks) > MOST_STACKS:
        found.doubts.insert(0, f"of its {len(found.stacks)} recurrent networks the first {MOST_STACKS} are offered")
        found.stacks = found.stacks[:MOST_STACKS]
    return found


def variant_of(rows: int, hidden: int) -> str | None:
    """The cell of so many rows, or None."""
    return VARIANTS.get(rows // hidden) if hidden and rows % hidden == 0 else None


def pytorch_stacks(shapes: Shapes, found: Recognised) -> None:
    """Networks by the names of nn.LSTM, nn.GRU, nn.RNN and their cells, whatever attribute holds them."""
    groups: dict[str, dict[tuple[int, bool], dict[str, str]]] = {}
    for name in shapes:
        match = PYTORCH.fullmatch(name)
        if match is not None:
            key = int(match["layer"] or 0), match["back"] is not None
            groups.setdefault(match["prefix"], {}).setdefault(key, {})[f"{match['what']}_{match['side']}"] = name
    for prefix, layers in groups.items():
        label = prefix.rstrip("._/") or "the network"
        if any("weight_hr" in names for names in layers.values()):
            found.doubts.append(
                f"{shown(label)} is projected (proj_size): its h is narrower than its cells, which the engine does not "
                "have; expected an nn.LSTM without proj_size"
            )
            continue
        half = any(back for _, back in layers)
        if half:
            found.doubts.append(
                f"{shown(label)} is bidirectional, which the engine is not: one direction of its lowest layer is "
                "offered, without what reads both; the backward one reads sequences from their end"
            )
        for back in (False, True) if half else (False,):
            stack = pytorch_stack(label, shapes, layers, back, half, found.doubts)
            if stack is not None:
                found.stacks.append(stack)


def pytorch_stack(
    label: str, shapes: Shapes, named: dict[tuple[int, bool], dict[str, str]], back: bool, half: bool, doubts: list[str]
) -> Stack | None:
    """One direction of a network, or None with a doubt if its arrays do not fit each other."""
    layers: list[LayerMapping] = []
    variant, inputs, hidden = None, 0, 0
    for k in range(1 if half else sum(not key[1] for key in named)):
        names = named.get((k, back), {})
        if not {"weight_ih", "weight_hh"} <= names.keys():
            doubts.append(f"{shown(label)} lacks weights of layer {k}")
            return None
        of_input, recurrent = shapes[names["weight_ih"]], shapes[names["weight_hh"]]
        cell = variant_of(recurrent[0], recurrent[1]) if len(recurrent) == 2 else None
        fits = len(of_input) == 2 and of_input[0] == recurrent[0] and (k == 0 or of_input[1] == hidden)
        if cell is None or not fits or variant not in (None, cell):
            doubts.append(
                f"{shown(names['weight_hh'])} has shape {recurrent} and {shown(names['weight_ih'])} {of_input}, which "
                "is no layer of an LSTM, GRU or RNN: expected (4H, H), (3H, H) or (H, H) and as many rows"
            )
            return None
        variant, hidden = cell, recurrent[1]
        inputs = of_input[1] if k == 0 else inputs
        biases = tuple(names[key] for key in ("bias_ih", "bias_hh") if key in names)
        layers.append(LayerMapping(names["weight_ih"], names["weight_hh"], biases, ORDERS[variant, False]))
    assert variant is not None
    name = label + (" (backward)" if back else " (forward)" if half else "")
    return Stack(name, variant, tuple(layers), inputs, hidden, backward=back, half=half)


def keras_stacks(shapes: Shapes, found: Recognised, ordered: bool) -> None:
    """Layers by the names of Keras' variables, or by the numbers that stand for them in its HDF5 files."""
    groups: dict[str, dict[str, str]] = {}
    for name in shapes:
        match = KERAS.fullmatch(name)
        if match is not None:
            groups.setdefault(match["prefix"], {})[match["what"]] = name
        elif (match := VARIABLES.fullmatch(name)) is not None:
            what = ("kernel", "recurrent_kernel", "bias")[int(match["number"])]
            groups.setdefault(match["prefix"], {})[what] = name
    for prefix, names in groups.items():
        if {"kernel", "recurrent_kernel"} <= names.keys():
            label = prefix.rstrip("/._") or "the network"
            stack = keras_stack(label, shapes, names)
            if stack is None:
                continue
            if stack.half and not stack.backward:
                found.doubts.append(
                    f"{shown(label)} is half of a bidirectional layer, which the engine does not have: one direction "
                    "is offered, without what reads both; the backward one reads sequences from their end"
                )
            found.stacks.append(stack)


def keras_stack(label: str, shapes: Shapes, names: Mapping[str, str]) -> Stack | None:
    """A layer of Keras, or None if the shapes are those of something else."""
    kernel, recurrent = shapes[names["kernel"]], shapes[names["recurrent_kernel"]]
    if len(kernel) != 2 or len(recurrent) != 2 or kernel[1] != recurrent[1]:
        return None
    variant = variant_of(recurrent[1], recurrent[0])
    if variant is None:
        return None
    biases = (names["bias"],) if "bias" in names else ()
    reset = "before" if variant == "gru" and biases and len(shapes[biases[0]]) == 1 else "after"
    backward = "backward" in label
    return Stack(
        label,
        variant,
        (LayerMapping(names["kernel"], names["recurrent_kernel"], biases, ORDERS[variant, True], transposed=True),),
        kernel[0],
        recurrent[0],
        keras=True,
        backward=backward,
        half=backward or "bidirectional" in label,
        reset=reset,
    )


def by_shape(shapes: Shapes) -> Iterator[Stack]:
    """LSTM and GRU layers whose names say nothing, as ``np.savez(file, *model.get_weights())`` writes them."""
    names = list(shapes)
    k = 0
    while k + 1 < len(names):
        first, second = shapes[names[k]], shapes[names[k + 1]]
        k += 1
        if len(first) != 2 or len(second) != 2:
            continue
        for keras in (True, False):
            rows, hidden = (second[1], second[0]) if keras else second
            variant = variant_of(rows, hidden)
            if variant in (None, "rnn") or rows != (first[1] if keras else first[0]):
                continue
            assert variant is not None
            biases = []
            for name in names[k + 1 : k + (2 if keras else 3)]:
                if shapes[name] in ((rows,), (2, rows)):
                    biases.append(name)
            layer = LayerMapping(names[k - 1], names[k], tuple(biases), ORDERS[variant, keras], transposed=keras)
            reset = "before" if keras and variant == "gru" and biases and shapes[biases[0]] == (rows,) else "after"
            inputs = first[0] if keras else first[1]
            yield Stack(names[k - 1], variant, (layer,), inputs, hidden, keras=keras, reset=reset)
            k += 1 + len(biases)
            break


def joined(stacks: list[Stack], doubts: list[str]) -> list[Stack]:
    """Stacks that lie on top of each other made one: those whose widths fit, and whose names allow it."""
    result: list[Stack] = []
    for stack in stacks:
        last = result[-1] if result else None
        if last is not None and on_top(last, stack):
            doubts.append(f"{shown(stack.name)} is taken for a layer on top of {shown(last.name)}")
            result[-1] = Stack(
                last.name, last.variant, last.layers + stack.layers, last.inputs, stack.hidden, last.keras,
                reset=stack.reset,
            )  # fmt: skip
        else:
            result.append(stack)
    return result


def on_top(lower: Stack, upper: Stack) -> bool:
    """Whether a stack may read another one's states: Keras has an object a layer, PyTorch's are often numbered."""
    if (
        lower.half
        or upper.half
        or (lower.variant, lower.keras, lower.reset) != (upper.variant, upper.keras, upper.reset)
    ):
        return False
    if upper.inputs != lower.hidden:
        return False
    parts = [re.sub(r"\d+", "#", one.name) for one in (lower, upper)]
    numbered = parts[0] == parts[1] and "#" in parts[0]
    apart = any(word in one.name.lower() for one in (lower, upper) for word in ("encoder", "decoder"))
    return numbered or (upper.keras and not apart)
