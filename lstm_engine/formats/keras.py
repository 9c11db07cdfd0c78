"""Keras' ``LSTM`` layers, with the ``Dense`` layer that reads them and perhaps an ``Embedding`` below, as a model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import as_array, shown
from lstm_engine.errors import WeightsError
from lstm_engine.formats.pytorch import from_pytorch
from lstm_engine.model import LSTMModel


def from_keras(
    layers: Sequence[Sequence[ArrayLike]],
    readout: Sequence[ArrayLike] | None = None,
    dtype: str = "float32",
    embedding: Sequence[ArrayLike] | None = None,
) -> LSTMModel:
    """A model from the ``get_weights()`` of Keras' LSTM layers and of the Dense layer that reads them.

    Args:
        layers: for each layer kernel (I, 4H), recurrent kernel (H, 4H) and, if there are biases, bias (4H,); columns
            in Keras' order i, f, c, o, which is PyTorch's i, f, g, o.
        readout: kernel (H, O) and, if there are biases, bias (O,); None puts h itself out.
        dtype: of the model; the arrays are converted to it.
        embedding: the embeddings (V, I) that the first layer reads, if it does, in a list as Keras gives them.

    Raises:
        WeightsError: a layer has another number of arrays, or shapes do not fit each other.
        SettingsError: there is no such dtype.
    """
    if not isinstance(layers, list | tuple) or not layers:
        raise WeightsError("there is no layer; expected at least one list of kernel, recurrent kernel and bias")
    lstm: dict[str, NDArray] = {}
    for k, layer in enumerate(layers):
        arrays = arrays_in(f"layer {k}", layer, 2, "kernel, recurrent kernel and perhaps bias")
        lstm[f"weight_ih_l{k}"], lstm[f"weight_hh_l{k}"] = arrays[0].T, arrays[1].T
        if len(arrays) == 3:
            lstm[f"bias_ih_l{k}"] = arrays[2]
            lstm[f"bias_hh_l{k}"] = np.broadcast_to(0.0, arrays[2].shape)  # Keras has one bias, PyTorch adds two
    linear = None
    if readout is not None:
        arrays = arrays_in("the readout", readout, 1, "kernel and perhaps bias")
        linear = {"weight": arrays[0].T} | ({"bias": arrays[1]} if len(arrays) == 2 else {})
    vectors = None
    if embedding is not None:
        vectors = {"weight": arrays_in("the embedding", embedding, 1, "embeddings", 0)[0]}
    return from_pytorch(lstm, linear, dtype, embedding=vectors)


def arrays_in(where: str, given: object, least: int, expected: str, more: int = 1) -> list[NDArray]:
    """The arrays that a Keras layer gave, or WeightsError unless there are ``least`` of them, or ``more`` more."""
    if not isinstance(given, list | tuple):
        raise WeightsError(f"{where} is {shown(given)}, expected a list of {expected}")
    if not least <= len(given) <= least + more:
        raise WeightsError(f"{where} has {len(given)} arrays, expected {expected}")
    return [as_array(f"{where}, array {number}", array, WeightsError) for number, array in enumerate(given)]
