"""A sweep of 200 runs against the same training by bare processes: what its machinery costs.

``python -m tests.benchmarks.sweeping [runs]``
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lstm_engine.runs import Launcher, RunStore
from lstm_engine.runs.sweeps import Plan, SweepState, axis_range
from lstm_engine.runs.sweeps.plan import RANDOM
from lstm_engine.runs.training.bounds import available_cores
from tests.benchmarks.table import print_table

RUNS = 200
BARE = """
import sys
from lstm_engine.runs.sweeps import Plan
from lstm_engine.runs.training.worker import is_measured_step, is_validation_step
print("ready", flush=True)
sys.stdin.readline()
plan, first, cores = Plan.from_json(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for trial in plan.trials[first::cores]:
    trainer = trial.settings.build_trainer()
    for step in range(1, trial.settings.end_step + 1):
        trainer.step()
        if is_validation_step(step):
            trainer.validate()
        if is_measured_step(step) or step == trial.settings.end_step:
            trainer.task.measure(trainer.model, trainer.sequence_length, thorough=False)
"""


def main() -> None:
    runs = int(sys.argv[-1]) if sys.argv[-1].isdigit() else RUNS
    cores = available_cores()
    rates = axis_range("learning_rate", 0.0005, 0.05, 2, "log")
    plan = Plan("temporal order", (rates,), method=RANDOM, choices=runs, fixed={"sequence_length": 50, "end_step": 500})
    rows = []
    bare = swept = 0.0
    for part in range(2):  # turn by turn, each a half of the runs, so that what else the machine does hits both
        half = Plan(**{**vars_of(plan), "choices": runs // 2, "draw": part})
        bare += by_bare_processes(half, cores)
        swept += by_a_sweep(half, cores)
        print(f"{(part + 1) * (runs // 2)} runs: bare {bare:.1f} s, swept {swept:.1f} s", flush=True)
    rows.append([f"{runs} runs, {cores} cores", f"{bare:.1f}", f"{swept:.1f}", f"{100 * (swept / bare - 1):+.1f} %"])
    print_table("A sweep against bare processes", ["what", "bare (s)", "swept (s)", "machinery"], rows)


def vars_of(plan: Plan) -> dict[str, object]:
    """Its fields."""
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def by_bare_processes(plan: Plan, cores: int) -> float:
    """Seconds that the training alone takes: a process a core, each with its share of the runs; no store."""
    line = [sys.executable, "-c", BARE, plan.to_json()]
    environment = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    found = [
        subprocess.Popen(
            [*line, str(k), str(cores)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        for k in range(cores)
    ]
    for process in found:
        assert process.stdout is not None
        process.stdout.readline()
    started = time.perf_counter()
    for process in found:  # all of them, before the first is waited for
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in found:
        process.communicate()
        assert process.returncode == 0
    return time.perf_counter() - started


def by_a_sweep(plan: Plan, cores: int) -> float:
    """Seconds from the click to the last run's end, all that a sweep keeps included."""
    with tempfile.TemporaryDirectory() as folder, RunStore(f"sqlite:///{folder}/runs.sqlite3") as store:
        launcher = Launcher(store, capacity=cores)
        launcher.start()
        started = time.perf_counter()
        sweep = store.create_sweep(plan)
        while store.get_sweep(sweep.id).state is SweepState.RUNNING:
            time.sleep(0.05)
        seconds = time.perf_counter() - started
        assert all(run.step == run.end_step for run in store.list_runs())
        launcher.close()
        return seconds


if __name__ == "__main__":
    main()
