"""What the page says: how a model is saved elsewhere, and what one is, in a sentence."""

from collections.abc import Sequence

from lstm_engine.cell.in_words import in_words
from lstm_engine.formats import ArrayWords, Mapping
from lstm_engine.formats.measuring import Sizes

PYTORCH = """\
from safetensors.torch import save_file

weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
save_file(weights, "model.safetensors")
save_file({"inputs": x, "outputs": model(x).detach()}, "check.safetensors")  # if you want it checked
"""
KERAS = """\
import numpy as np

arrays = {weight.path: weight.numpy() for weight in model.weights}
np.savez("model.npz", **arrays)
np.savez("check.npz", inputs=x, outputs=model.predict(x))  # if you want it checked
"""
WHAT = (
    "An LSTM, GRU or plain recurrent network that you trained elsewhere: step it, clamp it and compare it here like "
    "any run. It is never trained further, and your file itself is not kept."
)


def model_words(mapping: Mapping, sizes: Sizes) -> str:
    """What the model is, in a sentence."""
    count = len(mapping.layers)
    reads = f"{sizes.inputs:,} symbols" if sizes.embedding is not None else f"{sizes.inputs:,} inputs"
    through = f" as vectors of {sizes.embedding:,} numbers" if sizes.embedding is not None else ""
    layers = f"{count} layer{'' if count == 1 else 's'} of {sizes.hidden:,} unit{'' if sizes.hidden == 1 else 's'}"
    end = (
        "has no readout, so that its hidden state itself comes out"
        if mapping.readout is None
        else f"has a readout of {sizes.outputs:,} output{'' if sizes.outputs == 1 else 's'}"
    )
    return f"{in_words(mapping.variant).name}, {layers}: it reads {reads}{through}, and {end}."


def array_rows(arrays: Sequence[ArrayWords]) -> dict[str, list[str]]:
    """A table of the arrays, by its columns."""
    return {
        "array": [one.name for one in arrays],
        "shape": [" × ".join(f"{size:,}" for size in one.shape) for one in arrays],
        "what it is": [one.role for one in arrays],
        "gates": ["; ".join(rows.words for rows in one.rows) for one in arrays],
    }
