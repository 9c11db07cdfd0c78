"""The engine against PyTorch's CPU build and JAX, each alone in a process of its own, and how its costs grow."""

import statistics
import tracemalloc
from functools import partial

import numpy as np

from lstm_engine import Adam, LSTMModel, Stepper, Trainer, tasks
from lstm_engine.learning.shards import available_cores
from lstm_engine.runs.sharding import usual_shards
from lstm_engine.tasks.base import Batch, Task
from tests.benchmarks import peers
from tests.benchmarks.alone import ONE_THREAD, ask, middle_and_range, seconds_per_call, turn_by_turn
from tests.benchmarks.table import print_table

SHAPES = [
    (28, 32, 28, 25, 32),
    (28, 64, 28, 25, 32),
    (28, 128, 28, 25, 32),
    (100, 256, 1000, 10, 20),
    (100, 256, 1000, 25, 32),
    (128, 512, 128, 50, 64),
]
SECONDS = 1.0  # spent on each shape in each turn of each side
TURNS = 5
STEPS_OF_A_LONG_RUN = (1_000, 10_000, 100_000)


def our_step(I: int, H: int, O: int, T: int, B: int) -> peers.Action:
    """A whole training step: forward, BPTT, clipping, Adam."""
    model = LSTMModel(I, H, O)
    adam = Adam(model, clip_norm=1.0)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(T, B, I)).astype(np.float32)
    targets = rng.integers(O, size=(T, B))
    return lambda: adam.step(model.loss_and_gradients(inputs, targets)[1])


class OneBatch(Task):
    """The same batch again and again, so that nothing but the step is measured."""

    name, loss = "names", "cross_entropy"

    def __init__(self, I: int, O: int, T: int, B: int):
        self.input_size, self.output_size = I, O
        rng = np.random.default_rng(0)
        self._batch = Batch(rng.normal(size=(T, B, I)).astype(np.float32), rng.integers(O, size=(T, B)))

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        return self._batch

    def _nothing(self, *_: object) -> None:
        raise NotImplementedError("nobody asks this task for more than a batch")

    validation_batch = baseline = show = encode = examples = samples = _nothing  # type: ignore[assignment]


def lone_run_step(I: int, H: int, O: int, T: int, B: int, processes: int | None = None) -> peers.Action:
    """A training step as a run in the app takes it that has the machine to itself: in as many shards as it would have,
    by as many processes as there are cores."""
    trainer = Trainer(
        LSTMModel(I, H, O), OneBatch(I, O, T, B), None, B, T, shards=usual_shards("names", "standard", H, B) or 1
    )
    trainer.optimizer.clip_norm = 1.0
    trainer.processes = available_cores() if processes is None else processes
    trainer.wait_until_ready()
    return trainer.step


STEPS = {"ours": lone_run_step, "ours, one process": our_step, "PyTorch": peers.pytorch_step, "JAX": peers.jax_step}


def step_seconds(side: str, shapes: list[list[int]], seconds: float) -> list[float | None]:
    """Seconds of a training step of each shape; None where the side is not installed. Asked of a process of its own."""
    found: list[float | None] = []
    for shape in shapes:
        action = STEPS[side](*shape)
        found.append(None if action is None else seconds_per_call(action, seconds))
    return found


def product_rate(size: int = 1024) -> list[float]:
    """FLOP/s of a square float32 matrix product, with as many threads as the library takes."""
    a = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
    out = np.empty_like(a)
    return [2 * size**3 / seconds_per_call(lambda: np.matmul(a, a, out=out), 0.5)]


def step_flops(I: int, H: int, O: int, T: int, B: int) -> int:
    """Of the matrix products of a training step: forward once, backward twice."""
    return 3 * 2 * T * B * (4 * H * (I + H) + H * O)


def training_steps() -> None:
    sides = [
        partial(ask, "engine.step_seconds", "ours", SHAPES, SECONDS, environment=ONE_THREAD),
        partial(ask, "engine.step_seconds", "ours, one process", SHAPES, SECONDS, environment=ONE_THREAD),
        partial(ask, "engine.step_seconds", "PyTorch", SHAPES, SECONDS),
        partial(ask, "engine.step_seconds", "JAX", SHAPES, SECONDS),
        partial(ask, "engine.product_rate"),
    ]
    *steps, rates = turn_by_turn(sides, TURNS)
    machine = statistics.median(rate for (rate,) in rates)
    rows = []
    for k, shape in enumerate(SHAPES):
        ours, one_core, torch, jax = ([turn[k] for turn in side if turn[k] is not None] for side in steps)
        median = statistics.median(ours)
        rows.append(
            [
                str(shape),
                middle_and_range(ours, 1e-3),
                middle_and_range(one_core, 1e-3),
                *(middle_and_range(theirs, median) if theirs else "–" for theirs in (torch, jax)),
                f"{100 * step_flops(*shape) / median / machine:.0f} %",
            ]
        )
    print_table(
        f"One training step, float32, median of {TURNS} turns and their range, each side alone in its process "
        f"(1024-cube sgemm: {machine / 1e9:.0f} GFLOP/s; – where a peer is not installed)",
        ["I, H, O, T, B", "a lone run, ms", "on one core, ms", "PyTorch / ours", "JAX / ours", "of the sgemm rate"],
        rows,
    )


def timestep_seconds(side: str) -> list[float | None]:
    """Seconds of one timestep at B = 1, H = 64, without gradients."""
    stepper = Stepper(LSTMModel(28, 64, 28))
    x = np.random.default_rng(0).normal(size=(1, 28)).astype(np.float32)
    action = peers.pytorch_cell(28, 64) if side == "PyTorch" else lambda: stepper.advance(x)
    return [None if action is None else seconds_per_call(action, SECONDS)]


def single_timestep() -> None:
    ours, torch = turn_by_turn([partial(ask, "engine.timestep_seconds", side) for side in ("ours", "PyTorch")], TURNS)
    own, theirs = ([turn[0] for turn in side if turn[0] is not None] for side in (ours, torch))
    ratio = middle_and_range(theirs, statistics.median(own)) if theirs else "–"
    print_table(
        "One timestep, B = 1, H = 64", ["ours, µs", "nn.LSTMCell / ours"], [[middle_and_range(own, 1e-6, 1), ratio]]
    )


def trace_seconds() -> list[float]:
    """Seconds of a trace, and of the forward pass alone, T = 1000, B = 1, H = 128."""
    model = LSTMModel(28, 128, 28)
    inputs = np.random.default_rng(0).normal(size=(1000, 1, 28)).astype(np.float32)
    return [seconds_per_call(partial(ask_model, inputs), SECONDS) for ask_model in (model.trace, model.forward)]


def traces() -> None:
    (turns,) = turn_by_turn([partial(ask, "engine.trace_seconds")], TURNS)
    row = [
        middle_and_range([trace for trace, _ in turns], 1e-3, 1),
        middle_and_range([trace / forward for trace, forward in turns], 1),
    ]
    print_table("A trace, T = 1000, B = 1, H = 128", ["trace, ms", "trace / forward alone"], [row])


def growth() -> None:
    rows = []
    for label, shapes in {
        "T": [(28, 64, 28, T, 32) for T in (25, 50, 100, 200)],
        "B": [(28, 64, 28, 25, B) for B in (8, 32, 128)],
        "H": [(28, H, 28, 25, 32) for H in (32, 64, 128, 256)],
    }.items():
        for shape in shapes:
            tracemalloc.start()
            action = our_step(*shape)
            action()
            memory, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            milliseconds = 1e3 * seconds_per_call(action, 0.4)
            rows.append([label, str(shape), f"{milliseconds:.2f} ms", f"{memory / 2**20:.1f} MiB"])
    print_table(
        "Growth of a training step with T, B and H", ["what grows", "I, H, O, T, B", "time", "memory held"], rows
    )


def core_seconds(processes: int) -> list[float]:
    """Seconds of a step of each shape with so many processes."""
    return [seconds_per_call(lone_run_step(*shape, processes), SECONDS) for shape in SHAPES]


def cores() -> None:
    counts = range(1, min(available_cores(), 2) + 1)
    sides = [partial(ask, "engine.core_seconds", count, environment=ONE_THREAD) for count in counts]
    found = turn_by_turn(sides, TURNS)
    rows = [
        [str(shape), *(middle_and_range([turn[k] for turn in side], 1e-3) for side in found)]
        for k, shape in enumerate(SHAPES)
    ]
    print_table(
        "Growth with cores: the same numbers, to the bit, ms",
        ["I, H, O, T, B", *(f"{count} process{'es' if count > 1 else ''}" for count in counts)],
        rows,
    )


def resident_bytes() -> int:
    """Memory of this process that is in use."""
    with open("/proc/self/status") as file:
        return 1024 * next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def memory_of_a_long_run() -> list[int]:
    """Bytes after a thousand, ten thousand and a hundred thousand steps of one run in two shards."""
    task = tasks.get("names")
    model = LSTMModel(task.input_size, 8, task.output_size)
    trainer = Trainer(model, task, Adam(model, clip_norm=1.0), batch_size=4, sequence_length=4, shards=2)
    found = []
    for steps in STEPS_OF_A_LONG_RUN:
        while trainer.steps_taken < steps:
            trainer.step()
        found.append(resident_bytes())
    trainer.close()
    return found


def long_run() -> None:
    found = ask("engine.memory_of_a_long_run", environment=ONE_THREAD)
    print_table(
        "Memory of a long run in two shards",
        [f"after {steps:,} steps" for steps in STEPS_OF_A_LONG_RUN],
        [[f"{bytes_ / 2**20:.1f} MiB" for bytes_ in found]],
    )


def main() -> None:
    for part in (training_steps, single_timestep, traces, growth, cores, long_run):
        part()
        print()
