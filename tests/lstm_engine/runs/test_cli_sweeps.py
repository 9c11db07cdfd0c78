"""``sweep``, ``compare``, ``serve`` and ``completions``, and what scripts read: JSON, exit codes, a bar in a pipe."""

import io
import json
import os
import socket
import subprocess

import pytest

from lstm_engine.runs import RunStore
from lstm_engine.runs.cli import main
from lstm_engine.runs.terminal import Bar


@pytest.fixture
def database(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'runs.sqlite3'}"


def command(database: str, *arguments: str) -> list[str]:
    return ["--database", database, *arguments]


TINY = ["--set", "hidden_size=4", "--set", "end_step=20", "--set", "batch_size=4", "--set", "sequence_length=6"]


def test_a_sweep_is_trained_compared_and_told_to_scripts(database, capsys):
    line = ["sweep", "parity", "--over", "learning_rate=0.001..0.1 log 2", *TINY, "--seeds", "2"]
    assert main(command(database, *line, "--dry-run")) == 0
    assert "4 runs: 2 choices, 2 seeds of each" in capsys.readouterr().out
    with RunStore(database) as store:
        assert store.list_sweeps() == []
    assert main(command(database, *line, "--json", "--name", "rates")) == 0
    said = capsys.readouterr()
    assert "100 %  4/4 runs" in said.err
    told = json.loads(said.out)
    assert (told["name"], told["state"]) == ("rates", "done")
    assert [choice["seeds"] for choice in told["choices"]] == [2, 2]
    medians = [choice["median"] for choice in told["choices"]]
    assert medians == sorted(medians, reverse=True)
    assert main(command(database, "sweep", "--plan", json.dumps(told["plan"]), "--dry-run")) == 0
    assert "4 runs" in capsys.readouterr().out
    assert main(command(database, "compare", "1", "2", "3", "4", "--json")) == 0
    groups = json.loads(capsys.readouterr().out)
    assert sorted(sorted(run["run"] for run in group["runs"]) for group in groups) == [[1, 3], [2, 4]]
    for group in groups:
        measures = [run["measure"] for run in group["runs"]]
        assert group["median_measure"] == sum(measures) / 2
        assert group["worst_measure"] == min(measures)
    assert main(command(database, "compare", "1", "2")) == 0
    assert "share of strings that are right" in capsys.readouterr().out
    assert main(command(database, "list", "--json")) == 0
    assert [run["status"] for run in json.loads(capsys.readouterr().out)] == ["finished"] * 4


def test_a_cluster_that_cannot_train_is_refused_before_there_is_a_sweep(database, capsys, monkeypatch):
    monkeypatch.setenv("LSTM_EXECUTOR", "tcp://127.0.0.1:1")
    assert main(command(database, "sweep", "parity", "--over", "learning_rate=0.001..0.1 log 2", *TINY)) == 1
    assert "cannot share the file sqlite:///" in capsys.readouterr().err
    with RunStore(database) as store:
        assert store.list_sweeps() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sweep"], "name one of a task with --over, --ready, --plan and --resume"),
        (["sweep", "parity"], "the sweep is empty"),
        (
            ["sweep", "own text", "--seeds", "3"],
            "a text of your own, which no sweep's link can hold; begin its runs one by one",
        ),
        (["sweep", "parity", "--over", "units=1,2"], "there is no setting 'units' to vary"),
        (
            ["sweep", "parity", "--over", "hidden_size=9..3 2"],
            "hidden_size goes from 9 to 3, expected a range that grows",
        ),
        (["sweep", "parity", "--over", "hidden_size=1..3 many"], "expected a range such as 0.001..0.1 log 5"),
        (["sweep", "parity", "--over", "hidden_size"], "varies nothing; write NAME=VALUES"),
        (["sweep", "parity", "--seeds", "3", "--halving", "soon"], "halving is “soon”, expected STEPS or STEPS:KEEP"),
        (["sweep", "--plan", "/nowhere/plan"], "The plan /nowhere/plan cannot be read"),
        (["sweep", "--plan", "{"], "the plan cannot be read as JSON"),
        (["sweep", "--ready", "gates", "--random", "3"], "a plan says itself what is varied"),
        (["sweep", "--resume", "7"], "There is no sweep 7"),
        (["compare", "3"], "There is no run 3."),
        (["serve", "--port", "99999"], "--port is 99999, expected a whole number from 1 to 65,535"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_before_anything_starts(database, capsys, arguments, message):
    assert main(command(database, *arguments)) == 1
    assert message in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(database, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(command(database, "serve", "--port", str(taken.getsockname()[1]))) == 1
    assert "Nothing can listen at port" in capsys.readouterr().err


def test_a_run_that_diverges_has_an_exit_code_of_its_own(database, capsys):
    line = ["train", "adding", *TINY, "--set", "learning_rate=1", "--set", "clip_norm=none", "--set", "init_std=1e30"]
    assert main(command(database, *line, "--json")) == 3
    said = capsys.readouterr()
    assert json.loads(said.out)["status"] == "failed"
    assert "diverged at step" in said.err


def test_a_bar_fits_the_terminal_and_its_encoding(monkeypatch):
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((30, 24)))
    for encoding, full in (("utf-8", "█"), ("ascii", "#")):
        raw = io.BytesIO()
        file = io.TextIOWrapper(raw, encoding=encoding)
        monkeypatch.setattr(file, "isatty", lambda: True)
        bar = Bar(file)
        bar.show(0.5, "5/10", 3_661)
        bar.show(0.9, "facts that are much longer than the terminal is wide", None)
        drawn = raw.getvalue().decode(encoding).replace("\x1b[K", "").split("\r")[1:]
        assert full in drawn[0]
        assert "1:01:01 left" in drawn[0]
        assert all(len(line) < 30 for line in drawn)


@pytest.mark.parametrize("shell_name", ["bash", "zsh"])
def test_completions_name_every_command_and_what_it_takes(database, capsys, shell_name):
    assert main(["completions", shell_name]) == 0
    script = capsys.readouterr().out
    assert all(word in script for word in ("sweep", "--halving", "compare", "serve", "temporal order"))
    if shell_name == "bash":
        assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0
