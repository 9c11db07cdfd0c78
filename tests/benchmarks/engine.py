"""A whole training step (forward, BPTT, clip, Adam) in float32, against PyTorch's CPU build, paired in one run."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from lstm_engine import Adam, LSTMModel
from tests.benchmarks.table import print_table

SHAPES = [
    (28, 32, 28, 25, 32),
    (28, 64, 28, 25, 32),
    (28, 128, 28, 25, 32),
    (100, 256, 1000, 10, 20),
    (128, 512, 128, 50, 64),
]
SECONDS = 1.5  # spent on each shape and peer
ROUNDS = 8


def ours(I: int, H: int, O: int, T: int, B: int) -> Callable[[], object]:
    model = LSTMModel(I, H, O)
    adam = Adam(model, clip_norm=1.0)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(T, B, I)).astype(np.float32)
    targets = rng.integers(O, size=(T, B))
    return lambda: adam.step(model.loss_and_gradients(inputs, targets)[1])


def pytorch(I: int, H: int, O: int, T: int, B: int) -> Callable[[], object] | None:
    try:
        import torch
    except ImportError:
        return None
    lstm, readout = torch.nn.LSTM(I, H), torch.nn.Linear(H, O)
    parameters = [*lstm.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(parameters, fused=True)
    inputs, targets = torch.randn(T, B, I), torch.randint(O, (T, B))

    def step() -> None:
        adam.zero_grad()
        outputs = readout(lstm(inputs)[0])
        torch.nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()

    return step


def seconds_per_call(action: Callable[[], object], budget: float) -> float:
    action()
    started, calls = time.perf_counter(), 0
    while time.perf_counter() - started < budget:
        action()
        calls += 1
    return (time.perf_counter() - started) / calls


def sgemm_rate(size: int = 1024) -> float:
    """FLOP/s of a square float32 matrix product."""
    a = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
    out = np.empty_like(a)
    return 2 * size**3 / seconds_per_call(lambda: np.matmul(a, a, out=out), 0.5)


def step_flops(I: int, H: int, O: int, T: int, B: int) -> int:
    """Of the matrix products of a training step: forward once, backward twice."""
    return 3 * 2 * T * B * (4 * H * (I + H) + H * O)


def main() -> None:
    machine, rows = sgemm_rate(), []
    peer_name = "PyTorch (not installed, left out)"
    for shape in SHAPES:
        we, peer = ours(*shape), pytorch(*shape)
        mine, theirs = [], []
        for _ in range(ROUNDS):  # in turn, so that a machine whose speed drifts does not favour one
            mine.append(seconds_per_call(we, SECONDS / ROUNDS))
            if peer is not None:
                theirs.append(seconds_per_call(peer, SECONDS / ROUNDS))
        median = statistics.median(mine)
        share = step_flops(*shape) / median / machine
        ratio = "–"
        if peer is not None:
            import torch

            peer_name = f"PyTorch {torch.__version__}"
            ratio = f"{statistics.median(t / m for t, m in zip(theirs, mine, strict=True)):.2f}"
        rows.append([str(shape), f"{1e3 * median:.2f} ms", ratio, f"{100 * share:.0f} %"])
    print_table(
        f"One training step, float32 (1024-cube sgemm: {machine / 1e9:.0f} GFLOP/s)",
        ["I, H, O, T, B", "ours", f"time of {peer_name} / ours", "of the sgemm rate"],
        rows,
    )
