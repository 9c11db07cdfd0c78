"""The README's lines that export a model and read it, as printed; those of a library run where it is installed."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.lstm_engine.formats.foreign import FOREIGN, computed

ROOT = Path(__file__).parents[3]
SECTION = (ROOT / "README.md").read_text("utf-8").partition("## A model of your own")[2].partition("\n## ")[0]
FROM_PYTORCH, FROM_KERAS, READING = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


def read(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    suffix = next(path.suffix for path in folder.glob("model.*"))
    exec(READING.replace(".safetensors", suffix), names)
    assert capsys.readouterr().out.splitlines()[-1].startswith("it agrees with the outputs: the largest difference")
    return names


def test_five_lines_export_from_either_library():
    for lines in (FROM_PYTORCH, FROM_KERAS):
        assert len([line for line in lines.splitlines() if line.strip()]) <= 5


def test_what_was_saved_is_read_and_checked_as_printed(tmp_path, monkeypatch, capsys):
    import safetensors.numpy

    monkeypatch.chdir(tmp_path)
    name = "lstm_float32.safetensors"
    (tmp_path / "model.safetensors").write_bytes((FOREIGN / name).read_bytes())
    inputs, outputs = (np.ascontiguousarray(array) for array in computed(name))
    safetensors.numpy.save_file({"inputs": inputs, "outputs": outputs}, "check.safetensors")
    names = read(tmp_path, capsys)
    assert names["model"].architecture.hidden_size == 4


@pytest.mark.filterwarnings("ignore")  # those of the library are not ours
def test_pytorchs_lines_run_as_printed(tmp_path, monkeypatch, capsys):
    torch = pytest.importorskip("torch")

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.symbols = torch.nn.Embedding(9, 5)
            self.memory = torch.nn.LSTM(5, 5, 2, batch_first=True)
            self.say = torch.nn.Linear(5, 9)
            self.say.weight = self.symbols.weight  # tied: one tensor under two names

        def forward(self, x: Any) -> Any:
            return self.say(self.memory(self.symbols(x))[0])

    monkeypatch.chdir(tmp_path)
    exec(FROM_PYTORCH, {"model": Model(), "x": torch.randint(9, (3, 7))})
    assert read(tmp_path, capsys)["model"].architecture.embedding_size == 5


@pytest.mark.filterwarnings("ignore")
def test_keras_lines_run_as_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "torch"))
    keras = pytest.importorskip("keras")
    monkeypatch.chdir(tmp_path)
    layers = [keras.layers.GRU(4, return_sequences=True), keras.layers.GRU(4), keras.layers.Dense(2)]
    model = keras.Sequential([keras.Input((None, 3)), *layers])
    exec(FROM_KERAS, {"model": model, "x": np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")})
    assert len(read(tmp_path, capsys)["found"].guess.layers) == 2
