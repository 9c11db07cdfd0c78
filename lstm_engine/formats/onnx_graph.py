"""What an ONNX file says of its graph: nodes, their attributes, and constant tensors; see onnx.proto3."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import shown
from lstm_engine.errors import WeightsError
from lstm_engine.formats.arrays import checked_shape, from_bfloat16, widened
from lstm_engine.formats.protobuf import BYTES, Budget, fields_of, float_of, packed, signed, text

MOST_FIELDS = 150_000
FLOAT_TYPES = {1: ("float32", "<f4"), 10: ("float16", "<f2"), 11: ("float64", "<f8"), 16: ("bfloat16", "<u2")}
INT_TYPES = {6: "<i4", 7: "<i8"}
WHOLE_TYPES = {**INT_TYPES, 10: "<u2", 16: "<u2"}
EXTERNAL = 1


@dataclass(frozen=True)
class Tensor:
    """A constant: its sizes, its kind of number, and its bytes as the file has them."""

    name: str
    shape: tuple[int, ...]
    type: int
    raw: memoryview = field(repr=False)
    external: bool = False

    @property
    def dtype(self) -> str:
        return FLOAT_TYPES[self.type][0]

    def array(self) -> NDArray:
        """Floating-point numbers as float32 or float64, or WeightsError."""
        if self.external:
            raise WeightsError(
                f"{shown(self.name)} stands in another file beside this one (external data); save all in one file: "
                "onnx.save(onnx.load('model.onnx'), 'single.onnx', save_as_external_data=False)"
            )
        kind = FLOAT_TYPES[self.type][1]
        size = np.dtype(kind).itemsize
        if len(self.raw) != math.prod(self.shape) * size:
            raise WeightsError(f"{shown(self.name)} has shape {self.shape}, but {len(self.raw):,} bytes in the file")
        found = np.frombuffer(self.raw, kind).reshape(self.shape)
        return from_bfloat16(found) if self.type == 16 else widened(found)

    def numbers(self) -> list[int]:
        """Whole numbers of a short constant, as an axis or an index; none of a long one or of another kind."""
        if self.type not in INT_TYPES or self.external or len(self.raw) > 256:
            return []
        size = np.dtype(INT_TYPES[self.type]).itemsize
        return [] if len(self.raw) % size else np.frombuffer(self.raw, INT_TYPES[self.type]).tolist()


@dataclass(frozen=True, eq=False)
class Node:
    """An operation of the graph."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, object]

    def input(self, number: int) -> str:
        """The name of that input, or nothing."""
        return self.inputs[number] if number < len(self.inputs) else ""


class Graph:
    """Nodes in their order, constants by name, and who makes and reads each value."""

    def __init__(self, nodes: list[Node], tensors: dict[str, Tensor]):
        self.nodes, self.tensors = nodes, tensors
        self.makers: dict[str, Node] = {}
        self.readers: dict[str, list[Node]] = {}
        for node in nodes:
            self.makers.update({name: node for name in node.outputs if name})
            for name in dict.fromkeys(node.inputs):
                self.readers.setdefault(name, []).append(node)


def read_graph(content: bytes) -> Graph:
    """The graph of an ONNX file.

    Raises:
        WeightsError: it is none, cut short, or has more parts than recurrent layers need.
    """
    budget = Budget(MOST_FIELDS)
    graph = None
    for number, kind, value in fields_of(memoryview(content), budget):
        if number == 7 and kind == BYTES:
            graph = value
        elif number > 100:
            raise WeightsError("it is no ONNX file")
    if not isinstance(graph, memoryview):
        raise WeightsError("it is no ONNX file")
    nodes: list[Node] = []
    tensors: dict[str, Tensor] = {}
    for number, kind, value in fields_of(graph, budget):
        if number == 1 and kind == BYTES:
            node = read_node(value, budget)
            if node.kind == "Constant" and isinstance(node.attributes.get("value"), Tensor) and node.outputs:
                tensors[node.outputs[0]] = renamed(node.attributes["value"], node.outputs[0])
            nodes.append(node)
        elif number == 5 and kind == BYTES:
            tensor = read_tensor(value, budget)
            if tensor.name in tensors:
                raise WeightsError(f"it holds {shown(tensor.name)} twice")
            tensors[tensor.name] = tensor
    return Graph(nodes, tensors)


def renamed(tensor: object, name: str) -> Tensor:
    """The tensor of a Constant node by the name of what it puts out."""
    assert isinstance(tensor, Tensor)
    return Tensor(name, tensor.shape, tensor.type, tensor.raw, tensor.external)


def read_node(data: int | memoryview, budget: Budget) -> Node:
    """A NodeProto."""
    inputs, outputs, kind, domain, attributes = [], [], "", "", {}
    for number, wire, value in fields_of(as_message(data), budget):
        if number == 1:
            inputs.append(text(value))
        elif number == 2:
            outputs.append(text(value))
        elif number == 4:
            kind = text(value)
        elif number == 7:
            domain = text(value)
        elif number == 5 and wire == BYTES:
            name, found = read_attribute(value, budget)
            attributes[name] = found
    return Node(kind if domain in ("", "ai.onnx") else f"{domain}.{kind}", tuple(inputs), tuple(outputs), attributes)


def read_attribute(data: int | memoryview, budget: Budget) -> tuple[str, object]:
    """An AttributeProto: its name, and its number, text, tensor, or list of them; None for a graph and the like."""
    name, ints, strings = "", [], []
    value: object = None
    for number, wire, given in fields_of(as_message(data), budget):
        if number == 1:
            name = text(given)
        elif number == 2:
            value = float_of(given)
        elif number == 3 and isinstance(given, int):
            value = signed(given)
        elif number == 4:
            value = text(given) if len(as_message(given)) <= 1000 else None
        elif number == 5 and wire == BYTES:
            value = read_tensor(given, budget)
        elif number == 8:
            ints.append(given)
        elif number == 9:
            strings.append(text(given))
        elif number == 7:
            value = "floats"
    return name, packed(ints, budget) if ints else strings or value


def read_tensor(data: int | memoryview, budget: Budget) -> Tensor:
    """A TensorProto; its numbers stay where they are until they are wanted."""
    name, dims, kind, location = "", [], 0, 0
    raw, typed, whole = memoryview(b""), [], []
    for number, wire, value in fields_of(as_message(data), budget):
        if number == 1:
            dims.append(value)
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number == 8:
            name = text(value)
        elif number == 9 and wire == BYTES:
            raw = as_message(value)
        elif number in (4, 10) and isinstance(value, memoryview):  # float_data, double_data: packed, or one at a time
            typed.append(value)
        elif number in (5, 7):  # int32_data, int64_data: integers, and the bits of 16-bit numbers
            whole.append(value)
        elif number == 14 and isinstance(value, int):
            location = value
    shape = checked_shape(name, packed(dims, budget))
    if not raw and typed:
        raw = typed[0] if len(typed) == 1 else memoryview(b"".join(typed))
    if not raw and whole and kind in WHOLE_TYPES:
        raw = memoryview(np.array(packed(whole, budget)).astype(WHOLE_TYPES[kind]).tobytes())
    return Tensor(name, shape, kind, raw, location == EXTERNAL)


def as_message(value: int | memoryview) -> memoryview:
    """Bytes, or WeightsError."""
    if isinstance(value, int):
        raise WeightsError("it is damaged, or no ONNX file")
    return value
