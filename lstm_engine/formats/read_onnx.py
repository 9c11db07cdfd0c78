"""LSTM, GRU and RNN nodes of ONNX files, with the Gather below and the MatMul or Gemm above, as exporters write them.

The operators are described at onnx.ai/onnx/operators. No package is needed, and no other file is ever opened.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from numpy.typing import NDArray

from lstm_engine.checks import shown
from lstm_engine.errors import WeightsError
from lstm_engine.formats.arrays import Contents, Promised, check_names
from lstm_engine.formats.mapping import GATE_ORDERS, LayerMapping, Mapping, ReadoutMapping
from lstm_engine.formats.onnx_graph import FLOAT_TYPES, Graph, Node, Tensor, read_graph

VARIANTS = {"LSTM": "standard", "GRU": "gru", "RNN": "rnn"}
ORDERS = {
    "LSTM": GATE_ORDERS["standard"]["ONNX"],
    "GRU": GATE_ORDERS["gru"]["Keras and ONNX"],
    "RNN": GATE_ORDERS["rnn"]["any"],
}
ACTIVATIONS = {"LSTM": ["sigmoid", "tanh", "tanh"], "GRU": ["sigmoid", "tanh"], "RNN": ["tanh"]}
DIRECTIONS = ["forward", "reverse", "bidirectional"]
CONSTANTS = ("W", "R", "B")
MOST_NODES = 64  # recurrent layers
MOST_VALUES = 1000  # that are followed in search of a readout
PEEPHOLES = 7  # which input of an LSTM node
PASSING = {"Squeeze", "Unsqueeze", "Transpose", "Reshape", "Identity", "Cast", "Dropout", "Slice", "Flatten", "Gather"}
"""Operations that leave the numbers as they are: they turn, cut or choose."""

AFTER = {"Softmax": "softmax", "LogSoftmax": "log softmax", "Sigmoid": "a sigmoid"}


@dataclass
class Stack:
    """Layers on top of each other, while they are found."""

    name: str
    variant: str
    layers: list[LayerMapping]
    top: Node
    below: Node | None
    embedding: str | None
    activation: str
    reset: str
    backward: bool

    def kind(self) -> tuple[str, str, str, bool]:
        """In what layers on top of each other must be alike."""
        return self.variant, self.activation, self.reset, self.backward


def read_onnx(content: bytes) -> Contents:
    """The arrays of an ONNX file, and mappings that its graph gives.

    Arrays of W, R, B and P come without the axis of directions; of two directions each has a name of its own.

    Raises:
        WeightsError: it is no ONNX file, is damaged, or has its arrays in another file.
    """
    graph = read_graph(content)
    promised: dict[str, Promised] = {}
    doubts: list[str] = []
    stacks: list[Stack] = []
    recurrent = [node for node in graph.nodes if node.kind in VARIANTS]
    if len(recurrent) > MOST_NODES:
        raise WeightsError(f"it has {len(recurrent):,} recurrent layers, expected at most {MOST_NODES}")
    for node in recurrent:
        try:
            stacks_of(graph, node, promised, stacks, doubts)
        except WeightsError as error:
            doubts.append(f"a node {node.kind} ({shown(name_of(node))}) is left out: {error}")
    split = {name.rpartition(" (")[0] for name in promised if name.endswith((" (forward)", " (reverse)"))}
    for name, tensor in graph.tensors.items():
        if tensor.type in FLOAT_TYPES and len(tensor.shape) in (1, 2) and name not in promised.keys() | split:
            promised[name] = Promised(tensor.shape, tensor.dtype, tensor.array)
    check_names(promised)
    if not recurrent:
        doubts.append(
            "its graph has no LSTM, GRU or RNN node. Where PyTorch's newer exporter wrote out each timestep, export "
            "with torch.onnx.export(..., dynamo=False)"
        )
    offers = tuple(offer(graph, stack, doubts) for stack in stacks)
    return Contents("onnx", promised, {}, tuple(dict.fromkeys(doubts)), offers)


def name_of(node: Node) -> str:
    """What a person may know a node by."""
    return node.outputs[0].removesuffix("_output_0") if node.outputs and node.outputs[0] else node.kind


def stacks_of(graph: Graph, node: Node, promised: dict[str, Promised], stacks: list[Stack], doubts: list[str]) -> None:
    """Put a node's layer on top of the stack that it reads, or begin one; of two directions, one each."""
    activation = activation_of(node)
    direction = node.attributes.get("direction", "forward")
    if direction not in DIRECTIONS:
        raise WeightsError(f"its direction is {shown(direction)}, expected one of {', '.join(DIRECTIONS)}")
    directions = DIRECTIONS[:2] if direction == "bidirectional" else [str(direction)]
    tensors = {letter: tensor_of(graph, node.input(k)) for k, letter in enumerate(CONSTANTS, start=1) if node.input(k)}
    for letter, dimensions in (("W", 3), ("R", 3), ("B", 2)):
        found = tensors.get(letter)
        if found is None and (letter != "B" or node.input(3)):
            raise WeightsError(f"its {letter} is not a constant; export it with constant folding")
        if found is not None and (len(found.shape) != dimensions or found.shape[0] != len(directions)):
            raise WeightsError(f"its {letter} has shape {found.shape}, expected {len(directions)} in front")
    peepholes = tensor_of(graph, node.input(PEEPHOLES)) if node.kind == "LSTM" and node.input(PEEPHOLES) else None
    under, embedding = below(graph, node.input(0))
    if under is not None and under.attributes.get("direction") == "bidirectional":
        raise WeightsError("it reads both directions of a bidirectional layer, which the engine does not have")
    for number, sense in enumerate(directions):
        names = {}
        for letter, tensor in tensors.items():
            assert tensor is not None
            names[letter] = tensor.name if len(directions) == 1 else f"{tensor.name} ({sense})"
            promised[names[letter]] = Promised(tensor.shape[1:], tensor.dtype, row_of(tensor, number))
        biases = (names["B"],) if "B" in names else ()
        layer = LayerMapping(names["W"], names["R"], biases, ORDERS[node.kind])
        variant = VARIANTS[node.kind]
        if peepholes is not None:
            variant = "vanilla"
            layer = replace(layer, peepholes=with_peepholes(peepholes, number, sense, len(directions), promised))
        reset = "before" if node.kind == "GRU" and node.attributes.get("linear_before_reset", 0) != 1 else "after"
        standing = next((stack for stack in stacks if stack.top is under), None)
        if standing is not None and direction == "forward" and standing.kind() == (variant, activation, reset, False):
            standing.layers.append(layer)
            standing.top = node
            continue
        if under is not None:
            doubts.append(
                f"{shown(name_of(node))} reads the states of {shown(name_of(under))}, and is offered without it"
            )
        name = name_of(node) + ("" if len(directions) == 1 else f" ({sense})")
        stacks.append(
            Stack(name, variant, [layer], node, under, embedding, activation, reset, backward=sense == "reverse")
        )
    if len(directions) > 1:
        doubts.append(
            f"{shown(name_of(node))} is bidirectional, which the engine is not: one direction is offered, without the "
            "readout, which needs both"
        )
    elif directions == ["reverse"]:
        doubts.append(f"{shown(name_of(node))} reads its sequences from their end: turn them round")
    if any(node.input(k) and is_nonzero(graph, node.input(k)) for k in (5, 6)):
        doubts.append(f"{shown(name_of(node))} begins with states that are not 0; the engine begins with zeros")


def activation_of(node: Node) -> str:
    """``"tanh"`` or ``"relu"``, or WeightsError for a cell with other activations, a clip or coupled gates."""
    default = ACTIVATIONS[node.kind]
    given = node.attributes.get("activations")
    names = [str(name).lower() for name in given] if isinstance(given, list) else default
    if names and node.kind == "RNN" and set(names) == {"relu"}:
        return "relu"
    if any(names[k : k + len(default)] != default for k in range(0, len(names), len(default))):
        raise WeightsError(f"its activations are {', '.join(names)}, expected {', '.join(default)}")
    for name in ("clip", "activation_alpha", "activation_beta"):
        if node.attributes.get(name):
            raise WeightsError(f"it has {name}, which the engine's cells do not")
    if node.attributes.get("input_forget"):
        raise WeightsError("its input and forget gates are coupled, which the engine's standard cell's are not")
    return "tanh"


def tensor_of(graph: Graph, name: str) -> Tensor | None:
    """The constant of that name, perhaps handed on by an Identity, or None."""
    for _ in range(8):
        if name in graph.tensors:
            tensor = graph.tensors[name]
            return tensor if tensor.type in FLOAT_TYPES else None
        node = graph.makers.get(name)
        if node is None or node.kind != "Identity":
            return None
        name = node.input(0)
    return None


def is_nonzero(graph: Graph, name: str) -> bool:
    """Whether it is a constant with a number other than 0."""
    tensor = tensor_of(graph, name)
    return tensor is not None and any(tensor.raw.tobytes())


def row_of(tensor: Tensor, number: int) -> Callable[[], NDArray]:
    """What reads one direction of a tensor."""

    def read() -> NDArray:
        return tensor.array()[number]

    return read


def with_peepholes(tensor: Tensor, number: int, sense: str, directions: int, promised: dict[str, Promised]) -> str:
    """The name of an LSTM's peepholes, (3, H) in the engine's order i, f, o; ONNX has i, o, f in one row."""
    if len(tensor.shape) != 2 or tensor.shape[0] != directions or tensor.shape[1] % 3:
        raise WeightsError(f"its P has shape {tensor.shape}, expected ({directions}, 3H)")
    name = tensor.name if directions == 1 else f"{tensor.name} ({sense})"

    def read() -> NDArray:
        return tensor.array()[number].reshape(3, -1)[[0, 2, 1]]

    promised[name] = Promised((3, tensor.shape[1] // 3), tensor.dtype, read)
    return name


def below(graph: Graph, name: str) -> tuple[Node | None, str | None]:
    """What a layer reads: the recurrent node whose states they are, or the name of an embedding's array."""
    for _ in range(64):
        node = graph.makers.get(name)
        if node is None:
            return None, None
        if node.kind in VARIANTS:
            return (node, None) if node.outputs[:1] == (name,) else (None, None)
        if node.kind == "Gather" and node.attributes.get("axis", 0) == 0:
            tensor = tensor_of(graph, node.input(0))
            if tensor is not None and len(tensor.shape) == 2:
                return None, tensor.name
        if node.kind not in PASSING:
            return None, None
        name = node.input(0)
    return None, None


def offer(graph: Graph, stack: Stack, doubts: list[str]) -> Mapping:
    """The mapping of a stack, with the linear layer that reads it."""
    plain = stack.top.attributes.get("direction", "forward") != "bidirectional"
    readout = readout_of(graph, stack, doubts) if plain else None
    return Mapping(
        stack.variant, tuple(stack.layers), readout, stack.embedding, stack.activation, stack.reset, stack.backward,
        stack.name,
    )  # fmt: skip


def onward(graph: Graph, names: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """Nodes that read such values and change them, each with the name by which it reads them."""
    waiting, seen = list(names), set(names)
    while waiting and len(seen) < MOST_VALUES:
        name = waiting.pop(0)
        for node in graph.readers.get(name, []):
            if node.kind in PASSING and node.input(0) == name:
                waiting.extend(output for output in node.outputs if output not in seen)
                seen |= set(node.outputs)
            elif node.kind not in (*VARIANTS, "Shape", "Size"):
                yield name, node


def readout_of(graph: Graph, stack: Stack, doubts: list[str]) -> ReadoutMapping | None:
    """The linear layer that reads the topmost states, or None if there is none."""
    for name, node in onward(graph, tuple(output for output in stack.top.outputs[:2] if output)):
        weight, turned = weights_of(graph, node.input(1))
        if weight is None or node.kind not in ("MatMul", "Gemm") or node.input(0) != name:
            doubts.append(f"{node.kind} follows {shown(stack.name)}, which the engine does not have; it is left out")
            continue
        if node.kind == "Gemm":
            scaled = any(node.attributes.get(scale, 1.0) != 1.0 for scale in ("alpha", "beta"))
            if scaled or node.attributes.get("transA"):
                doubts.append(f"the Gemm that follows {shown(stack.name)} scales or turns; it is left out")
                continue
            turned = turned != bool(node.attributes.get("transB", 0))
        bias = tensor_of(graph, node.input(2)) if node.kind == "Gemm" and node.input(2) else None
        outputs = node.outputs[:1]
        for _, after in onward(graph, outputs):
            if after.kind == "Add" and bias is None:
                added = [tensor_of(graph, name) for name in after.inputs]
                bias = next((tensor for tensor in added if tensor is not None), None)
                outputs = after.outputs[:1] if bias is not None else outputs
        for _, after in onward(graph, outputs):
            then = AFTER.get(after.kind, after.kind)
            doubts.append(f"{then} follows the readout; what the engine puts out is what goes into it")
        return ReadoutMapping(weight.name, None if bias is None else bias.name, transposed=not turned)
    return None


def weights_of(graph: Graph, name: str) -> tuple[Tensor | None, bool]:
    """A matrix that is a constant, and whether a Transpose turns it."""
    node = graph.makers.get(name)
    if name not in graph.tensors and node is not None and node.kind == "Transpose":
        return tensor_of(graph, node.input(0)), True
    return tensor_of(graph, name), False
