"""PyTorch's ``nn.LSTM``, ``nn.GRU`` and ``nn.RNN``, each with the ``nn.Linear`` that reads it and perhaps the
``nn.Embedding`` that it reads, as models, and back."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.lstm import is_standard
from lstm_engine.cell.parameters import strip_prefix
from lstm_engine.cell.variants import Variant, get_variant
from lstm_engine.checks import as_array, instance, named_mapping
from lstm_engine.errors import WeightsError
from lstm_engine.model import LSTMModel


def from_pytorch(
    network: Mapping[str, ArrayLike],
    readout: Mapping[str, ArrayLike] | None = None,
    dtype: str = "float32",
    variant: str = "standard",
    embedding: Mapping[str, ArrayLike] | None = None,
) -> LSTMModel:
    """A model from the ``state_dict()`` of an ``nn.LSTM`` and of the ``nn.Linear`` that reads it.

    Args:
        network: ``weight_ih_l0`` (4H, I), ``weight_hh_l0`` (4H, H), ``bias_ih_l0``, ``bias_hh_l0`` (4H,), and so on for
            each layer, with or without biases; tensors on the CPU or arrays.
        readout: ``weight`` (O, H) and, if the LSTM has biases, ``bias`` (O,); None puts h itself out.
        dtype: of the model; the arrays are converted to it.
        variant: ``"gru"`` or ``"rnn"`` for an ``nn.GRU`` (3H rows) or an ``nn.RNN`` (H rows).
        embedding: ``weight`` (V, I) of the ``nn.Embedding`` that the network reads, if it does.

    Raises:
        WeightsError: the network is bidirectional or projected, or names or shapes do not fit each other.
        SettingsError: there is no such variant or dtype.
    """
    kind = get_variant(variant)
    check_known(kind)
    arrays = arrays_of("network", network)
    for mark, unlike in (("_reverse", "bidirectional"), ("weight_hr", "projected")):
        if any(mark in name for name in arrays):
            raise WeightsError(f"this network is {unlike}; expected a plain one, as the engine has no {unlike} cells")
    layers = sum(name.startswith("weight_ih_l") for name in arrays)
    first = two_dimensional(arrays, "weight_ih_l0", len(kind.blocks))
    bias = "bias_ih_l0" in arrays
    H = first.shape[0] // len(kind.blocks)
    linear = identity_readout(H, bias) if readout is None else arrays_of("readout", readout)
    O = len(two_dimensional(linear, "weight"))
    if bias and "bias" not in linear:
        linear["bias"] = np.zeros(O)
    vectors = {} if embedding is None else arrays_of("embedding", embedding)
    V, E = first.shape[1], None
    if embedding is not None:
        V, E = two_dimensional(vectors, "weight").shape
    model = LSTMModel(V, H, O, layers, variant, dtype=dtype, bias=bias, embedding_size=E)
    named = {f"{kind.family}.{name}": array for name, array in arrays.items()}
    named |= {f"readout.{name}": array for name, array in linear.items()}
    named |= {f"embedding.{name}": array for name, array in vectors.items()}
    model.parameters.assign(named, rounding=True)
    return model


def to_pytorch(model: LSTMModel) -> tuple[dict[str, NDArray], ...]:
    """What ``nn.LSTM`` (or ``nn.GRU``, ``nn.RNN``) and ``nn.Linear`` take in ``load_state_dict``: a pair.

    Of a model with an embedding there are three: the last is what ``nn.Embedding`` takes. The arrays are NumPy's; each
    is to be made a tensor first.

    Raises:
        WeightsError: PyTorch has no such cell.
    """
    variant = instance("model", model, LSTMModel).architecture.variant
    check_known(variant)
    family = variant.family
    weights = model.state_dict()
    pair = strip_prefix(weights, f"{family}."), strip_prefix(weights, "readout.")
    embedding = strip_prefix(weights, "embedding.")
    return (*pair, embedding) if embedding else pair


def check_known(variant: Variant) -> None:
    """Refuse a cell that PyTorch does not have: its arrays might fit one that computes something else.

    Raises:
        WeightsError: it has none.
    """
    if not (is_standard(variant) or variant.name in ("gru", "rnn")):
        raise WeightsError(f"PyTorch has no {variant.name} cell; expected standard, gru or rnn. save_model keeps any")


def arrays_of(what: str, state: Mapping[str, ArrayLike]) -> dict[str, NDArray]:
    """A ``state_dict()`` as arrays, or WeightsError if it is none."""
    return {
        name: as_array(name, array, WeightsError) for name, array in named_mapping(what, state, WeightsError).items()
    }


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
