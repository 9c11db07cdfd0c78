"""A run whose worker and server are killed again and again, against the same run undisturbed.

    python -m tests.benchmarks.kills --database sqlite --kills 100
    python -m tests.benchmarks.kills --database postgres --kills 20

In the middle its learning rate is changed. Exits with 1 if a bit differs, or a metric is lost or doubled.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_engine.runs import PRESETS, History, Run, RunSettings, RunStore, Status
from lstm_engine.runs.checkpoints import restore
from lstm_engine.runs.lease import lease_process, process_exists
from lstm_engine.runs.training.worker import is_validation_step
from tests.benchmarks.table import print_table
from tests.postgres import PostgresServer

SETTINGS = replace(PRESETS["classroom"], hidden_size=8, batch_size=4, sequence_length=10, seed=5)
PACE = 200.0  # steps a second while it is being killed
STEPS, STEPS_A_KILL = 1_500, 150
CHANGED_RATE = 0.02
SHORT_LIFE, LONG_LIFE = 0.3, 3.0  # seconds that a worker may live at most; now and then it gets to save in passing
LONG_SHARE = 0.2
SERVER_SHARE = 0.15  # of the kills that hit the server
PATIENCE = 120.0  # seconds without any kill, or until the end
# a server's training side: a launcher, and the workers that it starts; it dies with all of them
SERVER = """
import sys, time
from lstm_engine.runs import Launcher, RunStore, StoreError
while True:
    try:
        store = RunStore(sys.argv[1])
        break
    except StoreError:
        time.sleep(0.1)  # as the app, which tries again at every visit
Launcher(store, capacity=1).start()
while True:
    time.sleep(1)
"""


@dataclass
class Outcome:
    """What was done to a run, and what became of it.

    Attributes:
        kills: how many of whom. given_up: how often it had to be started again by hand, as a person would.
        differences: what is not as it would be undisturbed; empty if all is well.
    """

    run: Run
    kills: dict[str, int] = field(default_factory=lambda: {"worker": 0, "server": 0})
    given_up: int = 0
    changed_at: int | None = None
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0


def disturbed(url: str, kills: int, seed: int) -> Outcome:
    """Train a run and kill its worker or its server at random moments, which come from the seed; what they hit is
    chance."""
    moments, started = random.Random(seed), time.monotonic()
    with RunStore(url) as store:
        settings = replace(SETTINGS, end_step=STEPS + STEPS_A_KILL * kills, pace=PACE)
        found = Outcome(store.create(settings))
        run_id = found.run.id
        server = start_server(url)
        try:
            killed_at = time.monotonic()
            while sum(found.kills.values()) < kills:
                time.sleep(moments.uniform(0.0, LONG_LIFE if moments.random() < LONG_SHARE else SHORT_LIFE))
                run = store.get(run_id)
                if run.status is Status.FINISHED or time.monotonic() - killed_at > PATIENCE:
                    found.differences.append(f"only {sum(found.kills.values())} kills: the run was {run.status.value}")
                    break
                if run.status is Status.FAILED:
                    found.given_up += 1
                    store.start(run_id)
                if sum(found.kills.values()) >= kills // 2 and not store.changes(run_id):
                    store.change(run_id, "learning_rate", CHANGED_RATE)
                process = lease_process(run.lease) if run.lease is not None else None
                if process is None or not process_exists(process):
                    continue  # the next worker is not there yet
                if moments.random() < SERVER_SHARE:
                    server.kill()
                    server.wait()
                    server = start_server(url)
                    found.kills["server"] += 1
                else:
                    os.kill(process, signal.SIGKILL)
                    found.kills["worker"] += 1
                killed_at = time.monotonic()
            store.set_pace(run_id, 0.0)
            deadline = time.monotonic() + PATIENCE
            while store.get(run_id).status is not Status.FINISHED and time.monotonic() < deadline:
                if store.get(run_id).status is Status.FAILED:
                    found.given_up += 1
                    store.start(run_id)
                time.sleep(0.1)
        finally:
            server.kill()
            server.wait()
        found.run = store.get(run_id)
        found.differences += differences(store, found)
    found.seconds = time.monotonic() - started
    return found


def start_server(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SERVER, url], start_new_session=True)


def differences(store: RunStore, found: Outcome) -> list[str]:
    """Where the run is not what the engine alone computes, with the same change at the same step."""
    run = found.run
    if run.status is not Status.FINISHED:
        return [f"the run is {run.status.value} at step {run.step:,}: {run.error}"]
    (change,) = store.changes(run.id)
    found.changed_at = change.step
    expected, weights = undisturbed(run.settings, change.step or 0)
    history = store.history(run.id)
    if history.step.tolist() != expected.step.tolist():
        return [f"{len(history.step):,} metrics were recorded, expected those of {run.end_step:,} steps, each once"]
    said = [
        f"{name} differs at {int((getattr(history, name) != getattr(expected, name)).sum()):,} steps"
        for name in History.__dataclass_fields__
        if not np.array_equal(getattr(history, name), getattr(expected, name), equal_nan=True)
    ]
    trainer = run.settings.build_trainer()
    restore(trainer, store.checkpoint(run.id, run.end_step))
    if trainer.model.parameters.flat.tobytes() != weights.tobytes():
        said.append("the final weights differ")
    return said


def undisturbed(settings: RunSettings, changed_at: int) -> tuple[History, NDArray]:
    """A run's metrics and final weights, by the engine alone."""
    trainer = settings.build_trainer()
    rows = []
    for step in range(1, settings.end_step + 1):
        if step == changed_at:
            trainer.base_rate = CHANGED_RATE
        measured = trainer.step()
        validation = trainer.validate() if is_validation_step(step) else np.nan
        rows.append((step, measured.loss, validation, measured.gradient_norm, measured.learning_rate, np.nan))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return History(*columns), trainer.model.parameters.flat


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database of that kind."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'runs.sqlite3'}"
        return
    server = PostgresServer()
    try:
        yield server.new_database()
    finally:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with database(options.database) as url:
        found = disturbed(url, options.kills, options.seed)
    print_table(
        f"A run killed {sum(found.kills.values())} times, seed {options.seed}",
        ["database", "worker", "server", "started by hand", "rate changed at", "steps", "seconds", "as undisturbed"],
        [
            [
                options.database,
                str(found.kills["worker"]),
                str(found.kills["server"]),
                str(found.given_up),
                f"{found.changed_at or 0:,}",
                f"{found.run.step:,} of {found.run.end_step:,}",
                f"{found.seconds:.0f}",
                "no" if found.differences else "yes, every bit",
            ]
        ],
    )
    for difference in found.differences:
        print(f"  {difference}")
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main())
