"""``python -m lstm_engine``, as processes and in this one."""

import csv
import io
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstm_engine import load_model
from lstm_engine.runs import RunStore, Status
from lstm_engine.runs.cli import main
from lstm_engine.runs.terminal import Bar

from .conftest import SMALL as SMALL_SETTINGS


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
        assert process.returncode == 130
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
        (["train", "own text", "--text", "/dev/zero"], "at most 200,000 are possible"),
        (["train", "own text", "--text", "/"], "Is a directory"),
        (["train", "parity", "--set", "seed=1e3"], "seed is “1e3”, expected a whole number of at least 0"),
        (["train", "parity", "--set", f"seed={'9' * 5_000}"], "seed is “999"),
        (["train", "parity", "--set", "learning_rate=1e999"], "learning_rate is inf"),
        (["resume", "9"], "There is no run 9."),
        (["resume", "99999999999999999999"], "There is no run 99999999999999999999."),
        (["export", "-1"], "There is no run -1."),
        (["export", "9"], "There is no run 9."),
    ],
)
def test_problems_are_said_in_a_sentence(database, capsys, arguments, message):
    assert main(command(database, *arguments)) == 1
    assert message in capsys.readouterr().err


def test_what_is_no_command_is_refused(database, capsys):
    with pytest.raises(SystemExit):
        main(command(database, "dance"))
    assert "train" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://teacher:secret@school:abc/runs", "“postgresql://teacher:***@school:abc/runs” is not a database"),
        ("nonsense", "“nonsense” is not a database URL"),
        ("sqlite:////proc/none/runs.sqlite3", "/proc/none"),
        ("sqlite:////dev/null/runs.sqlite3", "/dev/null"),
        ("sqlite:////", "The run store / cannot be"),
        (f"sqlite:////tmp/{'x' * 300}", "File name too long"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said_in_a_sentence(capsys, url, message):
    assert main(["--database", url, "list"]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "parity", "--name", "\udcff"], "“\\udcff” is not text in UTF-8"),
        (["resume", "9" * 5_000], "is no number of a run or a step"),
        (["resume", "first"], "“first” is no number"),
    ],
)
def test_what_cannot_be_an_argument_is_refused(database, capsys, arguments, message):
    with pytest.raises(SystemExit):
        main(command(database, *arguments))
    assert message in capsys.readouterr().err


def test_help_keeps_the_databases_password(monkeypatch, capsys):
    monkeypatch.setenv("LSTM_DATABASE_URL", "postgresql://teacher:se%40c@ret@school/runs?password=secret")
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    said = "".join(capsys.readouterr().out.split())
    assert "postgresql://teacher:***@school/runs?password=***" in said
    assert "ret@" not in said


def test_names_are_printed_as_text(database, capsys):
    with RunStore(database) as store:
        store.create(
            replace(SMALL_SETTINGS, end_step=1), "\x1b[31mred\x1b]0;title\x07 \u202ebackwards\nnext", start=False
        )
    assert main(command(database, "list")) == 0
    said = capsys.readouterr().out
    assert r"\x1b[31mred\x1b]0;title\x07 \u202ebackwards\nnext" in said
    assert main(command(database, "resume", "1")) == 0
    assert "\x1b" not in said + capsys.readouterr().out


@pytest.fixture
def one_run(database) -> str:
    with RunStore(database) as store:
        store.create(SMALL_SETTINGS, start=False)
    return database


@pytest.mark.parametrize("format", ["safetensors", "onnx", "csv"])
def test_an_export_is_written_through_links_and_devices(one_run, tmp_path, capsys, format):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_text("what stood here, and is written over")
    assert main(command(one_run, "export", "1", "--format", format, "--output", str(tmp_path / "link"))) == 0
    assert (tmp_path / "link").is_symlink()
    assert b"what stood here" not in (tmp_path / "file").read_bytes()
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert main(command(one_run, "export", "1", "--format", format, "--output", str(tmp_path / "pipe"))) == 0
    assert len(os.read(reader, 100_000)) == (tmp_path / "file").stat().st_size
    os.close(reader)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    for nowhere, message in ((tmp_path, "Is a directory"), ("/nowhere/x", "No such file"), ("/dev/full", "No space")):
        assert main(command(one_run, "export", "1", "--format", format, "--output", str(nowhere))) == 1
        said = capsys.readouterr().err
        assert f"{nowhere} cannot be written: " in said
        assert message in said


@pytest.mark.parametrize("format", ["safetensors", "onnx", "csv"])
def test_an_export_goes_to_the_standard_output(one_run, tmp_path, monkeypatch, capfdbinary, format):
    monkeypatch.chdir(tmp_path)
    assert main(command(one_run, "export", "1", "--format", format, "--output", "-")) == 0
    written = capfdbinary.readouterr().out
    assert list(tmp_path.glob("-*")) == []
    assert main(command(one_run, "export", "1", "--format", format, "--output", "./-")) == 0
    file = (tmp_path / "-").read_bytes()
    assert sorted(file) == sorted(written) != []  # safetensors has no order in its header


def shell(database: str, line: str) -> tuple[int, str]:
    """Exit code and standard error of a line in which ``{lstm}`` stands for the program."""
    program = f"{sys.executable} -m lstm_engine --database {database}"
    done = subprocess.run(["bash", "-c", line.format(lstm=program)], stderr=subprocess.PIPE, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("{lstm} list > /dev/full", 1, "The output cannot be written: No space left on device.\n"),
        ("{lstm} list >&-", 0, ""),
        ("{lstm} list | true; exit ${{PIPESTATUS[0]}}", 0, ""),
        ("{lstm} resume 1 | true; exit ${{PIPESTATUS[0]}}", 0, ""),
        ("{lstm} export 1 --output /dev/stdout | cat > /dev/null", 0, ""),
        ("PYTHONIOENCODING=ascii {lstm} export 9", 1, "There is no run 9.\n"),
    ],
)
def test_an_output_that_breaks_leaves_no_traceback(one_run, line, code, said):
    assert shell(one_run, line) == (code, said)
    with RunStore(one_run) as store:
        assert store.get(1).step == (SMALL_SETTINGS.end_step if "resume" in line else 0)  # training minds no bar


def test_ctrl_c_leaves_no_traceback(one_run, monkeypatch):
    def interrupted(_self):
        raise KeyboardInterrupt

    monkeypatch.setattr(RunStore, "list_runs", interrupted)
    assert main(command(one_run, "list")) == 130


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sweep"], "name one of a task with --over, --ready, --plan and --resume"),
        (["sweep", "parity"], "the sweep is empty"),
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
