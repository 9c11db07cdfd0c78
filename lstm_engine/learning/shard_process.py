"""A process that computes parts of batches for its owner, and ends when the owner does."""

import os
import pickle
import signal

import numpy as np

from lstm_engine.learning.bells import Bell, PeerGone
from lstm_engine.learning.shard_memory import BELLS_OF_A_HAND, ShardMemory
from lstm_engine.learning.shards import READY, part_gradients
from lstm_engine.model import LSTMModel
from lstm_engine.tasks.base import Batch


def main() -> None:
    """Read from the standard input what to share, then compute whenever its bell is rung."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to handle, whose end is ours
    done_pipe = os.dup(1)
    os.dup2(2, 1)  # what anything prints is for people, no bell
    descriptor, architecture, dtype, shards, room, number = pickle.loads(exactly(int.from_bytes(exactly(8), "little")))
    memory = ShardMemory(descriptor, architecture, np.dtype(dtype), shards, room)
    os.close(descriptor)
    model = LSTMModel.with_zeros(architecture, np.dtype(dtype).name)
    model.parameters.see(memory.weights)
    place, turn = BELLS_OF_A_HAND * number, READY
    go, done = Bell(memory.words, place, 0), Bell(memory.words, place + 2, done_pipe)
    try:
        done.ring(turn)
        with np.errstate(over="ignore", invalid="ignore"):  # the owner tells what is no longer finite
            while True:
                turn += 1
                go.wait(turn)
                compute(model, memory, number)
                done.ring(turn)
    except PeerGone:
        return


def compute(model: LSTMModel, memory: ShardMemory, number: int) -> None:
    """This process's parts of the batch that the memory holds."""
    (loss, parts, shares), arrays = memory.told()
    batch = Batch(arrays["inputs"], arrays["targets"], arrays.get("mask"))
    for k in shares[number]:
        memory.losses[k] = part_gradients(model, batch, parts[k], loss, memory.gradients[k])


def exactly(count: int) -> bytes:
    """So many bytes of the standard input."""
    read = b""
    while len(read) < count:
        more = os.read(0, count - len(read))
        if not more:
            raise SystemExit  # the owner is gone already
        read += more
    return read
