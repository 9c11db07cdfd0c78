"""Arrays in safetensors files, of any maker; bfloat16 included, which NumPy does not have."""

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import shown, why_no_json
from lstm_engine.errors import WeightsError
from lstm_engine.formats.arrays import Contents, Promised, bytes_of, check_names, checked_shape, from_bfloat16, widened
from lstm_engine.formats.content import MOST_HEADER

FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
INTEGERS = {"I64": "<i8", "I32": "<i4", "I16": "<i2", "U8": "u1", "I8": "i1"}
OTHERS = {"BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "U32": 4, "I32": 4, "U64": 8, "I64": 8, "C64": 8,
          "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1}  # fmt: skip


def read_safetensors(content: bytes, whole_numbers: bool = False) -> Contents:
    """The arrays of a safetensors file; those of integers as well, if whole numbers are wanted.

    Raises:
        WeightsError: the header is too long or no such header, or arrays overlap, leave gaps, or lie outside of it.
    """
    (length,) = struct.unpack("<Q", content[:8])
    if length > MOST_HEADER:
        raise WeightsError(f"its header would have {length:,} bytes, expected at most {MOST_HEADER:,}")
    if 8 + length > len(content):
        raise WeightsError(f"it is cut short: its header alone has {length:,} bytes, the file {len(content):,}")
    entries = read_header(content[8 : 8 + length])
    metadata = entries.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise WeightsError(f"its metadata is {shown(metadata)}, expected texts by name")
    check_names(entries)
    data = memoryview(content)[8 + length :]
    promised: dict[str, Promised] = {}
    stretches, left_out = [], []
    for name, entry in entries.items():
        dtype, shape, begin, end = read_entry(name, entry)
        stretches.append((begin, end, name))
        if dtype in FLOATS or (whole_numbers and dtype in INTEGERS):
            promised[name] = Promised(shape, FLOATS.get(dtype, dtype), reader(data, dtype, shape, begin, end))
        elif dtype.startswith("F8"):
            left_out.append(name)
    check_stretches(stretches, len(data))
    for alias, name in metadata.items():  # safetensors.torch.save_model notes so which tensors were one
        if name in promised and alias not in entries:
            promised[alias] = promised[name]
    doubts = [f"{shown(name)} has 8-bit numbers, which are left out" for name in left_out[:3]]
    return Contents("safetensors", promised, metadata, tuple(doubts))


def read_header(text: bytes) -> dict[str, Any]:
    """The header as a dictionary, or WeightsError."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise WeightsError("its header names an array twice")
        return found

    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"its header is no JSON: {why_no_json(error)}") from error
    if not isinstance(header, dict):
        raise WeightsError(f"its header is {shown(header)}, expected arrays by name")
    return header


def read_entry(name: str, entry: object) -> tuple[str, tuple[int, ...], int, int]:
    """dtype, shape, begin and end of an array, or WeightsError if they do not fit each other."""
    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
        raise WeightsError(f"{shown(name)} is described as {shown(entry)}, expected dtype, shape and data_offsets")
    dtype, offsets = entry["dtype"], entry["data_offsets"]
    if not isinstance(dtype, str) or (dtype not in FLOATS and dtype not in OTHERS):
        raise WeightsError(f"{shown(name)} has dtype {shown(dtype)}, expected one of {', '.join(FLOATS)}")
    shape = checked_shape(name, entry["shape"])
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(offset) is int for offset in offsets):
        raise WeightsError(f"{shown(name)} has data_offsets {shown(offsets)}, expected two whole numbers")
    begin, end = offsets
    itemsize = OTHERS.get(dtype) or {"F64": 8, "F32": 4}.get(dtype, 2)
    if begin < 0 or end - begin != bytes_of(shape, itemsize):
        raise WeightsError(
            f"{shown(name)} has shape {shape} and dtype {dtype}, which need {bytes_of(shape, itemsize):,} bytes, but "
            f"data_offsets {shown(offsets)}"
        )
    return dtype, shape, begin, end


def check_stretches(stretches: list[tuple[int, int, str]], size: int) -> None:
    """WeightsError unless the arrays' bytes follow each other without gap or overlap, to the file's end."""
    at = 0
    for begin, end, name in sorted(stretches):
        if end > size:
            raise WeightsError(
                f"it is cut short: {shown(name)} would end at byte {end:,} of {size:,}; copy or save it again"
            )
        if begin != at:
            raise WeightsError(f"{shown(name)} begins at byte {begin:,}, expected {at:,}: arrays overlap or leave gaps")
        at = end
    if at != size:
        raise WeightsError(f"it has {size - at:,} bytes after its last array")


def reader(data: memoryview, dtype: str, shape: tuple[int, ...], begin: int, end: int) -> Callable[[], NDArray]:
    """What reads an array when it is wanted."""

    def read() -> NDArray:
        if dtype == "BF16":
            return from_bfloat16(np.frombuffer(data[begin:end], "<u2")).reshape(shape)
        kind = {"F64": "<f8", "F32": "<f4", "F16": "<f2", **INTEGERS}[dtype]
        return widened(np.frombuffer(data[begin:end], kind).reshape(shape))

    return read
