"""Traces in files: .npz, one plain array each, nothing pickled.

A file is a stranger's, and 4 kB of it can promise terabytes. So names, shapes and dtypes are judged by what the file
says of itself before any array is read.
"""

import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import fields
from os import PathLike
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from lstm_engine.cell.family import Family
from lstm_engine.cell.layer_trace import TracedLayer, check_layer
from lstm_engine.cell.variants import FAMILIES
from lstm_engine.checks import path_text, regular_file, shown, whole_number
from lstm_engine.errors import EngineError, ShapeError, WeightsError

MOST_BYTES = 2**30  # of arrays that are read unless a caller allows more
MOST_MEMBERS = 10_000
OF_A_LAYER = re.compile(r"(\w+)\.(0|[1-9]\d{0,3})\.(\w+)", re.ASCII)


class Header(NamedTuple):
    """What a file says of an array."""

    shape: tuple[int, ...]
    dtype: np.dtype


def write_trace(
    path: str | PathLike[str] | BinaryIO, inputs: NDArray, layers: Sequence[TracedLayer], outputs: NDArray
) -> None:
    """See ``Trace.save``."""
    arrays = {"inputs": inputs, "outputs": outputs}
    family = next(name for name, family in FAMILIES.items() if isinstance(layers[0], family.trace))
    for k, layer in enumerate(layers):
        for field in fields(layer):
            array = getattr(layer, field.name)
            if array is not None:
                arrays[f"{family}.{k}.{field.name}"] = array
    try:
        if isinstance(path, str | PathLike):
            with open(path, "wb") as file:  # NumPy would add .npz to a name without it
                np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        else:
            np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{path_text(path)} cannot be written: {error}") from error


def read_trace(
    path: str | PathLike[str] | BinaryIO, most_bytes: int
) -> tuple[NDArray, tuple[TracedLayer, ...], NDArray]:
    """Inputs, layers and outputs; see ``Trace.load``."""
    most_bytes = whole_number("most_bytes", most_bytes)
    try:
        regular_file(path)
        with zipfile.ZipFile(path) as file:
            headers = read_headers(file)
            family, count = judge(headers)
            needed = sum(math.prod(header.shape) * header.dtype.itemsize for header in headers.values())
            if needed > most_bytes:
                raise WeightsError(f"its arrays need {needed:,} bytes, expected at most {most_bytes:,} (most_bytes)")
            arrays = {name: read_array(file, name, header) for name, header in headers.items()}
        layers = tuple(
            family.trace(
                **{field.name: arrays.get(f"{family.name}.{k}.{field.name}") for field in fields(family.trace)}
            )
            for k in range(count)
        )
        return arrays["inputs"], layers, arrays["outputs"]
    except Exception as error:  # NumPy and zipfile raise many kinds for a file that is damaged
        raise WeightsError(f"{path_text(path)} cannot be read as a trace: {error}") from error


def read_headers(file: zipfile.ZipFile) -> dict[str, Header]:
    """What the file says of each of its arrays, by name."""
    members = file.infolist()
    if len(members) > MOST_MEMBERS:
        raise WeightsError(f"it has {len(members):,} members, expected at most {MOST_MEMBERS:,}")
    headers: dict[str, Header] = {}
    for member in members:
        name = member.filename.removesuffix(".npy")
        if name in headers:
            raise WeightsError(f"it holds {shown(name)} twice")
        with file.open(member) as stream:
            if npy.read_magic(stream) != (1, 0):  # the others' headers may have gigabytes
                raise WeightsError(f"{shown(name)} has a header that no plain array needs")
            shape, _, dtype = npy.read_array_header_1_0(stream)
        if min(shape, default=0) < 1:
            raise WeightsError(f"{shown(name)} has shape {shape}, expected sizes of at least 1")
        headers[name] = Header(shape, dtype)
    return headers


def judge(headers: Mapping[str, Header]) -> tuple[Family, int]:
    """The family of the cells, and how many layers there are.

    Raises:
        EngineError: the arrays are not those of a trace.
    """
    of_layers: dict[tuple[str, int], dict[str, Header]] = {}
    for name, header in headers.items():
        match = OF_A_LAYER.fullmatch(name)
        if match is not None and match[1] in FAMILIES:
            of_layers.setdefault((match[1], int(match[2])), {})[match[3]] = header
        elif name not in ("inputs", "outputs"):
            raise WeightsError(f"it holds {shown(name)}, which is no part of a trace")
    missing = {"inputs", "outputs"} - headers.keys()
    if missing or not of_layers:
        raise WeightsError(f"it lacks {', '.join(sorted(missing)) or 'layers'}")
    family = FAMILIES[next(iter(of_layers))[0]]
    expected = {(family.name, k) for k in range(len(of_layers))}
    if of_layers.keys() != expected:
        raise WeightsError(f"it holds layers {sorted(of_layers)}, expected {sorted(expected)}")
    for (_, k), arrays in of_layers.items():
        unknown = arrays.keys() - set(family.trace_arrays)
        if unknown:
            raise WeightsError(f"it holds {shown(min(unknown))}, which no {family.name} layer has")
        try:
            check_layer(family.trace, arrays)
        except ShapeError as error:
            raise WeightsError(f"in layer {k}, {error}") from error
        blocks = {name.removesuffix("_preactivation") for name in arrays if name.endswith("_preactivation")}
        if not any(blocks == set(variant.blocks) for variant in family.variants):
            raise WeightsError(f"it holds pre-activations of {sorted(blocks)}, which no {family.name} cell has alone")
    return family, len(of_layers)


def read_array(file: zipfile.ZipFile, name: str, header: Header) -> NDArray:
    """The array, once its header was found good."""
    with file.open(f"{name}.npy") as stream:
        array: NDArray = npy.read_array(stream, allow_pickle=False)
    if (array.shape, array.dtype) != header:
        raise EngineError(f"{shown(name)} changed while it was read")
    return array
