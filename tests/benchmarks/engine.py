"""The engine against PyTorch's CPU build and JAX, each paired with it in one run, and how its costs grow."""

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from lstm_engine import Adam, LSTMModel, Stepper
from tests.benchmarks import peers
from tests.benchmarks.table import print_table

SHAPES = [
    (28, 32, 28, 25, 32),
    (28, 64, 28, 25, 32),
    (28, 128, 28, 25, 32),
    (100, 256, 1000, 10, 20),
    (100, 256, 1000, 25, 32),
    (128, 512, 128, 50, 64),
]
SECONDS = 1.6  # spent on each shape and peer
ROUNDS = 8


def our_step(I: int, H: int, O: int, T: int, B: int) -> peers.Action:
    """A whole training step: forward, BPTT, clipping, Adam."""
    model = LSTMModel(I, H, O)
    adam = Adam(model, clip_norm=1.0)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(T, B, I)).astype(np.float32)
    targets = rng.integers(O, size=(T, B))
    return lambda: adam.step(model.loss_and_gradients(inputs, targets)[1])


def seconds_per_call(action: Callable[[], object], budget: float) -> float:
    action()
    started, calls = time.perf_counter(), 0
    while time.perf_counter() - started < budget:
        action()
        calls += 1
    return (time.perf_counter() - started) / calls


def paired(actions: list[peers.Action | None]) -> list[list[float]]:
    """Seconds a call of each, in turn, so that a machine whose speed drifts does not favour one."""
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS):
        for action, measured in zip(actions, times, strict=True):
            if action is not None:
                measured.append(seconds_per_call(action, SECONDS / ROUNDS))
    return times


def ratio(theirs: list[float], ours: list[float]) -> str:
    """Median of their time over ours; a dash where they are not installed."""
    return f"{statistics.median(t / m for t, m in zip(theirs, ours, strict=True)):.2f}" if theirs else "–"


def sgemm_rate(size: int = 1024) -> float:
    """FLOP/s of a square float32 matrix product."""
    a = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
    out = np.empty_like(a)
    return 2 * size**3 / seconds_per_call(lambda: np.matmul(a, a, out=out), 0.5)


def step_flops(I: int, H: int, O: int, T: int, B: int) -> int:
    """Of the matrix products of a training step: forward once, backward twice."""
    return 3 * 2 * T * B * (4 * H * (I + H) + H * O)


def training_steps() -> None:
    machine, rows = sgemm_rate(), []
    for shape in SHAPES:
        ours, torch, jax = paired([our_step(*shape), peers.pytorch_step(*shape), peers.jax_step(*shape)])
        median = statistics.median(ours)
        share = step_flops(*shape) / median / machine
        rows.append(
            [str(shape), f"{1e3 * median:.2f} ms", ratio(torch, ours), ratio(jax, ours), f"{100 * share:.0f} %"]
        )
    print_table(
        f"One training step, float32 (1024-cube sgemm: {machine / 1e9:.0f} GFLOP/s; – where a peer is not installed)",
        ["I, H, O, T, B", "ours", "PyTorch / ours", "JAX / ours", "of the sgemm rate"],
        rows,
    )


def single_timestep() -> None:
    stepper = Stepper(LSTMModel(28, 64, 28))
    x = np.random.default_rng(0).normal(size=(1, 28)).astype(np.float32)
    ours, torch = paired([lambda: stepper.advance(x), peers.pytorch_cell(28, 64)])
    row = [f"{1e6 * statistics.median(ours):.1f} µs", ratio(torch, ours)]
    print_table("One timestep, B = 1, H = 64", ["ours", "nn.LSTMCell / ours"], [row])


def traces() -> None:
    model = LSTMModel(28, 128, 28)
    inputs = np.random.default_rng(0).normal(size=(1000, 1, 28)).astype(np.float32)
    trace, forward = paired([lambda: model.trace(inputs), lambda: model.forward(inputs)])
    row = [f"{1e3 * statistics.median(trace):.1f} ms", ratio(trace, forward)]
    print_table("A trace, T = 1000, B = 1, H = 128", ["trace", "trace / forward alone"], [row])


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


def main() -> None:
    for part in (training_steps, single_timestep, traces, growth):
        part()
        print()
