"""The same runs from a terminal: what is trained here is seen in the app at once, and the other way round."""

import argparse
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lstm_engine.checks import SHOWN
from lstm_engine.errors import EngineError, SettingsError, TaskInputError, WeightsError
from lstm_engine.formats.safetensors import save_model
from lstm_engine.runs.backup_commands import add_backup_commands
from lstm_engine.runs.checkpoints import restored_model
from lstm_engine.runs.fields import is_text
from lstm_engine.runs.presets import PRESET_NAMES, PUBLISHED, preset
from lstm_engine.runs.run import Run, Status
from lstm_engine.runs.settings import SETTINGS
from lstm_engine.runs.store import RunStore, StoreError
from lstm_engine.runs.store.address import DATABASE_VARIABLE, database_url, without_password
from lstm_engine.runs.terminal import ProgressBar, complain, forget_output, prepare, printable
from lstm_engine.runs.training.worker import train_run
from lstm_engine.tasks import KINDS
from lstm_engine.tasks.decoding import decode
from lstm_engine.tasks.series import OwnSeriesTask
from lstm_engine.tasks.tables import prepare as prepare_column
from lstm_engine.tasks.tables import read_table

LOOK_EVERY = 0.25  # seconds between two looks at a run that trains
STANDARD_OUTPUT = "-"  # as a file to write to; a file of that name is ./-
FORMATS = ("safetensors", "onnx", "csv")
LARGEST_TEXT = 4_000_000  # bytes of a file to learn from; no task takes so many, and /dev/zero has no end
INTERRUPTED = 130  # exit code after Ctrl-C, as a shell expects it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 1 after a problem that was said."""
    prepare()
    options = parser().parse_args(arguments)
    try:
        if options.opens_store:
            with opened(options.database) as store:
                code = int(options.command(store, options))
        else:
            code = int(options.command(options))
        sys.stdout.flush()  # what cannot be written is to be told here
    except BrokenPipeError:  # whoever read the list has seen enough
        forget_output()
        return 0
    except EngineError as error:
        complain(f"{error}")
        return 1
    except OSError as error:
        forget_output()
        complain(f"The output cannot be written: {error.strerror or error}.")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def opened(url: str) -> RunStore:
    """The store at that address.

    Raises:
        StoreError: it cannot be opened, or its file has a name that no system takes.
    """
    try:
        return RunStore(url)
    except OSError as error:
        place = printable(without_password(url)[:SHOWN])
        raise StoreError(f"The run store {place} cannot be opened: {error.strerror or error}.") from error


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    whole = argparse.ArgumentParser("python -m lstm_engine", description=__doc__)
    shown = without_password(database_url()).replace("%", "%%")
    whole.add_argument(
        "--database",
        type=utf8,
        default=database_url(),
        help=f"where the runs are kept (or ${DATABASE_VARIABLE}; {printable(shown)})",
    )
    commands = whole.add_subparsers(required=True, metavar="train | resume | list | export | backup | restore")
    whole.set_defaults(opens_store=True)

    train = commands.add_parser("train", help="create a run and train it")
    train.add_argument("task", choices=[*KINDS], metavar="TASK", help=", ".join(KINDS))
    train.add_argument("--preset", choices=PRESET_NAMES, default=PUBLISHED, help="settings to begin with (%(default)s)")
    train.add_argument(
        "--set",
        action="append",
        type=utf8,
        default=[],
        metavar="NAME=VALUE",
        help="change a setting, such as hidden_size=32",
    )
    train.add_argument("--name", type=utf8, default="", help="of the run")
    train.add_argument("--text", type=Path, metavar="FILE", help="what to learn from, for a task on your own data")
    train.set_defaults(command=train_command)

    resume = commands.add_parser("resume", help="go on with a run that was paused, stopped or interrupted")
    resume.add_argument("run", type=whole_number, metavar="RUN")
    resume.set_defaults(command=resume_command)

    listing = commands.add_parser("list", help="all runs, the newest first")
    listing.set_defaults(command=list_command)

    export = commands.add_parser("export", help="a run's weights, or its metrics, as a file")
    export.add_argument("run", type=whole_number, metavar="RUN")
    export.add_argument("--format", choices=FORMATS, default="safetensors", help="csv are the metrics (%(default)s)")
    export.add_argument("--checkpoint", type=whole_number, metavar="STEP", help="the newest if left out")
    export.add_argument("--output", metavar="FILE", help="run_RUN.FORMAT if left out; - for the standard output")
    export.set_defaults(command=export_command)
    add_backup_commands(commands)
    return whole


def utf8(text: str) -> str:
    """A text that can be stored, or a sentence for argparse."""
    if not is_text(text):
        raise argparse.ArgumentTypeError(f"“{printable(text)}” is not text in UTF-8")
    return text


def whole_number(text: str) -> int:
    """A number of a run or of a step, or a sentence for argparse."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{printable(text[:SHOWN])}” is no number of a run or a step") from None


def brought(path: Path, task: str) -> str:
    """A file to learn from, as a run keeps it; what was made of a table is printed."""
    try:
        with path.open("rb") as file:
            text = decode(file.read(LARGEST_TEXT)).text.replace("\r\n", "\n")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read as text: {error}") from error
    if task != OwnSeriesTask.name:
        return text
    table = read_table(text)
    column = table.suggested
    if column is None:
        raise TaskInputError("No column of the file holds numbers.")
    prepared = prepare_column(table, column)
    for said in (table.words, f"Learning from “{column.name}”.", *prepared.notes):
        print(printable(said))
    return prepared.text


def train_command(store: RunStore, options: argparse.Namespace) -> int:
    text = None if options.text is None else brought(options.text, options.task)
    settings = preset(options.preset, options.task, text)
    settings = replace(settings, **read_settings(options.set))
    run = store.create(settings, options.name or "", suggestion=f"{options.task}, {options.preset}")
    return follow(store, run)


def resume_command(store: RunStore, options: argparse.Namespace) -> int:
    return follow(store, store.start(options.run))


def list_command(store: RunStore, _options: argparse.Namespace) -> int:
    rows = [("run", "name", "task", "status", "step", "of")]
    runs = store.list_runs()
    rows += [
        (
            str(run.id),
            printable(run.name),
            printable(run.settings.task),
            run.status.value if run.is_trained else "trained elsewhere",
            f"{run.step:,}" if run.is_trained else "",
            f"{run.end_step:,}" if run.is_trained else "",
        )
        for run in runs
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for run in runs:
        if run.problem is not None:
            complain(f"run {run.id}: {run.problem}")
    return 0


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
        print(printable(str(path)))
    return 0


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


def read_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """From ``name=value`` texts to settings of the right kinds.

    Raises:
        SettingsError: there is no such setting, or the value is not of its kind.
    """
    known = [name for name in SETTINGS if name not in ("task", "text")]
    values: dict[str, Any] = {}
    for pair in pairs:
        name, given, text = pair.partition("=")
        if not given or name not in known:
            raise SettingsError(f"“{pair[:SHOWN]}” is no setting; write NAME=VALUE with one of {', '.join(known)}")
        values[name] = SETTINGS[name].parse(text)
    return values


def follow(store: RunStore, run: Run) -> int:
    """Train the run here, unless the app does, and show how far it is until it pauses or ends."""
    leave, done = threading.Event(), threading.Event()
    former = {number: signal.signal(number, lambda *_: leave.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    bar = ProgressBar(sys.stdout)
    watcher = threading.Thread(target=watch, args=(store, run.id, bar, done), daemon=True)
    watcher.start()
    try:
        bar.say(f"run {run.id}: {printable(run.name)}")
        while not leave.is_set():
            train_run(store.url, run.id, leave)
            run = store.get(run.id)
            if not run.status.under_way:
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
        complain(run.error or "")
        return 1
    if leave.is_set() and run.step < run.end_step:
        bar.say(f"paused; go on with: python -m lstm_engine resume {run.id}")
    return 0


def watch(store: RunStore, run_id: int, bar: ProgressBar, done: threading.Event) -> None:
    """Draw the bar until the training is done."""
    while not done.wait(LOOK_EVERY):
        try:
            bar.show(store, store.get(run_id))
        except EngineError:
            continue  # the training meets the same trouble, and says so
