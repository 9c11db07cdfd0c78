"""The same runs from a terminal: what is trained here is seen in the app at once, and the other way round."""

import argparse
import os
import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TextIO

from lstm_engine.errors import EngineError, SettingsError
from lstm_engine.formats.safetensors import save_model
from lstm_engine.runs.checkpoints import restored
from lstm_engine.runs.run import Run, Status
from lstm_engine.runs.settings import PRESET_NAMES, PUBLISHED, RunSettings, preset
from lstm_engine.runs.store import RunStore
from lstm_engine.runs.training.worker import train_run
from lstm_engine.tasks import OWN_TASKS, TASKS

DATABASE_VARIABLE = "LSTM_DATABASE_URL"
DEFAULT_DATABASE = "sqlite:///runs.sqlite3"
LOOK_EVERY = 0.25  # seconds between two looks at a run that trains
FORMATS = ("safetensors", "onnx", "csv")


def database_url() -> str:
    """Where the runs are kept, unless told otherwise."""
    return os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 1 after a problem that was said."""
    options = parser().parse_args(arguments)
    try:
        with RunStore(options.database) as store:
            return int(options.command(store, options))
    except EngineError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read the list has seen enough
        return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    whole = argparse.ArgumentParser("python -m lstm_engine", description=__doc__)
    whole.add_argument(
        "--database", default=database_url(), help=f"where the runs are kept (or ${DATABASE_VARIABLE}; %(default)s)"
    )
    commands = whole.add_subparsers(required=True, metavar="train | resume | list | export")

    train = commands.add_parser("train", help="create a run and train it")
    train.add_argument("task", choices=[*TASKS, *OWN_TASKS], metavar="TASK", help=", ".join([*TASKS, *OWN_TASKS]))
    train.add_argument("--preset", choices=PRESET_NAMES, default=PUBLISHED, help="settings to begin with (%(default)s)")
    train.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting, such as hidden_size=32"
    )
    train.add_argument("--name", default="", help="of the run")
    train.add_argument("--text", type=Path, metavar="FILE", help="what to learn from, for a task on your own data")
    train.set_defaults(command=train_command)

    resume = commands.add_parser("resume", help="go on with a run that was paused, stopped or interrupted")
    resume.add_argument("run", type=int, metavar="RUN")
    resume.set_defaults(command=resume_command)

    listing = commands.add_parser("list", help="all runs, the newest first")
    listing.set_defaults(command=list_command)

    export = commands.add_parser("export", help="a run's weights, or its metrics, as a file")
    export.add_argument("run", type=int, metavar="RUN")
    export.add_argument("--format", choices=FORMATS, default="safetensors", help="csv are the metrics (%(default)s)")
    export.add_argument("--checkpoint", type=int, metavar="STEP", help="the newest if left out")
    export.add_argument("--output", type=Path, metavar="FILE", help="run_RUN.FORMAT if left out")
    export.set_defaults(command=export_command)
    return whole


def train_command(store: RunStore, options: argparse.Namespace) -> int:
    text = None
    if options.text is not None:
        try:
            text = options.text.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{options.text} cannot be read as text in UTF-8: {error}") from error
    settings = preset(options.preset, options.task, text)
    settings = replace(settings, **read_settings(options.set))
    run = store.create(settings, options.name or f"{options.task}, {options.preset}")
    return follow(store, run)


def resume_command(store: RunStore, options: argparse.Namespace) -> int:
    return follow(store, store.start(options.run))


def list_command(store: RunStore, _options: argparse.Namespace) -> int:
    rows = [("run", "name", "task", "status", "step", "of")]
    rows += [
        (str(run.id), run.name, run.settings.task, run.status.value, f"{run.step:,}", f"{run.end_step:,}")
        for run in store.list_runs()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def export_command(store: RunStore, options: argparse.Namespace) -> int:
    run = store.get(options.run)
    path = options.output or Path(f"run_{run.id}.{options.format}")
    try:
        if options.format == "csv":
            write_metrics(store, run, path)
        else:
            step = store.newest_checkpoint_step(run.id) if options.checkpoint is None else options.checkpoint
            trainer = restored(run.settings, store.checkpoint(run.id, step))
            if options.format == "onnx":
                from lstm_engine.formats.onnx import export_onnx

                export_onnx(trainer.model, path)
            else:
                save_model(trainer.model, path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    except ImportError as error:
        raise SettingsError("ONNX export needs the package onnx: pip install onnx") from error
    print(path)
    return 0


def write_metrics(store: RunStore, run: Run, path: Path) -> None:
    """All metrics as CSV, a row a step; empty where nothing was measured."""
    history = store.history(run.id)
    names = [field.name for field in fields(history)]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for row in zip(*(getattr(history, name).tolist() for name in names), strict=True):
            file.write(",".join("" if value != value else repr(value) for value in row) + "\n")


def read_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """From ``name=value`` texts to settings of the right kinds.

    Raises:
        SettingsError: there is no such setting, or the value is not of its kind.
    """
    kinds = RunSettings.__annotations__
    known = {name: getattr(kind, "__name__", str(kind)) for name, kind in kinds.items() if name not in ("task", "text")}
    values: dict[str, Any] = {}
    for pair in pairs:
        name, given, text = pair.partition("=")
        if not given or name not in known:
            raise SettingsError(f"“{pair}” is no setting; write NAME=VALUE with one of {', '.join(known)}")
        kind = known[name]
        try:
            if text == "none" and "None" in kind:
                values[name] = None
            elif "bool" in kind:
                values[name] = {"true": True, "false": False}[text]
            elif "int" in kind:
                values[name] = int(text)
            elif "float" in kind:
                values[name] = float(text)
            else:
                values[name] = text
        except (ValueError, KeyError):
            raise SettingsError(f"{name} is “{text}”, expected {kind.replace(' | None', ' or none')}") from None
    return values


def follow(store: RunStore, run: Run) -> int:
    """Train the run here, unless the app does, and show how far it is until it pauses or ends."""
    leave, done = threading.Event(), threading.Event()
    former = {number: signal.signal(number, lambda *_: leave.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    print(f"run {run.id}: {run.name}")
    bar = ProgressBar(sys.stdout)
    watcher = threading.Thread(target=watch, args=(store, run.id, bar, done), daemon=True)
    watcher.start()
    try:
        while not leave.is_set():
            train_run(store.url, run.id, leave)
            run = store.get(run.id)
            if run.status not in (Status.TRAINING, Status.LOST, Status.QUEUED):
                break
            leave.wait(LOOK_EVERY)  # the app trains it
    finally:
        done.set()
        watcher.join()
        for number, handler in former.items():
            signal.signal(number, handler)
    run = store.get(run.id)
    bar.show(store, run)
    bar.end()
    if run.status is Status.FAILED:
        print(run.error, file=sys.stderr)
        return 1
    if leave.is_set() and run.step < run.end_step:
        print(f"paused; go on with: python -m lstm_engine resume {run.id}")
    return 0


def watch(store: RunStore, run_id: int, bar: "ProgressBar", done: threading.Event) -> None:
    """Draw the bar until the training is done."""
    while not done.wait(LOOK_EVERY):
        try:
            bar.show(store, store.get(run_id))
        except EngineError:
            continue  # the training meets the same trouble, and says so


class ProgressBar:
    """One line that is drawn over itself; where the output is no terminal, one line at every tenth.

    Args:
        file: where to draw it.
    """

    def __init__(self, file: TextIO):
        self.file = file
        self.on_terminal = file.isatty()
        self.tenth = -1
        self.seen = 0  # the step that was measured last
        self.numbers = ""

    def show(self, store: RunStore, run: Run) -> None:
        """Draw it for the run as it is now."""
        history = store.history(run.id, max(self.seen, run.step - 50))
        if len(history.step):
            self.seen = int(history.step[-1])
            self.numbers = f"loss {history.loss[-1]:.4f}"
        share = run.step / run.end_step
        speed = f"{run.steps_per_second:,.0f} steps/s" if run.steps_per_second else run.status.value
        left = (run.target_step - run.step) / run.steps_per_second if run.steps_per_second else 0
        facts = f"{run.step:,}/{run.end_step:,}  {self.numbers}  {speed}"
        facts += f"  {int(left // 60)}:{int(left % 60):02d} left" if left else ""
        if self.on_terminal:
            room = max(10, shutil.get_terminal_size().columns - len(facts) - 4)
            filled = round(share * room)
            self.file.write(f"\r{'█' * filled}{'░' * (room - filled)}  {facts}\x1b[K")
        elif int(10 * share) > self.tenth:
            self.tenth = int(10 * share)
            self.file.write(f"{100 * share:3.0f} %  {facts}\n")
        self.file.flush()

    def end(self) -> None:
        """Leave the line as it is."""
        if self.on_terminal:
            self.file.write("\n")
