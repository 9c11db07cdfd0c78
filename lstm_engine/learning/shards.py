"""A batch in a fixed number of parts whose gradients are added in a fixed order, by one process or by several.

Which sums are formed follows from the number of parts alone, and each part is computed by the same calls wherever it
is: so the numbers are the same, to the bit, however many processes compute, and whatever becomes of them on the way.
What a process that has ended was to do, its owner does; a process whose owner has ended ends, since the pipe between
them does. Those that compute use one BLAS thread each, as two that share cores would else fight for them.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.parameters import NamedArrays
from lstm_engine.learning.bells import Bell, PeerGone, shared_file
from lstm_engine.learning.losses import get_loss
from lstm_engine.learning.shard_memory import BELLS_OF_A_HAND, MOST_HANDS, ShardMemory, size_of
from lstm_engine.model import LSTMModel
from lstm_engine.tasks.base import Batch

MOST_SHARDS = MOST_HANDS
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
IMPORT_ROOT = str(Path(__file__).resolve().parents[2])
# this code, whatever folder the process begins in
BEGIN = f"import sys; sys.path[0] = {IMPORT_ROOT!r}; from lstm_engine.learning.shard_process import main; main()"
MOST_DEATHS = 3  # of processes, after which all is computed here
ROOM_TO_GROW = 2  # times the first batch, since a task's batches may differ
LEAVE_SECONDS = 5.0
READY = 1  # what a process rings when it has read what it needs; turns have the numbers behind it


class Part(NamedTuple):
    """A part of a batch: its columns, and how many positions count in the whole batch."""

    columns: slice
    counted: int


def parts_of(batch: Batch, shards: int) -> list[Part]:
    """The columns of each part: as even as can be, the larger ones first; fewer parts where there are fewer columns.

    >>> columns = np.zeros((3, 5), int)
    >>> [part.columns for part in parts_of(Batch(columns, columns, None), 2)]
    [slice(0, 3, None), slice(3, 5, None)]
    """
    T, B = batch.inputs.shape[:2]
    counted = T * B if batch.mask is None else int(np.count_nonzero(batch.mask))
    sizes = [B // shards + (k < B % shards) for k in range(min(shards, B))]
    ends = np.cumsum(sizes).tolist()
    return [Part(slice(end - size, end), counted) for size, end in zip(sizes, ends, strict=True)]


def part_gradients(model: LSTMModel, batch: Batch, part: Part, loss: str, gradients: NamedArrays) -> float:
    """What a part adds to the batch's loss, and to its gradient, which is put into ``gradients``."""
    here = part.columns
    mask = None if batch.mask is None else batch.mask[:, here]
    inputs, targets = batch.inputs[:, here], batch.targets[:, here]
    workspace = model._run(inputs, None, to_learn=True)
    value, d_outputs = get_loss(loss)(workspace.read(again=True), targets, mask, True, part.counted)
    assert d_outputs is not None
    workspace.backward(d_outputs, gradients)
    return value


class Shards:
    """Computes the loss and the gradient of batches in parts.

    Args:
        model: whose; its weights move to memory that the processes share.
        count: of parts.
        processes: how many compute, this one among them; it may be changed at any time.
    """

    def __init__(self, model: LSTMModel, count: int, processes: int):
        self.model, self.count, self.processes = model, count, processes
        self._hands: list[Hand] = []
        self._memory: ShardMemory | None = None
        self._total = NamedArrays(model.architecture, dtype=model.dtype)
        self._deaths = 0
        self._turn = READY

    @cached_property
    def _own(self) -> list[NamedArrays]:
        """Where the gradients of the parts are put, as long as nobody shares them."""
        return [NamedArrays(self.model.architecture, dtype=self.model.dtype) for _ in range(self.count)]

    def loss_and_gradients(self, batch: Batch, loss: str) -> tuple[float, NamedArrays]:
        """As ``LSTMModel.loss_and_gradients``; the gradients are overwritten by the next call."""
        parts = parts_of(batch, self.count)
        hands = self._hands_for(batch) if len(parts) > 1 else []
        memory = self._memory
        gradients = self._own if memory is None else memory.gradients
        losses = [0.0] * len(parts)
        here = 1 if computes_here() else 0
        shares = [range(k, len(parts), len(hands) + here) for k in range(len(hands) + here)] if hands else []
        theirs: list[tuple[Hand, range]] = []
        if hands and memory is not None and memory.tell((loss, parts, shares[here:]), vars_of(batch)):
            self._turn += 1
            theirs = [(hand, share) for hand, share in zip(hands, shares[here:], strict=True) if hand.begin(self._turn)]
        given = {k for _, share in theirs for k in share}
        for k in range(len(parts)):
            if k not in given:
                losses[k] = part_gradients(self.model, batch, parts[k], loss, gradients[k])
        for hand, share in theirs:
            done = hand.done(self._turn)
            for k in share:
                if done and memory is not None:
                    losses[k] = float(memory.losses[k])
                else:
                    losses[k] = part_gradients(self.model, batch, parts[k], loss, gradients[k])
        if len(parts) == 1:
            return losses[0], gradients[0]
        np.add(gradients[0].flat, gradients[1].flat, out=self._total.flat)
        for more in gradients[2 : len(parts)]:
            self._total.flat += more.flat
        return sum(losses[1:], losses[0]), self._total

    def wait_until_ready(self, batch: Batch) -> None:
        """Start the processes that such a batch needs, and wait until they have read what they need."""
        self._hands_for(batch)
        for hand in self._hands:
            hand.wait_until_ready()

    def _hands_for(self, batch: Batch) -> "list[Hand]":
        """The processes that compute beside this one, as far as they are ready."""
        wanted = min(self.processes, self.count, MOST_HANDS) - (1 if computes_here() else 0)
        if self.processes <= 1 or self._deaths >= MOST_DEATHS or os.name != "posix":
            wanted = 0
        dead = [hand for hand in self._hands if hand.gone]
        self._deaths += len(dead)
        needed = sum(array.nbytes for array in vars_of(batch).values() if array is not None) + 64 * 4
        if dead or wanted != len(self._hands) or (self._memory is not None and needed > self._memory.room):
            self.close()
        if wanted and not self._hands:
            self._begin(wanted, ROOM_TO_GROW * needed)
        for hand in self._hands:
            if not computes_here():  # what is computed here could use several threads, and have other bits
                hand.wait_until_ready()
        ready = [hand for hand in self._hands if hand.is_ready]
        return ready if len(ready) == len(self._hands) else []

    def _begin(self, hands: int, room: int) -> None:
        """Start so many processes; none, where the system has no room for them."""
        a, dtype = self.model.architecture, self.model.dtype
        try:
            descriptor = shared_file(size_of(a, dtype, self.count, room))
        except OSError:
            self._deaths = MOST_DEATHS
            return
        try:
            memory = ShardMemory(descriptor, a, dtype, self.count, room)
            memory.weights[...] = self.model.parameters.flat
            self.model.parameters.see(memory.weights)
            self._memory, self._turn = memory, READY
            for number in range(hands):
                spec = descriptor, a, dtype.str, self.count, room, number
                self._hands.append(Hand(spec, memory))
        except OSError:
            self._deaths = MOST_DEATHS
            self.close()
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """End the processes; they begin anew when there is a batch again."""
        for hand in self._hands:
            hand.close()
        self._hands = []


class Hand:
    """A process that computes parts of batches, seen from its owner.

    Args:
        spec: what it is told at its birth: the memory's descriptor, what ``ShardMemory`` takes, and its number.
        memory: that both share.
    """

    def __init__(self, spec: tuple, memory: ShardMemory):
        process = subprocess.Popen(
            [sys.executable, "-c", BEGIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            pass_fds=[spec[0]],
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid, self.gone = process.pid, False
        place = BELLS_OF_A_HAND * spec[-1]
        self._words, self._done_at = memory.words, place + 2
        self._go = Bell(memory.words, place, process.stdin.fileno())
        self._done = Bell(memory.words, place + 2, process.stdout.fileno())
        self.close = weakref.finalize(self, end, process)
        try:
            message = pickle.dumps(spec)
            os.write(process.stdin.fileno(), len(message).to_bytes(8, "little") + message)
        except OSError:
            self.gone = True

    @property
    def is_ready(self) -> bool:
        """Whether it has read what it needs, which takes as long as Python takes to start."""
        return not self.gone and self._words[self._done_at] >= READY

    def wait_until_ready(self) -> None:
        """Until it is, or has ended."""
        if not self.is_ready and not self.gone:
            self._heard(READY)

    def begin(self, turn: int) -> bool:
        """Let it compute its share of what the memory holds; False if it cannot."""
        try:
            self._go.ring(turn)
        except PeerGone:
            self.gone = True
        return not self.gone

    def done(self, turn: int) -> bool:
        """Wait until it has; False if it has ended instead."""
        return not self.gone and self._heard(turn)

    def _heard(self, number: int) -> bool:
        try:
            self._done.wait(number)
        except PeerGone:
            self.gone = True
        return not self.gone


def end(process: "subprocess.Popen[bytes]") -> None:
    """Close the pipes, which the process takes for its owner's end, and see it off."""
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()  # type: ignore[union-attr]
    try:
        process.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def available_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells
        return os.cpu_count() or 1


def computes_here() -> bool:
    """Whether parts are computed in this process as well: it was started with one BLAS thread, as workers are."""
    return os.environ.get("OPENBLAS_NUM_THREADS") == "1"


def vars_of(batch: Batch) -> Mapping[str, NDArray | None]:
    """A batch's arrays by name."""
    return {"inputs": batch.inputs, "targets": batch.targets, "mask": batch.mask}
