"""``export``: a run's weights, or its metrics, as a file."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from lstm_engine.errors import SettingsError, WeightsError
from lstm_engine.formats.safetensors import save_model
from lstm_engine.runs.checkpoints import restored_model
from lstm_engine.runs.commands.exits import DONE, print_json
from lstm_engine.runs.run import Run
from lstm_engine.runs.store import RunStore
from lstm_engine.runs.terminal import printable

STANDARD_OUTPUT = "-"  # as a file to write to; a file of that name is ./-
FORMATS = ("safetensors", "onnx", "csv")


def add_export(commands: Any, common: argparse.ArgumentParser, number: Any) -> None:
    """The command and its options."""
    export = commands.add_parser("export", parents=[common], help="a run's weights, or its metrics, as a file")
    export.add_argument("run", type=number, metavar="RUN")
    export.add_argument("--format", choices=FORMATS, default="safetensors", help="csv are the metrics (%(default)s)")
    export.add_argument("--checkpoint", type=number, metavar="STEP", help="the newest if left out")
    export.add_argument("--output", metavar="FILE", help="run_RUN.FORMAT if left out; - for the standard output")
    export.set_defaults(command=export_command)


def export_command(store: RunStore, options: argparse.Namespace) -> int:
    run = store.get(options.run)
    if options.output == STANDARD_OUTPUT:
        with tempfile.TemporaryDirectory() as folder:  # some formats are written to files alone
            path = Path(folder) / f"run.{options.format}"
            write_export(store, run, options, path)
            sys.stdout.buffer.write(path.read_bytes())
        return 0
    path = Path(options.output or f"run_{run.id}.{options.format}")
    write_export(store, run, options, path)
    if path.is_file() and not is_output(path):  # what was written there is not to be mixed up with its name
        if options.json:
            print_json({"run": run.id, "format": options.format, "path": str(path)})
        else:
            print(printable(str(path)))
    return DONE


def write_export(store: RunStore, run: Run, options: argparse.Namespace, path: Path) -> None:
    """Write a run's weights or metrics, as the options want them.

    Raises:
        EngineError: they cannot be written, or there are none.
    """
    try:
        if options.format == "csv":
            write_metrics(store, run, path)
        else:
            step = options.checkpoint
            data = store.newest_checkpoint(run.id)[1] if step is None else store.checkpoint(run.id, step)
            model = restored_model(run.settings, data)
            if options.format == "onnx":
                from lstm_engine.formats.onnx import export_onnx

                export_onnx(model, path)
            else:
                save_model(model, path)
    except BrokenPipeError:
        raise
    except WeightsError as error:
        if isinstance(error.__cause__, BrokenPipeError):
            raise error.__cause__ from None
        raise
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror or error}") from error


def is_output(path: Path) -> bool:
    """Whether the path leads to the standard output itself, as ``/dev/stdout`` does."""
    try:
        return os.path.samestat(path.stat(), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError):
        return False


def write_metrics(store: RunStore, run: Run, path: Path) -> None:
    """All metrics as CSV, a row a step; empty where nothing was measured."""
    history = store.history(run.id)
    columns = vars(history)  # by name, the step first
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(columns) + "\n")
        for row in zip(*(column.tolist() for column in columns.values()), strict=True):
            file.write(",".join("" if value != value else repr(value) for value in row) + "\n")
