"""Models in safetensors files: named arrays and text, never code."""

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from lstm_engine.cell.parameters import Architecture
from lstm_engine.cell.variants import STANDARD, get_variant
from lstm_engine.checks import instance, path_text, regular_file, shown, truth, whole_number, why_no_json
from lstm_engine.errors import EngineError, WeightsError
from lstm_engine.model import LSTMModel

FORMAT = "lstm_engine model 1"
SIZES = ("input_size", "hidden_size", "output_size", "num_layers", "bias", "variant", "dtype", "embedding_size")
BYTES = {"F16": 2, "F32": 4, "F64": 8}  # of the dtypes, as the format names them, that weights may have


def save_model(model: LSTMModel, path: str | PathLike[str], metadata: Mapping[str, str] | None = None) -> None:
    """Write a model's weights and sizes to a safetensors file.

    Args:
        model: what to save.
        path: of the file; one that is there is written over. A device, a pipe or a link stays what it is.
        metadata: further text to keep in the file's header.

    Raises:
        WeightsError: the file cannot be written, or the metadata is not text.
    """
    content = model_bytes(model, metadata)
    try:
        # not save_file: it puts a new file in the place of whatever is there, /dev/stdout included
        Path(path).write_bytes(content)
    except (OSError, TypeError, ValueError) as error:
        raise WeightsError(f"{path_text(path)} cannot be written: {error}") from error


def model_bytes(model: LSTMModel, metadata: Mapping[str, str] | None = None) -> bytes:
    """What ``save_model`` writes.

    Raises:
        WeightsError: the metadata is not text.
    """
    a = instance("model", model, LSTMModel).architecture
    further = {} if metadata is None else metadata
    if not isinstance(further, Mapping) or not all(isinstance(text, str) for pair in further.items() for text in pair):
        raise WeightsError(f"metadata is {shown(metadata)}, expected texts by name")
    sizes: dict[str, Any] = {
        "input_size": a.input_size,
        "hidden_size": a.hidden_size,
        "output_size": a.output_size,
        "num_layers": a.num_layers,
        "bias": a.bias,
        "variant": model.variant,
        "dtype": model.dtype.name,
    }
    if a.embedding_size is not None:
        sizes["embedding_size"] = a.embedding_size
    header = {**further, "format": FORMAT, "model": json.dumps(sizes)}
    try:
        return safetensors.numpy.save(model.state_dict(), header)
    except (safetensors.SafetensorError, TypeError, ValueError) as error:
        raise WeightsError(f"the model cannot be written: {error}") from error


def load_model(path: str | PathLike[str]) -> LSTMModel:
    """The model that ``save_model`` wrote.

    Raises:
        WeightsError: the file cannot be read, is not such a file, or its arrays do not fit its sizes.
    """
    try:
        regular_file(path)
        with safetensors.safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            if header.get("format") != FORMAT:
                raise WeightsError(f"its format is {shown(header.get('format'))}, not that of save_model")
            sizes = read_sizes(header.get("model", ""))
            check_arrays(file, sizes)
            names = file.keys()  # a file is no mapping
            weights: dict[str, NDArray] = {name: file.get_tensor(name) for name in names}
        model = LSTMModel(**sizes)
        model.load_state_dict(weights)
    except (EngineError, OSError, safetensors.SafetensorError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{path_text(path)} cannot be read as a model: {error}") from error
    return model


def read_sizes(text: str) -> dict[str, Any]:
    """What ``LSTMModel`` is to be called with, from the text that ``save_model`` wrote.

    Raises:
        WeightsError: it is another text.
    """
    try:
        sizes = json.loads(text)
    except (ValueError, RecursionError) as error:  # '[[[[...' goes as deep as a stranger likes
        raise WeightsError(f"the sizes in its header are no JSON: {why_no_json(error)}") from error
    if not isinstance(sizes, dict) or not set(SIZES[:4]) <= sizes.keys() <= set(SIZES):
        raise WeightsError(f"its header says {shown(sizes)} of the sizes, expected {', '.join(SIZES)}")
    return sizes


def check_arrays(file: Any, sizes: Mapping[str, Any]) -> None:
    """Judge what an open file says of its arrays, before memory is made for them or for a model.

    Raises:
        WeightsError: they cannot fill a model of such sizes.
        SettingsError: a size is out of range.
    """
    I, H, O, layers = (whole_number(name, sizes[name]) for name in SIZES[:4])
    bias, variant = truth("bias", sizes.get("bias", True)), get_variant(sizes.get("variant", STANDARD.name))
    E = whole_number("embedding_size", sizes["embedding_size"]) if "embedding_size" in sizes else None
    held = 0
    for name in file.keys():  # noqa: SIM118  not a mapping
        header = file.get_slice(name)
        if header.get_dtype() not in BYTES:
            raise WeightsError(f"{shown(name)} has dtype {header.get_dtype()}, expected one of {', '.join(BYTES)}")
        held += int(np.prod(header.get_shape(), dtype=object))
    needed = Architecture(I, H, O, layers, bias, variant, E).num_parameters
    if needed != held:
        raise WeightsError(f"the sizes need {shown(needed)} numbers, but the file holds {held:,}")
