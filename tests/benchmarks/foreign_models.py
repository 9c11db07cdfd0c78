"""Random models saved and exported by PyTorch, and by Keras where it is installed, loaded by guess alone.

Needs PyTorch; ONNX files of its newer exporter need onnxscript too.

python -m tests.benchmarks.foreign_models [how many] [seed]
"""

import io
import logging
import os
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_engine import EngineError, formats
from tests.benchmarks.table import print_table

NAMES = ("rnn", "lstm", "encoder", "core", "net", "body", "layer", "q", "xyz", "model_1", "recurrent", "Temporal")
EMBEDDINGS = ("embedding", "emb", "word_embeddings", "lookup", "e", "zz", "a", "table")
READOUTS = ("fc", "head", "linear", "out", "decoder", "readout", "k", "zy", "b", "classifier")
ROOTS = ("", "module", "model", "net.0", "_orig_mod", "a.b.c")
LINES = Path(__file__).parents[1] / "lstm_engine" / "formats" / "test_readme_lines.py"
SAMPLES = 4  # timesteps and more


def network(torch: Any, rng: np.random.Generator) -> tuple[Any, Any, str, dict[str, Any]]:
    """A model of random sizes and names, an input, and what it is."""
    nn = torch.nn
    kind = str(rng.choice(["LSTM", "GRU", "RNN"]))
    layers, bias = int(rng.integers(1, 4)), bool(rng.integers(2))
    embeds, reads = bool(rng.integers(2)), bool(rng.integers(4))
    E, H, O, V = (int(rng.integers(2, 17)) for _ in range(4))
    # of one width and without biases, an embedding and a readout of names that say nothing cannot be told apart
    linear_bias = bias or bool(rng.integers(2)) or E == H
    hidden = EMBEDDINGS[:4] if E == H and not reads else EMBEDDINGS
    e, core, head = str(rng.choice(hidden)), str(rng.choice(NAMES)), str(rng.choice(READOUTS))

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            holder = self
            for part in str(rng.choice(ROOTS)).split("."):
                if part:
                    inner = nn.Module()
                    holder.add_module(part, inner)
                    holder = inner
            if embeds:
                holder.add_module(e, nn.Embedding(V, E))
            holder.add_module(core, getattr(nn, kind)(E, H, layers, bias=bias))
            if reads:
                holder.add_module(head, nn.Linear(H, O, bias=linear_bias))
            self.parts = [holder._modules.get(name) for name in (e, core, head)]

        def forward(self, x: Any) -> Any:
            embedding, recurrent, readout = self.parts
            x = embedding(x) if embedding is not None else x
            states = recurrent(x)[0]
            return readout(states) if readout is not None else states

    T, B = int(rng.integers(2, 2 + SAMPLES)), int(rng.integers(1, 4))
    x = torch.randint(V, (T, B)) if embeds else torch.randn(T, B, E)
    return Model(), x, kind, {"embeds": embeds, "reads": reads, "layers": layers}


def difference(source: Any, model: Any, x: Any, torch: Any, dtype: str) -> float:
    """The largest difference of what was loaded by guess alone from PyTorch in float64."""
    found = formats.examine(source)
    loaded = formats.assemble(found, dtype=dtype)
    with torch.no_grad():
        expected = model.double()(x.double() if x.is_floating_point() else x).numpy()
    computed = loaded.forward(x.numpy())[0]
    return float(np.abs(computed - expected).max()) if computed.shape == expected.shape else float("inf")


def saved(torch: Any, count: int, rng: np.random.Generator, folder: Path) -> dict[str, list[float]]:
    """Differences by what was saved, over so many models."""
    from safetensors.torch import save_file

    worst: dict[str, list[float]] = defaultdict(list)
    for number in range(count):
        model, x, kind, about = network(torch, rng)
        dtype = (torch.float32, torch.float64, torch.bfloat16, torch.float16)[number % 4]
        model = model.to(dtype)
        if number % 5 == 4 and dtype in (torch.float32, torch.float64):
            file = io.BytesIO()
            np.savez(file, **{name: tensor.numpy() for name, tensor in model.state_dict().items()})
            source: Any = file.getvalue()
            container = ".npz"
        else:
            source, container = folder / "model.safetensors", "safetensors"
            save_file(model.state_dict(), source)
        name = str(dtype).removeprefix("torch.")
        for wanted in ("float32", "float64"):
            key = f"{kind}, {name} in {container}, taken in {wanted}"
            try:
                value = difference(source, model, x, torch, wanted)
            except EngineError as error:
                print(f"  refused: {about} {list(model.state_dict())}: {error}")
                value = float("inf")
            if not value < 1e-4:
                print(f"  {value}: {about} {[(n, tuple(t.shape)) for n, t in model.state_dict().items()]}")
            worst[key].append(value)
    return worst


def exported(torch: Any, count: int, rng: np.random.Generator, folder: Path) -> dict[str, list[float]]:
    """Differences of ONNX files, of both of PyTorch's exporters."""
    worst: dict[str, list[float]] = defaultdict(list)
    for number in range(count):
        model, x, kind, about = network(torch, rng)
        newer = number % 4 == 3 and kind != "RNN"  # it writes out each timestep of an nn.RNN
        path = folder / "model.onnx"
        further: dict[str, Any] = (
            {"dynamo": True, "external_data": False, "verbose": False} if newer else {"dynamo": False}
        )
        torch.onnx.export(model.eval(), (x,), str(path), **further)
        value = difference(path, model, x, torch, "float64")
        if not value < 1e-4:
            print(f"  {value}: {about}")
        worst[f"{kind}, ONNX, {'newer' if newer else 'older'} exporter"].append(value)
    return worst


def from_keras(count: int, rng: np.random.Generator, folder: Path) -> dict[str, list[float]]:
    """Differences of Keras' own arrays from what it computed, in float32."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    try:
        import keras
    except ImportError:
        return {}
    worst: dict[str, list[float]] = defaultdict(list)
    for number in range(count):
        kind = ("LSTM", "GRU", "SimpleRNN")[number % 3]
        H, I, O, V = (int(rng.integers(2, 9)) for _ in range(4))
        embeds, bias, depth = bool(rng.integers(2)), bool(rng.integers(2)), int(rng.integers(1, 4))
        stack = (
            [keras.Input((None,), dtype="int32"), keras.layers.Embedding(V, I)] if embeds else [keras.Input((None, I))]
        )
        widths = [H + int(rng.integers(3)) for _ in range(depth)]
        stack += [getattr(keras.layers, kind)(w, return_sequences=True, use_bias=bias) for w in widths]
        model = keras.Sequential([*stack, keras.layers.Dense(O)])
        model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
        x = rng.integers(V, size=(2, 5)) if embeds else rng.normal(size=(2, 5, I)).astype(np.float32)
        expected = np.asarray(keras.ops.convert_to_numpy(model(x))).swapaxes(0, 1)
        arrays = io.BytesIO()
        np.savez(arrays, **{weight.path: np.asarray(keras.ops.convert_to_numpy(weight)) for weight in model.weights})
        model.save_weights(folder / "model.weights.h5")
        model.save(folder / "model.keras")
        sources = {
            ".npz": arrays.getvalue(),
            ".weights.h5": folder / "model.weights.h5",
            ".keras": folder / "model.keras",
        }
        for name, source in sources.items():
            loaded = formats.assemble(formats.examine(source), dtype="float64")
            worst[f"Keras' {kind}, {name}"].append(float(np.abs(loaded.forward(x.swapaxes(0, 1))[0] - expected).max()))
    return worst


def main(count: int = 400, seed: int = 0) -> None:
    try:
        import torch
    except ImportError:
        print("foreign models: PyTorch is not installed")
        return
    # the README's lines as printed, with the libraries that they export from
    pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", str(LINES)])
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        worst = saved(torch, count, rng, folder)
        worst |= exported(torch, max(count // 10, 8), rng, folder)
        worst |= from_keras(max(count // 20, 6), rng, folder)
    rows = [
        [key, str(len(values)), f"{np.median(values):.1e}", f"{max(values):.1e}"]
        for key, values in sorted(worst.items())
    ]
    print_table(
        f"Random foreign models, loaded by guess alone, against their maker (seed {seed}, "
        f"{time.perf_counter() - begun:.0f} s)",
        ["saved as", "models", "median difference", "largest difference"],
        rows,
    )


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:3]))
