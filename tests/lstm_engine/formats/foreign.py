"""Models that PyTorch and Keras saved, and what they computed; see tests/golden/make_foreign.py."""

from pathlib import Path

import numpy as np

FOREIGN = Path(__file__).parents[2] / "golden" / "foreign"

with np.load(FOREIGN / "computed.npz", allow_pickle=False) as file:
    COMPUTED = dict(file)

SAVED = sorted({name.partition("/")[0] for name in COMPUTED})
HDF5 = (".h5", ".keras")
REFUSED = ("keras_before.npz", "keras_relu.npz", "keras_relu.keras", "relu_scripted.onnx")
"""What the engine has no cell for: GRUs that reset before, and relu. An LSTM's arrays do not tell that it had relu."""


def computed(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs with timesteps in front, and outputs."""
    return COMPUTED[f"{name}/inputs"], COMPUTED[f"{name}/outputs"]
