"""Protocol buffers as bytes, read without any schema and one field at a time: a hostile file costs what it weighs.

The encoding is described at protobuf.dev/programming-guides/encoding: each field is a key (number and wire type), then
a varint, 8 or 4 bytes, or a length and as many bytes.
"""

import struct
from collections.abc import Iterator

from lstm_engine.errors import WeightsError

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5


class Budget:
    """How many fields may be read, of all messages of a file together."""

    def __init__(self, most: int):
        self.left = most

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise WeightsError("it has more parts than a model of recurrent layers needs")


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """The whole number that begins there, and where the next thing begins."""
    value = shift = 0
    while shift < 70:
        if at >= len(data):
            raise WeightsError("it is cut short, or no ONNX file")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    raise WeightsError("it is damaged, or no ONNX file")


def fields_of(data: memoryview, budget: Budget) -> Iterator[tuple[int, int, int | memoryview]]:
    """Number, wire type and value of each field of a message.

    Raises:
        WeightsError: it is no message, or cut short.
    """
    at = 0
    while at < len(data):
        budget.spend()
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = varint(data, at)
            yield number, kind, value
            continue
        length = {EIGHT: 8, FOUR: 4}.get(kind)
        if kind == BYTES:
            length, at = varint(data, at)
        if length is None or number == 0:
            raise WeightsError("it is damaged, or no ONNX file")
        if at + length > len(data):
            raise WeightsError("it is cut short, or no ONNX file")
        yield number, kind, data[at : at + length]
        at += length


def signed(value: int) -> int:
    """An int64 as it was meant."""
    return value - 2**64 if value >= 2**63 else value


def packed(values: list[int | memoryview], budget: Budget) -> list[int]:
    """The int64s of a repeated field, packed or not."""
    numbers: list[int] = []
    for value in values:
        if isinstance(value, int):
            numbers.append(signed(value))
            continue
        at = 0
        while at < len(value):
            budget.spend()
            number, at = varint(value, at)
            numbers.append(signed(number))
    return numbers


def text(value: int | memoryview) -> str:
    """UTF-8, or WeightsError."""
    if isinstance(value, int):
        raise WeightsError("it is damaged, or no ONNX file")
    if len(value) > 10_000:
        raise WeightsError("it holds a name of more than 10,000 bytes")
    try:
        return bytes(value).decode("utf-8")
    except ValueError as error:
        raise WeightsError("it is damaged, or no ONNX file: a name in it is not UTF-8") from error


def float_of(value: int | memoryview) -> float:
    """A float's four bytes."""
    if isinstance(value, int) or len(value) != 4:
        raise WeightsError("it is damaged, or no ONNX file")
    return float(struct.unpack("<f", value)[0])
