"""``python -m lstm_engine``, as processes and in this one."""

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lstm_engine import load_model
from lstm_engine.runs import RunStore, Status
from lstm_engine.runs.cli import main


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'runs.sqlite3'}"


def command(database: str, *arguments: str) -> list[str]:
    return ["--database", database, *arguments]


SMALL = ["--set", "hidden_size=6", "--set", "end_step=30", "--set", "pace=0", "--set", "seed=3"]


def test_a_run_is_trained_listed_and_exported(database, tmp_path, capsys):
    assert main(command(database, "train", "parity", *SMALL, "--name", "from here")) == 0
    assert "100 %  30/30" in capsys.readouterr().out
    with RunStore(database) as store:
        (run,) = store.list_runs()
        assert (run.name, run.status, run.settings.seed) == ("from here", Status.FINISHED, 3)
        history = store.history(run.id)
    assert main(command(database, "list")) == 0
    assert "from here" in capsys.readouterr().out
    weights, metrics = tmp_path / "w.safetensors", tmp_path / "m.csv"
    assert main(command(database, "export", "1", "--output", str(weights))) == 0
    assert load_model(weights).architecture.hidden_size == 6
    assert main(command(database, "export", "1", "--format", "csv", "--output", str(metrics))) == 0
    rows = list(csv.DictReader(metrics.read_text().splitlines()))
    np.testing.assert_array_equal([float(row["loss"]) for row in rows], history.loss)
    onnx = tmp_path / "m.onnx"
    assert main(command(database, "export", "1", "--format", "onnx", "--output", str(onnx))) == 0
    assert onnx.stat().st_size > 500


def test_an_interrupted_run_is_saved_and_resumed(database):
    arguments = [
        sys.executable,
        "-m",
        "lstm_engine",
        *command(database, "train", "parity", "--set", "pace=50", "--set", "end_step=300"),
    ]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    with RunStore(database) as store:
        deadline = time.monotonic() + 20
        while (not store.list_runs() or store.list_runs()[0].step < 10) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "go on with: python -m lstm_engine resume 1" in out
        reached = store.get(1).step
        assert store.newest_checkpoint_step(1) == reached > 0
        store.set_pace(1, 0)
    assert main(command(database, "resume", "1")) == 0
    with RunStore(database) as store:
        assert store.get(1).status is Status.FINISHED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "parity", "--set", "units=3"], "“units=3” is no setting; write NAME=VALUE"),
        (
            ["train", "parity", "--set", "hidden_size=many"],
            "hidden_size is “many”, expected a whole number",
        ),
        (["train", "parity", "--set", "learning_rate=7"], "learning_rate is 7.0"),
        (["train", "own text"], "There is no text yet"),
        (["train", "own text", "--text", "/nowhere/text"], "cannot be read as text"),
        (["resume", "9"], "Run 9 is no more"),
        (["export", "9"], "Run 9 is no more"),
    ],
)
def test_problems_are_said_in_a_sentence(database, capsys, arguments, message):
    assert main(command(database, *arguments)) == 1
    assert message in capsys.readouterr().err


def test_what_is_no_command_is_refused(database, capsys):
    with pytest.raises(SystemExit):
        main(command(database, "dance"))
    assert "train" in capsys.readouterr().err
