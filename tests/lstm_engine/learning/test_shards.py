"""A batch in parts: the same gradient, the same bits wherever the parts are computed, and nobody left behind."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from lstm_engine import Adam, LSTMModel, SettingsError, Trainer, tasks
from lstm_engine.learning.shards import Shards
from lstm_engine.tasks.base import Batch

ALONE = {"OPENBLAS_NUM_THREADS": "1"}


def make_trainer(shards: int, task: str = "names", batch_size: int = 6, variant: str = "standard") -> Trainer:
    chosen = tasks.get(task)
    model = LSTMModel(chosen.input_size, 12, chosen.output_size, 2, variant, seed=3)
    adam = Adam(model, 0.01, (0.9, 0.99), clip_norm=1.0)
    return Trainer(model, chosen, adam, batch_size, 9, seed=1, shards=shards)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:  # one that has ended and that nobody waited for is there no more
        return file.read().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pid: int) -> bool:
    until = time.monotonic() + 20
    while is_there(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_there(pid)


@pytest.mark.parametrize("task", ["adding", "temporal order", "reber"])
@pytest.mark.parametrize(("shards", "B"), [(2, 6), (3, 8), (7, 4)], ids=["even", "uneven", "more than columns"])
def test_parts_add_up_to_the_gradient_of_the_whole_batch(task, shards, B):
    """Masks that differ from column to column, and each kind of loss, in float64."""
    chosen = tasks.get(task)
    batch = chosen.batch(np.random.default_rng(0), B, 12)
    mask = np.ones(batch.inputs.shape[:2], bool) if batch.mask is None else batch.mask.copy()
    mask[5:, 0] = False
    model = LSTMModel(chosen.input_size, 5, chosen.output_size, dtype="float64")
    loss, gradients = model.loss_and_gradients(batch.inputs, batch.targets, chosen.loss, mask)
    whole = gradients.flat.copy()
    found, parts = Shards(model, shards, 1).loss_and_gradients(Batch(batch.inputs, batch.targets, mask), chosen.loss)
    assert found == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(parts.flat, whole, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(
    ("shards", "B", "variant"),
    [
        (3, 7, "standard"),
        pytest.param(2, 6, "standard", marks=pytest.mark.thorough),
        pytest.param(2, 6, "gru", marks=pytest.mark.thorough),
    ],
    ids=["uneven", "even", "gru"],
)
def test_the_numbers_are_the_same_however_many_processes_compute(shards, B, variant, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # as in a worker: this process computes, too
    one, several = (make_trainer(shards, batch_size=B, variant=variant) for _ in range(2))
    one.processes, several.processes = 1, shards
    for _ in range(4):
        assert one.step() == several.step()
    hands = several._shards._hands
    assert len(hands) == shards - 1
    for hand in hands:
        hand.wait_until_ready()
    for _ in range(4):
        assert one.step() == several.step()
    np.testing.assert_array_equal(one.model.parameters.flat, several.model.parameters.flat)

    os.kill(hands[0].pid, signal.SIGKILL)  # its part is computed here, and another takes its place
    for _ in range(4):
        assert one.step() == several.step()
    assert several._shards._hands[0].pid != hands[0].pid
    several.processes = 1  # given back in mid-run
    assert wait_until_gone(hands[0].pid)
    assert one.step() == several.step()
    np.testing.assert_array_equal(one.model.parameters.flat, several.model.parameters.flat)
    one.close()
    several.close()


OWNER = """
import os, time
from lstm_engine import LSTMModel, Trainer, tasks
task = tasks.get("names")
trainer = Trainer(LSTMModel(28, 8, 28), task, batch_size=4, sequence_length=5, shards=2)
trainer.processes = 2
trainer.step()
for hand in trainer._shards._hands:
    hand.wait_until_ready()
print(*(hand.pid for hand in trainer._shards._hands), flush=True)
{then}
"""


@pytest.mark.parametrize(
    ("then", "kill"),
    [("time.sleep(60)", signal.SIGKILL), ("pass", None), ("raise SystemExit(3)", None), ("os._exit(1)", None)],
    ids=["killed", "done", "exit", "crash"],
)
def test_processes_end_with_their_owner_however_it_ends(then, kill):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(then=then)], env={**os.environ, **ALONE}, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    hands = [int(pid) for pid in owner.stdout.readline().split()]
    assert len(hands) == 1
    if kill is not None:
        assert is_there(hands[0])
        owner.send_signal(kill)
    owner.wait(30)
    owner.stdout.close()
    assert wait_until_gone(hands[0])


def test_what_a_batch_is_refused_for_is_said_as_without_shards(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    trainer = make_trainer(2)
    trainer.processes = 2
    trainer.step()
    trainer._shards._hands[0].wait_until_ready()
    batch = trainer.task.batch(np.random.default_rng(0), 4, 5)
    batch.targets[:, -1] = 99  # in the part that the other process computes
    with pytest.raises(Exception, match=r"targets range over \d+\.\.99, expected 0\.\.27"):
        trainer._shards.loss_and_gradients(batch, "cross_entropy")
    trainer.close()


@pytest.mark.parametrize("shards", [0, 65, 1.5, "2"])
def test_a_number_of_shards_that_cannot_be_is_refused(shards):
    with pytest.raises(SettingsError, match="shards"):
        make_trainer(shards)
