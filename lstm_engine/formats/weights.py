"""Weights in files and in other libraries' layouts.

Files are safetensors: named arrays and text, never code. PyTorch's ``nn.LSTM`` and Keras' ``LSTM`` become models.
"""

import json
from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.parameters import Architecture, converted, strip_prefix
from lstm_engine.cell.variants import get_variant
from lstm_engine.errors import EngineError, WeightsError
from lstm_engine.model import LSTMModel

FORMAT = "lstm_engine model 1"


def save_model(model: LSTMModel, path: str | PathLike[str], metadata: Mapping[str, str] | None = None) -> None:
    """Write a model's weights and sizes to a safetensors file.

    Args:
        model: what to save.
        path: of the file; one that is there is overwritten.
        metadata: further text to keep in the file's header.
    """
    a = model.architecture
    sizes = {
        "input_size": a.input_size,
        "hidden_size": a.hidden_size,
        "output_size": a.output_size,
        "num_layers": a.num_layers,
        "bias": a.bias,
        "variant": model.variant,
        "dtype": model.dtype.name,
    }
    header = {**(metadata or {}), "format": FORMAT, "model": json.dumps(sizes)}
    safetensors.numpy.save_file(model.state_dict(), path, header)


def load_model(path: str | PathLike[str]) -> LSTMModel:
    """The model that ``save_model`` wrote.

    Raises:
        WeightsError: the file cannot be read, is not such a file, or its arrays do not fit its sizes.
    """
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  not a mapping
    except (OSError, safetensors.SafetensorError, TypeError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read as a safetensors file: {error}") from error
    if header.get("format") != FORMAT:
        raise WeightsError(f"{path} was not written by save_model: its format is {header.get('format')!r}")
    try:
        sizes = json.loads(header["model"])
        needed = Architecture(*(sizes[name] for name in ("input_size", "hidden_size", "output_size", "num_layers")))
        check_size(needed, weights)
        model = LSTMModel(**sizes)
    except (EngineError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{path} holds no sizes of a model: {error}") from error
    model.load_state_dict(weights)
    return model


def check_size(architecture: Architecture, weights: Mapping[str, NDArray]) -> None:
    """Refuse sizes that the arrays at hand cannot fill, before memory is made for them."""
    held = sum(array.size for array in weights.values())
    a = architecture
    inputs = a.input_size + (a.num_layers - 1) * a.hidden_size
    least = a.hidden_size * (inputs + a.num_layers * a.hidden_size) + a.output_size * a.hidden_size
    if least > held:
        raise WeightsError(f"the sizes need at least {least:,} numbers, but the file holds {held:,}")


def from_pytorch(
    network: Mapping[str, ArrayLike],
    readout: Mapping[str, ArrayLike] | None = None,
    dtype: str = "float32",
    variant: str = "standard",
) -> LSTMModel:
    """A model from the ``state_dict()`` of an ``nn.LSTM`` and of the ``nn.Linear`` that reads it.

    Args:
        network: ``weight_ih_l0`` (4H, I), ``weight_hh_l0`` (4H, H), ``bias_ih_l0``, ``bias_hh_l0`` (4H,), and so on for
            each layer, with or without biases; tensors on the CPU or arrays.
        readout: ``weight`` (O, H) and, if the LSTM has biases, ``bias`` (O,); None puts h itself out.
        dtype: of the model; the arrays are converted to it.
        variant: ``"gru"`` or ``"rnn"`` for an ``nn.GRU`` (3H rows) or an ``nn.RNN`` (H rows).

    Raises:
        WeightsError: the network is bidirectional or projected, or names or shapes do not fit each other.
    """
    kind = get_variant(variant)
    if kind.peepholes:
        raise WeightsError(f"PyTorch has no {variant} cell; expected standard, gru or rnn")
    arrays = {name: np.asarray(array) for name, array in network.items()}
    for mark, unlike in (("_reverse", "bidirectional"), ("weight_hr", "projected")):
        if any(mark in name for name in arrays):
            raise WeightsError(f"this network is {unlike}; expected a plain one, as the engine has no {unlike} cells")
    layers = sum(name.startswith("weight_ih_l") for name in arrays)
    first = two_dimensional(arrays, "weight_ih_l0", len(kind.blocks))
    bias = "bias_ih_l0" in arrays
    H = first.shape[0] // len(kind.blocks)
    linear = {name: np.asarray(array) for name, array in (readout or identity_readout(H, bias)).items()}
    if bias and "bias" not in linear:
        linear["bias"] = np.zeros(len(linear.get("weight", ())))
    model = LSTMModel(
        first.shape[1], H, len(two_dimensional(linear, "weight")), layers, variant, dtype=dtype, bias=bias
    )
    named = {f"{kind.family}.{name}": array for name, array in arrays.items()}
    named |= {f"readout.{name}": array for name, array in linear.items()}
    model.load_state_dict(converted(named, dtype))
    return model


def to_pytorch(model: LSTMModel) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
    """What ``nn.LSTM`` (or ``nn.GRU``, ``nn.RNN``) and ``nn.Linear`` take in ``load_state_dict``.

    The arrays are NumPy's; each is to be made a tensor first.
    """
    weights, family = model.state_dict(), model.architecture.variant.family
    return strip_prefix(weights, f"{family}."), strip_prefix(weights, "readout.")


def from_keras(
    layers: Sequence[Sequence[ArrayLike]], readout: Sequence[ArrayLike] | None = None, dtype: str = "float32"
) -> LSTMModel:
    """A model from the ``get_weights()`` of Keras' LSTM layers and of the Dense layer that reads them.

    Args:
        layers: for each layer kernel (I, 4H), recurrent kernel (H, 4H) and, if there are biases, bias (4H,); columns
            in Keras' order i, f, c, o, which is PyTorch's i, f, g, o.
        readout: kernel (H, O) and, if there are biases, bias (O,); None puts h itself out.
        dtype: of the model; the arrays are converted to it.

    Raises:
        WeightsError: a layer has another number of arrays, or shapes do not fit each other.
    """
    if not layers:
        raise WeightsError("there is no layer; expected at least one list of kernel, recurrent kernel and bias")
    lstm: dict[str, NDArray] = {}
    for k, arrays in enumerate(layers):
        if len(arrays) not in (2, 3):
            raise WeightsError(
                f"layer {k} has {len(arrays)} arrays, expected kernel, recurrent kernel and perhaps bias"
            )
        lstm[f"weight_ih_l{k}"] = np.asarray(arrays[0]).T
        lstm[f"weight_hh_l{k}"] = np.asarray(arrays[1]).T
        if len(arrays) == 3:
            lstm[f"bias_ih_l{k}"] = np.asarray(arrays[2])
            lstm[f"bias_hh_l{k}"] = np.zeros_like(lstm[f"bias_ih_l{k}"])  # Keras has one bias, PyTorch adds two
    linear = None
    if readout is not None:
        linear = {name: np.asarray(array) for name, array in zip(("weight", "bias"), readout, strict=False)}
        linear["weight"] = linear["weight"].T
    return from_pytorch(lstm, linear, dtype)


def two_dimensional(arrays: Mapping[str, NDArray], name: str, blocks: int = 1) -> NDArray:
    """The matrix of that name, or WeightsError unless its rows are that many blocks of equal size."""
    if name not in arrays:
        raise WeightsError(f"{name} is missing; there are {', '.join(arrays) or 'no arrays'}")
    array = arrays[name]
    if array.ndim != 2 or 0 in array.shape or array.shape[0] % blocks:
        rows = f"{blocks}H" if blocks > 1 else "any number of"
        raise WeightsError(f"{name} has shape {array.shape}, expected two dimensions with {rows} rows")
    return array


def identity_readout(H: int, bias: bool) -> dict[str, NDArray]:
    """A readout that puts out the hidden state itself."""
    return {"weight": np.eye(H), "bias": np.zeros(H)} if bias else {"weight": np.eye(H)}
