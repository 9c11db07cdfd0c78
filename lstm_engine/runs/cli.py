"""The same runs from a terminal: what is trained here is seen in the app at once, and the other way round."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lstm_engine.checks import SHOWN
from lstm_engine.errors import EngineError, SettingsError, TaskInputError
from lstm_engine.runs.backup_commands import add_backup_commands
from lstm_engine.runs.commands.compare import add_compare
from lstm_engine.runs.commands.exits import (
    DONE,
    FAILED,
    IN_WORDS,
    INTERRUPTED,
    REFUSED,
    RESTS,
    TERMINATED,
    print_json,
    run_data,
    table,
)
from lstm_engine.runs.commands.export import add_export
from lstm_engine.runs.commands.given import read_settings
from lstm_engine.runs.commands.serve import add_serve
from lstm_engine.runs.commands.sweep import add_sweep
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
LARGEST_TEXT = 4_000_000  # bytes of a file to learn from; no task takes so many, and /dev/zero has no end
OF_A_RUN = [name for name in SETTINGS if name not in ("task", "text")]  # those two have options of their own
PROGRAM = "lstm-engine"  # as it is installed; ``python -m lstm_engine`` is the same


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code, see ``commands.exits``."""
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
        return DONE
    except EngineError as error:
        complain(f"{error}")
        return REFUSED
    except OSError as error:
        forget_output()
        complain(f"The output cannot be written: {error.strerror or error}.")
        return REFUSED
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
    whole = argparse.ArgumentParser("python -m lstm_engine", description=__doc__, epilog=IN_WORDS)
    whole.set_defaults(opens_store=True, json=False)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON for scripts; progress goes to standard error")
    shown = without_password(database_url()).replace("%", "%%")
    whole.add_argument(
        "--database",
        type=utf8,
        default=database_url(),
        help=f"where the runs are kept (or ${DATABASE_VARIABLE}; {printable(shown)})",
    )
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", parents=[common], help="create a run and train it")
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

    resume = commands.add_parser(
        "resume", parents=[common], help="go on with a run that was paused, stopped or interrupted"
    )
    resume.add_argument("run", type=whole_number, metavar="RUN")
    resume.set_defaults(command=resume_command)

    listing = commands.add_parser("list", parents=[common], help="all runs, the newest first")
    listing.set_defaults(command=list_command)

    add_export(commands, common, whole_number)
    add_backup_commands(commands)
    add_sweep(commands, common, utf8, whole_number)
    add_compare(commands, common, whole_number)
    add_serve(commands, common, whole_number)
    completions = commands.add_parser("completions", help="a script by which a shell completes commands and options")
    completions.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    completions.set_defaults(command=completions_command, opens_store=False)
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
    settings = replace(settings, **read_settings(options.set, OF_A_RUN))
    run = store.create(settings, options.name or "", suggestion=f"{options.task}, {options.preset}")
    return follow(store, run, options.json)


def resume_command(store: RunStore, options: argparse.Namespace) -> int:
    return follow(store, store.start(options.run), options.json)


def completions_command(options: argparse.Namespace) -> int:
    try:
        import shtab
    except ImportError:
        raise SettingsError("Completions need shtab. Install it: python -m pip install shtab") from None
    whole = parser()
    whole.prog = PROGRAM
    print(shtab.complete(whole, options.shell))
    return DONE


def list_command(store: RunStore, options: argparse.Namespace) -> int:
    rows = [("run", "name", "task", "status", "step", "of")]
    runs = store.list_runs()
    if options.json:
        print_json([run_data(run) for run in runs])
        return DONE
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
    print(table(rows))
    for run in runs:
        if run.problem is not None:
            complain(f"run {run.id}: {run.problem}")
    return 0


def follow(store: RunStore, run: Run, as_json: bool = False) -> int:
    """Train the run here, unless the app does, and show how far it is until it pauses or ends."""
    leave, done, told = threading.Event(), threading.Event(), [INTERRUPTED]

    def stop(number: int, _frame: object) -> None:
        told[0] = TERMINATED if number == signal.SIGTERM else INTERRUPTED
        leave.set()

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    bar = ProgressBar(sys.stderr if as_json else sys.stdout)
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
    bar.show_run(store, run)
    bar.end()
    if as_json:
        print_json(run_data(run))
    if run.status is Status.FAILED:
        complain(run.error or "")
        return FAILED
    if run.status is Status.FINISHED:
        return DONE
    bar.say(f"paused; go on with: python -m lstm_engine resume {run.id}")
    return told[0] if leave.is_set() else RESTS


def watch(store: RunStore, run_id: int, bar: ProgressBar, done: threading.Event) -> None:
    """Draw the bar until the training is done."""
    while not done.wait(LOOK_EVERY):
        try:
            bar.show_run(store, store.get(run_id))
        except EngineError:
            continue  # the training meets the same trouble, and says so
