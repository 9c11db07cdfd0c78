"""Records models as PyTorch and Keras save and export them, and what they compute, for the tests to hold loading to.

Run with PyTorch, safetensors, onnxscript, Keras and h5py installed:  python tests/golden/make_foreign.py
"""

import logging
import os
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from safetensors.torch import save_file, save_model
from torch import nn

HERE = Path(__file__).parent / "foreign"
T, B, I, H, O, V, E = 5, 2, 3, 4, 3, 7, 3
OUTPUTS: dict[str, np.ndarray] = {}


class Net(nn.Module):
    """A recurrent network under whatever names, perhaps with an embedding below and a readout above it."""

    def __init__(self, kind: str, layers: int, names: tuple[str, str, str], bias: bool = True, **further):
        super().__init__()
        self.names = names
        if names[0]:
            self.add_module(names[0], nn.Embedding(V, E))
        self.add_module(names[1], getattr(nn, kind)(E, H, layers, bias=bias, **further))
        if names[2]:
            self.add_module(names[2], nn.Linear(H, O, bias=bias))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        below, core, above = self.names
        states = getattr(self, core)(getattr(self, below)(x) if below else x)[0]
        return getattr(self, above)(states) if above else states


class Tied(nn.Module):
    """A language model whose readout shares the embedding's weights."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Embedding(V, H)
        self.rnn = nn.LSTM(H, H, 2)
        self.decoder = nn.Linear(H, V)
        self.decoder.weight = self.encoder.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.rnn(self.encoder(x))[0])


class Cells(nn.Module):
    """Two nn.LSTMCell in a list, and a readout."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = nn.ModuleList([nn.LSTMCell(I, H), nn.LSTMCell(H, H)])
        self.to_output = nn.Linear(H, O)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states = [None, None]
        rows = []
        for row in x:
            for k, cell in enumerate(self.cells):
                states[k] = cell(row, states[k])
                row = states[k][0]
            rows.append(row)
        return self.to_output(torch.stack(rows))


class Translator(nn.Module):
    """An encoder and a decoder, each with an embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.ModuleDict({"embedding": nn.Embedding(V, E), "rnn": nn.GRU(E, H)})
        self.decoder = nn.ModuleDict({"embedding": nn.Embedding(V, E), "rnn": nn.GRU(E, H), "fc": nn.Linear(H, V)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.encoder["rnn"](self.encoder["embedding"](x))[0]


def symbols() -> torch.Tensor:
    return torch.randint(V, (T, B))


def record(file: str, model: nn.Module, x: torch.Tensor, dtype: torch.dtype) -> None:
    """The outputs in float64, of weights rounded to what the file holds."""
    model = model.to(dtype).double().eval()
    with torch.no_grad():
        y = model(x.double() if x.is_floating_point() else x)
    OUTPUTS[f"{file}/inputs"], OUTPUTS[f"{file}/outputs"] = x.numpy(), y.numpy()


def pytorch() -> None:
    cases = {
        "lstm_float32": (Net("LSTM", 1, ("", "core", "head")), torch.float32),
        "gru_bfloat16": (Net("GRU", 2, ("qx", "net7", "zz")), torch.bfloat16),
        "rnn_float64": (Net("RNN", 3, ("lookup", "encoder_rnn", "out"), bias=False), torch.float64),
        "lstm_float16": (Net("LSTM", 2, ("", "module", "")), torch.float16),
        "cells": (Cells(), torch.float32),
        "translator": (Translator(), torch.float32),
    }
    for name, (model, dtype) in cases.items():
        embeds = name in ("gru_bfloat16", "rnn_float64", "translator")
        model = model.to(dtype)
        save_file(model.state_dict(), HERE / f"{name}.safetensors")
        record(f"{name}.safetensors", model, symbols() if embeds else torch.randn(T, B, I), dtype)
    tied = Tied()
    save_model(tied, str(HERE / "tied.safetensors"))
    record("tied.safetensors", tied, symbols(), torch.float32)
    save_file(Net("LSTM", 2, ("", "rnn", ""), bidirectional=True).state_dict(), HERE / "bidirectional.safetensors")
    save_file(nn.LSTM(I, H, proj_size=2).state_dict(), HERE / "projected.safetensors")


def onnx() -> None:
    cases = {
        "lstm_scripted": (Net("LSTM", 2, ("e", "core", "head")), False),
        "lstm_dynamo": (Net("LSTM", 2, ("e", "core", "head")), True),
        "gru_dynamo": (Net("GRU", 1, ("", "core", "head"), bias=False), True),
        "gru_scripted": (Net("GRU", 2, ("", "core", "head")), False),
        "rnn_scripted": (Net("RNN", 1, ("", "core", "head")), False),
        "relu_scripted": (Net("RNN", 1, ("", "core", "head"), nonlinearity="relu"), False),
        "bidirectional_scripted": (Net("GRU", 1, ("", "core", ""), bidirectional=True), False),
    }
    for name, (model, dynamo) in cases.items():
        x = symbols() if model.names[0] else torch.randn(T, B, I)
        path = str(HERE / f"{name}.onnx")
        model.eval()
        if dynamo:
            torch.onnx.export(model, (x,), path, dynamo=True, external_data=False, verbose=False)
        else:
            torch.onnx.export(model, (x,), path, dynamo=False)
        record(f"{name}.onnx", model, x, torch.float32)


def keras_layers() -> None:
    """As the README exports them."""
    layers = keras.layers
    cases = {
        "lstm": [
            layers.Embedding(V, E),
            layers.LSTM(H, return_sequences=True),
            layers.LSTM(H + 1, return_sequences=True),
        ],
        "gru": [layers.GRU(H, return_sequences=True), layers.GRU(H, return_sequences=True)],
        "before": [layers.GRU(H, return_sequences=True, reset_after=False)],
        "plain": [layers.SimpleRNN(H, return_sequences=True, use_bias=False)],
        "relu": [layers.LSTM(H, return_sequences=True, activation="relu")],
    }
    for name, stack in cases.items():
        keras.utils.set_random_seed(3)
        first = keras.Input((None,), dtype="int32") if name == "lstm" else keras.Input((None, I))
        model = keras.Sequential([first, *stack, layers.Dense(O)])
        model.set_weights([np.random.default_rng(k).normal(size=w.shape) for k, w in enumerate(model.get_weights())])
        x = (
            np.random.default_rng(5).integers(V, size=(B, T))
            if name == "lstm"
            else np.random.default_rng(5).normal(size=(B, T, I))
        )
        files = [f"keras_{name}.npz"]
        np.savez_compressed(HERE / files[0], **{weight.path: weight.numpy() for weight in model.weights})
        if name in ("gru", "plain"):
            files.append(f"keras_{name}.weights.h5")
            model.save_weights(HERE / files[-1])
        if name in ("plain", "relu"):
            files.append(f"keras_{name}.keras")
            model.save(HERE / files[-1])
        if name == "lstm":
            files.append("keras_numbered.npz")
            np.savez_compressed(HERE / files[-1], *model.get_weights())
        y = np.asarray(model(x).detach().numpy(), np.float64)
        for file in files:
            OUTPUTS[f"{file}/inputs"], OUTPUTS[f"{file}/outputs"] = x.swapaxes(0, 1), y.swapaxes(0, 1)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    HERE.mkdir(exist_ok=True)
    torch.manual_seed(1)
    pytorch()
    onnx()
    keras_layers()
    np.savez_compressed(HERE / "computed.npz", **OUTPUTS)
