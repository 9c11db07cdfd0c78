"""``python -m lstm_engine``, as processes and in this one."""

import csv
import os
import signal
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
